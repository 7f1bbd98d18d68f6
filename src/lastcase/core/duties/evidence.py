"""Evidence: which recorded facts fulfil which duties.

Evidence belongs to the person and satisfies every duty whose window and specimen it fits; fulfilment is
matched here by rule and never stored as a link from a fact to a duty.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from lastcase.core.contacts.episodes import ISOLATION_KINDS, QUARANTINE_KINDS
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts

FOUND_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.UInt32(),
    "fulfilled_at": INSTANT,
    "evidence": pl.String(),
    "offered_at": INSTANT,
    "sampled_at": INSTANT,
    "inconclusive_at": INSTANT,
}
CONCLUSIVE = ("positive", "negative")


def match_evidence(
    owed: pl.DataFrame, orders: pl.DataFrame, episodes: pl.DataFrame, facts: Facts
) -> pl.DataFrame:
    """Adds `fulfilled_at`, `evidence`, `sampled_at`, the last attempt, exemptions and hand-overs to owed
    duties.

    Evidence that came after the duty had ended does not count.
    """
    received = _received(facts)
    under_way = [_release_tests(owed, orders), _tests(owed, facts)]
    found = pl.concat(
        [
            pl.DataFrame(schema=FOUND_SCHEMA),
            *under_way,
            _checks(owed, facts),
            _stays(owed, facts, episodes),
            _reports(owed, episodes),
            _signed(owed, received),
        ],
        how="diagonal",
    )
    done = _first(found.filter(pl.col("fulfilled_at").is_not_null()), "fulfilled_at", "evidence")
    seen = _first(pl.concat(under_way, how="diagonal"), "offered_at", "sampled_at", "inconclusive_at")
    joined = owed.join(done, on="row", how="left").join(seen, on="row", how="left")
    joined = joined.join(_attempts(joined, facts), on="row", how="left").join(
        _exemptions(joined, facts), on="row", how="left"
    )
    late = (pl.col("fulfilled_at") > pl.col("closes_at")).fill_null(False)
    kept = joined.with_columns(
        fulfilled_at=pl.when(~late).then("fulfilled_at"), evidence=pl.when(~late).then("evidence")
    )
    return kept.join(_hand_overs(received, facts), on="person_id", how="left")


def _first(found: pl.DataFrame, *names: str) -> pl.DataFrame:
    """What the first kind of evidence says of each row: a swab still awaited hides no other that fulfils."""
    return found.select("row", *names).unique("row", keep="first", maintain_order=True)


def _tests(owed: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The first specimen of the person from the duty's opening on, and the first conclusive one of them.

    A release test is fulfilled by the release alone (`_release_tests`); here it is only seen under way.
    """
    is_asked = (pl.col("kind") == "test") & (pl.col("release_index").fill_null(1) == 1)
    columns = ("row", "person_id", "kind", "release_index", "opens_at", "specimen_kinds", "is_release")
    tests = owed.select(columns).filter(is_asked & pl.col("opens_at").is_not_null()).sort("opens_at")
    specimens = facts["specimens"].select(
        "person_id",
        "specimen_kind",
        "result",
        "offered_at",
        "sampled_at",
        "specimen_id",
        met_at=pl.coalesce("resulted_at", "sampled_at"),
    )
    offers = specimens.filter(pl.col("offered_at").is_not_null()).sort("offered_at")
    swabs = specimens.filter(pl.col("sampled_at").is_not_null()).sort("sampled_at", "specimen_id")
    made = [_tests_of_kinds(tests, offers, swabs, kinds) for kinds in tests["specimen_kinds"].unique()]
    return pl.concat([pl.DataFrame(schema=FOUND_SCHEMA), *made], how="diagonal")


def _tests_of_kinds(
    tests: pl.DataFrame, offers: pl.DataFrame, swabs: pl.DataFrame, kinds: str | None
) -> pl.DataFrame:
    """Of the tests that ask for these kinds of specimen (null: any). Tests stand in the order of their opening, offers
    and swabs in that of their own instants."""
    if kinds is not None:
        fits = pl.col("specimen_kind").is_in(kinds.split(" ")).fill_null(True)
        offers, swabs = offers.filter(fits), swabs.filter(fits)
    result = pl.col("result")
    is_of = pl.col("specimen_kinds").eq_missing(pl.lit(kinds, pl.String))
    found = tests.filter(is_of).select("row", "person_id", "opens_at", "is_release")
    for events in (
        offers.select("person_id", "offered_at", opens_at="offered_at"),
        swabs.select("person_id", "sampled_at", opens_at="sampled_at"),
        swabs.filter(result == "inconclusive").select(
            "person_id", inconclusive_at="met_at", opens_at="sampled_at"
        ),
        swabs.filter(result.is_in(CONCLUSIVE)).select(
            "person_id", "specimen_id", fulfilled_at="met_at", opens_at="sampled_at"
        ),
    ):
        found = _next(found, events, "person_id")
    ordinary = ~pl.col("is_release")
    under_way = found.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in _SEEN))
    return under_way.select(
        "row",
        "offered_at",
        "sampled_at",
        "inconclusive_at",
        fulfilled_at=pl.when(ordinary).then("fulfilled_at"),
        evidence=pl.when(ordinary).then(pl.format("specimens:{}", "specimen_id")),
    )


_SEEN = ("offered_at", "sampled_at", "inconclusive_at", "fulfilled_at")


def _next(asked: pl.DataFrame, events: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Adds to each asked row the first event of the same `by` at or after its opening; both in the order of
    `opens_at`, which of an event is its instant."""
    return asked.join_asof(events, on="opens_at", by=list(by), strategy="forward", check_sortedness=False)


def _release_tests(owed: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """The n-th release test is fulfilled by the n-th test that counted towards the order's release."""
    rows = owed.filter(pl.col("is_release"))
    counted = orders.select("order_row", "release_sampled_at", "release_met_at", "release_specimens")
    place = pl.col("release_index") - 1
    told = rows.join(counted, on="order_row").select(
        "row",
        fulfilled_at=pl.col("release_met_at").list.get(place, null_on_oob=True),
        evidence=pl.col("release_specimens").list.get(place, null_on_oob=True),
        sampled_at=pl.col("release_sampled_at").list.get(place, null_on_oob=True),
    )
    return told.filter(pl.col("fulfilled_at").is_not_null())


def _checks(owed: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Encounters recorded as done: a day's monitoring on that day only, a release test never (`_release_tests`),
    anything else at any later time."""
    done = (
        facts["checks"]
        .filter(pl.col("check_outcome") == "done")
        .select("person_id", "checked_at", "check_id", kind="duty_kind", opens_at="checked_at")
        .sort("opens_at")
    )
    is_open = ~pl.col("is_release").fill_null(False) & pl.col("opens_at").is_not_null()
    columns = ("row", "person_id", "kind", "is_release", "opens_at", "due_at")
    kinds = pl.lit(done["kind"]).unique().implode()
    may_be = owed.select(columns).filter(is_open & pl.col("kind").is_in(kinds)).sort("opens_at")
    met = _next(may_be, done, "person_id", "kind").filter(
        (pl.col("kind") != "monitor") | (pl.col("checked_at") < pl.col("due_at"))
    )
    return met.select("row", fulfilled_at="checked_at", evidence=pl.format("checks:{}", "check_id"))


def _stays(owed: pl.DataFrame, facts: Facts, episodes: pl.DataFrame) -> pl.DataFrame:
    """Being where one should be: a stay of a fitting kind, an admission, an arrival of a transfer."""
    stays = facts["stays"].select(
        "person_id", "stay_kind", "start_at", "end_at", evidence=pl.format("stays:{}", "stay_id")
    )
    admitted = episodes.filter(pl.col("admitted_at").is_not_null()).select(
        "person_id",
        stay_kind=pl.lit("isolation_hospital"),
        start_at="admitted_at",
        end_at="recovered_at",
        evidence=pl.format("cases:{}:{}", "person_id", pl.col("episode").cast(pl.String)),
    )
    moved = facts["moves"].filter(pl.col("arrived_at").is_not_null() & (pl.col("move_kind") != "hand_over"))
    arrived = moved.select(
        "person_id",
        stay_kind=pl.col("move_kind").replace_strict(
            {"to_quarantine": "moved_quarantine", "to_hospital": "moved_hospital"}, default="home"
        ),
        start_at="arrived_at",
        end_at=pl.lit(None, INSTANT),
        evidence=pl.format("moves:{}", "move_id"),
    )
    places = pl.concat([stays, admitted, arrived])
    columns = ("row", "person_id", "kind", "category", "place_kind", "issued_at", "opens_at", "closes_at")
    rows = owed.select(columns).filter(pl.col("kind").is_in(["quarantine", "isolate", "treat", "transfer"]))
    fitting = rows.join(places, on="person_id").filter(
        _fits_place()
        & (pl.col("end_at").is_null() | (pl.col("end_at") > pl.col("opens_at")))
        & (pl.col("closes_at").is_null() | (pl.col("start_at") < pl.col("closes_at")))
    )
    first = fitting.sort("start_at", "evidence").unique("row", keep="first", maintain_order=True)
    return first.select("row", "evidence", fulfilled_at=pl.max_horizontal("start_at", "opens_at"))


@cache
def _fits_place() -> pl.Expr:
    """Quarantine is served anywhere at least as strict as ordered; isolation and treatment where cases are kept."""
    apart = [*QUARANTINE_KINDS, *ISOLATION_KINDS]
    quarantine = (
        pl.when(pl.col("place_kind") == "quarantine_home")
        .then(pl.col("stay_kind").is_in(apart))
        .otherwise(pl.col("stay_kind").is_in(["quarantine_central", *ISOLATION_KINDS]))
    )
    to_hospital = pl.col("stay_kind").is_in([*ISOLATION_KINDS, "moved_hospital"])
    to_site = pl.col("stay_kind").is_in(
        ["quarantine_central", "moved_quarantine", *ISOLATION_KINDS, "moved_hospital"]
    )
    exposed = pl.col("category").is_in(
        ["close_contact", "secondary_contact", "arrival", "from_high", "from_medium"]
    )
    return (
        pl.when(pl.col("kind") == "quarantine")
        .then(quarantine)
        .when(pl.col("kind") == "transfer")
        .then(pl.when(exposed).then(to_site).otherwise(to_hospital))
        .otherwise(pl.col("stay_kind").is_in(ISOLATION_KINDS))
    )


def _reports(owed: pl.DataFrame, episodes: pl.DataFrame) -> pl.DataFrame:
    """The direct report of a case, by the report's own instant."""
    reported = episodes.select("person_id", "episode", "reported_at")
    return (
        owed.filter(pl.col("kind") == "report")
        .join(reported, on=["person_id", "episode"])
        .select(
            "row",
            fulfilled_at="reported_at",
            evidence=pl.format("cases:{}:{}", "person_id", pl.col("episode").cast(pl.String)),
        )
    )


def _received(facts: Facts) -> pl.DataFrame:
    """By person, the first receipt of a hand-over (`received_at`, `move_id`) and the last (`last_at`, `to_area_id`)."""
    signed = facts["moves"].filter((pl.col("move_kind") == "hand_over") & pl.col("received_at").is_not_null())
    return (
        signed.sort("received_at")
        .group_by("person_id")
        .agg(
            pl.col("received_at", "move_id").first(),
            last_at=pl.col("received_at").last(),
            to_area_id=pl.col("to_area_id").last(),
        )
    )


def _signed(owed: pl.DataFrame, received: pl.DataFrame) -> pl.DataFrame:
    return (
        owed.filter(pl.col("kind") == "hand_over")
        .join(received, on="person_id")
        .select("row", fulfilled_at="received_at", evidence=pl.format("moves:{}", "move_id"))
    )


def _attempts(owed: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The last attempt that failed since the duty opened."""
    failed = (
        facts["checks"]
        .filter(pl.col("check_outcome") != "done")
        .select("person_id", kind="duty_kind", attempted_at="checked_at", attempt_outcome="check_outcome")
    )
    rows = owed.select("row", "person_id", "kind", "opens_at", "closes_at")
    met = rows.join(failed, on=["person_id", "kind"]).filter(
        (pl.col("attempted_at") >= pl.col("opens_at"))
        & (pl.col("closes_at").is_null() | (pl.col("attempted_at") < pl.col("closes_at")))
    )
    last = pl.col("attempted_at", "attempt_outcome").sort_by("attempted_at").last()
    return met.group_by("row").agg(last)


def _exemptions(owed: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Duties from which a named post exempted the person: all of them, or the kind that the decision names."""
    signed = (
        facts["decisions"]
        .filter((pl.col("decision_kind") == "exempt") & pl.col("person_id").is_not_null())
        .sort("signed_at", "decision_id")
        .unique(["person_id", "subject"], keep="last", maintain_order=True)  # the last one signed stands
    )
    met = (
        owed.select("row", "person_id", "kind", "due_at")
        .join(signed, on="person_id", maintain_order="right")
        .filter(
            (pl.col("subject").is_null() | (pl.col("subject") == pl.col("kind")))
            & (pl.col("until_at").is_null() | (pl.col("due_at") <= pl.col("until_at")))
        )
    )
    return met.group_by("row").agg(
        exempt_at=pl.col("signed_at").first(), exempt_reason=pl.col("reason").first()
    )


def _hand_overs(received: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Receipts of hand-overs: to an area of this house the duty moves there; outside it is handed over."""
    known = pl.lit(facts["areas"]["area_id"]).implode()
    is_ours = pl.col("to_area_id").is_in(known).fill_null(False)
    return received.select(
        "person_id",
        receiver_area_id=pl.when(is_ours).then("to_area_id"),
        handed_over_at=pl.when(~is_ours).then("last_at"),
    )
