"""Files as people deliver them, and files made to harm."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.read import LIMITS, Limits, read_table

PLAIN = "id,name,onset\n1,王芳,2022-07-01\n2,Li,\n"


def workbook(rows: list[list[object]], formula: str | None = None) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if isinstance(cell, date | datetime):
                    sheet.write_datetime(y, x, cell, day)
                else:
                    sheet.write(y, x, cell)
        if formula:
            sheet.write_formula(len(rows), 0, formula)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_are_told_from_the_bytes(encoding: str):
    table = read_table(PLAIN.encode(encoding), "list.csv")
    assert table.frame["name"].to_list() == ["王芳", "Li"]
    assert table.frame["_row"].to_list() == [2, 3]
    assert table.frame["onset"].to_list() == ["2022-07-01", None]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_told_from_the_lines(delimiter: str):
    text = delimiter.join(["a", "b"]) + "\n" + delimiter.join(["1", '"x,;y"']) + "\n"
    assert read_table(text.encode(), "t.csv").frame.row(0) == (2, "1", "x,;y")


def test_gzip_xlsx_and_parquet_give_the_same_cells():
    rows = [["id", "age", "onset"], ["1", 34, date(2022, 7, 1)], ["2", 0.5, date(2022, 7, 2)]]
    text = "id,age,onset\n1,34,2022-07-01\n2,0.5,2022-07-02\n"
    frame = pl.DataFrame(
        {"id": ["1", "2"], "age": [34.0, 0.5], "onset": [date(2022, 7, 1), date(2022, 7, 2)]}
    )
    parquet = io.BytesIO()
    frame.write_parquet(parquet)
    expected = read_table(text.encode(), "t.csv").frame
    for data, name in (
        (gzip.compress(text.encode()), "t.csv.gz"),
        (workbook(rows), "t.xlsx"),
        (parquet.getvalue(), "t.parquet"),
    ):
        assert read_table(data, name).frame.equals(expected), name


def test_blank_lines_count_and_cells_keep_their_line_breaks():
    table = read_table(b'a,b\n\n1,"two\nlines"\n,\n3,\n', "t.csv")
    assert table.frame.rows() == [(3, "1", "two\nlines"), (5, "3", None)]


def test_a_cell_that_looks_like_a_formula_is_kept_as_text():
    assert read_table(b"a,b\n=1+1,-5\n", "t.csv").frame.row(0) == (2, "=1+1", "-5")


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 * 2**20))
    return buffer.getvalue()


def understated_bomb() -> bytes:
    """A bomb whose directory states a small size."""
    data = bytearray(bomb())
    size = (64 * 2**20).to_bytes(4, "little")
    return bytes(data.replace(size, (1000).to_bytes(4, "little")))


def far_cell() -> bytes:
    """A workbook of two cells whose span is seventeen thousand million."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "b")
    return buffer.getvalue()


def shared_text() -> bytes:
    """A small Parquet file whose one text stands in very many rows."""
    buffer = io.BytesIO()
    pl.DataFrame({"a": pl.repeat("x" * 30_000, 20_000, eager=True)}).write_parquet(buffer)
    return buffer.getvalue()


BOOK = workbook([["a", "b"], *[[str(n), n] for n in range(500)]])
LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
HOSTILE = {
    "empty": (b"", "t.csv", "empty"),
    "blank": (b" \n \n", "t.csv", "empty"),
    "no rows": (b"a,b\n", "t.csv", "no_rows"),
    "latin-1": ("id,name\n1,Müller\n2,Renée\n".encode("latin-1"), "t.csv", "encoding"),
    "zero byte": (b"a,b\n1,x\0y\n", "t.csv", "zero_byte"),
    "huge cell": (b"a,b\n1," + b"x" * 40_000 + b"\n", "t.csv", "huge_cell"),
    "too many columns": (
        ",".join(f"c{n}" for n in range(500)).encode() + b"\n1\n",
        "t.csv",
        "too_many_columns",
    ),
    "duplicate headings": (b"a,b,a\n1,2,3\n", "t.csv", "duplicate_heading"),
    "own column": (b"a,_row\n1,2\n", "t.csv", "duplicate_heading"),
    "empty heading": (b"a,,c\n1,2,3\n", "t.csv", "empty_heading"),
    "ragged": (b"a,b\n1,2\n1,2,3\n", "t.csv", "ragged"),
    "open quote": (b'a,b\n1,"2\n3,4\n', "t.csv", "broken_csv"),
    "other extension": (b"a,b\n1,2\n", "t.exe", "extension"),
    "text named xlsx": (b"a,b\n1,2\n", "t.xlsx", "wrong_magic"),
    "pdf named csv": (b"%PDF-1.7", "t.csv", "wrong_magic"),
    "workbook named csv": (BOOK, "t.csv", "wrong_magic"),
    "truncated workbook": (BOOK[: len(BOOK) // 2], "t.xlsx", "truncated"),
    "archive named xlsx": (gzip.compress(b"a"), "t.xlsx", "wrong_magic"),
    "formula": (workbook([["a"], [1]], "=A2*2"), "t.xlsx", "formula"),
    "locked": (LOCKED, "t.xlsx", "password"),
    "old excel": (b"\xd0\xcf\x11\xe0" + bytes(600), "t.xlsx", "old_excel"),
    "zip bomb": (bomb(), "t.xlsx", "bomb"),
    "understated zip bomb": (understated_bomb(), "t.xlsx", "truncated"),
    "gzip bomb": (gzip.compress(b"0" * (64 * 2**20)), "t.csv.gz", "bomb"),
    "truncated gzip": (gzip.compress(b"a,b\n1,2\n" * 1000)[:-20], "t.csv.gz", "truncated"),
    "gzip in gzip": (gzip.compress(gzip.compress(b"a,b\n1,2\n")), "t.csv.gz", "gzip_content"),
    "cells far apart": (far_cell(), "t.xlsx", "sparse"),
    "one text in many rows": (shared_text(), "t.parquet", "bomb"),
    "broken parquet": (b"PAR1" + bytes(100), "t.parquet", "truncated"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_with_the_reason(case: str):
    data, name, reason = HOSTILE[case]
    with pytest.raises(ImportRefused) as refused:
        read_table(data, name)
    assert refused.value.message_id == f"imports.refused.{reason}"
    assert refused.value.kind == "refused_file"


def test_an_archive_without_a_workbook_is_none():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
    with pytest.raises(ImportRefused, match="not_a_workbook"):
        read_table(buffer.getvalue(), "t.xlsx")


def test_nested_parquet_columns_are_refused():
    buffer = io.BytesIO()
    pl.DataFrame({"a": [[1, 2]]}).write_parquet(buffer)
    with pytest.raises(ImportRefused) as refused:
        read_table(buffer.getvalue(), "t.parquet")
    assert refused.value.params["column"] == "a"


def test_limits_of_size_and_rows():
    with pytest.raises(ImportRefused, match="too_large"):
        read_table(b"a\n1\n", "t.csv", limits=Limits(file_bytes=3))
    with pytest.raises(ImportRefused, match="too_many_rows"):
        read_table(b"a\n1\n2\n3\n", "t.csv", limits=Limits(rows=2))
    assert LIMITS.rows >= 100_000


def test_a_missing_file_is_not_found(tmp_path: Path):
    with pytest.raises(ImportRefused) as refused:
        read_table(tmp_path / "none.csv")
    assert refused.value.kind == "not_found"


def test_reading_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for data, name, _ in HOSTILE.values():
        with pytest.raises(ImportRefused):
            read_table(data, name)
    assert list(tmp_path.iterdir()) == []
