"""Laws of the contact search in SQL: on DuckDB it answers what the definition does, to the second."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import example, given, settings
from polars.testing import assert_frame_equal

from lastcase.engines.lake.duck import find_contacts_sql
from lastcase.engines.lake.sql_tables import Answer, ready_spots, timed_rules, windows_after
from lastcase.engines.lake.sql_text import BUCKET_BITS
from tests.property.visit_worlds import FAR_AND_NEAR, World, worlds

pytestmark = pytest.mark.slow

many = settings(max_examples=10 * settings.default.max_examples if settings.default else 100)
"""An example takes a tenth of a second, so ten times as many are tried as of a law that asks the server."""


def ask(
    world: World, answer: Answer, windows: pl.DataFrame | None = None, bucket_bits: int | None = BUCKET_BITS
) -> pl.DataFrame:
    return find_contacts_sql(
        world.coded_visits(),
        ready_spots(world.spots()),
        world.qualities(),
        world.coded_windows() if windows is None else windows,
        timed_rules(world.rules),
        answer=answer,
        air_s=world.air_s,
        percents=world.percents,
        bucket_bits=bucket_bits,
    )


@many
@given(worlds())
@example(FAR_AND_NEAR)
def test_pairs_and_rings_are_those_of_the_definition(world: World) -> None:
    assert_frame_equal(ask(world, "pairs"), world.pairs())
    assert_frame_equal(ask(world, "ring", bucket_bits=None), world.ring())


@many
@given(worlds())
def test_the_second_ring_is_that_of_the_definition(world: World) -> None:
    second = windows_after(ask(world, "ring"))
    assert_frame_equal(ask(world, "ring", second), world.ring(world.windows_of_ring()))


@settings(many, max_examples=many.max_examples // 2)
@given(worlds(grid_s=1, cumulates=False))
def test_single_seconds_count(world: World) -> None:
    assert_frame_equal(ask(world, "pairs", bucket_bits=6), world.pairs())
