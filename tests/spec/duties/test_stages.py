"""Stages: where, how long, tested when. Rows are (edition, category) and what the rule book says of the dates."""

from __future__ import annotations

import pytest

from tests.spec.tables import World

CASE = """
    person | status    | onset      | found
    A      | confirmed | 2022-07-01 | 2022-07-02 10:00
"""
CONTACT = """
    case | person | relation   | setting   | distance_class | minutes | first            | last
    A    | C      | lives_with | household | within_1_m     | 60      | 2022-07-01 09:00 | 2022-07-02 10:00
"""


def days(*numbers: int) -> list[str]:
    return [f"2022-07-{number:02d}" for number in numbers]


@pytest.mark.parametrize(
    ("edition", "place", "last_day", "test_days"),
    [
        ("cn-covid-8", "quarantine_central", "2022-07-16", days(3, 6, 9, 16)),
        ("cn-covid-9", "quarantine_central", "2022-07-09", days(3, 4, 5, 7, 9)),
        ("who-ebola", "health_monitoring", "2022-07-23", []),
        ("who-mers", "health_monitoring", "2022-07-16", []),
        ("us-cdc-covid-2020", "quarantine_home", "2022-07-16", []),
    ],
)
def test_a_close_contact(edition: str, place: str, last_day: str, test_days: list[str]) -> None:
    world = World(edition, cases=CASE, contacts=CONTACT)
    order = world.orders("C")[0]
    assert (order["place_kind"], world.last_day("C")) == (place, last_day)
    tests = [d for d in world.duties("C", "2022-07-03", "test") if d["rule"] == order["rule"]]
    assert sorted({world.day(d["due_at"]) for d in tests}) == test_days


@pytest.mark.parametrize(
    ("edition", "last_day", "test_days"),
    [("cn-covid-8", "2022-07-23", days(18, 23)), ("cn-covid-9", "2022-07-12", days(12))],
)
def test_health_monitoring_at_home_follows(edition: str, last_day: str, test_days: list[str]) -> None:
    world = World(edition, cases=CASE, contacts=CONTACT)
    assert world.last_day("C", ordinal=2) == last_day
    second = world.orders("C")[1]
    tests = [d for d in world.duties("C", "2022-07-03", "test") if d["rule"] == second["rule"]]
    assert [world.day(d["due_at"]) for d in tests] == test_days
    assert not second["is_restrictive"]


@pytest.mark.parametrize(
    ("origin", "left", "place", "last_day", "test_days"),
    [
        ("abroad", "2022-07-02 10:00", "quarantine_central", "2022-07-10", days(4, 5, 6, 8, 10)),
        ("high", "2022-07-02 10:00", "quarantine_central", "2022-07-09", days(3, 4, 5, 7, 9)),
        ("medium", "2022-07-02 10:00", "quarantine_home", "2022-07-09", days(3, 6, 9)),
        ("low", "2022-07-02 10:00", "health_monitoring", "2022-07-05", days(3, 5)),
    ],
)
def test_arrivals_under_the_ninth_edition(
    origin: str, left: str, place: str, last_day: str, test_days: list[str]
) -> None:
    world = World(
        "cn-covid-9",
        arrivals=f"""
            person | origin   | left_at | arrived_at
            T      | {origin} | {left}  | 2022-07-03 12:00
        """,
    )
    order = world.orders("T")[0]
    assert (order["place_kind"], world.day(order["ends_at"])) == (place, last_day)
    tests = [d for d in world.duties("T", "2022-07-03 13:00", "test") if d["rule"] == order["rule"]]
    assert [world.day(d["due_at"]) for d in tests] == test_days


def test_an_arrival_who_left_longer_ago_than_the_lookback_owes_nothing() -> None:
    world = World(
        "cn-covid-9",
        arrivals="""
            person | origin | left_at          | arrived_at
            T      | high   | 2022-06-20 10:00 | 2022-07-03 12:00
        """,
    )
    assert world.orders("T") == []


def test_a_person_on_dialysis_is_quarantined_at_home() -> None:
    world = World(
        "cn-covid-9",
        persons="""
            person | exemptions
            C      | dialysis
        """,
        cases=CASE,
        contacts=CONTACT,
    )
    assert world.orders("C")[0]["place_kind"] == "quarantine_home"
    assert world.duties("C", "2022-07-03", "transfer") == []


class TestUnseparated:
    @staticmethod
    def world(separated: str) -> World:
        return World(
            "cn-covid-9",
            cases=CASE,
            contacts=f"""
                case | person | relation   | first            | is_unseparated | separated_at
                A    | C      | lives_with | 2022-07-01 09:00 | yes            | {separated}
            """,
        )

    def test_the_clock_starts_at_the_separation(self) -> None:
        assert self.world("2022-07-04 09:00").last_day("C") == "2022-07-11"

    def test_before_it_the_order_runs_to_the_signed_cap(self) -> None:
        assert self.world("").last_day("C") == "2022-07-22"


class TestTwoOrdersAtOnce:
    """A close contact who also came from a medium-risk area."""

    @staticmethod
    def world() -> World:
        return World(
            "cn-covid-9",
            cases=CASE,
            contacts=CONTACT,
            arrivals="""
                person | origin | left_at          | arrived_at
                C      | medium | 2022-07-02 08:00 | 2022-07-02 20:00
            """,
        )

    def test_one_swab_a_day_whoever_asks(self) -> None:
        due = [
            world.day(d["due_at"])
            for world in [self.world()]
            for d in world.duties("C", "2022-07-03", "test")
        ]
        assert due == days(3, 4, 5, 6, 7, 9, 12)

    def test_the_strictest_place(self) -> None:
        places = [d["place_kind"] for d in self.world().duties("C", "2022-07-03", "quarantine")]
        assert places == ["quarantine_central"]
