"""What all cases of an area decide stays true when one fact changes: test rounds and proposals by counts."""

from __future__ import annotations

import pytest

from lastcase.ops.records.models import ANSWER_MODELS, Outbreak
from lastcase.ops.records.queries import load_answers
from lastcase.ops.records.refresh import check_drift, derive_outbreak, refresh
from tests.integration.records.world import as_web, at, found, post, record, rows

pytestmark = pytest.mark.django_db

CASE = {"episode": 1, "case_status": "confirmed", "area_id": "north"}
HELD = {"stay_id": "s", "person_id": "b:held", "stay_kind": "quarantine_home", "start_at": at(1)}


def begun() -> Outbreak:
    """A case found in the community of the north on the 10th, under the edition of daily rounds; three residents."""
    outbreak = found(edition="cn-covid-9")
    record(
        outbreak,
        rows(
            "persons",
            *({"person_id": f"b:{n}", "residence_area_id": "north-1"} for n in (1, 2, 3)),
            {"person_id": "b:south", "residence_area_id": "south"},
        ),
        rows("stays", HELD),
        rows("specimens", {"specimen_id": "early", "person_id": "b:3", "sampled_at": at(2)}),
        rows("cases", {"person_id": "b:1", **CASE, "found_at": at(10)}),
    )
    derive_outbreak(outbreak)
    return outbreak


def told(outbreak: Outbreak) -> list[tuple[int, int, int]]:
    """Persons on record, sampled and found of each round, in their order."""
    rounds = load_answers(outbreak).test_rounds.sort("start_at")
    return rounds.select("n_roster", "n_sampled", "n_found").rows()


def owing(person: str) -> int:
    duties = ANSWER_MODELS["duties"].objects
    return duties.filter(person_id=person, rule="round.county").count()


def test_a_swab_is_counted_by_a_live_change():
    outbreak = begun()
    assert told(outbreak) == [(3, 0, 0)] * 4
    swab = {"specimen_id": "w", "person_id": "b:2", "sampled_at": at(11), "result": "negative"}
    record(outbreak, rows("specimens", swab))
    assert refresh(outbreak).is_live
    assert told(outbreak) == [(3, 1, 0), (3, 0, 0), (3, 0, 0), (3, 0, 0)]
    assert check_drift(outbreak) == {}


def test_who_moves_in_is_asked_and_counted():
    outbreak = begun()
    assert (owing("b:2"), owing("b:south")) == (4, 0)
    record(outbreak, rows("persons", {"person_id": "b:south", "present_area_id": "north"}))
    assert refresh(outbreak).is_live
    assert owing("b:south") == 4
    assert told(outbreak) == [(4, 0, 0)] * 4
    assert check_drift(outbreak) == {}


@pytest.mark.parametrize(
    ("case", "is_live", "n_rounds"),
    [
        ({"person_id": "b:2", **CASE, "found_at": at(10, 3)}, True, 4),  # the same day: no round moves
        ({"person_id": "b:2", **CASE, "found_at": at(12)}, False, 6),
        ({"person_id": "b:held", **CASE, "found_at": at(12)}, True, 4),  # found in quarantine
        ({"person_id": "b:1", **CASE, "found_at": at(10), "case_status": "discarded"}, False, 0),
    ],
)
def test_a_case_that_moves_rounds_is_derived_for_everybody(case, is_live, n_rounds):
    outbreak = begun()
    record(outbreak, rows("cases", case))
    assert refresh(outbreak).is_live == is_live
    assert len(told(outbreak)) == owing("b:3") == n_rounds
    assert check_drift(outbreak) == {}


def test_a_county_sees_its_rounds_and_a_neighbour_does_not():
    begun()
    rounds = ANSWER_MODELS["test_rounds"].objects
    with as_web(post("north").scope):
        assert rounds.count() == 4
    with as_web(post("south").scope):
        assert rounds.count() == 0


def test_counts_of_cases_follow_a_live_change():
    outbreak = found(edition="cn-covid-8")
    crowd = [{"person_id": f"b:{n:02}", **CASE, "found_at": at(10, n % 24)} for n in range(50)]
    record(outbreak, rows("cases", *crowd))
    derive_outbreak(outbreak)
    assert load_answers(outbreak).area_proposals["risk_level"].to_list() == ["medium"]
    record(outbreak, rows("cases", {"person_id": "b:last", **CASE, "found_at": at(12)}))
    assert refresh(outbreak).is_live
    told = load_answers(outbreak).area_proposals.sort("proposed_at")
    assert told.select("risk_level", "n_cases", "n_linked").rows()[-1] == ("high", 51, 51)
    links = ({"contact_id": f"k{n}", "case_person_id": f"b:{n:02}", "person_id": "b:last"} for n in (1, 2))
    record(outbreak, rows("contacts", *links))
    refresh(outbreak)
    assert load_answers(outbreak).area_proposals.sort("proposed_at")["n_linked"].to_list()[-1] == 48
    assert check_drift(outbreak) == {}
    record(outbreak, rows("cases", {**crowd[0], "case_status": "discarded"}))
    refresh(outbreak)
    assert load_answers(outbreak).area_proposals["risk_level"].to_list() == ["medium"]
    assert check_drift(outbreak) == {}
