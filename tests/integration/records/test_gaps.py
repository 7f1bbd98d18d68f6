"""The list of gaps: what it finds is what core says is missing, in the order to close, page by page and in scope."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from itertools import product

import polars as pl
import pytest
from django.db import connection

from lastcase.core.civil import LAST
from lastcase.core.duties.clocks import states_at
from lastcase.core.duties.coverage import FOUR_ALLS, MISSING_STATES, OPEN_STATES
from lastcase.core.duties.urgency import OF_THE_ALLS, ORDER, OTHER, RELEASE
from lastcase.ops.accounts.actor import WHOLE_TREE
from lastcase.ops.records import gap_groups, gaps, sought
from lastcase.ops.records.gaps import (
    GapFilter,
    GapPage,
    Scope,
    count_gaps,
    gap_page,
    list_gaps,
    read_gap_filter,
)
from lastcase.ops.records.models import AreaTally, Outbreak, Tally, Term
from lastcase.ops.records.queries import load_answers
from lastcase.ops.records.refresh import derive_outbreak, take_effect
from lastcase.ops.records.tally import counted_at
from tests.integration.records.world import as_web, at, post, record, rows
from tests.kept import kept
from tests.property.world import begin

pytestmark = pytest.mark.django_db
AS_OF = at(22)
MINUTE = timedelta(minutes=1)
NAMED = {
    "contact_id": "k9", "case_person_id": "b:1", "person_id": "b:9", "area_id": "cell-2", "relation": "lives_with",
    "setting": "household", "last_exposure_at": at(10), "named_at": at(11),
}  # fmt: skip
EVERYTHING = GapFilter({"state": "missing"})
ALLS = [kind for kinds in FOUR_ALLS.values() for kind in kinds]


@kept
def outbreak() -> Outbreak:
    """The world of the laws, and a contact whom its other cell named."""
    outbreak = begin()
    newcomer = {"person_id": "b:9", "present_area_id": "cell-2"}
    record(outbreak, rows("persons", newcomer), rows("contacts", NAMED))
    derive_outbreak(outbreak)
    return outbreak


def everywhere(outbreak: Outbreak, as_of: datetime = AS_OF) -> Scope:
    return Scope(outbreak.pk, outbreak.name, as_of, WHOLE_TREE)


def in_core(outbreak: Outbreak, *states: str, as_of: datetime = AS_OF) -> pl.DataFrame:
    found = states_at(load_answers(outbreak).duties, as_of).filter(pl.col("state").is_in(states))
    numbers = dict(Term.objects.values_list("term", "id"))
    by_number = [
        pl.col(name).replace_strict(numbers) if name in ("kind", "rule", "edition") else name
        for name in ORDER
    ]
    return found.sort(by_number, nulls_last=True)


def test_the_list_is_what_core_says_in_the_order_to_close(outbreak: Outbreak) -> None:
    for as_of, state in product((at(12), at(14), at(22)), gaps.STATES):
        states = MISSING_STATES if state == "missing" else (state,)
        found = list_gaps(everywhere(outbreak, as_of), GapFilter({"state": state}), limit=10_000)
        assert [row["key"] for row in found] == in_core(outbreak, *states, as_of=as_of)["key"].to_list(), (
            as_of,
            state,
        )


def test_gaps_of_several_degrees_stand_by_degree_and_release_tests_first(outbreak: Outbreak) -> None:
    met: set[int] = set()
    for day in range(12, 29):
        degrees = [
            row["urgency"] for row in list_gaps(everywhere(outbreak, at(day)), EVERYTHING, limit=10_000)
        ]
        assert degrees == sorted(degrees)
        met |= set(degrees)
    assert {RELEASE, OF_THE_ALLS, OTHER} <= met


def keys(page: GapPage) -> list[str]:
    return [row["key"] for row in page.rows]


@pytest.mark.parametrize("state", ["missing", "not_yet_due"])
def test_pages_go_through_all_once_and_back(
    outbreak: Outbreak, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setattr(gaps, "PAGE_ROWS", 3)
    here = everywhere(outbreak, at(13))
    whole = [row["key"] for row in list_gaps(here, GapFilter({"state": state}), limit=10_000)]
    pages = [gap_page(here, read_gap_filter({"state": state}))]
    while pages[-1].next_token:
        link = {"state": state, "after": pages[-1].next_token, "page": str(pages[-1].page + 1)}
        pages.append(gap_page(here, read_gap_filter(link)))
    assert [key for page in pages for key in keys(page)] == whole
    assert [page.page for page in pages] == list(range(1, len(pages) + 1))
    assert len(pages) > 3
    back = pages[-1]
    for wanted in reversed(pages[:-1]):
        link = {"state": state, "before": back.previous_token, "page": str(back.page - 1)}
        back = gap_page(here, read_gap_filter(link))
        assert (keys(back), back.page) == (keys(wanted), wanted.page)
    assert back.previous_token == ""


def test_a_page_whose_rows_were_closed_is_the_first(
    outbreak: Outbreak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps, "PAGE_ROWS", 3)
    here = everywhere(outbreak)
    second = gap_page(here, read_gap_filter({"after": gap_page(here, EVERYTHING).next_token, "page": "2"}))
    one = second.rows[0]["person_id"].removeprefix("b:")
    narrowed = {"q": one, "kind": "transfer", "page": "2"}
    first = keys(gap_page(here, read_gap_filter({**narrowed, "page": "1"})))
    for token in ({"after": second.next_token}, {"before": second.previous_token}):
        assert keys(gap_page(here, read_gap_filter(narrowed | token))) == first


@pytest.mark.parametrize("after", ["x", "e30", "WzEsMl0", "===", "W251bGwsMSwxLDEsMSwxLDEsMSwxXQ"])
def test_a_token_that_no_page_gave_is_ignored(after: str) -> None:
    assert read_gap_filter({"after": after}).after is None


def test_filters_narrow(outbreak: Outbreak) -> None:
    missing = in_core(outbreak, *MISSING_STATES)
    here = everywhere(outbreak)
    for alls, kinds in FOUR_ALLS.items():
        assert (
            count_gaps(here, GapFilter({"alls": alls}), 10_000)
            == missing.filter(pl.col("kind").is_in(kinds)).height
        )


@pytest.mark.parametrize("few", [1_000, 0])
def test_whom_a_text_finds_is_listed_however_many_they_are(
    outbreak: Outbreak, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few persons' duties are read person by person; of more, each duty is asked whose it is."""
    monkeypatch.setattr(sought, "FEW", few)
    missing, here = in_core(outbreak, *MISSING_STATES), everywhere(outbreak)
    one = missing["person_id"][0]
    for text, wanted in ((one.removeprefix("b:"), [one]), ("B", missing["person_id"].unique().to_list())):
        asked = GapFilter({"q": text})
        found = list_gaps(here, asked, limit=10_000)
        in_order = [
            row["key"] for row in list_gaps(here, EVERYTHING, limit=10_000) if row["person_id"] in wanted
        ]
        assert [row["key"] for row in found] == in_order
        assert len(in_order) == missing.filter(pl.col("person_id").is_in(wanted)).height
        assert count_gaps(here, asked, 10_000) == len(in_order)
        first = gap_page(here, asked)
        assert [row["key"] for row in first.rows] == in_order[: gaps.PAGE_ROWS]


def test_a_post_is_shown_what_its_area_holds_and_nothing_else(outbreak: Outbreak) -> None:
    missing = in_core(outbreak, *MISSING_STATES)
    for cell in ("cell-1", "cell-2"):
        span = post(cell).scope
        assert span is not None
        own = missing.filter(pl.col("area_id") == cell)["key"].to_list()
        assert own
        with as_web(span):
            assert [
                r["key"]
                for r in list_gaps(replace(everywhere(outbreak), span=span), EVERYTHING, limit=10_000)
            ] == own
            wide = list_gaps(everywhere(outbreak), EVERYTHING, limit=10_000)
            assert len(wide) < missing.height
            totals = gap_groups.totals(replace(everywhere(outbreak), span=span))
            of_all = missing.filter((pl.col("area_id") == cell) & pl.col("kind").is_in(ALLS))
            assert sum(counts["missing"] for counts in totals.values()) == of_all.height
            beyond = gap_groups.totals(everywhere(outbreak))
            assert not any(n for counts in beyond.values() for n in counts.values())


def test_groups_sum_to_what_core_counts(outbreak: Outbreak) -> None:
    here = everywhere(outbreak)
    for span, states in (("missing", MISSING_STATES), ("open", OPEN_STATES), ("done", ("done",))):
        found = in_core(outbreak, *states)
        wanted = {name: found.filter(pl.col("kind").is_in(kinds)).height for name, kinds in FOUR_ALLS.items()}
        assert {name: counts[span] for name, counts in gap_groups.totals(here).items()} == wanted
    by_cell = {row["area_id"]: row["n_missing"] for row in gap_groups.by_tier(here, "cell")}
    missing = in_core(outbreak, *MISSING_STATES).filter(pl.col("kind").is_in(ALLS))
    cells = missing.filter(pl.col("area_id").str.starts_with("cell"))
    assert by_cell == dict(cells.group_by("area_id").len().iter_rows())
    beneath = {row["area_id"]: row["n_missing"] for row in gap_groups.by_area(here, "town")}
    assert {name: n for name, n in beneath.items() if name != "town"} == by_cell
    hours = gap_groups.by_hour(here)
    assert (
        sum(alls["missing"] for row in hours for alls in row["alls"].values())
        == missing["due_at"].drop_nulls().len()
    )


@pytest.mark.parametrize(
    ("as_of", "counted"),
    [
        (at(22), at(22)),
        (at(22) - LAST, at(22) - LAST),
        (at(22) + 5 * MINUTE, at(22)),
        (at(22) - MINUTE, at(21, 23)),
    ],
)
def test_totals_stand_at_the_end_of_a_day_itself_else_at_the_full_hour(
    outbreak: Outbreak, as_of: datetime, counted: datetime
) -> None:
    found = in_core(outbreak, *MISSING_STATES, as_of=counted)
    wanted = {name: found.filter(pl.col("kind").is_in(kinds)).height for name, kinds in FOUR_ALLS.items()}
    totals = gap_groups.totals(everywhere(outbreak, as_of))
    assert {name: counts["missing"] for name, counts in totals.items()} == wanted
    assert counted_at(as_of) == counted


def test_a_home_whose_tally_was_emptied_is_counted_anew_unasked(outbreak: Outbreak) -> None:
    """As on the first start after the tally came to be kept otherwise."""
    kept = set(Tally.objects.values_list("pos", "kind", "span", "due_at", "from_at", "until_at", "n"))
    with connection.cursor() as cursor:
        cursor.execute(
            import_module("lastcase.ops.records.migrations.0025_tally_to_the_end_of_a_day").COUNT_ANEW
        )
    take_effect()
    assert kept
    assert set(Tally.objects.values_list("pos", "kind", "span", "due_at", "from_at", "until_at", "n")) == kept


def test_a_home_made_before_keeps_its_tally(outbreak: Outbreak) -> None:
    """A home whose tally lay in one table, with nulls, is given the same rows in parts."""
    columns = {
        Tally: ("outbreak_id", "pos", "kind", "span", "due_at", "from_at", "until_at", "n"),
        AreaTally: ("outbreak_id", "pos", "kind", "span", "at", "n"),
    }
    kept = {model: set(model.objects.values_list(*names)) for model, names in columns.items()}
    before = """
        CREATE TABLE tally_before AS SELECT outbreak_id, pos, kind, span, nullif(due_at, '9999-12-31 00:00Z') AS due_at,
            nullif(from_at, '0001-01-01 00:00Z') AS from_at, nullif(until_at, '9999-12-31 00:00Z') AS until_at, n
            FROM records_tally;
        CREATE TABLE areatally_before AS SELECT outbreak_id, pos, kind, span, nullif(at, '0001-01-01 00:00Z') AS at, n
            FROM records_areatally;
        DELETE FROM records_tally; DELETE FROM records_areatally;
    """
    carry_over = import_module("lastcase.ops.records.migrations.0023_tally_in_parts").CARRY_OVER
    with connection.cursor() as cursor:
        cursor.execute(before)
        cursor.execute(carry_over)
    assert all(kept.values())
    assert {model: set(model.objects.values_list(*names)) for model, names in columns.items()} == kept
