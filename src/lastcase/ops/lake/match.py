"""What the lake shows of cases, brought into the record: the visits that met, as evidence for candidates.

Whoever met a case long enough becomes a person of the record, and the visits of both sides become facts of it; what
follows (candidates, automatic orders, duties) is derived from them as from any other fact. Nobody else is unmasked.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl
from django.utils import timezone

from lastcase.core.contacts.fit import shared_air_min
from lastcase.core.contacts.search import visit_rules
from lastcase.core.facts.field import INSTANT
from lastcase.engines.lake.search import find_pairs, make_rules, make_windows
from lastcase.engines.lake.stays import find_whole_stays
from lastcase.engines.lake.view import ANY_SETTING
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.permissions import check_may_record, check_may_see_persons
from lastcase.ops.lake.errors import NoCases
from lastcase.ops.lake.find import case_windows
from lastcase.ops.lake.view import OutbreakView, view_of
from lastcase.ops.records.actions import RecordReport, record_facts
from lastcase.ops.records.audit import log_read
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.queries import load_outbreak

FEED, PURPOSE = "lake", "match"
SHORT = 2


def match_cases(
    outbreak: str, cases: Collection[str], *, by: Actor, as_of: datetime | None = None
) -> RecordReport:
    """Record the visits by which these cases met somebody as a close contact may, definitely or possibly.

    Who was merely co-present stays under the pseudonym. The persons go into the audit with the purpose; a second
    time changes nothing. Raises NotPermitted, OutbreakNotFound, NoLake, NoCases.
    """
    check_may_see_persons(by)
    check_may_record(by)
    home, governed = get_outbreak(outbreak), load_outbreak(outbreak)
    edition = governed.edition_at(as_of or timezone.now())
    named = case_windows(home.name, cases, edition, governed.time_zone)
    if named.is_empty():
        raise NoCases(outbreak=home.name, n=len(cases))
    view = view_of(home)
    windows = view.numbered_windows(named)
    close = [rule for rule in visit_rules(edition, 1) if rule.category != "copresent_person"]
    air_s = round(shared_air_min(edition) * 60)
    pairs = find_pairs(view.packed, make_windows(windows), make_rules(close), air_s)
    met = pairs.filter(pl.col("certainty") < SHORT)
    visits = _visits_that_met(view, windows, met["person"].unique(), air_s)
    log_read(by, [*cases, *visits["person_id"].unique()], PURPOSE, outbreak=home.name)
    return record_facts(home, {"visits": visits}, by=by, feed=FEED, action="match_cases")


def _visits_that_met(view: OutbreakView, windows: pl.DataFrame, met: pl.Series, air_s: int) -> pl.DataFrame:
    """Rows of the fact table `visits`: stays of the cases in their windows, and stays of those met that touch one."""
    theirs = find_whole_stays(view.packed, make_windows(windows))
    # A stay of somebody met may begin long before the windows and end in them, and in the air after a case.
    closes = None if windows["until_s"].has_nulls() else windows["until_s"].max()
    around = pl.DataFrame({"person": met}, schema={"person": pl.UInt32}).select(
        "person",
        from_s=pl.lit(windows["from_s"].min(), pl.Int64),
        until_s=pl.lit(closes, pl.Int64) + air_s,
        settings=pl.lit(ANY_SETTING, pl.UInt64),
    )
    others = find_whole_stays(view.packed, make_windows(around))
    spots = view.spots.select("spot", "place", "place_id", "unit")
    cases, persons = (frame.join(spots, on="spot") for frame in (theirs, others))
    spans = cases.select("place", came_s="start_s", left_s=pl.col("end_s") + air_s)
    touching = (
        persons.with_row_index("row")
        .join(spans, on="place")
        .filter((pl.col("start_s") < pl.col("left_s")) & (pl.col("end_s") > pl.col("came_s")))
    )
    kept = (
        persons.with_row_index("row").join(touching.select("row").unique(), on="row", how="semi").drop("row")
    )
    shared = cases.join(kept.select("place").unique(), on="place", how="semi")
    # What the record tells of a visit stands: it may have been corrected there.
    told = view.told.join(spots, on="spot").select("person", "place", "start_s")
    fresh = pl.concat([shared, kept]).join(told, on=["person", "place", "start_s"], how="anti")
    return _as_facts(fresh, view)


def _as_facts(stays: pl.DataFrame, view: OutbreakView) -> pl.DataFrame:
    classes = pl.DataFrame(
        [(number, *quality) for number, quality in enumerate(view.classes)],
        schema={"quality": pl.UInt8, "visit_source": pl.String, "precision_s": pl.Int64},
        orient="row",
    )
    rows = stays.join(classes, on="quality", how="left", maintain_order="left")
    facts = rows.select(
        "place_id",
        "unit",
        "visit_source",
        person_id=view.persons(rows["person"]),
        start_at=pl.from_epoch("start_s", "s").dt.replace_time_zone("UTC").cast(INSTANT),
        end_at=pl.from_epoch("end_s", "s").dt.replace_time_zone("UTC").cast(INSTANT),
        precision_min=pl.col("precision_s") / 60,
    )
    # Two records of one visit under one key: the surer stands.
    ordered = facts.sort("precision_min", nulls_last=False)
    return ordered.unique(["person_id", "place_id", "start_at"], keep="first", maintain_order=True)
