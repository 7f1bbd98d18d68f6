"""Diaries: with a one-time code a person tells visits once, for nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lastcase.ops.accounts.actor import command_line, nobody
from lastcase.ops.accounts.permissions import NotPermitted
from lastcase.ops.lake.diary import issue_diary_code, take_diary
from lastcase.ops.lake.errors import CodeExpired, CodeUnknown, CodeUsed, NoLake
from lastcase.ops.lake.house import OutbreakLake, open_lake
from lastcase.ops.records.errors import PersonNotFound
from lastcase.ops.records.models import AuditWrite, DiaryCode
from lastcase.ops.records.outbreaks import get_outbreak
from tests.integration.web.conftest import tree

__all__ = ["tree"]
PERSON = "trial:pa"
DIARY = (
    "place,start_at,end_at\nhall,2022-07-03 14:00,2022-07-03 16:00\nshop,2022-07-04 10:00,2022-07-04 11:00\n"
)


@pytest.fixture(autouse=True)
def home(tree: None, tmp_path: Path, settings: Any) -> None:
    settings.LASTCASE_HOME = tmp_path


def write(folder: Path, text: str = DIARY) -> Path:
    path = folder / "diary.csv"
    path.write_text(text, encoding="utf-8")
    return path


def issue(**more: Any) -> str:
    return issue_diary_code("trial", PERSON, by=command_line(), **more)


def house() -> OutbreakLake:
    return open_lake(get_outbreak("trial"))


def test_visits_are_taken_for_the_person_of_the_code(tmp_path: Path) -> None:
    code = issue()
    report = take_diary(write(tmp_path), code.lower().replace("-", " "), by=command_line())
    assert report.is_loaded
    assert report.problems.is_empty()
    visits = house().lake.read_visits()
    assert visits.height == 2
    assert house().dictionary().persons(visits["person"]).to_list() == [PERSON] * 2
    (quality,) = house().lake.manifest().qualities
    assert quality == ("diary", 15 * 60)
    written = AuditWrite.objects.order_by("id").filter(action__in=["issue_diary_code", "take_diary"])
    assert [row.details["person_id"] for row in written] == [PERSON, PERSON]


def test_a_code_works_once(tmp_path: Path) -> None:
    code = issue()
    take_diary(write(tmp_path), code, by=command_line())
    with pytest.raises(CodeUsed):
        take_diary(write(tmp_path), code, by=command_line())
    assert house().lake.read_visits().height == 2
    assert issue() != code


def test_a_code_that_is_wrong_or_too_old_is_refused(tmp_path: Path) -> None:
    issue()
    with pytest.raises(CodeUnknown):
        take_diary(write(tmp_path), "0000-0000-0000-0000", by=command_line())
    with pytest.raises(CodeExpired):
        take_diary(write(tmp_path), issue(valid_days=0), by=command_line())
    with pytest.raises(NoLake):
        house()


def test_a_file_with_an_error_leaves_the_code_as_it_was(tmp_path: Path) -> None:
    code = issue()
    wrong = write(tmp_path, DIARY + "shop,yesterday,2022-07-04 11:00\n")
    report = take_diary(wrong, code, by=command_line())
    assert not report.is_loaded
    assert set(report.problems["row"]) == {4}
    assert take_diary(write(tmp_path), code, by=command_line()).is_loaded


def test_rows_of_others_are_refused(tmp_path: Path) -> None:
    rows = DIARY.splitlines()
    named = [f"person id,{rows[0]}", f"pa,{rows[1]}", f"pb,{rows[2]}"]
    report = take_diary(write(tmp_path, "\n".join(named)), issue(), by=command_line())
    assert not report.is_loaded
    told = report.problems.select("row", "column", "value", "message_id").rows()
    assert told == [(3, "person id", "pb", "imports.row.another_person")]


def test_what_the_file_says_of_its_source_does_not_count(tmp_path: Path) -> None:
    text = "place,start_at,end_at,visit_source\nhall,2022-07-03 14:00,2022-07-03 16:00,check_in\n"
    assert take_diary(write(tmp_path, text), issue(), by=command_line()).is_loaded
    assert house().lake.manifest().qualities[0].visit_source == "diary"


def test_only_an_officer_issues_codes_and_only_for_persons_on_record() -> None:
    with pytest.raises(PersonNotFound):
        issue_diary_code("trial", "trial:nobody", by=command_line())
    with pytest.raises(NotPermitted):
        issue_diary_code("trial", PERSON, by=nobody())
    assert not DiaryCode.objects.exists()


def test_the_code_itself_is_kept_nowhere() -> None:
    code = issue()
    kept = pl.DataFrame(list(DiaryCode.objects.values("code_hash", "person_id", "issued_by")))
    assert code not in kept.write_csv()
    assert code.replace("-", "") not in kept.write_csv()
    assert code not in str(list(AuditWrite.objects.values()))
