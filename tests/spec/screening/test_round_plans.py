"""Test rounds of a whole area: when they begin, when they stop, whom they asked for and reached.

The rule of these tables: a round a day until three in a row find nobody in the community, a gap of three days, one
more; none found: stop. Days are of July 2022 in Beijing time; a case was found at 09:00 of its day.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from lastcase.core.answers import Answers
from lastcase.core.derive import derive
from lastcase.core.protocol.model import RoundRule
from tests.spec.facts import at, case, facts, person, swab
from tests.spec.protocols import COUNTED, WORDS, outbreak

TREE = [
    {"area_id": "city", "tier": "city", "parent_id": None, "population": 4_999_999},
    {"area_id": "county", "tier": "county", "parent_id": "city"},
    {"area_id": "cell", "tier": "cell", "parent_id": "county"},
    {"area_id": "other", "tier": "county", "parent_id": "city"},
]


def rule(name: str = "county", **changes: object) -> RoundRule:
    daily = {"trigger": "community_case", "tier": "county", "every_days": 1, "clean_rounds": 3}
    then = {"gap_days": 3, "further_rounds": 1, "within_hours": 24.0}
    return RoundRule(id=f"round.{name}", **WORDS, **{**daily, **then, **changes})


def answers(*rules: RoundRule, **tables: list[dict[str, object]]) -> Answers:
    held = {"stay_id": "x", "person_id": "Z", "stay_kind": "quarantine_home", "start_at": "06-01 09:00"}
    given = {"areas": TREE, "stays": [held], **tables}
    return derive(facts(**given), outbreak(*COUNTED, *(rules or (rule(),))))


def found(*days: int, **more: object) -> list[dict[str, object]]:
    return [case(f"C{n}", f"07-{day:02} 09:00", area_id="cell", **more) for n, day in enumerate(days)]


def days_of(rounds: pl.DataFrame) -> list[int]:
    local = rounds.sort("start_at")["start_at"].dt.convert_time_zone("Asia/Shanghai")
    return local.dt.day().to_list()


@pytest.mark.parametrize(
    ("cases", "rounds"),
    [
        ((), []),
        ((10,), [11, 12, 13, 17]),
        ((10, 10), [11, 12, 13, 17]),
        (
            (10, 11),
            [11, 12, 13, 14, 18],
        ),  # found during the first round: the count of clean ones begins after it
        ((10, 13), [11, 12, 13, 14, 15, 16, 20]),
        ((10, 15), [11, 12, 13, 16, 17, 18, 22]),  # found in the gap: the day after, daily again
        ((10, 17), [11, 12, 13, 17, 18, 19, 20, 24]),  # found in the further round
        ((10, 20), [11, 12, 13, 17, 21, 22, 23, 27]),  # stopped, and begun anew
    ],
)
def test_days_on_which_rounds_start(cases: tuple[int, ...], rounds: list[int]) -> None:
    assert days_of(answers(cases=found(*cases)).test_rounds) == rounds


@pytest.mark.parametrize(
    ("changes", "rounds"),
    [
        ({"clean_rounds": 2}, [11, 12, 16]),
        ({"gap_days": 2}, [11, 12, 13, 16]),
        ({"further_rounds": 2}, [11, 12, 13, 17, 21]),
        ({"further_rounds": 0, "gap_days": 0}, [11, 12, 13]),
        ({"every_days": 2}, [11, 13, 15, 20]),
        (
            {"first_after_days": 0},
            [10, 11, 12, 13, 17],
        ),  # the first round is the one during which it was found
    ],
)
def test_each_number_decides(changes: dict[str, object], rounds: list[int]) -> None:
    assert days_of(answers(rule(**changes), cases=found(10)).test_rounds) == rounds


@pytest.mark.parametrize(
    ("trigger", "kind", "n_rounds"),
    [
        ("community_case", "community_detected", 4),
        ("community_case", "managed_detected", 0),
        ("any_case", "managed_detected", 4),
    ],
)
def test_who_begins_the_rounds(trigger: str, kind: str, n_rounds: int) -> None:
    made = answers(rule(trigger=trigger), cases=found(10, detection_override=kind))
    assert made.test_rounds.height == n_rounds


@pytest.mark.parametrize(
    ("population", "expected"),
    [(4_999_999, "round.small"), (5_000_000, "round.large"), (None, "round.small")],
)
def test_the_population_says_which_rule_holds(population: int | None, expected: str) -> None:
    small = rule("small", tier="city", every_days=3, within_hours=72.0, population_below=5_000_000)
    large = rule("large", tier="city", every_days=5, within_hours=120.0, population_from=5_000_000)
    areas = [TREE[0] | {"population": population}, *TREE[1:]]
    rounds = answers(small, large, areas=areas, cases=found(10)).test_rounds
    assert rounds["rule"].unique().to_list() == [expected]
    assert rounds["area_id"].unique().to_list() == ["city"]


def test_a_round_is_due_within_its_hours_and_says_what_follows() -> None:
    rounds = answers(cases=found(10)).test_rounds.sort("start_at")
    assert (rounds["due_at"] - rounds["start_at"]).unique().to_list() == [timedelta(hours=24)]
    assert rounds["next_at"].to_list() == [at("07-12 00:00"), at("07-13 00:00"), at("07-17 00:00"), None]
    assert rounds["n_clean"].to_list() == [1, 2, 3, 4]
    assert rounds["is_further"].to_list() == [False, False, False, True]


def test_whom_a_round_asked_for_reached_and_found() -> None:
    people = [
        person("P"),
        person("Q", "other", present_area_id="cell"),
        person("away", "cell", present_area_id="other"),
        person("dead", "cell"),
        person("late", None, residence_place_id="home"),
    ]
    dead = case("dead", "07-09 09:00", death_on=at("07-10 12:00").date(), case_status="suspected")
    swabs = [
        swab("P", "07-11 10:00"),
        swab("P", "07-11 11:00"),
        swab("Q", "07-12 00:00"),
        swab("away", "07-11 10:00"),
    ]
    made = answers(
        cases=[*found(10, 11), dead],
        places=[{"place_id": "home", "area_id": "cell"}],
        persons=people,
        specimens=swabs,
    )
    told = made.test_rounds.sort("start_at").select("n_roster", "n_sampled", "n_found").rows()
    assert told[:3] == [(3, 1, 1), (3, 1, 0), (3, 0, 0)]


def test_residents_owe_one_test_a_round_and_one_swab_serves_all() -> None:
    contact = {"contact_id": "k", "case_person_id": "C0", "person_id": "P", "area_id": "cell"}
    made = answers(
        cases=found(10),
        persons=[person("P"), person("Q", "other")],
        contacts=[contact],
        specimens=[swab("P", "07-12 10:00", specimen_kind="throat")],
    )
    owed = made.duties.filter(pl.col("rule") == "round.county").sort("due_at")
    assert owed["person_id"].unique().to_list() == ["P"]
    assert owed["category"].unique().to_list() == ["area_resident"]
    assert owed["evidence"].to_list() == ["specimens:P-07-12 10:00", "specimens:P-07-12 10:00", None, None]
    assert owed["due_at"].to_list() == [at(f"07-{day} 00:00") for day in (12, 13, 14, 18)]


def test_without_an_area_of_the_tier_there_is_no_round() -> None:
    assert answers(areas=TREE[:1], cases=found(10)).test_rounds.is_empty()
