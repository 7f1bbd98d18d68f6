"""Simulated Ebola list under `who-ebola`: 21 days of watching from the last exposure, closed at the onset.

Worked out from the printed rows of the list, apart from this project's code:
the date of infection is the last exposure; day 1 is the day after, day 21 the date of infection and 21 days; the last
day watched is the day before the printed onset. Infectors who are not in the list (8508df, 980927, f90f5f, aec8ec,
be7f8a of these rows) are persons without a case, and their pairs stand all the same.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from lastcase.core.answers import Answers
from lastcase.core.duties.clocks import states_at
from tests.golden.lists import derive_list, facts_of_list

TABLE = """
person | infector | day 1      | day 21     | last watched
53371b | d1fafd   | 2014-04-10 | 2014-04-30 | 2014-04-14
f5c3d8 | cac51e   | 2014-04-19 | 2014-05-09 | 2014-04-20
0f58c4 | f5c3d8   | 2014-04-23 | 2014-05-13 | 2014-04-25
881bd4 | 0f58c4   | 2014-04-27 | 2014-05-17 | 2014-04-30
40ae5f | 8508df   | 2014-05-05 | 2014-05-25 | 2014-05-06
f547d6 | 127d83   | 2014-05-03 | 2014-05-23 | 2014-05-06
d58402 | f5c3d8   | 2014-04-24 | 2014-05-14 | 2014-04-30
d8a13d | 20b688   | 2014-05-07 | 2014-05-27 | 2014-05-07
974bc1 | 20b688   | 2014-05-06 | 2014-05-26 | 2014-05-08
b8f2fd | 40ae5f   | 2014-05-08 | 2014-05-28 | 2014-05-11
6a9004 | 8508df   | 2014-05-07 | 2014-05-27 | 2014-05-09
09e386 | f1f60f   | 2014-05-10 | 2014-05-30 | 2014-05-10
72b905 | 2ae019   | 2014-05-07 | 2014-05-27 | 2014-05-11
865581 | f547d6   | 2014-05-08 | 2014-05-28 | 2014-05-11
6285c9 | f9149b   | 2014-05-05 | 2014-05-25 | 2014-05-13
76b97a | 980927   | 2014-05-12 | 2014-06-01 | 2014-05-15
dce5cc | f9149b   | 2014-05-04 | 2014-05-24 | 2014-05-16
b8812a | f90f5f   | 2014-05-05 | 2014-05-25 | 2014-05-17
be99c8 | aec8ec   | 2014-05-04 | 2014-05-24 | 2014-05-21
dae8c7 | be7f8a   | 2014-05-24 | 2014-06-13 | 2014-05-24
"""
ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines()[1:]]


@pytest.fixture(scope="module")
def answers() -> Answers:
    return derive_list("ebola_sim", "who-ebola", "Africa/Freetown")


@pytest.mark.parametrize(("person", "infector", "first_day", "last_day", "last_watched"), ROWS)
def test_follow_up_days(
    answers: Answers, person: str, infector: str, first_day: str, last_day: str, last_watched: str
) -> None:
    mine = answers.duties.filter(
        (pl.col("person_id") == f"ebola_sim:{person}") & (pl.col("kind") == "monitor")
    )
    rows = states_at(mine, datetime(2015, 6, 5, tzinfo=UTC)).sort("due_at")
    days = [(due - timedelta(days=1)).date().isoformat() for due in rows["due_at"]]
    owed = [day for day, state in zip(days, rows["state"], strict=True) if state == "overdue"]
    assert (days[0], days[-1], len(days), owed[-1]) == (first_day, last_day, 21, last_watched)
    exposure = answers.exposures.filter(pl.col("person_id") == f"ebola_sim:{person}").to_dicts()[0]
    assert exposure["case_person_id"] == f"ebola_sim:{infector}"


def test_pairs_whose_persons_are_not_in_the_list_stand(answers: Answers) -> None:
    facts = facts_of_list("ebola_sim", "Africa/Freetown")
    listed = facts["cases"]["person_id"]
    both = answers.exposures.filter(
        pl.col("person_id").is_in(listed.implode()) & pl.col("case_person_id").is_in(listed.implode())
    )
    assert (answers.exposures.height, both.height, facts["cases"].height) == (3800, 2116, 5829)
    assert set(answers.exposures["verdict"]) == {"accepted"}
