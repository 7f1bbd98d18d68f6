"""Refreshing: only what differs is written, only what a change reaches is derived, drift is found."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lastcase.ops.records import actions
from lastcase.ops.records.errors import AdoptionExists, NoEdition
from lastcase.ops.records.models import ANSWER_MODELS, Revision, Touched
from lastcase.ops.records.queries import load_outbreak
from lastcase.ops.records.refresh import check_drift, derive_outbreak, refresh
from lastcase.ops.records.writing import writing
from tests.integration.records.world import OPERATOR, as_web, at, found, post, record, rows

pytestmark = pytest.mark.django_db

CASE = {"person_id": "b:1", "episode": 1, "case_status": "confirmed", "found_at": at(12)}


def crowd(n_persons: int):
    """A case with three contacts in the north, and so many unconcerned persons, cases among them."""
    outbreak = found(edition="cn-covid-8")
    others = [{"person_id": f"b:other-{number}"} for number in range(n_persons)]
    record(
        outbreak,
        rows("persons", {"person_id": "b:1", "residence_area_id": "north"}, *others),
        rows("cases", CASE, *(CASE | other for other in others[: n_persons // 2])),
        rows("contacts", *({"contact_id": f"c{n}", "case_person_id": "b:1", "person_id": f"b:c{n}", "area_id":
        "north",
                            "setting": "household", "relation": "lives_with", "first_exposure_at": at(11),
                            "last_exposure_at": at(12)} for n in range(3))),
    )  # fmt: skip
    derive_outbreak(outbreak)
    return outbreak


def discard(outbreak):
    record(outbreak, rows("cases", CASE | {"case_status": "discarded"}))
    return refresh(outbreak)


def test_a_second_derivation_writes_nothing():
    outbreak = crowd(2)
    assert derive_outbreak(outbreak).n_rows == 0


def test_a_refresh_drains_the_queue_and_marks_the_revision():
    outbreak = crowd(2)
    result = discard(outbreak)
    assert result.is_live
    assert not Touched.objects.exists()
    revision = Revision.objects.get(outbreak=outbreak)
    assert revision.derived_number == revision.number == result.revision
    assert check_drift(outbreak) == {}


def test_one_live_change_writes_as_much_in_a_crowd_as_without_one():
    alone = discard(crowd(0)).n_rows
    with CaptureQueriesContext(connection) as queries:
        outbreak = crowd(60)
    assert len(queries) > 0
    assert (
        ANSWER_MODELS["duties"]
        .objects.filter(outbreak=outbreak)
        .exclude(person_id__startswith="b:c")
        .exists()
    )
    assert discard(outbreak).n_rows == alone


def revisions_of_answers():
    return {name: dict(model.objects.values_list("pk", "revision")) for name, model in ANSWER_MODELS.items()}


def test_a_live_change_rewrites_only_the_answers_that_differ():
    outbreak = crowd(2)
    before = revisions_of_answers()
    done = discard(outbreak)
    after = revisions_of_answers()
    fresh = [revision for rows in after.values() for revision in rows.values() if revision == done.revision]
    assert 0 < len(fresh) <= done.n_rows
    assert any(rows and rows == before[name] for name, rows in after.items())


def test_an_answer_that_lies_with_somebody_else_is_put_in_its_place():
    outbreak = crowd(2)
    exposures = ANSWER_MODELS["exposures"].objects.filter(outbreak=outbreak)
    assert exposures.filter(person_id="b:c0").update(person_id="b:other-0")
    assert discard(outbreak).is_live
    assert exposures.filter(person_id="b:c0").exists()
    assert check_drift(outbreak) == {}


def test_a_live_change_takes_few_statements():
    """Each costs the person who waits a trip to the server, whatever it does."""
    outbreak = crowd(2)
    with CaptureQueriesContext(connection) as queries:
        discard(outbreak)
    assert 0 < len(queries) <= STATEMENTS_MAX


STATEMENTS_MAX = 60
"""Those that read whole columns are not among them."""


def test_several_statements_are_answered_by_the_last():
    with writing() as now:
        assert now.one("SELECT 1; SELECT %s", [2]) == 2
        assert now.all("SELECT 1; SELECT generate_series(1, %s)", [2]) == [(1,), (2,)]
        assert now.run("SELECT 1; SELECT generate_series(1, 3)") == 3


def test_drift_is_found_in_rows_that_are_missing_wrong_or_too_many():
    outbreak = crowd(0)
    duties = (
        ANSWER_MODELS["duties"]
        .objects.filter(outbreak=outbreak)
        .order_by("person_id", "kind", "rule", "ordinal")
    )
    wrong, lost = duties[:2]
    duties.filter(pk=wrong.pk).update(due_at=at(1))
    duties.filter(pk=lost.pk).delete()
    assert check_drift(outbreak) == {"duties": 2}
    assert derive_outbreak(outbreak).n_rows == 2
    assert check_drift(outbreak) == {}


def test_answers_are_shown_where_their_person_is():
    crowd(0)
    owing = ANSWER_MODELS["duties"].objects.values_list("person_id", flat=True).distinct()
    with as_web(post("north").scope):
        assert {"b:c0", "b:c1", "b:c2"} <= set(owing.all())
    with as_web(post("south").scope):
        assert not owing.exists()


def test_duties_leave_the_sender_with_the_hand_over():
    outbreak = crowd(0)
    hand_over = {"move_id": "m", "person_id": "b:c0", "move_kind": "hand_over", "from_area_id": "north",
                 "to_area_id": "south", "requested_at": at(13)}  # fmt: skip
    owing = ANSWER_MODELS["duties"].objects.filter(person_id="b:c0")
    record(outbreak, rows("moves", hand_over))
    refresh(outbreak)
    with as_web(post("north").scope):
        assert owing.exists()
    record(outbreak, rows("moves", hand_over | {"received_at": at(14)}))
    refresh(outbreak)
    with as_web(post("north").scope):
        assert not owing.exists()
    with as_web(post("south").scope):
        assert owing.exists()


def test_without_an_edition_nothing_is_derived_and_the_queue_waits():
    outbreak = found()
    record(outbreak, rows("persons", {"person_id": "b:1"}))
    assert refresh(outbreak).n_rows == 0
    assert Touched.objects.filter(outbreak=outbreak).exists()
    with pytest.raises(NoEdition):
        derive_outbreak(outbreak)


def test_an_adoption_keeps_the_text_and_moves_everyone():
    outbreak = crowd(0)
    actions.adopt_edition(outbreak, "cn-covid-9", effective_at=at(20), by=OPERATOR, reason="ninth edition")
    assert [adoption.edition.id for adoption in load_outbreak(outbreak).adoptions] == [
        "cn-covid-8",
        "cn-covid-9",
    ]
    assert not refresh(outbreak).is_live
    assert check_drift(outbreak) == {}
    with pytest.raises(AdoptionExists):
        actions.adopt_edition(outbreak, "cn-covid-8", effective_at=at(20), by=OPERATOR, reason="again")


def test_an_adoption_is_not_seen_before_it_was_signed():
    outbreak = crowd(0)
    signed = [adoption.signed_at for adoption in outbreak.adoptions.all()]
    actions.adopt_edition(outbreak, "cn-covid-9", effective_at=at(20), by=OPERATOR, reason="ninth edition")
    for known_at in (signed[0], at(1)):  # the first one stands even for the days before it was signed
        known = load_outbreak(outbreak, known_at=known_at)
        assert [adoption.edition.id for adoption in known.adoptions] == ["cn-covid-8"]


def test_who_is_in_two_outbreaks_is_derived_in_both():
    first = crowd(0)
    second = found("other", area_id=None, edition="cn-covid-8")
    record(second, rows("cases", CASE), rows("persons", {"person_id": "b:1", "residence_place_id": "home"}))
    derive_outbreak(second)
    refresh(first)
    record(first, rows("persons", {"person_id": "b:1", "present_area_id": "south"}))
    assert set(Touched.objects.values_list("outbreak__name", flat=True)) == {"beihai", "other"}
    with as_web(post("south").scope):
        assert ANSWER_MODELS["duties"].objects.filter(person_id="b:1").count() == 0
    refresh(first)
    refresh(second)
    assert check_drift(first) == check_drift(second) == {}
