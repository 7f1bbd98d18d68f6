"""A second start of the demo tells what the first one counted, for as long as that is still so."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastcase.cli.demo_kept import FILE, keep, read_kept
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.refresh import refresh
from tests.integration.records.test_refresh import crowd
from tests.integration.records.world import at, record, rows

pytestmark = pytest.mark.django_db

SUMMARY = {"outbreak": "beihai", "cases": {"total": 1}, "seconds": 3.5}
SWAB = {"specimen_id": "w", "person_id": "b:c1", "sampled_at": at(12)}


@pytest.fixture
def outbreak() -> Outbreak:
    return crowd(0)


def test_what_was_kept_is_told_again_and_took_no_time(outbreak: Outbreak, tmp_path: Path) -> None:
    keep(tmp_path, "small", [SUMMARY | {"outbreak": outbreak.name}])
    assert read_kept(tmp_path, "small") == [SUMMARY | {"outbreak": outbreak.name, "seconds": 0.0}]


def test_a_new_fact_another_size_or_a_lost_outbreak_reads_anew(outbreak: Outbreak, tmp_path: Path) -> None:
    keep(tmp_path, "small", [SUMMARY | {"outbreak": "gone"}])
    assert read_kept(tmp_path, "small") is None
    keep(tmp_path, "small", [SUMMARY | {"outbreak": outbreak.name}])
    assert read_kept(tmp_path, "none") is None
    record(outbreak, rows("specimens", SWAB))
    assert read_kept(tmp_path, "small") is None
    refresh(outbreak)
    assert read_kept(tmp_path, "small") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"made_by": 1}'])
def test_a_damaged_file_is_no_answer(text: str, tmp_path: Path) -> None:
    assert read_kept(tmp_path, "small") is None
    (tmp_path / FILE).write_text(text, "utf-8")
    assert read_kept(tmp_path, "small") is None
