"""Persons as the linkage compares them: each column in one writing, and the keys by which pairs are formed."""

from __future__ import annotations

import polars as pl

from lastcase.engines.linkage.names import document_key, name_columns, phone_key

SHARED_MAX = 60
"""A key that more persons share (a hotline's number, a common name) forms no pairs: it says too little, and the
pairs of one key grow with its square."""

WANTED = (
    "person_id", "list_id", "name", "sex", "birth_on", "age_years", "document_id", "phone",
    "residence_area_id", "residence_place_id", "recorded_at",
)  # fmt: skip
"""Columns of `persons` that are compared; `recorded_at` dates the age."""

KEYS = (
    "by_document", "by_phone", "by_pinyin", "by_parts", "by_pinyin_year", "by_pinyin_area", "by_birth",
    "by_document_head", "by_document_tail", "by_phone_tail", "by_home", "by_list_id",
)  # fmt: skip
"""Two persons are compared where they share at least one of these."""


def prepare(persons: pl.DataFrame) -> pl.DataFrame:
    """One row a person: the compared columns and the keys. `persons` holds the columns of `WANTED`."""
    names = name_columns(persons["name"])
    values = persons.select(
        unique_id=pl.col("person_id"),
        sex=pl.when(pl.col("sex").is_in(["female", "male"])).then(pl.col("sex")),
        birth_on=pl.col("birth_on"),
        birth_year=_birth_year(),
        document=document_key("document_id"),
        phone=phone_key("phone"),
        area=pl.col("residence_area_id"),
        place=pl.col("residence_place_id"),
        list_id=_list_key(),
    )
    return _with_keys(values.hstack(names)).sort("unique_id")


def _birth_year() -> pl.Expr:
    """The year of birth, from the date or from the age when it was recorded."""
    by_age = (pl.col("recorded_at").dt.year() - pl.col("age_years").floor()).cast(pl.Int32)
    return pl.coalesce(pl.col("birth_on").dt.year(), by_age)


def _list_key() -> pl.Expr:
    """The source's own id; one as short as a row's number is in every list and says nothing."""
    plain = pl.col("list_id").str.to_uppercase().str.replace_all(r"\s", "")
    return pl.when(plain.str.len_chars() >= 6).then(plain)


def _with_keys(values: pl.DataFrame) -> pl.DataFrame:
    initial = pl.col("pinyin").str.slice(0, 1)
    half = pl.col("document").str.len_chars() // 2
    keyed = values.with_columns(
        by_document=pl.col("document"),
        by_phone=pl.col("phone"),
        by_pinyin=pl.col("pinyin"),
        by_parts=pl.col("parts"),
        by_pinyin_year=pl.concat_str("pinyin", "birth_year", separator=" "),
        by_pinyin_area=pl.concat_str("pinyin", "area", separator=" "),
        by_birth=pl.concat_str(pl.col("birth_on").cast(pl.String), initial, separator=" "),
        by_document_head=pl.col("document").str.slice(0, half),
        by_document_tail=pl.col("document").str.slice(half),
        by_phone_tail=pl.concat_str(pl.col("phone").str.tail(6), initial, separator=" "),
        by_home=pl.concat_str("place", initial, separator=" "),
        by_list_id=pl.col("list_id"),
    )
    return keyed.with_columns(_if_rare(key) for key in KEYS)


def _if_rare(key: str) -> pl.Expr:
    """The key where at least two and at most `SHARED_MAX` persons share it, else null."""
    return pl.when(pl.len().over(key).is_between(2, SHARED_MAX)).then(pl.col(key)).alias(key)
