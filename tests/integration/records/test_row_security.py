"""Who is shown a row: the area that names the person, where the person is, where the person lives, and nobody
else.

All reads here are made as `lastcase_web`, which owns nothing.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from lastcase.core.facts import TABLES
from lastcase.ops.accounts.actor import WHOLE_TREE
from lastcase.ops.records.audit import log_read
from lastcase.ops.records.models import ANSWER_MODELS, FACTS, AreaPosition, AuditRead, AuditWrite, Member
from lastcase.ops.records.scope import scoped, set_scope
from lastcase.ops.records.security import OPEN_FACTS, scoped_tables
from tests.integration.records.world import OPERATOR, as_web, at, found, post, record, rows, standing

pytestmark = pytest.mark.django_db

NEIGHBOUR = {"person_id": "b:2", "residence_area_id": "south", "present_area_id": "south"}
NAMED = {
    "contact_id": "c1", "case_person_id": "b:1", "person_id": "b:2", "area_id": "north", "named_at": at(12),
}  # fmt: skip
HAND_OVER = {
    "move_id": "h1", "person_id": "b:2", "move_kind": "hand_over", "from_area_id": "north", "to_area_id":
    "south", "requested_at": at(13),
}  # fmt: skip


def neighbours():
    """A case in the north names a contact who lives in the south; another person of the south is no concern
    of it."""
    outbreak = found()
    record(
        outbreak,
        rows("persons", {"person_id": "b:1", "residence_area_id": "north-1"}, NEIGHBOUR,
             {"person_id": "b:3", "residence_area_id": "south"}),
        rows("cases", {"person_id": "b:1", "episode": 1, "case_status": "confirmed", "area_id": "north"}),
        rows("contacts", NAMED),
        rows("checks", {"check_id": "k3", "person_id": "b:3", "duty_kind": "monitor", "checked_at": at(13),
                        "check_outcome": "done"}),
    )  # fmt: skip
    return outbreak


def seen(area_id: str, table: str = "persons") -> list[str]:
    with as_web(post(area_id).scope):
        return standing(table)


def test_without_a_scope_no_row_is_shown_anywhere():
    neighbours()
    with as_web(None), connection.cursor() as cursor:
        for table in scoped_tables():
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] == 0, table


def test_every_table_that_shows_a_person_is_under_a_policy():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        secured = {name for (name,) in cursor.fetchall()}
    tables = [FACTS[name] for name, table in TABLES.items() if table.person_fields or name not in OPEN_FACTS]
    models = [*tables, *ANSWER_MODELS.values(), Member, AuditRead, AuditWrite]
    assert {model._meta.db_table for model in models} <= secured


def test_a_county_sees_its_own_and_the_neighbour_it_named_and_nothing_else():
    neighbours()
    assert seen("north") == ["b:1", "b:2"]
    assert seen("north", "contacts") == ["b:2"]
    assert seen("north", "checks") == []
    assert seen("south") == ["b:2", "b:3"]
    assert seen("south", "cases") == []
    assert seen("city") == ["b:1", "b:2", "b:3"]
    assert seen("north-1") == ["b:1"]


def test_the_sender_sees_the_contact_until_the_receiver_signs():
    outbreak = neighbours()
    record(outbreak, rows("moves", HAND_OVER))
    assert seen("north") == ["b:1", "b:2"]
    record(outbreak, rows("moves", HAND_OVER | {"received_at": at(14), "received_by": "South"}))
    assert seen("north") == ["b:1"]
    assert seen("north", "contacts") == seen("north", "moves") == []
    assert seen("south") == ["b:2", "b:3"]
    assert seen("south", "contacts") == ["b:2"]


def test_a_new_naming_after_the_hand_over_counts_again():
    outbreak = neighbours()
    record(outbreak, rows("moves", HAND_OVER | {"received_at": at(14)}))
    record(outbreak, rows("contacts", NAMED | {"contact_id": "c2", "named_at": at(15)}))
    assert seen("north") == ["b:1", "b:2"]
    assert seen("north", "contacts") == ["b:2"]


def test_who_moves_is_shown_where_the_person_is():
    outbreak = neighbours()
    assert seen("north-1") == ["b:1"]
    record(outbreak, rows("persons", {"person_id": "b:3", "present_area_id": "north-1"}))
    assert seen("north-1") == ["b:1", "b:3"]
    assert seen("north-1", "checks") == ["b:3"]


def test_a_home_places_the_person_where_no_area_is_stated():
    outbreak = found()
    record(
        outbreak,
        rows("places", {"place_id": "home", "area_id": "south"}),
        rows("persons", {"person_id": "b:9", "residence_place_id": "home"}),
    )
    assert (seen("south"), seen("north")) == (["b:9"], [])


def test_a_person_without_any_area_is_shown_to_the_root_alone():
    outbreak = found()
    record(outbreak, rows("persons", {"person_id": "b:9"}))
    assert (seen("city"), seen("north")) == (["b:9"], [])


def test_an_outbreak_without_areas_is_shown_to_the_installation_alone():
    found("here")
    record(found("elsewhere", area_id=None), rows("persons", {"person_id": "e:1"}))
    assert seen("city") == []
    with as_web(WHOLE_TREE):
        assert standing("persons") == ["e:1"]


def test_a_redrawn_tree_moves_the_rows_with_it():
    outbreak = neighbours()
    record(outbreak, rows("areas", {"area_id": "a-first", "tier": "county", "parent_id": "city"}))
    assert (
        AreaPosition.objects.get(area_id="a-first").area_lo
        < AreaPosition.objects.get(area_id="north").area_lo
    )
    assert (seen("a-first"), seen("north"), seen("south")) == ([], ["b:1", "b:2"], ["b:2", "b:3"])


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM fact_cases",
        "UPDATE answer_duties SET due_at = NULL",
        "INSERT INTO records_member (outbreak_id, person_id, survivor_id) VALUES (1, 'b:1', 'b:1')",
        "DELETE FROM records_auditwrite",
        "SELECT * FROM records_touched",
    ],
)
def test_the_web_role_writes_no_fact_and_no_answer(statement):
    neighbours()
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with as_web(WHOLE_TREE), connection.cursor() as cursor, refused, transaction.atomic():
        cursor.execute(statement)


def test_the_scope_ends_with_its_transaction():
    neighbours()
    actor = post("north")
    with as_web(None):
        with scoped(actor):
            assert standing("persons") == ["b:1", "b:2"]
        assert standing("persons") == []


@pytest.mark.django_db(transaction=True)
def test_a_connection_used_again_keeps_no_scope():
    neighbours()
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE lastcase_web")
    try:
        with pytest.raises(RuntimeError):
            set_scope(WHOLE_TREE)
        for area_id in ("north", "south") * 20:
            with scoped(post(area_id)):
                inside = standing("persons")
            assert inside == {"north": ["b:1", "b:2"], "south": ["b:2", "b:3"]}[area_id]
            with transaction.atomic():
                assert standing("persons") == []
        with pytest.raises(ZeroDivisionError), scoped(post("south")):
            raise ZeroDivisionError
        assert standing("persons") == []
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def test_reads_of_persons_are_noted_with_their_purpose():
    neighbours()
    log_read(post("north"), ["b:1", "b:2", "b:1"], "tracing", outbreak="beihai")
    assert list(AuditRead.objects.values_list("person_id", "purpose", "post_name")) == [
        ("b:1", "tracing", "north"),
        ("b:2", "tracing", "north"),
    ]
    with as_web(post("south").scope):
        assert not AuditRead.objects.exists()
    assert AuditWrite.objects.filter(actor_name=OPERATOR.name).exists()


DAY_0 = {
    "decision_id": "d1", "decision_kind": "day0", "subject": "79144", "area_id": "city", "value_on": date(2022, 7, 25),
    "signed_at": at(13), "signed_by": "City", "reason": "test",
}  # fmt: skip
OF_A_PERSON = {
    "decision_id": "d2", "decision_kind": "exempt", "person_id": "b:3", "signed_at": at(13), "signed_by": "South",
    "reason": "test",
}  # fmt: skip


def test_a_decision_about_nobody_binds_and_is_shown_to_every_post():
    outbreak = neighbours()
    record(outbreak, rows("decisions", DAY_0, OF_A_PERSON))
    assert seen_decisions(post("north-1").scope) == ["d1"]
    assert seen_decisions(post("south").scope) == ["d1", "d2"]
    assert seen_decisions(None) == []


def seen_decisions(scope):
    with as_web(scope):
        return standing("decisions", "decision_id")
