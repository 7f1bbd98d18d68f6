"""Laws of the SQL of duties: its states are those of core, and the tally counts what core counts at any full hour and
right before it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from django.db import DEFAULT_DB_ALIAS, connection
from hypothesis import given
from hypothesis import strategies as st

from lastcase.core.civil import LAST
from lastcase.core.duties.clocks import states_at
from lastcase.core.duties.coverage import FOUR_ALLS, MISSING_STATES, OPEN_STATES
from lastcase.core.facts.vocabulary import DUTY_KINDS, DUTY_STATES, values
from lastcase.ops.records.duty_states import DutySql
from lastcase.ops.records.lists.states import is_in_state
from lastcase.ops.records.models import ANSWER_MODELS, AreaPosition, AreaTally, Outbreak, Tally, Term
from lastcase.ops.records.queries import load_answers
from lastcase.ops.records.refresh import derive_outbreak
from lastcase.ops.records.tally import count_stored, write_tally
from lastcase.ops.records.terms import numbers_of
from lastcase.ops.records.writing import writing
from tests.integration.records.world import at
from tests.property.steps import steps
from tests.property.test_refresh_equals_batch import do, taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NOTHING = timedelta()
instants = st.builds(
    lambda day, minutes, back: at(day) + timedelta(minutes=minutes) - back,
    st.integers(9, 13),
    st.sampled_from([0, 30, 60, 95]),
    st.sampled_from([NOTHING, LAST]),
)
maybe = st.none() | instants
hours = st.builds(
    lambda day, hour, back: at(day, hour) - back,
    st.integers(8, 15),
    st.integers(0, 23),
    st.sampled_from([NOTHING, LAST]),
)
"""Full hours, and the last instants before them."""
duties = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(values(DUTY_KINDS)),
        "issued_at": maybe,
        "opens_at": maybe,
        "due_at": maybe,
        "fulfilled_at": maybe,
        "offered_at": maybe,
        "sampled_at": maybe,
        "inconclusive_at": maybe,
        "attempted_at": maybe,
        "attempt_outcome": st.sampled_from([None, "not_found", "refused", "lost"]),
        "exempt_at": st.none() | maybe,
        "handed_over_at": st.none() | maybe,
        "closed_at": maybe,
        "closed_reason": st.sampled_from([None, "became_case", "merged", "discarded", "released", "lapsed"]),
        "postponed_at": maybe,
        "postponed_until_at": instants,
    }
)
ALLS = [kind for kinds in FOUR_ALLS.values() for kind in kinds]


def write(outbreak: Outbreak, drawn: list[dict[str, Any]]) -> None:
    """Put these duties in the place of the stored ones, as no derivation would."""
    model = ANSWER_MODELS["duties"]
    model.objects.filter(outbreak=outbreak).delete()
    texts = {value for duty in drawn for value in duty.values() if isinstance(value, str)} | {"r", "e"}
    Term.objects.bulk_create([Term(term=text) for text in sorted(texts)], ignore_conflicts=True)
    model.objects.bulk_create(
        model(
            outbreak=outbreak, person_id="b:1", rule="r", episode=1, ordinal=n, edition="e", revision=1,
            pos_naming=n % 3,
            **{**duty, "postponed_until_at": duty["postponed_until_at"] if duty["postponed_at"] else None},
        )
        for n, duty in enumerate(drawn)
    )  # fmt: skip


def states_in_sql(outbreak: Outbreak, as_of: datetime) -> dict[int, str]:
    sql = DutySql(DEFAULT_DB_ALIAS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.ordinal, {sql.state()} FROM answer_duties a WHERE a.outbreak_id = %(outbreak)s "
            "AND (a.issued_at IS NULL OR a.issued_at <= %(as_of)s)",
            {"outbreak": outbreak.pk, "as_of": as_of},
        )
        return dict(cursor.fetchall())


def narrowed_to(outbreak: Outbreak, as_of: datetime, asked: str, covered: set[str]) -> set[int]:
    """The duties of a list that a link narrows to a state."""
    numbers = numbers_of(covered, DEFAULT_DB_ALIAS).values()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.ordinal FROM answer_duties a WHERE a.outbreak_id = %(outbreak)s "
            "AND (a.issued_at IS NULL OR a.issued_at <= %(as_of)s) "
            f"AND {is_in_state(asked, DutySql(DEFAULT_DB_ALIAS), numbers)}",
            {"outbreak": outbreak.pk, "as_of": as_of},
        )
        return {ordinal for (ordinal,) in cursor.fetchall()}


def counted(outbreak: Outbreak, as_of: datetime) -> dict[tuple[int, str, str], int]:
    """The counts of core: open, missing and done by position and kind."""
    placed = ANSWER_MODELS["duties"].objects.filter(outbreak=outbreak)
    identity = ("person_id", "kind", "rule", "episode", "ordinal", "edition")
    spots = {tuple(row[:-1]): row[-1] or 0 for row in placed.values_list(*identity, "pos_naming")}
    found: dict[tuple[int, str, str], int] = {}
    states = states_at(load_answers(outbreak).duties, as_of).filter(pl.col("kind").is_in(ALLS))
    for row in states.to_dicts():
        span = (
            "missing"
            if row["state"] in MISSING_STATES
            else "open"
            if row["state"] in OPEN_STATES
            else row["state"]
        )
        key = (spots[tuple(row[name] for name in identity)], row["kind"], span)
        if span in ("missing", "open", "done"):
            found[key] = found.get(key, 0) + 1
    return found


def tallied(outbreak: Outbreak, as_of: datetime) -> dict[tuple[int, str, str], int]:
    found: dict[tuple[int, str, str], int] = {}
    for row in Tally.objects.filter(outbreak=outbreak):
        if row.from_at <= as_of < row.until_at:
            key = (row.pos, row.kind, row.span)
            found[key] = found.get(key, 0) + row.n
    return found


def assert_areas_hold_what_is_beneath(outbreak: Outbreak, as_of: datetime) -> None:
    """The tally of every area that holds others, and of everything, is the sum of the tally over its range."""
    spots = tallied(outbreak, as_of)
    ranges = [(0, 2**31 - 1), *AreaPosition.objects.values_list("area_lo", "area_hi")]
    expected: dict[tuple[int, str, str], int] = {}
    for lo, hi in ranges:
        for (pos, kind, span), n in spots.items():
            if hi - lo > 1 and lo <= pos < hi:
                expected[lo, kind, span] = expected.get((lo, kind, span), 0) + n
    found: dict[tuple[int, str, str], int] = {}
    for row in AreaTally.objects.filter(outbreak=outbreak):
        if row.at <= as_of:
            key = (row.pos, row.kind, row.span)
            found[key] = found.get(key, 0) + row.n
    assert {key: n for key, n in found.items() if n} == expected


@given(drawn=st.lists(duties, min_size=1, max_size=25), as_of=st.one_of(instants, hours), hour=hours)
def test_states_and_tally_of_any_duties_are_those_of_core(
    world: Outbreak, drawn: list[dict[str, Any]], as_of: datetime, hour: datetime
) -> None:
    with taken_back():
        write(world, drawn)
        core = states_at(load_answers(world).duties, as_of)
        assert states_in_sql(world, as_of) == dict(core.select("ordinal", "state").iter_rows())
        with writing(world.pk) as now:
            write_tally(now, world.pk, count_stored(now, world.pk))
        assert tallied(world, hour) == counted(world, hour)
        assert_areas_hold_what_is_beneath(world, hour)


@given(
    drawn=st.lists(duties, min_size=10, max_size=40),
    as_of=st.one_of(instants, hours),
    covered=st.sets(st.sampled_from(values(DUTY_KINDS))),
)
def test_a_list_is_narrowed_to_the_duties_in_a_state_or_a_group_of_them(
    world: Outbreak, drawn: list[dict[str, Any]], as_of: datetime, covered: set[str]
) -> None:
    state, kind = pl.col("state"), pl.col("kind")
    missing = state.is_in(MISSING_STATES) & kind.is_in(sorted(covered))
    groups = {
        "missing": missing,
        "late": missing & (pl.col("due_at") <= as_of).fill_null(False),
        "should": state.is_in([*MISSING_STATES, "done"]),
        "overdue,refused": state.is_in(["overdue", "refused"]),
        "no state": pl.lit(False),
        **{name: state == name for name in values(DUTY_STATES)},
    }
    with taken_back():
        write(world, drawn)
        core = states_at(load_answers(world).duties, as_of)
        for asked, expected in groups.items():
            assert narrowed_to(world, as_of, asked, covered) == set(core.filter(expected)["ordinal"]), asked


@given(sequence=st.lists(steps, min_size=1, max_size=5), hour=hours)
def test_the_tally_kept_live_is_the_one_counted_anew(
    world: Outbreak, sequence: list[tuple[Any, ...]], hour: datetime
) -> None:
    with taken_back():
        for step in sequence:
            do(world, step)
        live = rows(world)
        assert tallied(world, hour) == counted(world, hour)
        assert_areas_hold_what_is_beneath(world, hour)
        with writing(world.pk) as now:
            write_tally(now, world.pk, count_stored(now, world.pk))
        assert rows(world) == live
        derive_outbreak(world)
        assert rows(world) == live


def rows(outbreak: Outbreak) -> list[tuple[Any, ...]]:
    """Every row of the tally and of that of whole areas, sorted."""
    columns = ("pos", "kind", "span", "due_at", "from_at", "until_at", "n")
    found = Tally.objects.filter(outbreak=outbreak).values_list(*columns)
    of_areas = AreaTally.objects.filter(outbreak=outbreak).values_list("pos", "kind", "span", "at", "n")
    return [*sorted(found), *sorted(of_areas)]
