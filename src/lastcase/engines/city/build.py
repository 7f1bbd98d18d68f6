"""`build_city`: a whole synthetic city and its outbreak, as facts with the instants from which each was known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from lastcase.core.facts import TABLES
from lastcase.core.facts.store import Facts, conform
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.engines.city import (
    area_facts,
    case_facts,
    contact_facts,
    duplicates,
    other_facts,
    rings,
    rounds,
    story,
    visits,
)
from lastcase.engines.city import people as people_facts
from lastcase.engines.city.geography import CITY_ID, area_rows
from lastcase.engines.city.hashing import Ints
from lastcase.engines.city.population import expand
from lastcase.engines.city.rings import Frames
from lastcase.engines.city.story import FAR, Size, day_start
from lastcase.engines.city.tracing import AT_HOME
from lastcase.engines.city.world import World, make_world

DEFAULT_SEED = 1


@dataclass(frozen=True)
class City:
    """A synthetic city as facts.

    `frames`: rows of fact tables by name, in first versions; `corrections`: later versions of some of them.
    Each row's `known_from` is the instant from which it was known. `infections` is the truth (`person_id`,
    `infected_at`, `source_id`, `layer`, `found_at`), `duplicates` says which second record means whom. `world`
    holds everybody else.
    """

    world: World = field(repr=False)
    frames: dict[str, pl.DataFrame] = field(repr=False)
    corrections: dict[str, pl.DataFrame] = field(repr=False)
    infections: pl.DataFrame = field(repr=False)
    duplicates: pl.DataFrame = field(repr=False)

    @property
    def name(self) -> str:
        """Name of the outbreak."""
        return self.world.outbreak

    def facts(self) -> Facts:
        """All versions as a record kept while it happened: a correction retires what it replaces."""
        versions = dict(self.frames)
        for name, later in self.corrections.items():
            key = list(TABLES[name].key)
            turned = later.select(*key, retired=pl.col("recorded_at"))
            first = self.frames[name].join(turned, on=key, how="left", maintain_order="left")
            retired = first.with_columns(retired_at=pl.coalesce("retired", "retired_at")).drop("retired")
            versions[name] = pl.concat([retired, later])
        return Facts(versions)

    def outbreak(self) -> Outbreak:
        """The outbreak under its edition, for use without a database."""
        adoption = Adoption(self.world.edition, story.STARTS_AT)
        return Outbreak(self.name, story.DISEASE, story.TIME_ZONE, CITY_ID, (adoption,))


def build_city(size: str | Size = "small", seed: int = DEFAULT_SEED) -> City:
    """The synthetic city of a size.

    `tiny` and `small` are some 2,000 and 20,000 people in three towns, `city` is all of Beihai.

    Persons on record: of the first two everybody; of `city` those managed, their households, the residents of risk
    areas, arrivals. Raises KeyError for another size.
    """
    return record_of(make_world(size, seed))


def record_of(world: World) -> City:
    """The record of a world."""
    cases = case_facts.find_cases(world)
    contacts = contact_facts.find_contacts(world, cases)
    twice = duplicates.find_duplicates(world, contacts)
    blocks = area_facts.designate(world, cases)
    first, later = case_facts.case_rows(world, cases)
    named = contact_facts.contact_rows(world, contacts)
    frames: Frames = {
        "areas": [_areas(world)],
        "cases": [first],
        "contacts": [named, duplicates.duplicate_contacts(world, named, twice)],
        "judgements": [contact_facts.judgement_rows(world, contacts)],
        "exposed_groups": [other_facts.group_rows(world, contacts)],
        "visits": [visits.trajectory_rows(world, cases)],
        "stays": [case_facts.case_stays(world, cases)],
        "moves": [case_facts.case_moves(world, cases)],
        "checks": [case_facts.case_checks(world, cases)],
        "risk_areas": [area_facts.risk_area_rows(world, blocks)],
        "risk_area_extents": [area_facts.extent_rows(world, blocks)],
        "counts": [other_facts.count_rows(world, cases, blocks)],
        "receipts": [other_facts.receipt_rows(world)],
    }
    specimens, tubes = case_facts.case_specimens(world, cases)
    _merge(frames, {"specimens": [specimens], "pools": [tubes]})
    managed, ringed = rings.ring_facts(world, contacts)
    arrived, arrivals = rings.arrival_facts(world)
    away = _away(world, cases, contacts)
    swabs = rounds.owed_swabs(world, blocks, away)
    discharged = rings.discharged_facts(world, cases)
    for more in (managed, arrived, discharged, rounds.round_facts(world, blocks, swabs)):
        _merge(frames, more)
    frames["decisions"] = [other_facts.decision_rows(world, _decided(contacts))]
    persons = _on_record(world, [cases.person, contacts.person, ringed, arrivals], blocks)
    frames["persons"] = [
        people_facts.person_rows(world, persons),
        duplicates.duplicate_persons(world, contacts, twice),
    ]
    frames["specimens"].append(rounds.occupation_rows(world, persons, away))
    frames["places"] = [people_facts.place_rows(world, _places(world, persons, blocks))]
    joined = {name: pl.concat(frames[name]) for name in TABLES if name in frames}
    return City(world, joined, {"cases": later}, _truth(world), duplicates.truth_rows(world, twice))


def _merge(frames: Frames, more: Frames) -> None:
    for name, parts in more.items():
        frames.setdefault(name, []).extend(parts)


def _areas(world: World) -> pl.DataFrame:
    known = pl.lit(story.STARTS_AT)
    rows = area_rows(world.geography).with_columns(
        known_from=known, recorded_at=known, source=pl.lit(story.MARK)
    )
    return conform(rows, "areas")


def _away(world: World, cases: case_facts.Cases, contacts: contact_facts.Contacts) -> Ints:
    """Since when each person is kept elsewhere than at home (`FAR`: not)."""
    away = np.full(world.population.n, FAR, np.int64)
    close = contacts.is_close & (contacts.apart < story.END_MIN)
    np.minimum.at(away, contacts.person[close], contacts.apart[close])
    np.minimum.at(away, cases.person, cases.sampled + 1)
    return away


def _decided(contacts: contact_facts.Contacts) -> Ints:
    """Close contacts about whom a decision is signed."""
    early = contacts.is_close & (contacts.kind != AT_HOME) & (contacts.named < day_start(3))
    return np.unique(contacts.person[early])


def _on_record(world: World, groups: list[Ints], blocks: area_facts.Blocks) -> Ints:
    """Persons on record: everybody in a small city; else those managed, whom they live with, residents."""
    if world.size.persons is not None:
        return np.arange(world.population.n)
    homes = np.unique(world.population.household[np.concatenate(groups)])
    return np.union1d(world.population.members(homes), area_facts.residents(world, blocks.block)[1])


def _places(world: World, persons: Ints, blocks: area_facts.Blocks) -> Ints:
    """Places on record: homes of those on record, whole blocks, and every place beyond homes."""
    layers, population = world.layers, world.population
    first, end = area_facts.homes_of(world, blocks.block)
    beyond_homes = np.arange(layers.first["class"], layers.n_places)
    homes = expand(first, end)
    return np.unique(np.concatenate([population.household[persons], homes, _met(world), beyond_homes]))


def _met(world: World) -> Ints:
    place = world.named.place
    return place[place >= 0]


LAYER_NAMES = ("household", "group", "market", "bus", "seed")


def _truth(world: World) -> pl.DataFrame:
    truth = world.infections
    ids = world.person_ids(truth.person)
    source = pl.select(
        pl.when(pl.Series(truth.source >= 0)).then(ids[np.maximum(truth.source, 0)])
    ).to_series()
    return pl.DataFrame(
        {
            "person_id": ids,
            "infected_at": story.instants(truth.at),
            "source_id": source,
            "layer": pl.Series(LAYER_NAMES)[truth.layer],
            "found_at": story.instants(truth.found),
        }
    )
