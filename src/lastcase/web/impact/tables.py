"""The tables of an impact as a page shows them: filtered, counted, a page of names at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from lastcase.core.impact.persons import CHANGES

PAGE_ROWS = 50
TABS = ("persons", "duties", "areas", "targets")


@dataclass(frozen=True)
class Chosen:
    """What the link asks for. `change`, `category`, `area` are empty where anything fits; `past` shows past duties."""

    tab: str
    change: str
    category: str
    area: str
    is_past_shown: bool
    page: int


def read_chosen(query: Mapping[str, str]) -> Chosen:
    """The filter of a query; what it does not know is left out."""
    tab, page = query.get("tab", ""), query.get("page", "")
    return Chosen(
        tab=tab if tab in TABS else TABS[0],
        change=query.get("change", ""),
        category=query.get("category", ""),
        area=query.get("area", ""),
        is_past_shown=query.get("past", "") == "yes",
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )


@dataclass(frozen=True)
class Listed:
    """One page of a table: its rows, how many fit the filter, and how many pages those are."""

    rows: list[dict[str, Any]]
    n_rows: int
    page: int

    @property
    def n_pages(self) -> int:
        """Pages of what fits."""
        return max(1, -(-self.n_rows // PAGE_ROWS))


def listed(frame: pl.DataFrame, chosen: Chosen) -> Listed:
    """The page asked for of the rows that fit, the gravest change first."""
    fits = _fitting(frame, chosen)
    page = min(chosen.page, max(1, -(-fits.height // PAGE_ROWS)))
    shown = fits.slice((page - 1) * PAGE_ROWS, PAGE_ROWS)
    return Listed(shown.to_dicts(), fits.height, page)


def _fitting(frame: pl.DataFrame, chosen: Chosen) -> pl.DataFrame:
    tests = [pl.lit(True)]
    for column, value in (("change", chosen.change), ("category", chosen.category), ("area_id", chosen.area)):
        if value and column in frame.columns:
            tests.append(pl.col(column).fill_null("") == value)
    if "is_past" in frame.columns and not chosen.is_past_shown:
        tests.append(~pl.col("is_past"))
    fits = frame.filter(pl.all_horizontal(tests))
    if "change" in frame.columns and "n_gained" in frame.columns:
        rank = pl.col("change").replace_strict(
            {name: i for i, name in enumerate(CHANGES)}, return_dtype=pl.Int64
        )
        return fits.sort(rank, maintain_order=True)
    return fits


def choices(found: Mapping[str, pl.DataFrame], tab: str) -> dict[str, list[str]]:
    """What the filters of a tab offer: changes, categories, areas that occur."""
    frame = found[tab]
    named = {"change": "change", "category": "category", "area": "area_id"}
    return {
        name: frame[column].drop_nulls().unique().sort().to_list() if column in frame.columns else []
        for name, column in named.items()
    }


def summary(persons: pl.DataFrame) -> list[dict[str, Any]]:
    """One row a category and area: how many persons by change, most first."""
    counted = [(pl.col("change") == name).sum().cast(pl.Int64).alias(f"n_{name}") for name in CHANGES]
    rows = persons.group_by("category", "area_id").agg(pl.len().alias("n_all"), *counted)
    return rows.sort(
        ["n_all", "category", "area_id"], descending=[True, False, False], nulls_last=True
    ).to_dicts()
