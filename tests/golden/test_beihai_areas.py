"""The recorded stays of Beihai's risk areas against the clocks of the ninth edition's rule of seven days."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from lastcase.core.detection import detect
from lastcase.core.risk_areas.exits import early_exits, stay_lengths
from lastcase.core.risk_areas.release import risk_area_clocks
from lastcase.core.risk_areas.standing import count_at
from tests.golden import beihai
from tests.spec.protocols import COUNTED, high, medium, outbreak

FACTS = beihai.facts()
BEIHAI = beihai.outbreak()


@pytest.fixture(scope="module")
def clocks() -> pl.DataFrame:
    return risk_area_clocks(FACTS, BEIHAI, detect(FACTS, BEIHAI))[0]


def test_every_recorded_stay_has_a_clock(clocks: pl.DataFrame) -> None:
    assert clocks.height == FACTS["risk_areas"].height == 1195
    assert clocks["clean_at"].null_count() == 0


def test_283_stays_high_to_medium_against_seven_days(clocks: pl.DataFrame) -> None:
    found = stay_lengths(clocks, "high", "medium")
    assert (found.n_stays, found.n_early, found.n_unknown) == (283, 67, 0)
    assert found.median_days == pytest.approx(7.17, abs=0.005)
    assert found.shortest_days == pytest.approx(2.04, abs=0.005)


def test_early_exits_are_listed_and_claim_no_reason(clocks: pl.DataFrame) -> None:
    exits = early_exits(clocks, "high", "medium")
    assert exits.height == 67
    assert exits["stood_days"].max() < 7
    assert exits["because"].str.contains("area.left_early").all()


@pytest.mark.parametrize(("days", "n_early"), [(7, 67), (2, 0), (30, 283)])
def test_another_number_of_days_gives_other_exits(days: int, n_early: int) -> None:
    about = outbreak(*COUNTED, high(clean_days=days), medium())
    assert (
        stay_lengths(risk_area_clocks(FACTS, about, detect(FACTS, about))[0], "high", "medium").n_early
        == n_early
    )


@pytest.mark.parametrize("drawn", ["2022-07-20T07:00", "2022-07-26T11:00"])
def test_lineage_over_the_re_drawings_is_unknown(clocks: pl.DataFrame, drawn: str) -> None:
    begun = clocks.filter(pl.col("start_at") == beihai.at(drawn))
    fresh = begun.filter(pl.col("lineage") != "continued")
    assert fresh.height > 50
    assert fresh["lineage"].unique().to_list() == ["unknown"]
    assert fresh.select(pl.col("clock_from_at") == pl.col("start_at")).to_series().all()


def test_what_vanished_in_a_re_drawing_is_not_called_early(clocks: pl.DataFrame) -> None:
    lost = clocks.filter(
        (pl.col("end_at") == beihai.at("2022-07-20T07:00")) & (pl.col("next_level") == "none")
    )
    assert lost.height == 136
    assert lost.filter(pl.col("end_at") < pl.col("clean_at"))["is_early_exit"].null_count() == lost.height


def test_without_roster_no_area_is_said_to_be_releasable(clocks: pl.DataFrame) -> None:
    asked = clocks.filter(pl.col("round_from_at").is_not_null())
    assert asked.height > 800
    assert asked["n_roster"].null_count() == asked["release_at"].null_count() == asked.height


@pytest.mark.parametrize(
    ("instant", "high", "medium"),
    [
        ("2022-07-13T00:00", None, None),  # before the record begins
        ("2022-07-15T10:00", 86, 67),
        ("2022-07-20T07:00", 54, 21),
        ("2022-07-27T22:00", 314, 38),
        ("2022-08-05T13:00", 193, 345),
        ("2022-08-05T15:00", 54, 452),
        ("2022-08-07T21:00", 53, 420),
        ("2022-08-08T09:00", 0, 202),
        ("2022-08-16T01:00", 0, 0),
    ],
)
def test_standing_areas_as_the_list_had_them(instant: str, high: int | None, medium: int | None) -> None:
    # The list counted up to three medium places more: those of one name are one id in the record of stays.
    when = beihai.at(instant)
    assert (count_at(FACTS, "high", when, "450500"), count_at(FACTS, "medium", when, "450500")) == (
        high,
        medium,
    )


def test_counties_add_up_to_the_city() -> None:
    when = beihai.at("2022-08-05T13:00") + timedelta(minutes=1)
    counties = [count_at(FACTS, "high", when, code) for code in ("450502", "450503", "450512", "450521")]
    assert sum(n or 0 for n in counties) == 193


def test_medium_after_high_stood_longer_than_its_own_three_days(clocks: pl.DataFrame) -> None:
    medium_stays = clocks.filter(pl.col("rule") == "risk_level.medium_after_high")
    length = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 86_400
    days = medium_stays.select(length).to_series()
    assert (len(days), days.median()) == (283, pytest.approx(5.75, abs=0.005))
    cleans = medium_stays.select(pl.col("clean_at") - pl.col("clock_from_at")).to_series().unique().to_list()
    assert cleans == [timedelta(days=3)]
    assert medium_stays.filter(~pl.col("is_early_exit"))["release_at"].null_count() == 0
