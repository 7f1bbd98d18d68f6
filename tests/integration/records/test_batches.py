"""Acts on many duties: what they write, what they leave out, who may, and that an undo leaves nothing of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from lastcase.ops.accounts import actions as accounts
from lastcase.ops.accounts.actor import WHOLE_TREE
from lastcase.ops.accounts.models import Post
from lastcase.ops.records.actions import assign_duties, postpone_duties, record_done, undo_batch
from lastcase.ops.records.chosen import Selection
from lastcase.ops.records.errors import ActRefused, NotPermitted
from lastcase.ops.records.gap_rows import with_holders
from lastcase.ops.records.gaps import GapFilter, Scope, count_gaps, list_gaps
from lastcase.ops.records.models import FACTS, AuditWrite, Batch, Outbreak, Revision, Touched
from lastcase.ops.records.refresh import check_drift, derive_outbreak, refresh
from tests.integration.records.world import OPERATOR, at, post, record, rows
from tests.kept import kept
from tests.property.world import begin

pytestmark = pytest.mark.django_db
AS_OF = at(22)
NAMED = {
    "contact_id": "k9", "case_person_id": "b:1", "person_id": "b:9", "area_id": "cell-2", "relation": "lives_with",
    "setting": "household", "last_exposure_at": at(10), "named_at": at(11),
}  # fmt: skip
MISSING = Selection(chosen=GapFilter({"state": "missing"}), span=WHOLE_TREE)


@kept
def outbreak() -> Outbreak:
    """The world of the laws, and a contact whom its other cell named."""
    outbreak = begin()
    newcomer = {"person_id": "b:9", "present_area_id": "cell-2"}
    record(outbreak, rows("persons", newcomer), rows("contacts", NAMED))
    derive_outbreak(outbreak)
    return outbreak


@pytest.fixture
def team(outbreak: Outbreak) -> Post:
    return accounts.create_post(kind="cell_worker", area_id="cell-1", by=OPERATOR)


@contextmanager
def refused(reason: str) -> Iterator[None]:
    """The act inside is refused for this reason."""
    with pytest.raises(ActRefused) as found:
        yield
    assert found.value.message_id == f"records.act.{reason}"


def everywhere(outbreak: Outbreak) -> Scope:
    return Scope(outbreak.pk, outbreak.name, AS_OF, WHOLE_TREE)


def n_of(outbreak: Outbreak, **values: str) -> int:
    return count_gaps(everywhere(outbreak), GapFilter({"state": "missing", **values}), 10_000)


def standing(table: str) -> list[tuple[Any, ...]]:
    key = ("person_id", "duty_kind", "rule", "episode", "ordinal", "edition")
    more = {"assignments": ("post_id",), "postponements": ("until_at", "reason")}[table]
    rows = FACTS[table].objects.filter(retired_at=None).values_list(*key, *more)
    return sorted(rows)


def test_duties_are_assigned_filtered_by_their_post_and_assigned_anew(outbreak: Outbreak, team: Post) -> None:
    n_missing = n_of(outbreak)
    report = assign_duties(outbreak, MISSING, post_id=team.id, at=AS_OF, by=OPERATOR)
    assert report.n_duties == report.n_rows == n_missing > 0
    assert n_of(outbreak, post=str(team.id)) == n_missing
    assert n_of(outbreak, post="none") == 0
    first = list_gaps(everywhere(outbreak), GapFilter({"state": "missing"}), limit=1)
    held = with_holders(everywhere(outbreak), first, "Asia/Shanghai")[0]
    assert (held["assigned_post"], held["assigned_at"]) == (team.title, AS_OF)
    assert held["because"]
    other = accounts.create_post(kind="investigator", area_id="cell-1", by=OPERATOR)
    one = Selection(keys=[first[0]["key"]])
    assert assign_duties(outbreak, one, post_id=other.id, at=AS_OF, by=OPERATOR).n_rows == 1
    assert n_of(outbreak, post=str(team.id)) == n_missing - 1
    assert not Touched.objects.filter(outbreak=outbreak).exists()
    refresh(outbreak)
    stands = Revision.objects.get(outbreak=outbreak)
    assert stands.derived_number == stands.number


def test_an_undone_assignment_lets_the_one_before_stand_again(outbreak: Outbreak, team: Post) -> None:
    first = assign_duties(outbreak, MISSING, post_id=team.id, at=AS_OF, by=OPERATOR)
    before = standing("assignments")
    other = accounts.create_post(kind="investigator", area_id="cell-1", by=OPERATOR)
    second = assign_duties(outbreak, MISSING, post_id=other.id, at=AS_OF, by=OPERATOR)
    assert standing("assignments") != before
    with refused("changed_since"):
        undo_batch(outbreak, first.batch_id, at=AS_OF, by=OPERATOR)
    undo_batch(outbreak, second.batch_id, at=AS_OF, by=OPERATOR)
    assert standing("assignments") == before
    with refused("already_undone"):
        undo_batch(outbreak, second.batch_id, at=AS_OF, by=OPERATOR)


def test_what_is_postponed_is_not_overdue_until_then_and_says_why(outbreak: Outbreak) -> None:
    missing = list_gaps(everywhere(outbreak), GapFilter({"state": "missing"}), limit=10_000)
    n_missing = len(missing)
    caps = [
        (row, 24 if row["is_release"] else 12)
        for row in missing
        if row["is_release"] or row["kind"] == "isolate"
    ]
    n_capped = sum(row["due_at"] + timedelta(hours=cap) <= AS_OF for row, cap in caps)
    report = postpone_duties(
        outbreak, MISSING, until_at=at(24), reason="No swabs left", at=AS_OF, by=OPERATOR
    )
    assert report.n_duties + report.n_left_out == n_missing
    assert report.n_left_out == n_capped
    refresh(outbreak)
    assert check_drift(outbreak) == {}
    assert n_of(outbreak) == report.n_left_out
    put_off = list_gaps(everywhere(outbreak), GapFilter({"state": "postponed"}), limit=10_000)
    assert len(put_off) == report.n_duties
    assert all(
        "No swabs left" in row["because"]
        for row in with_holders(everywhere(outbreak), put_off, "Asia/Shanghai")
    )
    later = Scope(outbreak.pk, outbreak.name, at(25), WHOLE_TREE)
    assert count_gaps(later, GapFilter({"state": "missing"}), 10_000) >= n_missing
    undo_batch(outbreak, report.batch_id, at=AS_OF, by=OPERATOR)
    refresh(outbreak)
    assert n_of(outbreak) == n_missing
    assert standing("postponements") == []


def test_what_is_recorded_done_is_done_and_release_tests_are_left_out(outbreak: Outbreak) -> None:
    n_missing = n_of(outbreak)
    n_checks = FACTS["checks"].objects.filter(retired_at=None).count()
    report = record_done(
        outbreak, MISSING, done_at=at(21), note="Round of the evening", at=AS_OF, by=OPERATOR
    )
    refresh(outbreak)
    assert check_drift(outbreak) == {}
    assert 0 < report.n_rows <= report.n_duties
    left = list_gaps(everywhere(outbreak), GapFilter({"state": "missing"}), limit=10_000)
    assert len(left) == report.n_left_out
    later = [row["key"] for row in left if row["opens_at"] is None or row["opens_at"] > at(21)]
    fits = [row["key"] for row in left if not row["is_release"] and row["kind"] != "monitor"]
    assert fits == [key for key in later if key in fits]
    undo_batch(outbreak, report.batch_id, at=AS_OF, by=OPERATOR)
    refresh(outbreak)
    assert n_of(outbreak) == n_missing
    assert FACTS["checks"].objects.filter(retired_at=None).count() == n_checks
    acts = (
        AuditWrite.objects.filter(details__batch=report.batch_id)
        .order_by("id")
        .values_list("action", flat=True)
    )
    assert list(acts) == ["record_done", "undo_record_done"]


def test_a_post_acts_on_what_it_is_shown_and_undoes_what_is_its_own(outbreak: Outbreak, team: Post) -> None:
    officer = post("cell-1")
    wide = Selection(chosen=GapFilter({"state": "missing"}), span=WHOLE_TREE)
    report = assign_duties(outbreak, wide, post_id=team.id, at=AS_OF, by=officer)
    assert 0 < report.n_duties < n_of(outbreak)
    with refused("no_such_batch"):
        undo_batch(outbreak, report.batch_id, at=AS_OF, by=post("cell-2"))
    with refused("no_such_post"):
        assign_duties(outbreak, wide, post_id=team.id, at=AS_OF, by=post("cell-2"))


def test_a_post_without_the_power_postpones_nothing(outbreak: Outbreak) -> None:
    for kind in ("cell_worker", "data_clerk", "investigator"):
        with pytest.raises(NotPermitted):
            postpone_duties(outbreak, MISSING, until_at=at(24), reason="x", at=AS_OF, by=post("town", kind))
    assert not Batch.objects.exists()


def test_a_postponement_needs_a_reason_and_an_instant_ahead(outbreak: Outbreak) -> None:
    for until_at, reason, why in ((at(21), "x", "until_too_early"), (at(24), " ", "reason_missing")):
        with refused(why), transaction.atomic():
            postpone_duties(outbreak, MISSING, until_at=until_at, reason=reason, at=AS_OF, by=OPERATOR)


def test_no_duty_is_acted_on_by_a_key_that_names_none(outbreak: Outbreak) -> None:
    for key in ("", "x", "b:1|test|none|1|1|none", "a|b|c|d|e|f", "b:1|test|r|99999999999|1|e"):
        with refused("nothing_chosen"), transaction.atomic():
            record_done(outbreak, Selection(keys=[key]), done_at=at(21), note="x", at=AS_OF, by=OPERATOR)
