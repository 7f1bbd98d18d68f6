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
from lastcase.core.protocol.table import rule_table
from lastcase.core.remember import remembered

NEVER = pl.lit(None, INSTANT)


def issue_orders(facts: Facts, subjects: pl.DataFrame, protocol: Protocol, zone: str) -> pl.DataFrame:
    """Orders of all subjects.

    Columns of `orders` in the answers but `key` and `edition`, and for the duties made of them: `order_row` (their
    number), `first_day_on` (the local date that is day 1; null: the anchor is not known), `last_day_on`,
    `test_from_at` (from when a release test counts).
    """
    columns = [*subjects.columns, *SCHEDULED]
    scheduled = [*_stages(facts, subjects, protocol, zone), _isolations(subjects, protocol, zone)]
    every = pl.concat([rows.select(pl.col(columns)) for rows in scheduled])
    planned = _with_decisions(every, facts).with_row_index("order_row")
    return _close(planned.join(release_instants(planned, facts, protocol), on="order_row", how="left"))


SCHEDULED = (
    "rule",
    "ordinal",
    "place_kind",
    "is_restrictive",
    "needs_release_test",
    "first_day_on",
    "starts_at",
    "ends_at",
    "last_day_on",
    "test_from_at",
    "cap_at",
)
"""What a stage or a discharge rule says of the subject whom it binds."""
STAGE: dict[str, pl.DataType] = {
    "category": pl.String(),
    "ordinal": pl.Int64(),
    "place": pl.String(),
    "length_days": pl.Int64(),
    "counted_from": pl.String(),
    "day_one": pl.String(),
    "n_release_tests": pl.Int64(),
    "release_window_days": pl.Int64(),
    "release_cap_days": pl.Int64(),
    "unseparated_cap_days": pl.Int64(),
    "is_restrictive": pl.Boolean(),
    "recent_recovery_days": pl.Int64(),
    "home_exemptions": pl.List(pl.String()),
    "central_exemptions": pl.List(pl.String()),
    "waived_for": pl.List(pl.String()),
    "longer_after": pl.String(),
    "longer_days": pl.Int64(),
}
"""Fields of a stage that decide its orders."""


@remembered
def _stages_in_turn(protocol: Protocol) -> list[pl.DataFrame]:
    """The first stages of all categories, then the second ones, and so on: columns `rule` and `STAGE`."""
    stages = rule_table(protocol.of_kind(Stage), STAGE).sort("category", "ordinal", maintain_order=True)
    turn = pl.int_range(pl.len()).over("category")
    return stages.with_columns(turn=turn).partition_by("turn", include_key=False, maintain_order=True)


def _stages(facts: Facts, subjects: pl.DataFrame, protocol: Protocol, zone: str) -> list[pl.DataFrame]:
    """Orders of the first stages, of those that follow them, and so on; each may count from the end of the last."""
    known, doses = _with_history(subjects, facts), _doses(facts, protocol)
    bound = known.with_columns(previous_end_at=NEVER)
    made: list[pl.DataFrame] = []
    for stages in _stages_in_turn(protocol):
        rows = bound.join(stages, on="category", maintain_order="left").join(
            doses, on=["person_id", "longer_after"], how="left", maintain_order="left"
        )
        made.append(_schedule(rows, stages, zone))
        bound = made[-1].select(pl.col(known.columns), previous_end_at="ends_at")
    return [_exempted(rows) for rows in made]


def _with_history(subjects: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Adds what stages may count from or spare somebody for: `stay_at` (of the quarantine that the order finds or that
    follows it), `negative_at` (the last negative test), `well_at` (the first recovery), `exemptions`."""
    stays = facts["stays"].filter(pl.col("stay_kind").is_in(QUARANTINE_KINDS))
    subject = ["person_id", "category", "episode"]
    covering = (
        subjects.select(*subject, "issued_at")
        .join(stays.select("person_id", stay_at="start_at", stay_end_at="end_at"), on="person_id")
        .filter(pl.col("stay_end_at").is_null() | (pl.col("stay_end_at") > pl.col("issued_at")))
    )
    negatives = facts["specimens"].filter(pl.col("result") == "negative")
    return (
        subjects.join(covering.group_by(subject).agg(pl.col("stay_at").min()), on=subject, how="left")
        .join(
            negatives.group_by("person_id").agg(negative_at=pl.col("sampled_at").max()),
            on="person_id",
            how="left",
        )
        .join(
            facts["cases"].group_by("person_id").agg(well_at=pl.col("recovered_at").min()),
            on="person_id",
            how="left",
        )
        .join(facts["persons"].select("person_id", "exemptions"), on="person_id", how="left")
    )


def _doses(facts: Facts, protocol: Protocol) -> pl.DataFrame:
    """When each person was last given what lengthens a stage (`longer_after`)."""
    kinds = {stage.longer_after for stage in protocol.of_kind(Stage)} - {None}
    given = facts["checks"].filter(
        (pl.col("check_outcome") == "done") & pl.col("duty_kind").is_in(sorted(kinds))
    )
    return given.group_by("person_id", longer_after="duty_kind").agg(dose_at=pl.col("checked_at").max())


def _schedule(rows: pl.DataFrame, stages: pl.DataFrame, zone: str) -> pl.DataFrame:
    """When each order begins, and when it ends if nothing else ends it."""
    follows = (pl.col("day_one") == "day_after") | (pl.col("counted_from") == "previous_stage")
    # Longer for whoever was given what lengthens it since the exposure.
    is_longer = (pl.col("dose_at") >= pl.coalesce("first_exposure_at", "dose_at")).fill_null(False)
    n_days = pl.when(is_longer).then("longer_days").otherwise("length_days")
    dated = rows.with_columns(
        first_day_on=plus_days(_anchor(stages, zone), follows.cast(pl.Int64)), n_days=n_days
    )
    ends_at = midnight(plus_days(pl.col("first_day_on"), pl.col("n_days")), zone)
    exposed_on = local_date(pl.col("first_exposure_at"), zone)
    cap = midnight(plus_days(exposed_on, pl.col("unseparated_cap_days") + 1), zone)
    open_now = pl.col("is_open").fill_null(False) & (pl.col("counted_from") == "last_exposure")
    ended = dated.with_columns(
        ends_at=pl.when(open_now).then(cap).otherwise(pl.min_horizontal(ends_at, cap)),
        starts_at=pl.max_horizontal("previous_end_at", "issued_at"),
        needs_release_test=pl.col("n_release_tests") > 0,
    )
    last_on = last_date(pl.col("ends_at"), zone)
    return ended.with_columns(
        last_day_on=last_on,
        test_from_at=midnight(plus_days(last_on, 1 - pl.col("release_window_days")), zone),
        cap_at=midnight(plus_days(last_on, pl.col("release_cap_days") + 1), zone),
    )


def _anchor(stages: pl.DataFrame, zone: str) -> pl.Expr:
    """The date of the event that each of the stages is counted from."""
    dates = {
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
    }
    asked = sorted(set(stages["counted_from"]))
    return pl.coalesce([pl.when(pl.col("counted_from") == event).then(dates[event]) for event in asked])


def _exempted(orders: pl.DataFrame) -> pl.DataFrame:
    """At home or centrally for those whom the stage names; nothing for those it waives or recovered recently
    enough."""
    at_home, central, waived = (
        has_exemption(pl.col(kinds)) for kinds in ("home_exemptions", "central_exemptions", "waived_for")
    )
    since = pl.coalesce("first_exposure_at", "issued_at") - pl.col("well_at")
    immune = (
        (since >= pl.duration(days=0))
        & (since < pl.duration(days=pl.col("recent_recovery_days")))
        & (pl.col("category") != "recovered")
    ).fill_null(False)
    return orders.with_columns(
        place_kind=pl.when(at_home)
        .then(pl.lit("quarantine_home"))
        .when(central)
        .then(pl.lit("quarantine_central"))
        .otherwise("place"),
        closed_reason=pl.when(immune)
        .then(pl.lit("recovered"))
        .when(waived)
        .then(pl.lit("exempt"))
        .otherwise("closed_reason"),
        closed_at=pl.when(immune | waived).then("issued_at").otherwise("closed_at"),
    )


def has_exemption(kinds: pl.Expr) -> pl.Expr:
    """Whether the column `exemptions` (codes apart by spaces) holds one of the kinds, a list."""
    held = pl.col("exemptions").fill_null("").str.split(" ")
    return held.list.set_intersection(kinds).list.len() > 0


DISCHARGE: dict[str, pl.DataType] = {
    "case_status": pl.String(),
    "place": pl.String(),
    "n_tests": pl.Int64(),
    "earliest_days": pl.Int64(),
    "counted_from": pl.String(),
    "needs_recovery": pl.Boolean(),
    "severities": pl.List(pl.String()),
}
"""Fields of a discharge rule that decide its orders."""


@remembered
def _discharges(protocol: Protocol) -> pl.DataFrame:
    """Discharge rules: columns `rule`, `DISCHARGE` and `named`, the severities that any rule of the status names."""
    rules = rule_table(protocol.of_kind(Discharge), DISCHARGE)
    return rules.with_columns(named=pl.col("severities").explode().implode().over("case_status"))


def _isolations(subjects: pl.DataFrame, protocol: Protocol, zone: str) -> pl.DataFrame:
    """Isolation of cases until discharge, each under the rules of its status and severity; rules without severities
    are for those that no other rule of the status names."""
    severity = pl.col("severity")
    of_severity = pl.col("severities").list.contains(severity)
    unnamed = ~pl.col("named").list.contains(severity).fill_null(False)
    is_of = pl.when(pl.col("severities").list.len() > 0).then(of_severity).otherwise(unnamed)
    rows = subjects.join(_discharges(protocol), left_on="category", right_on="case_status").filter(is_of)
    dated = rows.with_columns(first_day_on=plus_days(_discharge_anchor(zone), 1))
    earliest = midnight(plus_days(pl.col("first_day_on"), pl.col("earliest_days")), zone)
    last_on = last_date(earliest, zone)
    ends_at = (
        pl.when(pl.col("earliest_days") != 0)
        .then(pl.max_horizontal(earliest, "issued_at"))
        .otherwise("issued_at")
    )
    return dated.with_columns(
        ordinal=pl.lit(1, pl.Int64),
        place_kind="place",
        is_restrictive=pl.lit(True),
        needs_release_test=pl.col("n_tests") > 0,
        starts_at="issued_at",
        ends_at=pl.when(~pl.col("needs_recovery")).then(ends_at),
        last_day_on=last_on,
        test_from_at=pl.max_horizontal(midnight(last_on, zone), "issued_at"),
        cap_at=NEVER,
    )


def _discharge_anchor(zone: str) -> pl.Expr:
    """The first that is known, in the order rash, onset, found, from the event of the rule on."""
    counted_from = pl.col("counted_from")
    return pl.coalesce(
        pl.when(counted_from == "rash").then("rash_on"),
        pl.when(counted_from.is_in(["rash", "onset"])).then("symptom_onset_on"),
        local_date(pl.col("found_at"), zone),
    )


def _with_decisions(orders: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The extension signed last moves a person's latest end; a signed release ends every order of the person."""
    kind = pl.col("decision_kind")
    signed = (
        facts["decisions"]
        .sort("signed_at", "decision_id")
        .group_by("person_id")
        .agg(
            pl.col("until_at").filter(kind == "extend_release").last(),
            freed_at=pl.col("signed_at").filter(kind == "release_now").max(),
        )
    )
    return orders.join(signed, on="person_id", how="left").with_columns(
        # An order without a cap (the isolation of a case) lapses at no instant, and none is given to it.
        cap_at=pl.when((pl.col("until_at") > pl.col("ends_at")) & pl.col("cap_at").is_not_null())
        .then(pl.max_horizontal("cap_at", "until_at"))
        .otherwise("cap_at"),
        freed_at=pl.when(pl.col("freed_at") >= pl.col("issued_at")).then("freed_at"),
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
        grounds=cite("source_ids"),
    )
