"""When an outbreak is over: counted in days after the last case's closing event."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from lastcase.core.ending import ending
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.editions import load_edition
from tests.spec.facts import at, case, facts, swab

WELL = case("a", "07-01 09:00", recovered_at="07-10 09:00")
BURIED = case("b", "07-05 09:00", outcome="died", death_on=date(2022, 7, 12), burial_on=date(2022, 7, 14))
OPEN = case("c", "07-06 09:00")


def home(edition: str) -> Outbreak:
    since = datetime(2020, 1, 1, tzinfo=UTC)
    return Outbreak("x", "y", "Asia/Shanghai", None, (Adoption(load_edition(edition), since),))


@pytest.mark.parametrize(
    ("edition", "last", "n_days"),
    [
        ("who-ebola", date(2022, 7, 14), 42),
        ("who-mers", date(2022, 7, 14), 28),
        ("cn-covid-9", date(2022, 7, 5), 14),
        ("us-cdc-covid-2020", date(2022, 7, 5), 28),
    ],
)
def test_counted_from_the_last_case(edition: str, last: date, n_days: int) -> None:
    found = ending(facts(cases=[WELL, BURIED]), home(edition), at("08-01 12:00"))
    assert found is not None
    assert (found.last_on, found.ends_on) == (last, last + timedelta(days=n_days))


def test_a_case_without_a_closing_event_keeps_the_end_open() -> None:
    found = ending(facts(cases=[WELL, OPEN]), home("who-ebola"), at("08-01 12:00"))
    assert found is not None
    assert (found.n_waiting, found.last_on, found.ends_on) == (1, None, None)


def test_a_negative_test_after_the_finding_closes_a_case() -> None:
    tests = [swab("c", "07-05 09:00"), swab("c", "07-20 09:00")]
    found = ending(facts(cases=[OPEN], specimens=tests), home("who-ebola"), at("08-01 12:00"))
    assert found is not None
    assert found.last_on == date(2022, 7, 20)


def test_a_case_not_yet_found_does_not_count() -> None:
    found = ending(facts(cases=[WELL, OPEN]), home("who-ebola"), at("07-05 12:00"))
    assert found is not None
    assert found.n_waiting == 0


def test_no_case_no_clock() -> None:
    found = ending(facts(cases=[]), home("who-ebola"), at("08-01 12:00"))
    assert found is not None
    assert (found.n_waiting, found.ends_on) == (0, None)
