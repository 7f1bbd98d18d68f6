"""Read a delivered file, whoever made it, as a frame of texts: `read_table`. Hostile files are refused."""

from lastcase.ops.imports.read.limits import LIMITS, Limits
from lastcase.ops.imports.read.table import ROW, SourceTable, read_table

__all__ = ["LIMITS", "ROW", "Limits", "SourceTable", "read_table"]
