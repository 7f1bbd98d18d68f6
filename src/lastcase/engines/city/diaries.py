"""How many people somebody meets in a day, by age and place: means of the POLYMOD diaries."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import polars as pl

from lastcase.engines.city.hashing import Ints

AGE_STEP, N_AGES = 10, 8


@cache
def contact_means() -> pl.DataFrame:
    """Columns `age_from`, `setting`, `contacts_per_100_days`, `long_percent`."""
    return pl.read_csv((files(__package__) / "data" / "contact_means.csv").read_bytes())


def age_group(age_years: Ints) -> Ints:
    """Row of an age in `per_100_days` and `long_percent`."""
    return np.minimum(age_years // AGE_STEP, N_AGES - 1)


@cache
def _by_age(column: str, settings: tuple[str, ...]) -> tuple[int, ...]:
    rows = contact_means().filter(pl.col("setting").is_in(settings))
    value = pl.col(column).sum() if column == "contacts_per_100_days" else pl.col(column).max()
    found = rows.group_by("age_from").agg(value).sort("age_from")
    return tuple(int(each) for each in found[column])


def per_100_days(*settings: str) -> Ints:
    """Contacts in 100 days in any of these settings, by age group."""
    return np.array(_by_age("contacts_per_100_days", settings), np.int64)


def long_percent(setting: str) -> Ints:
    """Of a hundred contacts in the setting, those of 15 minutes or more, by age group."""
    return np.array(_by_age("long_percent", (setting,)), np.int64)
