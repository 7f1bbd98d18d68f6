"""Texts made values: `parse_column`. Each distinct text of a column is read once."""

from lastcase.ops.imports.values.column import Parsed, parse_column
from lastcase.ops.imports.values.dates import date_order

__all__ = ["Parsed", "date_order", "parse_column"]
