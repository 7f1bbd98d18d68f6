"""Persons found to be the same: no duplicates, duties merge, both histories stay, and it can be taken
back."""

from __future__ import annotations

import pytest

from lastcase.ops.records.errors import MergeRefused, PersonNotFound
from lastcase.ops.records.models import ANSWER_MODELS, FACTS, Member, Outbreak
from lastcase.ops.records.queries import load_facts
from lastcase.ops.records.refresh import check_drift, derive_outbreak, refresh
from tests.integration.records.world import (
    as_web,
    at,
    found,
    merge,
    post,
    record,
    rows,
    standing,
    unmerge,
)

pytestmark = pytest.mark.django_db


def contact(number: int, of: str, **more: object) -> dict[str, object]:
    return {
        "contact_id": f"c{number}", "case_person_id": of, "person_id": f"b:unnamed-{number}", "setting":
        "household", "relation": "lives_with", "last_exposure_at": at(10 + number), "first_exposure_at":
        at(10), "named_at": at(12), **more,
    }  # fmt: skip


def twice_named() -> Outbreak:
    """A contact without a document, described by two cases and so entered twice; one swab under each
    entry."""
    outbreak = found(edition="cn-covid-8")
    record(
        outbreak,
        rows("persons", {"person_id": "b:a", "name": "A"}, {"person_id": "b:b", "name": "B"},
             {"person_id": "b:unnamed-1", "description": "man with a red bag"},
             {"person_id": "b:unnamed-2", "description": "fruit seller", "present_area_id": "south"}),
        rows("cases", *({"person_id": p, "episode": 1, "case_status": "confirmed", "symptom_onset_on":
        at(10).date(),
                         "found_at": at(12)} for p in ("b:a", "b:b"))),
        rows("contacts", contact(1, "b:a", area_id="north"), contact(2, "b:b")),
        rows("specimens", {"specimen_id": "s1", "person_id": "b:unnamed-1", "sampled_at": at(13),
        "resulted_at": at(13, 9),
                           "result": "negative"}),
    )  # fmt: skip
    derive_outbreak(outbreak)
    return outbreak


def owing() -> set[str]:
    orders = ANSWER_MODELS["orders"].objects.filter(category="close_contact")
    return set(orders.values_list("person_id", flat=True))


def test_the_same_list_twice_makes_no_duplicates():
    outbreak = twice_named()
    again = record(outbreak, rows("contacts", contact(1, "b:a", area_id="north"), contact(2, "b:b")))
    assert not again.is_change
    assert standing("contacts") == ["b:unnamed-1", "b:unnamed-2"]


def test_duties_merge_and_both_histories_are_kept():
    outbreak = twice_named()
    assert owing() == {"b:unnamed-1", "b:unnamed-2"}
    merge(outbreak, "b:unnamed-2", "b:unnamed-1")
    refresh(outbreak)
    assert owing() == {"b:unnamed-1"}
    contacts = ANSWER_MODELS["contact_persons"].objects.get(person_id="b:unnamed-1", category="close_contact")
    assert (contacts.n_exposures, contacts.last_exposure_at) == (2, at(12))
    assert standing("contacts") == ["b:unnamed-1", "b:unnamed-2"]
    assert FACTS["persons"].objects.filter(person_id="b:unnamed-2").count() == 2
    assert check_drift(outbreak) == {}


def test_a_merge_taken_back_leaves_both_as_they_were():
    outbreak = twice_named()
    before = {name: sorted(model.objects.values_list("pk")) for name, model in ANSWER_MODELS.items()}
    merge(outbreak, "b:unnamed-2", "b:unnamed-1")
    refresh(outbreak)
    unmerge(outbreak, "b:unnamed-2")
    refresh(outbreak)
    assert before == {name: sorted(model.objects.values_list("pk")) for name, model in ANSWER_MODELS.items()}
    assert set(
        Member.objects.filter(person_id__startswith="b:unnamed").values_list("person_id", "survivor_id")
    ) == {
        ("b:unnamed-1", "b:unnamed-1"),
        ("b:unnamed-2", "b:unnamed-2"),
    }


def test_the_merged_are_shown_wherever_one_of_them_was():
    outbreak = twice_named()
    merge(outbreak, "b:unnamed-2", "b:unnamed-1")
    for area in ("north", "south"):
        with as_web(post(area).scope):
            assert {"b:unnamed-1", "b:unnamed-2"} <= set(standing("persons"))


def test_what_each_entry_knew_is_known_of_the_survivor():
    outbreak = twice_named()
    before = FACTS["persons"].objects.latest("recorded_at").recorded_at
    merge(outbreak, "b:unnamed-2", "b:unnamed-1")
    survivor = load_facts(outbreak)["persons"].filter(person_id="b:unnamed-1").to_dicts()[0]
    assert (survivor["description"], survivor["present_area_id"]) == ("man with a red bag", "south")
    assert "b:unnamed-2" not in load_facts(outbreak)["persons"]["person_id"]
    assert "b:unnamed-2" in load_facts(outbreak, known_at=before)["persons"]["person_id"]


def test_one_episode_recorded_under_both_is_one_episode():
    outbreak = twice_named()
    case = {"episode": 1, "case_status": "confirmed", "found_at": at(15)}
    record(
        outbreak,
        rows(
            "cases",
            case | {"person_id": "b:unnamed-1"},
            case | {"person_id": "b:unnamed-2", "severity": "mild"},
        ),
    )
    merge(outbreak, "b:unnamed-2", "b:unnamed-1")
    cases = load_facts(outbreak)["cases"].filter(person_id="b:unnamed-1")
    assert cases.select("found_at", "severity").rows() == [(at(15), "mild")]


def test_nobody_merges_into_oneself_or_twice_or_into_nobody():
    outbreak = twice_named()
    with pytest.raises(MergeRefused):
        merge(outbreak, "b:a", "b:a")
    with pytest.raises(PersonNotFound):
        merge(outbreak, "b:a", "b:nobody")
    merge(outbreak, "b:unnamed-2", "b:unnamed-1")
    with pytest.raises(MergeRefused):
        merge(outbreak, "b:a", "b:unnamed-2")


def test_a_chain_of_merges_ends_at_one_and_comes_apart_in_either_order():
    outbreak = twice_named()
    record(outbreak, rows("persons", {"person_id": "b:unnamed-3", "name": "C", "present_area_id": "north"}))
    merge(outbreak, "b:unnamed-2", "b:unnamed-1")
    merge(outbreak, "b:unnamed-1", "b:unnamed-3")
    survivor = dict(Member.objects.values_list("person_id", "survivor_id"))
    assert {survivor[f"b:unnamed-{n}"] for n in (1, 2, 3)} == {"b:unnamed-3"}
    unmerge(outbreak, "b:unnamed-1")
    survivor = dict(Member.objects.values_list("person_id", "survivor_id"))
    assert [survivor[f"b:unnamed-{n}"] for n in (1, 2, 3)] == ["b:unnamed-1", "b:unnamed-1", "b:unnamed-3"]
    refresh(outbreak)
    assert check_drift(outbreak) == {}


def test_the_same_merge_twice_writes_nothing():
    outbreak = twice_named()
    assert merge(outbreak, "b:unnamed-2", "b:unnamed-1").is_change
    assert not merge(outbreak, "b:unnamed-2", "b:unnamed-1").is_change
    assert unmerge(outbreak, "b:unnamed-2").is_change
    assert not unmerge(outbreak, "b:unnamed-2").is_change
