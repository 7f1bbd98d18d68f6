"""From pairs to a ring: one row a person, as `core.contacts.search.find_ring` defines it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lastcase.engines.compiled import compiled

_GATHERED = (
    "person",
    "certainty",
    "rule",
    "first_s",
    "last_s",
    "least_s",
    "most_s",
    "dose",
    "n_meetings",
    "place",
)


def find_ring(pairs: pl.DataFrame, n_persons: int) -> pl.DataFrame:
    """One row a person of the pairs that `Searcher.find_pairs` found, sorted by person.

    Columns: person, certainty, rule, first_s, last_s, least_s, most_s, dose, n_meetings, n_via, via, place.
    """
    columns = {name: pairs[name].to_numpy(writable=True) for name in ("case", *_GATHERED)}
    row_of = np.full(n_persons, -1, np.int32)
    n_rows = _number(columns["person"], row_of)
    rings = {name: np.zeros(n_rows, columns[name].dtype) for name in _GATHERED}
    n_via, via = np.zeros(n_rows, np.int32), np.zeros(n_rows, np.uint32)
    _gather(row_of, n_via, via, columns["case"], *_interleaved(columns, rings))
    found = pl.DataFrame({**rings, "n_via": n_via, "via": via}).sort("person")
    return found.select(*_GATHERED[:-1], "n_via", "via", "place")


def _interleaved(one: dict[str, NDArray[np.generic]], other: dict[str, NDArray[np.generic]]) -> list[Any]:
    return [array for name in _GATHERED for array in (one[name], other[name])]


@compiled
def _number(person: NDArray[np.uint32], row_of: NDArray[np.int32]) -> int:
    """Give each person a row in the order of appearance; how many there are."""
    n = 0
    for at in range(len(person)):
        if row_of[person[at]] < 0:
            row_of[person[at]] = n
            n += 1
    return n


@compiled
def _gather(
    row_of: NDArray[np.int32],
    n_via: NDArray[np.int32],
    via: NDArray[np.uint32],
    case: NDArray[np.uint32],
    person: NDArray[np.uint32],
    to_person: NDArray[np.uint32],
    certainty: NDArray[np.uint8],
    to_certainty: NDArray[np.uint8],
    rule: NDArray[np.int8],
    to_rule: NDArray[np.int8],
    first: NDArray[np.int64],
    to_first: NDArray[np.int64],
    last: NDArray[np.int64],
    to_last: NDArray[np.int64],
    least: NDArray[np.int64],
    to_least: NDArray[np.int64],
    most: NDArray[np.int64],
    to_most: NDArray[np.int64],
    dose: NDArray[np.int64],
    to_dose: NDArray[np.int64],
    meetings: NDArray[np.int32],
    to_meetings: NDArray[np.int32],
    place: NDArray[np.uint32],
    to_place: NDArray[np.uint32],
) -> None:
    for at in range(len(person)):
        row = row_of[person[at]]
        if n_via[row] == 0 or certainty[at] < to_certainty[row]:
            n_via[row], to_least[row], to_most[row], to_dose[row], to_meetings[row] = 0, 0, 0, 0, 0
            to_person[row], to_certainty[row], to_rule[row] = person[at], certainty[at], rule[at]
            to_first[row], to_last[row] = first[at], last[at]
            via[row], to_place[row] = case[at], place[at]
        elif certainty[at] > to_certainty[row]:
            continue
        if first[at] < to_first[row] or (first[at] == to_first[row] and case[at] < via[row]):
            to_first[row], via[row], to_place[row] = first[at], case[at], place[at]
        to_rule[row] = min(to_rule[row], rule[at])
        to_last[row] = max(to_last[row], last[at])
        to_least[row] += least[at]
        to_most[row] += most[at]
        to_dose[row] += dose[at]
        to_meetings[row] += meetings[at]
        n_via[row] += 1
