"""Laws of the contact search in the packed index: it answers what the definition does, to the second."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lastcase.engines.lake.ring import find_ring
from lastcase.engines.lake.search import Searcher, find_pairs, make_rules, make_windows
from lastcase.engines.lake.segment import build_segment, days_of
from lastcase.engines.lake.sweep import sweep_ring
from lastcase.engines.lake.view import View, make_view
from lastcase.engines.lake.words import N_QUALITIES
from tests.property.visit_worlds import FAR_AND_NEAR, World, worlds

many = settings(max_examples=10 * settings.default.max_examples if settings.default else 100)


def make_view_of(world: World, chance: Random) -> View:
    """The world's visits in segments of their days, some of them come late."""
    visits = world.coded_visits().sample(fraction=1.0, shuffle=True, seed=chance.randrange(1000))
    late = pl.Series([chance.random() < 0.3 for _ in range(visits.height)], dtype=pl.Boolean)
    n_spots = world.spots().height
    segments = [
        build_segment(day, rows, world.n_persons if chance.random() < 0.5 else 10**6, n_spots)
        for part in (visits.filter(late), visits.filter(~late))
        for (day,), rows in part.group_by(days_of(part))
    ]
    slack_s = np.zeros(N_QUALITIES, np.int64)
    slack_s[: len(world.slack_s())] = world.slack_s()
    return make_view(segments, world.spots(), slack_s, world.n_persons)


def in_whole_numbers(answer: pl.DataFrame) -> pl.DataFrame:
    rule = pl.when(pl.col("rule") >= 0).then("rule")
    return answer.with_columns(rule=rule).cast(pl.Int64)


@many
@given(worlds(), st.randoms(use_true_random=False))
@example(FAR_AND_NEAR, Random(0))
def test_pairs_and_rings_are_those_of_the_definition(world: World, chance: Random) -> None:
    view = make_view_of(world, chance)
    pairs = find_pairs(
        view, make_windows(world.coded_windows()), make_rules(world.rules, world.percents), world.air_s
    )
    expected = world.pairs()
    assert_frame_equal(in_whole_numbers(pairs).select(expected.columns).sort("case", "person"), expected)
    ring, expected_ring = find_ring(pairs, view.n_persons), world.ring()
    assert_frame_equal(in_whole_numbers(ring).select(expected_ring.columns), expected_ring)


@settings(many, max_examples=many.max_examples // 2)
@given(worlds(grid_s=1, cumulates=False), st.randoms(use_true_random=False))
def test_single_seconds_count_and_threads_change_nothing(world: World, chance: Random) -> None:
    view = make_view_of(world, chance)
    windows, rules = make_windows(world.coded_windows()), make_rules(world.rules, world.percents)
    pairs = find_pairs(view, windows, rules, world.air_s)
    expected = world.pairs()
    assert_frame_equal(in_whole_numbers(pairs).select(expected.columns).sort("case", "person"), expected)
    assert_frame_equal(find_pairs(view, windows, rules, world.air_s, n_threads=2), pairs)


@given(worlds(), st.randoms(use_true_random=False))
def test_room_that_runs_out_changes_nothing(world: World, chance: Random) -> None:
    view = make_view_of(world, chance)
    windows, rules = make_windows(world.coded_windows()), make_rules(world.rules, world.percents)
    narrow = Searcher(view, room=1)
    found = narrow.find_pairs(windows, rules, world.air_s)
    assert_frame_equal(found, Searcher(view).find_pairs(windows, rules, world.air_s))
    assert_frame_equal(narrow.find_pairs(windows, rules, world.air_s), found)


@many
@given(worlds(cumulates=False, asks_rows=False), st.randoms(use_true_random=False))
def test_a_sweep_finds_whom_the_next_ring_holds(world: World, chance: Random) -> None:
    lasting = tuple(visit for visit in world.visits if visit[4])
    one_each = tuple({window[0]: window for window in world.windows}.values())
    world = replace(world, visits=lasting, air_min=0.0, windows=one_each)
    view, windows = make_view_of(world, chance), make_windows(world.coded_windows())
    known = np.array([chance.random() < 0.2 for _ in range(world.n_persons)])
    swept = sweep_ring(view, windows, world.rules, known, n_threads=2)
    told = {*np.flatnonzero(known).tolist(), *windows.person.tolist()}
    pairs = world.pairs().filter(~pl.col("person").is_in(told), certainty=0)
    ends = pairs.group_by("person").agg(pl.col("first_s").min(), pl.col("last_s").max()).sort("person")
    assert_frame_equal(swept.select(ends.columns).cast(pl.Int64), ends)
    witnessed = swept.cast(pl.Int64).join(
        pairs, left_on=["person", "via", "first_s"], right_on=["person", "case", "first_s"]
    )
    assert witnessed.height == swept.height
