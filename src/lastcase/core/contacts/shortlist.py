"""Whom one case brings before an investigator first: of the candidates in a setting the ones that rank highest.

A case that was in a huge venue meets thousands. The edition may say how many candidates of one case a setting brings
at once (`SettingRule.most_candidates`); whoever ranks lower is left out of the short list and of nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from lastcase.core.protocol.model import ContactRule, Protocol, SettingRule

Caps = Mapping[str, int]
"""Most candidates of one case, by setting; a setting that is not named, or not known, has no cap."""

CAP = "cap"
"""Why somebody is left out: the cap of the setting."""

LEFT_OUT: dict[str, pl.DataType] = {
    "case": pl.String(),
    "setting": pl.String(),
    "left_out": pl.String(),
    "n_left_out": pl.Int64(),
}


def caps_of(protocol: Protocol) -> Caps:
    """The caps of the edition."""
    return {
        setting: rule.most_candidates
        for rule in protocol.of_kind(SettingRule)
        if rule.most_candidates is not None
        for setting in rule.settings
    }


def shortlist(rows: pl.DataFrame, rules: Sequence[ContactRule], caps: Caps) -> pl.DataFrame:
    """The rows in their order with `left_out`: null, or why the person is not on the short list.

    `rows` are pairs with the columns `case`, `person`, `setting` (of the place of the first meeting), `certainty`,
    `rule` (id) and `dose_min`. Of the candidates of a case in a setting those stay that come
    first by certainty (definite, possible), then by dose, then by person. Nobody else is counted or left out: who is
    named, lives with the case, follows automatically or was only co-present, and whom no rule fits.
    """
    judged = [rule.id for rule in rules if _makes_candidates(rule)]
    most = pl.col("setting").replace_strict(caps, default=None, return_dtype=pl.Int64)
    numbered = rows.with_row_index("row").with_columns(most=most)
    candidates = numbered.filter(
        pl.col("most").is_not_null()
        & (pl.col("certainty") != "short")
        & pl.col("rule").is_in(judged).fill_null(False)
    )
    ranked = candidates.with_columns(is_possible=pl.col("certainty") == "possible").sort(
        "is_possible", "dose_min", "person", descending=[False, True, False], nulls_last=True
    )
    beyond = ranked.filter(pl.int_range(pl.len()).over("case", "setting") >= pl.col("most"))
    left_out = pl.when(pl.col("row").is_in(beyond["row"].implode())).then(pl.lit(CAP))
    return numbered.with_columns(left_out=left_out).drop("row", "most")


def _makes_candidates(rule: ContactRule) -> bool:
    """Whether an investigator has to look at whom visits alone bring under the rule."""
    is_told = rule.is_named or rule.is_source_pair or bool(rule.relations)
    return not (is_told or rule.is_automatic or rule.category == "copresent_person")


def count_left_out(rows: pl.DataFrame) -> pl.DataFrame:
    """Of the rows of `shortlist` how many were left out, of which case, in which setting and why; columns `LEFT_OUT`
    (`case` as the rows have it), the most first."""
    why = ["case", "setting", "left_out"]
    left = rows.filter(pl.col("left_out").is_not_null()).group_by(why)
    counted = left.agg(n_left_out=pl.len().cast(pl.Int64))
    return counted.select(list(LEFT_OUT)).sort("n_left_out", *why, descending=[True, False, False, False])
