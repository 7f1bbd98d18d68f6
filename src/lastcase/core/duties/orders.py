"""Orders: the stages that bind a person, from when, until when, and what ends them.

An order ends when its conditions are met, never by time alone where the edition asks for a test. A release
test that is late is the agency's debt: the order runs on as held past its end up to the edition's cap and
lapses there, unless a named post extended it.
"""

from __future__ import annotations

import polars as pl

from lastcase.core.contacts.episodes import QUARANTINE_KINDS
from lastcase.core.days import last_date, local_date, midnight, plus_days
from lastcase.core.duties.release import release_instants
from lastcase.core.duties.subjects import cite
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import Discharge, Protocol, Stage

NEVER = pl.lit(None, INSTANT)


def issue_orders(facts: Facts, subjects: pl.DataFrame, protocol: Protocol, zone: str) -> pl.DataFrame:
    """Orders of all subjects.

    Columns of `orders` in the answers but `key` and `edition`, and for the duties made of them: `order_row` (their
    number), `first_day_on` (the local date that is day 1; null: the anchor is not known), `last_day_on`,
    `test_from_at` (from when a release test counts).
    """
    scheduled = [*_stages(facts, subjects, protocol, zone), *_isolations(subjects, protocol, zone)]
    if not scheduled:
        none = subjects.clear().with_columns(n_days=pl.lit(0, pl.Int64))
        scheduled = [_schedule(none, _NO_STAGE, pl.lit(None, pl.Date), zone)]
    planned = _with_decisions(pl.concat(scheduled, how="diagonal_relaxed"), facts).with_row_index("order_row")
    released = planned.join(release_instants(planned, facts, protocol), on="order_row", how="left")
    return _close(released).with_columns(grounds=cite("source_ids"))


_NO_STAGE = Stage(
    id="",
    clause_en="",
    clause_zh="",
    source="",
    category="",
    ordinal=1,
    place="",
    length_days=0,
    counted_from="found",
)


def _stages(facts: Facts, subjects: pl.DataFrame, protocol: Protocol, zone: str) -> list[pl.DataFrame]:
    made: list[pl.DataFrame] = []
    before: dict[str, pl.DataFrame] = {}
    anchored = _with_stays(subjects, facts)
    for stage in sorted(protocol.of_kind(Stage), key=lambda rule: (rule.category, rule.ordinal)):
        rows = anchored.filter(pl.col("category") == stage.category)
        if rows.is_empty():
            continue
        if stage.category in before:
            ended = before[stage.category].select("person_id", "episode", previous_end_at="ends_at")
            rows = rows.join(ended, on=["person_id", "episode"], how="left")
        else:
            rows = rows.with_columns(previous_end_at=NEVER)
        rows = _with_length(rows, stage, facts)
        made.append(_exempted(_schedule(rows, stage, _anchor(stage, zone), zone), stage, facts))
        before[stage.category] = made[-1]
    return made


def _with_stays(subjects: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    kept = facts["stays"].filter(pl.col("stay_kind").is_in(QUARANTINE_KINDS))
    entered = subjects.join(
        kept.select("person_id", stay_at="start_at", stay_end_at="end_at"), on="person_id"
    )
    covering = entered.filter(pl.col("stay_end_at").is_null() | (pl.col("stay_end_at") > pl.col("issued_at")))
    first = covering.group_by("person_id", "category", "episode").agg(pl.col("stay_at").min())
    negatives = facts["specimens"].filter(pl.col("result") == "negative")
    last = negatives.group_by("person_id").agg(negative_at=pl.col("sampled_at").max())
    return subjects.join(first, on=["person_id", "category", "episode"], how="left").join(
        last, on="person_id", how="left"
    )


def _anchor(stage: Stage, zone: str) -> pl.Expr:
    return {
        "last_exposure": last_date(pl.col("last_exposure_at"), zone),
        "first_exposure": local_date(pl.col("first_exposure_at"), zone),
        "stage_start": local_date(pl.coalesce("stay_at", "issued_at"), zone),
        "previous_stage": last_date(pl.col("previous_end_at"), zone),
        "arrival": local_date(pl.col("arrived_at"), zone),
        "left_area": last_date(pl.coalesce("left_at", "arrived_at"), zone),
        "onset": pl.col("symptom_onset_on"),
        "found": local_date(pl.col("found_at"), zone),
        "recovery": local_date(pl.col("recovered_at"), zone),
        "negative_test": local_date(pl.col("negative_at"), zone),
    }[stage.counted_from]


def _with_length(rows: pl.DataFrame, stage: Stage, facts: Facts) -> pl.DataFrame:
    """Adds `n_days`: the stage's length, longer for whoever was given what lengthens it since the exposure."""
    given = facts["checks"].filter(
        (pl.col("check_outcome") == "done") & (pl.col("duty_kind") == (stage.longer_after or ""))
    )
    doses = given.group_by("person_id").agg(dose_at=pl.col("checked_at").max())
    is_longer = (pl.col("dose_at") >= pl.coalesce("first_exposure_at", "dose_at")).fill_null(False)
    n_days = pl.when(is_longer).then(pl.lit(stage.longer_days, pl.Int64)).otherwise(stage.length_days)
    return rows.join(doses, on="person_id", how="left").with_columns(n_days=n_days).drop("dose_at")


def _schedule(rows: pl.DataFrame, stage: Stage, anchor: pl.Expr, zone: str) -> pl.DataFrame:
    shift = 1 if stage.day_one == "day_after" or stage.counted_from == "previous_stage" else 0
    dated = rows.with_columns(first_day_on=plus_days(anchor, shift))
    ends_on = pl.col("first_day_on") + pl.duration(days=pl.col("n_days"))
    capped_on = plus_days(
        local_date(pl.col("first_exposure_at"), zone), (stage.unseparated_cap_days or 0) + 1
    )
    cap = midnight(capped_on, zone) if stage.unseparated_cap_days is not None else NEVER
    open_now = pl.col("is_open").fill_null(False) & pl.lit(stage.counted_from == "last_exposure")
    ends_at = pl.when(open_now).then(cap).otherwise(pl.min_horizontal(midnight(ends_on, zone), cap))
    starts = (
        pl.coalesce("previous_end_at", "issued_at")
        if "previous_end_at" in rows.columns
        else pl.col("issued_at")
    )
    return (
        dated.with_columns(ends_at=ends_at, starts_at=pl.max_horizontal(starts, "issued_at"))
        .with_columns(last_day_on=last_date(pl.col("ends_at"), zone))
        .with_columns(
            rule=pl.lit(stage.id),
            ordinal=pl.lit(stage.ordinal, pl.Int64),
            place_kind=pl.lit(stage.place),
            is_restrictive=pl.lit(stage.is_restrictive),
            needs_release_test=pl.lit(stage.n_release_tests > 0),
            test_from_at=midnight(
                pl.col("last_day_on") - pl.duration(days=stage.release_window_days - 1), zone
            ),
            cap_at=midnight(pl.col("last_day_on") + pl.duration(days=stage.release_cap_days + 1), zone),
        )
    )


def _exempted(orders: pl.DataFrame, stage: Stage, facts: Facts) -> pl.DataFrame:
    """At home or centrally for those whom the stage names; nothing for those it waives or recovered recently
    enough."""
    persons = facts["persons"].select("person_id", "exemptions")
    known = orders.join(persons, on="person_id", how="left")
    at_home, central, waived = (
        has_exemption(kinds) for kinds in (stage.home_exemptions, stage.central_exemptions, stage.waived_for)
    )
    recovered = (
        facts["cases"]
        .filter(pl.col("recovered_at").is_not_null())
        .group_by("person_id")
        .agg(well_at=pl.col("recovered_at").min())
    )
    since = pl.coalesce("first_exposure_at", "issued_at") - pl.col("well_at")
    immune = (
        (since >= pl.duration(days=0))
        & (since < pl.duration(days=stage.recent_recovery_days))
        & (pl.col("category") != "recovered")
    ).fill_null(False)
    return (
        known.join(recovered, on="person_id", how="left")
        .with_columns(
            place_kind=pl.when(at_home)
            .then(pl.lit("quarantine_home"))
            .when(central)
            .then(pl.lit("quarantine_central"))
            .otherwise("place_kind"),
            closed_reason=pl.when(immune)
            .then(pl.lit("recovered"))
            .when(waived)
            .then(pl.lit("exempt"))
            .otherwise("closed_reason"),
            closed_at=pl.when(immune | waived).then("issued_at").otherwise("closed_at"),
        )
        .drop("exemptions", "well_at")
    )


def has_exemption(kinds: tuple[str, ...]) -> pl.Expr:
    """Whether the column `exemptions` (codes apart by spaces) holds one of the kinds."""
    held = pl.col("exemptions").fill_null("").str.split(" ")
    return held.list.set_intersection(list(kinds)).list.len() > 0


def _isolations(subjects: pl.DataFrame, protocol: Protocol, zone: str) -> list[pl.DataFrame]:
    """Isolation of cases until discharge."""
    made = []
    for rule in protocol.of_kind(Discharge):
        rows = subjects.filter(_is_of(rule, protocol)).with_columns(
            first_day_on=plus_days(_discharge_anchor(rule, zone), 1)
        )
        earliest = midnight(pl.col("first_day_on") + pl.duration(days=rule.earliest_days), zone)
        ends_at = pl.max_horizontal(earliest, "issued_at") if rule.earliest_days else pl.col("issued_at")
        made.append(
            rows.with_columns(
                rule=pl.lit(rule.id),
                ordinal=pl.lit(1, pl.Int64),
                place_kind=pl.lit(rule.place),
                is_restrictive=pl.lit(True),
                needs_release_test=pl.lit(rule.n_tests > 0),
                starts_at=pl.col("issued_at"),
                ends_at=NEVER if rule.needs_recovery else ends_at,
                last_day_on=last_date(earliest, zone),
                test_from_at=pl.max_horizontal(midnight(last_date(earliest, zone), zone), "issued_at"),
                cap_at=NEVER,
            )
        )
    return made


def _is_of(rule: Discharge, protocol: Protocol) -> pl.Expr:
    """Cases of the rule's status and severities; without severities, those that no other rule names."""
    named = {
        severity
        for other in protocol.of_kind(Discharge)
        if other.case_status == rule.case_status
        for severity in other.severities
    }
    is_severity = (
        pl.col("severity").is_in(list(rule.severities)).fill_null(False)
        if rule.severities
        else ~pl.col("severity").is_in(sorted(named)).fill_null(False)
    )
    return (pl.col("category") == rule.case_status) & is_severity


def _discharge_anchor(rule: Discharge, zone: str) -> pl.Expr:
    known = {
        "rash": pl.col("rash_on"),
        "onset": pl.col("symptom_onset_on"),
        "found": local_date(pl.col("found_at"), zone),
    }
    names = list(known)
    return pl.coalesce([known[name] for name in names[names.index(rule.counted_from) :]])


def _with_decisions(orders: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The extension signed last moves a person's latest end; a signed release ends every order of the person."""
    signed = facts["decisions"].filter(pl.col("person_id").is_not_null())
    extended = signed.filter(pl.col("decision_kind") == "extend_release").sort("signed_at", "decision_id")
    freed = signed.filter(pl.col("decision_kind") == "release_now")
    return (
        orders.join(extended.group_by("person_id").agg(pl.col("until_at").last()), on="person_id", how="left")
        .join(freed.group_by("person_id").agg(freed_at=pl.col("signed_at").max()), on="person_id", how="left")
        .with_columns(
            # An order without a cap (the isolation of a case) lapses at no instant, and none is given to it.
            cap_at=pl.when((pl.col("until_at") > pl.col("ends_at")) & pl.col("cap_at").is_not_null())
            .then(pl.max_horizontal("cap_at", "until_at"))
            .otherwise("cap_at"),
            freed_at=pl.when(pl.col("freed_at") >= pl.col("issued_at")).then("freed_at"),
        )
    )


def _close(orders: pl.DataFrame) -> pl.DataFrame:
    released = pl.when(pl.col("needs_release_test")).then("tests_met_at").otherwise("ends_at")
    lapses = pl.when(pl.col("needs_release_test")).then("cap_at")
    ended = orders.with_columns(
        released_at=pl.when(released.is_not_null()).then(pl.max_horizontal("ends_at", released)),
        lapses_at=lapses,
    )
    first = pl.min_horizontal("closed_at", "released_at", "lapses_at", "freed_at")
    return ended.with_columns(
        closed_reason=pl.when((pl.col("closed_at") == first).fill_null(False))
        .then("closed_reason")
        .when(
            (pl.col("released_at") == first).fill_null(False) | (pl.col("freed_at") == first).fill_null(False)
        )
        .then(pl.lit("released"))
        .when(first.is_not_null())
        .then(pl.lit("lapsed")),
        closed_at=first,
    )
