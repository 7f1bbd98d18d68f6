"""The published record of Beihai, July and August 2022, as facts.

Read straight from its files, without the importer.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

import lastcase.ops
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.editions import load_edition

FOLDER = Path(lastcase.ops.__path__[0]) / "imports" / "demo" / "beihai_2022"
ZONE = "Asia/Shanghai"


def facts(**more: pl.DataFrame) -> Facts:
    """Areas, published counts and published risk areas of Beihai."""
    return Facts.of(areas=areas(), counts=counts(), risk_areas=risk_areas(), **more)


def outbreak(edition: str = "cn-covid-9") -> Outbreak:
    """Beihai under one edition from the first day."""
    adopted = Adoption(load_edition(edition), datetime(2022, 6, 28, tzinfo=UTC))
    return Outbreak("beihai", "covid-omicron-ba2-2022", ZONE, "450500", (adopted,))


def areas() -> pl.DataFrame:
    rows = [
        ("450000", "region", None),
        ("450500", "city", "450000"),
        *((code, "county", "450500") for code in ("450502", "450503", "450512", "450521")),
        ("451400", "city", "450000"),
    ]
    return pl.DataFrame(rows, schema=["area_id", "tier", "parent_id"], orient="row")


def counts() -> pl.DataFrame:
    daily = read("daily_counts.csv").select(
        area_id="area_code",
        indicator=pl.lit("new_infections_net"),
        counted_on=pl.col("date").str.to_date(),
        value=pl.col("new_infections_net").cast(pl.Float64),
    )
    indicators = read("indicators.csv").select(
        area_id="area_code",
        indicator="indicator",
        counted_on=pl.col("date").str.to_date(),
        value=pl.col("value").cast(pl.Float64),
    )
    return pl.concat([daily.drop_nulls("value"), indicators])


def risk_areas() -> pl.DataFrame:
    return read("risk_area_intervals.csv").select(
        risk_area_id="area_id",
        name="subdistrict_zh",
        area_id="county_code",
        list_kind=pl.lit("published"),
        risk_level="level",
        start_at=local(pl.col("first_seen")),
        end_at=local(pl.col("gone_or_changed_by")),
        next_level="next_level",
    )


def read(name: str) -> pl.DataFrame:
    """A file of the record, every column as text."""
    return pl.read_csv(FOLDER / name, infer_schema=False)


def local(column: pl.Expr) -> pl.Expr:
    return column.str.to_datetime("%Y-%m-%dT%H:%M").dt.replace_time_zone(ZONE).dt.convert_time_zone("UTC")


def at(text: str) -> datetime:
    """An instant of Beihai's clocks, from ISO text without offset."""
    return datetime.fromisoformat(text + "+08:00").astimezone(UTC)
