"""Risk areas of the small world: their levels one after the other, and cases that restart their clocks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lastcase.core.protocol.model import RiskLevel, RoundRule
from tests.spec.protocol.moments import DAY, at, days

if TYPE_CHECKING:
    from tests.spec.protocol.world import World


def risk_areas(w: World) -> None:
    """An area that goes high, medium, low; another that is medium from the start; residents in both."""
    if not w.edition.of_kind(RiskLevel):
        return
    spans = (
        ("A", "K1", "high", 3, 12),
        ("A", "K1", "medium", 12, 15),
        ("A", "K1", "low", 15, None),
        ("B", "K2", "medium", 3, None),
    )
    for risk_area, cell, level, first, last in spans:
        end = at(DAY + days(last), 9) if last else None
        w.add(
            "risk_areas",
            risk_area_id=risk_area,
            area_id=cell,
            list_kind="decided",
            risk_level=level,
            start_at=at(DAY + days(first), 9),
            end_at=end,
        )
    for cell in ("K1", "K2"):
        w.person("resident", residence_area_id=cell)


LEVELS = (("high",), ("medium",), ("high", "medium"), ("low",), ("high", "low"))
"""Levels that a risk area went through until now."""


def restarts(w: World) -> None:
    """After the last designation a case that lived, worked or came by in each area, or lived there and was found in
    quarantine; and an area of each level beside a standing one of the highest."""
    if not w.edition.of_kind(RiskLevel):
        return
    for levels in LEVELS:
        for fact in ("residence", "work", "visit", "managed"):
            cell = _designated(w, levels)
            _case_in(w, cell, fact)
        _designated(w, ("high",), _designated(w, levels))


def _designated(w: World, levels: tuple[str, ...], cell: str | None = None) -> str:
    number = next(w.ids)
    if cell is None:
        cell = f"Z{number}"
        w.add("areas", area_id=cell, parent_id="C2", tier="cell")
        w.add("places", place_id=f"in-{cell}", setting="community", area_id=cell)
    for turn, level in enumerate(levels, start=1):
        w.add(
            "risk_areas",
            risk_area_id=f"R{number}",
            area_id=cell,
            list_kind="decided",
            risk_level=level,
            start_at=at(DAY + days(turn), 9),
            end_at=at(DAY + days(turn + 1), 9) if turn < len(levels) else None,
        )
    return cell


def _case_in(w: World, cell: str, fact: str) -> None:
    found = DAY + days(5)
    case = w.case(f"{fact}-in", found_at=at(found, 9), specimen_at=at(found, 8), admitted_at=at(found, 20))
    where = {"residence": "residence_area_id", "managed": "residence_area_id", "work": "work_place_id"}
    if fact in where:
        w.tables["persons"][-1][where[fact]] = f"in-{cell}" if fact == "work" else cell
    if fact == "managed":
        w.add(
            "stays",
            stay_id=f"q{next(w.ids)}",
            person_id=case,
            stay_kind="quarantine_central",
            start_at=at(DAY, 9),
            end_at=at(DAY + days(20), 9),
        )
    if fact == "visit":
        start = at(found - days(1), 10)
        end = start + timedelta(hours=1)
        w.add("visits", person_id=case, place_id=f"in-{cell}", start_at=start, end_at=end)


def rounds(w: World) -> None:
    """Areas just below and just at the edge of each population, with a resident and cases on days that a round
    and a gap hold apart."""
    for rule in w.edition.of_kind(RoundRule):
        edge = rule.population_from or rule.population_below or 1
        for population in (edge - 1, edge):
            area = f"R{next(w.ids)}"
            w.add("areas", area_id=area, tier=rule.tier, population=population)
            w.add("areas", area_id=f"{area}-cell", tier="cell", parent_id=area)
            w.person("tested", residence_area_id=f"{area}-cell")
            span = rule.every_days * rule.clean_rounds
            for offset in (0, span, 3 * span + rule.gap_days + 20):
                w.case("found", found_at=at(DAY + days(offset), 9), area_id=area)


def counts(w: World) -> None:
    """A county that reaches the greatest count an hour at a time; then, just longer than the days counted, no
    case, and then fewer a day than make a cluster."""
    rules = [rule for rule in w.edition.of_kind(RiskLevel) if rule.entry_tier]
    if not rules:
        return
    window = max(rule.entry_window_days for rule in rules)
    linked = max(rule.entry_cluster_cases for rule in rules)
    most = max(rule.entry_min_cases for rule in rules)
    first = at(DAY, 9)
    quiet = first + timedelta(hours=most, days=window + 0.5)
    apart = (window + 0.4) / (linked - 1)
    instants = [first + timedelta(hours=n) for n in range(most + 1)]
    for instant in (*instants, *(quiet + days(n * apart) for n in range(linked))):
        w.case("county", found_at=instant, area_id="X1")
        w.tables["persons"][-1]["residence_area_id"] = "KX"
