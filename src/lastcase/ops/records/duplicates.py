"""Pairs of entries that may be one person, as the reader's post is shown them. Reads only.

The linkage runs over the standing persons of the situation; its pairs are kept in the process until the persons
change. What has been told apart is left out, and a merged person is no longer there.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

import polars as pl

from lastcase.core.facts import TABLES
from lastcase.core.facts.store import Facts
from lastcase.engines.linkage import COMPARISONS, PAIR_SCHEMA, find_pairs, thresholds
from lastcase.engines.linkage.prepare import WANTED
from lastcase.ops.records.entries import Entries
from lastcase.ops.records.models import FACTS, Outbreak
from lastcase.ops.records.situation import Situation

PAGE_PERSONS_MAX = 60_000
"""A page does not search more persons while somebody waits; the command line does."""
KEPT = 4
PART_ROWS = 5
SIDE_TABLES = {
    "cases": "found_at", "contacts": "named_at", "specimens": "sampled_at", "stays": "start_at",
}  # fmt: skip
"""Facts that a review shows beside each other, latest first by the instant."""
SHOWN_FIELDS = (
    "name", "alias_names", "sex", "birth_on", "age_years", "document_kind", "document_id", "phone",
    "residence_area_id", "residence_place_id", "present_area_id", "work_place_id", "occupation", "list_id",
    "description",
)  # fmt: skip

_kept: OrderedDict[int, pl.DataFrame] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Side:
    """One of two entries: the person, how many facts of each table name it, the latest of them, and when and by
    whom it was last changed."""

    person: dict[str, Any]
    counts: dict[str, int]
    latest: dict[str, list[dict[str, Any]]]
    changed_at: Any
    changed_by: str


def duplicates(situation: Situation, at_least: float | None = None) -> pl.DataFrame:
    """Pairs (columns of the linkage's `PAIR_SCHEMA`) from the probability `at_least` on (None: the shipped
    threshold to show), likeliest first, without those told apart."""
    persons = situation.inside(situation.persons)
    return leave_apart(_pairs(persons, at_least), apart(situation.facts))


def is_too_large(situation: Situation) -> bool:
    """Whether a page would make its reader wait too long."""
    return situation.inside(situation.persons).height > PAGE_PERSONS_MAX


def _pairs(persons: pl.DataFrame, at_least: float | None) -> pl.DataFrame:
    limit = thresholds()["show"] if at_least is None else at_least
    wanted = persons.select(WANTED).sort("person_id")
    key = hash((tuple(wanted.hash_rows(seed=7)), limit))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = find_pairs(wanted, at_least=limit)
    with _lock:
        _kept[key] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def apart(facts: Facts) -> pl.DataFrame:
    """Pairs (`left_id`, `right_id`) that somebody signed to be two persons."""
    told = facts["decisions"].filter(pl.col("decision_kind") == "not_same_person")
    return told.select(
        left_id=pl.min_horizontal("person_id", "subject"), right_id=pl.max_horizontal("person_id", "subject")
    ).unique()


def leave_apart(pairs: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """The pairs that nobody told apart, in their order."""
    return pairs.join(told, on=["left_id", "right_id"], how="anti", maintain_order="left")


def n_duplicates(situation: Situation) -> int:
    """How many pairs wait; none where the persons are too many for a page."""
    return 0 if is_too_large(situation) else duplicates(situation).height


def named(situation: Situation, pairs: pl.DataFrame) -> list[dict[str, Any]]:
    """The pairs with both names, and which comparisons agree, are near and differ."""
    people = situation.persons.select("person_id", "name", "list_id", "description")
    rows = pairs
    for side in ("left", "right"):
        about = people.rename(lambda name, side=side: f"{side}_{name.removeprefix('person_')}")  # type: ignore[misc]
        rows = rows.join(about, on=f"{side}_id", how="left", maintain_order="left")
    called = {"left_person_id": "left_id", "right_person_id": "right_id"}
    return [
        {**row, **{name: row[side] for name, side in called.items()}, "said": said(row)}
        for row in rows.to_dicts()
    ]


AGREES = ("same", "same_pinyin", "swapped", "same_place")
NEAR = (
    "near",
    "other_character",
    "one_digit_off",
    "one_character_off",
    "one_part_off",
    "same_year",
    "same_area",
)


def said(row: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """(comparison, level) under `agrees`, `near` and `differs`; what is not known is left out."""
    found: dict[str, list[tuple[str, str]]] = {"agrees": [], "near": [], "differs": []}
    for comparison in COMPARISONS:
        level = row[comparison.name]
        if level is not None:
            kind = "agrees" if level in AGREES else "near" if level in NEAR else "differs"
            found[kind].append((comparison.name, level))
    return found


def find_pair(situation: Situation, left_id: str, right_id: str) -> dict[str, Any] | None:
    """The waiting pair of these two, with its score; None where it does not wait."""
    left, right = sorted((left_id, right_id))
    chosen = duplicates(situation).filter((pl.col("left_id") == left) & (pl.col("right_id") == right))
    return chosen.to_dicts()[0] if chosen.height else None


def both_sides(situation: Situation, record: Outbreak, ids: Iterable[str]) -> list[Side]:
    """What is on record of each entry, to be laid side by side."""
    return [_side(situation, record, one) for one in ids]


def _side(situation: Situation, record: Outbreak, person_id: str) -> Side:
    own = {
        name: situation.facts[name].filter(pl.col("person_id") == person_id).sort(column, nulls_last=False)
        for name, column in SIDE_TABLES.items()
    }
    person = situation.persons.filter(pl.col("person_id") == person_id).to_dicts()[0]
    changed = last_change(record, person_id)
    return Side(
        person=person,
        counts={name: frame.height for name, frame in own.items()},
        latest={name: frame.tail(PART_ROWS).reverse().to_dicts() for name, frame in own.items()},
        changed_at=changed.get("recorded_at", person["recorded_at"]),
        changed_by=changed.get("recorded_by", ""),
    )


def last_change(record: Outbreak, person_id: str) -> dict[str, Any]:
    """When and by whom a fact of the person was last recorded; empty where none is shown."""
    found = []
    for name in ("persons", *SIDE_TABLES):
        rows = FACTS[name].objects.filter(person_id=person_id)  # type: ignore[attr-defined]
        rows = rows if TABLES[name].is_global else rows.filter(outbreak=record)
        found += rows.order_by("-recorded_at").values("recorded_at", "recorded_by")[:1]
    return max(found, key=lambda row: row["recorded_at"], default={})


def choose_survivor(situation: Situation, pair: dict[str, Any]) -> tuple[str, str]:
    """(the one that goes, the one that survives) of a pair: a case before others, then who has more facts on
    record, then the smaller id."""
    return choose_survivors(situation, pl.DataFrame([pair], schema=PAIR_SCHEMA))[0]


def choose_survivors(situation: Situation, pairs: pl.DataFrame) -> list[tuple[str, str]]:
    """The same for many pairs. Pairs that hang together end at one survivor; one that would bring two together
    whom somebody told apart is left out."""
    weight, told = _weights_of(situation), set(apart(situation.facts).rows())
    groups: dict[str, list[str]] = {}
    for left, right in pairs.select("left_id", "right_id").iter_rows():
        one, other = groups.get(left, [left]), groups.get(right, [right])
        crossing = {(min(a, b), max(a, b)) for a in one for b in other}
        if one is not other and not crossing & told:
            joined = [*one, *other]
            groups |= dict.fromkeys(joined, joined)
    best = {id(group): min(group, key=lambda who: _rank(who, weight)) for group in groups.values()}
    return sorted((who, best[id(group)]) for who, group in groups.items() if who != best[id(group)])


def _rank(person_id: str, weight: dict[str, tuple[int, int]]) -> tuple[int, int, str]:
    """Whoever ranks first survives: most cases, most facts, the smaller id."""
    cases, facts = weight.get(person_id, (0, 0))
    return -cases, -facts, person_id


def _weights_of(situation: Situation) -> dict[str, tuple[int, int]]:
    """Per person how many cases and how many facts name it."""
    counts = pl.concat(
        situation.facts[name].select("person_id", is_case=pl.lit(name == "cases")) for name in SIDE_TABLES
    )
    sums = counts.group_by("person_id").agg(pl.col("is_case").sum(), pl.len())
    return {person: (cases, n) for person, cases, n in sums.iter_rows()}


def merged_into(entries: Entries) -> list[dict[str, Any]]:
    """Entries that were merged right into this person and stand so: id, name, and since when."""
    if not entries.is_merged:
        return []
    rows = FACTS["persons"].objects.filter(  # type: ignore[attr-defined]
        person_id__in=entries.ids, merged_into_id=entries.person_id, retired_at=None
    )
    return list(
        rows.order_by("person_id").values("person_id", "name", "list_id", "recorded_at", "recorded_by")
    )
