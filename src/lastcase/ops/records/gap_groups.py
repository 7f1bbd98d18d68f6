"""Gaps by tier, area, cell and hour: sums of the tally, by area or over ranges of positions, never a count of duties.

Groups stand at the last instant at which the tally is exact (`counted_at`), and pages say which.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

from lastcase.core.duties.coverage import FOUR_ALLS
from lastcase.core.facts.vocabulary import TIERS, values
from lastcase.ops.records.gaps import Scope
from lastcase.ops.records.models import NEVER
from lastcase.ops.records.tally import counted_at
from lastcase.ops.records.terms import numbers_of

GROUPS_MAX = 300
HOURS_MAX = 96
SPANS = ("missing", "open", "done")
_STANDS = "t.from_at <= %(at)s AND t.until_at > %(at)s"


def totals(scope: Scope) -> dict[str, dict[str, int]]:
    """The four alls of the range: `missing`, `open` and `done` of each."""
    lo, hi = scope.span
    is_finest = hi - lo == 1
    counts = (
        f"records_tally t WHERE {_here()}"
        if is_finest
        else f"records_areatally t WHERE t.pos = %(lo)s AND {_BY_THEN}"
    )
    query = f"SELECT t.kind, t.span, sum(t.n) FROM {counts} GROUP BY 1, 2"
    rows = _all(scope, query)
    return _by_alls([(None, *row) for row in rows], scope).get(None, _nothing())


def by_area(scope: Scope, area_id: str | None) -> list[dict[str, Any]]:
    """The areas right beneath one (None: the roots), and what that area holds itself (`is_itself`), most missing
    first."""
    beneath = "x.parent_id IS NULL" if area_id is None else "x.parent_id = %(area)s"
    itself = _finest("x.area_id = %(area)s", is_itself=True)
    query = f"{_whole(beneath)} UNION ALL {itself}"
    return _grouped(scope, query, area_id)


def by_tier(scope: Scope, tier: str) -> list[dict[str, Any]]:
    """Every area of a tier in the range that holds duties of the four alls, most missing first, `GROUPS_MAX` of
    them."""
    return _grouped(scope, _whole("x.tier = %(tier)s"), None, tier)


def by_hour(scope: Scope) -> list[dict[str, Any]]:
    """Missing and open by the full hour by which they are due: the last hours of which something is missing, then the
    next that something is due by; `HOURS_MAX` in all."""
    query = f"""
        SELECT t.due_at, t.kind, t.span, sum(t.n) FROM records_tally t
        WHERE {_here()} AND t.span <> 'done' AND (t.span = 'missing' OR t.due_at > %(at)s)
            AND t.due_at < %(never)s
        GROUP BY 1, 2, 3"""
    found = _by_alls(_all(scope, query, never=NEVER), scope)
    dated = sorted(found)
    now = counted_at(scope.as_of)
    past, ahead = [h for h in dated if h <= now], [h for h in dated if h > now]
    shown = past[-(HOURS_MAX // 2) :] + ahead[: HOURS_MAX // 2]
    return [{"hour": hour, "is_ahead": hour > now, "alls": found[hour]} for hour in shown]


def tiers_below(scope: Scope) -> list[str]:
    """Tiers of areas in the range, the widest first."""
    query = "SELECT DISTINCT tier FROM records_areaposition WHERE area_lo >= %(lo)s AND area_lo < %(hi)s"
    there = {tier for (tier,) in _all(scope, query)}
    return [tier for tier in values(TIERS) if tier in there]


_BY_THEN = "t.outbreak_id = %(outbreak)s AND t.at <= %(at)s"


def _whole(which: str) -> str:
    """SQL of the counts of areas of the range, each with all beneath it."""
    return f"""
        SELECT x.area_id || '|' || x.tier || '|false', t.kind, t.span, sum(t.n) FROM records_areaposition x
            JOIN records_areatally t ON t.pos = x.area_lo AND {_BY_THEN}
            WHERE {which} AND x.area_lo >= %(lo)s AND x.area_lo < %(hi)s AND x.area_hi > x.area_lo + 1
            GROUP BY x.area_id, x.tier, t.kind, t.span HAVING sum(t.n) <> 0
        UNION ALL {_finest(f"{which} AND x.area_hi = x.area_lo + 1")}"""


def _finest(which: str, *, is_itself: bool = False) -> str:
    """SQL of the counts of areas of the range, each without any beneath it."""
    return f"""
        SELECT x.area_id || '|' || x.tier || '|{str(is_itself).lower()}', t.kind, t.span, sum(t.n)
            FROM records_areaposition x JOIN records_tally t ON t.pos = x.area_lo AND {_here()}
            WHERE {which} GROUP BY x.area_id, x.tier, t.kind, t.span"""


def _here() -> str:
    return f"t.outbreak_id = %(outbreak)s AND t.pos >= %(lo)s AND t.pos < %(hi)s AND {_STANDS}"


def _all(scope: Scope, query: str, **more: Any) -> list[Any]:
    lo, hi = scope.span
    params = {"outbreak": scope.outbreak_id, "lo": lo, "hi": hi, "at": counted_at(scope.as_of), **more}
    with connections[scope.using].cursor() as cursor:
        cursor.execute(query, params)
        return list(cursor.fetchall())


def _grouped(scope: Scope, query: str, area_id: str | None, tier: str = "") -> list[dict[str, Any]]:
    found = _by_alls(_all(scope, query, area=area_id, tier=tier), scope)
    rows = [_row(name, alls) for name, alls in found.items()]
    ordered = sorted(rows, key=lambda row: (-row["n_missing"], -row["n_open"], row["area_id"]))
    return ordered[:GROUPS_MAX]


def _row(name: str, alls: dict[str, dict[str, int]]) -> dict[str, Any]:
    area_id, tier, is_itself = name.rsplit("|", 2)
    counts = {f"n_{span}": sum(one[span] for one in alls.values()) for span in SPANS}
    return {"area_id": area_id, "tier": tier, "is_itself": is_itself == "true", "alls": alls, **counts}


def _nothing() -> dict[str, dict[str, int]]:
    return {name: dict.fromkeys(SPANS, 0) for name in FOUR_ALLS}


def _by_alls(rows: list[Any], scope: Scope) -> dict[Any, dict[str, dict[str, int]]]:
    """Counts (group, kind by number, span, n) put together by group and all."""
    kinds = numbers_of([kind for kinds in FOUR_ALLS.values() for kind in kinds], scope.using)
    alls = {kinds[kind]: name for name, of in FOUR_ALLS.items() for kind in of}
    found: dict[Any, dict[str, dict[str, int]]] = {}
    for group, kind, span, n in rows:
        found.setdefault(group, _nothing())[alls[kind]][span] += int(n)
    return found
