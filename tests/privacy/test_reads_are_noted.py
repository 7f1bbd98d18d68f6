"""A person's record is read for a stated purpose, and the reading stays on record."""

from __future__ import annotations

import stat
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lastcase.ops.records.models import AuditRead
from tests.integration.web.conftest import SignIn


def state_purpose(client: Client) -> None:
    assert client.post("/purpose", {"purpose": "follow_up", "next": "/protocol/"}).status_code == 302


def test_record_asks_for_the_purpose_first(tree: None, sign_in: SignIn, as_web: None) -> None:
    response = sign_in("duty_officer").get("/o/trial/person/trial:pa")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/purpose?next=")


def test_purpose_must_be_one_of_the_list(tree: None, sign_in: SignIn, as_web: None) -> None:
    client = sign_in("duty_officer")
    client.post("/purpose", {"purpose": "curiosity"})
    assert client.get("/o/trial/person/trial:pa").status_code == 302


def test_reading_is_noted_with_reader_post_and_purpose(tree: None, sign_in: SignIn, as_web: None) -> None:
    client = sign_in("duty_officer")
    state_purpose(client)
    assert client.get("/o/trial/person/trial:pa").status_code == 200
    from lastcase.ops.records.scope import set_scope

    set_scope((0, 2**31 - 1))
    read = AuditRead.objects.get(person_id="trial:pa")
    assert (read.purpose, read.post_name, read.actor_name) == ("follow_up", "Duty officer", "Reader")


def test_reading_in_vain_is_not_noted_as_read(tree: None, sign_in: SignIn, as_web: None) -> None:
    client = sign_in("duty_officer", "A")
    state_purpose(client)
    assert client.get("/o/trial/person/trial:pb").status_code == 404
    from lastcase.ops.records.scope import set_scope

    set_scope((0, 2**31 - 1))
    assert not AuditRead.objects.filter(person_id="trial:pb").exists()


def test_uploads_lie_closed_and_belong_to_their_session(tree: None, sign_in: SignIn, as_web: None) -> None:
    from lastcase.web.imports import uploads

    client = sign_in("data_clerk")
    sent = SimpleUploadedFile("cases.csv", b"person_id,case_status\nx1,confirmed\n")
    response = client.post("/import/", {"outbreak": "trial", "kind": "cases", "map": "", "file": sent})
    assert response.status_code == 302
    assert client.get(response.headers["Location"]).status_code == 200
    assert sign_in("data_clerk").get(response.headers["Location"]).status_code == 404
    path: Path = uploads.folder()
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in path.iterdir())
