"""The small synthetic city, loaded through the house's actions: every kind of gap is there to find."""

from __future__ import annotations

from typing import Any

import pytest

from lastcase.cli.situation import situation_of
from lastcase.core.brief import brief
from lastcase.engines.city import story
from lastcase.ops.accounts.models import Post, User
from lastcase.ops.imports.city import load_city
from lastcase.ops.records import queries
from lastcase.ops.records.refresh import derive_outbreak
from tests.integration.records.world import OPERATOR

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def name() -> str:
    loaded, is_new = load_city("small", by=OPERATOR)
    assert is_new
    derive_outbreak(loaded)
    return loaded


def _brief(name: str) -> Any:
    situation = situation_of(name, None, None)
    return brief(situation.facts, situation.outbreak, situation.answers, situation.as_of)


def test_the_city_has_cases_and_gaps_of_every_kind(name: str) -> None:
    found = _brief(name)
    assert found["cases"]["total"] > 100
    assert set(found["cases"]["by_status"]) == {"confirmed", "asymptomatic_infection"}
    for alls, counts in found["coverage_detail"].items():
        assert 0 < counts["n_missing"] < counts["n_should"], alls
    assert all(found["risk_areas"][level] > 0 for level in ("high", "medium", "low"))
    assert found["lead"]["held_past_end"] > 0
    assert found["lead"]["contacts_pending"] > 0
    assert found["contacts"]["unnamed"] > 0
    assert found["duties"]["by_kind"]["hand_over"]["overdue"] > 0
    statuses = {target["id"]: target["status"] for target in found["targets"]}
    assert len(statuses) == 4
    assert set(statuses.values()) <= {"met", "missed", "open"}


def test_loading_twice_is_once_and_gives_no_account(name: str) -> None:
    before = queries.load_facts(name)["cases"].height
    posts = Post.objects.count()
    assert load_city("small", by=OPERATOR) == (name, False)
    assert queries.load_facts(name)["cases"].height == before
    assert Post.objects.count() == posts > 10
    assert User.objects.count() == 0
    assert set(Post.objects.values_list("kind", flat=True)) >= {"duty_officer", "cell_worker"}


def test_corrections_stand_beside_what_they_replaced(name: str) -> None:
    cases = queries.load_facts(name).known(None)["cases"]
    every = queries.load_facts(name)["cases"]
    assert every.height > cases.height
    assert cases["person_id"].is_unique().all()


def test_every_row_says_that_it_is_synthetic(name: str) -> None:
    facts = queries.load_facts(name)
    assert name.startswith("beihai-synthetic-")
    for table in ("cases", "contacts", "specimens", "stays"):
        assert facts[table]["source"].unique().to_list() == [story.MARK], table
    persons = facts["persons"]
    assert persons["list_id"].str.starts_with("SYN").all()
    assert persons["phone"].str.starts_with("0000").all()
