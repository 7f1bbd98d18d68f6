"""What each list holds: its rows in the database, how its columns are read and sorted, and where a row is placed.

`a` is the table whose rows the list holds, `c` the recorded case, `p` the person, `v` the person of the latest
exposure. A list is sorted and narrowed by a survivor's own rows; what a merged history adds is filled in where the
rows are shown (`pages`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lastcase.core.answers import ANSWERS, CONTACT_PERSONS, DETECTIONS, DUTIES
from lastcase.core.facts import TABLES, Table
from lastcase.ops.records.columns import stored_columns

ABOUT_PERSONS = ("list_id", "name", "description", "age_years", "sex")
OF_CASES = ("symptom_onset_on", "admitted_at", "severity", "outcome")
OF_PERSONS = ("present_area_id", "residence_area_id", "occupation")
JOINS = {
    "p": "LEFT JOIN fact_persons p ON p.person_id = a.person_id AND p.retired_at IS NULL",
    "c": """LEFT JOIN fact_cases c ON c.outbreak_id = a.outbreak_id AND c.person_id = a.person_id
        AND c.episode = a.episode AND c.retired_at IS NULL""",
    "v": "LEFT JOIN fact_persons v ON v.person_id = a.via_person_id AND v.retired_at IS NULL",
}


@dataclass(frozen=True)
class Column:
    """A column of a list: its SQL and the field that declares it. `alias`: the join it needs, `a` for none;
    `recurs`: a number stands for its text."""

    sql: str
    table: Table
    field: str
    alias: str
    recurs: bool


@dataclass(frozen=True)
class Tab:
    """A list. `standing`: SQL of its rows at `%(as_of)s`; `identity`: columns that name a row; `indexed`: columns by
    which an index sorts, with whether it sorts downward."""

    table: str
    standing: str
    identity: tuple[str, ...]
    columns: Mapping[str, Column]
    joins: tuple[str, ...]
    area: str
    indexed: Mapping[str, bool]


def _columns(table: Table, names: tuple[str, ...], alias: str, prefix: str = "") -> dict[str, Column]:
    is_answer = table.name in ANSWERS
    return {
        prefix + name: Column(
            f"{alias}.{name}", table, name, alias, is_answer and bool(table.field(name).recurs)
        )
        for name in names
    }


_PERSONS, _CASES = TABLES["persons"], TABLES["cases"]
_ABOUT = _columns(_PERSONS, ABOUT_PERSONS, "p")
_VIA = _columns(_PERSONS, ("list_id", "name"), "v", "via_")

TABS: dict[str, Tab] = {
    "cases": Tab(
        table="answer_detections",
        standing="(a.found_at IS NULL OR a.found_at <= %(as_of)s)",
        identity=("person_id", "episode"),
        columns=_columns(
            DETECTIONS,
            ("person_id", "episode", "case_status", "detection", "found_at", "control", "area_id"),
            "a",
        )
        | _columns(_CASES, OF_CASES, "c")
        | _ABOUT,
        joins=("c", "p"),
        area="a.area_id",
        indexed={"found_at": True},
    ),
    "contacts": Tab(
        table="answer_contact_persons",
        standing="(a.named_at IS NULL OR a.named_at <= %(as_of)s)",
        identity=("person_id", "key"),
        columns=_columns(CONTACT_PERSONS, stored_columns(CONTACT_PERSONS), "a") | _ABOUT | _VIA,
        joins=("p", "v"),
        area="a.area_id",
        indexed={"ends_at": True},
    ),
    "duties": Tab(
        table="answer_duties",
        standing="(a.issued_at IS NULL OR a.issued_at <= %(as_of)s)",
        identity=("person_id", "kind", "rule", "episode", "ordinal", "edition"),
        columns=_columns(
            DUTIES,
            tuple(name for name in stored_columns(DUTIES) if name not in ("grounds", "evidence")),
            "a",
        )
        | _ABOUT,
        joins=("p",),
        area="a.area_id",
        indexed={"due_at": False},
    ),
    "persons": Tab(
        table="records_member",
        standing="a.person_id = a.survivor_id",
        identity=("person_id",),
        columns=_columns(_PERSONS, ("person_id",), "a") | _ABOUT | _columns(_PERSONS, OF_PERSONS, "p"),
        joins=("p",),
        area="coalesce(p.present_area_id, p.residence_area_id)",
        indexed={"person_id": False},
    ),
}
"""The lists by the name that a link gives them."""
