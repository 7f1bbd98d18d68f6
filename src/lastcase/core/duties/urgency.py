"""In which order gaps are closed.

First the release tests of persons held past their end, then the transfers of cases, then every other test, transfer,
separation and treatment, then all other duties; what has no time limit comes last. Within each the one that has been
due longest comes first, and of those due at one instant the inner ring: cases, close contacts, secondary contacts,
everybody else. The order is kept with each duty, so that a list of millions is read in it.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from lastcase.core.duties.coverage import FOUR_ALLS
from lastcase.core.facts.vocabulary import CASE_STATUSES, values

RELEASE, CASE_TRANSFER, OF_THE_ALLS, OTHER, WITHOUT_LIMIT = range(5)
"""Values of `urgency`, the first to be closed first."""
ORDER = ("urgency", "due_at", "ring", "person_id", "kind", "rule", "episode", "ordinal", "edition")
"""The order to close, whole: no two duties of an outbreak stand alike."""
CASE_CATEGORIES = tuple(status for status in values(CASE_STATUSES) if status != "discarded")
_RINGS = {"close_contact": 1, "secondary_contact": 2} | dict.fromkeys(CASE_CATEGORIES, 0)


@cache
def urgency() -> pl.Expr:
    """`urgency` of duties."""
    four = [kind for kinds in FOUR_ALLS.values() for kind in kinds]
    of_a_case = pl.col("category").is_in(CASE_CATEGORIES).fill_null(False)
    return (
        pl.when(pl.col("due_at").is_null())
        .then(WITHOUT_LIMIT)
        .when(pl.col("is_release").fill_null(False))
        .then(RELEASE)
        .when((pl.col("kind") == "transfer") & of_a_case)
        .then(CASE_TRANSFER)
        .when(pl.col("kind").is_in(four))
        .then(OF_THE_ALLS)
        .otherwise(OTHER)
        .cast(pl.Int64)
    )


@cache
def ring() -> pl.Expr:
    """`ring` of duties: 0 of cases, 1 of close contacts, 2 of secondary contacts, 3 of everybody else."""
    return pl.col("category").replace_strict(_RINGS, default=3, return_dtype=pl.Int64)
