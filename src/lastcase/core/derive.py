"""The graph: which answer is made from what.

    cases, specimens, stays -> episodes -> windows -> first ring -> close contacts -> second ring -> secondary contacts
    contacts, cases, arrivals -> subjects -> orders -> duties, with the evidence of specimens, checks, stays, moves
    cases, stays, risk areas -> detections -> clocks of risk areas, who blocks a release, proposals

`derive` knows no clock: answers hold instants, and `duties.clocks.states_at` reads them at an `as_of`.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from lastcase.core.adoption import follow_adoptions
from lastcase.core.answers import ANSWERS, Answers, answer_schema
from lastcase.core.civil import midnight_of
from lastcase.core.columns import columns_of
from lastcase.core.contacts.episodes import find_episodes
from lastcase.core.contacts.rings import contact_persons, first_ring, second_ring
from lastcase.core.detection import detect
from lastcase.core.duties.derive import derive_duties
from lastcase.core.duties.subjects import find_subjects
from lastcase.core.facts import TABLES
from lastcase.core.facts.merge import resolve_merges
from lastcase.core.facts.pools import resolve_pools
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.core.protocol.model import Protocol
from lastcase.core.remember import remembered
from lastcase.core.risk_areas.by_counts import links_between
from lastcase.core.risk_areas.grade import grade_areas, grade_risk_areas
from lastcase.core.risk_areas.release import risk_area_clocks
from lastcase.core.screening.counts import count_rounds
from lastcase.core.screening.rounds import plan_rounds

NOT_READ: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(TABLES, ("source",)),
    "persons": (
        "source", "list_id", "name", "alias_names", "description", "sex", "birth_on", "age_years", "document_kind",
        "document_id", "phone", "language", "nationality", "guardian_id", "protective_equipment", "is_stub",
    ),
    "checks": ("source", "mode", "has_symptoms", "temperature_c", "note"),
    "specimens": ("source", "laboratory", "purpose"),
    "moves": ("source", "from_area_id", "requested_at", "departed_at", "received_by"),
    "objections": ("source", "statement", "decided_by", "note"),
}  # fmt: skip
"""Columns of facts, by table, that no answer is made from: nobody need be named for a duty to be found."""


@dataclass(frozen=True)
class Rest:
    """What stands beside facts that are those of some persons alone: `about` whom answers are asked (Series of their
    ids), and the `detections` of all cases that are not among the facts, who stand as given."""

    about: pl.Series
    detections: pl.DataFrame


def derive(facts: Facts, outbreak: Outbreak, rest: Rest | None = None) -> Answers:
    """Contacts, orders, duties, risk-area clocks, detections and test rounds of an outbreak.

    Parameters
    ----------
    facts : Facts
        As known at one instant (`Facts.known`), of one outbreak, with areas, places and persons.
    outbreak : Outbreak
        Zone and adopted editions. A person and category stand under the edition in force when they are named; at a
        later adoption whatever is still open passes under the new edition.
    rest : Rest, optional
        Where `facts` are those of some persons alone. What the persons asked about owe then comes out as from the
        whole, and what anybody else owes is left out, as are proposals by counts and `test_rounds`, which count
        everybody (see `ops.records.area_wide`).

    Returns
    -------
    Answers
        One frame a table, each sorted by key; the same facts always give the same frames.
    """
    merged = settle(facts)
    detections = detect(merged, outbreak)
    everyone = detections if rest is None else with_beyond(detections, rest.detections)
    about = None if rest is None else rest.about
    by_edition = [
        under_edition(merged, everyone, adoption, outbreak.time_zone, about)
        for adoption in outbreak.adoptions
    ]
    areas = area_answers(merged, outbreak, detections, everyone, is_whole=rest is None)
    return Answers(**follow_adoptions(by_edition, outbreak), **areas)


def settle(facts: Facts) -> Facts:
    """The facts with merged persons as one and the results of tubes given to their members."""
    return resolve_pools(resolve_merges(facts))


def area_answers(
    settled: Facts,
    outbreak: Outbreak,
    detections: pl.DataFrame,
    everyone: pl.DataFrame,
    *,
    is_whole: bool = True,
) -> dict[str, pl.DataFrame]:
    """Where cases were found, the clocks of risk areas, who blocks a release, proposals and test rounds, by table.

    `detections` of the cases among the facts, `everyone` with those beyond them. Proposals by counts and test rounds
    count everybody: where the facts are not `is_whole`, they are left out.
    """
    proposals = grade_risk_areas(settled, outbreak, detections)
    rounds = pl.DataFrame(schema=answer_schema("test_rounds"))
    if is_whole:
        links = links_between(settled["contacts"], everyone)
        by_counts = grade_areas(settled, outbreak, everyone, links)
        proposals = pl.concat([proposals, by_counts]).sort("key")
        rounds = count_rounds(settled, outbreak, everyone)
    return {
        **_clocks(settled, outbreak, detections),
        "area_proposals": proposals,
        "detections": detections,
        "test_rounds": rounds,
    }


def derive_clocks(facts: Facts, outbreak: Outbreak) -> dict[str, pl.DataFrame]:
    """Clocks of risk areas and who blocks their release, by table, from the facts of those to be found there.

    True of every risk area all of whose residents and cases are among the facts.
    """
    settled = settle(facts)
    return _clocks(settled, outbreak, detect(settled, outbreak))


def _clocks(settled: Facts, outbreak: Outbreak, detections: pl.DataFrame) -> dict[str, pl.DataFrame]:
    clocks, blockers = risk_area_clocks(settled, outbreak, detections)
    return {"risk_area_clocks": clocks, "area_blockers": blockers}


@remembered
def with_beyond(detections: pl.DataFrame, beyond: pl.DataFrame) -> pl.DataFrame:
    """Detections of everybody: those of `beyond` as they are given, for everyone else those derived."""
    return pl.concat([beyond, detections.join(beyond, on="person_id", how="anti")]).sort("key")


@dataclass(frozen=True)
class Bound:
    """Whom an edition binds: episodes, exposures of both rings, contacts, and all subjects with their anchors."""

    episodes: pl.DataFrame
    exposures: pl.DataFrame
    contacts: pl.DataFrame
    subjects: pl.DataFrame

    def about(self, persons: pl.Series) -> Bound:
        """Of these persons alone."""
        mine = pl.col("person_id").is_in(persons.implode())
        frames = (self.episodes, self.exposures, self.contacts, self.subjects)
        return Bound(*(frame.filter(mine) for frame in frames))


def bind_persons(facts: Facts, protocol: Protocol, zone: str) -> Bound:
    """Everybody whom the edition binds, from facts whose merges and pools are resolved."""
    episodes = find_episodes(facts, protocol, zone)
    ring_1 = first_ring(facts, episodes, protocol, zone)
    close = contact_persons(ring_1, episodes, protocol, "close_contact")
    ring_2 = second_ring(facts, close, episodes, protocol)
    secondary = _yield_to_close(contact_persons(ring_2, episodes, protocol, "secondary_contact"), close)
    contacts = pl.concat([close, secondary.select(close.columns)])
    subjects = find_subjects(facts, contacts, episodes, protocol, zone)
    return Bound(episodes, pl.concat([ring_1, ring_2]), contacts, subjects)


def under_edition(
    facts: Facts,
    detections: pl.DataFrame,
    adoption: Adoption,
    zone: str,
    about: pl.Series | None = None,
) -> dict[str, pl.DataFrame]:
    """Contacts, orders and duties as if one edition had governed from the first day.

    `facts` are settled; `detections` of every case decide the test rounds. `about`: whose answers are asked; null:
    everybody's.
    """
    protocol = adoption.edition
    since = max(adoption.effective_at, midnight_of(protocol.effective_on, ZoneInfo(zone)))
    bound = bind_persons(facts, protocol, zone)
    if about is not None:
        bound, facts = bound.about(about), facts.about(about)
    plan = plan_rounds(facts["areas"], detections, protocol, zone)
    orders, duties = derive_duties(facts, bound.subjects, bound.episodes, plan, protocol, since, zone)
    return {
        "exposures": _shape(bound.exposures, "exposures"),
        "contact_persons": _shape(_with_ends(bound.contacts, orders), "contact_persons"),
        "orders": orders,
        "duties": duties,
    }


def _yield_to_close(secondary: pl.DataFrame, close: pl.DataFrame) -> pl.DataFrame:
    """A secondary contact who is also a close contact is managed as the latter from then on."""
    is_void = pl.col("closed_reason").is_in(["discarded", "exposure_removed"]).fill_null(False)
    standing = close.select("person_id", close_at=pl.when(~is_void).then("named_at"))
    joined = secondary.join(standing, on="person_id", how="left")
    sooner = (pl.col("close_at") < pl.col("closed_at")).fill_null(True) & pl.col("close_at").is_not_null()
    return joined.with_columns(
        closed_reason=pl.when(sooner).then(pl.lit("merged")).otherwise("closed_reason"),
        closed_at=pl.when(sooner).then("close_at").otherwise("closed_at"),
    )


def _with_ends(contacts: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    ends = orders.group_by("person_id", "category").agg(
        scheduled_end_at=pl.col("ends_at").max(),
        all_closed_at=pl.when(pl.col("closed_at").is_not_null().all()).then(pl.col("closed_at").max()),
        last_reason=pl.col("closed_reason").sort_by("closed_at", nulls_last=False).last(),
    )
    return contacts.join(ends, on=["person_id", "category"], how="left").with_columns(
        ends_at="scheduled_end_at",
        closed_reason=pl.coalesce(
            "closed_reason", pl.when(pl.col("all_closed_at").is_not_null()).then("last_reason")
        ),
        closed_at=pl.coalesce("closed_at", "all_closed_at"),
    )


def _shape(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    assert name in ANSWERS
    return frame.select(columns_of(answer_schema(name))).sort("key")
