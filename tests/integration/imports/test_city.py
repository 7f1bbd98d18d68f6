"""The small synthetic city, loaded through the house's actions: every kind of gap is there to find."""

from __future__ import annotations

from typing import Any

import pytest

from lastcase.cli.situation import situation_of
from lastcase.core.brief import brief
from lastcase.core.facts.store import Facts
from lastcase.engines.city import story
from lastcase.ops.accounts.models import Holding, Post, User
from lastcase.ops.imports.city import load_city
from lastcase.ops.records import queries
from lastcase.ops.records.models import FACTS
from lastcase.ops.records.refresh import derive_outbreak
from tests.integration.records.world import OPERATOR

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def _brief(name: str) -> Any:
    situation = situation_of(name, None, None)
    return brief(situation.facts, situation.outbreak, situation.answers, situation.as_of)


def test_the_city_is_loaded_once_with_gaps_of_every_kind() -> None:
    """One test, since loading and deriving take most of its time."""
    name, is_new = load_city("small", by=OPERATOR)
    assert is_new
    derive_outbreak(name)
    _check_gaps(_brief(name))
    _check_rows(queries.load_facts(name))
    _check_posts()
    _check_second_load(name)


def _check_gaps(found: Any) -> None:
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


def _check_rows(facts: Facts) -> None:
    """Every row says that it is synthetic; a case stands once, in its corrected version."""
    for table in ("cases", "contacts", "specimens", "stays"):
        assert facts[table]["source"].unique().to_list() == [story.MARK], table
    assert facts["persons"]["list_id"].str.starts_with("SYN").all()
    assert facts["persons"]["phone"].str.starts_with("0000").all()
    assert facts["cases"]["person_id"].is_unique().all()
    versions = FACTS["cases"].objects
    assert 0 < versions.exclude(retired_at=None).count() < versions.filter(retired_at=None).count()


def _check_posts() -> None:
    """Offices of the city, counties, towns and cells; nobody holds them."""
    offices = set(Post.objects.values_list("kind", "area_id"))
    assert ("duty_officer", "450500") in offices
    assert ("investigator", "450502") in offices
    assert ("duty_officer", "450502001") in offices
    assert any(kind == "cell_worker" and "-SYN" in area_id for kind, area_id in offices)
    assert (User.objects.count(), Holding.objects.count()) == (0, 0)


def _check_second_load(name: str) -> None:
    before = (FACTS["cases"].objects.count(), Post.objects.count())
    assert load_city("small", by=OPERATOR) == (name, False)
    assert (FACTS["cases"].objects.count(), Post.objects.count()) == before
