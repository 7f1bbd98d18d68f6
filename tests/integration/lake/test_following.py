"""The lake under the record: cases and their close contacts are followed through it as they are recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from lastcase.core.facts import TABLES
from lastcase.editions import edition_text
from lastcase.ops.lake import live
from lastcase.ops.lake.feed import append_visits
from lastcase.ops.lake.find import find_contacts, unmask
from lastcase.ops.lake.follow import KEY
from lastcase.ops.lake.house import ready_lake
from lastcase.ops.lake.quick import VISITS
from lastcase.ops.records.actions import adopt_edition, retire_facts
from lastcase.ops.records.actions.acts import judge_exposure
from lastcase.ops.records.models import ANSWER_MODELS, FACTS, AuditRead, AuditWrite, Outbreak, Touched
from lastcase.ops.records.refresh import check_drift, refresh
from tests.integration.records.world import OPERATOR, at, found, merge, record, rows

pytestmark = pytest.mark.django_db

CASE = {"person_id": "b:1", "episode": 1, "case_status": "confirmed"}
PEOPLE = [
    {"person_id": f"b:{n}", "list_id": str(n), "residence_place_id": home, "residence_area_id": "north-1"}
    for n, home in ((1, "home-1"), (2, "home-2"), (3, "home-3"), (4, "home-1"))
]
PLACES = [
    {"place_id": place, "name": place, "setting": setting, "area_id": "north-1"}
    for place, setting in (
        ("office", "workplace"),
        ("canteen", "dining"),
        ("market", "market"),
        ("home-1", "household"),
        ("home-2", "household"),
        ("home-3", "household"),
    )
]


def begun(text: str | None = None) -> Outbreak:
    """Four persons, two of whom share a home, and places; nobody is a case yet. `text`: of an edition of one's own."""
    outbreak = found("b", edition=None if text else "cn-covid-9")
    if text:
        since = datetime(2000, 1, 1, tzinfo=UTC)
        adopt_edition(
            outbreak, "own", effective_at=since, by=OPERATOR, reason="trial", text=text, derive=False
        )
    record(outbreak, rows("persons", *PEOPLE), rows("places", *PLACES))
    refresh(outbreak)
    return outbreak


def check_ins(
    outbreak: Outbreak, *visits: tuple[str, str, datetime, datetime], unit: str | None = None
) -> None:
    """Append visits to one part of places to the lake, without anything that follows."""
    frame = pl.DataFrame(
        [
            (who, place, unit, came.timestamp(), left.timestamp(), 0, "check_in")
            for who, place, came, left in visits
        ],
        schema=list(VISITS),
        orient="row",
    )
    append_visits(ready_lake(outbreak), frame.cast(VISITS))  # type: ignore[arg-type]


def case(outbreak: Outbreak, **more: Any) -> None:
    record(outbreak, rows("cases", CASE | {"found_at": at(12)} | more))
    refresh(outbreak)


def visits(outbreak: Outbreak) -> set[tuple[str, str]]:
    standing = FACTS["visits"].objects.filter(outbreak_id=outbreak.pk, retired_at=None)
    return set(standing.values_list("person_id", "place_id"))


def exposed(outbreak: Outbreak, order: int = 1) -> dict[str, str]:
    """Verdict by person of exposures that visits show."""
    shown = ANSWER_MODELS["exposures"].objects.filter(outbreak=outbreak, order=order, exposure_source="visit")
    return {row.person_id: row.verdict for row in shown}


def test_a_positive_brings_in_whom_it_met() -> None:
    outbreak = begun()
    check_ins(
        outbreak,
        ("b:1", "office", at(11, 1), at(11, 5)),
        ("b:2", "office", at(11, 2), at(11, 4)),
        ("s:9", "office", at(11, 2), at(11, 4)),
        ("b:3", "market", at(11, 2), at(11, 4)),
    )
    refresh(outbreak)
    assert visits(outbreak) == set()  # nobody is a case: nobody is unmasked
    case(outbreak)
    assert visits(outbreak) == {("b:1", "office"), ("b:2", "office"), ("s:9", "office")}
    assert exposed(outbreak) == {"b:2": "pending", "s:9": "pending"}
    assert check_drift(outbreak) == {}


def test_whoever_was_there_too_shortly_or_only_beside_stays_masked() -> None:
    outbreak = begun()
    check_ins(
        outbreak,
        ("b:1", "office", at(11, 1), at(11, 5)),
        ("b:2", "office", at(11, 5), at(11, 6)),
        ("b:1", "market", at(11, 6), at(11, 8)),
        ("b:3", "market", at(11, 6), at(11, 8)),
    )
    case(outbreak)
    assert visits(outbreak) == {("b:1", "office"), ("b:1", "market")}
    assert exposed(outbreak) == {}


def test_a_close_contact_is_followed_and_a_candidate_is_not() -> None:
    """Whoever lives with the case is a close contact at once; whoever met the case at work is when judged to be one."""
    outbreak = begun()
    check_ins(
        outbreak,
        ("b:4", "canteen", at(11, 10), at(11, 12)),
        ("s:7", "canteen", at(11, 10), at(11, 12)),
        ("b:1", "office", at(11, 1), at(11, 5)),
        ("b:2", "office", at(11, 2), at(11, 4)),
        ("b:2", "canteen", at(11, 13), at(11, 15)),
        ("s:8", "canteen", at(11, 13), at(11, 15)),
    )
    case(outbreak)
    assert exposed(outbreak, 2) == {"s:7": "pending"}
    judged = {
        "case_person_id": "b:1",
        "person_id": "b:2",
        "judgement": "close_contact",
        "reason": "a desk apart",
    }
    judge_exposure(outbreak, **judged, at=at(12, 5), by=OPERATOR)
    refresh(outbreak)
    assert exposed(outbreak, 2) == {"s:7": "pending", "s:8": "pending"}
    assert check_drift(outbreak) == {}


def test_a_person_of_two_entries_is_followed_by_both_and_meets_nobody_alone() -> None:
    """The lake knows a person by the id of each feed; a merge on record makes them one, whenever it is signed."""
    outbreak = begun()
    check_ins(
        outbreak,
        ("b:1", "office", at(11, 1), at(11, 5)),
        ("app:1", "office", at(11, 1), at(11, 6)),
        ("app:1", "canteen", at(11, 7), at(11, 9)),
        ("b:2", "office", at(11, 2), at(11, 4)),
        ("b:3", "canteen", at(11, 7), at(11, 9)),
    )
    record(outbreak, rows("persons", {"person_id": "app:1"}))
    case(outbreak)
    assert exposed(outbreak) == {"b:2": "pending", "app:1": "pending"}
    merge(outbreak, "app:1", into="b:1")
    refresh(outbreak)
    assert ("app:1", "canteen") in visits(outbreak)
    assert exposed(outbreak) == {"b:2": "pending", "b:3": "pending"}
    assert check_drift(outbreak) == {}


def test_a_search_counts_a_person_of_two_entries_as_one() -> None:
    """Whoever is searched for or met under two ids is found once, with the minutes of both, by every engine."""
    outbreak = begun()
    check_ins(
        outbreak,
        ("b:1", "office", at(11, 1), at(11, 5)),
        ("app:1", "canteen", at(11, 7), at(11, 9)),
        ("app:1", "office", at(11, 2), at(11, 3)),
        ("b:2", "office", at(11, 2), at(11, 3)),
        ("app:2", "office", at(11, 4), at(11, 5)),
        ("b:3", "canteen", at(11, 7), at(11, 9)),
    )
    record(outbreak, rows("persons", {"person_id": "app:1"}, {"person_id": "app:2"}))
    case(outbreak)
    for entry, own in (("app:1", "b:1"), ("app:2", "b:2")):
        merge(outbreak, entry, into=own)
    refresh(outbreak)
    by_index, by_entry, by_sql = (
        find_contacts("b", [who], by=OPERATOR, engine=engine)
        for who, engine in (("b:1", "index"), ("app:1", "index"), ("b:1", "sql"))
    )
    assert by_index.contacts.equals(by_entry.contacts)
    assert by_index.contacts.equals(by_sql.contacts)
    met = by_index.contacts.with_columns(who=unmask(by_index, purpose="trial", by=OPERATOR))
    shown = met.filter(source="visit").select("who", "minutes_least").sort("who")
    assert shown.rows() == [("b:2", 120.0), ("b:3", 120.0)]


def test_visits_that_come_late_alter_whom_they_touch_and_nobody_else() -> None:
    outbreak = begun()
    check_ins(outbreak, ("b:1", "office", at(11, 1), at(11, 5)), ("b:2", "office", at(11, 2), at(11, 4)))
    case(outbreak)
    revisions = dict(
        ANSWER_MODELS["exposures"].objects.filter(outbreak=outbreak).values_list("pk", "revision")
    )
    check_ins(outbreak, ("b:3", "office", at(11, 3), at(11, 4)))
    refresh(outbreak)
    assert exposed(outbreak) == {"b:2": "pending", "b:3": "pending"}
    after = dict(ANSWER_MODELS["exposures"].objects.filter(outbreak=outbreak).values_list("pk", "revision"))
    assert {key: after[key] for key in revisions} == revisions
    assert check_drift(outbreak) == {}


def test_a_window_that_is_corrected_is_followed_anew() -> None:
    outbreak = begun()
    check_ins(outbreak, ("b:1", "office", at(8, 1), at(8, 5)), ("b:2", "office", at(8, 2), at(8, 4)))
    case(outbreak)
    assert exposed(outbreak) == {}
    case(outbreak, symptom_onset_on=at(9).date())
    assert exposed(outbreak) == {"b:2": "pending"}
    case(outbreak, symptom_onset_on=at(12).date())
    assert exposed(outbreak) == {}
    assert check_drift(outbreak) == {}


def test_a_visit_that_was_withdrawn_does_not_come_back() -> None:
    outbreak = begun()
    check_ins(outbreak, ("b:1", "office", at(11, 1), at(11, 5)), ("b:2", "office", at(11, 2), at(11, 4)))
    case(outbreak)
    key = pl.DataFrame(
        [("b:2", "office", at(11, 2))],
        schema={name: TABLES["visits"].schema[name] for name in KEY},
        orient="row",
    )
    retire_facts(outbreak, {"visits": key}, by=OPERATOR, reason="the phone was lent")
    case(outbreak, severity="mild")
    assert visits(outbreak) == {("b:1", "office")}
    assert exposed(outbreak) == {}


def test_what_was_cut_off_is_followed_by_the_next_refresh(monkeypatch: pytest.MonkeyPatch) -> None:
    outbreak = begun()
    check_ins(outbreak, ("b:1", "office", at(11, 1), at(11, 5)), ("b:2", "office", at(11, 2), at(11, 4)))
    refresh(outbreak)
    record(outbreak, rows("cases", CASE | {"found_at": at(12)}))

    def cut_off(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(live, "record_facts", cut_off)
        with pytest.raises(KeyboardInterrupt):
            refresh(outbreak)
    assert Touched.objects.filter(outbreak=outbreak, kind="follow").exists()
    live.follow_all_lakes()
    assert exposed(outbreak) == {"b:2": "pending"}
    assert not Touched.objects.filter(outbreak=outbreak).exists()


def test_the_audit_tells_who_was_unmasked_and_what_for() -> None:
    outbreak = begun()
    check_ins(outbreak, ("b:1", "office", at(11, 1), at(11, 5)), ("b:2", "office", at(11, 2), at(11, 4)))
    case(outbreak)
    looks = AuditRead.objects.filter(outbreak="b", purpose=live.PURPOSE)
    assert set(looks.values_list("person_id", flat=True)) == {"b:1", "b:2"}
    assert AuditWrite.objects.get(outbreak="b", action="follow_lake").counts["visits"]["added"] == 2
    assert {look.actor_name for look in looks} == {"lastcase"}


def test_what_a_case_told_is_followed_where_no_check_in_confirms_it() -> None:
    """A told visit without a table meets everybody there; where the check-in names the table, that one is followed."""
    outbreak = begun()
    check_ins(outbreak, ("b:2", "office", at(11, 2), at(11, 4)))
    told = {"person_id": "b:1", "place_id": "office", "visit_source": "interview", "precision_min": 15.0}
    record(outbreak, rows("visits", told | {"start_at": at(11, 1), "end_at": at(11, 5)}))
    case(outbreak)
    assert exposed(outbreak) == {"b:2": "pending"}


def test_who_is_left_off_the_short_list_stays_masked() -> None:
    """Of those who dined where a case did a hundred come before the investigator, the longest first."""
    outbreak = begun()
    crowd = [(f"s:{n}", "canteen", at(11, 2), at(11, 3) + timedelta(minutes=n)) for n in range(105)]
    check_ins(outbreak, ("b:1", "canteen", at(11, 1), at(11, 6)), *crowd)
    case(outbreak)
    assert set(exposed(outbreak)) == {f"s:{n}" for n in range(5, 105)}


NEAR_ROWS = edition_text("cn-covid-9").replace(
    "[contact.found_indoors]", "[contact.found_indoors]\nmax_rows_apart = 3", 1
)


def test_of_a_carriage_the_near_rows_are_followed_and_the_rest_stays_masked() -> None:
    """The ninth edition with rows in its rule of vehicles, made for this test; who sat farther is co-present."""
    outbreak = begun(NEAR_ROWS)
    record(outbreak, rows("places", {"place_id": "train", "setting": "transport", "area_id": "north-1"}))
    ride = ("train", at(11, 1), at(11, 5))
    seats = {
        "b:1": "3/#5A",
        "b:2": "3/#8",
        "s:7": "3/#9",
        "s:8": "3",
        "s:9": "4/#5",
        "b:3": "/#6",
        "s:6": "/#30",
    }
    for who, unit in seats.items():
        check_ins(outbreak, (who, *ride), unit=unit)
    case(outbreak)
    assert exposed(outbreak) == {"b:2": "pending", "s:8": "pending", "b:3": "pending"}
    assert {who for who, _ in visits(outbreak)} == {"b:1", "b:2", "s:8", "b:3"}
    assert check_drift(outbreak) == {}
    check_ins(outbreak, ("s:5", *ride), unit="3/#4")
    check_ins(outbreak, ("s:4", *ride), unit="3/#20")
    refresh(outbreak)
    assert exposed(outbreak).keys() == {"b:2", "s:8", "b:3", "s:5"}
    assert check_drift(outbreak) == {}


def test_the_engines_agree_about_rows_in_lake_and_record() -> None:
    outbreak = begun(NEAR_ROWS)
    record(outbreak, rows("places", {"place_id": "train", "setting": "transport", "area_id": "north-1"}))
    ride = ("train", at(11, 1), at(11, 5))
    check_ins(outbreak, ("b:1", *ride), unit="3/#5")
    check_ins(outbreak, ("s:7", *ride), unit="3/#9")
    told = {"start_at": at(11, 2), "end_at": at(11, 4), "visit_source": "ticket", "unit": "3/#6"}
    record(outbreak, rows("visits", {"person_id": "b:3", "place_id": "train"} | told))
    case(outbreak)
    by_index, by_sql = (
        find_contacts("b", ["b:1"], by=OPERATOR, engine=engine) for engine in ("index", "sql")
    )
    assert by_index.contacts.equals(by_sql.contacts)
    met = by_index.contacts.with_columns(who=unmask(by_index, purpose="trial", by=OPERATOR))
    shown = met.filter(source="visit").select("who", "certainty", "category").sort("who")
    assert shown.rows() == [
        ("b:3", "definite", "close_contact"),
        ("s:7", "definite", "copresent_person"),
    ]


def test_rows_told_on_record_reach_from_either_side() -> None:
    """Whoever sat near is derived whichever of the two visits comes last, and whether a row is told or a part alone."""
    outbreak = begun(NEAR_ROWS)
    record(outbreak, rows("places", {"place_id": "train", "setting": "transport", "area_id": "north-1"}))
    ride = {"place_id": "train", "start_at": at(11, 1), "end_at": at(11, 5)}
    record(outbreak, rows("visits", {"person_id": "b:2", "unit": "3 /#6B"} | ride))
    refresh(outbreak)
    case(outbreak)
    assert exposed(outbreak) == {}
    record(outbreak, rows("visits", {"person_id": "b:1", "unit": "3/#5"} | ride))
    refresh(outbreak)
    assert exposed(outbreak) == {"b:2": "pending"}
    record(outbreak, rows("visits", {"person_id": "b:3", "unit": "/#7"} | ride))
    refresh(outbreak)
    assert exposed(outbreak) == {"b:2": "pending", "b:3": "pending"}
    record(outbreak, rows("visits", {"person_id": "b:1", "unit": "3/#40"} | ride))
    refresh(outbreak)
    assert exposed(outbreak) == {"b:2": "copresent", "b:3": "copresent"}
    assert check_drift(outbreak) == {}
