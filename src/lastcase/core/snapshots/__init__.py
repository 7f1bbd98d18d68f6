"""The Board's numbers hour by hour: declared once, counted for every area from one derivation."""

from lastcase.core.snapshots.count import (
    DAY_SCHEMA,
    WHOLE,
    count_days,
    count_hours,
    first_day,
    hours_of,
    with_sources,
)
from lastcase.core.snapshots.measures import MEASURES, Measure
from lastcase.core.snapshots.spans import spans_of
from lastcase.core.snapshots.targets import TARGET_SCHEMA, target_hours

__all__ = [
    "DAY_SCHEMA",
    "MEASURES",
    "TARGET_SCHEMA",
    "WHOLE",
    "Measure",
    "count_days",
    "count_hours",
    "first_day",
    "hours_of",
    "spans_of",
    "target_hours",
    "with_sources",
]
