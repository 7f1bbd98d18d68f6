"""Laws of duties counted together: from their instant on they count as `states_at` counts them one by one, also after
those of some persons were replaced."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastcase.core.answers import answer_schema
from lastcase.core.brief import duty_counts
from lastcase.core.civil import LAST
from lastcase.core.duties.alike import AlikeDuties
from lastcase.core.duties.clocks import states_at
from lastcase.core.duties.coverage import MISSING_STATES, coverage
from lastcase.core.facts.vocabulary import DUTY_KINDS, values
from tests.integration.records.world import at

instants = st.builds(
    lambda day, hour, back: at(day, hour) - back,
    st.integers(9, 13),
    st.sampled_from([0, 12]),
    st.sampled_from([timedelta(), LAST]),
)
maybe = st.none() | instants
PERSONS = ("b:1", "b:2", "b:3", "b:4")
INSTANTS = [name for name in answer_schema("duties") if name.endswith("_at") and name != "counted_at"]
drawn = st.lists(
    st.fixed_dictionaries(
        {
            "person_id": st.sampled_from(PERSONS),
            "kind": st.sampled_from(values(DUTY_KINDS)),
            "responsible": st.sampled_from([None, "team"]),
            "area_id": st.sampled_from([None, "cell-1", "cell-2"]),
            "attempt_outcome": st.sampled_from([None, "not_found", "refused", "lost"]),
            "closed_reason": st.sampled_from(
                [None, "became_case", "merged", "discarded", "released", "lapsed"]
            ),
            **dict.fromkeys(INSTANTS, maybe),
        }
    ),
    max_size=12,
)
COVERED = ("test", "quarantine", "isolate")
LATER = st.sampled_from([timedelta(), LAST, timedelta(hours=12), timedelta(days=1), timedelta(days=9)])


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=answer_schema("duties"))


def counted(states: pl.DataFrame, as_of: datetime) -> list[Any]:
    """Every figure that is made of duties with their states."""
    n = pl.col("n").sum() if "n" in states.columns else pl.len().cast(pl.Int64)
    is_missing = pl.col("state").is_in(MISSING_STATES)
    is_late = is_missing & (pl.col("due_at") <= as_of).fill_null(False)
    due = pl.when(is_missing).then("due_at")
    alike = states.group_by("kind", "responsible", "area_id", "state", is_late=is_late).agg(
        n=n, oldest_at=due.min(), newest_at=due.max()
    )
    by_area = coverage(states, COVERED, by=["area_id"])
    return [
        sorted(map(repr, alike.iter_rows())),
        coverage(states, COVERED).to_dicts(),
        sorted(map(repr, by_area.select(sorted(by_area.columns)).iter_rows())),
        duty_counts(states, as_of),
    ]


@given(rows=drawn, since=instants, later=LATER)
def test_sorts_of_duties_count_as_the_duties_do(
    rows: list[dict[str, Any]], since: datetime, later: timedelta
) -> None:
    sorts = AlikeDuties.of(frame(rows), since)
    as_of = since + later
    assert counted(sorts.states_at(as_of), as_of) == counted(states_at(frame(rows), as_of), as_of)


@given(
    rows=drawn,
    since=instants,
    later=LATER,
    changes=st.lists(st.tuples(st.sets(st.sampled_from([*PERSONS, "b:5"])), drawn), min_size=1, max_size=4),
)
def test_duties_replaced_count_as_if_counted_anew(
    rows: list[dict[str, Any]],
    since: datetime,
    later: timedelta,
    changes: list[tuple[set[str], list[dict[str, Any]]]],
) -> None:
    sorts, as_of = AlikeDuties.of(frame(rows), since), since + later
    for persons, replaced in changes:
        fresh = [row for row in replaced if row["person_id"] in persons]
        rows = [row for row in rows if row["person_id"] not in persons] + fresh
        sorts = sorts.follow(frame(fresh), sorted(persons))
        assert int(sorts.n.min(initial=0)) >= 0
        assert counted(sorts.states_at(as_of), as_of) == counted(states_at(frame(rows), as_of), as_of)


def test_duties_that_no_later_instant_tells_apart_are_one_sort() -> None:
    done = {"person_id": "b:1", "kind": "test", "issued_at": at(9), "fulfilled_at": at(10)}
    owed = {"person_id": "b:2", "kind": "test", "issued_at": at(9), "due_at": at(10)}
    rows = [done, {**done, "fulfilled_at": at(10, 3), "due_at": at(12)}, owed, {**owed, "issued_at": at(8)}]
    sorts = AlikeDuties.of(frame(rows), at(11))
    assert sorted(sorts.states_at(at(11)).select("state", "n").iter_rows()) == [("done", 2), ("overdue", 2)]


def test_an_instant_before_they_were_told_apart_is_refused() -> None:
    sorts = AlikeDuties.of(frame([]), at(11))
    with pytest.raises(ValueError, match="not told apart"):
        sorts.states_at(at(11) - LAST)
