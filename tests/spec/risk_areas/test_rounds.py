"""The closing round: everyone present, one conclusive negative each; who is missing blocks by name."""

from __future__ import annotations

import polars as pl
import pytest

from lastcase.core.detection import detect
from lastcase.core.facts.store import Facts
from lastcase.core.risk_areas.release import risk_area_clocks
from tests.spec.facts import at, cell, facts, person, stay, swab
from tests.spec.protocols import COUNTED, high, outbreak

CLEAN = "08-01 09:00"
OUTBREAK = outbreak(*COUNTED, high())


def answers(given: Facts) -> tuple[dict[str, object], pl.DataFrame]:
    clocks, blockers = risk_area_clocks(given, OUTBREAK, detect(given, OUTBREAK))
    return clocks.row(0, named=True), blockers


def area(**tables: list[dict[str, object]]) -> Facts:
    return facts(**{"areas": [cell()], "risk_areas": [stay("07-25 09:00")], **tables})


def test_story_999_of_1000_negative_one_bedridden_found_the_next_day() -> None:
    people = [person(f"P{n:04}") for n in range(999)] + [person("Z", exemptions="bedridden")]
    swabs = [swab(f"P{n:04}", "07-31 10:00", resulted="07-31 20:00") for n in range(999)]
    clock, blockers = answers(area(persons=people, specimens=swabs))
    assert (clock["n_roster"], clock["n_negative"], clock["n_blocking"]) == (1000, 999, 1)
    assert clock["release_at"] is None
    assert blockers.select("person_id", "reason").rows() == [("Z", "never_sampled")]

    found = swab("Z", "08-01 16:00", resulted="08-02 01:30")
    clock, blockers = answers(area(persons=people, specimens=[*swabs, found]))
    assert (clock["n_blocking"], blockers.height) == (0, 0)
    assert clock["release_at"] == at("08-02 01:30")


@pytest.mark.parametrize(
    ("swabs", "checks", "reason"),
    [
        ([], [], "never_sampled"),
        ([swab("P", "07-30 10:00")], [], "never_sampled"),  # before the round opened
        ([swab("P", "07-31 10:00", None)], [], "pending"),
        ([swab("P", "07-31 10:00", "inconclusive")], [], "inconclusive"),
        ([swab("P", "07-31 10:00", "positive")], [], "positive"),
        ([swab("P", "07-31 10:00"), swab("P", "07-31 20:00", "positive")], [], "positive"),
        ([], ["not_found"], "absent"),
        ([], ["lost"], "absent"),
        ([], ["refused"], "refused"),
        ([], ["done"], "never_sampled"),  # a visit is no test
        ([swab("P", "07-31 10:00")], [], None),
        ([swab("P", "07-31 09:00")], [], None),  # the round begins with its first instant
        ([swab("P", "07-31 10:00", "inconclusive"), swab("P", "07-31 20:00")], [], None),
        ([swab("P", "07-31 10:00", "positive"), swab("P", "07-31 20:00")], [], None),
    ],
)
def test_what_blocks(swabs: list[dict[str, object]], checks: list[str], reason: str | None) -> None:
    tried = [
        {
            "check_id": name,
            "person_id": "P",
            "duty_kind": "test",
            "checked_at": "07-31 12:00",
            "check_outcome": name,
        }
        for name in checks
    ]
    clock, blockers = answers(area(persons=[person("P")], specimens=swabs, checks=tried))
    assert blockers["reason"].to_list() == ([reason] if reason else [])
    assert (clock["release_at"] is None) is bool(reason)


@pytest.mark.parametrize(
    ("pool", "own", "reason"),
    [
        ("negative", None, None),
        ("positive", None, "pending"),  # tells of none of its members
        ("inconclusive", None, "inconclusive"),
        (None, None, "pending"),
        ("positive", "negative", None),
    ],
)
def test_pooled_specimens(pool: str | None, own: str | None, reason: str | None) -> None:
    tube = {"pool_id": "T", "pool_size": 10, "result": pool, "resulted_at": "08-01 12:00"}
    pooled = swab("P", "07-31 10:00", own, "08-01 13:00" if own else None, pool_id="T")
    clock, blockers = answers(area(persons=[person("P")], specimens=[pooled], pools=[tube]))
    assert blockers["reason"].to_list() == ([reason] if reason else [])
    if reason is None:
        assert clock["release_at"] == at("08-01 13:00" if own else "08-01 12:00")


def test_round_met_early_still_waits_for_the_clean_days() -> None:
    clock, _ = answers(area(persons=[person("P")], specimens=[swab("P", "07-31 10:00")]))
    assert (clock["round_met_at"], clock["release_at"]) == (at("07-31 10:00"), at(CLEAN))


def test_no_roster_is_not_a_round_met() -> None:
    clock, blockers = answers(area())
    assert (clock["n_roster"], clock["round_met_at"], clock["release_at"]) == (None, None, None)
    assert blockers.is_empty()


@pytest.mark.parametrize(
    ("who", "is_on_roster"),
    [
        (person("P"), True),
        (person("P", "elsewhere"), False),
        (person("P", "elsewhere", present_area_id="cell"), True),
        (person("P", "cell", present_area_id="elsewhere"), False),
        (person("P", None, residence_place_id="home"), True),
    ],
)
def test_the_roster_is_who_is_present(who: dict[str, object], is_on_roster: bool) -> None:
    home = {"place_id": "home", "area_id": "cell", "setting": "household"}
    clock, _ = answers(area(persons=[who], places=[home]))
    assert clock["n_roster"] == (1 if is_on_roster else None)


@pytest.mark.parametrize(
    ("kind", "start", "end", "is_on_roster"),
    [
        ("quarantine_central", "07-26 09:00", None, False),
        ("isolation_hospital", "07-26 09:00", None, False),
        ("quarantine_central", "07-26 09:00", "07-30 09:00", True),
        ("quarantine_home", "07-26 09:00", None, True),
    ],
)
def test_who_is_held_elsewhere_is_counted_there(
    kind: str, start: str, end: str | None, is_on_roster: bool
) -> None:
    held = {"stay_id": "S", "person_id": "P", "stay_kind": kind, "start_at": start, "end_at": end}
    clock, _ = answers(area(persons=[person("P")], stays=[held]))
    assert clock["n_roster"] == (1 if is_on_roster else None)


def test_extents_say_what_an_area_covers() -> None:
    tree = [
        {"area_id": "county", "tier": "county", "parent_id": None},
        {"area_id": "village", "tier": "committee", "parent_id": "county"},
        cell() | {"parent_id": "village"},
    ]
    people = [person("P"), person("Q", "county"), person("R", "county", residence_place_id="home")]
    given = {
        "areas": tree,
        "persons": people,
        "places": [{"place_id": "home", "setting": "household"}],
        "risk_areas": [stay("07-25 09:00", area_id="county")],
    }
    covers = [{"risk_area_id": "A", "area_id": "village"}, {"risk_area_id": "A", "place_id": "home"}]
    _, blockers = answers(facts(**given, risk_area_extents=covers))
    assert blockers["person_id"].to_list() == ["P", "R"]


def test_blockers_are_named_only_while_the_area_stands() -> None:
    gone = stay("07-25 09:00", "08-02 09:00", next_level="medium")
    _, blockers = answers(area(persons=[person("P")], risk_areas=[gone]))
    assert blockers.is_empty()


def test_without_a_closing_round_days_alone_release() -> None:
    about = outbreak(*COUNTED, high(has_closing_round=False))
    given = area(persons=[person("P")])
    clocks, blockers = risk_area_clocks(given, about, detect(given, about))
    assert (clocks["release_at"][0], blockers.height) == (at(CLEAN), 0)
