"""Lists that the database finds hold whom the brief counts, then and now, in an order without gaps or repeats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from lastcase.core.brief import names_behind
from lastcase.ops.accounts.actor import command_line
from lastcase.ops.records import actions, sought
from lastcase.ops.records.lists import pages
from lastcase.ops.records.lists.after import token_of
from lastcase.ops.records.lists.asked import COLUMNS, TABS, Filter, sortable
from lastcase.ops.records.lists.leads import LEADS
from lastcase.ops.records.lists.tabs import TABS as INDEXED
from lastcase.ops.records.lists.vantage import ListVantage, read_lists
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.person_search import search_persons
from lastcase.ops.records.queries import load_answers, load_facts, load_outbreak
from lastcase.ops.records.refresh import derive_outbreak
from tests.integration.web.world import AS_OF, rows

AT = datetime.fromisoformat(AS_OF).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@pytest.fixture
def lists(filled_lead: None) -> ListVantage:
    """The lists of the trial as the command line reads them."""
    return read_lists(Outbreak.objects.get(name="trial"), command_line(), AT)


def found(lists: ListVantage, tab: str, **values: str) -> list[tuple[str, ...]]:
    """The rows of a list by what it shows, however it is read."""
    rows = pages.all_rows(lists, Filter(tab, values, "person_id", False))
    return [tuple(str(row[name]) for _, name in COLUMNS[tab]) for row in rows]


def persons(lists: ListVantage, tab: str, **values: str) -> set[str]:
    return {row["person_id"] for row in pages.all_rows(lists, Filter(tab, values, "person_id", False))}


def test_a_lead_lists_whom_the_brief_counts(lists: ListVantage) -> None:
    facts, answers, outbreak = load_facts("trial"), load_answers("trial"), load_outbreak("trial")
    behind = names_behind(facts, outbreak, answers, AT)
    assert set(behind) == {*LEADS, "held_past_end"}
    for name, counted in behind.items():
        tab = "cases" if name in LEADS and LEADS[name].is_of_cases else "persons"
        expected = set() if counted is None else set(counted["person_id"])
        assert persons(lists, tab, lead=name) == expected, name
    assert all(persons(lists, "cases", lead=name) for name in ("severe", "deaths", "in_quarantine_today"))
    assert persons(lists, "persons", lead="contacts_pending")


def test_a_replay_lists_what_the_stored_answers_do(lists: ListVantage) -> None:
    now = {tab: found(lists, tab) for tab in TABS}
    assert all(now.values())
    replayed = read_lists(Outbreak.objects.get(name="trial"), command_line(), AT, timezone.now())
    assert {tab: found(replayed, tab) for tab in TABS} == now
    for state in ("overdue", "missing", "should"):
        assert found(replayed, "duties", state=state) == found(lists, "duties", state=state)


@pytest.mark.parametrize("tab", TABS)
def test_pages_in_any_order_hold_every_row_once(
    lists: ListVantage, tab: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_ROWS", 2)
    everybody = sorted(found(lists, tab))
    for sort in sortable(tab):
        for is_descending in (False, True):
            seen, number, has_next = [], 1, True
            while has_next:
                listed = pages.list_rows(lists, Filter(tab, {}, sort, is_descending, number))
                seen += [tuple(str(row[name]) for _, name in COLUMNS[tab]) for row in listed.rows]
                number, has_next = number + 1, listed.has_next
            assert sorted(seen) == everybody, sort
            if sort == "due_at":
                known = [row[4] for row in seen if row[4] != "None"]
                assert all((b <= a) if is_descending else (a <= b) for a, b in pairwise(known))
    last = pages.list_rows(lists, Filter(tab, {}, "person_id", False, 3_999))
    assert last.rows
    assert last.filter.page == last.n_pages


@pytest.mark.parametrize(("tab", "sort"), [(tab, name) for tab in TABS for name in INDEXED[tab].indexed])
def test_the_page_behind_a_row_is_the_next_by_number(
    lists: ListVantage, tab: str, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_ROWS", 2)
    monkeypatch.setattr(pages, "COUNTED_MAX", 1)
    for is_descending in (False, True):
        after, number = "", 1
        while True:
            asked = Filter(tab, {}, sort, is_descending, number)
            by_number, behind = (
                pages.list_rows(lists, asked),
                pages.list_rows(lists, replace(asked, after=after)),
            )
            assert (behind.rows, behind.has_next) == (by_number.rows, by_number.has_next)
            if not behind.has_next:
                break
            assert behind.after
            after, number = behind.after, number + 1
        assert number > 1


NAMED = {
    "A1": "王芳",
    "A2": "Fang Wang",
    "A3": "王小明",
    "A5": "李四",
    "A6": "王军",
    "B1": "王伟",
    "B2": "Li Na",
}


@pytest.fixture
def named(lists: ListVantage) -> ListVantage:
    """Names in either order, one found by a list id, and one by the name of an entry merged into it."""
    by, outbreak = command_line(), Outbreak.objects.get(name="trial")
    people = [{"person_id": f"trial:{who}", "name": name} for who, name in NAMED.items()]
    people.append({"person_id": "trial:A4", "list_id": "WANG-4"})
    for entry in people:
        actions.record_facts("trial", {"persons": rows("persons", entry)}, by=by, feed="test", derive=False)
    actions.merge_pairs(outbreak, [("trial:A6", "trial:A5")], reason="one person", at=AT, by=by)
    derive_outbreak("trial")
    return read_lists(outbreak, by, AT)


@pytest.mark.parametrize("few", [100, 1])
def test_whom_a_text_finds_is_listed_however_many_they_are(
    named: ListVantage, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few persons are named to the database one by one; of more, rows are asked whose they are."""
    monkeypatch.setattr(sought, "FEW", few)
    monkeypatch.setattr(pages, "PAGE_ROWS", 3)
    monkeypatch.setattr(pages, "COUNTED_MAX", 3)
    found = search_persons("wang", "trial", named.outbreak_id, DEFAULT_DB_ALIAS, is_wide=False)
    assert found.is_all == (few == 100)
    wanted = {f"trial:{who}" for who in ("A1", "A2", "A3", "A4", "A5", "B1")}
    for tab in TABS:
        whole = [row for row in every_row(named, tab, {}, "person_id") if row["person_id"] in wanted]
        assert whole
        for sort in {*INDEXED[tab].indexed, "person_id", sortable(tab)[-1]}:
            for is_descending in (False, True):
                seen = every_row(named, tab, {"q": "wang"}, sort, is_descending)
                assert sorted(seen, key=key_of(tab)) == sorted(whole, key=key_of(tab)), (tab, sort)
        by_sound = every_row(named, tab, {"q": "wang"}, "person_id")
        assert [row["person_id"] for row in by_sound] == [row["person_id"] for row in whole]
        assert every_row(named, tab, {"q": "wang", "area": "B"}, "person_id") == [
            row for row in whole if row["person_id"] == "trial:B1"
        ]
        filed = pages.all_rows(named, Filter(tab, {"q": "wang"}, "person_id"))
        assert [row["person_id"] for row in filed] == [row["person_id"] for row in whole]


@pytest.mark.parametrize("few", [1_000, 1])
def test_persons_are_listed_by_what_they_owe_however_many_they_are(
    lists: ListVantage, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sought, "FEW", few)
    monkeypatch.setattr(pages, "PAGE_ROWS", 2)
    monkeypatch.setattr(pages, "COUNTED_MAX", 3)
    for state, kind in (("overdue", ""), ("missing", ""), ("", "test"), ("not_yet_due", "")):
        asked = {name: value for name, value in (("state", state), ("kind", kind)) if value}
        owing = {row["person_id"] for row in pages.all_rows(lists, Filter("duties", asked, "due_at"))}
        assert owing, asked
        for tab in ("cases", "contacts", "persons"):
            whole = [row for row in every_row(lists, tab, {}, "person_id") if row["person_id"] in owing]
            assert every_row(lists, tab, asked, "person_id") == whole, (tab, asked)


def key_of(tab: str) -> Callable[[dict[str, Any]], tuple[str, ...]]:
    """What names a row of a list."""
    return lambda row: tuple(str(row[name]) for name in INDEXED[tab].identity)


def every_row(
    lists: ListVantage, tab: str, values: dict[str, str], sort: str, is_descending: bool = False
) -> list[dict[str, Any]]:
    """The rows of all pages, each reached by its link and by its number; not where they stand in their order."""
    seen: list[dict[str, Any]] = []
    after, number, has_next = "", 1, True
    while has_next:
        asked = Filter(tab, values, sort, is_descending, number)
        listed = pages.list_rows(lists, replace(asked, after=after))
        assert listed.rows == pages.list_rows(lists, asked).rows
        seen += [{name: value for name, value in row.items() if name != "at"} for row in listed.rows]
        after, number, has_next = listed.after, number + 1, listed.has_next
    return seen


def test_a_place_that_no_page_gave_is_ignored(lists: ListVantage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "COUNTED_MAX", 1)
    first = pages.list_rows(lists, Filter("duties", {}, "due_at"))
    for after in ("x", "W10", token_of(("a", "b")), token_of((None, 1, 2, 3, 4, 5, 6)), "WzFd" * 9):
        assert pages.list_rows(lists, Filter("duties", {}, "due_at", after=after)).rows == first.rows


def test_a_long_list_is_counted_and_sorted_so_far(
    lists: ListVantage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "COUNTED_MAX", 3)
    monkeypatch.setattr(pages, "SORTED_MAX", 4)
    listed = pages.list_rows(lists, Filter("duties", {}, "category", True))
    assert (listed.count, listed.n_pages) == (pages.Count(3, True), None)
    assert listed.is_resorted
    assert (listed.filter.sort, listed.filter.is_descending) == ("due_at", False)
