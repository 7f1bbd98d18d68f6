"""Whole areas are settled after the change itself stands: by the process that stands by for it, else at once."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from lastcase.ops.records import reach as reaching
from lastcase.ops.records import refresh as refreshing
from lastcase.ops.records.live import KEEPER_LOCK, is_kept_up
from lastcase.ops.records.models import ANSWER_MODELS, Outbreak, Revision, Touched
from lastcase.ops.records.refresh import check_drift, refresh, settle_all_areas, settle_areas
from lastcase.ops.records.writing import writing
from tests.integration.records.test_area_wide import CASE, begun, owing, told
from tests.integration.records.world import at, record, rows

pytestmark = pytest.mark.django_db

SWAB = {"specimen_id": "w", "person_id": "b:2", "sampled_at": at(11), "result": "negative"}
ZONE = {"risk_area_id": "z", "area_id": "north-1", "list_kind": "decided", "risk_level": "high"}


@pytest.fixture
def keeper(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process stands by."""
    monkeypatch.setattr(refreshing, "is_kept_up", lambda now: True)


def left(outbreak: Outbreak) -> list[str]:
    return sorted(Touched.objects.filter(outbreak=outbreak).values_list("ref", flat=True))


def standing(outbreak: Outbreak) -> tuple[int, int]:
    revision = Revision.objects.get(outbreak=outbreak)
    return revision.number, revision.derived_number


def test_a_new_case_stands_at_once_and_the_rounds_it_moves_are_left(keeper: None) -> None:
    outbreak = begun()
    before = owing("b:2")
    record(outbreak, rows("cases", {"person_id": "b:3", **CASE, "found_at": at(12)}))
    done = refresh(outbreak)
    assert done.is_live
    found = ANSWER_MODELS["detections"].objects.filter(outbreak=outbreak)
    assert set(found.values_list("person_id", flat=True)) == {"b:1", "b:3"}
    assert (left(outbreak), owing("b:2")) == (["rounds moved"], before)


def test_what_was_left_is_settled_on_a_revision_of_its_own(keeper: None) -> None:
    outbreak = begun()
    before = owing("b:2")
    record(outbreak, rows("cases", {"person_id": "b:3", **CASE, "found_at": at(12)}))
    refresh(outbreak)
    number, _ = standing(outbreak)
    settle_all_areas()
    assert left(outbreak) == []
    assert owing("b:2") > before
    assert standing(outbreak) == (number + 1, number + 1)
    assert check_drift(outbreak) == {}


def test_a_swab_is_counted_to_its_round_when_that_is_settled(keeper: None) -> None:
    outbreak = begun()
    record(outbreak, rows("specimens", SWAB))
    refresh(outbreak)
    assert (left(outbreak), told(outbreak)[0]) == (["rounds counted"], (3, 0, 0))
    settle_areas(outbreak)
    assert told(outbreak)[0] == (3, 1, 0)
    assert check_drift(outbreak) == {}


def test_a_risk_area_of_many_is_left_and_one_of_few_is_not(
    keeper: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbreak = begun()
    extent = {"risk_area_id": "z", "area_id": "north-1"}
    record(outbreak, rows("risk_areas", ZONE | {"start_at": at(11)}), rows("risk_area_extents", extent))
    refresh(outbreak)
    settle_areas(outbreak)
    record(outbreak, rows("specimens", SWAB))
    refresh(outbreak)
    assert left(outbreak) == ["rounds counted"]
    monkeypatch.setattr(reaching, "RESIDENTS_MAX", 2)
    record(outbreak, rows("specimens", SWAB | {"specimen_id": "again", "sampled_at": at(12)}))
    refresh(outbreak)
    assert left(outbreak) == ["rounds counted", "z"]
    settle_areas(outbreak)
    assert check_drift(outbreak) == {}


def test_where_nobody_stands_by_what_was_left_is_settled_with_the_next_change() -> None:
    outbreak = begun()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refreshing, "is_kept_up", lambda now: True)
        record(outbreak, rows("cases", {"person_id": "b:3", **CASE, "found_at": at(12)}))
        refresh(outbreak)
    assert left(outbreak) == ["rounds moved"]
    record(outbreak, rows("specimens", SWAB))
    refresh(outbreak)
    assert left(outbreak) == []
    assert check_drift(outbreak) == {}


def test_what_comes_between_is_not_lost(keeper: None, monkeypatch: pytest.MonkeyPatch) -> None:
    outbreak = begun()
    record(outbreak, rows("cases", {"person_id": "b:3", **CASE, "found_at": at(12)}))
    refresh(outbreak)
    work_out, came = refreshing._settled, iter([SWAB])

    def disturbed(*args: object) -> object:
        found = work_out(*args)  # type: ignore[arg-type]
        for swab in came:
            record(outbreak, rows("specimens", swab))
            refresh(outbreak)
        return found

    monkeypatch.setattr(refreshing, "_settled", disturbed)
    settle_areas(outbreak)
    assert left(outbreak) == []
    assert standing(outbreak)[0] == standing(outbreak)[1]
    assert check_drift(outbreak) == {}


def test_where_others_write_without_end_it_is_settled_all_the_same(
    keeper: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbreak = begun()
    record(outbreak, rows("cases", {"person_id": "b:3", **CASE, "found_at": at(12)}))
    refresh(outbreak)
    record(
        outbreak, rows("specimens", SWAB)
    )  # queued and never refreshed: answers stand on an earlier revision
    monkeypatch.setattr(refreshing, "PAUSE_S", 0.0)
    settle_areas(outbreak)
    assert left(outbreak) == []
    assert check_drift(outbreak) == {}


def test_where_nothing_is_left_nothing_is_written() -> None:
    outbreak = begun()
    before = standing(outbreak)
    settle_areas(outbreak)
    assert standing(outbreak) == before


def test_a_process_that_stands_by_is_known_by_its_lock() -> None:
    params = connection.get_connection_params()
    with writing() as now:
        assert not is_kept_up(now)
    with psycopg.connect(
        host=params["host"], dbname=params["dbname"], user=params["user"], port=params.get("port")
    ) as other:
        # This test's transaction still holds its share of the lock, so the other waits for it.
        assert not other.execute("SELECT pg_try_advisory_lock(%s, 0)", [KEEPER_LOCK]).fetchone()[0]  # type: ignore[index]
