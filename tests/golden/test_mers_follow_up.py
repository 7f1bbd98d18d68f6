"""MERS, Republic of Korea 2015: the follow-up days of twenty-four contacts.

The table was made from the published list by date arithmetic apart from this project's code, and written out.

The list gives for each infected person the last day of the exposure window and the onset. Under `who-mers` a contact
is watched daily for 14 days from the day after the last exposure; follow-up closes at the onset. `last watched` is
the last day on which a check was owed: the day before onset, or day 14.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from lastcase.core.answers import Answers
from lastcase.core.duties.clocks import states_at
from tests.golden.lists import derive_list

SEOUL = ZoneInfo("Asia/Seoul")
AS_OF = datetime(2015, 6, 17, tzinfo=SEOUL).astimezone(UTC)

TABLE = """
person | infector | last exposure | onset      | day 1      | day 14     | last watched
SK_116 | SK_14    | 2015-05-27    | 2015-05-30 | 2015-05-28 | 2015-06-10 | 2015-05-29
SK_41  | SK_14    | 2015-05-27    | 2015-05-31 | 2015-05-28 | 2015-06-10 | 2015-05-30
SK_112 | SK_14    | 2015-05-27    | 2015-05-31 | 2015-05-28 | 2015-06-10 | 2015-05-30
SK_100 | SK_14    | 2015-05-27    | 2015-06-01 | 2015-05-28 | 2015-06-10 | 2015-05-31
SK_114 | SK_14    | 2015-05-29    | 2015-06-01 | 2015-05-30 | 2015-06-12 | 2015-05-31
SK_136 | SK_14    | 2015-05-27    | 2015-06-01 | 2015-05-28 | 2015-06-10 | 2015-05-31
SK_47  | SK_14    | 2015-05-27    | 2015-06-02 | 2015-05-28 | 2015-06-10 | 2015-06-01
SK_110 | SK_14    | 2015-05-28    | 2015-06-02 | 2015-05-29 | 2015-06-11 | 2015-06-01
SK_122 | SK_14    | 2015-05-27    | 2015-06-02 | 2015-05-28 | 2015-06-10 | 2015-06-01
SK_120 | SK_14    | 2015-05-29    | 2015-06-03 | 2015-05-30 | 2015-06-12 | 2015-06-02
SK_98  | SK_14    | 2015-05-27    | 2015-06-04 | 2015-05-28 | 2015-06-10 | 2015-06-03
SK_102 | SK_14    | 2015-05-27    | 2015-06-04 | 2015-05-28 | 2015-06-10 | 2015-06-03
SK_111 | SK_14    | 2015-05-27    | 2015-06-04 | 2015-05-28 | 2015-06-10 | 2015-06-03
SK_134 | SK_14    | 2015-05-28    | 2015-06-04 | 2015-05-29 | 2015-06-11 | 2015-06-03
SK_97  | SK_14    | 2015-05-27    | 2015-06-05 | 2015-05-28 | 2015-06-10 | 2015-06-04
SK_139 | SK_14    | 2015-05-29    | 2015-06-05 | 2015-05-30 | 2015-06-12 | 2015-06-04
SK_142 | SK_14    | 2015-05-29    | 2015-06-05 | 2015-05-30 | 2015-06-12 | 2015-06-04
SK_96  | SK_14    | 2015-05-27    | 2015-06-06 | 2015-05-28 | 2015-06-10 | 2015-06-05
SK_123 | SK_14    | 2015-05-29    | 2015-06-07 | 2015-05-30 | 2015-06-12 | 2015-06-06
SK_124 | SK_14    | 2015-05-29    | 2015-06-08 | 2015-05-30 | 2015-06-12 | 2015-06-07
SK_132 | SK_14    | 2015-05-28    | 2015-06-08 | 2015-05-29 | 2015-06-11 | 2015-06-07
SK_125 | SK_14    | 2015-05-27    | 2015-06-10 | 2015-05-28 | 2015-06-10 | 2015-06-09
SK_140 | SK_14    | 2015-05-28    | 2015-06-10 | 2015-05-29 | 2015-06-11 | 2015-06-09
SK_137 | SK_14    | 2015-05-29    | 2015-06-11 | 2015-05-30 | 2015-06-12 | 2015-06-10
"""
ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines()[1:]]


@pytest.fixture(scope="module")
def answers() -> Answers:
    return derive_list("mers_korea_2015", "who-mers", "Asia/Seoul")


def checks(answers: Answers, person: str) -> pl.DataFrame:
    duties = answers.duties.filter(
        (pl.col("person_id").str.ends_with(f":{person}")) & (pl.col("kind") == "monitor")
    )
    return states_at(duties, AS_OF).sort("due_at")


def day_of(due_at: datetime) -> str:
    return (due_at.astimezone(SEOUL) - timedelta(days=1)).date().isoformat()


@pytest.mark.parametrize(
    ("person", "infector", "last", "onset", "first_day", "last_day", "last_watched"), ROWS
)
def test_follow_up_days(
    answers: Answers,
    person: str,
    infector: str,
    last: str,
    onset: str,
    first_day: str,
    last_day: str,
    last_watched: str,
) -> None:
    rows = checks(answers, person)
    days = [day_of(due) for due in rows["due_at"]]
    assert (days[0], days[-1], len(days)) == (first_day, last_day, 14)
    owed = [day for day, state in zip(days, rows["state"], strict=True) if state == "overdue"]
    ended = [day for day, state in zip(days, rows["state"], strict=True) if state == "superseded"]
    assert owed[-1] == last_watched
    assert set(owed) | set(ended) == set(days)
    assert date.fromisoformat(last_watched) < date.fromisoformat(onset)
    contact = answers.contact_persons.filter(pl.col("person_id").str.ends_with(f":{person}")).to_dicts()[0]
    assert contact["via_person_id"].endswith(f":{infector}")
    assert day_of(contact["last_exposure_at"]) == last


@pytest.mark.parametrize("person", ["SK_2", "SK_38", "SK_40"])
def test_whose_onset_came_before_the_last_exposure_owes_no_day(answers: Answers, person: str) -> None:
    assert set(checks(answers, person)["state"]) == {"superseded"}


def test_two_pairs_without_an_end_of_exposure_have_no_dates(answers: Answers) -> None:
    contact = answers.contact_persons.filter(pl.col("person_id").str.ends_with(":SK_107")).to_dicts()[0]
    assert (contact["n_exposures"], contact["last_exposure_at"], contact["ends_at"]) == (2, None, None)


def test_every_pair_is_an_exposure_and_every_infected_person_one_contact(answers: Answers) -> None:
    assert answers.exposures.height == 98
    assert answers.contact_persons["category"].to_list() == ["close_contact"] * 95
