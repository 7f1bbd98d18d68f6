"""What orders, cases and hand-overs owe: duties with their opening and due instants, before any evidence."""

from __future__ import annotations

import polars as pl

from lastcase.core.contacts.episodes import QUARANTINE_KINDS
from lastcase.core.days import midnight
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import CaseDefinition, Discharge, Protocol, Stage, TimeLimit

SCHEMA: dict[str, pl.DataType] = {
    "key": pl.String(),
    "person_id": pl.String(),
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
    "closes_at": INSTANT,
    "closed_reason": pl.String(),
    "order_key": pl.String(),
    "release_index": pl.Int64(),
    "responsible": pl.String(),
    "area_id": pl.String(),
    "rule": pl.String(),
    "day_on": pl.Date(),
    "source_ids": pl.List(pl.String()),
}
"""`closes_at`: when the order or status that the duty hangs on ends; `release_index`: which release test it is."""

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
        made += [_test_days(rows, stage, zone), _monitoring(rows, stage, zone)]
    limits = _Limits(protocol)
    made += [_release_tests(orders, stages), _separations(orders, limits), _transfers(orders, limits)]
    made += [_of_status(subjects, protocol, limits), _hand_overs(facts, subjects, limits)]
    return pl.concat([conform_owed(frame) for frame in made]).sort("key")


class _Limits:
    """Time limits of the edition by duty and subject."""

    def __init__(self, protocol: Protocol) -> None:
        self.rules = protocol.of_kind(TimeLimit)

    def find(self, duty: str, *subjects: str) -> TimeLimit | None:
        for subject in subjects:
            for rule in self.rules:
                if rule.duty == duty and rule.subject == subject:
                    return rule
        return None


def conform_owed(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with exactly the columns of `SCHEMA`; what is missing is null, or the usual for the duty kind."""
    defaults: dict[str, pl.Expr] = {
        "is_release": pl.lit(False),
        "responsible": pl.col("kind").replace_strict(RESPONSIBLE, default=None, return_dtype=pl.String),
    }
    return frame.select(
        (pl.col(name) if name in frame.columns else defaults.get(name, pl.lit(None))).cast(dtype).alias(name)
        for name, dtype in SCHEMA.items()
    )


def duty_key() -> pl.Expr:
    """Key of a duty within an edition: person, kind, rule, episode, ordinal; never a date."""
    # concat_str, not format: Polars 2.1 panics on format over a whole-number column that was joined and filtered.
    return pl.concat_str("person_id", "kind", "rule", "episode", "ordinal", separator="|")


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
        "source_ids",
        *more,
        kind=pl.lit(kind),
        order_key="key",
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
    made = _days(rows, "test", numbers, zone).with_columns(
        ordinal=pl.col("day_number"),
        specimen_kinds=pl.lit(" ".join(sorted(stage.specimen_kinds)) or None, pl.String),
    )
    return made.with_columns(key=duty_key())


def _monitoring(rows: pl.DataFrame, stage: Stage, zone: str) -> pl.DataFrame:
    longest = max(stage.length_days, stage.longer_days or 0)
    days = list(range(1, longest + 1)) if stage.monitor_per_day else []
    turns = pl.DataFrame({"turn": list(range(1, stage.monitor_per_day + 1))}, schema={"turn": pl.Int64})
    made = _days(rows, "monitor", days, zone).join(turns, how="cross")
    return made.with_columns(
        ordinal=(pl.col("day_number") - 1) * stage.monitor_per_day + pl.col("turn"),
        release_index=pl.lit(None, pl.Int64),
    ).with_columns(key=duty_key())


def _release_tests(orders: pl.DataFrame, stages: dict[str, Stage]) -> pl.DataFrame:
    needed = pl.DataFrame(
        [
            (rule.id, index, 1000 + index, " ".join(sorted(rule.specimen_kinds)) or None)
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
        key=duty_key(),
        is_release=pl.lit(True),
        opens_at="test_from_at",
        due_at="ends_at",
        day_on="last_day_on",
    )


def _separations(orders: pl.DataFrame, limits: _Limits) -> pl.DataFrame:
    """One duty to be kept apart for each order that binds to a place: quarantine for the exposed, isolation
    for cases.

    A later stage that starts when an earlier one ends is due at its start.
    """
    rows = orders.filter(pl.col("place_kind").is_in(BOUND_PLACES) & pl.col("is_restrictive"))
    due = pl.max_horizontal(_due(orders, limits, ("quarantine", "isolate", "transfer")), "starts_at")
    made = _from_order(rows.with_columns(due_at=due), "quarantine", "starts_at", "due_at").with_columns(
        kind=pl.coalesce(
            pl.when(pl.col("place_kind").str.starts_with("quarantine")).then(pl.lit("quarantine")),
            pl.lit("isolate"),
        ),
        ordinal=pl.lit(1),
        opens_at="starts_at",
    )
    return made.with_columns(key=duty_key())


def _due(orders: pl.DataFrame, limits: _Limits, duties: tuple[str, ...]) -> pl.Expr:
    due = pl.col("issued_at")
    for category in orders["category"].unique().sort().to_list():
        found = [rule for duty in duties if (rule := limits.find(duty, category, *_families(category)))]
        if found:
            later = pl.col("issued_at") + pl.duration(minutes=round(found[0].hours * 60))
            due = pl.when(pl.col("category") == category).then(later).otherwise(due)
    return due


def _families(category: str) -> tuple[str, ...]:
    """Wider subjects under which a time limit may speak of a category."""
    if category in ("close_contact", "secondary_contact"):
        return ("contact",)
    if category in ("arrival", "from_high", "from_medium", "from_low"):
        return ("arrival",)
    return ("case",)


def _transfers(orders: pl.DataFrame, limits: _Limits) -> pl.DataFrame:
    """A transfer for the first stage that is served elsewhere than at home, where the edition gives a time for it."""
    rows = orders.filter((pl.col("ordinal") == 1) & pl.col("place_kind").is_in(MOVED_PLACES))
    made = []
    for category in rows["category"].unique().sort().to_list():
        rule = limits.find("transfer", category, *_families(category))
        if rule is None:
            continue
        due = pl.col("issued_at") + pl.duration(minutes=round(rule.hours * 60))
        made.append(
            _from_order(rows.filter(pl.col("category") == category), "transfer").with_columns(
                rule=pl.lit(rule.id),
                ordinal=pl.lit(1),
                responsible=pl.lit(rule.responsible),
                opens_at="issued_at",
                due_at=due,
            )
        )
    empty = _from_order(rows.clear(), "transfer").with_columns(ordinal=pl.lit(1, pl.Int32))
    return pl.concat([empty, *made], how="diagonal_relaxed").with_columns(key=duty_key())


def _of_status(subjects: pl.DataFrame, protocol: Protocol, limits: _Limits) -> pl.DataFrame:
    """What a new case of a status opens at once, but isolation where a discharge rule already asks for it."""
    isolated = {rule.case_status for rule in protocol.of_kind(Discharge)}
    made = []
    for definition in protocol.of_kind(CaseDefinition):
        for kind in definition.opens:
            if kind == "isolate" and definition.case_status in isolated:
                continue
            rule = limits.find(kind, definition.case_status, "case")
            rows = subjects.filter(pl.col("category") == definition.case_status)
            hours = rule.hours if rule else 0.0
            made.append(
                rows.select(
                    "person_id",
                    "category",
                    "episode",
                    "issued_at",
                    "area_id",
                    "closed_reason",
                    "source_ids",
                    kind=pl.lit(kind),
                    rule=pl.lit(rule.id if rule else definition.id),
                    ordinal=pl.lit(1),
                    opens_at="issued_at",
                    closes_at="closed_at",
                    due_at=pl.col("issued_at") + pl.duration(minutes=round(hours * 60)),
                    responsible=pl.lit(rule.responsible if rule else RESPONSIBLE[kind]),
                )
            )
    empty = (
        subjects.clear()
        .with_columns(kind=pl.lit("report"), rule=pl.lit(""), ordinal=pl.lit(1))
        .select("person_id", "kind", "rule", "episode", "ordinal")
    )
    joined = pl.concat([empty, *made], how="diagonal_relaxed")
    return joined.with_columns(key=duty_key())


def _hand_overs(facts: Facts, subjects: pl.DataFrame, limits: _Limits) -> pl.DataFrame:
    """A contact whom one area named and who is in another is handed over; the sender owes it until receipt."""
    homes = facts["persons"].select("person_id", here=pl.coalesce("present_area_id", "residence_area_id"))
    rows = subjects.filter(pl.col("category").is_in(["close_contact", "secondary_contact"])).join(
        homes, on="person_id"
    )
    away = rows.filter((pl.col("here") != pl.col("area_id")).fill_null(False))
    rule = limits.find("hand_over", "contact", "close_contact")
    made = away.select(
        "person_id",
        "category",
        "episode",
        "issued_at",
        "area_id",
        "closed_reason",
        "source_ids",
        kind=pl.lit("hand_over"),
        rule=pl.lit(rule.id if rule else ""),
        ordinal=pl.lit(1),
        opens_at="issued_at",
        closes_at="closed_at",
        due_at=pl.col("issued_at") + pl.duration(minutes=round((rule.hours if rule else 0.0) * 60)),
        responsible=pl.lit(rule.responsible if rule else RESPONSIBLE["hand_over"]),
    )
    return made.filter(pl.lit(rule is not None)).with_columns(key=duty_key())
