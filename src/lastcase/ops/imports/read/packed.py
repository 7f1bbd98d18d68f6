"""Packed files are unpacked only as far as a table may reach."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.read.limits import Limits

CHUNK_BYTES = 1024 * 1024
FORMULA = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+[0-9]+)"[^>]*>\s*<(?:\w+:)?f[\s>/]')
CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"(?:[^>]*[^/>])?>')
"""A cell that holds something: an element that is not closed at once."""
OVERLAP_BYTES = 4096


def gunzip(data: bytes, label: str, limits: Limits) -> bytes:
    """The unpacked bytes of a gzip file, members put together. Raises ImportRefused: broken, or a bomb."""
    parts: list[bytes] = []
    total, rest = 0, data
    try:
        while rest:
            unpacker = zlib.decompressobj(wbits=31)
            while not unpacker.eof:
                part = unpacker.decompress(rest, CHUNK_BYTES)
                rest = unpacker.unconsumed_tail
                total += len(part)
                if limits.is_bomb(len(data), total):
                    raise ImportRefused("bomb", file=label, limit_mib=limits.unpacked_bytes // 2**20)
                parts.append(part)
                if not part and not rest and not unpacker.eof:
                    raise ImportRefused("truncated", file=label)
            rest = unpacker.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise ImportRefused("truncated", file=label) from error
    return b"".join(parts)


def check_workbook(data: bytes, label: str, limits: Limits) -> None:
    """Refuse a workbook that is broken, locked, a bomb, or that holds formulas. Sizes stated inside are not
    trusted: every member is unpacked once, piece by piece, and counted."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive, len(data), label, limits)
    except ImportRefused:
        raise
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, ValueError, OSError) as error:
        raise ImportRefused("truncated", file=label) from error
    except RuntimeError as error:  # zipfile's way to say that a member is encrypted
        raise ImportRefused("password", file=label) from error


def _check_members(archive: zipfile.ZipFile, packed: int, label: str, limits: Limits) -> None:
    members = archive.infolist()
    stated = sum(member.file_size for member in members)
    if len(members) > limits.members or limits.is_bomb(packed, stated):
        raise ImportRefused("bomb", file=label, limit_mib=limits.unpacked_bytes // 2**20)
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise ImportRefused("not_a_workbook", file=label)
    total = 0
    for member in members:
        total += _unpack(archive, member, packed, total, label, limits)


def _unpack(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, packed: int, before: int, label: str, limits: Limits
) -> int:
    is_sheet = member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml")
    size, tail, reach = 0, b"", _Reach()
    with archive.open(member) as stream:
        while part := stream.read(CHUNK_BYTES):
            size += len(part)
            if limits.is_bomb(packed, before + size):
                raise ImportRefused("bomb", file=label, limit_mib=limits.unpacked_bytes // 2**20)
            if is_sheet:
                whole = tail + part
                if found := FORMULA.search(whole):
                    raise ImportRefused("formula", file=label, cell=found.group(1).decode())
                tail = whole[reach.take(whole) :][-OVERLAP_BYTES:]
    reach.check(label, limits)
    return size


class _Reach:
    """How far the cells of a sheet reach, and how many they are: readers lay out every cell between."""

    def __init__(self) -> None:
        self.rows, self.columns, self.cells = 0, 0, 0

    def take(self, xml: bytes) -> int:
        """Count the cells of a piece; up to where it was read."""
        last = 0
        letters: set[bytes] = set()
        for found in CELL.finditer(xml):
            letters.add(found.group(1))
            self.rows = max(self.rows, int(found.group(2)))
            self.cells += 1
            last = found.end()
        self.columns = max([self.columns, *(_number(name) for name in letters)])
        return last

    def check(self, label: str, limits: Limits) -> None:
        """Refuse a sheet whose cells lie so far apart that laying it out would exhaust the memory."""
        area = self.rows * self.columns
        if area > limits.sparse_cells and area > limits.sparse_ratio * self.cells:
            raise ImportRefused("sparse", file=label, rows=self.rows, columns=self.columns)


def _number(letters: bytes) -> int:
    """The number of a column by its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
