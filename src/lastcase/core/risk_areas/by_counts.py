"""What counts of cases propose: a whole area (a county, a street) for a level, by the cases of its line list.

Reading of the protocol: cases are linked when contacts on record join them, directly or through other cases.
Cases that no contact joins to another case are not known to be apart, so they count together as one cluster:
without a record of links every case of the area counts.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.protocol.model import Protocol, RiskLevel
from lastcase.core.risk_areas.lineage import RANK
from lastcase.core.risk_areas.periods import inside, periods
from lastcase.core.risk_areas.tree import descents

LINKS: dict[str, pl.DataType] = {"person_id": pl.String(), "other_id": pl.String()}
"""Pairs of cases that a contact on record joins."""
COUNTED: dict[str, pl.DataType] = {
    "area_id": pl.String(),
    "person_id": pl.String(),
    "episode": pl.Int64(),
    "found_at": INSTANT,
    "edition": pl.String(),
    "risk_level": pl.String(),
    "rule": pl.String(),
    "n_cases": pl.Int64(),
    "n_recent": pl.Int64(),
    "n_linked": pl.Int64(),
}
"""One row a proposal: the area, the case at which the counts met the rule, and the counts at that instant."""


@dataclass(frozen=True)
class Spot:
    """A case of the area: who, which episode, when found, and the group of linked cases it belongs to."""

    person_id: str
    episode: int
    found_at: datetime
    group: str


@dataclass
class Tally:
    """Cases found within the days of one rule, by group, up to the case last looked at."""

    rule: RiskLevel
    recent: deque[Spot]
    groups: Counter[str]

    def take(self, case: Spot) -> None:
        """Count the case, and let go of those found longer ago than the rule's days."""
        self.recent.append(case)
        self.groups[case.group] += 1
        while case.found_at - self.recent[0].found_at > self.window:
            gone = self.recent.popleft()
            self.groups[gone.group] -= 1

    def is_met(self, n_cases: int) -> bool:
        """Whether the counts meet the rule, with `n_cases` in all."""
        enough = n_cases >= self.rule.entry_min_cases
        return enough and self.n_linked >= self.rule.entry_cluster_cases

    @property
    def window(self) -> timedelta:
        """The days within which linked cases count."""
        return timedelta(days=self.rule.entry_window_days)

    @property
    def n_linked(self) -> int:
        """Size of the largest group."""
        return max(self.groups.values())


def grade_by_counts(
    facts: Facts, outbreak: Outbreak, detections: pl.DataFrame, links: pl.DataFrame
) -> pl.DataFrame:
    """Proposals by counts under each edition while it is in force, columns `COUNTED`.

    `detections` as the answer of that name, of every case of the outbreak; `links` as `LINKS`. Of the facts it
    reads the areas alone.
    """
    parts = [
        _under(protocol, facts["areas"], detections, links).filter(inside(pl.col("found_at"), start, end))
        for protocol, start, end in periods(outbreak)
    ]
    return pl.concat([pl.DataFrame(schema=COUNTED), *parts])


def counts_cases(protocol: Protocol) -> bool:
    """Whether the edition has a rule by which counts of cases propose a level for a whole area."""
    return bool(_by_tier(protocol))


def links_between(contacts: pl.DataFrame, detections: pl.DataFrame) -> pl.DataFrame:
    """Pairs of counted cases, of which one was named as a contact of the other; columns `LINKS`."""
    cases = detections["person_id"].unique().implode()
    pairs = contacts.filter(pl.col("person_id").is_in(cases) & pl.col("case_person_id").is_in(cases))
    standing = pairs.filter(pl.col("removed_at").is_null())
    return standing.select("person_id", other_id="case_person_id").unique().sort("person_id", "other_id")


def _under(
    protocol: Protocol, areas: pl.DataFrame, detections: pl.DataFrame, links: pl.DataFrame
) -> pl.DataFrame:
    groups = group_linked(links.iter_rows())
    rows = [
        (area_id, case.person_id, case.episode, case.found_at, protocol.id, *told)
        for tier, rules in _by_tier(protocol).items()
        for area_id, cases in _cases_of(areas, detections, tier, groups)
        for case, *told in proposals_of(cases, rules)
    ]
    return pl.DataFrame(rows, schema=COUNTED, orient="row")


def _by_tier(protocol: Protocol) -> dict[str, list[RiskLevel]]:
    found: dict[str, list[RiskLevel]] = {}
    for rule in protocol.of_kind(RiskLevel):
        if rule.entry_tier is not None:
            found.setdefault(rule.entry_tier, []).append(rule)
    return found


def proposals_of(
    cases: Sequence[Spot], rules: Sequence[RiskLevel]
) -> Iterator[tuple[Spot, str, str, int, int, int]]:
    """Of one area's cases in the order of finding, those that propose a level.

    Each with level, rule, cases in all, cases within the rule's days, and the largest group of linked ones
    among these. A level is proposed by the case that meets its rule first, and again by the first one after
    the rule's days without such a case; where a case meets several, the highest level speaks.
    """
    tallies = [Tally(rule, deque(), Counter()) for rule in sorted(rules, key=_rank, reverse=True)]
    last_met: dict[int, datetime] = {}
    for n_cases, case in enumerate(cases, start=1):
        for tally in tallies:
            tally.take(case)
        met = next((tally for tally in tallies if tally.is_met(n_cases)), None)
        if met is None:
            continue
        rank, level = _rank(met.rule), met.rule.risk_level
        before = max((at for other, at in last_met.items() if other >= rank), default=None)
        if before is None or case.found_at - before > met.window:
            yield case, level, met.rule.id, n_cases, len(met.recent), met.n_linked
        last_met[rank] = case.found_at


def _rank(rule: RiskLevel) -> int:
    return RANK[rule.risk_level]


def _cases_of(
    areas: pl.DataFrame, detections: pl.DataFrame, tier: str, groups: dict[str, str]
) -> Iterator[tuple[str, list[Spot]]]:
    """The cases of each area of the tier, in the order of finding."""
    above = descents(areas).join(
        areas.filter(pl.col("tier") == tier).select(ancestor_id="area_id"), on="ancestor_id"
    )
    found = detections.filter(pl.col("found_at").is_not_null()).join(above, on="area_id")
    ordered = found.sort("ancestor_id", "found_at", "key").select(
        "ancestor_id", "person_id", "episode", "found_at"
    )
    for (area_id,), cases in ordered.group_by("ancestor_id", maintain_order=True):
        rows = cases.drop("ancestor_id").iter_rows()
        yield str(area_id), [Spot(who, number, at, groups.get(who, "")) for who, number, at in rows]


def group_linked(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The group of each linked person, named after its first member; persons without a link are left out."""
    into: dict[str, str] = {}

    def root(person: str) -> str:
        while into[person] != person:
            into[person] = into[into[person]]
            person = into[person]
        return person

    for one, other in pairs:
        into.setdefault(one, one)
        into.setdefault(other, other)
        first, second = sorted((root(one), root(other)))
        into[second] = first
    return {person: root(person) for person in into}
