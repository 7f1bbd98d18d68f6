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
    """Refuse a workbook that is broken, locked, a bomb, or that holds formulas. Sizes stated inside are
    not trusted:
    every member is unpacked once, piece by piece, and counted."""
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
    size, tail = 0, b""
    with archive.open(member) as stream:
        while part := stream.read(CHUNK_BYTES):
            size += len(part)
            if limits.is_bomb(packed, before + size):
                raise ImportRefused("bomb", file=label, limit_mib=limits.unpacked_bytes // 2**20)
            if is_sheet and (found := FORMULA.search(tail + part)):
                raise ImportRefused("formula", file=label, cell=found.group(1).decode())
            tail = part[-OVERLAP_BYTES:]
    return size
