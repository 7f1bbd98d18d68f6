"""Snapshots are stored where numbers change, made once by one process, and shown by area."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections

from lastcase.core.brief import brief
from lastcase.core.derive import derive
from lastcase.ops.records import replay
from lastcase.ops.records.models import Snapshot, SnapshotRun
from lastcase.ops.records.queries import load_facts, load_outbreak
from lastcase.ops.records.snapshots import LOCK_CLASS, ask_snapshots, build_snapshots
from tests.integration.records.world import as_web, at, found, record, rows

pytestmark = pytest.mark.django_db
CASE = {"episode": 1, "case_status": "confirmed"}


def world(**more: object):
    """A case in the north on 10 July, another in the south that became known on 12 July; a high-risk area."""
    outbreak = found(edition="cn-covid-9")
    record(
        outbreak,
        rows(
            "persons",
            {"person_id": "n1", "residence_area_id": "north", "known_from": at(10)},
            {"person_id": "s1", "residence_area_id": "south", "known_from": at(12)},
        ),
        rows(
            "cases",
            {"person_id": "n1", **CASE, "found_at": at(10, 3), "area_id": "north", "known_from": at(10, 3)},
            {"person_id": "s1", **CASE, "found_at": at(11, 3), "area_id": "south", "known_from": at(12, 3)},
        ),
        rows(
            "risk_areas",
            {
                "risk_area_id": "z",
                "area_id": "north",
                "list_kind": "decided",
                "risk_level": "high",
                "start_at": at(10, 6),
                "end_at": at(13, 6),
                "known_from": at(10, 6),
            },
        ),
    )
    return outbreak


def test_an_hour_of_the_past_shows_what_was_known_then() -> None:
    outbreak = world()
    assert build_snapshots(outbreak)
    run = SnapshotRun.objects.get(outbreak=outbreak)
    assert (run.state, run.basis, run.n_done) == ("done", "known", run.n_days)
    before, after = (replay.board_at(outbreak, "city", moment) for moment in (at(11, 12), at(12, 15)))
    assert before.own["cases_total"] == 1  # the southern case was found, and nobody knew
    assert after.own["cases_total"] == 2
    assert after.own["high"] == 1
    assert replay.board_at(outbreak, "city", at(13, 7)).own["high"] == 0
    assert [row["area_id"] for row in after.places] == ["north", "south"]
    assert [(day.on.day, day.total) for day in after.days] == [(10, 1), (11, 1), (12, 0)]


def test_every_hour_of_a_day_is_the_brief_of_what_was_known_at_its_end() -> None:
    outbreak = world()
    build_snapshots(outbreak)
    known_at = at(12, 16)  # 24:00 of 12 July, local
    core = load_outbreak(outbreak, known_at=known_at)
    facts = load_facts(outbreak, known_at=known_at)
    facts = type(facts)({**facts.frames, "areas": load_facts(outbreak)["areas"]})
    answers = derive(facts, core)
    for hour in (at(11, 16) + timedelta(hours=n) for n in (0, 3, 11, 23)):
        said, shown = brief(facts, core, answers, hour), replay.board_at(outbreak, "city", hour).own
        assert shown["cases_total"] == said["cases"]["total"]
        assert shown["test_missing"] == said["coverage_detail"]["test"]["n_missing"]
        assert shown["high"] == said["risk_areas"]["high"]


def test_only_changes_are_stored_and_a_second_run_stores_the_same() -> None:
    outbreak = world()
    build_snapshots(outbreak)
    first = list(Snapshot.objects.order_by("area_id", "at").values())
    run = SnapshotRun.objects.get(outbreak=outbreak)
    n_hours = (run.last_at - run.first_at) / timedelta(hours=1) + 1
    assert len(first) < n_hours  # of three areas
    build_snapshots(outbreak)
    assert list(Snapshot.objects.order_by("area_id", "at").values()) == first


def test_a_post_sees_the_numbers_of_its_own_areas() -> None:
    outbreak = world()
    build_snapshots(outbreak)
    with connection.cursor() as cursor:
        cursor.execute("SELECT area_lo, area_hi FROM records_areaposition WHERE area_id = 'south'")
        scope = cursor.fetchone()
    with as_web(scope):
        assert set(Snapshot.objects.values_list("area_id", flat=True)) == {"south"}
    with as_web(None):
        assert not Snapshot.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_of_two_processes_does_it() -> None:
    outbreak = world()
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, outbreak.pk])
            assert build_snapshots(outbreak) is None
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, outbreak.pk])
    finally:
        other.close()
    assert build_snapshots(outbreak)


def test_time_that_passes_adds_hours_and_keeps_those_that_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    outbreak = world()
    now = at(12, 5) + timedelta(minutes=1)
    for module in ("snapshots", "replay"):
        monkeypatch.setattr(f"lastcase.ops.records.{module}.end_of_record", lambda home: now)
    build_snapshots(outbreak)
    before = list(Snapshot.objects.order_by("area_id", "at").values())
    now = at(12, 8) + timedelta(minutes=1)
    assert replay.keep_up(outbreak) is not None
    run = SnapshotRun.objects.get(outbreak=outbreak)
    assert run.last_at == at(12, 8)
    assert list(Snapshot.objects.filter(at__lte=at(12, 5)).order_by("area_id", "at").values()) == before
    assert replay.keep_up(outbreak) is None  # nothing is due


def test_facts_from_the_past_make_their_days_anew() -> None:
    outbreak = world()
    build_snapshots(outbreak)
    late = {"person_id": "n2", "residence_area_id": "north", "known_from": at(11)}
    case = {"person_id": "n2", **CASE, "found_at": at(11, 1), "area_id": "north", "known_from": at(11, 1)}
    record(outbreak, rows("persons", late), rows("cases", case))
    assert replay.keep_up(outbreak)
    assert replay.board_at(outbreak, "city", at(11, 12)).own["cases_total"] == 2
    assert replay.keep_up(outbreak) is None


def test_a_table_that_states_no_knowledge_is_read_by_its_own_dates() -> None:
    outbreak = found(edition="cn-covid-9")
    record(
        outbreak,
        rows("persons", {"person_id": "n1", "residence_area_id": "north"}),
        rows("cases", {"person_id": "n1", **CASE, "found_at": at(10, 3), "area_id": "north"}),
    )
    build_snapshots(outbreak)
    assert SnapshotRun.objects.get(outbreak=outbreak).basis == "dates"
    assert replay.board_at(outbreak, "city", at(10, 2)).own["cases_total"] == 0
    assert replay.board_at(outbreak, "city", at(10, 4)).own["cases_total"] == 1
    assert datetime.now(UTC) > at(10)


def test_what_was_asked_for_or_broke_off_is_made_at_the_next_look() -> None:
    outbreak = world()
    ask_snapshots(outbreak)
    assert SnapshotRun.objects.get(outbreak=outbreak).state == "asked"
    made = replay.keep_up(outbreak)
    assert made
    run = SnapshotRun.objects.get(outbreak=outbreak)
    assert run.state == "done"
    assert replay.keep_up(outbreak) is None
    SnapshotRun.objects.filter(outbreak=outbreak).update(state="running", told_at=run.told_at)
    ask_snapshots(outbreak)  # somebody is at it: nothing is asked anew
    assert SnapshotRun.objects.get(outbreak=outbreak).state == "running"


def test_days_that_were_to_be_made_anew_are_taken_up_where_the_work_broke_off() -> None:
    outbreak = world()
    build_snapshots(outbreak)
    whole = list(Snapshot.objects.order_by("area_id", "at").values())

    def die(n_done: int, n_days: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_snapshots(outbreak, since_on=at(11, 12).date(), on_day=die)
    assert replay.keep_up(outbreak)
    assert list(Snapshot.objects.order_by("area_id", "at").values()) == whole
