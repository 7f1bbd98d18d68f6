"""The import pages: an import goes on without its page, its report stays, and every problem can be saved."""

from __future__ import annotations

import io
import re
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from python_calamine import CalamineWorkbook

from lastcase.ops.records.models import FACTS, Outbreak
from lastcase.ops.records.writing import LOCK_CLASS
from lastcase.web.imports import jobs, uploads
from tests.integration.web.conftest import SignIn

pytestmark = [
    pytest.mark.django_db(transaction=True),  # the import writes over connections of its own
    pytest.mark.usefixtures("own_folder"),
]

FILE = b"person_id,case_status,found_at,sex\nw1,confirmed,2022-07-20,f\nw2,confirmed,2022-07-32,m\n"
PATIENCE_S = 60


def upload(client: Client) -> str:
    """Send the file; the address of its preview."""
    file = SimpleUploadedFile("cases.csv", FILE)
    sent = client.post("/import/", {"outbreak": "trial", "kind": "cases", "map": "", "file": file})
    assert sent.status_code == 302
    return str(sent.headers["Location"])


def finish(client: Client, page: str) -> str:
    """The report, once the import has ended."""
    until = time.monotonic() + PATIENCE_S
    while (told := client.get(f"{page}status")).headers.get("HX-Redirect") is None:
        assert time.monotonic() < until, told.content.decode()
        time.sleep(0.1)
    return client.get(told.headers["HX-Redirect"]).content.decode()


def cases() -> list[str]:
    return sorted(FACTS["cases"].objects.values_list("person_id", flat=True))


def test_the_report_stays_and_its_problems_can_be_saved(tree: None, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")
    page = upload(client)
    confirmed = client.post(f"{page}confirm", {"rows": "valid"})
    assert confirmed.headers["Location"] == f"{page}progress"
    first, again = finish(client, page), client.get(f"{page}progress").content.decode()
    assert "Loaded" in first
    assert "1 left out" in re.sub(r"\s+", " ", again)
    assert cases() == ["trial:pa", "trial:pb", "trial:w1"]
    assert "2022-07-32" in client.get(f"{page}problems.csv").content.decode()
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{page}problems.xlsx").content))
    assert any("2022-07-32" in row for row in sheet.get_sheet_by_index(0).to_python())
    assert client.get(f"{page}problems.exe").status_code == 404
    assert [path for path in uploads.folder().iterdir() if not path.suffix] == []


def test_an_import_shows_where_it_is_and_outlives_its_page(
    tree: None, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "WAIT_S", 0.0)
    client = sign_in("duty_officer")
    page = upload(client)
    with transaction.atomic():
        hold_the_record()
        client.post(f"{page}confirm", {"rows": "valid"})  # waits for the lock that is held here
        seen = wait_for_step(client, page, "Writing to the record")
        assert 'value="3"' in seen
        assert 'hx-get="' in seen
        assert "You may leave this page" in client.get(f"{page}progress").content.decode()
        client.post(f"{page}confirm", {"rows": "valid"})
    assert "Loaded" in finish(client, page)
    assert cases() == ["trial:pa", "trial:pb", "trial:w1"]


def hold_the_record() -> None:
    """Until the transaction ends nobody else writes to the outbreak."""
    with connection.cursor() as cursor:
        outbreak = Outbreak.objects.get(name="trial").pk
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, outbreak])


def wait_for_step(client: Client, page: str, step: str) -> str:
    until = time.monotonic() + PATIENCE_S
    while step not in (seen := client.get(f"{page}status").content.decode()):
        assert time.monotonic() < until, seen
        time.sleep(0.05)
    return seen


def test_what_ended_with_its_server_says_so(
    tree: None, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("duty_officer")
    page = upload(client)
    jobs._note(page.split("/")[-2], jobs.Job("running", time.time()))
    monkeypatch.setattr(jobs, "PROCESS", "the next server")
    told = client.get(f"{page}progress")
    assert told.status_code == 422
    assert "It broke off" in told.content.decode()
    client.post(f"{page}confirm", {"rows": "valid"})
    assert "Loaded" in finish(client, page)


def test_another_session_finds_nothing(tree: None, sign_in: SignIn) -> None:
    page = upload(sign_in("duty_officer"))
    for part in ("", "progress", "status", "problems.csv"):
        assert sign_in("duty_officer").get(page + part).status_code == 404
