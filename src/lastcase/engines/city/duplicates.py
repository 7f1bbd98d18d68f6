"""The same person recorded twice: by another interview, under a name heard wrong, with another telephone.

The second record has its own id and no document; `truth` says who it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from lastcase.core.facts.store import conform
from lastcase.engines.city import story
from lastcase.engines.city.contact_facts import Contacts
from lastcase.engines.city.hashing import Ints
from lastcase.engines.city.names import GIVEN_FEMALE, GIVEN_MALE, N_GIVEN, name_frame
from lastcase.engines.city.people import birth_days, phones
from lastcase.engines.city.story import HOUR_MIN
from lastcase.engines.city.tracing import AT_HOME
from lastcase.engines.city.world import World, rows

TWICE = 45_000
"""Millionths of contacts named outside the home who are recorded a second time."""
PINYIN, MISHEARD, SHORTENED, SAME_NAME = range(4)
"""Ways in which the second record's name differs."""


@dataclass(frozen=True)
class Duplicates:
    """Second records: row of the contacts each was made of, and the person it is."""

    row: Ints
    person: Ints

    def ids(self, world: World) -> pl.Series:
        """Person ids of the second records."""
        text = pl.Series(np.arange(len(self.row))).cast(pl.String).str.zfill(6)
        return pl.select(pl.lit(f"{world.outbreak}:SYND") + text).to_series()


def find_duplicates(world: World, contacts: Contacts) -> Duplicates:
    """Who is recorded twice."""
    outside = np.flatnonzero(contacts.kind != AT_HOME)
    twice = outside[world.dice.chance("twice", TWICE, contacts.person[outside])]
    _, first = np.unique(contacts.person[twice], return_index=True)
    chosen = twice[np.sort(first)]
    return Duplicates(chosen, contacts.person[chosen])


def duplicate_persons(world: World, contacts: Contacts, found: Duplicates) -> pl.DataFrame:
    """Rows of `persons` of the second records."""
    who, population = found.person, world.population
    born = birth_days(world, who)
    is_born_known = world.dice.chance("birth known", 500_000, who)
    off = world.dice.between("age told", -1, 1, who)
    other_phone = world.dice.chance("other phone", 600_000, who)
    ids = found.ids(world)
    return rows(
        "persons",
        contacts.named[found.row] + 8 * HOUR_MIN,
        person_id=ids,
        list_id=ids.str.split(":").list.last(),
        name=_variants(world, who),
        sex=pl.Series(["male", "female"])[population.is_female[who]],
        birth_on=pl.select(pl.when(pl.Series(is_born_known)).then(born)).to_series(),
        age_years=np.maximum(population.age_years[who] + off * ~is_born_known, 0),
        phone=phones(np.where(other_phone, who + 5_000_000, who)),
        language=["zh-Hans"] * len(who),
        residence_area_id=world.cell_ids(population.cell[who]),
    )


def _variants(world: World, who: Ints) -> pl.Series:
    """Names as they were heard: in pinyin, with another character, without the last one, or the same."""
    population = world.population
    names = name_frame(world.dice, who, population.surname[who], population.is_female[who])
    way = pl.Series(world.dice.below("variant way", 4, who))
    signs = pl.Series([word[0] for word in (*GIVEN_MALE, *GIVEN_FEMALE)])
    heard = signs[world.dice.below("heard", 2 * N_GIVEN, who)]
    name, pinyin = pl.Series(names["name"]), pl.Series(names["pinyin"])
    chosen = (
        pl.when(way == PINYIN)
        .then(pinyin)
        .when(way == MISHEARD)
        .then(name.str.head(1) + heard + name.str.slice(2))
        .when(way == SHORTENED)
        .then(name.str.head(2))
        .otherwise(name)
    )
    return pl.select(chosen).to_series()


def duplicate_contacts(world: World, named: pl.DataFrame, found: Duplicates) -> pl.DataFrame:
    """Rows of `contacts` that name the second records, some hours after the first; `named`: all rows as made."""
    later = pl.duration(hours=8)
    ids = world.row_ids("KD", len(found.row))
    twin = pl.DataFrame({"contact_id": world.row_ids("K", world.named.case.size)[found.row]}).with_columns(
        twin_id=found.ids(world), row_id=ids
    )
    met = named.join(twin, on="contact_id", maintain_order="right")
    shifted = met.with_columns(
        contact_id="row_id",
        person_id="twin_id",
        named_at=pl.col("named_at") + later,
        known_from=pl.col("known_from") + later,
        recorded_at=pl.col("recorded_at") + later,
    ).filter(pl.col("known_from") < story.ENDS_AT)
    return conform(shifted.drop("twin_id", "row_id"), "contacts")


def truth_rows(world: World, found: Duplicates) -> pl.DataFrame:
    """Columns `person_id` (the second record), `same_as` (whom it means)."""
    return pl.DataFrame({"person_id": found.ids(world), "same_as": world.person_ids(found.person)})
