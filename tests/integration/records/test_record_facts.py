"""Recording: what is new is added, what differs retires and is added, what is the same writes nothing."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from lastcase.ops.accounts.actor import nobody
from lastcase.ops.records import actions
from lastcase.ops.records.ends import suggested_as_of
from lastcase.ops.records.errors import (
    AreaCycle,
    DuplicateKey,
    InvalidValue,
    MissingValue,
    NotPermitted,
    OutbreakExists,
    OutbreakNotFound,
    OutOfScope,
    UnknownTable,
    UnknownZone,
)
from lastcase.ops.records.models import FACTS, AuditWrite, Outbreak, Touched
from lastcase.ops.records.queries import load_facts
from tests.integration.records.world import OPERATOR, at, found, post, record, rows, standing

pytestmark = pytest.mark.django_db

PERSON = {"person_id": "b:1", "name": "Zhang", "sex": "female", "residence_area_id": "north"}
CASE = {"person_id": "b:1", "episode": 1, "case_status": "confirmed", "found_at": at(12)}


def test_the_same_delivery_twice_changes_nothing():
    outbreak = found()
    first = record(outbreak, rows("persons", PERSON), rows("cases", CASE))
    before = {name: list(model.objects.order_by("id").values()) for name, model in FACTS.items()}
    again = record(outbreak, rows("persons", PERSON), rows("cases", CASE))
    assert (first.tables["cases"].added, again.tables["cases"].same) == (1, 1)
    assert not again.is_change
    assert again.revision == first.revision
    assert before == {name: list(model.objects.order_by("id").values()) for name, model in FACTS.items()}


def test_a_correction_retires_and_adds_and_leaves_the_other_columns():
    outbreak = found()
    record(outbreak, rows("persons", PERSON), rows("cases", CASE))
    report = record(outbreak, rows("cases", {"person_id": "b:1", "episode": 1, "case_status": "discarded"}))
    assert report.tables["cases"].changed == 1
    old, new = FACTS["cases"].objects.order_by("id")
    assert (old.case_status, new.case_status) == ("confirmed", "discarded")
    assert old.retired_at == new.recorded_at
    assert new.found_at == CASE["found_at"]
    assert new.retired_at is None


def test_an_empty_value_clears():
    outbreak = found()
    record(outbreak, rows("persons", PERSON))
    record(outbreak, rows("persons", {"person_id": "b:1", "name": None}))
    assert standing("persons", "name") == [None]


def test_a_correction_is_not_seen_before_it_was_recorded():
    outbreak = found()
    record(outbreak, rows("persons", PERSON), rows("cases", CASE))
    monday = FACTS["cases"].objects.get().recorded_at
    record(outbreak, rows("cases", CASE | {"case_status": "discarded"}))
    then, now = load_facts(outbreak, known_at=monday), load_facts(outbreak)
    assert then["cases"]["case_status"].to_list() == ["confirmed"]
    assert now["cases"]["case_status"].to_list() == ["discarded"]


def test_a_source_may_state_since_when_it_knew():
    outbreak = found()
    record(outbreak, rows("persons", PERSON), rows("cases", CASE), known_from=at(12, 8))
    assert load_facts(outbreak, known_at=at(12, 7))["cases"].is_empty()
    assert load_facts(outbreak, known_at=at(12, 8))["cases"].height == 1


def test_a_mention_makes_a_stub_and_never_overwrites_a_person():
    outbreak = found()
    record(outbreak, rows("persons", PERSON))
    contact = {"contact_id": "c1", "case_person_id": "b:1", "person_id": "b:2", "area_id": "north"}
    report = record(
        outbreak,
        rows("contacts", contact),
        rows("persons", {"person_id": "b:1", "is_stub": True, "name": None}),
    )
    assert report.n_stubs == 1
    assert list(FACTS["persons"].objects.order_by("person_id").values_list("name", "is_stub", "list_id")) == [
        ("Zhang", None, None),
        (None, True, "2"),
    ]


def test_a_person_stated_later_is_no_stub_any_more():
    outbreak = found()
    record(outbreak, rows("cases", CASE))
    record(outbreak, rows("persons", PERSON | {"is_stub": None}))
    assert standing("persons", "is_stub") == [None]


def test_a_dry_run_reports_and_keeps_nothing():
    outbreak = found()
    report = record(outbreak, rows("persons", PERSON), dry_run=True)
    assert report.tables["persons"].added == 1
    assert standing("persons") == []
    assert not AuditWrite.objects.filter(counts__has_key="persons").exists()


def test_every_change_leaves_audit_revision_queue_and_receipt():
    outbreak = found()
    record(outbreak, rows("persons", PERSON | {"person_id": "b:0"}))
    Touched.objects.all().delete()
    report = record(outbreak, rows("persons", PERSON), feed="county list")
    entry = AuditWrite.objects.order_by("-id").first()
    assert (entry.action, entry.actor_name, entry.counts["persons"]["added"]) == (
        "record_facts",
        OPERATOR.name,
        1,
    )
    assert Touched.objects.get(kind="person", ref="b:1").revision == report.revision
    assert Outbreak.objects.get().revision.number == report.revision
    receipt = FACTS["receipts"].objects.get(feed="county list")
    assert (receipt.table_name, receipt.n_rows) == ("persons", 1)


@pytest.mark.parametrize(
    ("frames", "error"),
    [
        (rows("persons", PERSON, PERSON | {"name": "Li"}), DuplicateKey),
        (rows("persons", PERSON | {"sex": "unknown"}), InvalidValue),
        (rows("persons", PERSON | {"age_years": 130.0}), InvalidValue),
        (rows("persons", PERSON | {"exemptions": "infant royalty"}), InvalidValue),
        (rows("persons", PERSON | {"name": "a\0b"}), InvalidValue),
        (rows("persons", PERSON | {"person_id": " "}), MissingValue),
        (rows("cases", {"person_id": "b:1", "episode": 1}), MissingValue),
        ({"cases": pl.DataFrame({"person_id": ["b:1"], "episode": ["one"]})}, InvalidValue),
        ({"persons": pl.DataFrame({"person_id": ["b:1"], "height": [1.7]})}, UnknownTable),
        ({"dogs": pl.DataFrame({"name": ["Rex"]})}, UnknownTable),
        (rows("areas", {"area_id": "city", "tier": "city", "parent_id": "north"}), AreaCycle),
    ],
)
def test_what_does_not_hold_is_refused_whole(frames, error):
    outbreak = found()
    with pytest.raises(error):
        record(outbreak, rows("places", {"place_id": "b:home"}), frames)
    assert standing("persons") == standing("places", "place_id") == []


def test_a_part_of_the_key_that_may_be_empty_may_be_left_out():
    outbreak = found()
    extent = rows("risk_area_extents", {"risk_area_id": "zone", "area_id": "north"})
    assert record(outbreak, extent).tables["risk_area_extents"].added == 1
    assert record(outbreak, extent).tables["risk_area_extents"].same == 1


def test_rows_that_repeat_each_other_count_once():
    report = record(found(), rows("persons", PERSON, PERSON))
    assert report.tables["persons"].added == 1


def test_retired_facts_stay_in_history():
    outbreak = found()
    record(outbreak, rows("persons", PERSON), rows("cases", CASE))
    key = {"cases": pl.DataFrame({"person_id": ["b:1"], "episode": [1]})}
    report = actions.retire_facts(outbreak, key, by=OPERATOR, reason="entered in error", derive=False)
    assert report.tables["cases"].retired == 1
    assert standing("cases") == []
    assert FACTS["cases"].objects.count() == 1
    assert AuditWrite.objects.order_by("-id").first().details["reason"] == "entered in error"


def test_nobody_may_not_write_and_a_cell_worker_neither():
    outbreak = found()
    for actor in (nobody(), post("north", "cell_worker")):
        with pytest.raises(NotPermitted):
            record(outbreak, rows("persons", PERSON), by=actor)


def test_a_post_corrects_only_what_it_is_shown():
    outbreak = found()
    record(outbreak, rows("persons", PERSON), rows("cases", CASE | {"area_id": "north"}))
    with pytest.raises(OutOfScope):
        record(outbreak, rows("cases", CASE | {"case_status": "discarded"}), by=post("south"))
    assert standing("cases", "case_status") == ["confirmed"]
    record(outbreak, rows("cases", CASE | {"case_status": "discarded"}), by=post("north"))
    assert standing("cases", "case_status") == ["discarded"]


def test_persons_of_another_outbreak_are_not_read():
    mers, beihai = found("mers", area_id=None), found("beihai")
    record(mers, rows("persons", {"person_id": "m:1"}))
    record(beihai, rows("persons", PERSON))
    assert load_facts(mers)["persons"]["person_id"].to_list() == ["m:1"]
    record(mers, rows("cases", CASE))
    assert sorted(load_facts(mers)["persons"]["person_id"]) == ["b:1", "m:1"]


def test_only_some_persons_can_be_read_with_what_they_need():
    outbreak = found()
    record(
        outbreak,
        rows("places", {"place_id": "h1"}, {"place_id": "h2"}),
        rows(
            "persons", PERSON | {"residence_place_id": "h1"}, {"person_id": "b:2", "residence_place_id": "h2"}
        ),
        rows("cases", CASE, CASE | {"person_id": "b:2"}),
    )
    facts = load_facts(outbreak, persons=["b:1"])
    assert facts["cases"]["person_id"].to_list() == facts["persons"]["person_id"].to_list() == ["b:1"]
    assert facts["places"]["place_id"].to_list() == ["h1"]
    assert facts["areas"].height == 4


def test_erasure_leaves_no_version_behind():
    outbreak = found()
    record(outbreak, rows("persons", PERSON), rows("cases", CASE))
    record(outbreak, rows("cases", CASE | {"severity": "mild"}))
    actions.erase_person(outbreak, "b:1", by=OPERATOR, reason="asked for it")
    assert not FACTS["cases"].objects.exists()
    assert not FACTS["persons"].objects.exists()
    assert AuditWrite.objects.order_by("-id").first().details == {"reason": "asked for it"}


def test_founding_twice_is_the_same_outbreak_or_an_error():
    outbreak = found()
    assert found() == outbreak
    with pytest.raises(OutbreakExists):
        actions.create_outbreak("beihai", disease="mers", by=OPERATOR, time_zone="Asia/Shanghai")
    with pytest.raises(UnknownZone):
        actions.create_outbreak("x", disease="mers", by=OPERATOR, time_zone="Mars/Olympus")
    with pytest.raises(OutbreakNotFound):
        load_facts("nowhere")


def test_the_last_fact_s_instant_is_offered_for_a_historical_list():
    outbreak = found()
    assert suggested_as_of(outbreak) is None
    record(outbreak, rows("cases", CASE))
    assert suggested_as_of(outbreak) == at(12, 16) - timedelta(microseconds=1)  # 24:00 of the local day
