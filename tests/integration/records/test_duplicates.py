"""Pairs under the post's scope, told apart for good, and merges that leave no trace once they are taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records import actions, person_search
from lastcase.ops.records.actions.pairs import plan_merges
from lastcase.ops.records.duplicates import choose_survivors, duplicates
from lastcase.ops.records.errors import ActRefused, MergeRefused, NotPermitted, PersonNotFound
from lastcase.ops.records.models import FACTS, AuditWrite, Outbreak
from lastcase.ops.records.refresh import derive_now, derive_outbreak
from lastcase.ops.records.situation import Situation, read_situation
from tests.integration.records.world import (
    OPERATOR,
    as_web,
    at,
    found,
    merge,
    post,
    record,
    rows,
    unmerge,
)

pytestmark = pytest.mark.django_db
NANA = {
    "name": "欧阳娜娜", "phone": "13800138000", "birth_on": date(2000, 6, 15), "sex": "female",
    "residence_area_id": "north", "present_area_id": "north",
}  # fmt: skip


def twice_entered() -> Outbreak:
    """One person under two ids in the north, a case under the first and a swab under the second; another pair in
    the south."""
    outbreak = found(edition="cn-covid-9")
    li = {"name": "李晓明", "phone": "13911112222", "birth_on": date(1977, 1, 2), "sex": "male"}
    south = {"residence_area_id": "south", "present_area_id": "south"}
    record(
        outbreak,
        rows(
            "persons",
            {"person_id": "b:1", **NANA},
            {"person_id": "b:2", **NANA, "name": "Ouyang Nana"},
            {"person_id": "b:3", **li, **south},
            {"person_id": "b:4", **li, **south, "name": "Li Xiaoming"},
        ),
        rows("cases", {"person_id": "b:1", "episode": 1, "case_status": "confirmed", "found_at": at(12),
                       "area_id": "north"}),
        rows("specimens", {"specimen_id": "s", "person_id": "b:2", "sampled_at": at(13), "resulted_at": at(14),
                           "result": "negative"}),
    )  # fmt: skip
    derive_outbreak(outbreak)
    return outbreak


def situation(outbreak: Outbreak, by: Actor = OPERATOR) -> Situation:
    return read_situation(outbreak, by, datetime(2022, 7, 20, tzinfo=UTC))


def found_pairs(outbreak: Outbreak, by: Actor = OPERATOR) -> list[tuple[str, str]]:
    return sorted(duplicates(situation(outbreak, by)).select("left_id", "right_id").rows())


def test_pairs_are_those_that_the_post_is_shown() -> None:
    outbreak = twice_entered()
    assert found_pairs(outbreak) == [("b:1", "b:2"), ("b:3", "b:4")]
    officer = post("north")
    with as_web(officer.scope):
        assert found_pairs(outbreak, officer) == [("b:1", "b:2")]


def test_a_pair_told_apart_stays_away_until_that_is_withdrawn() -> None:
    outbreak = twice_entered()
    pair = [("b:2", "b:1")]
    assert actions.mark_apart(outbreak, pair, reason="twins", at=at(15), by=OPERATOR).is_change
    assert not actions.mark_apart(outbreak, pair, reason="twins", at=at(15), by=OPERATOR).is_change
    assert found_pairs(outbreak) == [("b:3", "b:4")]
    assert actions.withdraw_apart(outbreak, pair, reason="no twins", by=OPERATOR).is_change
    assert not actions.withdraw_apart(outbreak, pair, reason="no twins", by=OPERATOR).is_change
    assert found_pairs(outbreak) == [("b:1", "b:2"), ("b:3", "b:4")]


def test_whom_somebody_told_apart_is_merged_neither_singly_nor_in_bulk() -> None:
    outbreak = twice_entered()
    record(outbreak, rows("persons", {"person_id": "b:5", **NANA}))
    everything = duplicates(situation(outbreak))
    assert ("b:5", "b:1") in choose_survivors(situation(outbreak), everything)
    actions.mark_apart(outbreak, [("b:1", "b:5")], reason="twins", at=at(15), by=OPERATOR)
    chosen = choose_survivors(situation(outbreak), everything)
    assert (
        len({into for one, into in [*chosen, ("b:1", "b:1"), ("b:5", "b:5")] if one in ("b:1", "b:5")}) == 2
    )
    with pytest.raises(ActRefused):
        merge(outbreak, "b:5", "b:1")


def test_a_merged_pair_is_gone_and_comes_back_with_the_un_merge() -> None:
    outbreak = twice_entered()
    gone, into = choose_survivors(situation(outbreak), duplicates(situation(outbreak)))[0]
    assert (gone, into) == ("b:2", "b:1")  # the case survives
    merge(outbreak, gone, into)
    assert found_pairs(outbreak) == [("b:3", "b:4")]
    unmerge(outbreak, gone)
    assert found_pairs(outbreak) == [("b:1", "b:2"), ("b:3", "b:4")]


def test_what_is_recorded_meanwhile_stays_with_whom_it_was_recorded_for() -> None:
    outbreak = twice_entered()
    merge(outbreak, "b:2", "b:1")
    stay = {"stay_kind": "isolation_hospital", "start_at": at(16)}
    record(
        outbreak,
        rows(
            "stays",
            {"stay_id": "x1", "person_id": "b:1", **stay},
            {"stay_id": "x2", "person_id": "b:2", **stay},
        ),
    )
    unmerge(outbreak, "b:2")
    standing = FACTS["stays"].objects.filter(retired_at=None)
    assert dict(standing.values_list("stay_id", "person_id")) == {"x1": "b:1", "x2": "b:2"}


ids = st.sampled_from(["b:1", "b:2", "b:3", "b:4"])


def test_merges_taken_back_give_the_answers_of_before() -> None:
    outbreak = twice_entered()
    before = derive_now(outbreak).frames()

    @settings(max_examples=15, deadline=None)
    @given(pairs=st.lists(st.tuples(ids, ids), min_size=1, max_size=3))
    def holds(pairs: list[tuple[str, str]]) -> None:
        with transaction.atomic():
            try:
                actions.merge_pairs(outbreak, pairs, reason="r", at=at(15), by=OPERATOR)
                actions.unmerge_persons(outbreak, {one for one, _ in pairs}, reason="r", by=OPERATOR)
            except MergeRefused:
                pass
            after = derive_now(outbreak).frames()
            assert all(after[name].equals(frame) for name, frame in before.items())
            transaction.set_rollback(True)

    holds()


def test_chains_are_planned_to_one_end_and_circles_refused() -> None:
    assert plan_merges([("a", "b"), ("b", "c")]) == {"a": "c", "b": "c"}
    for wrong in ([("a", "a")], [("a", "b"), ("b", "a")], [("a", "b"), ("a", "c")]):
        with pytest.raises(MergeRefused):
            plan_merges(wrong)


def test_who_may_sign_and_over_whom() -> None:
    outbreak = twice_entered()
    pair = [("b:2", "b:1")]
    with pytest.raises(NotPermitted):
        actions.merge_pairs(outbreak, pair, reason="r", at=at(15), by=post("north", "data_clerk"))
    with pytest.raises(PersonNotFound):
        actions.merge_pairs(outbreak, pair, reason="r", at=at(15), by=post("south"))
    with pytest.raises(PersonNotFound):
        actions.mark_apart(outbreak, pair, reason="r", at=at(15), by=post("south"))
    with pytest.raises(ActRefused):
        actions.merge_pairs(outbreak, pair, reason=" ", at=at(15), by=post("north"))
    assert actions.merge_pairs(outbreak, pair, reason="r", at=at(15), by=post("north")).is_change
    with pytest.raises(PersonNotFound):
        actions.unmerge_persons(outbreak, ["b:2"], reason="r", by=post("south"))
    assert AuditWrite.objects.filter(action="merge_pairs").count() == 1


def test_an_erased_person_is_named_by_no_signature() -> None:
    outbreak = twice_entered()
    actions.mark_apart(outbreak, [("b:3", "b:4")], reason="r", at=at(15), by=OPERATOR)
    merge(outbreak, "b:2", "b:1")
    for one in ("b:2", "b:4"):
        actions.erase_person(outbreak, one, by=OPERATOR, reason="asked for it")
    assert not FACTS["decisions"].objects.filter(subject__in=["b:2", "b:4"]).exists()


def test_persons_are_suggested_by_document_phone_and_beginning_of_the_name() -> None:
    outbreak = twice_entered()
    record(outbreak, rows("persons", {"person_id": "b:1", "document_id": "E12345678"}))

    def ids(**typed: str) -> list[str]:
        return [row["person_id"] for row in person_search.suggest(outbreak, typed)]

    assert ids(name="ouy") == ["b:1", "b:2"]
    assert ids(name="娜娜") == ["b:1", "b:2"]
    assert ids(name="欧阳", document_id="e1234 5678")[0] == "b:1"
    assert ids(phone="+86 139 1111 2222") == ["b:3", "b:4"]
    assert ids(name="x") == []
    merge(outbreak, "b:2", "b:1")
    assert ids(name="ouy") == ["b:1"]


def test_a_suggestion_reads_indexes_and_respects_the_post() -> None:
    outbreak = twice_entered()
    many = pl.DataFrame({"n": range(3000)})
    record(
        outbreak,
        {"persons": many.select(
            person_id=pl.format("m:{}", "n"), name=pl.format("Person {}", "n"), residence_area_id=pl.lit("north"),
        )},
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE fact_persons")
    officer = post("south")
    with as_web(officer.scope):
        assert person_search.suggest(outbreak, {"name": "ouyang"}) == []
        assert [row["person_id"] for row in person_search.suggest(outbreak, {"name": "李晓"})] == [
            "b:3",
            "b:4",
        ]
        rows_of = FACTS["persons"].objects.filter(retired_at=None)
        plan = rows_of.filter(search_name__gte="ouyang", search_name__lt="ouyang\U0010ffff").explain()
    assert "persons_by_sound" in plan


def searched(outbreak: Outbreak, text: str) -> set[str]:
    """Whom the pages of names find by what is typed."""
    return set(
        person_search.search_persons(text, outbreak.name, outbreak.pk, DEFAULT_DB_ALIAS, is_wide=False).first
    )


def test_a_name_corrected_is_found_by_its_new_sound_only() -> None:
    outbreak = twice_entered()
    record(outbreak, rows("persons", {"person_id": "b:3", "name": "王芳"}))
    assert searched(outbreak, "wang fang") == {"b:3"}
    assert searched(outbreak, "李晓明") == {"b:4"}
    record(outbreak, rows("persons", {"person_id": "b:3", "phone": "13000000000"}))
    assert searched(outbreak, "wang fang") == {"b:3"}
