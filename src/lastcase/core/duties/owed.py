"""What orders, cases and hand-overs owe: duties with their opening and due instants, before any evidence."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lastcase.core.columns import known_columns_of
from lastcase.core.contacts.episodes import QUARANTINE_KINDS
from lastcase.core.days import midnight, plus_days
from lastcase.core.duties.limits import LIMIT, TIMED, find_limit, limit_cells, limits_of, timed, unlimited
from lastcase.core.duties.subjects import cite
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import CaseDefinition, Discharge, Protocol, Stage
from lastcase.core.remember import remembered
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
    made = (
        _daily(orders, protocol, zone),
        _release_tests(orders, protocol),
        _separations(orders, protocol),
        _transfers(orders, protocol),
        _of_status(subjects, protocol),
        _hand_overs(facts, subjects, protocol),
    )
    return pl.concat([conform_owed(frame) for frame in made])


def conform_owed(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with exactly the columns of `SCHEMA`; what is missing is null, or the usual for the duty kind."""
    return frame.select("person_id", *known_columns_of(SCHEMA, frame, **_USUAL))


_USUAL: dict[str, pl.Expr] = {
    "is_release": pl.lit(False),
    "responsible": pl.col("kind").replace_strict(RESPONSIBLE, default=None, return_dtype=pl.String),
}


def _from_order(orders: pl.DataFrame, *more: str) -> pl.DataFrame:
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
        order_rule="rule",
        closes_at="closed_at",
    )


@remembered
def _days_of_stages(protocol: Protocol) -> pl.DataFrame:
    """The tests and checks that each stage asks for, by the number of its day.

    Where its last day also asks for release tests, those stand for the day's test.
    """
    rows = [row for stage in protocol.of_kind(Stage) for row in (*_test_days(stage), *_checks(stage))]
    schema = {
        "rule": pl.String,
        "kind": pl.String,
        "day_number": pl.Int64,
        "ordinal": pl.Int64,
        "specimen_kinds": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _test_days(stage: Stage) -> Iterator[tuple[object, ...]]:
    for day in stage.test_days:
        if not (stage.n_release_tests and day == stage.length_days):
            yield stage.id, "test", day, day, _kinds(stage)


def _checks(stage: Stage) -> Iterator[tuple[object, ...]]:
    each = stage.monitor_per_day
    for turn in range(each * max(stage.length_days, stage.longer_days or 0)):
        yield stage.id, "monitor", turn // each + 1, turn + 1, None


def _kinds(stage: Stage) -> str | None:
    return " ".join(sorted(stage.specimen_kinds)) or None


def _daily(orders: pl.DataFrame, protocol: Protocol, zone: str) -> pl.DataFrame:
    """One duty a test or check of the stage, up to the last day that a cap leaves."""
    each = _from_order(orders, "first_day_on", "last_day_on").join(_days_of_stages(protocol), on="rule")
    dated = each.with_columns(day_on=plus_days(pl.col("first_day_on"), pl.col("day_number") - 1))
    return dated.filter((pl.col("day_on") <= pl.col("last_day_on")).fill_null(True)).with_columns(
        opens_at=midnight(pl.col("day_on"), zone), due_at=midnight(plus_days(pl.col("day_on"), 1), zone)
    )


@remembered
def _release_tests_of_stages(protocol: Protocol) -> pl.DataFrame:
    rows = [
        (stage.id, index, RELEASE_ORDINAL + index, _kinds(stage))
        for stage in protocol.of_kind(Stage)
        for index in range(1, stage.n_release_tests + 1)
    ]
    schema = {
        "rule": pl.String,
        "release_index": pl.Int64,
        "ordinal": pl.Int64,
        "specimen_kinds": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _release_tests(orders: pl.DataFrame, protocol: Protocol) -> pl.DataFrame:
    made = _from_order(orders, "test_from_at", "ends_at", "last_day_on").join(
        _release_tests_of_stages(protocol), on="rule"
    )
    return made.with_columns(
        kind=pl.lit("test"),
        is_release=pl.lit(True),
        opens_at="test_from_at",
        due_at="ends_at",
        day_on="last_day_on",
    )


def _separations(orders: pl.DataFrame, protocol: Protocol) -> pl.DataFrame:
    """One duty to be kept apart for each order that binds to a place: quarantine for the exposed, isolation
    for cases.

    A later stage that starts when an earlier one ends is due at its start. A limit of a transfer tells by when, not
    which post.
    """
    limits = limits_of(protocol, "quarantine", "isolate", "transfer")
    rows = orders.filter(pl.col("place_kind").is_in(BOUND_PLACES) & pl.col("is_restrictive"))
    limited = rows.join(limits, on="category", how="left").with_columns(
        **timed(), named_post=pl.when(pl.col("limit_duty") != "transfer").then("limit_post")
    )
    is_later = (pl.col("starts_at") > pl.col("due_at")).fill_null(False)
    is_quarantine = pl.col("place_kind").str.starts_with("quarantine")
    kind = pl.when(is_quarantine).then(pl.lit("quarantine")).otherwise(pl.lit("isolate"))
    usual = kind.replace_strict(RESPONSIBLE, return_dtype=pl.String)
    return _from_order(limited, "starts_at", "named_post", *TIMED).with_columns(
        **unlimited(is_later, pl.col("starts_at")),
        kind=kind,
        ordinal=pl.lit(1),
        opens_at="starts_at",
        responsible=pl.coalesce("named_post", usual),
    )


def _transfers(orders: pl.DataFrame, protocol: Protocol) -> pl.DataFrame:
    """A transfer for the first stage that is served elsewhere than at home, where the edition gives a time for it."""
    rows = orders.filter((pl.col("ordinal") == 1) & pl.col("place_kind").is_in(MOVED_PLACES))
    limited = rows.join(limits_of(protocol, "transfer"), on="category").with_columns(**timed())
    return _from_order(limited, "limit_post", *TIMED).with_columns(
        kind=pl.lit("transfer"),
        rule="limit_rule",
        ordinal=pl.lit(1),
        responsible="limit_post",
        opens_at="issued_at",
    )


@remembered
def _opened_by_status(protocol: Protocol) -> pl.DataFrame:
    """What a new case of a status opens, with its limit: all but isolation where a discharge rule already asks for
    it."""
    isolated = {rule.case_status for rule in protocol.of_kind(Discharge)}
    rows = [
        (definition.case_status, kind, limit.id if limit else definition.id, *limit_cells(limit))
        for definition in protocol.of_kind(CaseDefinition)
        for kind in definition.opens
        if not (kind == "isolate" and definition.case_status in isolated)
        for limit in [find_limit(protocol, kind, definition.case_status, "case")]
    ]
    schema = {"category": pl.String(), "kind": pl.String(), "rule": pl.String(), **LIMIT}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _of_status(subjects: pl.DataFrame, protocol: Protocol) -> pl.DataFrame:
    """What a new case of a status opens at once."""
    usual = pl.col("kind").replace_strict(RESPONSIBLE, return_dtype=pl.String)
    return subjects.join(_opened_by_status(protocol), on="category").with_columns(
        **timed(),
        grounds=cite("source_ids"),
        ordinal=pl.lit(1),
        opens_at="issued_at",
        closes_at="closed_at",
        responsible=pl.coalesce("limit_post", usual),
    )


def _hand_overs(facts: Facts, subjects: pl.DataFrame, protocol: Protocol) -> pl.DataFrame:
    """A contact whom one area named and who is in another is handed over; the sender owes it until receipt."""
    homes = facts["persons"].select("person_id", here=pl.coalesce("present_area_id", "residence_area_id"))
    contacts = subjects.filter(pl.col("category").is_in(["close_contact", "secondary_contact"]))
    away = (
        contacts.join(homes, on="person_id")
        .filter(pl.col("here") != pl.col("area_id"))
        .join(
            descents(facts["areas"]),
            left_on=["area_id", "here"],
            right_on=["ancestor_id", "area_id"],
            how="anti",
        )
    )
    return away.join(limits_of(protocol, "hand_over"), on="category").with_columns(
        **timed(),
        grounds=cite("source_ids"),
        kind=pl.lit("hand_over"),
        rule="limit_rule",
        ordinal=pl.lit(1),
        opens_at="issued_at",
        closes_at="closed_at",
        responsible="limit_post",
    )
