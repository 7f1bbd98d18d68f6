"""Contact search: who was where the cases were, while it mattered. The slow, obvious definition.

`find_meetings` gives every meeting inside a window, `find_pairs` one row a person and whom the person met,
`find_ring` one row a person. The engines over the visits lake are fast versions of these. `find_told` gives whom
no visit need show: the named, and those at home.

Certainty. Visits carry a precision. What fits a rule by the least overlap is `definite`; what fits by the
most alone is `possible`, somebody to ask; what fits by neither is `short`. Short meetings are kept: whoever
reads the search sees what the rule left out.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.contacts.classify import rules_of, with_rule
from lastcase.core.contacts.discover import household_exposures, named_exposures, visit_exposures
from lastcase.core.contacts.dose import ALIKE, Percents, dose_min
from lastcase.core.contacts.fit import fit_to_windows
from lastcase.core.contacts.together import PAIR, counted_once, most_counted
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import ContactRule, Protocol

CERTAINTIES = ("definite", "possible", "short")

WINDOWS: dict[str, pl.DataType] = {
    "person_id": pl.String(),
    "episode": pl.Int64(),
    "window_start_at": INSTANT,
    "window_end_at": INSTANT,
    "window_settings": pl.List(pl.String()),
}
"""When meeting a person counts: an open end is null, an empty list of settings means all. Of several windows that
a meeting fits that of the latest episode counts, of one episode the first given."""

PAIRS: dict[str, pl.DataType] = {
    "case_person_id": pl.String(),
    "person_id": pl.String(),
    "certainty": pl.String(),
    "rule": pl.String(),
    "first_at": INSTANT,
    "last_at": INSTANT,
    "minutes_least": pl.Float64(),
    "minutes_most": pl.Float64(),
    "dose_min": pl.Float64(),
    "n_meetings": pl.Int64(),
    "place_id": pl.String(),
}
"""Of one person and one whom the person met, the meetings of the pair's best certainty: the rule that decides them,
their first and last instants and number, the minutes together (counted once), their dose (`core.contacts.dose`)
and the place of the first."""

RING: dict[str, pl.DataType] = {
    "person_id": pl.String(),
    "certainty": pl.String(),
    "rule": pl.String(),
    "first_at": INSTANT,
    "last_at": INSTANT,
    "minutes_least": pl.Float64(),
    "minutes_most": pl.Float64(),
    "dose_min": pl.Float64(),
    "n_meetings": pl.Int64(),
    "n_via": pl.Int64(),
    "via_person_id": pl.String(),
    "place_id": pl.String(),
}
"""Of one person the pairs of best certainty, taken together: `n_via` with how many, `via_person_id` and `place_id`
the witness and the place of the first meeting."""


def visit_rules(protocol: Protocol, order: int) -> list[ContactRule]:
    """The rules of an order that overlapping visits can fit: those that ask for no relation and no naming."""
    rules = rules_of(protocol, order)
    return [r for r in rules if not (r.relations or r.is_named or r.is_source_pair)]


def settings_of(rules: list[ContactRule]) -> list[str] | None:
    """Settings for which one of the rules asks; None where one asks for any."""
    return (
        None if any(not rule.settings for rule in rules) else sorted({s for r in rules for s in r.settings})
    )


def settings_that_bind(protocol: Protocol) -> list[str] | None:
    """Settings in which meeting a case, as visits show it, makes a close contact by itself; None: any."""
    rules = visit_rules(protocol, 1)
    return settings_of([r for r in rules if r.is_automatic and r.category == "close_contact"])


def find_meetings(
    facts: Facts, windows: pl.DataFrame, rules: list[ContactRule], shared_air_min: float = 0.0
) -> pl.DataFrame:
    """Every overlap of a visit with one of a person of `windows` (as `WINDOWS`) that lies inside a window.

    Reads `visits` and `places`. Columns beside those of `discover.visit_exposures`: `rule` and `rule_possible`,
    the first rule that fits by the least minutes and by the most.
    """
    raw = visit_exposures(facts, windows["person_id"].unique(), shared_air_min)
    named = windows.rename({"person_id": "case_person_id"}).with_columns(found_at=pl.lit(None, INSTANT))
    inside = fit_to_windows(raw, named).filter("is_in_window")
    by_most = with_rule(inside.with_columns(minutes_least="minutes_most"), rules)
    return with_rule(inside, rules).with_columns(rule_possible=by_most["rule"])


def find_pairs(meetings: pl.DataFrame, rules: list[ContactRule], percents: Percents = ALIKE) -> pl.DataFrame:
    """The meetings of `find_meetings`, one row a pair; columns `PAIRS`, sorted by the pair."""
    rank = {rule.id: number for number, rule in enumerate(rules)}
    deciding = pl.coalesce("rule", "rule_possible")
    marked = counted_once(meetings).with_columns(
        certainty=pl.when(pl.col("rule").is_not_null())
        .then(pl.lit(0))
        .when(pl.col("rule_possible").is_not_null())
        .then(pl.lit(1))
        .otherwise(pl.lit(2)),
        rank=deciding.replace_strict(rank, default=None, return_dtype=pl.Int64),
        counted_most_min=most_counted(),
    )
    best = marked.filter(pl.col("certainty") == pl.col("certainty").min().over(*PAIR))
    grouped = best.group_by(*PAIR).agg(
        certainty=pl.col("certainty").first(),
        rank=pl.col("rank").min(),
        first_at=pl.col("start_at").min(),
        last_at=pl.col("end_at").max(),
        minutes_least=pl.col("counted_min").sum(),
        minutes_most=pl.col("counted_most_min").sum(),
        dose_min=dose_min(pl.col("counted_min"), pl.col("counted_most_min"), percents),
        n_meetings=pl.len().cast(pl.Int64),
        place_id=pl.col("place_id").sort_by("start_at", "place_id").first(),
    )
    names = {number: rule.id for number, rule in enumerate(rules)}
    return (
        grouped.with_columns(
            certainty=pl.col("certainty").replace_strict(
                dict(enumerate(CERTAINTIES)), return_dtype=pl.String
            ),
            rule=pl.col("rank").replace_strict(names, default=None, return_dtype=pl.String),
        )
        .select(list(PAIRS))
        .sort(*PAIR)
    )


def find_told(
    facts: Facts, windows: pl.DataFrame, rules: list[ContactRule], percents: Percents = ALIKE
) -> pl.DataFrame:
    """Whom interviews and lists name, and who shares a home, one row a pair and source.

    Reads `contacts`, `persons` and `places`. Columns of `PAIRS`, `setting` and `source` (named, household); instants,
    minutes and dose are null where nobody told them. Such an exposure is definite where a rule fits, else short.
    """
    persons = windows["person_id"].unique()
    nowhere = pl.DataFrame(
        schema={"person_id": pl.String, "window_first_at": INSTANT, "window_last_at": INSTANT}
    )
    named = named_exposures(facts, nowhere).filter(
        pl.col("case_person_id").is_in(persons.implode()) & ~pl.col("is_source_pair")
    )
    raw = pl.concat([named, household_exposures(facts, persons)], how="vertical_relaxed")
    held = windows.rename({"person_id": "case_person_id"}).with_columns(found_at=pl.lit(None, INSTANT))
    ruled = with_rule(fit_to_windows(raw, held).filter("is_in_window"), rules).filter(
        pl.col("removed_at").is_null()
    )
    rank = {rule.id: number for number, rule in enumerate(rules)}
    ranked = ruled.with_columns(rank=pl.col("rule").replace_strict(rank, default=None, return_dtype=pl.Int64))
    grouped = ranked.group_by(*PAIR, source="exposure_source").agg(
        certainty=pl.when(pl.col("rank").is_not_null().any())
        .then(pl.lit("definite"))
        .otherwise(pl.lit("short")),
        rule=pl.col("rule").sort_by("rank", nulls_last=True).first(),
        first_at=pl.col("start_at").min(),
        last_at=pl.col("end_at").max(),
        minutes_least=_sum_of_known("minutes_least"),
        minutes_most=_sum_of_known("minutes_most"),
        dose_min=pl.when(pl.col("minutes_least").is_not_null().any()).then(
            dose_min(pl.col("minutes_least"), pl.col("minutes_most"), percents)
        ),
        n_meetings=pl.len().cast(pl.Int64),
        place_id=pl.col("place_id").sort_by("start_at").first(),
        setting=pl.col("setting").sort_by("start_at").first(),
    )
    return grouped.select(*PAIRS, "setting", "source").sort(*PAIR, "source")


def _sum_of_known(column: str) -> pl.Expr:
    return pl.when(pl.col(column).is_not_null().any()).then(pl.col(column).sum())


def find_ring(pairs: pl.DataFrame, rules: list[ContactRule]) -> pl.DataFrame:
    """The pairs of `find_pairs`, one row a person; columns `RING`, sorted by person."""
    rank = {rule.id: number for number, rule in enumerate(rules)}
    ranked = pairs.with_columns(
        grade=pl.col("certainty").replace_strict(
            {c: n for n, c in enumerate(CERTAINTIES)}, return_dtype=pl.Int64
        ),
        rank=pl.col("rule").replace_strict(rank, default=None, return_dtype=pl.Int64),
    )
    best = ranked.filter(pl.col("grade") == pl.col("grade").min().over("person_id"))
    first = best.sort("first_at", "case_person_id").group_by("person_id", maintain_order=True).first()
    grouped = best.group_by("person_id").agg(
        certainty=pl.col("certainty").first(),
        rule=pl.col("rule").sort_by("rank").first(),
        first_at=pl.col("first_at").min(),
        last_at=pl.col("last_at").max(),
        minutes_least=pl.col("minutes_least").sum(),
        minutes_most=pl.col("minutes_most").sum(),
        dose_min=pl.col("dose_min").sum(),
        n_meetings=pl.col("n_meetings").sum(),
        n_via=pl.len().cast(pl.Int64),
    )
    witness = first.select("person_id", "place_id", via_person_id="case_person_id")
    return grouped.join(witness, on="person_id").select(list(RING)).sort("person_id")


def windows_of_ring(ring: pl.DataFrame, protocol: Protocol) -> pl.DataFrame:
    """When meeting the contacts of a ring counts for the next one: from their own first definite meeting on.

    Columns as `WINDOWS`. Empty where the edition follows no second ring; nobody who was only co-present is
    followed.
    """
    if not rules_of(protocol, 2):
        return pl.DataFrame(schema=WINDOWS)
    beside = [rule.id for rule in rules_of(protocol, 1) if rule.category == "copresent_person"]
    followed = (pl.col("certainty") == "definite") & ~pl.col("rule").is_in(beside).fill_null(False)
    return ring.filter(followed).select(
        "person_id",
        episode=pl.lit(0, pl.Int64),
        window_start_at="first_at",
        window_end_at=pl.lit(None, INSTANT),
        window_settings=pl.lit([], pl.List(pl.String())),
    )
