"""How many people somebody meets in a day, by age and place: means of the POLYMOD diaries."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
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


def contacts_by_age(*settings: str) -> npt.NDArray[np.float64]:
    """Mean contacts a day in any of these settings, by age group of who was asked (rows) and of whom they met."""
    table = pl.read_csv((files(__package__) / "data" / "contact_ages.csv").read_bytes())
    rows = table.filter(pl.col("setting").is_in(settings))
    found = np.zeros((N_AGES, N_AGES))
    asked, met = (rows[name].to_numpy() // AGE_STEP for name in ("age_from", "met_age_from"))
    np.add.at(found, (asked, met), rows["contacts_per_1000_days"].to_numpy() / 1000)
    return found
