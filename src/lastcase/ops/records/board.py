"""What the Board shows: will we make it, what is missing, where, what is new and who has it. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from lastcase.core.brief import brief, unnamed_groups
from lastcase.core.civil import end_of
from lastcase.core.days import at, local_date
from lastcase.core.duties.coverage import FOUR_ALLS, n_duties
from lastcase.core.risk_areas.standing import list_in_force, standing_at
from lastcase.core.risk_areas.tree import descents
from lastcase.core.targets import TargetStatus, progress, target_sets
from lastcase.ops.records.figures import named
from lastcase.ops.records.situation import Situation

WORST_ROWS = 6
FEED_ROWS = 9
CASE_ROWS = 6
SERIES = ("new_infections_net", "new_community_detected")
"""Published indicators that may stand in for a line list in the chart: all new infections, and those of them
found in the community."""


@dataclass(frozen=True)
class Event:
    """One line of the stream: `kind` case, overdue or area; `at` when it happened; the rest to word it."""

    kind: str
    at: datetime
    row: dict[str, Any]


@dataclass(frozen=True)
class Day:
    """One local day of the chart; None where a number is not known."""

    on: date
    community: float | None
    managed: float | None
    unknown: float | None

    @property
    def total(self) -> float | None:
        """All of the day; None where that is not known, even if the part found in the community is."""
        if self.managed is None and self.unknown is None:
            return None
        return sum(value or 0 for value in (self.community, self.managed, self.unknown))


def board_brief(situation: Situation) -> dict[str, Any]:
    """The brief of the area looked at."""
    area = None if situation.is_whole else situation.area_id
    facts, answers = situation.looked_at
    return brief(
        facts,
        situation.outbreak,
        answers,
        situation.as_of,
        area_id=area,
        states=situation.counted,
        shares=situation.shares,
    )


def groups(situation: Situation) -> list[dict[str, Any]]:
    """Exposed people known by number only, the latest exposure first."""
    area = None if situation.is_whole else situation.area_id
    facts, _ = situation.looked_at
    rows = unnamed_groups(facts, situation.outbreak, situation.as_of, area_id=area)
    return rows.sort("exposed_at", "group_id", descending=[True, False], nulls_last=True).to_dicts()


def targets(situation: Situation) -> list[TargetStatus]:
    """Every target of the edition in force, with its explanation."""
    edition = situation.outbreak.edition_at(situation.as_of)
    return [
        status
        for name in target_sets(edition)
        for status in progress(
            situation.facts,
            situation.outbreak,
            situation.answers,
            name,
            None,
            situation.as_of,
            situation.area_id,
        )
    ]


def alls(situation: Situation) -> list[dict[str, Any]]:
    """The four alls: `n_should` = `n_done` + `n_missing`; `n_overdue` of the missing are past their time.

    Without a source `n_done` and `share` are null: nobody can tell what was done.
    """
    rows = situation.shares.to_dicts()
    late = dict(situation.late.group_by("kind").agg(pl.col("n").sum()).iter_rows())
    for row in rows:
        row["kinds"] = FOUR_ALLS[row["alls"]]
        row["n_overdue"] = sum(late.get(kind, 0) for kind in row["kinds"])
    return rows


def worst_areas(situation: Situation) -> list[dict[str, Any]]:
    """Areas that hold most of what is missing, the most overdue first; `area_id` None: no area on record."""
    four = [kind for kinds in FOUR_ALLS.values() for kind in kinds]
    missing = situation.missing.filter(pl.col("kind").is_in(four))
    is_late = (pl.col("due_at") <= at(situation.as_of)).fill_null(False)
    grouped = missing.group_by("area_id").agg(
        n_missing=pl.col("n").sum(), n_overdue=pl.col("n").filter(is_late).sum()
    )
    holding = (
        missing.drop_nulls("responsible").group_by("area_id", held_by="responsible").agg(pl.col("n").sum())
    )
    most = holding.sort("n", "held_by", descending=[True, False]).unique("area_id", keep="first")
    grouped = grouped.join(most.drop("n"), on="area_id", how="left", nulls_equal=True)
    return (
        grouped.sort("n_overdue", "n_missing", "area_id", descending=[True, True, False])
        .head(WORST_ROWS)
        .to_dicts()
    )


def places(situation: Situation) -> list[dict[str, Any]]:
    """The areas right beneath the one looked at: cases so far, risk areas standing, duties missing.

    What is placed in the area itself and no finer stands in a row of its own, `is_itself`.
    """
    areas = situation.facts["areas"]
    top = (
        pl.col("parent_id").is_null()
        if situation.area_id is None
        else pl.col("parent_id") == situation.area_id
    )
    children = areas.filter(top).sort("area_id")
    itself = areas.filter(pl.col("area_id") == situation.area_id)
    shown = pl.concat([itself, children])
    if shown.is_empty():
        return []
    tree = descents(areas).filter(pl.col("ancestor_id").is_in(shown["area_id"].implode()))
    tree = tree.filter(
        (pl.col("ancestor_id") != (situation.area_id or "")) | (pl.col("area_id") == situation.area_id)
    )
    rows = shown.select(
        "area_id", "name_en", "name_zh", is_itself=pl.col("area_id").is_in(itself["area_id"].implode())
    )
    for name, frame in _located(situation).items():
        held = tree.join(frame, on="area_id").group_by(area_id="ancestor_id")
        counted = held.agg(n_duties(frame).alias(name))
        rows = rows.join(counted, on="area_id", how="left")
    counted = rows.with_columns(pl.col("high", "medium", "cases", "missing").fill_null(0))
    is_known_of = pl.sum_horizontal("high", "medium", "cases", "missing") > 0
    if situation.area_id is None:  # no area of its own: only those that something is known of
        return counted.filter(is_known_of).sort("area_id").to_dicts()
    counted = counted.filter(is_known_of | ~pl.col("is_itself"))
    return counted.sort("area_id").to_dicts()


def _located(situation: Situation) -> dict[str, pl.DataFrame]:
    """Rows to count by area, each with `area_id`; of duties as many as `n` says."""
    now = standing_at(list_in_force(situation.facts), situation.as_of)
    found = situation.answers.detections.filter((pl.col("found_at") <= at(situation.as_of)).fill_null(True))
    return {
        "high": now.filter(pl.col("risk_level") == "high").select("area_id"),
        "medium": now.filter(pl.col("risk_level") == "medium").select("area_id"),
        "cases": found.select("area_id"),
        "missing": situation.missing.group_by("area_id").agg(pl.col("n").sum()),
    }


def next_release(situation: Situation) -> dict[str, Any] | None:
    """The next instant at which clean days of standing high-risk areas end, and of how many areas."""
    clocks = situation.answers.risk_area_clocks
    standing = standing_at(clocks, situation.as_of).filter(pl.col("risk_level") == "high")
    ahead = standing.filter(pl.col("clean_at") > at(situation.as_of))
    if ahead.is_empty():
        return None
    first = ahead["clean_at"].min()
    return {"at": first, "n_areas": ahead.filter(pl.col("clean_at") == first)["risk_area_id"].n_unique()}


def stream(situation: Situation) -> list[Event]:
    """The newest cases, overdue duties by owner and changes of risk areas, newest first."""
    events = [*_new_cases(situation), *_overdue(situation), *_area_changes(situation)]
    return sorted(events, key=lambda event: event.at, reverse=True)[:FEED_ROWS]


def _new_cases(situation: Situation) -> list[Event]:
    found = situation.inside(situation.answers.detections).filter(pl.col("found_at") <= at(situation.as_of))
    newest = found.sort("found_at", "key", descending=[True, False]).head(CASE_ROWS)
    who = named(situation.facts, newest["person_id"])
    about = who.select("person_id", "list_id", "name", "age_years", "sex")
    rows = newest.join(about, on="person_id", how="left", maintain_order="left").to_dicts()
    return [Event("case", row["found_at"], row) for row in rows]


def _overdue(situation: Situation) -> list[Event]:
    grouped = situation.late.group_by("kind", "responsible", "area_id").agg(
        n_duties=pl.col("n").sum(),
        oldest_at=pl.col("due_at").min(),
        newest_at=pl.col("due_at").max(),
    )
    order = ["newest_at", "n_duties", "kind", "responsible", "area_id"]
    rows = grouped.sort(order, descending=[True, True, False, False, False]).head(4).to_dicts()
    return [Event("overdue", row["newest_at"], row) for row in rows]


def _area_changes(situation: Situation) -> list[Event]:
    stays = list_in_force(situation.facts).filter(pl.col("start_at") <= at(situation.as_of))
    ended = stays.filter(pl.col("end_at") <= at(situation.as_of)).select(
        "area_id", "risk_level", to=pl.col("next_level"), at=pl.col("end_at")
    )
    grouped = ended.group_by("area_id", "risk_level", "to", "at").agg(n_areas=pl.len())
    rows = grouped.sort("at", "n_areas", "area_id", descending=[True, True, False]).head(4).to_dicts()
    return [Event("area", row["at"], row) for row in rows]


def series(situation: Situation) -> tuple[list[Day], str]:
    """Cases by local day found, up to `as_of`, and their basis: line_list, published or none.

    A line list without a row on a day has zero cases there; a published series without a row is not known.
    """
    detections = situation.inside(situation.answers.detections)
    if detections.height:
        return _counted(situation, detections), "line_list"
    days = _published(situation)
    return days, "published" if days else "none"


def by_week(days: Sequence[Day]) -> list[Day]:
    """Weeks from Monday, each under its first day; a week is known only where all its days are.

    The week that the days end in may still be running.
    """
    weeks: dict[date, list[Day]] = {}
    for day in days:
        weeks.setdefault(day.on - timedelta(days=day.on.weekday()), []).append(day)
    return [_week(monday, found) for monday, found in weeks.items()]


def _week(monday: date, days: Sequence[Day]) -> Day:
    if any(day.total is None for day in days):
        return Day(monday, None, None, None)
    parts = zip(*((day.community, day.managed, day.unknown) for day in days), strict=True)
    return Day(monday, *(sum(value or 0 for value in part) for part in parts))


def _counted(situation: Situation, detections: pl.DataFrame) -> list[Day]:
    zone = situation.outbreak.time_zone
    dated = detections.filter(pl.col("found_at") <= at(situation.as_of)).with_columns(
        on=local_date(pl.col("found_at"), zone), detection=pl.col("detection").fill_null("unknown")
    )
    if dated.is_empty():
        return []
    names = ("community_detected", "managed_detected", "unknown")
    by_day = dated.group_by("on").agg((pl.col("detection") == name).sum().alias(name) for name in names)
    first: date = dated["on"].sort()[0]
    every = pl.DataFrame({"on": pl.date_range(first, _today(situation), "1d", eager=True)})
    filled = every.join(by_day, on="on", how="left").fill_null(0).sort("on")
    return [Day(*row) for row in filled.select("on", *names).iter_rows()]


def _published(situation: Situation) -> list[Day]:
    zone = situation.outbreak.zone
    counts = situation.facts["counts"].filter(
        (pl.col("area_id") == situation.area_id)
        & pl.col("indicator").is_in(SERIES)
        & pl.col("value").is_not_null()
    )
    rows = {(row["indicator"], row["counted_on"]): row["value"] for row in counts.to_dicts()}
    known = sorted({on for _, on in rows if end_of(on, zone) <= situation.as_of})
    if not known:
        return []
    days = pl.date_range(known[0], _today(situation), "1d", eager=True).to_list()[:-1] or known
    return [_published_day(on, rows.get((SERIES[0], on)), rows.get((SERIES[1], on))) for on in days]


def _published_day(on: date, total: float | None, community: float | None) -> Day:
    if total is None:
        return Day(on, community, None, None)
    if community is None:
        return Day(on, None, None, total)
    return Day(on, community, total - community, None)


def published_rows(situation: Situation) -> list[dict[str, Any]]:
    """Published numbers of the area looked at for days that had ended, newest first, with their source."""
    zone = situation.outbreak.zone
    rows = situation.facts["counts"].filter(pl.col("area_id") == situation.area_id)
    ended = [row for row in rows.to_dicts() if end_of(row["counted_on"], zone) <= situation.as_of]
    return sorted(ended, key=lambda row: (row["counted_on"], row["indicator"]), reverse=True)


def _today(situation: Situation) -> date:
    return situation.as_of.astimezone(situation.outbreak.zone).date()
