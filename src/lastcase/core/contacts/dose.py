"""The dose of an exposure: minutes together, weighed by where. It ranks the exposed; it decides nothing.

Of each meeting that counts the middle between the least and the most minutes (counted once, however many records tell
of them), times what the edition has a minute count for in that setting (`SettingRule`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from lastcase.core.protocol.model import Protocol, SettingRule

Percents = Mapping[str, int]
"""What a minute counts for, in per cent, by setting; a setting that is not named, or not known, counts `PLAIN`."""

PLAIN = 100
ALIKE: Percents = MappingProxyType({})
"""Every minute counts the same."""

UNITS_PER_MIN = 2 * PLAIN * 60
"""Engines sum doses as whole numbers, (least + most) seconds x per cent: so many make a minute of the dose."""


def dose_percents(protocol: Protocol) -> Percents:
    """What the edition has a minute count for."""
    return {setting: rule.dose_percent for rule in protocol.of_kind(SettingRule) for setting in rule.settings}


def dose_min(least_min: pl.Expr, most_min: pl.Expr, percents: Percents) -> pl.Expr:
    """The dose of rows with a column `setting`, all together, in minutes of a setting that no rule names."""
    percent = pl.col("setting").replace_strict(percents, default=PLAIN, return_dtype=pl.Int64)
    return ((least_min + most_min) * percent).sum() / (2 * PLAIN)
