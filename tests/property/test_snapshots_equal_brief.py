"""The law of snapshots: at every hour they hold the numbers that the brief and the Board would count then."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastcase.core.brief import brief
from lastcase.core.derive import derive
from lastcase.core.duties.coverage import FOUR_ALLS
from lastcase.core.facts import TABLES
from lastcase.core.facts.merge import resolve_merges
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.core.snapshots import count_days, count_hours, hours_of, spans_of, target_hours, with_sources
from lastcase.core.targets import progress, target_sets
from lastcase.editions import load_edition
from tests.integration.records.world import at
from tests.property import drawn_facts
from tests.property.world import CELLS, PERSONS, PLACES

pytestmark = pytest.mark.slow
OUTBREAK = Outbreak(
    "b", "covid-omicron-ba2-2022", "Asia/Shanghai", "town", (Adoption(load_edition("cn-covid-9"), at(1)),)
)
TREE = [
    {"area_id": "town", "tier": "county", "parent_id": None, "name_en": "Town"},
    *({"area_id": cell, "tier": "cell", "parent_id": "town"} for cell in CELLS),
]
AREAS = ["town", *CELLS]
SAMPLED = (0, 1, 9, 15, 23)


def world(items: list[tuple[str, dict[str, Any]]]) -> Facts:
    """The drawn facts over a town of two cells; of two rows with one key the later stands."""
    base = [("areas", area) for area in TREE]
    base += [("places", {"place_id": one, "area_id": CELLS[n % 2]}) for n, one in enumerate(PLACES)]
    base += [
        (
            "persons",
            {"person_id": one, "residence_area_id": [*CELLS, None][n % 3], "present_area_id": CELLS[n % 2]},
        )
        for n, one in enumerate(PERSONS)
    ]
    base += [("cases", {"person_id": "b:1", "episode": 1, "case_status": "confirmed", "found_at": at(10)})]
    held: dict[tuple[object, ...], tuple[str, dict[str, Any]]] = {}
    for table, row in [*base, *items]:
        key = (table, *(row.get(column) for column in TABLES[table].key))
        held[key] = (table, {**held.get(key, ("", {}))[1], **row})
    frames: dict[str, list[dict[str, Any]]] = {}
    for table, row in held.values():
        frames.setdefault(table, []).append(row)
    schemas = {name: TABLES[name].schema for name in frames}
    return resolve_merges(
        Facts.of(**{name: pl.DataFrame(own, schema=schemas[name]) for name, own in frames.items()})
    )


def expected(facts: Facts, answers: Any, area: str, hour: Any) -> dict[str, Any]:
    """What the brief and the clocks say of the area at the hour."""
    said = brief(facts, OUTBREAK, answers, hour, area_id=area)
    lead, contacts, detail = said["lead"], said["contacts"], said["coverage_detail"]
    numbers = {
        "today_community": lead["today"]["community"],
        "today_managed": lead["today"]["managed"],
        "today_unknown": lead["today"]["unknown"],
        "last_day_total": lead["last_day"]["total"],
        "cases_total": said["cases"]["total"],
        "close_active": contacts["close_active"],
        "secondary_active": contacts["secondary_active"],
        "unnamed": contacts["unnamed"],
        **{
            name: lead[name] for name in ("held_past_end", "contacts_pending", "in_quarantine", "in_hospital")
        },
        **{name: lead[name] for name in ("severe", "deaths")},
        **said["risk_areas"],
    }
    for alls in FOUR_ALLS:
        for what in ("done", "missing", "not_yet_due"):
            numbers[f"{alls}_{what}"] = detail[alls][f"n_{what}"]
    return numbers


def plain(numbers: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """The numbers. Whether cases tell severity and admission is asked of those found so far by the brief alone."""
    told = {name: numbers[name] for name in names}
    return {**told, "severe": told["severe"] or 0, "in_hospital": told["in_hospital"] or 0}


@given(items=st.lists(drawn_facts.facts, max_size=14), day=st.integers(8, 26))
def test_every_hour_holds_what_the_brief_would_say(items: list[tuple[str, dict[str, Any]]], day: int) -> None:
    facts = world(items)
    answers = derive(facts, OUTBREAK)
    spans, known_from = spans_of(facts, OUTBREAK, answers)
    hours = hours_of(at(day, 12).date(), OUTBREAK.zone)
    counted = with_sources(count_hours(spans, facts, OUTBREAK, hours), known_from)
    for area in AREAS:
        for n in SAMPLED:
            row = counted.filter((pl.col("area_id") == area) & (pl.col("at") == hours[n])).to_dicts()
            wanted = expected(facts, answers, area, hours[n])
            if row:
                assert plain(row[0], wanted) == plain(wanted, wanted), (area, n)
            else:  # an area without a row has nothing to count
                assert not any(wanted.values()), (area, n)


@given(items=st.lists(drawn_facts.facts, max_size=10), day=st.integers(9, 24))
def test_targets_stand_where_progress_puts_them(items: list[tuple[str, dict[str, Any]]], day: int) -> None:
    signed = {
        "decision_id": "d",
        "decision_kind": "day0",
        "subject": "79144",
        "area_id": "town",
        "value_on": at(9, 12).date(),
        "signed_at": at(9),
    }
    facts = world([*items, ("decisions", signed)])
    answers = derive(facts, OUTBREAK)
    spans, known_from = spans_of(facts, OUTBREAK, answers)
    hours = hours_of(at(day, 12).date(), OUTBREAK.zone)
    counted = with_sources(count_hours(spans, facts, OUTBREAK, hours), known_from)
    stored = target_hours(counted, facts, OUTBREAK, answers)
    for n in SAMPLED:
        for name in target_sets(OUTBREAK.edition_at(hours[n])):
            for one in progress(facts, OUTBREAK, answers, name, None, hours[n], "town"):
                own = stored.filter(
                    (pl.col("area_id") == "town")
                    & (pl.col("target_id") == one.id)
                    & (pl.col("at") <= hours[n])
                )
                last = own.sort("at").tail(1).to_dicts()[0]
                assert (last["value"], last["status"]) == (one.value, one.status), (one.id, n)


@given(items=st.lists(drawn_facts.facts, max_size=10), day=st.integers(11, 26))
def test_whole_days_add_up_to_the_cases(items: list[tuple[str, dict[str, Any]]], day: int) -> None:
    facts = world(items)
    answers = derive(facts, OUTBREAK)
    before_on = at(day, 12).date()
    days = count_days(facts, OUTBREAK, answers.detections, before_on)
    town = days.filter(pl.col("area_id") == "town")
    start = at(day)
    found = answers.detections.filter(pl.col("found_at") < start)
    assert town.select(pl.sum_horizontal("community", "managed", "unknown").sum()).item() == found.height
