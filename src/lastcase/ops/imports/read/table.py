"""The one door for files: what kind it is by its first bytes, and its cells as texts with row numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath

import polars as pl

from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.read.limits import LIMITS, Limits

ROW = "_row"
"""Column of row numbers: the headings are row 1, as a spreadsheet shows them."""

EXTENSIONS = {
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
    ".gz": "gzip",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".parquet": "parquet",
    ".pq": "parquet",
}
MAGICS = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "xlsx"),
    (b"PK\x05\x06", "xlsx"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0", "ole"),
    (b"%PDF", "pdf"),
)


@dataclass(frozen=True)
class SourceTable:
    """A file's cells: `frame` holds `ROW` and one text column a heading (empty cells are null)."""

    name: str
    format: str
    encoding: str
    frame: pl.DataFrame

    @property
    def headings(self) -> list[str]:
        """The file's headings in its order."""
        return [column for column in self.frame.columns if column != ROW]


def read_table(
    source: Path | str | bytes,
    name: str = "",
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    limits: Limits = LIMITS,
) -> SourceTable:
    """The file at a path, or its bytes under the file name `name`, as texts. Raises ImportRefused.

    CSV (comma, semicolon, tab, bar; UTF-8, UTF-16, GB 18030), the same in gzip, XLSX (first sheet, or
    `sheet`) and Parquet. The kind is told by the first bytes and must agree with the extension.
    """
    data, label = _bytes(source, name, limits)
    if not data:
        raise ImportRefused("empty", file=label)
    kind = _kind(data, label)
    if kind == "gzip":
        from lastcase.ops.imports.read.packed import gunzip

        data = gunzip(data, label, limits)
        if _found(data) != "text":
            raise ImportRefused("gzip_content", file=label)
        kind = _kind(data, label[:-3] if label.lower().endswith(".gz") else label)
    frame, used = _cells(kind, data, label, encoding, sheet, limits)
    return SourceTable(label, kind, used, frame)


def _bytes(source: Path | str | bytes, name: str, limits: Limits) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        _check_size(len(source), name, limits)
        return source, name
    path = Path(source)
    label = name or path.name
    if not path.is_file():
        raise ImportRefused("not_found", kind="not_found", file=str(path))
    try:
        _check_size(path.stat().st_size, label, limits)
        return path.read_bytes(), label
    except OSError as error:
        raise ImportRefused("unreadable", file=label, reason=error.strerror or str(error)) from error


def _check_size(size: int, label: str, limits: Limits) -> None:
    if size > limits.file_bytes:
        raise ImportRefused("too_large", file=label, mib=size // 2**20, limit_mib=limits.file_bytes // 2**20)


def _found(data: bytes) -> str:
    return next((kind for magic, kind in MAGICS if data.startswith(magic)), "text")


def _kind(data: bytes, label: str) -> str:
    """The format by the first bytes; refused where they belie the extension."""
    found = _found(data)
    if found == "ole":
        is_locked = "EncryptedPackage".encode("utf-16-le") in data
        raise ImportRefused("password" if is_locked else "old_excel", file=label)
    said = EXTENSIONS.get(PurePath(label).suffix.lower())
    if said is None:
        raise ImportRefused("extension", file=label, extension=PurePath(label).suffix or "-")
    if said != found:
        raise ImportRefused("wrong_magic", file=label, said=said, found=found)
    return found


def _cells(
    kind: str, data: bytes, label: str, encoding: str | None, sheet: str | None, limits: Limits
) -> tuple[pl.DataFrame, str]:
    if kind == "xlsx":
        from lastcase.ops.imports.read.workbook import read_workbook

        return read_workbook(data, label, sheet, limits), ""
    if kind == "parquet":
        from lastcase.ops.imports.read.parquet import read_parquet

        return read_parquet(data, label, limits), ""
    from lastcase.ops.imports.read.text import read_text

    return read_text(data, label, encoding, limits)
