"""From one derivation to spans: each row that a measure counts, from when until when it counts.

The conditions are those of `core.brief` and the Board, turned from "does it hold at this instant" into "from when
until when does it hold"; a law of the tests holds the two equal, hour by hour.
"""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from lastcase.core.answers import Answers
from lastcase.core.bulletin import HOSPITAL_KINDS, has_line_list
from lastcase.core.contacts.episodes import QUARANTINE_KINDS
from lastcase.core.days import local_date, midnight, plus_days
from lastcase.core.detection import counted_episodes
from lastcase.core.duties.clocks import states_at
from lastcase.core.duties.coverage import FOUR_ALLS, MISSING_STATES, OPEN_STATES, covered_kinds
from lastcase.core.facts.store import Facts
from lastcase.core.facts.vocabulary import CASE_STATUSES, values
from lastcase.core.outbreak import Outbreak
from lastcase.core.risk_areas.standing import list_in_force
from lastcase.core.snapshots.measures import MEASURES

BEGIN = datetime(1900, 1, 1, tzinfo=UTC)
"""Before everything: what has no date counts from the beginning."""
SCHEMA = {
    "measure": pl.String(),
    "unit": pl.String(),
    "area_id": pl.String(),
    "person_id": pl.String(),
    "from_at": pl.Datetime("us", "UTC"),
    "until_at": pl.Datetime("us", "UTC"),
    "weight": pl.Int64(),
}
_BREAKS = (
    "issued_at",
    "opens_at",
    "due_at",
    "sampled_at",
    "inconclusive_at",
    "fulfilled_at",
    "closed_at",
    "exempt_at",
    "handed_over_at",
    "postponed_at",
    "postponed_until_at",
    "attempted_at",
)
"""Instants at which the state of a duty may change."""


def spans_of(
    facts: Facts, outbreak: Outbreak, answers: Answers
) -> tuple[pl.DataFrame, dict[str, datetime | None]]:
    """Every span, and from when each measure is known (null: never, for want of a source).

    `facts` with merges resolved. Columns as in `SCHEMA`: `unit` is what a distinct measure counts once; `until_at` null
    is open; a row counts in `area_id` and where `person_id` is or lives, and in all above.
    """
    cases = _cases(facts, outbreak, answers)
    parts = [
        *_case_spans(cases, outbreak),
        *_person_spans(facts, answers, cases, outbreak),
        *_duty_spans(answers.duties, covered_kinds(facts)),
        *_risk_area_spans(facts),
    ]
    return pl.concat([_shape(part) for part in parts]), _known_from(facts, cases)


def _shape(frame: pl.DataFrame) -> pl.DataFrame:
    given = {name: pl.col(name) if name in frame.columns else pl.lit(None) for name in SCHEMA}
    given["weight"] = given["weight"].fill_null(1) if "weight" in frame.columns else pl.lit(1)
    given["from_at"] = given["from_at"].fill_null(pl.lit(BEGIN))
    shaped = frame.select(given[name].cast(dtype).alias(name) for name, dtype in SCHEMA.items())
    return shaped.filter(pl.col("until_at").is_null() | (pl.col("until_at") > pl.col("from_at")))


def _cases(facts: Facts, outbreak: Outbreak, answers: Answers) -> pl.DataFrame:
    """Counted episodes as `brief` counts them, with where they were found and the end of the local day."""
    held = facts["stays"].filter(pl.col("stay_kind").is_in(QUARANTINE_KINDS))["stay_id"]
    told = answers.detections.select("person_id", "episode", "detection", "control")
    episodes = counted_episodes(facts, outbreak).join(told, on=["person_id", "episode"], how="left")
    is_held = pl.col("control").str.strip_prefix("stays:").is_in(held.implode()).fill_null(False)
    return episodes.with_columns(
        is_quarantined=is_held, on=local_date(pl.col("found_at"), outbreak.time_zone)
    ).with_columns(
        day_end_at=midnight(plus_days(pl.col("on"), 1), outbreak.time_zone),
        next_end_at=midnight(plus_days(pl.col("on"), 2), outbreak.time_zone),
    )


def _case_spans(cases: pl.DataFrame, outbreak: Outbreak) -> list[pl.DataFrame]:
    dated = cases.filter(pl.col("found_at").is_not_null())
    named = pl.col("detection").replace_strict(
        {"community_detected": "today_community", "managed_detected": "today_managed"},
        default="today_unknown",
    )
    today = dated.with_columns(
        measure=named.fill_null("today_unknown"), from_at="found_at", until_at="day_end_at"
    )
    told = today.filter(pl.col("detection").is_not_null() & pl.col("is_quarantined"))
    return [
        today,
        told.with_columns(measure=pl.lit("today_in_quarantine")),
        dated.with_columns(measure=pl.lit("last_day_total"), from_at="day_end_at", until_at="next_end_at"),
        cases.with_columns(measure=pl.lit("cases_total"), from_at="found_at", until_at=None),
        _grave(cases, outbreak),
        cases.filter(_died_at(outbreak).is_not_null()).with_columns(
            measure=pl.lit("deaths"), from_at=pl.max_horizontal("found_at", _died_at(outbreak)), until_at=None
        ),
    ]


def _died_at(outbreak: Outbreak) -> pl.Expr:
    """When a death counts; without a date as soon as the case is on record."""
    undated = pl.when((pl.col("outcome") == "died").fill_null(False)).then(pl.lit(BEGIN))
    return pl.coalesce(midnight(pl.col("died_on"), outbreak.time_zone), undated)


def _over_at(outbreak: Outbreak) -> pl.Expr:
    """When a case is over: recovered or dead."""
    undated = pl.when((pl.col("outcome") == "recovered").fill_null(False)).then(pl.lit(BEGIN))
    return pl.min_horizontal(pl.coalesce("recovered_at", undated), _died_at(outbreak))


def _grave(cases: pl.DataFrame, outbreak: Outbreak) -> pl.DataFrame:
    grave = cases.filter(pl.col("severity").is_in(["severe", "critical"]))
    return grave.with_columns(measure=pl.lit("severe"), from_at="found_at", until_at=_over_at(outbreak))


def _person_spans(
    facts: Facts, answers: Answers, cases: pl.DataFrame, outbreak: Outbreak
) -> list[pl.DataFrame]:
    groups = facts["exposed_groups"]
    return [
        _held(answers.orders),
        _pending(answers.exposures),
        _followed(answers.contact_persons),
        groups.with_columns(
            measure=pl.lit("unnamed"), person_id="case_person_id", from_at="exposed_at", weight="n_exposed"
        ),
        _stays(facts["stays"], QUARANTINE_KINDS, "in_quarantine"),
        _in_hospital(facts["stays"], cases, outbreak),
    ]


def _held(orders: pl.DataFrame) -> pl.DataFrame:
    is_case = pl.col("category").is_in(values(CASE_STATUSES)).fill_null(False)
    waits = (~is_case & pl.col("needs_release_test") & pl.col("ends_at").is_not_null()).fill_null(False)
    return orders.filter(waits).with_columns(
        measure=pl.lit("held_past_end"),
        unit="person_id",
        from_at="ends_at",
        until_at=pl.min_horizontal("released_at", "closed_at"),
    )


def _pending(exposures: pl.DataFrame) -> pl.DataFrame:
    by_hand = (pl.col("reason") == "judged").fill_null(False) & pl.col("judged_at").is_not_null()
    waits = exposures.filter((pl.col("verdict") == "pending") | by_hand)
    judged = pl.when(pl.col("verdict") != "pending").then("judged_at")
    return waits.with_columns(
        measure=pl.lit("contacts_pending"), unit="person_id", from_at="found_at", until_at=judged
    )


def _followed(contacts: pl.DataFrame) -> pl.DataFrame:
    names = {"close_contact": "close_active", "secondary_contact": "secondary_active"}
    kept = contacts.filter(pl.col("category").is_in(list(names)))
    return kept.with_columns(
        measure=pl.col("category").replace_strict(names, return_dtype=pl.String),
        unit="person_id",
        from_at="named_at",
        until_at=pl.min_horizontal("closed_at", "ends_at"),
    )


def _stays(stays: pl.DataFrame, kinds: tuple[str, ...], measure: str) -> pl.DataFrame:
    kept = stays.filter(pl.col("stay_kind").is_in(kinds) & pl.col("start_at").is_not_null())
    return kept.drop("area_id", strict=False).with_columns(
        measure=pl.lit(measure), unit="person_id", from_at="start_at", until_at="end_at"
    )


def _in_hospital(stays: pl.DataFrame, cases: pl.DataFrame, outbreak: Outbreak) -> pl.DataFrame:
    if stays.height:
        return _stays(stays, HOSPITAL_KINDS, "in_hospital")
    admitted = cases.filter(pl.col("admitted_at").is_not_null())
    return admitted.with_columns(
        measure=pl.lit("in_hospital"),
        unit="person_id",
        from_at=pl.max_horizontal("admitted_at", "found_at"),
        until_at=_over_at(outbreak),
    )


def _duty_spans(duties: pl.DataFrame, covered: frozenset[str]) -> list[pl.DataFrame]:
    """How each duty went through its states; only what the measures count is kept."""
    states = _duty_states(duties.filter(pl.col("kind").is_in({*_ALLS_OF, *covered})))
    alls = pl.col("kind").replace_strict(_ALLS_OF, default=None, return_dtype=pl.String)
    what = (
        pl.when(pl.col("state") == "done")
        .then(pl.lit("done"))
        .when(pl.col("state").is_in(MISSING_STATES))
        .then(pl.lit("missing"))
        .when(pl.col("state").is_in(OPEN_STATES))
        .then(pl.lit("not_yet_due"))
    )
    four = states.with_columns(measure=pl.concat_str(alls, pl.lit("_"), what)).filter(
        pl.col("measure").is_not_null()
    )
    missing = states.filter(pl.col("state").is_in(MISSING_STATES) & pl.col("kind").is_in(list(covered)))
    late = missing.filter(alls.is_not_null() & pl.col("due_at").is_not_null()).with_columns(
        measure=pl.concat_str(alls, pl.lit("_late")), from_at=pl.max_horizontal("from_at", "due_at")
    )
    return [four, missing.with_columns(measure=pl.lit("missing")), late]


_ALLS_OF = {kind: alls for alls, kinds in FOUR_ALLS.items() for kind in kinds}


def _duty_states(duties: pl.DataFrame) -> pl.DataFrame:
    """One row a duty and span of an unchanged state: the state is read at each instant at which it may change."""
    begin = pl.when(pl.col("issued_at").is_null()).then(pl.lit(BEGIN))
    numbered = duties.with_row_index("duty").with_columns(
        from_at=pl.concat_list(begin, *_BREAKS).list.drop_nulls().list.unique().list.sort()
    )
    at_each = numbered.explode("from_at", empty_as_null=True).filter(pl.col("from_at").is_not_null())
    at_each = at_each.with_columns(until_at=pl.col("from_at").shift(-1).over("duty"))
    return states_at(at_each, pl.col("from_at")).select(
        "area_id", "person_id", "kind", "state", "due_at", "from_at", "until_at"
    )


def _risk_area_spans(facts: Facts) -> list[pl.DataFrame]:
    levels = ("high", "medium", "low")
    stays = list_in_force(facts).filter(pl.col("risk_level").is_in(levels) & pl.col("start_at").is_not_null())
    return [
        stays.with_columns(measure="risk_level", unit="risk_area_id", from_at="start_at", until_at="end_at")
    ]


def _known_from(facts: Facts, cases: pl.DataFrame) -> dict[str, datetime | None]:
    """From when each measure is known: a number without a source is null, as the Board has it."""
    first = list_in_force(facts)["start_at"].min()
    begin_list = first if isinstance(first, datetime) else None
    has_list, stays, covered = has_line_list(facts), facts["stays"], covered_kinds(facts)
    is_told = cases.height == 0 or cases["severity"].null_count() < cases.height
    is_admitted = stays.height > 0 or cases["admitted_at"].null_count() < cases.height
    known: dict[str, datetime | None] = {}
    for measure in MEASURES:
        alls, _, what = measure.name.rpartition("_")
        if measure.name in ("high", "medium", "low"):
            known[measure.name] = begin_list
        elif measure.name == "in_quarantine":
            known[measure.name] = BEGIN if stays.height else None
        elif measure.name == "in_hospital":
            known[measure.name] = BEGIN if is_admitted else None
        elif measure.name == "severe":
            known[measure.name] = BEGIN if has_list and is_told else None
        elif what == "late" and alls in FOUR_ALLS:
            known[measure.name] = BEGIN if set(FOUR_ALLS[alls]) & covered else None
        else:
            known[measure.name] = BEGIN if has_list else None
    return known
