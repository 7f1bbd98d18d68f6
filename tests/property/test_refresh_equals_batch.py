"""After any sequence of facts, corrections, retirements and merges, what the live path stored is what a
derivation from nothing gives, and a second derivation writes nothing.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastcase.ops.records import actions
from lastcase.ops.records.errors import MergeRefused, PersonNotFound
from lastcase.ops.records.models import FACTS, Outbreak, Revision
from lastcase.ops.records.refresh import check_drift, derive_outbreak, refresh
from tests.integration.records.world import OPERATOR, at, merge, record, rows, unmerge

pytestmark = pytest.mark.django_db

PERSONS = [f"b:{number}" for number in range(1, 8)]
PLACES = ["home-1", "home-2", "market"]
CELLS = ["cell-1", "cell-2"]

persons = st.sampled_from(PERSONS)
places = st.sampled_from(PLACES)
cells = st.sampled_from(CELLS)
instants = st.builds(at, st.integers(1, 25), st.sampled_from([0, 9, 15]))
maybe_instants = st.none() | instants


def _item(table: str, **columns: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.fixed_dictionaries(columns).map(lambda item: (table, item))


def _ids(letter: str) -> st.SearchStrategy[str]:
    return st.integers(1, 4).map(lambda number: f"{letter}{number}")


facts = st.one_of(
    _item(
        "cases",
        person_id=persons,
        episode=st.just(1),
        found_at=instants,
        area_id=st.none() | cells,
        case_status=st.sampled_from(["confirmed", "asymptomatic_infection", "suspected", "discarded"]),
        symptom_onset_on=st.none() | st.builds(date, st.just(2022), st.just(7), st.integers(1, 25)),
        recovered_at=st.none() | st.just(at(27)),
    ),
    _item(
        "contacts",
        contact_id=_ids("k"),
        case_person_id=persons,
        person_id=persons,
        area_id=st.none() | cells,
        setting=st.sampled_from(["household", "workplace", "dining"]),
        relation=st.sampled_from(["lives_with", "colleague"]),
        first_exposure_at=maybe_instants,
        last_exposure_at=maybe_instants,
        removed_at=maybe_instants,
    ).filter(lambda found: found[1]["case_person_id"] != found[1]["person_id"]),
    _item("visits", person_id=persons, place_id=places, start_at=instants, end_at=st.just(at(26))),
    _item(
        "specimens",
        specimen_id=_ids("s"),
        person_id=persons,
        sampled_at=instants,
        resulted_at=st.none() | st.just(at(26)),
        result=st.sampled_from(["positive", "negative", "inconclusive", None]),
        pool_id=st.none() | st.just("tube"),
    ),
    _item(
        "pools",
        pool_id=st.just("tube"),
        result=st.sampled_from(["positive", "negative"]),
        resulted_at=instants,
    ),
    _item(
        "stays",
        stay_id=_ids("q"),
        person_id=persons,
        start_at=instants,
        end_at=st.none() | st.just(at(26)),
        stay_kind=st.sampled_from(["quarantine_central", "quarantine_home", "isolation_hospital"]),
    ),
    _item(
        "checks",
        check_id=_ids("c"),
        person_id=persons,
        checked_at=instants,
        duty_kind=st.sampled_from(["test", "monitor", "interview"]),
        check_outcome=st.sampled_from(["done", "not_found", "refused"]),
    ),
    _item(
        "moves",
        move_id=_ids("m"),
        person_id=persons,
        from_area_id=cells,
        to_area_id=cells,
        received_at=maybe_instants,
        move_kind=st.sampled_from(["to_quarantine", "to_hospital", "hand_over"]),
    ),
    _item(
        "arrivals",
        arrival_id=_ids("a"),
        person_id=persons,
        origin=st.sampled_from(["abroad", "high"]),
        arrived_at=instants,
    ),
    _item(
        "persons",
        person_id=persons,
        residence_place_id=st.none() | places,
        present_area_id=st.none() | cells,
        exemptions=st.sampled_from([None, "infant", "pregnancy"]),
    ),
    _item(
        "judgements",
        case_person_id=persons,
        person_id=persons,
        judged_at=instants,
        judgement=st.sampled_from(["close_contact", "ruled_out"]),
    ).filter(lambda found: found[1]["case_person_id"] != found[1]["person_id"]),
    _item(
        "risk_areas",
        risk_area_id=st.just("zone"),
        area_id=cells,
        list_kind=st.just("decided"),
        start_at=instants,
        risk_level=st.sampled_from(["high", "medium"]),
        end_at=st.none() | st.just(at(27)),
    ),
)
changes = st.one_of(
    facts,
    facts,
    st.tuples(st.just("merge"), persons, persons),
    st.tuples(st.just("unmerge"), persons),
    st.tuples(st.just("retire"), st.sampled_from(["cases", "contacts", "visits", "specimens", "stays"])),
    st.tuples(st.just("erase"), persons),
)


def begin() -> Outbreak:
    """Two homes and a market in two cells; persons three to a home; a source for every table."""
    outbreak = actions.create_outbreak(
        "b",
        disease="covid-omicron-ba2-2022",
        by=OPERATOR,
        time_zone="Asia/Shanghai",
        area_id="town",
        edition="cn-covid-8",
    )
    tree = [{"area_id": "town", "tier": "township", "parent_id": None}]
    tree += [{"area_id": cell, "tier": "cell", "parent_id": "town"} for cell in CELLS]
    lying = [
        {"place_id": place, "area_id": CELLS[number % 2], "setting": "household"}
        for number, place in enumerate(PLACES)
    ]
    record(
        outbreak,
        rows("areas", *tree),
        rows("places", *lying),
        rows(
            "persons", *({"person_id": p, "residence_place_id": PLACES[n % 3]} for n, p in enumerate(PERSONS))
        ),
        rows("cases", {"person_id": "b:1", "episode": 1, "case_status": "confirmed", "found_at": at(10)}),
        rows(
            "visits",
            {"person_id": "b:1", "place_id": "market", "start_at": at(8), "end_at": at(9)},
            {"person_id": "b:5", "place_id": "market", "start_at": at(8), "end_at": at(9)},
        ),
        rows(
            "stays",
            {"stay_id": "q0", "person_id": "b:1", "stay_kind": "isolation_hospital", "start_at": at(10)},
        ),
        rows(
            "risk_areas",
            {
                "risk_area_id": "zone",
                "area_id": "cell-1",
                "list_kind": "decided",
                "risk_level": "high",
                "start_at": at(10),
            },
        ),
        rows("specimens", {"specimen_id": "s0", "person_id": "b:4", "sampled_at": at(12)}),
        rows("contacts", {"contact_id": "k0", "case_person_id": "b:1", "person_id": "b:6"}),
        rows(
            "checks",
            {
                "check_id": "c0",
                "person_id": "b:6",
                "duty_kind": "monitor",
                "checked_at": at(11),
                "check_outcome": "done",
            },
        ),
        rows("moves", {"move_id": "m0", "person_id": "b:6", "move_kind": "to_quarantine"}),
        rows("arrivals", {"arrival_id": "a0", "person_id": "b:7", "origin": "high", "arrived_at": at(9)}),
        rows(
            "judgements",
            {"case_person_id": "b:1", "person_id": "b:2", "judgement": "close_contact", "judged_at": at(11)},
        ),
        rows("pools", {"pool_id": "tube", "result": "negative", "resulted_at": at(12)}),
    )
    derive_outbreak(outbreak)
    return outbreak


def apply(outbreak: Outbreak, change: tuple[Any, ...]) -> None:
    """Do one change by its action, as the pages and the command line do."""
    match change:
        case ("merge", one, other):
            try:
                merge(outbreak, one, other)
            except (MergeRefused, PersonNotFound):
                return
        case ("unmerge", one):
            try:
                unmerge(outbreak, one)
            except PersonNotFound:
                return
        case ("erase", one):
            try:
                actions.erase_person(outbreak, one, by=OPERATOR, reason="asked for it")
            except PersonNotFound:
                return
        case ("retire", table):
            retire_last(outbreak, table)
        case (table, item):
            record(outbreak, rows(table, item))


def retire_last(outbreak: Outbreak, table: str) -> None:
    """Retire the row recorded last in a table, if any stands."""
    from lastcase.core.facts import TABLES

    last = FACTS[table].objects.filter(retired_at=None).order_by("id").values(*TABLES[table].key).last()
    if last is not None:
        keys = {table: pl.DataFrame([last])}
        actions.retire_facts(outbreak, keys, by=OPERATOR, reason="entered in error", derive=False)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sequence=st.lists(changes, min_size=1, max_size=6))
def test_the_live_path_stores_what_the_batch_derives(sequence):
    with transaction.atomic():
        outbreak = begin()
        for change in sequence:
            apply(outbreak, change)
            refresh(outbreak)
        assert check_drift(outbreak) == {}
        assert (
            Revision.objects.get(outbreak=outbreak).derived_number
            == Revision.objects.get(outbreak=outbreak).number
        )
        assert derive_outbreak(outbreak).n_rows == 0
        transaction.set_rollback(True)
