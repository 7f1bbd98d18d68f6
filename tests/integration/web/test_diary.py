"""The diary page: by a code and without an account, whole or not at all, with consent, once."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lastcase.ops.accounts.actor import command_line
from lastcase.ops.lake.diary import issue_diary_code
from lastcase.ops.lake.errors import NoLake
from lastcase.ops.lake.house import open_lake
from lastcase.ops.records.models import AuditWrite
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.web.diary import views
from lastcase.web.imports import uploads
from tests.integration.web.test_bulk_imports import in_lake
from tests.integration.web.world import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]

VISIT = {"place": "Mah-jong hall", "day": "2022-07-19", "start": "14:00", "end": "16:00"}
NIGHT = {"place": "Night shift", "day": "2022-07-19", "start": "22:00", "end": "06:00"}


def code(person: str = "trial:pa", **more: Any) -> str:
    return issue_diary_code("trial", person, by=command_line(), **more)


def send(
    said: str, *visits: dict[str, str], consent: bool = True, text: str = "", name: str = "d.csv"
) -> Any:
    form: dict[str, Any] = {"code": said, "visit-TOTAL_FORMS": "20", "visit-INITIAL_FORMS": "0"}
    form |= {f"visit-{n}-{field}": value for n, visit in enumerate(visits) for field, value in visit.items()}
    form |= {"consent": "on"} if consent else {}
    form |= {"file": SimpleUploadedFile(name, text.encode())} if text else {}
    return Client().post("/diary/", form)


def is_empty() -> bool:
    try:
        return in_lake().is_empty()
    except NoLake:
        return True


def test_what_is_typed_is_taken_for_the_person_of_the_code(tree: None) -> None:
    sent = send(code().lower(), VISIT, NIGHT)
    assert (sent.status_code, sent.headers["Location"]) == (302, "/diary/done")
    assert "Thank you" in Client().get("/diary/done").content.decode()
    visits = in_lake().sort("start_s")
    assert visits["person_id"].to_list() == ["trial:pa"] * 2
    spans = visits.select("start_s", "end_s").rows()
    assert spans == [
        (at(19, 14).timestamp(), at(19, 16).timestamp()),
        (at(19, 22).timestamp(), at(20, 6).timestamp()),
    ]
    assert open_lake(get_outbreak("trial")).lake.manifest().qualities[0].visit_source == "diary"
    note = AuditWrite.objects.get(action="take_diary")
    assert (note.actor_name, note.details) == ("code bearer", {"person_id": "trial:pa"})


def test_a_file_is_taken_and_goes(tree: None) -> None:
    text = "place,start,end\nhall,2022-07-19 14:00,2022-07-19 16:00\n"
    assert send(code(), text=text).status_code == 302
    assert in_lake()["person_id"].to_list() == ["trial:pa"]
    assert list(uploads.folder().iterdir()) == []


def test_a_code_works_once_and_only_while_it_is_valid(tree: None) -> None:
    once = code()
    assert send(once, VISIT).status_code == 302
    for said, told in ((once, "works once"), (code(valid_days=0), "expired"), ("0000-0000", "code")):
        refused = send(said, VISIT)
        assert refused.status_code == 422
        assert told in refused.content.decode()
    assert in_lake().height == 1


@pytest.mark.parametrize(
    ("visits", "more", "told"),
    [
        ([VISIT], {"consent": False}, "Without your consent"),
        ([], {}, "at least one visit"),
        ([VISIT | {"place": ""}], {}, "This field is required"),
        ([VISIT | {"day": "yesterday"}], {}, "Enter a valid date"),
        ([VISIT], {"text": "place,start,end\n"}, "not both"),
        ([], {"text": "x" * 1_100_000}, "larger than 1 MiB"),
        ([], {"text": "x", "name": "d.pdf"}, ".csv or .xlsx"),
        ([], {"text": "a,b\n1,2\n"}, "No heading of d.csv"),
        ([], {"text": "place,start,end\nhall,yesterday,2022-07-19 16:00\n"}, "Row 2"),
        ([VISIT, VISIT | {"day": "1960-07-19"}], {}, "Visit 2"),
    ],
)
def test_what_is_wrong_is_said_and_the_code_still_works(
    tree: None, visits: list[dict[str, str]], more: dict[str, Any], told: str
) -> None:
    said = code()
    refused = send(said, *visits, **more)
    assert refused.status_code == 422
    assert told in refused.content.decode()
    assert is_empty()
    assert send(said, VISIT).status_code == 302


def test_rows_of_others_are_refused(tree: None) -> None:
    refused = send(code(), text="person,place,start,end\npb,hall,2022-07-19 14:00,2022-07-19 16:00\n")
    assert "Row 2" in refused.content.decode()
    assert is_empty()


def test_guessing_of_codes_ends(tree: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "WRONG_CODES", 2)
    for _ in range(2):
        assert "Too many" not in send("0000-0000", VISIT).content.decode()
    assert "Too many" in send(code(), VISIT).content.decode()
    assert is_empty()


def test_a_form_from_elsewhere_is_refused(tree: None) -> None:
    assert Client(enforce_csrf_checks=True).post("/diary/", {"code": code()}).status_code == 403
