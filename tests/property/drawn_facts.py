"""Facts to record, drawn at random: every table that an answer is made from, over few keys, so that they meet."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from tests.integration.records.world import at
from tests.property.world import CELLS, PERSONS, PLACES

persons = st.sampled_from(PERSONS)
places = st.sampled_from(PLACES)
cells = st.sampled_from(CELLS)
zones = st.sampled_from(["zone", "zone-2"])
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
    _item(
        "visits",
        person_id=persons,
        place_id=places,
        start_at=instants,
        end_at=st.just(at(26)),
        unit=st.sampled_from([None, "1", "1/#1", "1/#2B", "1 /#9", "2/#1", "/#1", "/#9", "1#1"]),
    ),
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
        work_place_id=st.none() | places,
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
        risk_area_id=zones,
        area_id=cells,
        list_kind=st.sampled_from(["decided", "decided", "published"]),
        start_at=instants,
        risk_level=st.sampled_from(["high", "medium", "low"]),
        end_at=st.none() | instants,
        predecessor_ids=st.none() | zones,
    ),
    _item(
        "risk_area_extents",
        risk_area_id=zones,
        area_id=cells,
        place_id=st.none(),
    ),
    _item(
        "risk_area_extents",
        risk_area_id=zones,
        area_id=st.none(),
        place_id=places,
    ),
    _item(
        "places",
        place_id=places,
        area_id=st.none() | cells,
        setting=st.sampled_from(["household", "market", "workplace"]),
    ),
)
