"""What a brief leads with, and how fresh it is: so that its numbers can be laid beside a published bulletin.

A bulletin counts whole local days, 00:00 to 24:00. The lead gives the day so far and the last whole day
apart. A number that no source covers is null, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import polars as pl

from lastcase.core.answers import Answers
from lastcase.core.civil import midnight_of
from lastcase.core.contacts.episodes import ISOLATION_KINDS, QUARANTINE_KINDS
from lastcase.core.days import at, midnight, plus_days
from lastcase.core.facts.receipts import ACT_FEED
from lastcase.core.facts.store import Facts
from lastcase.core.facts.vocabulary import CASE_STATUSES, values
from lastcase.core.outbreak import Outbreak

HOSPITAL_KINDS = tuple(kind for kind in ISOLATION_KINDS if kind != "isolation_home")
SOURCES: dict[str, tuple[str, ...]] = {
    "today": ("cases", "specimens", "stays", "risk_areas"),
    "held_past_end": ("specimens", "stays"),
    "contacts_pending": ("contacts", "visits"),
    "in_quarantine": ("stays",),
    "in_hospital": ("stays", "cases"),
    "severe": ("cases",),
    "deaths": ("cases",),
}
"""The fact tables behind each number of the lead."""


def lead_of(
    facts: Facts,
    outbreak: Outbreak,
    answers: Answers,
    cases: pl.DataFrame,
    stays: pl.DataFrame | None,
    as_of: datetime,
    area_id: str | None,
) -> dict[str, object]:
    """The leading numbers at `as_of`.

    `cases` are the counted episodes of the area `area_id` with `detection` and `control`, `stays` those of its
    persons, null where the record holds no stay of anybody; `answers` are already limited to it.
    """
    today = as_of.astimezone(outbreak.zone).date()
    yesterday, has_list = today - timedelta(days=1), has_line_list(facts)
    behind = rows_behind(facts, outbreak, answers, cases, stays, as_of)
    return {
        "today": {"on": today.isoformat(), **_found_on(cases, outbreak, today, as_of, has_list)},
        "last_day": {
            "on": yesterday.isoformat(),
            **_found_on(cases, outbreak, yesterday, as_of, has_list),
            "published": _published_on(facts, area_id, yesterday),
        },
        **{name: _n_behind(behind[name], name) for name in COUNTED_BEHIND},
    }


COUNTED_BEHIND = ("held_past_end", "contacts_pending", "in_quarantine", "in_hospital", "severe", "deaths")
OF_CASES = ("severe", "deaths", "in_quarantine_today")
"""Numbers that count cases; the others count persons."""


def rows_behind(
    facts: Facts,
    outbreak: Outbreak,
    answers: Answers,
    cases: pl.DataFrame,
    stays: pl.DataFrame | None,
    as_of: datetime,
) -> dict[str, pl.DataFrame | None]:
    """The rows that each leading number counts, with `person_id` and, of cases, `episode`; null without a
    source.

    The arguments are those of `lead_of`. `in_quarantine_today` are the cases behind the share of today's that
    a quarantine stay already held.
    """
    today, has_list = as_of.astimezone(outbreak.zone).date(), has_line_list(facts)
    return {
        "held_past_end": held_past_end(answers.orders, as_of) if has_list else None,
        "contacts_pending": _pending(answers.exposures, as_of) if has_list else None,
        "in_quarantine": _staying(stays, QUARANTINE_KINDS, as_of),
        "in_hospital": _in_hospital(stays, cases, outbreak, as_of),
        "severe": _severe(cases, outbreak, as_of) if has_list else None,
        "deaths": cases.filter(_dead_by(outbreak, as_of)) if has_list else None,
        "in_quarantine_today": _told_today(cases, outbreak, today, as_of).filter("is_quarantined"),
    }


def _n_behind(rows: pl.DataFrame | None, name: str) -> int | None:
    """How many cases, or else persons, the rows are."""
    if rows is None:
        return None
    return rows.height if name in OF_CASES else rows["person_id"].n_unique()


def has_line_list(facts: Facts) -> bool:
    """Whether cases are on record one by one, or a feed of them has delivered: else nothing is counted."""
    return facts["cases"].height > 0 or bool((facts["receipts"]["table_name"] == "cases").any())


def _published_on(facts: Facts, area_id: str | None, day: date) -> float | None:
    """All new infections published for exactly this area and day."""
    counts = facts["counts"].filter(
        pl.col("area_id").eq_missing(pl.lit(area_id))
        & (pl.col("indicator") == "new_infections_net")
        & (pl.col("counted_on") == day)
    )
    value = counts["value"].first() if counts.height else None
    return float(value) if isinstance(value, float) else None


def held_past_end(orders: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Orders that bind a person beyond their scheduled end only because the agency's release test is late.

    The isolation of a case is left out: it lasts with the illness, and its first possible end is no due date.
    """
    now = at(as_of)
    is_case = pl.col("category").is_in(values(CASE_STATUSES)).fill_null(False)
    ended = ~is_case & pl.col("needs_release_test") & (pl.col("ends_at") <= now)
    free = (pl.col("released_at") <= now).fill_null(False) | (pl.col("closed_at") <= now).fill_null(False)
    return orders.filter(ended.fill_null(False) & ~free)


def data_of(facts: Facts, outbreak: Outbreak, as_of: datetime) -> dict[str, object]:
    """The cut-off (the last local midnight, 24:00 of the last whole day) and the last receipt of each source.

    `until` tells for each number of the lead up to when the feeds behind it reach; null where none has said.
    """
    today = as_of.astimezone(outbreak.zone).date()
    fed = facts["receipts"].filter(pl.col("feed") != ACT_FEED)  # what the house signs itself is no source
    receipts = fed.sort("received_at", "receipt_id")
    latest = dict(receipts.group_by("table_name").agg(pl.col("data_until_at").max()).iter_rows())
    last = receipts.unique(["feed", "table_name"], keep="last", maintain_order=True).sort(
        "feed", "table_name"
    )
    return {
        "cut_off_at": midnight_of(today, outbreak.zone).astimezone(outbreak.zone).isoformat(),
        "last_whole_day_on": (today - timedelta(days=1)).isoformat(),
        "sources": [
            {
                "feed": feed,
                "table": table,
                "received_at": _iso(received, outbreak),
                "data_until_at": _iso(until, outbreak),
            }
            for feed, table, received, until in last.select(
                "feed", "table_name", "received_at", "data_until_at"
            ).iter_rows()
        ],
        "until": {name: _iso(_reach(latest, tables), outbreak) for name, tables in SOURCES.items()},
    }


def published_of(facts: Facts, outbreak: Outbreak, area_id: str | None, as_of: datetime) -> dict[str, object]:
    """The latest published number of each indicator of exactly this area, for days that had ended by
    `as_of`."""
    counts = facts["counts"].filter(
        pl.col("area_id").eq_missing(pl.lit(area_id))
        & pl.col("value").is_not_null()
        & (midnight(plus_days(pl.col("counted_on"), 1), outbreak.time_zone) <= at(as_of))
    )
    latest = counts.sort("counted_on").unique("indicator", keep="last", maintain_order=True).sort("indicator")
    rows = latest.select("indicator", "counted_on", "value", "source_text").iter_rows()
    return {
        indicator: {"on": day.isoformat(), "value": value, "source": source}
        for indicator, day, value, source in rows
    }


def _found_on(
    cases: pl.DataFrame, outbreak: Outbreak, day: date, as_of: datetime, has_list: bool
) -> dict[str, object]:
    names = ("total", "community", "managed", "unknown", "in_quarantine_share")
    if not has_list:
        return dict.fromkeys(names)
    is_told = pl.col("detection").is_not_null()
    n_found, community, managed, told, held = (
        _found_within(cases, outbreak, day, as_of)
        .select(
            pl.len().alias("n_found"),
            (pl.col("detection") == "community_detected").sum().alias("community"),
            (pl.col("detection") == "managed_detected").sum().alias("managed"),
            is_told.sum().alias("told"),
            (is_told & pl.col("is_quarantined")).sum().alias("held"),
        )
        .row(0)
    )
    unknown = n_found - community - managed
    return dict(
        zip(names, (n_found, community, managed, unknown, held / told if told else None), strict=True)
    )


def _found_within(cases: pl.DataFrame, outbreak: Outbreak, day: date, as_of: datetime) -> pl.DataFrame:
    """Cases found on the local day and by the instant."""
    start, end = midnight_of(day, outbreak.zone), midnight_of(day + timedelta(days=1), outbreak.zone)
    found = pl.col("found_at")
    return cases.filter((found >= at(start)) & (found < at(end)) & (found <= at(as_of)))


def _told_today(cases: pl.DataFrame, outbreak: Outbreak, day: date, as_of: datetime) -> pl.DataFrame:
    """Those of them of whom it is known where they were found."""
    return _found_within(cases, outbreak, day, as_of).filter(pl.col("detection").is_not_null())


def _pending(exposures: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Exposures found but not yet judged: candidates before an investigator."""
    now = at(as_of)
    found = (pl.col("found_at") <= now).fill_null(True)
    by_hand = pl.col("reason") == "judged"
    waits = (pl.col("verdict") == "pending") | (by_hand & (pl.col("judged_at") > now)).fill_null(False)
    return exposures.filter(found & waits)


def _staying(stays: pl.DataFrame | None, kinds: tuple[str, ...], as_of: datetime) -> pl.DataFrame | None:
    """Stays of these kinds; null where no stay is on record at all."""
    if stays is None:
        return None
    now = at(as_of)
    return stays.filter(
        pl.col("stay_kind").is_in(kinds)
        & (pl.col("start_at") <= now)
        & (pl.col("end_at").is_null() | (pl.col("end_at") > now))
    )


def _in_hospital(
    stays: pl.DataFrame | None, cases: pl.DataFrame, outbreak: Outbreak, as_of: datetime
) -> pl.DataFrame | None:
    """Stays in hospital; without any stay on record, cases admitted and not known to have left."""
    by_stay = _staying(stays, HOSPITAL_KINDS, as_of)
    if by_stay is not None or cases["admitted_at"].null_count() == cases.height:
        return by_stay
    return cases.filter((pl.col("admitted_at") <= at(as_of)) & ~_over_by(outbreak, as_of))


def _severe(cases: pl.DataFrame, outbreak: Outbreak, as_of: datetime) -> pl.DataFrame | None:
    """Severe and critical cases that are not over; null where no case's severity is on record."""
    if cases.height and cases["severity"].null_count() == cases.height:
        return None
    grave = pl.col("severity").is_in(["severe", "critical"])
    return cases.filter(grave & ~_over_by(outbreak, as_of))


def _dead_by(outbreak: Outbreak, as_of: datetime) -> pl.Expr:
    """Died by the instant; a death without a date counts as soon as the case is on record."""
    dated = (midnight(pl.col("died_on"), outbreak.time_zone) <= at(as_of)).fill_null(False)
    undated = (pl.col("outcome") == "died").fill_null(False) & pl.col("died_on").is_null()
    return dated | undated


def _over_by(outbreak: Outbreak, as_of: datetime) -> pl.Expr:
    recovered = (pl.col("recovered_at") <= at(as_of)).fill_null(False)
    undated = (pl.col("outcome") == "recovered").fill_null(False) & pl.col("recovered_at").is_null()
    return recovered | undated | _dead_by(outbreak, as_of)


def _reach(latest: Mapping[str, datetime | None], tables: tuple[str, ...]) -> datetime | None:
    """Up to when all the tables that have a feed reach: the earliest of their latest."""
    return min((until for name in tables if (until := latest.get(name)) is not None), default=None)


def _iso(instant: datetime | None, outbreak: Outbreak) -> str | None:
    return None if instant is None else instant.astimezone(outbreak.zone).isoformat()
