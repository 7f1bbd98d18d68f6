"""Bulk visits on the import page: read by a job, shown, confirmed, taken whole or not at all, and followed."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lastcase.ops.accounts.actor import command_line
from lastcase.ops.accounts.powers import POST_KINDS, POWERS_OF
from lastcase.ops.lake.errors import NoLake
from lastcase.ops.lake.house import open_lake
from lastcase.ops.records.actions import record_facts
from lastcase.ops.records.models import FACTS, AuditWrite
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.refresh import refresh
from lastcase.web.imports import jobs, uploads
from lastcase.web.imports.bulk import KINDS
from tests.integration.web.conftest import SignIn
from tests.integration.web.test_imports import finish
from tests.integration.web.world import at, rows

pytestmark = [
    pytest.mark.django_db(transaction=True),  # the import writes over connections of its own
    pytest.mark.usefixtures("own_folder"),
]

HEAD = "person_id,place_id,start_at,end_at,remark\n"
CASE = "pa,hall,2022-07-19 09:00,2022-07-19 12:00,x\n"
MET = "w1,hall,2022-07-19 09:30,2022-07-19 11:30,\n"
APART = "w2,hall,2022-07-19 13:30,2022-07-19 14:30,\n"
WRONG = "w3,hall,2022-07-32 09:00,2022-07-19 14:30,\n"
ROSTER = (
    "person_id,place_id,weekdays,from time,to time,first date,last date\n"
    "w1,hall,Mon,9:00,10:00,2022-07-18,2022-07-25\n"
)


def send(client: Client, text: str | bytes, kind: str = "bulk_visits", name: str = "visits.csv") -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile(name, data)
    return client.post("/import/", {"outbreak": "trial", "kind": kind, "map": "", "file": file})


def previewed(client: Client, text: str | bytes, **more: str) -> tuple[str, str]:
    """The address of the preview of a file that was sent, and what it shows."""
    sent = send(client, text, **more)
    assert sent.status_code == 302, sent.content.decode()
    page = str(sent.headers["Location"])
    return page, client.get(page).content.decode()


def confirm(client: Client, page: str, which: str) -> str:
    client.post(f"{page}confirm", {"rows": which})
    return finish(client, page)


def in_lake() -> pl.DataFrame:
    house = open_lake(get_outbreak("trial"))
    visits = house.lake.read_visits()
    return visits.with_columns(person_id=house.dictionary().persons(visits["person"]))


def in_candidates() -> set[str]:
    return set(FACTS["visits"].objects.filter(retired_at=None).values_list("person_id", flat=True))


def test_a_file_is_read_shown_confirmed_taken_and_followed(tree: None, sign_in: SignIn) -> None:
    case = {"person_id": "trial:pa", "episode": 1, "case_status": "confirmed", "found_at": at(20, 9)}
    place = {"place_id": "trial:hall", "setting": "leisure", "name": "Hall", "area_id": "A"}
    frames = {"cases": rows("cases", case), "places": rows("places", place)}
    record_facts("trial", frames, by=command_line(), feed="test")
    refresh(get_outbreak("trial"))
    client = sign_in("data_clerk", "C")
    page, seen = previewed(client, HEAD + CASE + MET + APART)
    for shown in ("3 rows", "Every row can be taken", "19 Jul 2022 09:00", "trial:w1", "Not used"):
        assert shown in seen, shown
    with pytest.raises(NoLake):
        in_lake()
    report = confirm(client, page, "all")
    assert "Loaded" in report
    assert "3 rows read" in report
    assert sorted(in_lake()["person_id"]) == ["trial:pa", "trial:w1", "trial:w2"]
    assert in_candidates() == {"trial:pa", "trial:w1"}  # the third came an hour and a half after
    (note,) = AuditWrite.objects.filter(action="import_visits")
    assert (note.counts, note.details) == ({"visits": 3}, {"file": "visits.csv"})
    assert (note.actor_name, note.post_name) == ("Reader", "Data clerk")
    assert [path for path in uploads.folder().iterdir() if not path.suffix] == []


@pytest.mark.parametrize("kind", ["bulk_visits", "rosters"])
def test_a_column_of_rows_of_seats_is_said_to_be_used(tree: None, sign_in: SignIn, kind: str) -> None:
    heading, *lines = (
        ROSTER if kind == "rosters" else HEAD.replace(",remark", "") + MET[:-2] + "\n"
    ).splitlines()
    text = "\n".join([f"{heading},unit,seat row", *(f"{line},3,12" for line in lines)])
    _, seen = previewed(sign_in("data_clerk", "C"), text, kind=kind)
    for shown in ("Row of seats", "3/#12"):
        assert shown in seen, shown
    assert "Not used" not in seen


def test_a_file_that_lacks_a_column_is_told_all_that_it_has(tree: None, sign_in: SignIn) -> None:
    lacking = "person_id,place_id,start_at,seat row\nw1,hall,2022-07-19 09:30,12\n"
    _, seen = previewed(sign_in("data_clerk", "C"), lacking)
    assert "for end_at. Its headings: person_id, place_id, start_at, seat row" in seen


def test_errors_are_shown_with_row_and_column_and_can_be_saved(tree: None, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")
    page, seen = previewed(client, HEAD + MET + WRONG)
    for shown in ("1 error", "2022-07-32", "start_at", "Import the valid rows only"):
        assert shown in seen, shown
    saved = pl.read_csv(client.get(f"{page}problems.csv").content)
    assert saved.select("row", "column", "value").rows() == [(3, "start_at", "2022-07-32 09:00")]
    assert "Nothing was loaded" in confirm(client, page, "all")
    with pytest.raises(NoLake):
        in_lake()
    report = confirm(client, page, "valid")
    assert "Loaded" in report
    assert "1 left out" in report
    assert in_lake()["person_id"].to_list() == ["trial:w1"]
    assert client.get(f"{page}problems.xlsx").status_code == 200


def as_xlsx(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_excel(buffer)
    return buffer.getvalue()


def as_parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.with_columns(pl.col("start_at", "end_at").str.to_datetime()).write_parquet(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(("end", "write"), [("xlsx", as_xlsx), ("parquet", as_parquet)])
def test_every_form_of_file_is_taken(
    tree: None, sign_in: SignIn, end: str, write: Callable[[pl.DataFrame], bytes]
) -> None:
    client = sign_in("duty_officer")
    frame = pl.read_csv((HEAD + CASE + MET).encode(), infer_schema=False)
    page, seen = previewed(client, write(frame), name=f"visits.{end}")
    assert "19 Jul 2022 09:00" in seen
    assert "Loaded" in confirm(client, page, "all")
    assert in_lake().height == 2


def test_a_roster_becomes_visits(tree: None, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")
    page, seen = previewed(client, ROSTER, kind="rosters")
    assert "Weekdays" in seen
    assert "2 rows" in seen  # a visit each Monday, of one row of the list
    assert "Loaded" in confirm(client, page, "all")
    assert in_lake().height == 2


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("visits.csv", b"who,where\na,b\n", "No heading of visits.csv is known for"),
        ("visits.parquet", b"PAR1 and nothing else", "visits.parquet"),
        ("visits.pdf", b"%PDF-1.7", "visits.pdf"),
        ("visits.csv", b"," * 499 + b"\n", "500"),
    ],
)
def test_what_is_no_file_of_visits_says_why(
    tree: None, sign_in: SignIn, name: str, content: bytes, told: str
) -> None:
    client = sign_in("duty_officer")
    sent = send(client, content, name=name)
    refused = client.get(sent.headers["Location"])
    assert refused.status_code == 422
    assert told in refused.content.decode()
    assert "Nothing was kept" in refused.content.decode()


def test_a_file_of_nothing_to_take_offers_no_confirmation(tree: None, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")
    for text in (HEAD + WRONG, HEAD):
        page, seen = previewed(client, text)
        assert f"{page}confirm" not in seen
        assert "Another file" in seen


def test_reading_shows_where_it_is_and_leads_to_the_preview(
    tree: None, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "WAIT_S", 0.0)
    client = sign_in("duty_officer")
    page = str(send(client, HEAD + MET).headers["Location"])
    first = client.get(page).content.decode()
    assert "the preview will be here" in first or "Every row can be taken" in first
    until = time.monotonic() + 60
    while client.get(f"{page}status").headers.get("HX-Redirect") is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    led = client.get(f"{page}progress")
    assert led.headers["Location"] == page
    assert "Every row can be taken" in client.get(page).content.decode()


def test_a_map_is_not_silently_left_aside(tree: None, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")
    both = {"outbreak": "trial", "kind": "bulk_visits", "map": ""}
    files = {"file": SimpleUploadedFile("visits.csv", (HEAD + MET).encode())}
    sent = client.post("/import/", both | files | {"map_file": SimpleUploadedFile("map.toml", b"x = 1")})
    assert sent.status_code == 200
    assert "Bulk visits take no map" in sent.content.decode()


PLACES = {"": True, "R": True, "C": True, "A": False, "B": False, "Z": False}
"""Areas of a post, and whether each holds the whole area of the outbreak (C); empty: the whole installation; Z is in no
tree."""
PARTS = ("", "progress", "status", "problems.csv", "confirm")


def sent_by(client: Client, what: str) -> Any:
    return send(client, HEAD + MET if what == "bulk_visits" else ROSTER, kind=what)


def feeds(kind: str, area_id: str) -> bool:
    """Whether such a post feeds the lake."""
    return PLACES[area_id] and "import" in POWERS_OF[kind]  # type: ignore[index]


EVERY_POST = [(kind, area_id) for kind in POST_KINDS for area_id in PLACES]


@pytest.mark.parametrize(("kind", "area_id"), [post for post in EVERY_POST if feeds(*post)])
@pytest.mark.parametrize("what", KINDS)
def test_who_feeds_the_lake(tree: None, sign_in: SignIn, what: str, kind: str, area_id: str) -> None:
    client = sign_in(kind, area_id)
    sent = sent_by(client, what)
    assert sent.status_code == 302
    with pytest.raises(NoLake):
        in_lake()
    page = str(sent.headers["Location"])
    assert "Loaded" in confirm(client, page, client.get(page) and "all")


@pytest.mark.django_db  # who is refused begins no job, which would need a connection of its own
@pytest.mark.parametrize(("kind", "area_id"), [post for post in EVERY_POST if not feeds(*post)])
@pytest.mark.parametrize("what", KINDS)
def test_nobody_else_feeds_the_lake(tree: None, sign_in: SignIn, what: str, kind: str, area_id: str) -> None:
    assert sent_by(sign_in(kind, area_id), what).status_code != 302
    with pytest.raises(NoLake):
        in_lake()


@pytest.mark.parametrize("area_id", ["A", "B"])
@pytest.mark.parametrize("part", PARTS)
def test_a_post_of_a_part_is_refused_at_every_address(
    tree: None, sign_in: SignIn, part: str, area_id: str
) -> None:
    """Also where the upload is its own: sent under a post of the whole city, asked for under one of a county."""
    from lastcase.ops.accounts import actions
    from lastcase.ops.accounts.models import User

    client = sign_in("duty_officer", "C")
    page, _ = previewed(client, HEAD + MET)
    post = actions.create_post(kind="duty_officer", area_id=area_id, by=command_line())
    actions.give_post(user=User.objects.get(), post=post, by=command_line())
    client.post("/act-as", {"post": post.pk})
    asked = (
        client.post(f"{page}{part}", {"rows": "all"}) if part == "confirm" else client.get(f"{page}{part}")
    )
    assert asked.status_code == 403
    with pytest.raises(NoLake):
        in_lake()


def test_posts_of_a_part_are_not_offered_it(tree: None, sign_in: SignIn) -> None:
    offered = {
        area: "bulk_visits" in sign_in("duty_officer", area).get("/import/").content.decode() for area in "CA"
    }
    assert offered == {"C": True, "A": False}
