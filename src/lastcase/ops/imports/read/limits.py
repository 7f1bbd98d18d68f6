"""How much a file may hold. What exceeds a limit is refused before it is unpacked or kept."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Limits of one file: bytes as delivered and unpacked, ratio of the two, rows, columns, characters of a
    cell."""

    file_bytes: int = 256 * MIB
    unpacked_bytes: int = 512 * MIB
    ratio: int = 200
    ratio_from_bytes: int = 16 * MIB
    rows: int = 2_000_000
    columns: int = 400
    cell_chars: int = 32_767
    members: int = 2_000
    sparse_cells: int = 5_000_000
    sparse_ratio: int = 20

    def is_bomb(self, packed: int, unpacked: int) -> bool:
        """Whether the unpacked size, or its ratio to the packed one, is beyond what a table can be."""
        if unpacked > self.unpacked_bytes:
            return True
        return unpacked > self.ratio_from_bytes and unpacked > self.ratio * max(packed, 1)


LIMITS = Limits()
"""The limits in force."""
