"""No answer is made from the columns that deriving leaves unread: nobody need be named for a duty to be found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from lastcase.core.derive import NOT_READ, derive
from lastcase.core.facts import TABLES
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Adoption
from lastcase.editions import editions, load_edition
from lastcase.engines.city.managed import Managed, managed_city
from lastcase.engines.city.story import ENDS_AT, STARTS_AT

VALUES: dict[pl.DataType, object] = {
    pl.String(): "x",
    pl.Boolean(): True,
    pl.Float64(): 1.0,
    pl.Date(): date(1990, 1, 1),
    INSTANT: ENDS_AT,
}


@pytest.fixture(scope="module")
def city() -> Managed:
    return managed_city(1_240, has_rounds=True)


def filled(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with a value in every row of what is not read."""
    return frame.with_columns(
        pl.lit(VALUES[TABLES[name].schema[column]]).alias(column) for column in NOT_READ[name]
    )


def emptied(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        pl.lit(None, TABLES[name].schema[column]).alias(column) for column in NOT_READ[name]
    )


@pytest.mark.parametrize("edition", editions())
def test_answers_are_the_same_without_what_is_not_read(city: Managed, edition: str) -> None:
    outbreak = replace(city.outbreak, adoptions=(Adoption(load_edition(edition), STARTS_AT),))
    with_all = Facts({name: filled(name, city.facts[name]) for name in TABLES})
    without = Facts({name: emptied(name, city.facts[name]) for name in TABLES})
    told = derive(without, outbreak).frames()
    assert sum(frame.height for frame in told.values()) > 0
    for name, frame in derive(with_all, outbreak).frames().items():
        assert frame.equals(told[name]), name
