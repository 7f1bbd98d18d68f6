"""The filters of a list as SQL, for the values that a link gave."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from lastcase.core.bulletin import HOSPITAL_KINDS
from lastcase.core.civil import midnight_of
from lastcase.core.contacts.episodes import QUARANTINE_KINDS
from lastcase.core.duties.coverage import FOUR_ALLS
from lastcase.core.facts.vocabulary import CASE_STATUSES, values
from lastcase.ops.records.duty_states import DutySql
from lastcase.ops.records.lists import leads
from lastcase.ops.records.lists.asked import Filter
from lastcase.ops.records.lists.states import is_in_state, needs_open
from lastcase.ops.records.lists.tabs import Tab
from lastcase.ops.records.person_search import search_persons
from lastcase.ops.records.sought import Sought, first_of
from lastcase.ops.records.vantage import Vantage

AREAS = """(SELECT {column} FROM records_areaposition x {join}
    WHERE x.area_lo >= %(area_lo)s AND x.area_lo < %(area_hi)s)"""


@dataclass(frozen=True)
class Where:
    """Conditions joined by AND, their parameters, and the joins that they need.

    `is_few`: some condition names the persons one by one. `sought`: the rows are of persons too many for that; which
    is said in the way that suits what is read.
    """

    parts: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    joins: frozenset[str] = frozenset()
    is_few: bool = False
    sought: tuple[Sought, ...] = ()

    def also(self, sql: str, *joins: str, **params: Any) -> Where:
        """With one more condition."""
        return replace(
            self,
            parts=(*self.parts, f"({sql})"),
            params={**self.params, **params},
            joins=self.joins.union(joins),
        )

    @property
    def sql(self) -> str:
        """All of them."""
        return " AND ".join(self.parts)

    @property
    def is_of_text(self) -> bool:
        """Whether a text is sought that finds very many."""
        return any(sought.by_sound for sought in self.sought)

    def seek(self, sought: Sought) -> Where:
        """Of the persons sought alone."""
        if not sought.is_all:
            return replace(self, sought=(*self.sought, sought))
        return replace(self._of_first(sought), is_few=True)

    def settled(self) -> Where:
        """With the sets of all who are sought."""
        return self._each(lambda where, one: where.also(f"a.person_id IN ({one.sql})", **one.params))

    def of_first(self) -> Where:
        """Of those alone who were found first."""
        return self._each(Where._of_first)

    def asked_of_rows(self) -> Where:
        """With every row asked whose it is."""
        return self._each(lambda where, one: where.also(one.is_one, "p", **one.params))

    def by_sound(self) -> Where:
        """Of those alone whose names begin as the text sought."""
        return self._each(lambda where, one: where.also(one.by_sound or one.is_one, "p", **one.params))

    def of_others(self) -> Where:
        """Of those alone whom the text finds otherwise."""

        def found(where: Where, one: Sought) -> Where:
            return where.also(
                f"a.person_id IN ({one.others})" if one.others else one.is_one, "p", **one.params
            )

        return self._each(found)

    def _of_first(self, sought: Sought) -> Where:
        name = f"first_{len(self.params)}"
        return self.also(f"a.person_id = ANY(%({name})s)", **{name: sought.first})

    def _each(self, say: Callable[[Where, Sought], Where]) -> Where:
        where = replace(self, sought=())
        for one in self.sought:
            where = say(where, one)
        return where


@dataclass(frozen=True)
class Known:
    """What conditions are made with: SQL of duties, numbers of texts, kinds of duty that some feed covers, positions of
    areas, whether any duty is done only after the instant, and whether very many persons are looked at."""

    vantage: Vantage
    duties: DutySql
    numbers: Mapping[str, int]
    covered: Collection[str]
    spans: Mapping[str, tuple[int, int]]
    has_later: bool
    is_wide: bool


def texts_of(chosen: Filter) -> set[str]:
    """Texts whose numbers the filter's conditions need."""
    named = {text for name in ("status", "category", "kind") for text in chosen.get(name).split(",")}
    kinds = {kind for name in named for kind in FOUR_ALLS.get(name.removeprefix("all:"), ())}
    areas = {chosen.get("at_area")}
    return {*named, *kinds, *areas, *leads.CODES, chosen.get("found"), *values(CASE_STATUSES)} - {""}


def narrowed(tab: Tab, chosen: Filter, known: Known, base: Where) -> Where:
    """The conditions of the list with those of every filter that means something to it."""
    where = base
    for name, value in chosen.values.items():
        where = _FILTERS[name](where, tab, chosen, known, value)
    return where


def inside(where: Where, span: tuple[int, int], name: str) -> Where:
    """Rows named by the area of these positions, or about a person who is or lives there: as row security shows
    them to its post."""
    shown = " OR ".join(
        f"a.{position} >= %({name}_lo)s AND a.{position} < %({name}_hi)s"
        for position in ("pos_naming", "pos_present", "pos_residence")
    )
    return where.also(shown, **{f"{name}_lo": span[0], f"{name}_hi": span[1]})


def _equal(where: Where, tab: Tab, chosen: Filter, known: Known, value: str, column: str) -> Where:
    if column not in tab.columns:
        return where
    texts, found = value.split(","), tab.columns[column]
    wanted: list[Any] = [known.numbers[text] for text in texts] if found.recurs else texts
    return where.also(f"{found.sql} = ANY(%({column})s)", *_alias(found.alias), **{column: wanted})


def _alias(alias: str) -> tuple[str, ...]:
    return () if alias == "a" else (alias,)


def _by_column(column: str) -> Condition:
    def condition(where: Where, tab: Tab, chosen: Filter, known: Known, value: str) -> Where:
        return _equal(where, tab, chosen, known, value, column)

    return condition


def _by_area(where: Where, tab: Tab, chosen: Filter, known: Known, value: str) -> Where:
    if value == "none":
        return _by_place(where, tab, chosen, known, value)
    span = known.spans.get(value)
    return where.also("false") if span is None else inside(where, span, "shown")


def _by_place(where: Where, tab: Tab, chosen: Filter, known: Known, value: str) -> Where:
    """Rows placed in the area, whoever lives there; "none": placed nowhere."""
    joins = ("p",) if tab.area.startswith("coalesce") else ()
    if value == "none":
        return where.also(f"{tab.area} IS NULL", *joins)
    lo, hi = known.spans.get(value, (0, 0))
    term = {"column": "r.id", "join": "JOIN records_term r ON r.term = x.area_id"}
    areas = AREAS.format(**({"column": "x.area_id", "join": ""} if joins else term))
    return where.also(f"{tab.area} IN {areas}", *joins, area_lo=lo, area_hi=hi)


def _at_place(where: Where, tab: Tab, chosen: Filter, known: Known, value: str) -> Where:
    """Rows placed right at the area and no finer."""
    if value == "none":
        return _by_place(where, tab, chosen, known, value)
    if tab.area.startswith("coalesce"):
        return where.also(f"{tab.area} = %(at_area)s", "p", at_area=value)
    return where.also(f"{tab.area} = %(at_area)s", at_area=known.numbers.get(value))


def _by_kind(where: Where, tab: Tab, chosen: Filter, known: Known, value: str) -> Where:
    kinds = [kind for name in value.split(",") for kind in FOUR_ALLS.get(name.removeprefix("all:"), (name,))]
    numbers = [known.numbers[kind] for kind in kinds]
    return _of_duties(where, tab, known, "a.kind = ANY(%(kinds)s)", kinds=numbers)


def _by_state(where: Where, tab: Tab, chosen: Filter, known: Known, value: str) -> Where:
    covered = [known.numbers[kind] for kind in known.covered]
    is_open = "a.fulfilled_at IS NULL AND " if needs_open(value) and not known.has_later else ""
    return _of_duties(where, tab, known, is_open + is_in_state(value, known.duties, covered))


def _of_duties(where: Where, tab: Tab, known: Known, sql: str, **params: Any) -> Where:
    """The condition of a duty itself; of any other list, that the person has a duty of which it holds.

    Of very many who have one, each is asked by itself (`OFFSET 0` holds the planner to it): fifty persons are found
    before the duties of all have been gathered.
    """
    if tab.table == "answer_duties":
        return where.also(sql, **params)
    owing = f"""SELECT a.person_id AS who FROM answer_duties a WHERE a.outbreak_id = %(outbreak)s
        AND (a.issued_at IS NULL OR a.issued_at <= %(as_of)s) AND {sql}"""
    first, is_all = first_of(owing, {**where.params, **params}, DEFAULT_DB_ALIAS, is_wide=known.is_wide)
    owes = f"""EXISTS (SELECT 1 FROM (SELECT a.person_id AS who) o, LATERAL (
        {owing} AND a.person_id = o.who LIMIT 1) d OFFSET 0)"""
    return where.seek(Sought(first, is_all, owing, owes, params))


def _by_detection(where: Where, tab: Tab, chosen: Filter, known: Known, value: str) -> Where:
    if "detection" not in tab.columns:
        return where
    if value == "unknown":
        return where.also("a.detection IS NULL")
    return where.also("a.detection = %(detection)s", detection=known.numbers.get(value))


def _by_day(where: Where, tab: Tab, chosen: Filter, known: Known, value: str) -> Where:
    if "found_at" not in tab.columns:
        return where
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return where.also("false")
    from_at, to_at = day_of(day, known.vantage)
    return where.also("a.found_at >= %(from_at)s AND a.found_at < %(to_at)s", from_at=from_at, to_at=to_at)


def day_of(day: date, vantage: Vantage) -> tuple[datetime, datetime]:
    """The instants between which the outbreak's local day lies."""
    zone = vantage.outbreak.zone
    return midnight_of(day, zone), midnight_of(day + timedelta(days=1), zone)


def _by_active(where: Where, tab: Tab, chosen: Filter, known: Known, value: str) -> Where:
    if "closed_at" not in tab.columns or tab.table == "answer_duties":
        return where
    over = "coalesce(a.closed_at <= %(as_of)s, false) OR coalesce(a.ends_at <= %(as_of)s, false)"
    return where.also(f"NOT ({over})" if value == "yes" else over)


def _by_held(where: Where, tab: Tab, chosen: Filter, known: Known, value: str) -> Where:
    statuses = [known.numbers[code] for code in values(CASE_STATUSES)]
    return where.also(f"a.person_id IN ({leads.HELD})", statuses=statuses)


def _by_lead(where: Where, tab: Tab, chosen: Filter, known: Known, value: str) -> Where:
    """The cases or persons whom a number of the brief's lead counts; all of them for a number that is none."""
    is_of_cases = tab.table == "answer_detections"
    if value == "held_past_end" and not is_of_cases:
        return _by_held(where, tab, chosen, known, value)
    lead = leads.LEADS.get(value)
    if lead is None or lead.is_of_cases != is_of_cases:
        return where
    from_at, to_at = day_of(known.vantage.as_of.astimezone(known.vantage.outbreak.zone).date(), known.vantage)
    return where.also(
        lead.sql,
        *lead.joins,
        from_at=from_at,
        to_at=to_at,
        zone=known.vantage.outbreak.time_zone,
        quarantine_kinds=list(QUARANTINE_KINDS),
        hospital_kinds=list(HOSPITAL_KINDS),
        pending=known.numbers.get("pending"),
        judged=known.numbers.get("judged"),
    )


def _by_text(where: Where, tab: Tab, chosen: Filter, known: Known, value: str) -> Where:
    outbreak_id = where.params["outbreak"]
    found = search_persons(value, known.vantage.name, outbreak_id, DEFAULT_DB_ALIAS, is_wide=known.is_wide)
    return where.seek(found)


Condition = Callable[[Where, Tab, Filter, Known, str], Where]
_FILTERS: dict[str, Condition] = {
    "status": _by_column("case_status"),
    "category": _by_column("category"),
    "severity": _by_column("severity"),
    "outcome": _by_column("outcome"),
    "area": _by_area,
    "in_area": _by_place,
    "at_area": _at_place,
    "kind": _by_kind,
    "state": _by_state,
    "found": _by_detection,
    "on": _by_day,
    "active": _by_active,
    "held": _by_held,
    "lead": _by_lead,
    "q": _by_text,
}
