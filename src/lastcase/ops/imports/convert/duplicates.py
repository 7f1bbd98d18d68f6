"""Rows that say the same twice, rows that contradict each other, and persons who may be one.

Within a file: rows of one key that agree, or of which one says more, are one row; rows that contradict are
errors, both named. Persons: the method is exact agreement of the document number, of the telephone number
(its last eight digits or more), or of name, sex and birth date (or age); it is told, never acted upon.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.facts import Table
from lastcase.ops.imports import problems
from lastcase.ops.imports.convert.context import Known
from lastcase.ops.imports.read.table import ROW

PERSON_METHOD = "exact match on document number, telephone, or name with sex and birth date or age"
PHONE_DIGITS = 8


def one_a_key(frame: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frame with one row a key, and errors for rows that contradict each other.

    Of two mentions of one fact the earlier `known_from` stands; a person is a stub only where every row says
    so.
    """
    key = [name for name in table.key if name in frame.columns]
    values = [name for name in frame.columns if name != ROW]
    whole = frame.unique(values, keep="first", maintain_order=True)
    is_twice = pl.struct(key).is_duplicated() & pl.col(key[0]).is_not_null()
    apart, twice = whole.filter(~is_twice), whole.filter(is_twice)
    if twice.is_empty():
        return whole, problems.none()
    stated = [name for name in values if name not in (*key, "is_stub", "known_from")]
    groups = twice.group_by(key, maintain_order=True)
    clash = groups.agg(pl.col(name).drop_nulls().n_unique() > 1 for name in stated)
    bad = clash.filter(pl.any_horizontal(pl.lit(False), *stated)).select(key)
    told = _told(twice.join(bad, on=key, nulls_equal=True, maintain_order="left"), table, key)
    merged = groups.agg(pl.col(ROW).first(), *(_merged(name) for name in values if name not in key))
    return pl.concat([apart, merged.select(apart.columns)]).sort(ROW), told


def _merged(name: str) -> pl.Expr:
    if name == "known_from":
        return pl.col(name).min()
    return pl.col(name).all(ignore_nulls=False) if name == "is_stub" else pl.col(name).drop_nulls().first()


def _told(bad: pl.DataFrame, table: Table, key: list[str]) -> pl.DataFrame:
    if bad.is_empty():
        return problems.none()
    rows = pl.col(ROW).cast(pl.String).unique(maintain_order=True).str.join(", ").over(key)
    shown = pl.concat_str((pl.col(name).cast(pl.String).fill_null("-") for name in key), separator=" · ")
    return problems.tell(
        bad.with_columns(_rows=rows),
        "row.contradicting",
        "error",
        table=table.name,
        field=key[0],
        value=shown,
        params={"rows": pl.col("_rows")},
    )


def last_of(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Of rows with one key the last by the column `_order`."""
    kept = frame.sort("_order", nulls_last=False, maintain_order=True).unique(
        list(table.key), keep="last", maintain_order=True
    )
    return kept.drop("_order")


def possible_twins(persons: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Warnings for persons of the file who may be another of the file or of the record."""
    new = _marks(
        persons.select(
            pl.col(name)
            if name in persons.columns
            else pl.lit(None).cast(known.persons.schema.get(name, pl.String)).alias(name)
            for name in (ROW, *known.persons.columns)
        )
    )
    old = _marks(known.persons.with_columns(pl.lit(None, pl.Int64).alias(ROW)))
    told = [_twins(new, old, mark) for mark in ("document", "telephone", "name")]
    return problems.together(told)


def _marks(persons: pl.DataFrame) -> pl.DataFrame:
    """The three marks by which persons are compared; null where a part is missing."""
    clean = {
        name: pl.col(name).cast(pl.String).str.to_lowercase().str.replace_all(r"[\s\-.·()+]", "")
        for name in ("document_id", "phone", "name")
    }
    born = pl.coalesce(
        pl.col("birth_on").cast(pl.String), pl.lit("age ") + pl.col("age_years").cast(pl.String)
    )
    filled = {name: pl.when(text.str.len_bytes() > 0).then(text) for name, text in clean.items()}
    digits = filled["phone"].str.replace_all(r"\D", "")
    return persons.select(
        ROW,
        "person_id",
        document=filled["document_id"],
        telephone=pl.when(digits.str.len_bytes() >= PHONE_DIGITS).then(digits.str.slice(-11)),
        name=pl.concat_str(filled["name"], "sex", born, separator="|"),
    )


def _twins(new: pl.DataFrame, old: pl.DataFrame, mark: str) -> pl.DataFrame:
    """Pairs that bear the same mark and another id; each new person is told once, with the first like them."""
    marked = new.filter(pl.col(mark).is_not_null())
    if marked.is_empty():
        return problems.none()
    both = pl.concat([old, marked]).filter(pl.col(mark).is_not_null() & pl.col("person_id").is_not_null())
    first = (
        both.unique([mark, "person_id"], keep="first", maintain_order=True)
        .group_by(mark)
        .agg(pl.col("person_id").first().alias("twin"), pl.len().alias("n"))
    )
    found = (
        marked.join(first.filter(pl.col("n") > 1), on=mark, maintain_order="left")
        .filter(pl.col("twin") != pl.col("person_id"))
        .unique("person_id", maintain_order=True)
    )
    return problems.tell(
        found,
        f"row.possible_twin_{mark}",
        "warning",
        table="persons",
        field=mark,
        value=pl.col("person_id"),
        params={"other": pl.col("twin")},
    )
