"""What orders, cases and hand-overs owe: duties with their opening and due instants, before any evidence."""

from __future__ import annotations

import polars as pl

from lastcase.core.contacts.episodes import QUARANTINE_KINDS
from lastcase.core.days import midnight
from lastcase.core.duties.limits import Limits, responsible_by_category, timed, timed_by_category, unlimited
from lastcase.core.duties.subjects import cite
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import CaseDefinition, Discharge, Protocol, Stage
from lastcase.core.risk_areas.tree import descents

SCHEMA: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "category": pl.String(),
    "episode": pl.Int64(),
    "ordinal": pl.Int64(),
    "place_kind": pl.String(),
    "specimen_kinds": pl.String(),
    "is_release": pl.Boolean(),
    "issued_at": INSTANT,
    "opens_at": INSTANT,
    "due_at": INSTANT,
    "counted_at": INSTANT,
    "counted_from": pl.String(),
    "limit_rule": pl.String(),
    "closes_at": INSTANT,
    "closed_reason": pl.String(),
    "order_row": pl.UInt32(),
    "order_rule": pl.String(),
    "release_index": pl.Int64(),
    "responsible": pl.String(),
    "area_id": pl.String(),
    "rule": pl.String(),
    "day_on": pl.Date(),
    "grounds": pl.String(),
}
"""`counted_at`, `counted_from`, `limit_rule`: see `limits.timed`; `closes_at`: when the order or status that the duty
hangs on ends; `order_row`, `order_rule`: the order it hangs on, if any; `grounds`: the facts it rests on, a line each,
where no order holds them; `release_index`: which release test it is. Beside them stands `person_id`, coded."""

RELEASE_ORDINAL = 1000
"""Release tests are numbered from here on, apart from the test days of their stage."""

RESPONSIBLE = {
    "test": "sampling_team",
    "monitor": "cell_worker",
    "quarantine": "quarantine_desk",
    "transfer": "transfer_desk",
    "isolate": "hospital_desk",
    "treat": "hospital_desk",
    "interview": "investigation_team",
    "report": "reporting_post",
    "hand_over": "area_command",
    "vaccinate": "cell_worker",
    "give_globulin": "hospital_desk",
    "exclude": "cell_worker",
}
"""The kind of post that owes a duty where no time limit of the edition names one."""

BOUND_PLACES = (*QUARANTINE_KINDS, "isolation_hospital", "isolation_makeshift", "isolation_home")
MOVED_PLACES = ("quarantine_central", "isolation_hospital", "isolation_makeshift")


def owed_duties(
    facts: Facts, orders: pl.DataFrame, subjects: pl.DataFrame, protocol: Protocol, zone: str
) -> pl.DataFrame:
    """All duties, columns `SCHEMA`. A day's test or check opens at local midnight and is due at the next."""
    stages = {rule.id: rule for rule in protocol.of_kind(Stage)}
    made: list[pl.DataFrame] = []
    for rule_id, stage in stages.items():
        rows = orders.filter(pl.col("rule") == rule_id)
        if rows.is_empty():
            continue
        made += [_test_days(rows, stage, zone), _monitoring(rows, stage, zone)]
    limits = Limits(protocol)
    made += [_release_tests(orders, stages), _separations(orders, limits), _transfers(orders, limits)]
    made += [_of_status(subjects, protocol, limits), _hand_overs(facts, subjects, limits)]
    return pl.concat([conform_owed(frame) for frame in made])


def conform_owed(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with exactly the columns of `SCHEMA`; what is missing is null, or the usual for the duty kind."""
    defaults: dict[str, pl.Expr] = {
        "is_release": pl.lit(False),
        "responsible": pl.col("kind").replace_strict(RESPONSIBLE, default=None, return_dtype=pl.String),
    }
    return frame.select(
        "person_id",
        *(
            (pl.col(name) if name in frame.columns else defaults.get(name, pl.lit(None)))
            .cast(dtype)
            .alias(name)
            for name, dtype in SCHEMA.items()
        ),
    )


def _from_order(orders: pl.DataFrame, kind: str, *more: str) -> pl.DataFrame:
    return orders.select(
        "person_id",
        "category",
        "episode",
        "rule",
        "place_kind",
        "issued_at",
        "area_id",
        "closed_reason",
        *more,
        "order_row",
        kind=pl.lit(kind),
        order_rule="rule",
        closes_at="closed_at",
    )


def _days(rows: pl.DataFrame, kind: str, numbers: list[int], zone: str) -> pl.DataFrame:
    """One duty a day number of the stage, up to the last day that a cap leaves."""
    numbered = pl.DataFrame({"day_number": numbers}, schema={"day_number": pl.Int64})
    each = _from_order(rows, kind, "first_day_on", "last_day_on").join(numbered, how="cross")
    dated = each.with_columns(day_on=pl.col("first_day_on") + pl.duration(days=pl.col("day_number") - 1))
    return dated.filter((pl.col("day_on") <= pl.col("last_day_on")).fill_null(True)).with_columns(
        opens_at=midnight(pl.col("day_on"), zone),
        due_at=midnight(pl.col("day_on") + pl.duration(days=1), zone),
    )


def _test_days(rows: pl.DataFrame, stage: Stage, zone: str) -> pl.DataFrame:
    """The stage's test days; where its last day also asks for release tests, those stand for the day's test."""
    numbers = [day for day in stage.test_days if not (stage.n_release_tests and day == stage.length_days)]
    return _days(rows, "test", numbers, zone).with_columns(
        ordinal=pl.col("day_number"),
        specimen_kinds=pl.lit(" ".join(sorted(stage.specimen_kinds)) or None, pl.String),
    )


def _monitoring(rows: pl.DataFrame, stage: Stage, zone: str) -> pl.DataFrame:
    longest = max(stage.length_days, stage.longer_days or 0)
    days = list(range(1, longest + 1)) if stage.monitor_per_day else []
    turns = pl.DataFrame({"turn": list(range(1, stage.monitor_per_day + 1))}, schema={"turn": pl.Int64})
    made = _days(rows, "monitor", days, zone).join(turns, how="cross")
    return made.with_columns(
        ordinal=(pl.col("day_number") - 1) * stage.monitor_per_day + pl.col("turn"),
        release_index=pl.lit(None, pl.Int64),
    )


def _release_tests(orders: pl.DataFrame, stages: dict[str, Stage]) -> pl.DataFrame:
    needed = pl.DataFrame(
        [
            (rule.id, index, RELEASE_ORDINAL + index, " ".join(sorted(rule.specimen_kinds)) or None)
            for rule in stages.values()
            for index in range(1, rule.n_release_tests + 1)
        ],
        schema={
            "rule": pl.String,
            "release_index": pl.Int64,
            "ordinal": pl.Int64,
            "specimen_kinds": pl.String,
        },
        orient="row",
    )
    rows = orders.filter("needs_release_test")
    made = _from_order(rows, "test", "test_from_at", "ends_at", "last_day_on").join(needed, on="rule")
    return made.with_columns(
        is_release=pl.lit(True),
        opens_at="test_from_at",
        due_at="ends_at",
        day_on="last_day_on",
    )


def _separations(orders: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """One duty to be kept apart for each order that binds to a place: quarantine for the exposed, isolation
    for cases.

    A later stage that starts when an earlier one ends is due at its start.
    """
    rows = orders.filter(pl.col("place_kind").is_in(BOUND_PLACES) & pl.col("is_restrictive"))
    limited = timed_by_category(rows, limits, "quarantine", "isolate", "transfer").with_columns(
        named_post=responsible_by_category(rows, limits, "quarantine", "isolate")
    )
    is_later = (pl.col("starts_at") > pl.col("due_at")).fill_null(False)
    due = unlimited(limited, is_later, pl.col("starts_at"))
    made = _from_order(due, "quarantine", "starts_at", "named_post", *timed(None)).with_columns(
        kind=pl.coalesce(
            pl.when(pl.col("place_kind").str.starts_with("quarantine")).then(pl.lit("quarantine")),
            pl.lit("isolate"),
        ),
        ordinal=pl.lit(1),
        opens_at="starts_at",
    )
    usual = pl.col("kind").replace_strict(RESPONSIBLE, return_dtype=pl.String)
    return made.with_columns(responsible=pl.coalesce("named_post", usual))


def _transfers(orders: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """A transfer for the first stage that is served elsewhere than at home, where the edition gives a time for it."""
    rows = orders.filter((pl.col("ordinal") == 1) & pl.col("place_kind").is_in(MOVED_PLACES))
    made = []
    for category in rows["category"].unique().sort().to_list():
        rule = limits.of_category(category, "transfer")
        if rule is None:
            continue
        limited = rows.filter(pl.col("category") == category).with_columns(**timed(rule))
        made.append(
            _from_order(limited, "transfer", *timed(None)).with_columns(
                rule=pl.lit(rule.id),
                ordinal=pl.lit(1),
                responsible=pl.lit(rule.responsible),
                opens_at="issued_at",
            )
        )
    empty = _from_order(rows.clear(), "transfer").with_columns(ordinal=pl.lit(1, pl.Int32))
    return pl.concat([empty, *made], how="diagonal_relaxed")


def _of_status(subjects: pl.DataFrame, protocol: Protocol, limits: Limits) -> pl.DataFrame:
    """What a new case of a status opens at once, but isolation where a discharge rule already asks for it."""
    isolated = {rule.case_status for rule in protocol.of_kind(Discharge)}
    made = []
    for definition in protocol.of_kind(CaseDefinition):
        for kind in definition.opens:
            if kind == "isolate" and definition.case_status in isolated:
                continue
            rule = limits.find(kind, definition.case_status, "case")
            rows = subjects.filter(pl.col("category") == definition.case_status)
            made.append(
                rows.select(
                    "person_id",
                    "category",
                    "episode",
                    "issued_at",
                    "area_id",
                    "closed_reason",
                    grounds=cite("source_ids"),
                    kind=pl.lit(kind),
                    rule=pl.lit(rule.id if rule else definition.id),
                    ordinal=pl.lit(1),
                    opens_at="issued_at",
                    closes_at="closed_at",
                    **timed(rule),
                    responsible=pl.lit(rule.responsible if rule else RESPONSIBLE[kind]),
                )
            )
    empty = (
        subjects.clear()
        .with_columns(kind=pl.lit("report"), rule=pl.lit(""), ordinal=pl.lit(1))
        .select("person_id", "kind", "rule", "episode", "ordinal")
    )
    return pl.concat([empty, *made], how="diagonal_relaxed")


def _hand_overs(facts: Facts, subjects: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """A contact whom one area named and who is in another is handed over; the sender owes it until receipt."""
    homes = facts["persons"].select("person_id", here=pl.coalesce("present_area_id", "residence_area_id"))
    rows = subjects.filter(pl.col("category").is_in(["close_contact", "secondary_contact"])).join(
        homes, on="person_id"
    )
    inside = descents(facts["areas"]).select(area_id="ancestor_id", here="area_id")
    away = rows.filter((pl.col("here") != pl.col("area_id")).fill_null(False)).join(
        inside, on=["area_id", "here"], how="anti"
    )
    limited = timed_by_category(away, limits, "hand_over").with_columns(
        responsible=responsible_by_category(away, limits, "hand_over")
    )
    made = limited.select(
        "person_id",
        "category",
        "episode",
        "issued_at",
        "area_id",
        "closed_reason",
        "responsible",
        *timed(None),
        grounds=cite("source_ids"),
        kind=pl.lit("hand_over"),
        rule="limit_rule",
        ordinal=pl.lit(1),
        opens_at="issued_at",
        closes_at="closed_at",
    )
    return made.filter(pl.col("rule").is_not_null())
