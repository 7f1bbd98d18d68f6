"""A post sees its own area, by whatever address it asks."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import Client

from lastcase.ops.records.models import FACTS
from lastcase.ops.records.refresh import derive_outbreak
from lastcase.ops.records.scope import set_scope
from lastcase.web.middleware import CONTENT_SECURITY_POLICY
from tests.integration.web.conftest import SignIn
from tests.integration.web.test_board import with_role_reset


def names_seen(client: Client) -> set[str]:
    session = client.session
    session["reading_purpose"] = "investigation"
    session.save()
    response = client.get("/o/trial/line-list/", follow=True)
    page = response.content.decode()
    return {name for name in ("Alder", "Birch") if f"Person {name}" in page}


@pytest.mark.parametrize(("area_id", "seen"), [("A", {"Alder"}), ("B", {"Birch"}), ("C", {"Alder", "Birch"})])
def test_line_list_shows_the_posts_area(
    tree: None, sign_in: SignIn, as_web: None, area_id: str, seen: set[str]
) -> None:
    with_role_reset(lambda: derive_outbreak("trial"))
    assert names_seen(sign_in("duty_officer", area_id)) == seen


def test_post_in_an_unknown_area_sees_no_outbreak(tree: None, sign_in: SignIn, as_web: None) -> None:
    assert sign_in("duty_officer", "Z").get("/o/trial/board/").status_code == 404


def test_no_scope_shows_no_row(tree: None, as_web: None) -> None:
    with transaction.atomic():
        set_scope(None)
        assert not FACTS["persons"].objects.exists()  # type: ignore[attr-defined]
        set_scope((0, 2**31 - 1))
        assert FACTS["persons"].objects.count() == 2  # type: ignore[attr-defined]


def test_scope_does_not_outlive_a_request(tree: None, sign_in: SignIn, as_web: None) -> None:
    sign_in("duty_officer", "A").get("/protocol/")
    Client().get("/accounts/login/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lastcase.scope_lo', true)")
        assert cursor.fetchone()[0] == ""


def test_person_of_another_area_is_not_found(tree: None, sign_in: SignIn, as_web: None) -> None:
    client = sign_in("duty_officer", "A")
    session = client.session
    session["reading_purpose"] = "investigation"
    session.save()
    assert client.get("/o/trial/person/trial:pb").status_code == 404


@pytest.mark.parametrize("path", ["/accounts/login/", "/protocol/", "/nowhere", "/health"])
def test_every_answer_carries_the_strict_policy(tree: None, sign_in: SignIn, as_web: None, path: str) -> None:
    response = sign_in("duty_officer").get(path)
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response.headers["Cache-Control"]
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    body = response.content.decode()
    assert " style=" not in body
    assert "onclick=" not in body


def test_forms_without_a_token_are_refused(tree: None, sign_in: SignIn) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/language", {"language": "en"}).status_code == 403


def test_switch_of_post_changes_what_is_open(tree: None, sign_in: SignIn, as_web: None) -> None:
    client = sign_in("duty_officer")
    assert client.get("/administration/accounts").status_code == 403
    assert client.post("/act-as", {"post": "999999"}).status_code == 302
    assert client.get("/administration/accounts").status_code == 403


def test_return_address_stays_within_the_site(tree: None, sign_in: SignIn, as_web: None) -> None:
    response = sign_in("duty_officer").post("/language", {"language": "en", "next": "https://example.org/"})
    assert response.headers["Location"] == "/"
