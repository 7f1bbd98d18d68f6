"""What is disputed: until when an objection is open, and which visits are kept while it is."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from lastcase.core.facts import TABLES
from lastcase.core.facts.objections import ABOUT
from lastcase.core.facts.vocabulary import values
from lastcase.core.objections import first_days, open_at, order_key, resting_on
from tests.spec.tables import World

OBJECTIONS = """
objection_id | person | about   | start_at         | case | raised_at        | decided_at       | decision
of_visit     | c      | visit   | 2022-07-02 15:00 |      | 2022-07-10 09:00 |                  |
of_contact   | p      | contact |                  | c    | 2022-07-11 09:00 |                  |
of_order     | p      | order   |                  |      | 2022-07-12 09:00 | 2022-07-14 12:00 | rejected
"""
EXPOSURES = pl.DataFrame(
    {
        "case_person_id": ["c", "d", "c"],
        "person_id": ["p", "p", "q"],
        "start_at": [
            datetime(2022, 7, 3, 2, tzinfo=UTC),
            datetime(2022, 7, 1, 4, tzinfo=UTC),
            datetime(2022, 7, 5, 3, tzinfo=UTC),
        ],
    }
)
OPENED = pl.DataFrame({"person_id": ["c"], "window_start_at": [datetime(2022, 7, 2, 16, tzinfo=UTC)]})


def world() -> World:
    return World("cn-covid-9", objections=OBJECTIONS)


def ids(frame: pl.DataFrame) -> list[str]:
    return frame["objection_id"].to_list()


def test_an_objection_is_open_from_when_it_is_raised_until_it_is_decided() -> None:
    one, facts = world(), world().facts["objections"]
    assert ids(open_at(facts, one.at("2022-07-10 08:59"))) == []
    assert ids(open_at(facts, one.at("2022-07-10 09:00"))) == ["of_visit"]
    assert ids(open_at(facts, one.at("2022-07-14 11:59"))) == ["of_visit", "of_contact", "of_order"]
    assert ids(open_at(facts, one.at("2022-07-14 12:00"))) == ["of_visit", "of_contact"]


def test_each_keeps_visits_from_the_day_on_that_matters_to_it() -> None:
    rested = resting_on(world().facts["objections"], EXPOSURES, OPENED)
    assert dict(rested.select("objection_id", "first_on").iter_rows()) == {
        "of_visit": date(2022, 7, 2),  # the day of the visit, by UTC
        "of_contact": date(2022, 7, 2),  # the window of the case opened before the two met
        "of_order": date(2022, 7, 1),  # all that the person was exposed to: another case a day before
    }


def test_what_rests_on_no_exposure_keeps_nothing() -> None:
    rested = resting_on(world().facts["objections"], EXPOSURES.clear(), OPENED.clear())
    assert ids(rested) == ["of_visit"]


def test_the_first_day_of_a_person_is_that_of_the_earliest_exposure() -> None:
    assert dict(first_days(EXPOSURES, OPENED).iter_rows()) == {"p": date(2022, 7, 1), "q": date(2022, 7, 2)}


def test_an_order_is_named_by_what_makes_its_key() -> None:
    orders = pl.DataFrame({"rule": ["r"], "episode": [2], "edition": ["e"]})
    assert orders.select(order_key()).to_series().to_list() == ["r|2|e"]


minutes = st.integers(0, 60 * 24 * 20)
rows = st.lists(
    st.fixed_dictionaries({"raised": minutes, "open_for": st.none() | st.integers(0, 9_999)}), max_size=8
)


@given(given_rows=rows, at=minutes)
def test_open_is_raised_and_not_yet_decided(given_rows: list[dict[str, int | None]], at: int) -> None:
    def instant(minute: int | None) -> datetime | None:
        return None if minute is None else datetime.fromtimestamp(1_657_000_000 + 60 * minute, UTC)

    told = [
        {
            "objection_id": str(number),
            "raised_at": instant(row["raised"]),
            "decided_at": instant(None if row["open_for"] is None else row["raised"] + row["open_for"]),
        }
        for number, row in enumerate(given_rows)
    ]
    schema = {name: TABLES["objections"].schema[name] for name in ("objection_id", "raised_at", "decided_at")}
    now = instant(at)
    expected = [
        str(number)
        for number, row in enumerate(given_rows)
        if row["raised"] <= at and (row["open_for"] is None or at < row["raised"] + row["open_for"])
    ]
    assert ids(open_at(pl.DataFrame(told, schema=schema), now)) == expected


def test_every_kind_of_thing_that_is_disputed_has_a_rule() -> None:
    """Each is told apart in `resting_on`: one more would be left out without a word."""
    facts = world().facts["objections"]
    assert set(facts["about"]) == set(values(ABOUT))
    assert set(resting_on(facts, EXPOSURES, OPENED)["about"]) == set(values(ABOUT))
