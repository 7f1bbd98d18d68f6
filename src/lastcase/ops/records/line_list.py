"""Lists of names: cases, contacts and duties, filtered, sorted and paged. Every figure of the Board opens
down to one.

A `Filter` is plain text, as a link carries it; what it does not know it ignores.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from lastcase.core.brief import cases_of, names_behind
from lastcase.core.bulletin import OF_CASES, held_past_end
from lastcase.core.days import local_date
from lastcase.core.duties.coverage import FOUR_ALLS, MISSING_STATES, covered_kinds
from lastcase.core.risk_areas.tree import within
from lastcase.engines.linkage.names import name_columns
from lastcase.ops.records.person_search import find_by_name
from lastcase.ops.records.posts import with_posts
from lastcase.ops.records.situation import Situation

PAGE_ROWS = 50
EXPORT_ROWS_MAX = 200_000
TABS = ("cases", "contacts", "duties", "persons")
COLUMNS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "cases": (
        ("cases", "person_id"),
        ("cases", "case_status"),
        ("persons", "age_years"),
        ("persons", "sex"),
        ("detections", "area_id"),
        ("cases", "symptom_onset_on"),
        ("detections", "found_at"),
        ("detections", "detection"),
        ("cases", "admitted_at"),
        ("cases", "severity"),
        ("cases", "outcome"),
    ),
    "contacts": (
        ("contact_persons", "person_id"),
        ("contact_persons", "category"),
        ("contact_persons", "via_person_id"),
        ("contact_persons", "last_exposure_at"),
        ("contact_persons", "ends_at"),
        ("contact_persons", "closed_at"),
        ("contact_persons", "closed_reason"),
        ("persons", "age_years"),
        ("persons", "sex"),
        ("contact_persons", "area_id"),
    ),
    "duties": (
        ("duties", "person_id"),
        ("duties", "kind"),
        ("duties", "category"),
        ("duties", "state"),
        ("duties", "due_at"),
        ("duties", "fulfilled_at"),
        ("duties", "responsible"),
        ("duties", "area_id"),
        ("duties", "post"),
        ("duties", "rule"),
    ),
    "persons": (
        ("persons", "person_id"),
        ("persons", "age_years"),
        ("persons", "sex"),
        ("persons", "present_area_id"),
        ("persons", "residence_area_id"),
        ("persons", "occupation"),
    ),
}
"""Columns of each list as table and field of their declaration, which names them; `state` is that of
DUTY_STATES, `post` what the owing post is called."""
DEFAULT_SORT = {
    "cases": ("found_at", True),
    "contacts": ("ends_at", True),
    "duties": ("due_at", False),
    "persons": ("person_id", False),
}
FILTERS = (
    "status",
    "area",
    "in_area",
    "at_area",
    "kind",
    "state",
    "category",
    "found",
    "on",
    "severity",
    "outcome",
    "active",
    "held",
    "lead",
    "q",
)


@dataclass(frozen=True)
class Filter:
    """What a link asks of a list. `values` by the names of `FILTERS`; `sort` a column, `is_descending` its
    order."""

    tab: str = "cases"
    values: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    is_descending: bool = False
    page: int = 1

    def get(self, name: str) -> str:
        """The value asked for, empty when any will do."""
        return self.values.get(name, "")


@dataclass(frozen=True)
class Listed:
    """One page of a list: its rows, how many there are in all, and the filter as it was understood."""

    filter: Filter
    rows: list[dict[str, Any]]
    n_rows: int
    n_pages: int
    n_all: int


def read_filter(query: Mapping[str, str]) -> Filter:
    """The filter of a query string; unknown names and sorts fall back to the list's own."""
    tab = query.get("tab", "cases")
    tab = tab if tab in TABS else "cases"
    values = {name: query[name].strip() for name in FILTERS if query.get(name, "").strip()}
    sort, is_descending = query.get("sort", ""), query.get("dir") == "desc"
    if sort not in [name for _, name in COLUMNS[tab]]:
        sort, is_descending = DEFAULT_SORT[tab]
    page = query.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    return Filter(tab, values, sort, is_descending, max(number, 1))


def list_rows(situation: Situation, chosen: Filter) -> Listed:
    """The page of the list that the filter asks for; a page past the end is the last."""
    every = _rows(situation, chosen.tab)
    found = _sorted(_filtered(situation, every, chosen), chosen)
    n_pages = max(-(-found.height // PAGE_ROWS), 1)
    page = min(chosen.page, n_pages)
    rows = found.slice((page - 1) * PAGE_ROWS, PAGE_ROWS).to_dicts()
    shown = Filter(chosen.tab, chosen.values, chosen.sort, chosen.is_descending, page)
    return Listed(shown, rows, found.height, n_pages, every.height)


def all_rows(situation: Situation, chosen: Filter) -> pl.DataFrame:
    """Every row of the filtered list, for an export, at most EXPORT_ROWS_MAX."""
    every = _rows(situation, chosen.tab)
    return _sorted(_filtered(situation, every, chosen), chosen).head(EXPORT_ROWS_MAX)


def list_counts(situation: Situation) -> dict[str, int]:
    """How many rows each list has before any filter."""
    return {tab: _rows(situation, tab).height for tab in TABS}


def choices(situation: Situation, tab: str) -> dict[str, list[str]]:
    """Values that occur, for the filters of a list: areas by id, categories, statuses, duty kinds."""
    frame = _rows(situation, tab)
    names = {"status": "case_status", "category": "category", "area": "area_id", "kind": "kind"}
    return {
        name: frame[column].drop_nulls().unique().sort().to_list()
        for name, column in names.items()
        if column in frame.columns
    }


def _rows(situation: Situation, tab: str) -> pl.DataFrame:
    """Every row of a list inside the area looked at, made once a page.

    Cases are the brief's own; persons are all whom the post is shown: who is or lives in its area, and whom
    it named.
    """
    if tab not in situation.lists:
        rows = _TABLES[tab](situation)
        situation.lists[tab] = rows if tab in ("cases", "persons") else situation.inside(rows)
    return situation.lists[tab]


def _people(situation: Situation) -> pl.DataFrame:
    return situation.persons.select("person_id", "list_id", "name", "description", "age_years", "sex")


def _about(situation: Situation) -> dict[str, Any]:
    """What `core.brief` is asked with, so that a list holds exactly whom its numbers count."""
    return {
        "facts": situation.facts,
        "outbreak": situation.outbreak,
        "answers": situation.answers,
        "as_of": situation.as_of,
        "area_id": None if situation.is_whole else situation.area_id,
    }


def _cases(situation: Situation) -> pl.DataFrame:
    """Counted episodes found by the instant; where one was found is the stored answer."""
    told = situation.answers.detections.select("person_id", "episode", found_in="area_id")
    return (
        cases_of(**_about(situation))
        .join(told, on=["person_id", "episode"], how="left")
        .with_columns(area_id=pl.coalesce("found_in", "area_id"))
        .join(_people(situation), on="person_id", how="left")
    )


def _persons(situation: Situation) -> pl.DataFrame:
    area = pl.coalesce("present_area_id", "residence_area_id")
    more = situation.persons.select(
        "person_id", "present_area_id", "residence_area_id", "occupation", area_id=area
    )
    return _people(situation).join(more, on="person_id", how="left")


def _contacts(situation: Situation) -> pl.DataFrame:
    known = situation.answers.contact_persons.filter((pl.col("named_at") <= situation.as_of).fill_null(True))
    via = situation.persons.select(via_person_id="person_id", via_list_id="list_id", via_name="name")
    return known.join(_people(situation), on="person_id", how="left").join(
        via, on="via_person_id", how="left"
    )


def _duties(situation: Situation) -> pl.DataFrame:
    owed = with_posts(situation.duties, situation.facts["areas"])
    return owed.join(_people(situation), on="person_id", how="left")


_TABLES: dict[str, Callable[[Situation], pl.DataFrame]] = {
    "cases": _cases,
    "contacts": _contacts,
    "duties": _duties,
    "persons": _persons,
}


def _filtered(situation: Situation, rows: pl.DataFrame, chosen: Filter) -> pl.DataFrame:
    if chosen.get("lead"):
        rows = _by_lead(situation, rows, chosen)
    for name in chosen.values:
        rows = _narrow(situation, rows, name, chosen.get(name))
    return rows


def _narrow(situation: Situation, rows: pl.DataFrame, name: str, value: str) -> pl.DataFrame:
    equal = {"status": "case_status", "category": "category", "severity": "severity", "outcome": "outcome"}
    if name in equal and equal[name] in rows.columns:
        return rows.filter(pl.col(equal[name]).is_in(value.split(",")))
    if name == "area":
        return rows.filter(pl.col("area_id").is_null()) if value == "none" else situation.inside(rows, value)
    if name in ("in_area", "at_area"):
        return _placed(situation, rows, value, is_exact=name == "at_area")
    if name == "q":
        return rows.filter(_contains(value))
    if name == "on" and "found_at" in rows.columns:
        day = pl.lit(value).str.to_date(strict=False)
        return rows.filter(local_date(pl.col("found_at"), situation.outbreak.time_zone) == day)
    narrow = _OF_DUTIES.get(name) if "state" in rows.columns else _OF_PERSONS.get(name)
    return narrow(situation, rows, value) if narrow else rows


def _by_lead(situation: Situation, rows: pl.DataFrame, chosen: Filter) -> pl.DataFrame:
    """The cases or persons whom a number of the brief's lead counts; all of them for a number that is none."""
    key = ["person_id", "episode"] if chosen.tab == "cases" else ["person_id"]
    behind = names_behind(**_about(situation))
    name = chosen.get("lead")
    if name not in behind or (name in OF_CASES) != (chosen.tab == "cases"):
        return rows
    counted = behind[name]
    if counted is None:
        return rows.clear()
    return counted.select(key).unique().join(rows, on=key, how="left")


def _placed(situation: Situation, rows: pl.DataFrame, area_id: str, *, is_exact: bool) -> pl.DataFrame:
    """Rows placed in the area, or right at it and no finer, whoever lives there; "none": placed nowhere."""
    if area_id == "none":
        return rows.filter(pl.col("area_id").is_null())
    areas = [area_id] if is_exact else within(situation.facts["areas"], area_id).to_list()
    return rows.filter(pl.col("area_id").is_in(areas))


def _contains(text: str) -> pl.Expr:
    """Rows that hold the text, or whose name begins so by sound (pinyin, in either order of its parts)."""
    sounds = pl.col("person_id").is_in(sorted(find_by_name(text)))
    columns = ("person_id", "list_id", "name", "description")
    return sounds | pl.any_horizontal(
        pl.col(column).str.to_lowercase().str.contains(text.lower(), literal=True).fill_null(False)
        for column in columns
    )


def _by_kind(situation: Situation, rows: pl.DataFrame, value: str) -> pl.DataFrame:
    kinds = [kind for name in value.split(",") for kind in FOUR_ALLS.get(name.removeprefix("all:"), (name,))]
    return rows.filter(pl.col("kind").is_in(kinds))


def _by_state(situation: Situation, rows: pl.DataFrame, value: str) -> pl.DataFrame:
    """Duties in a state, or in a group of states. Missing and late are only those of kinds that some feed
    covers: of others nobody can tell."""
    late = (pl.col("due_at") <= situation.as_of).fill_null(False)
    owed = pl.col("state").is_in(MISSING_STATES)
    missing = owed & pl.col("kind").is_in(list(covered_kinds(situation.facts)))
    groups = {"missing": missing, "late": missing & late, "should": owed | (pl.col("state") == "done")}
    return rows.filter(groups.get(value, pl.col("state").is_in(value.split(","))))


def _by_detection(situation: Situation, rows: pl.DataFrame, value: str) -> pl.DataFrame:
    if "detection" not in rows.columns:
        return rows
    return rows.filter(pl.col("detection").is_null() if value == "unknown" else pl.col("detection") == value)


def _by_active(situation: Situation, rows: pl.DataFrame, value: str) -> pl.DataFrame:
    if "closed_at" not in rows.columns:
        return rows
    over = pl.any_horizontal(
        (pl.col(name) <= situation.as_of).fill_null(False) for name in ("closed_at", "ends_at")
    )
    return rows.filter(~over if value == "yes" else over)


def _by_held(situation: Situation, rows: pl.DataFrame, value: str) -> pl.DataFrame:
    held = held_past_end(situation.answers.orders, situation.as_of)
    return rows.join(held, on="person_id", how="semi")


def _by_duty(situation: Situation, rows: pl.DataFrame, value: str) -> pl.DataFrame:
    """Persons of a list who have a duty in the state."""
    return rows.join(_by_state(situation, situation.duties, value), on="person_id", how="semi")


def _by_duty_kind(situation: Situation, rows: pl.DataFrame, value: str) -> pl.DataFrame:
    return rows.join(_by_kind(situation, situation.duties, value), on="person_id", how="semi")


_OF_DUTIES = {"kind": _by_kind, "state": _by_state, "held": _by_held}
_OF_PERSONS = {
    "found": _by_detection,
    "active": _by_active,
    "held": _by_held,
    "state": _by_duty,
    "kind": _by_duty_kind,
}


def _sorted(rows: pl.DataFrame, chosen: Filter) -> pl.DataFrame:
    """By the column, then by the id; the column of persons shows names and sorts as they sound, those without a
    name after them by id."""
    if chosen.sort == "person_id":
        down = chosen.is_descending
        sound = name_columns(rows["name"])["pinyin"]
        return rows.sort(sound, "person_id", descending=[down, down], nulls_last=True, maintain_order=True)
    down_columns = [chosen.is_descending, False]
    return rows.sort(chosen.sort, "person_id", descending=down_columns, nulls_last=True, maintain_order=True)
