"""Make the tables of `engines/city/data` from the POLYMOD diaries: contacts a person-day, by age and place.

`python tools/contact_means.py FOLDER` reads `participants.csv.gz` and `contacts.csv.gz` of FOLDER and writes
`contact_means.csv` and `contact_ages.csv`. A contact at several places counts for the first of home, work, school,
transport, leisure, other.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

SETTINGS = {
    "cnt_home": "home",
    "cnt_work": "work",
    "cnt_school": "school",
    "cnt_transport": "transport",
    "cnt_leisure": "leisure",
    "cnt_otherplace": "other",
}
LONG = 3
"""From this `duration_multi` on a contact lasted 15 minutes or more."""


TABLES = Path(__file__).resolve().parent.parent / "src" / "lastcase" / "engines" / "city" / "data"


def read_diaries(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Participants of known age (`part_id`, `age_from`), and their contacts with `age_from`, `setting`, `met_age_from`
    (null: not told) and `duration_multi`. Ages by tens of years, 70 and older together."""
    people = pl.read_csv(folder / "participants.csv.gz", null_values="NA", infer_schema_length=None)
    contacts = pl.read_csv(folder / "contacts.csv.gz", null_values="NA", infer_schema_length=None)
    aged = people.filter(pl.col("part_age_exact").is_not_null()).select(
        "part_id", age_from=_tens(pl.col("part_age_exact"))
    )
    setting = pl.coalesce(pl.when(pl.col(name) == 1).then(pl.lit(word)) for name, word in SETTINGS.items())
    guessed = (pl.col("cnt_age_est_min") + pl.col("cnt_age_est_max")) / 2
    met = contacts.join(aged, on="part_id").with_columns(
        setting=setting, met_age_from=_tens(pl.coalesce("cnt_age_exact", guessed))
    )
    return aged, met.drop_nulls("setting")


def _tens(age: pl.Expr) -> pl.Expr:
    return (age // 10 * 10).clip(upper_bound=70).cast(pl.Int64)


def contact_means(aged: pl.DataFrame, met: pl.DataFrame) -> pl.DataFrame:
    """Per age group and setting: contacts a person-day in hundredths, and how many of a hundred lasted 15 minutes or
    more."""
    days = aged.group_by("age_from").agg(n_days=pl.len())
    counted = met.group_by("age_from", "setting").agg(
        n=pl.len(), long_percent=((pl.col("duration_multi") >= LONG).mean() * 100).round().cast(pl.Int64)
    )
    return (
        counted.join(days, on="age_from")
        .with_columns(contacts_per_100_days=(pl.col("n") * 100 / pl.col("n_days")).round().cast(pl.Int64))
        .select("age_from", "setting", "contacts_per_100_days", "long_percent")
        .sort("age_from", "setting")
    )


def contact_ages(aged: pl.DataFrame, met: pl.DataFrame) -> pl.DataFrame:
    """Per age group, setting and age group met: contacts a person-day in thousandths. Contacts of unknown age are
    shared out as the known ones."""
    days = aged.group_by("age_from").agg(n_days=pl.len())
    key = ["age_from", "setting"]
    every = met.group_by(key).agg(n_all=pl.len(), n_known=pl.col("met_age_from").count())
    counted = met.drop_nulls("met_age_from").group_by(*key, "met_age_from").agg(n=pl.len())
    share = pl.col("n") * pl.col("n_all") / pl.col("n_known")
    return (
        counted.join(every, on=key)
        .join(days, on="age_from")
        .with_columns(contacts_per_1000_days=(share * 1000 / pl.col("n_days")).round().cast(pl.Int64))
        .select(*key, "met_age_from", "contacts_per_1000_days")
        .sort(*key, "met_age_from")
    )


if __name__ == "__main__":
    diaries = read_diaries(Path(sys.argv[1]))
    contact_means(*diaries).write_csv(TABLES / "contact_means.csv")
    contact_ages(*diaries).write_csv(TABLES / "contact_ages.csv")
