"""MERS, Republic of Korea 2015: the follow-up of thirty infected contacts, each worked out by hand.

Every row was worked out by reading the two printed rows of the person: the pair in the contacts (by whom) and the line
in the list (`dt_end_exp` is the last exposure, `dt_onset` the onset). The clause of `who-mers`: a contact is watched
daily for 14 days from the last exposure, day 1 being the day after; follow-up closes at the onset, so that the day
before it is the last one watched. `days` counts the days watched, `closed` says why no more followed: the onset, the
end of the 14 days, or the onset before there was a day to watch ("at once").
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from lastcase.core.answers import Answers
from lastcase.core.duties.clocks import states_at
from tests.golden.lists import derive_list, facts_of_list

SEOUL = ZoneInfo("Asia/Seoul")
AS_OF = datetime(2015, 7, 15, tzinfo=SEOUL).astimezone(UTC)
"""After the 14th day of everyone."""

TABLE = """
person | last exposure | onset      | last day   | days | closed  | worked out
SK_3   | 2015-05-16    | 2015-05-20 | 2015-05-19 | 3    | onset   | 17, 18, 19 May
SK_4   | 2015-05-20    | 2015-05-25 | 2015-05-24 | 4    | onset   | 21 to 24 May
SK_5   | 2015-05-17    | 2015-05-25 | 2015-05-24 | 7    | onset   | 18 to 24 May; the window is one printed day
SK_6   | 2015-05-17    | 2015-05-24 | 2015-05-23 | 6    | onset   | 18 to 23 May
SK_7   | 2015-05-17    | 2015-05-21 | 2015-05-20 | 3    | onset   | 18, 19, 20 May
SK_8   | 2015-05-15    | 2015-05-26 | 2015-05-25 | 10   | onset   | 16 to 25 May
SK_22  | 2015-05-17    | 2015-05-27 | 2015-05-26 | 9    | onset   | 18 to 26 May
SK_28  | 2015-05-17    | 2015-05-29 | 2015-05-28 | 11   | onset   | 18 to 28 May
SK_34  | 2015-05-17    | 2015-05-20 | 2015-05-19 | 2    | onset   | 18, 19 May
SK_39  | 2015-05-28    | 2015-06-02 | 2015-06-01 | 4    | onset   | 29, 30, 31 May, 1 June; three pairs, one window
SK_48  | 2015-05-28    | 2015-05-31 | 2015-05-30 | 2    | onset   | 29, 30 May
SK_92  | 2015-05-26    | 2015-06-08 | 2015-06-07 | 12   | onset   | 27 to 31 May (5), 1 to 7 June (7)
SK_93  | 2015-05-29    | 2015-06-07 | 2015-06-06 | 8    | onset   | 30, 31 May (2), 1 to 6 June (6)
SK_108 | 2015-05-31    | 2015-06-04 | 2015-06-03 | 3    | onset   | 1, 2, 3 June
SK_125 | 2015-05-27    | 2015-06-10 | 2015-06-09 | 13   | onset   | 28 to 31 May (4), 1 to 9 June (9)
SK_129 | 2015-05-28    | 2015-06-10 | 2015-06-09 | 12   | onset   | 29 to 31 May (3), 1 to 9 June (9)
SK_130 | 2015-05-28    | 2015-06-11 | 2015-06-10 | 13   | onset   | 29 to 31 May (3), 1 to 10 June (10)
SK_133 | 2015-06-06    | 2015-06-08 | 2015-06-07 | 1    | onset   | 7 June; exposed after SK_14 was found, still a pair
SK_137 | 2015-05-29    | 2015-06-11 | 2015-06-10 | 12   | onset   | 30, 31 May (2), 1 to 10 June (10)
SK_145 | 2015-06-06    | 2015-06-10 | 2015-06-09 | 3    | onset   | 7, 8, 9 June
SK_147 | 2015-06-08    | 2015-06-10 | 2015-06-09 | 1    | onset   | 9 June
SK_150 | 2015-06-06    | 2015-06-11 | 2015-06-10 | 4    | onset   | 7 to 10 June
SK_153 | 2015-06-05    | 2015-06-15 | 2015-06-14 | 9    | onset   | 6 to 14 June
SK_27  | 2015-05-17    | 2015-06-01 | 2015-05-31 | 14   | end     | 18 to 31 May; the onset came the day after day 14
SK_146 | 2015-05-27    | 2015-06-13 | 2015-06-10 | 14   | end     | 28 to 31 May (4), 1 to 10 June (10); onset on day 17
SK_23  | 2015-05-30    | 2015-05-31 |            | 0    | at once | day 1 would be 31 May, the day of the onset
SK_113 | 2015-05-27    | 2015-05-27 |            | 0    | at once | onset on the day of the only exposure
SK_2   | 2015-05-20    | 2015-05-18 |            | 0    | at once | onset two days before the window ended
SK_40  | 2015-05-28    | 2015-05-22 |            | 0    | at once | onset on the first day of the window
SK_38  | 2015-05-31    | 2015-05-23 |            | 0    | at once | onset eight days before the window ended
"""
ROWS = [tuple(cell.strip() for cell in line.split("|"))[:6] for line in TABLE.strip().splitlines()[1:]]


@pytest.fixture(scope="module")
def answers() -> Answers:
    return derive_list("mers_korea_2015", "who-mers", "Asia/Seoul")


def of(frame: pl.DataFrame, person: str) -> pl.DataFrame:
    return frame.filter(pl.col("person_id") == f"mers_korea_2015:{person}")


def watched(answers: Answers, person: str) -> list[str]:
    """Local dates of the checks that were owed; nobody recorded any, so that they are overdue."""
    checks = states_at(of(answers.duties, person).filter(pl.col("kind") == "monitor"), AS_OF)
    owed = checks.filter(pl.col("state") == "overdue").sort("due_at")["due_at"]
    return [last_day(due) for due in owed]


def last_day(end: datetime) -> str:
    """The local date that ends at an instant."""
    return (end.astimezone(SEOUL) - timedelta(microseconds=1)).date().isoformat()


@pytest.mark.parametrize(("person", "last", "onset", "last_watched", "n_days", "closed"), ROWS)
def test_follow_up_days(
    answers: Answers, person: str, last: str, onset: str, last_watched: str, n_days: str, closed: str
) -> None:
    days = watched(answers, person)
    assert len(days) == len(set(days)) == int(n_days)
    assert days[-1:] == [last_watched][: int(n_days)]
    contact = of(answers.contact_persons, person).to_dicts()[0]
    assert last_day(contact["last_exposure_at"]) == last
    began = datetime.combine(date.fromisoformat(onset), time(), SEOUL)
    assert (contact["ends_at"] <= began) == (closed == "end")
    if closed != "end":
        assert (contact["closed_at"], contact["closed_reason"]) == (began, "became_case")


def test_without_an_end_of_the_window_no_day_is_known(answers: Answers) -> None:
    """SK_107: both window dates are blank; named by SK_16 and SK_87; onset on 6 June closes the follow-up."""
    contact = of(answers.contact_persons, "SK_107").to_dicts()[0]
    assert (contact["n_exposures"], contact["last_exposure_at"], contact["ends_at"]) == (2, None, None)
    assert (last_day(contact["closed_at"]), contact["closed_reason"]) == ("2015-06-05", "became_case")
    assert watched(answers, "SK_107") == []


@pytest.mark.parametrize("person", ["SK_9", "SK_25", "SK_36", "SK_46", "SK_162"])
def test_without_an_onset_the_list_names_no_infector_and_nothing_is_watched(
    answers: Answers, person: str
) -> None:
    """`dt_onset` is blank for 27 persons; none of them stands in a pair."""
    assert of(answers.contact_persons, person).is_empty()
    assert watched(answers, person) == []


def test_every_infector_of_this_list_has_a_line_of_its_own() -> None:
    """Infectors known by mention only are in the simulated Ebola list; here are eleven, all listed."""
    facts = facts_of_list("mers_korea_2015", "Asia/Seoul")
    infectors = facts["contacts"]["case_person_id"].unique()
    assert infectors.len() == 11
    assert infectors.is_in(facts["cases"]["person_id"].implode()).all()


def test_every_pair_is_an_exposure_and_every_infected_person_one_contact(answers: Answers) -> None:
    assert answers.exposures.height == 98
    assert answers.contact_persons["category"].to_list() == ["close_contact"] * 95
