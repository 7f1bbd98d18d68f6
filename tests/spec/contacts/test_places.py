"""Where cases were: what is published names no home and nobody, and shared places point back to a source."""

from __future__ import annotations

import polars as pl
import pytest

from lastcase.core.contacts.incubation import incubation_range
from lastcase.core.contacts.places import (
    VISITS,
    infection_windows,
    met_places,
    place_times,
    shared_places,
)
from lastcase.core.contacts.search import find_meetings
from lastcase.editions import load_disease
from tests.spec.contacts.test_search import FIFTEEN, town, visit, window
from tests.spec.facts import at


def visits(*rows: tuple[str, str, str | None, str | None, str, str]) -> pl.DataFrame:
    return pl.DataFrame([(*row[:4], at(row[4]), at(row[5])) for row in rows], schema=VISITS, orient="row")


def test_visits_that_overlap_are_one_time_whoever_was_there() -> None:
    told = place_times(
        visits(
            ("a", "hall", None, "leisure", "09:00", "10:00"),
            ("b", "hall", None, "leisure", "09:30", "11:00"),
            ("b", "hall", None, "leisure", "15:00", "16:00"),
            ("a", "hall", "first floor", "leisure", "10:30", "11:30"),
        )
    )
    assert "person" not in told.columns
    times = told.select("unit", "start_at", "end_at").rows()
    assert times == [
        (None, at("09:00"), at("11:00")),
        (None, at("15:00"), at("16:00")),
        ("first floor", at("10:30"), at("11:30")),
    ]


def test_no_home_is_published_and_a_place_of_unknown_kind_is() -> None:
    told = place_times(
        visits(("a", "home", None, "household", "00:00", "08:00"), ("a", "x", None, None, "09:00", "10:00"))
    )
    assert told["place_id"].to_list() == ["x"]


def test_places_that_several_cases_share_come_first() -> None:
    told = shared_places(
        visits(
            ("a", "market", "12", "market", "07-20 09:00", "07-20 10:00"),
            ("b", "market", None, "market", "07-21 09:00", "07-21 10:00"),
            ("c", "market", None, "market", "07-22 09:00", "07-22 10:00"),
            ("a", "hall", None, "leisure", "07-20 19:00", "07-20 20:00"),
            ("b", "hall", None, "leisure", "07-20 19:30", "07-20 20:00"),
            ("a", "home", None, "household", "07-20 21:00", "07-21 06:00"),
        )
    )
    assert told.select("place_id", "n_cases").rows() == [("market", 3), ("hall", 2)]


def test_a_case_was_infected_an_incubation_period_before_its_onset() -> None:
    episodes = pl.DataFrame(
        {
            "person_id": ["a"],
            "episode": [1],
            "symptom_onset_on": [at("07-25 12:00").date()],
            "found_at": [None],
        },
        schema_overrides={"found_at": pl.Datetime("us", "UTC"), "episode": pl.Int64},
    )
    (row,) = infection_windows(episodes, 1.0, 7.0, "Asia/Shanghai").to_dicts()
    assert (row["window_start_at"], row["window_end_at"]) == (at("07-18 00:00"), at("07-24 00:00"))


@pytest.mark.parametrize(
    ("disease", "low", "high"),
    [
        # Quantiles of the gamma distributions with these means and deviations, by numerical integration.
        ("covid-omicron-ba2-2022", 1.21, 6.99),
        ("ebola", 0.82, 31.45),
        # 5.1 days times and over 1.52 to the power 1.96.
        ("covid-ancestral", 2.24, 11.59),
    ],
)
def test_the_middle_of_the_incubation_period(disease: str, low: float, high: float) -> None:
    assert incubation_range(load_disease(disease)) == pytest.approx((low, high), abs=0.12)


def met(*stays: dict[str, object], percents: dict[str, int] | None = None) -> dict[tuple[str, object], dict]:
    """What came about by place and part where the cases "c" and "d" were."""
    windows = pl.concat([window("c", "00:00"), window("d", "00:00")])
    found = met_places(find_meetings(town(*stays), windows, [FIFTEEN]), percents or {})
    return {(row["place_id"], row["unit"]): row for row in found.to_dicts()}


def test_a_place_tells_how_many_met_there_how_surely_and_how_long() -> None:
    places = met(
        visit("c", "09:00", "10:00"),
        visit("d", "13:00", "14:00"),
        visit("p", "09:30", "10:00"),
        visit("q", "13:00", "14:00"),
        visit("r", "13:46", "14:00", precision_min=5.0),
        visit("s", "13:55", "14:00"),
        visit("s", "09:00", "10:00", place="shop"),
        percents={"leisure": 200},
    )
    hall = places["hall", None]
    assert (hall["n_cases"], hall["n_definite"], hall["n_possible"], hall["n_short"]) == (2, 2, 1, 1)
    assert (hall["most_dose_min"], hall["dose_min"]) == (120.0, 60.0 + 120.0 + 28.0)
    assert (hall["first_at"], hall["last_at"]) == (at("09:30"), at("14:00"))
    assert list(places) == [("hall", None)]


def test_parts_stand_for_themselves_and_whose_part_is_not_known_is_counted_to_be_asked() -> None:
    places = met(
        visit("c", "09:00", "10:00", unit="first floor"),
        visit("d", "13:00", "14:00", unit="cellar"),
        visit("p", "09:30", "10:00", unit="first floor"),
        visit("q", "09:00", "10:00"),
    )
    assert [unit for _, unit in places] == ["first floor"]
    floor = places["hall", "first floor"]
    assert (floor["n_definite"], floor["n_no_unit"]) == (2, 1)


def test_a_place_where_all_were_together_too_shortly_is_told_as_well() -> None:
    hall = met(visit("c", "09:00", "10:00"), visit("p", "09:50", "10:00"))["hall", None]
    assert (hall["n_definite"], hall["n_short"], hall["n_no_unit"]) == (0, 1, 0)
    assert (hall["n_cases"], hall["first_at"]) == (1, at("09:50"))
