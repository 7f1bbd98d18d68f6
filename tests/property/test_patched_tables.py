"""Laws of tables that are patched when they are looked at: whoever looks, and when, sees every patch put in."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastcase.ops.records import patched
from lastcase.ops.records.patched import PatchedTable

SCHEMA = {"one": pl.String, "other": pl.String, "n": pl.Int64}
COLUMNS = ("one", "other")
persons = st.sampled_from([None, "a", "b", "c", "d"])
rows = st.lists(st.tuples(persons, persons, st.integers(0, 9)), max_size=8)
owners = st.sets(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=3)
LOOKS = ("whole", "part", "view", "about")
Row = tuple[str | None, str | None, int]


def frame(of: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(of, schema=SCHEMA, orient="row")


def in_order(of: list[Row]) -> list[str]:
    return sorted(map(repr, of))


def is_small(row: Row) -> bool:
    return row[2] < 5


def look(table: PatchedTable, what: str, stand: list[Row]) -> None:
    """What is seen is what stands."""
    match what:
        case "whole":
            assert in_order(table.whole.rows()) == in_order(stand)
        case "part":
            part = table.part("small", lambda one: one.filter(pl.col("n") < 5))
            assert in_order(part.rows()) == in_order(list(filter(is_small, stand)))
        case "view":
            most = table.view("most", _most, _more)
            assert most == max((n for _, _, n in stand), default=-1)
        case "about":
            mine = [row for row in stand if {"a", "e"} & set(row[:2])]
            assert in_order(table.about(["a", "e"]).rows()) == in_order(mine)


def _most(rows_: pl.DataFrame) -> int:
    most: Any = rows_["n"].max()
    return -1 if most is None else int(most)


def _more(before: int, new: pl.DataFrame, _: list[str]) -> int | None:
    """The greatest can be told from what is new only where that is as great."""
    return _most(new) if _most(new) >= before else None


@pytest.mark.parametrize("share", [0.0, 0.5, 1e9])
@given(
    base=rows,
    changes=st.lists(st.tuples(owners, rows, st.sets(st.sampled_from(LOOKS))), min_size=1, max_size=5),
)
def test_who_looks_sees_every_patch(
    share: float, base: list[Row], changes: list[tuple[set[str], list[Row], set[str]]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patched, "SHARE_WAITING", share)
        stand, table = base, PatchedTable(frame(base), COLUMNS)
        for mine, drawn, looks in changes:
            fresh = [row for row in drawn if mine & set(row[:2])]
            before, stood = table, stand
            stand = [row for row in stand if not mine & set(row[:2])] + fresh
            table = table.then(sorted(mine), frame(fresh))
            for what in sorted(looks):
                look(table, what, stand)
            look(before, "whole", stood)  # an earlier revision stays as it was
        for what in LOOKS:
            look(table, what, stand)


def test_a_part_on_other_terms_is_made_anew() -> None:
    table = PatchedTable(frame([("a", None, 1), ("b", None, 7)]), COLUMNS)
    assert table.part("few", lambda one: one.filter(pl.col("n") < 5), 5).height == 1
    assert table.part("few", lambda one: one.filter(pl.col("n") < 9), 9).height == 2
