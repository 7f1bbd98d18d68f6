"""Make `engines/city/data/contact_means.csv` from the POLYMOD diaries: contacts a person-day, by age and place.

`python tools/contact_means.py FOLDER` reads `participants.csv.gz` and `contacts.csv.gz` of FOLDER and prints
the table. A contact at several places counts for the first of home, work, school, transport, leisure, other.
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


def contact_means(folder: Path) -> pl.DataFrame:
    """Per age group of ten years (70: and older) and setting: contacts a person-day in hundredths, and how
    many of a hundred lasted 15 minutes or more."""
    people = pl.read_csv(folder / "participants.csv.gz", null_values="NA", infer_schema_length=None)
    contacts = pl.read_csv(folder / "contacts.csv.gz", null_values="NA", infer_schema_length=None)
    aged = people.filter(pl.col("part_age_exact").is_not_null()).select(
        "part_id", age_from=(pl.col("part_age_exact") // 10 * 10).clip(upper_bound=70).cast(pl.Int64)
    )
    setting = pl.coalesce(pl.when(pl.col(name) == 1).then(pl.lit(word)) for name, word in SETTINGS.items())
    met = contacts.join(aged, on="part_id").with_columns(setting=setting).drop_nulls("setting")
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


if __name__ == "__main__":
    sys.stdout.write(contact_means(Path(sys.argv[1])).write_csv())
