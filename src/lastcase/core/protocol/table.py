"""Rules as a table: what is asked of many rows by many rules is joined to them, and worked out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from lastcase.core.protocol.model import Rule


def rule_table(rules: Sequence[Rule], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """A row a rule, in their order: its id as `rule`, and the fields that `schema` names; tuples stand as lists."""
    return pl.DataFrame(
        [[rule.id, *(_cell(getattr(rule, name)) for name in schema)] for rule in rules],
        schema={"rule": pl.String(), **schema},
        orient="row",
    )


def _cell(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
