"""What a link asks of a list of names.

A `Filter` is plain text, as a link carries it; what it does not know it ignores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PAGE_ROWS = 50
PAGES_MAX = 4_000
"""Pages of one list; what lies further is reached by a filter."""
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
UNSORTED = ("post",)
"""Columns worked out for the rows shown, by which no list is sorted."""
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
    order; `after` the place of the row before the page (see `after`), where the link knows it."""

    tab: str = "cases"
    values: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    is_descending: bool = False
    page: int = 1
    after: str = ""

    def get(self, name: str) -> str:
        """The value asked for, empty when any will do."""
        return self.values.get(name, "")


def read_filter(query: Mapping[str, str]) -> Filter:
    """The filter of a query string; unknown names and sorts fall back to the list's own."""
    tab = query.get("tab", "cases")
    tab = tab if tab in TABS else "cases"
    values = {name: query[name].strip() for name in FILTERS if query.get(name, "").strip()}
    sort, is_descending = query.get("sort", ""), query.get("dir") == "desc"
    if sort not in sortable(tab):
        sort, is_descending = DEFAULT_SORT[tab]
    page = query.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    return Filter(tab, values, sort, is_descending, min(max(number, 1), PAGES_MAX), query.get("after", ""))


def sortable(tab: str) -> list[str]:
    """The columns by which a list may be sorted."""
    return [name for _, name in COLUMNS[tab] if name not in UNSORTED]
