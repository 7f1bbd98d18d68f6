"""The gaps: duties that are missing, in the order to close them, read page by page and never whole.

A list is cut out of `answer_duties` in branches that its partial indexes read in order: overdue duties one degree of
urgency after another, those tried before they were due, and those that evidence fulfils later than the instant asked
about. The same branches count, select for an act, and export. Rows are those held in the area asked about; row-level
security shows no others than the post's.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.duties.coverage import FOUR_ALLS, MISSING_STATES
from lastcase.core.duties.urgency import ORDER, OTHER, WITHOUT_LIMIT
from lastcase.core.facts.vocabulary import DUTY_KINDS, values
from lastcase.ops.accounts.actor import WHOLE_TREE
from lastcase.ops.records.duty_states import DutySql
from lastcase.ops.records.person_search import search_persons
from lastcase.ops.records.plan import is_wide, planned
from lastcase.ops.records.sought import FEW, Sought
from lastcase.ops.records.terms import number_of, numbers_of, texts_of

PAGE_ROWS = 50
COUNTED_MAX = 1_000
"""A list is counted up to here; beyond it there are "more"."""
FILTERS = ("alls", "kind", "state", "area", "hour", "responsible", "post", "q")
OPEN = ("due", "not_yet_due", "postponed", "exempt")
STATES = ("missing", *MISSING_STATES, *OPEN)
"""What may be asked of `state`: all that is missing, or one state."""
NOBODY = "none"
"""The value of `post` that asks for duties that nobody is assigned."""
RECURRING = (
    "kind",
    "category",
    "place_kind",
    "attempt_outcome",
    "responsible",
    "area_id",
    "rule",
    "order_rule",
    "limit_rule",
    "counted_from",
    "edition",
    "specimen_kinds",
)
_COLUMNS = (
    "person_id", "kind", "category", "episode", "ordinal", "place_kind", "specimen_kinds", "is_release", "issued_at",
    "opens_at", "due_at", "attempted_at", "attempt_outcome", "postponed_at", "postponed_until_at", "postponed_reason",
    "exempt_reason", "responsible", "area_id", "rule", "order_rule", "limit_rule", "counted_from", "counted_at",
    "urgency", "ring", "edition", "grounds",
)  # fmt: skip


@dataclass(frozen=True)
class GapFilter:
    """What a link asks of the list. `values` by the names of `FILTERS`; `after` the key of the row before the page, or
    `before` that of the row behind it, neither for the first page; `page` is what the link calls its number."""

    values: Mapping[str, str] = field(default_factory=dict)
    after: tuple[Any, ...] | None = None
    before: tuple[Any, ...] | None = None
    page: int = 1

    def get(self, name: str) -> str:
        """The value asked for, empty when any will do."""
        return self.values.get(name, "")


@dataclass(frozen=True)
class Scope:
    """Where to look: an outbreak, the instant, and a half-open range of positions (`WHOLE_TREE`: everywhere)."""

    outbreak_id: int
    outbreak: str
    as_of: datetime
    span: tuple[int, int]
    using: str = DEFAULT_DB_ALIAS


@dataclass(frozen=True)
class GapPage:
    """One page: its rows, the tokens of the pages before and after it (empty: none), how many rows there are in all
    (bounded), the page's number."""

    rows: list[dict[str, Any]]
    previous_token: str
    next_token: str
    n_rows: int
    is_more: bool
    page: int


def read_gap_filter(query: Mapping[str, str]) -> GapFilter:
    """The filter of a query string; what it does not know it ignores. Without a state it asks for what is missing."""
    values_ = {name: query[name].strip() for name in FILTERS if query.get(name, "").strip()}
    if values_.get("state") not in STATES:
        values_["state"] = "missing"
    if values_.get("alls") not in FOUR_ALLS:
        values_.pop("alls", None)
    if values_.get("kind") not in values(DUTY_KINDS):
        values_.pop("kind", None)
    after, before = (_read_token(query.get(name, "")) for name in ("after", "before"))
    page = query.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    return GapFilter(values_, after, None if after else before, max(number, 1))


def gap_page(scope: Scope, chosen: GapFilter) -> GapPage:
    """The page beside the row of the token; each costs the same, however far from the first.

    Where the rows beside it were closed meanwhile, the first page.
    """
    select = GapSelect(scope, chosen, COUNTED_MAX)
    with connections[scope.using].cursor() as cursor, planned(cursor, *select.avoided):
        found = _listed(cursor, select, PAGE_ROWS + 1)
        is_beyond = len(found) > PAGE_ROWS
        is_lost = (chosen.after and not found) or (chosen.before and not is_beyond)
        n_rows = 0 if is_lost else _counted(cursor, select, COUNTED_MAX + 1)
    if is_lost:
        return gap_page(scope, GapFilter(chosen.values))
    rows = found[-PAGE_ROWS:] if chosen.before else found[:PAGE_ROWS]
    is_first, is_last = not (chosen.after or chosen.before), not (chosen.before or is_beyond)
    return GapPage(
        rows,
        "" if is_first else token_of(rows[0]),
        "" if is_last else token_of(rows[-1]),
        min(n_rows, COUNTED_MAX),
        n_rows > COUNTED_MAX,
        1 if is_first else chosen.page,
    )


def list_gaps(scope: Scope, chosen: GapFilter, *, limit: int) -> list[dict[str, Any]]:
    """Rows in the order to close, recurring texts spelled, with `state`, `progress` and `since_at`: the first `limit`
    of the filter, or those nearest to its token."""
    select = GapSelect(scope, chosen, limit)
    with connections[scope.using].cursor() as cursor, planned(cursor, *select.avoided):
        return _listed(cursor, select, limit)


def count_gaps(scope: Scope, chosen: GapFilter, limit: int) -> int:
    """How many rows the filter finds, counted up to `limit`."""
    select = GapSelect(scope, chosen, limit)
    with connections[scope.using].cursor() as cursor, planned(cursor, *select.avoided):
        return _counted(cursor, select, limit)


def _listed(cursor: Any, select: GapSelect, limit: int) -> list[dict[str, Any]]:
    query = f"""
        WITH page AS MATERIALIZED ({select.identities(limit)} LIMIT {limit})
        SELECT {", ".join(f"a.{name}" for name in _COLUMNS)}, {select.sql.state()} AS state,
            {select.sql.progress()} AS progress
        FROM page JOIN answer_duties a ON a.outbreak_id = %(outbreak)s AND a.ctid = page.at
        ORDER BY {", ".join(f"page.{name}" for name in ORDER)}"""
    cursor.execute(query, select.params)
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    texts = texts_of({row[name] for row in rows for name in RECURRING} - {None}, select.scope.using)
    return [_spelled(row, texts) for row in rows]


def _counted(cursor: Any, select: GapSelect, limit: int) -> int:
    """All rows of the filter, wherever its token stands."""
    cursor.execute(f"SELECT count(*) FROM ({select.rows('1', limit)} LIMIT {limit}) c", select.params)
    return int(cursor.fetchone()[0])


class GapSelect:
    """The SQL of a filter: its branches, to be listed, counted or written from. `params` go with every statement;
    `avoided` are ways of reading to be left out where the range is wide (see `plan`)."""

    def __init__(self, scope: Scope, chosen: GapFilter, n_rows: int) -> None:
        self.scope, self.chosen = scope, chosen
        self.sql = DutySql(scope.using)
        self.params: dict[str, Any] = {"outbreak": scope.outbreak_id, "as_of": scope.as_of}
        self._is_wide = self._holds_many(n_rows)
        self.avoided = ("bitmapscan", "seqscan") if self._is_wide else ()
        self._sought = self._seek(chosen.get("q"))
        self._conditions = [*self._where(), self._state()]

    def _holds_many(self, n_rows: int) -> bool:
        with connections[self.scope.using].cursor() as cursor:
            return is_wide(cursor, self.scope.outbreak_id, [self.scope.span], n_rows)

    def _seek(self, text: str) -> Sought | None:
        if not text:
            return None
        scope = self.scope
        return search_persons(
            text, scope.outbreak, scope.outbreak_id, scope.using, is_wide=self._holds_many(FEW)
        )

    def identities(self, limit: int) -> str:
        """Rows of `ORDER` and `at`, the row's place on disk, those nearest to the token first; at most `limit` a
        branch."""
        columns = ", ".join(f"a.{name}" for name in ORDER)
        rows = self.rows(f"a.ctid AS at, {columns}", limit, is_ordered=True)
        return f"SELECT * FROM ({rows}) g ORDER BY {self._order('g')}"

    def rows(self, columns: str, limit: int, *, is_ordered: bool = False) -> str:
        """The branches put together, each with at most `limit` rows; in order, those beyond the token."""
        conditions = " AND ".join([*self._conditions, *(self._beyond() if is_ordered else ())])
        order = f"ORDER BY {self._order('a')}" if is_ordered else ""
        sought, branches = self._sought, self._branches()
        if sought is not None and sought.is_all:  # few persons' duties are read together
            source, branches = _OF_PERSONS, [f"({' OR '.join(f'({branch})' for branch in branches)})"]
        else:
            source = "answer_duties a"
        return " UNION ALL ".join(
            f"""SELECT * FROM (SELECT {columns} FROM {source} WHERE a.outbreak_id = %(outbreak)s AND {branch}
                AND {conditions} {order} LIMIT {limit}) b"""
            for branch in branches
        )

    def _branches(self) -> list[str]:
        if self.chosen.get("state") in OPEN:
            return ["a.fulfilled_at IS NULL", "a.fulfilled_at > %(as_of)s"]
        due = [
            f"a.fulfilled_at IS NULL AND a.urgency = {degree} AND a.due_at <= %(as_of)s"
            for degree in range(WITHOUT_LIMIT)
            if degree < OTHER or not self.chosen.get("alls")
        ]
        tried = "a.fulfilled_at IS NULL AND a.attempted_at <= %(as_of)s AND (a.due_at > %(as_of)s OR a.due_at IS NULL)"
        return [*due, tried, "a.fulfilled_at > %(as_of)s"]

    def _state(self) -> str:
        asked = self.chosen.get("state") or "missing"
        states = MISSING_STATES if asked == "missing" else (asked,)
        self.params["states"] = list(states)
        return f"(a.issued_at IS NULL OR a.issued_at <= %(as_of)s) AND {self.sql.state()} = ANY(%(states)s)"

    def _where(self) -> list[str]:
        found = []
        if self.scope.span != WHOLE_TREE:
            self.params |= {"lo": self.scope.span[0], "hi": self.scope.span[1]}
            # A sum is in no index: of a wide range nothing is gathered by position.
            pos = "a.pos_naming + 0" if self._is_wide else "a.pos_naming"
            found.append(f"{pos} >= %(lo)s AND {pos} < %(hi)s")
        kinds = self._kinds()
        if kinds is not None:
            self.params["kinds"] = list(numbers_of(kinds, self.scope.using).values())
            found.append("a.kind = ANY(%(kinds)s)")
        if self.chosen.get("responsible"):
            self.params["responsible"] = number_of(self.chosen.get("responsible"), self.scope.using)
            found.append("a.responsible = %(responsible)s")
        hour = _hour(self.chosen.get("hour"))
        if hour is not None:
            self.params |= {"hour_from": hour - timedelta(hours=1), "hour_to": hour}
            found.append("a.due_at > %(hour_from)s AND a.due_at <= %(hour_to)s")
        return [*found, *self._assigned(), *self._named()]

    def _kinds(self) -> tuple[str, ...] | None:
        if self.chosen.get("kind"):
            return (self.chosen.get("kind"),)
        return FOUR_ALLS.get(self.chosen.get("alls"))

    def _assigned(self) -> list[str]:
        post = self.chosen.get("post")
        if post == NOBODY:
            return [f"NOT EXISTS ({_ASSIGNED} AND {_SAME})"]
        if post.isascii() and post.isdigit() and len(post) < 10:
            self.params["post"] = int(post)
            return [
                "(a.person_id, a.kind, a.rule, a.episode, a.ordinal, a.edition) IN "
                f"({_ASSIGNED} AND f.post_id = %(post)s)"
            ]
        return []

    def _named(self) -> list[str]:
        if self._sought is None:
            return []
        if self._sought.is_all:
            self.params["persons"] = self._sought.first
            return []
        self.params |= self._sought.params
        return [_IS_FOUND.format(is_one=self._sought.is_one)]

    def _order(self, alias: str) -> str:
        """Away from the token: towards the end of the list, or back towards its beginning."""
        way = " DESC" if self.chosen.before else ""
        return ", ".join(f"{alias}.{name}{way}" for name in ORDER)

    def _beyond(self) -> list[str]:
        """Beyond the row of the token: a duty without a limit stands behind all that have one."""
        token = self.chosen.after or self.chosen.before
        if token is None:
            return []
        last = dict(zip(ORDER, token, strict=True))
        recurring = numbers_of([last[name] for name in ("kind", "rule", "edition")], self.scope.using)
        last |= {name: recurring[last[name]] for name in ("kind", "rule", "edition")}
        self.params |= {f"token_{name}": value for name, value in last.items()}
        names = ORDER if last["due_at"] is not None else tuple(name for name in ORDER if name != "due_at")
        columns = ", ".join(f"a.{name}" for name in names)
        said = ", ".join(
            f"%(token_{name})s" + ("::timestamptz" if name == "due_at" else "") for name in names
        )
        return [f"({columns}) {'<' if self.chosen.before else '>'} ({said})"]


_OF_PERSONS = """unnest(%(persons)s::text[]) found(person_id), LATERAL (
    SELECT d.ctid, d.* FROM answer_duties d
    WHERE d.outbreak_id = %(outbreak)s AND d.person_id = found.person_id OFFSET 0) a"""
"""Duties of persons, person by person (`OFFSET 0` holds the planner to it)."""
_IS_FOUND = """EXISTS (SELECT 1 FROM fact_persons p
    WHERE p.person_id = a.person_id AND p.retired_at IS NULL AND {is_one})"""
_ASSIGNED = """SELECT f.person_id, k.id::int, r.id::int, f.episode::int, f.ordinal::int, e.id::int
    FROM fact_assignments f JOIN records_term k ON k.term = f.duty_kind JOIN records_term r ON r.term = f.rule
    JOIN records_term e ON e.term = f.edition WHERE f.outbreak_id = %(outbreak)s AND f.retired_at IS NULL"""
_SAME = """f.person_id = a.person_id AND k.id = a.kind AND r.id = a.rule AND f.episode = a.episode
    AND f.ordinal = a.ordinal AND e.id = a.edition"""


def duty_key(row: Mapping[str, Any]) -> str:
    """What a form calls a duty: what makes its key, in the order of the answers' own."""
    names = ("person_id", "kind", "rule", "episode", "ordinal", "edition")
    return "|".join(str(row[name]) for name in names)


def _spelled(row: dict[str, Any], texts: Mapping[int, str]) -> dict[str, Any]:
    words = {name: None if row[name] is None else texts[row[name]] for name in RECURRING}
    tried = row["state"] in ("attempted", "refused", "lost")
    since = row["attempted_at"] if tried else row["due_at"] if row["state"] == "overdue" else row["issued_at"]
    whole = row | words | {"since_at": since}
    return whole | {"key": duty_key(whole)}


def _hour(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def token_of(row: Mapping[str, Any]) -> str:
    """What a link calls a row, to ask for the page beside it."""
    last = [row[name].isoformat() if isinstance(row[name], datetime) else row[name] for name in ORDER]
    return base64.urlsafe_b64encode(json.dumps(last).encode()).decode().rstrip("=")


def _read_token(text: str) -> tuple[Any, ...] | None:
    """The row of a token; None for what no page gave."""
    try:
        last = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) if text else None
        if not isinstance(last, list) or len(last) != len(ORDER):
            return None
        found = dict(zip(ORDER, last, strict=True))
        found["due_at"] = datetime.fromisoformat(found["due_at"]) if found["due_at"] else None
        numbers = ("urgency", "ring", "episode", "ordinal")
        is_sound = all(
            isinstance(found[name], int if name in numbers else str) for name in ORDER if name != "due_at"
        )
    except (ValueError, TypeError):
        return None
    return tuple(found[name] for name in ORDER) if is_sound else None
