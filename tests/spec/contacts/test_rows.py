"""Rows of seats, as a reader would say it: who sat near the case in the same carriage, and what nobody told."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from lastcase.core.contacts.places import VISITS, met_places, place_times
from lastcase.core.contacts.search import find_meetings
from lastcase.core.contacts.units import SPLIT, join_unit, most_rows, split_units
from lastcase.core.facts.store import Facts
from lastcase.editions import load_edition
from tests.spec.contacts.test_categories import CASE
from tests.spec.contacts.test_search import ALWAYS, FIFTEEN, pair, rule, town, visit, window
from tests.spec.facts import at
from tests.spec.tables import World

NEAR = rule(min_minutes=15.0, max_rows_apart=3)
SAME_ROW = rule(min_minutes=15.0, max_rows_apart=0)
WHOLE = rule("whole", category="copresent_person", min_minutes=15.0, priority=20)


def on_the_train(case: str | None, person: str | None) -> Facts:
    """An hour together, the two in these units."""
    return town(visit("c", "09:00", "10:00", unit=case), visit("p", "09:00", "10:00", unit=person))


@pytest.mark.parametrize(
    ("unit", "part", "row"),
    [
        ("3/#12", "3", 12),
        ("3/#12A", "3", 12),
        ("3 /#012f", "3", 12),
        ("/#7", None, 7),
        ("coach 3/#0", "coach 3", 0),
        ("3", "3", None),
        ("#7", "#7", None),
        ("3#12", "3#12", None),
        ("3#楼", "3#楼", None),
        ("3/#12 34", "3/#12 34", None),
        ("3/#123456", "3/#123456", None),
        ("3/#", "3/#", None),
        ("", "", None),
        (None, None, None),
    ],
)
def test_a_unit_is_a_part_and_perhaps_a_row(unit: str | None, part: str | None, row: int | None) -> None:
    told = split_units(pl.Series([unit, "1/#1"], dtype=pl.String))
    assert told.rows()[0] == (part, row)
    assert dict(told.schema) == SPLIT


def test_units_without_any_row_are_parts_as_they_stand() -> None:
    told = split_units(pl.Series(["3", None, "3#12"], dtype=pl.String))
    assert told.rows() == [("3", None), (None, None), ("3#12", None)]
    assert dict(told.schema) == SPLIT


def test_a_part_and_a_row_are_joined_to_the_unit_that_is_read_as_these() -> None:
    told = pl.DataFrame({"part": ["3", None, "3", None], "row": ["12A", "7", None, None]})
    units = told.select(unit=join_unit(pl.col("part"), pl.col("row")))["unit"]
    assert units.to_list() == ["3/#12A", "/#7", "3", None]
    assert split_units(units).rows() == [("3", 12), (None, 7), ("3", None), (None, None)]


@pytest.mark.parametrize(
    ("case", "person", "rule", "expected"),
    [
        ("3/#12", "3/#12", NEAR, "definite"),
        ("3/#12", "3/#9", NEAR, "definite"),
        ("3/#12A", "3/#15F", NEAR, "definite"),
        ("3/#12", "3/#16", NEAR, "short"),
        ("3/#12A", "3/#12F", SAME_ROW, "definite"),
        ("3/#12", "3/#13", SAME_ROW, "short"),
        # a bus, a flight: no part is told, the rows are
        ("/#12", "/#14", NEAR, "definite"),
        ("/#12", "/#30", NEAR, "short"),
        # who knows a row where the other does not is met, as who knows a part
        ("3/#12", "3", NEAR, "definite"),
        ("3", "3/#40", NEAR, "definite"),
        ("3/#12", None, NEAR, "definite"),
        (None, "3/#40", NEAR, "definite"),
        # a part is not told, but the rows are too far apart whichever it is
        ("3/#12", "/#14", NEAR, "definite"),
        ("3/#12", "/#30", NEAR, "short"),
        # another carriage is another carriage
        ("3/#12", "4/#12", NEAR, None),
        ("3/#12", "4", NEAR, None),
        # where the rule asks for no rows, the carriage is what counts
        ("3/#12", "3/#40", FIFTEEN, "definite"),
        ("3/#12", "4/#12", FIFTEEN, None),
        ("/#12", "/#30", FIFTEEN, "definite"),
    ],
)
def test_two_meet_in_the_same_part_and_in_near_rows_where_the_rule_asks_for_them(
    case: str | None, person: str | None, rule: object, expected: str | None
) -> None:
    assert pair(on_the_train(case, person), ALWAYS, rule).get("certainty") == expected


def test_whoever_sat_too_far_away_may_be_co_present_by_another_rule() -> None:
    found = pair(on_the_train("3/#12", "3/#40"), ALWAYS, NEAR, WHOLE)
    assert (found["certainty"], found["rule"]) == ("definite", "whole")
    assert pair(on_the_train("3/#12", "3/#13"), ALWAYS, NEAR, WHOLE)["rule"] == "close"


def test_times_that_are_not_sure_make_somebody_to_ask_in_near_rows_only() -> None:
    def ask(row: int) -> str:
        world = town(
            visit("c", "09:00", "10:00", unit="3/#12"),
            visit("p", "09:50", "10:00", unit=f"3/#{row}", precision_min=10.0),
        )
        return str(pair(world, ALWAYS, NEAR)["certainty"])

    assert (ask(13), ask(30)) == ("possible", "short")


def test_minutes_in_far_rows_add_nothing_to_those_in_near_ones() -> None:
    daily = rule(min_minutes=15.0, cumulating_hours=24.0, max_rows_apart=3)
    any_row = rule(min_minutes=15.0, cumulating_hours=24.0)

    def ask(second_row: int, *rules: object) -> str:
        world = town(
            visit("c", "09:00", "12:00", unit="3/#12"),
            visit("p", "09:00", "09:10", unit="3/#12"),
            visit("p", "10:00", "10:10", unit=f"3/#{second_row}"),
        )
        return str(pair(world, ALWAYS, *rules)["certainty"])

    assert (ask(14, daily), ask(30, daily), ask(30, any_row)) == ("definite", "short", "definite")


def test_a_record_of_a_far_row_takes_no_minutes_from_one_of_a_near_row() -> None:
    daily = rule(min_minutes=15.0, cumulating_hours=24.0, max_rows_apart=3)
    world = town(
        visit("c", "09:00", "12:00", unit="3/#12"),
        visit("p", "09:00", "12:00", unit="3/#40"),
        visit("p", "10:00", "10:20", unit="3/#12"),
    )
    assert pair(world, ALWAYS, daily)["certainty"] == "definite"


def test_the_air_stays_shared_near_the_row_of_the_case() -> None:
    for row, expected in ((13, "definite"), (30, "short")):
        world = town(
            visit("c", "09:00", "10:00", unit="3/#12"), visit("p", "11:00", "12:00", unit=f"3/#{row}")
        )
        assert pair(world, ALWAYS, NEAR, air_min=120.0)["certainty"] == expected


def test_the_widest_of_the_rules_says_how_far_rows_matter() -> None:
    assert most_rows([NEAR, SAME_ROW]) == 3
    assert most_rows([NEAR, FIFTEEN]) is None
    assert most_rows([]) is None


def derived(*without: str) -> World:
    """A train ride under the ninth edition with rows in its rule of vehicles (made for this test), `without` rules."""
    shipped = load_edition("cn-covid-9")
    named = next(r for r in shipped.rules.values() if r.id == "contact.found_indoors")
    rules = {**shipped.rules, named.id: replace(named, max_rows_apart=3)}
    return World(
        replace(shipped, rules={name: held for name, held in rules.items() if name not in without}),
        "Asia/Shanghai",
        cases=CASE,
        places="""
            place_id | setting
            train    | transport
        """,
        visits="""
            person | place_id | start_at         | end_at           | unit
            A      | train    | 2022-07-10 09:00 | 2022-07-10 12:00 | 3/#12
            C      | train    | 2022-07-10 09:00 | 2022-07-10 12:00 | 3/#14A
            D      | train    | 2022-07-10 09:00 | 2022-07-10 12:00 | 3/#30A
            E      | train    | 2022-07-10 09:00 | 2022-07-10 12:00 | 3
            F      | train    | 2022-07-10 09:00 | 2022-07-10 12:00 | 4/#12
        """,
    )


def test_near_rows_make_candidates_and_the_rest_of_the_carriage_is_co_present() -> None:
    world = derived()
    assert world.verdicts("C") == [("pending", "rule")]
    assert world.verdicts("D") == [("copresent", "rule")]
    assert world.verdicts("E") == [("pending", "rule")]
    assert world.verdicts("F") == []


def test_where_no_other_rule_fits_a_far_row_is_ruled_out() -> None:
    world = derived("contact.copresent")
    assert world.verdicts("C") == [("pending", "rule")]
    assert world.verdicts("D") == [("ruled_out", "too_short_or_far")]


def test_places_are_told_by_part_and_published_without_rows() -> None:
    seated = [visit("c", "09:00", "10:00", unit="3/#12")]
    seated += [visit(who, "09:00", "10:00", unit=f"3/#{row}") for who, row in (("p", 12), ("q", 14))]
    seated += [visit("r", "09:00", "10:00"), visit("s", "09:00", "10:00", unit="/#13")]
    found = met_places(find_meetings(town(*seated), window("c", "00:00"), [NEAR]))
    (carriage,) = found.to_dicts()
    assert (carriage["unit"], carriage["n_definite"], carriage["n_no_unit"]) == ("3", 4, 2)
    ridden = pl.DataFrame(
        [
            ("c", "hall", unit, "transport", at(start), at(end))
            for unit, start, end in (("3/#12", "09:00", "10:00"), ("3/#40", "09:30", "11:00"))
        ],
        schema=VISITS,
        orient="row",
    )
    assert place_times(ridden).select("unit", "start_at", "end_at").rows() == [
        ("3", at("09:00"), at("11:00"))
    ]
