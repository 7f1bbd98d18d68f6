"""A kept world is found as it was begun, and only by a test that asks for it."""

from __future__ import annotations

import pytest

from lastcase.ops.records.models import FACTS, Outbreak
from tests.integration.web.conftest import filled, tree

pytestmark = pytest.mark.django_db
__all__ = ["filled", "tree"]


def persons() -> set[str]:
    return set(FACTS["persons"].objects.values_list("person_id", flat=True))


@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_test_changes_the_next_does_not_see(tree: None, time: str) -> None:
    assert persons() == {"trial:pa", "trial:pb"}
    FACTS["persons"].objects.all().delete()
    assert persons() == set()


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_world_builds_on_another(filled: None, time: str) -> None:
    assert {"trial:pa", "trial:A1"} <= persons()
    FACTS["persons"].objects.all().delete()


def test_the_world_beneath_stands_without_the_one_on_it(tree: None) -> None:
    assert persons() == {"trial:pa", "trial:pb"}


def test_nobody_sees_a_world_unasked() -> None:
    assert not Outbreak.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_has_it_begun_alone(filled: None) -> None:
    from django.db import connection

    assert "trial:A1" in persons()
    assert not connection.in_atomic_block


def test_what_was_committed_is_gone() -> None:
    assert not Outbreak.objects.exists()
