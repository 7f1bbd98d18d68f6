"""Lineage: a re-drawn area keeps its clock through what it was drawn from; what nobody recorded stays
unknown."""

from __future__ import annotations

import polars as pl
import pytest

from lastcase.core.detection import detect
from lastcase.core.risk_areas.release import risk_area_clocks
from tests.spec.facts import at, case, cell, facts, person, stay
from tests.spec.protocols import COUNTED, high, medium, outbreak

OUTBREAK = outbreak(*COUNTED, high(), medium())
REDRAWN = "07-28 09:00"


def clocks(*listed: dict[str, object], **more: list[dict[str, object]]) -> dict[str, dict[str, object]]:
    """The stays that stand at the end, by risk area."""
    given = facts(areas=[cell()], risk_areas=list(listed), **more)
    found = risk_area_clocks(given, OUTBREAK, detect(given, OUTBREAK))[0]
    return {row["risk_area_id"]: row for row in found.filter(pl.col("end_at").is_null()).to_dicts()}


def old(id: str, start: str = "07-25 09:00") -> dict[str, object]:
    return stay(start, REDRAWN, risk_area_id=id, next_level="none")


def new(id: str, drawn_from: str | None = None, **more: object) -> dict[str, object]:
    return stay(REDRAWN, risk_area_id=id, predecessor_ids=drawn_from, **more)


def test_split_keeps_the_clock() -> None:
    found = clocks(old("A"), new("A1", "A"), new("A2", "A"))
    assert {row["clean_at"] for row in found.values()} == {at("08-01 09:00")}
    assert {row["lineage"] for row in found.values()} == {"split"}


def test_merged_keeps_the_latest_clock() -> None:
    found = clocks(old("A"), old("B", "07-26 12:00"), new("C", "A B"))
    assert (found["C"]["clean_at"], found["C"]["lineage"]) == (at("08-02 12:00"), "merged")


def test_lineage_reaches_over_several_drawings() -> None:
    again = stay("07-29 09:00", risk_area_id="A11", predecessor_ids="A1")
    first = {**new("A1", "A"), "end_at": "07-29 09:00", "next_level": "none"}
    assert clocks(old("A"), first, again)["A11"]["clean_at"] == at("08-01 09:00")


def test_unknown_lineage_starts_anew_and_says_so() -> None:
    found = clocks(old("A"), new("B"))
    assert (found["B"]["clean_at"], found["B"]["lineage"]) == (at("08-04 09:00"), "unknown")


@pytest.mark.parametrize("stated", ["new", "split", "merged", "unknown"])
def test_stated_lineage_stands(stated: str) -> None:
    assert clocks(old("A"), new("B", lineage=stated))["B"]["lineage"] == stated


def test_an_area_that_appears_alone_is_new() -> None:
    assert clocks(stay("07-25 09:00"))["A"]["lineage"] == "new"


def test_another_level_of_the_same_area_is_continued_with_its_own_clock() -> None:
    before = stay("07-25 09:00", REDRAWN, next_level="medium")
    found = clocks(before, stay(REDRAWN, risk_level="medium"))
    assert (found["A"]["lineage"], found["A"]["clean_at"]) == ("continued", at("08-04 09:00"))


def test_a_drawing_in_another_area_tells_nothing() -> None:
    assert clocks(old("A"), new("B", area_id="elsewhere"))["B"]["lineage"] == "new"


def test_a_case_before_the_drawing_restarts_only_the_part_it_lives_in() -> None:
    tree = [cell("west"), cell("east")]
    covers = [{"risk_area_id": "A1", "area_id": "west"}, {"risk_area_id": "A2", "area_id": "east"}]
    given = facts(
        areas=tree,
        risk_areas=[old("A"), new("A1", "A"), new("A2", "A")],
        risk_area_extents=covers,
        persons=[person("P", "west")],
        cases=[case("P", "07-26 10:00")],
    )
    found = risk_area_clocks(given, OUTBREAK, detect(given, OUTBREAK))[0]
    clean = dict(found.filter(pl.col("end_at").is_null()).select("risk_area_id", "clean_at").iter_rows())
    assert clean == {"A1": at("08-02 10:00"), "A2": at("08-01 09:00")}


def test_what_became_of_an_area_lost_in_a_drawing_is_not_called_early() -> None:
    given = facts(areas=[cell()], risk_areas=[old("A"), new("B")])
    found = risk_area_clocks(given, OUTBREAK, detect(given, OUTBREAK))[0]
    assert dict(found.select("risk_area_id", "is_early_exit").iter_rows()) == {"A": None, "B": False}


def test_an_area_dropped_early_without_any_drawing_is_early() -> None:
    given = facts(areas=[cell()], risk_areas=[old("A")])
    found = risk_area_clocks(given, OUTBREAK, detect(given, OUTBREAK))[0]
    assert found["is_early_exit"].to_list() == [True]
