"""The visits of an outbreak as a search reads them: those of its lake, and over them those of its record.

Interviews live in the record, where they are corrected and withdrawn; the lake never holds them. Their segments are
built when a search begins, so that the search sees the record as it stands. The lake knows a person by the id of each
feed: what it has of an entry that was merged is read as the survivor's, as everything else is.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from django.db import connection, transaction

from lastcase.core.contacts.dose import Percents
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.merge import resolve_merges
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import ContactRule
from lastcase.engines.bridge import copy_out
from lastcase.engines.lake.dictionary import Dictionary
from lastcase.engines.lake.manifest import Quality
from lastcase.engines.lake.qualities import extend_qualities, slack_of
from lastcase.engines.lake.search import WINDOWS, make_windows, mask_of
from lastcase.engines.lake.segment import SCHEMA, Segment, build_segment, days_of
from lastcase.engines.lake.snapshot import Snapshot
from lastcase.engines.lake.spots import extend_spots
from lastcase.engines.lake.stays import find_whole_stays
from lastcase.engines.lake.view import ANY_SETTING, SETTING_BITS, View, make_view
from lastcase.engines.lake.words import DAY_S
from lastcase.ops.lake.feed import settings_of
from lastcase.ops.lake.house import open_lake
from lastcase.ops.records.entries import merged_entries
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.queries import load_facts

FEED = "lake"
"""By this name the lake is the source of visits that came from it into the record."""


@dataclass(frozen=True)
class OutbreakView:
    """One state of an outbreak's visits. `told` are those beside the lake's own: of the record, and of merged entries
    under the survivors; numbered as the lake numbers. Persons whom the lake does not know have numbers after its own,
    for this view alone (`others`). `merged` are the numbers of merged entries, who are nobody of their own."""

    packed: View
    snapshot: Snapshot
    dictionary: Dictionary
    spots: pl.DataFrame
    told: pl.DataFrame
    others: pl.Series
    classes: tuple[Quality, ...]
    merged: pl.Series

    def numbered_windows(self, named: pl.DataFrame) -> pl.DataFrame:
        """Windows by number, columns `engines.lake.search.WINDOWS`; persons without any visit have none."""
        masks = {tuple(settings): mask_of(settings) for settings in named["window_settings"].to_list()}
        numbered = named.select(
            person=self.numbers(named["person_id"]),
            from_s=pl.col("window_start_at").dt.epoch("s"),
            until_s=pl.col("window_end_at").dt.epoch("s"),
            settings=pl.Series(
                [masks[tuple(settings)] for settings in named["window_settings"].to_list()], dtype=pl.UInt64
            ),
        )
        return numbered.filter(pl.col("person").is_not_null()).cast(WINDOWS)  # type: ignore[arg-type]

    def numbers(self, persons: pl.Series) -> pl.Series:
        """Numbers of persons; null for strangers."""
        return _numbers(self.dictionary, self.others, persons)

    def named_windows(self, windows: pl.DataFrame) -> pl.DataFrame:
        """Windows by id, columns of `core.contacts.search.WINDOWS`: the way back from `numbered_windows`."""
        return self.windows_of_numbers(windows).with_columns(person_id=self.persons(windows["person"]))

    def windows_of_numbers(self, windows: pl.DataFrame) -> pl.DataFrame:
        """The same without unmasking anybody: the number of a person, as text, is the id. Of a person's windows the
        preferred stays first."""
        settings = {
            mask: [name for name in SETTING_BITS if mask >> SETTING_BITS[name] & 1]
            for mask in set(windows["settings"])
        }
        lists = [[] if mask == ANY_SETTING else settings[mask] for mask in windows["settings"]]
        return windows.select(
            person_id=pl.col("person").cast(pl.String),
            episode=pl.lit(0, pl.Int64),
            window_start_at=pl.from_epoch("from_s", "s").dt.replace_time_zone("UTC").cast(INSTANT),
            window_end_at=pl.from_epoch("until_s", "s").dt.replace_time_zone("UTC").cast(INSTANT),
            window_settings=pl.Series(lists, dtype=pl.List(pl.String)),
        )

    def persons(self, numbers: pl.Series) -> pl.Series:
        """The ids behind numbers: unmasking, which `find.unmask` alone may do for somebody."""
        every = pl.concat([self.dictionary.everybody, self.others])
        return every.gather(numbers)

    def pseudonyms(self, numbers: pl.Series) -> pl.Series:
        """What is shown of persons."""
        return self.dictionary.pseudonyms(self.persons(numbers))

    def place_ids(self, places: pl.Series) -> pl.Series:
        """The ids of places by their number."""
        bare = self.spots.filter(pl.col("unit").is_null()).sort("place")
        return bare["place_id"].gather(places)

    def settings(self, places: pl.Series) -> pl.Series:
        """The settings of places by their number; null where none is known."""
        bare = self.spots.filter(pl.col("unit").is_null()).sort("place")
        return bare["setting"].gather(places)

    def pairs_by_sql(
        self,
        windows: pl.DataFrame,
        rules: list[ContactRule],
        air_s: int,
        percents: Percents,
        *,
        is_spark: bool,
    ) -> pl.DataFrame:
        """The pairs by the SQL text, on DuckDB or Spark, over the Parquet files of the lake."""
        from lastcase.ops.lake.by_sql import pairs_by_sql

        return pairs_by_sql(self, windows, rules, air_s, percents, is_spark=is_spark)


def view_of(outbreak: Outbreak) -> OutbreakView:
    """The visits of the outbreak as they stand. Raises NoLake, and what the lake raises."""
    house = open_lake(outbreak)
    snapshot, dictionary = house.state()
    entries = merged_entries(outbreak)
    visits = _told_beside(load_facts(outbreak, tables=("visits",))["visits"], snapshot).with_columns(
        pl.col("person_id").replace(entries["entry_id"], entries["person_id"])
    )
    rows = visits.join(settings_of(visits["place_id"]), on="place_id", how="left", maintain_order="left")
    fresh = pl.concat([visits["person_id"], members_of(outbreak)]).unique(maintain_order=True)
    others = fresh.filter(dictionary.numbers(fresh).is_null()).rename("person_id")
    spots, of_spot = extend_spots(snapshot.spots, rows.select("place_id", "unit", "setting"))
    precision_s = (pl.col("precision_min") * 60).round().cast(pl.Int64)
    classes, quality = extend_qualities(
        house.lake.manifest().qualities, rows.select("visit_source", precision_s=precision_s)
    )
    told = rows.select(
        person=_numbers(dictionary, others, rows["person_id"]),
        spot=of_spot,
        start_s=pl.col("start_at").dt.epoch("s"),
        end_s=pl.col("end_at").dt.epoch("s"),
        quality=quality,
    ).cast(SCHEMA)  # type: ignore[arg-type]
    merged = pl.DataFrame(
        {
            "entry": dictionary.numbers(entries["entry_id"]),
            "own": _numbers(dictionary, others, entries["person_id"]),
        }
    ).drop_nulls()
    told = pl.concat([told, _visits_of_merged(snapshot, merged)])
    n_persons = dictionary.n_persons + len(others)
    segments = [*snapshot.segments, *_segments(told, n_persons, spots.height)]
    packed = make_view(segments, spots, slack_of(classes), n_persons)
    return OutbreakView(packed, snapshot, dictionary, spots, told, others, classes, merged["entry"])


def _visits_of_merged(snapshot: Snapshot, merged: pl.DataFrame) -> pl.DataFrame:
    """The visits that the lake has under merged entries, by number (`entry`), as those of the person (`own`)."""
    if merged.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    base = make_view(snapshot.segments, snapshot.spots, snapshot.slack_s, snapshot.n_persons)
    always = merged.select(
        person="entry",
        from_s=pl.lit(0, pl.Int64),
        until_s=pl.lit(None, pl.Int64),
        settings=pl.lit(ANY_SETTING, pl.UInt64),
    )
    stays = find_whole_stays(base, make_windows(always.cast(WINDOWS)))  # type: ignore[arg-type]
    return stays.with_columns(pl.col("person").replace(merged["entry"], merged["own"])).select(list(SCHEMA))


def _told_beside(visits: pl.DataFrame, snapshot: Snapshot) -> pl.DataFrame:
    """The visits of the record without those that came into it from days that the lake holds."""
    days = pl.Series([segment.day for segment in snapshot.segments], dtype=pl.Int64)
    day = pl.col("start_at").dt.epoch("s") // DAY_S
    there = (pl.col("source") == FEED) & day.is_in(days.implode())
    return visits.filter(~there).select(
        "person_id", "place_id", "unit", "start_at", "end_at", "precision_min", "visit_source"
    )


def members_of(outbreak: Outbreak) -> pl.Series:
    """Everybody on record in the outbreak: whoever is named or shares a home is one of them."""
    query = "SELECT person_id FROM records_member WHERE outbreak_id = %s"
    with transaction.atomic(), connection.cursor() as cursor:
        return copy_out(cursor, query, {"person_id": pl.String()}, [outbreak.pk])["person_id"]


def load_told(outbreak: Outbreak, persons: pl.Series) -> Facts:
    """What the record tells of whom these persons exposed: named contacts, and everybody at their homes."""
    homes = """SELECT p.person_id FROM fact_persons p JOIN records_member m
        ON m.outbreak_id = %s AND m.person_id = p.person_id
        WHERE p.retired_at IS NULL AND p.residence_place_id IN (
            SELECT residence_place_id FROM fact_persons WHERE retired_at IS NULL AND person_id = ANY(%s))"""
    with transaction.atomic(), connection.cursor() as cursor:
        found = copy_out(cursor, homes, {"person_id": pl.String()}, [outbreak.pk, persons.to_list()])
    near = pl.concat([persons, found["person_id"]]).unique()
    return resolve_merges(
        load_facts(
            outbreak, persons=with_entries(outbreak, near), tables=("persons", "contacts"), is_either=True
        )
    )


def survivors_of(outbreak: Outbreak, persons: pl.Series) -> pl.Series:
    """Who the persons are, each once, where they are named by entries that were merged."""
    entries = merged_entries(outbreak)
    return persons.replace(entries["entry_id"], entries["person_id"]).unique(maintain_order=True)


def with_entries(outbreak: Outbreak, persons: pl.Series) -> list[str]:
    """The persons with every entry that was merged into one of them."""
    entries = merged_entries(outbreak).filter(pl.col("person_id").is_in(persons.implode()))
    return pl.concat([persons, entries["entry_id"]]).to_list()


def _segments(told: pl.DataFrame, n_persons: int, n_spots: int) -> list[Segment]:
    by_day = told.group_by(days_of(told).alias("day"))
    return [build_segment(day, rows, n_persons, n_spots) for (day,), rows in by_day]


def _numbers(dictionary: Dictionary, others: pl.Series, persons: pl.Series) -> pl.Series:
    """Numbers of persons: the dictionary's, else their place among the others after it; null for strangers."""
    extra = pl.DataFrame({"person_id": others}).with_row_index("extra", offset=dictionary.n_persons)
    known = pl.DataFrame({"person_id": persons, "number": dictionary.numbers(persons)})
    joined = known.join(extra, on="person_id", how="left", maintain_order="left")
    return joined.select(pl.coalesce("number", "extra").cast(pl.UInt32)).to_series()
