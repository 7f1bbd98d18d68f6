"""The HTTP API of bulk visits: counts, problems and refusals as JSON; tokens; who may feed which lake."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from lastcase.ops.accounts import actions
from lastcase.ops.accounts.actor import command_line, nobody
from lastcase.ops.accounts.errors import NotPermitted
from lastcase.ops.accounts.models import AccountEvent, Post, PostToken
from lastcase.ops.accounts.powers import POST_KINDS, POWERS_OF
from lastcase.ops.lake.errors import AreaBelow, NoLake, TokenNotFound
from lastcase.ops.lake.find import find_contacts
from lastcase.ops.lake.house import open_lake
from lastcase.ops.lake.tokens import issue_token, revoke_token
from lastcase.ops.records.actions import record_facts
from lastcase.ops.records.models import AuditWrite
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.refresh import refresh
from lastcase.web.api import tokens
from tests.integration.web.conftest import KINDS, SignIn
from tests.integration.web.test_bulk_imports import (
    APART,
    CASE,
    HEAD,
    MET,
    PLACES,
    ROSTER,
    WRONG,
    as_parquet,
    as_xlsx,
    in_candidates,
    in_lake,
)
from tests.integration.web.world import at, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]

ADDRESS = "/api/v1/outbreaks/trial/visits"
ROW = {"person_id": "w1", "place_id": "hall", "start_at": "2022-07-19 09:30", "end_at": "2022-07-19 11:30"}


def token(area_id: str = "C", **more: Any) -> str:
    return issue_token("trial", "gates", area_id=area_id, by=command_line(), **more)[1]


def bearer(text: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {text}"}


def send(text: str, content: str | bytes, name: str = "gates.csv", query: str = "", **more: Any) -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    form = {"file": SimpleUploadedFile(name, data)}
    return Client().post(ADDRESS + query, form, **bearer(text), **more)


def send_rows(text: str, *sent: dict[str, Any], query: str = "", **more: Any) -> Any:
    body = json.dumps({"rows": list(sent)})
    return Client().post(ADDRESS + query, body, content_type="application/json", **bearer(text), **more)


def counts(answer: HttpResponse) -> tuple[int, int, int, bool]:
    told = json.loads(answer.content)
    return told["n_read"], told["n_taken"], told["n_refused"], told["is_loaded"]


def code(answer: HttpResponse) -> tuple[int, str]:
    told = json.loads(answer.content)["error"]
    assert set(told) == {"code", "message", "mend"}
    assert told["message"]
    return answer.status_code, told["code"]


def is_empty() -> bool:
    try:
        return in_lake().is_empty()
    except NoLake:
        return True


def test_a_file_is_taken_and_followed(tree: None) -> None:
    case = {"person_id": "trial:pa", "episode": 1, "case_status": "confirmed", "found_at": at(20, 9)}
    place = {"place_id": "trial:hall", "setting": "leisure", "name": "Hall", "area_id": "A"}
    record_facts(
        "trial", {"cases": rows("cases", case), "places": rows("places", place)}, by=command_line(), feed="t"
    )
    refresh(get_outbreak("trial"))
    answer = send(token(), HEAD + CASE + MET + APART)
    assert answer.status_code == 200, answer.content
    assert counts(answer) == (3, 3, 0, True)
    assert in_lake().height == 3
    assert in_candidates() == {"trial:pa", "trial:w1"}
    note = AuditWrite.objects.get(action="import_visits")
    kept = PostToken.objects.get()
    assert (note.actor_name, note.post_name, note.post_id) == (f"token {kept.pk}", "gates", kept.post_id)


@pytest.mark.parametrize(("end", "write"), [("xlsx", as_xlsx), ("parquet", as_parquet)])
def test_every_form_of_file_is_taken(tree: None, end: str, write: Callable[[pl.DataFrame], bytes]) -> None:
    frame = pl.read_csv((HEAD + CASE + MET).encode(), infer_schema=False)
    assert counts(send(token(), write(frame), f"gates.{end}")) == (2, 2, 0, True)
    assert in_lake().height == 2


def test_rows_are_taken_as_json(tree: None) -> None:
    one = ROW | {"unit": "table 4", "precision_min": 2.5, "visit_source": "check_in"}
    two = ROW | {"person_id": "w2", "start_at": "2022-07-19T01:30:00Z"}
    answer = send_rows(token(), one, two)
    assert counts(answer) == (2, 2, 0, True)
    visits = in_lake()
    assert visits["start_s"].unique().to_list() == [at(19, 9).timestamp() + 1800]
    qualities = open_lake(get_outbreak("trial")).lake.manifest().qualities
    assert set(qualities) == {("check_in", 150), (None, None)}


def test_errors_are_told_with_row_and_column_and_nothing_is_taken(tree: None) -> None:
    text = token()
    answer = send(text, HEAD + MET + WRONG)
    assert (answer.status_code, counts(answer)) == (422, (2, 0, 1, False))
    (problem,) = json.loads(answer.content)["problems"]
    told = {name: problem[name] for name in ("row", "column", "value", "severity")}
    assert told == {"row": 3, "column": "start_at", "value": "2022-07-32 09:00", "severity": "error"}
    assert problem["reason"]
    assert problem["mend"]
    assert is_empty()
    by_rows = send_rows(text, ROW, ROW | {"end_at": "yesterday"})
    (problem,) = json.loads(by_rows.content)["problems"]
    assert (by_rows.status_code, problem["row"], problem["column"]) == (422, 2, "end_at")
    assert is_empty()
    turned = send_rows(text, ROW | {"end_at": "2022-07-19 08:00"})
    (problem,) = json.loads(turned.content)["problems"]
    assert (problem["code"], problem["column"], problem["value"]) == (
        "visit_reversed",
        "end_at",
        "2022-07-19 08:00",
    )
    valid = send(text, HEAD + MET + WRONG, query="?valid_rows=true")
    assert (valid.status_code, counts(valid)) == (200, (2, 1, 1, True))
    assert in_lake()["person_id"].to_list() == ["trial:w1"]


def test_words_come_in_the_language_of_the_caller(tree: None) -> None:
    chinese = send(token(), HEAD + WRONG, HTTP_ACCEPT_LANGUAGE="zh-CN")
    (problem,) = json.loads(chinese.content)["problems"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in problem["reason"])


def test_a_dry_run_keeps_nothing(tree: None) -> None:
    answer = send(token(), HEAD + MET, query="?dry_run=true")
    assert (answer.status_code, counts(answer)) == (200, (1, 1, 0, False))
    assert json.loads(answer.content)["is_dry_run"] is True
    assert is_empty()
    assert not AuditWrite.objects.filter(action="import_visits").exists()


def test_a_roster_becomes_visits(tree: None) -> None:
    answer = send(token(), ROSTER, query="?roster=true")
    assert counts(answer) == (1, 1, 0, True)
    assert json.loads(answer.content)["n_visits"] == in_lake().height == 2


def test_the_same_again_changes_no_answer(tree: None) -> None:
    case = {"person_id": "trial:pa", "episode": 1, "case_status": "confirmed", "found_at": at(20, 9)}
    record_facts("trial", {"cases": rows("cases", case)}, by=command_line(), feed="test")
    refresh(get_outbreak("trial"))
    text = token()
    found = []
    for _ in range(2):
        assert send(text, HEAD + CASE + MET).status_code == 200
        ring = find_contacts("trial", ["trial:pa"], by=command_line()).contacts
        found.append(ring.drop("n_meetings", strict=False))
    assert found[0].height == 1
    assert found[0].equals(found[1])


BAD = {
    "no form": (415, "wrong_kind", {"data": b"a,b", "content_type": "text/csv"}),
    "no body": (415, "wrong_kind", {"data": b"", "content_type": ""}),
    "form without file": (400, "no_file", {"data": {"x": "y"}}),
    "broken form": (400, "bad_request", {"data": b"x", "content_type": "multipart/form-data"}),
    "broken json": (400, "bad_request", {"data": b"{", "content_type": "application/json"}),
    "no rows": (400, "bad_request", {"data": b'{"rows": []}', "content_type": "application/json"}),
    "unknown field": (
        400,
        "bad_request",
        {"data": json.dumps({"rows": [ROW | {"phone": "1"}]}), "content_type": "application/json"},
    ),
    "zero byte": (
        400,
        "zero_byte",
        {"data": json.dumps({"rows": [ROW | {"person_id": "a\0"}]}), "content_type": "application/json"},
    ),
    "too much json": (413, "too_large", {"data": b" " * 6_000_000, "content_type": "application/json"}),
}


@pytest.mark.parametrize("name", BAD)
def test_a_request_that_cannot_be_read_says_why(tree: None, name: str) -> None:
    status, word, sent = BAD[name]
    answer = Client().post(ADDRESS, **sent, **bearer(token()))
    assert code(answer) == (status, word)
    assert is_empty()


def test_a_file_that_is_none_is_refused_as_on_the_page(tree: None) -> None:
    text = token()
    assert code(send(text, "who,where\na,b\n")) == (400, "lacking_fields")
    assert code(send(text, "x", "visits.pdf")) == (400, "extension")
    assert code(send(text, HEAD + MET, query="?dry_run=perhaps")) == (400, "bad_request")


def test_a_file_beyond_the_limit_is_refused(tree: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from lastcase.ops.imports.read import limits

    monkeypatch.setattr("lastcase.web.api.visits.Limits", lambda: limits.Limits(file_bytes=20))
    assert code(send(token(), HEAD + MET)) == (413, "too_large")


def test_without_a_standing_token_nothing_is_taken(tree: None, sign_in: SignIn) -> None:
    """A person's sign-in opens nothing here either, so that no page elsewhere can make a browser send visits."""
    form = {"file": SimpleUploadedFile("gates.csv", (HEAD + MET).encode())}
    assert code(Client().post(ADDRESS, form)) == (401, "no_token")
    for kind in KINDS:
        assert sign_in(kind).post(ADDRESS, form).status_code == 401
    assert code(send("lastcase_invented", HEAD + MET)) == (401, "token_unknown")
    assert code(send(token(valid_days=0), HEAD + MET)) == (401, "token_expired")
    number, text = issue_token("trial", "doors", area_id="C", by=command_line())
    assert send(text, HEAD + MET, query="?dry_run=1").status_code == 200
    revoke_token(number.pk, by=command_line())
    assert code(send(text, HEAD + MET)) == (401, "token_unknown")
    ended = token()
    Post.objects.update(is_active=False)
    assert code(send(ended, HEAD + MET)) == (401, "token_unknown")
    assert is_empty()


def test_a_token_is_for_one_outbreak(tree: None) -> None:
    for name in ("other", "trials", "TRIAL"):
        answer = Client().post(ADDRESS.replace("trial", name), {}, **bearer(token()))
        assert code(answer) == (404, "outbreak_not_found")


@pytest.mark.parametrize("area_id", PLACES)
@pytest.mark.parametrize("kind", POST_KINDS)
def test_who_feeds_the_lake(tree: None, kind: str, area_id: str) -> None:
    """Whatever post a token is of, the act asks the post's own power and place."""
    post = actions.create_post(kind=kind, area_id=area_id, by=command_line())
    _, text = actions.create_token(post=post, outbreak="trial", valid_days=1, by=command_line())
    may = PLACES[area_id] and "import" in POWERS_OF[kind]  # type: ignore[index]
    for query in ("", "?dry_run=true"):
        answer = send(text, HEAD + MET, query=query)
        assert answer.status_code == (200 if may else 403), answer.content
    assert is_empty() is not may


@pytest.mark.parametrize("area_id", PLACES)
def test_tokens_are_issued_for_the_whole_area_alone(tree: None, area_id: str) -> None:
    if PLACES[area_id]:
        assert send(token(area_id), HEAD + MET).status_code == 200
    else:
        with pytest.raises(AreaBelow):
            token(area_id)
        assert not Post.objects.filter(name="gates").exists()


def test_tokens_are_for_who_keeps_accounts_audited_and_kept_as_hashes(tree: None) -> None:
    for act in (
        lambda by: issue_token("trial", "gates", area_id="C", by=by),
        lambda by: revoke_token(1, by=by),
    ):
        with pytest.raises(NotPermitted):
            act(nobody())
    first, text = issue_token("trial", "gates", area_id="C", by=command_line())
    second, _ = issue_token("trial", "gates", area_id="C", by=command_line())
    assert first.post_id == second.post_id
    for _ in range(2):
        revoke_token(first.pk, by=command_line())
    with pytest.raises(TokenNotFound):
        revoke_token(10**6, by=command_line())
    noted = AccountEvent.objects.filter(action__endswith="_token").values_list("action", "subject")
    assert list(noted.order_by("id")) == [
        ("create_token", f"token:{first.pk}"),
        ("create_token", f"token:{second.pk}"),
        ("revoke_token", f"token:{first.pk}"),
    ]
    kept = [*PostToken.objects.values(), *AccountEvent.objects.values()]
    assert text not in str(kept)


def test_a_token_that_calls_too_often_waits(tree: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "CALLS_A_MINUTE", 2)
    monkeypatch.setattr(tokens.time, "time", lambda: 1_000_000.0)
    text = token()
    answers = [send_rows(text, ROW, query="?dry_run=true") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert code(answers[2]) == (429, "too_often")
    assert answers[2].headers["Retry-After"] == "60"
    assert send_rows(token(), ROW, query="?dry_run=true").status_code == 200  # another token's own count


def test_a_lake_that_is_being_written_to_asks_to_come_again(
    tree: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lastcase.engines.lake.writer import locked
    from lastcase.ops.lake import house

    text = token()
    assert send(text, HEAD + MET).status_code == 200
    lake = open_lake(get_outbreak("trial"))
    monkeypatch.setattr(house.Lake, "open", partial(house.Lake.open, wait_s=0.05))
    monkeypatch.setattr(house, "WAIT_S", 0.05)
    with locked(lake.keys, 1):
        answer = send(text, HEAD + APART)
    assert code(answer) == (503, "in_use")
    assert in_lake().height == 1


def test_the_api_has_these_addresses_and_describes_itself(tree: None) -> None:
    (api,) = [one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "api"]
    assert {pattern.name for pattern in api.url_patterns} == {"api-root", "openapi-json", "visits"}
    described = json.loads(Client().get("/api/v1/openapi.json").content)
    assert list(described["paths"]) == ["/api/v1/outbreaks/{outbreak}/visits"]
    assert Client().get("/api/v1/").status_code == 404
