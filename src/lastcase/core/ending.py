"""When the outbreak may be declared over: the clean days after the last case's closing event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from lastcase.core.contacts.episodes import find_episodes
from lastcase.core.days import local_date, midnight
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.protocol.model import EndRule


@dataclass(frozen=True)
class Ending:
    """Where the end of an outbreak stands.

    `last_on`: local date of the last closing event; `ends_on`: the last of the clean days, at whose end the
    outbreak is over. Both are null while `n_waiting` counted cases have no such event on record, and where
    there is no case.
    """

    rule: str
    edition: str
    clean_days: int
    n_waiting: int
    last_on: date | None
    ends_on: date | None


def ending(facts: Facts, outbreak: Outbreak, as_of: datetime) -> Ending | None:
    """The end clock of the edition in force at `as_of` (aware), cases found by then; None without a rule."""
    protocol, zone = outbreak.edition_at(as_of), outbreak.time_zone
    rule = next(iter(protocol.of_kind(EndRule)), None)
    if rule is None:
        return None
    cases = find_episodes(facts, protocol, zone).filter("is_counted").filter(pl.col("found_at") <= as_of)
    closed = _with_negatives(cases, facts).select(closed_at=_closed_at(rule, zone))
    n_waiting = closed["closed_at"].null_count()
    last = (
        None
        if n_waiting or closed.is_empty()
        else closed.select(local_date(pl.col("closed_at").max(), zone)).item()
    )
    ends = last + timedelta(days=rule.clean_days) if last else None
    return Ending(rule.id, protocol.id, rule.clean_days, n_waiting, last, ends)


def _with_negatives(cases: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Adds `negative_at`: the last negative test of a case since it was found."""
    negatives = facts["specimens"].filter(pl.col("result") == "negative").select("person_id", "sampled_at")
    later = cases.select("person_id", "episode", "found_at").join(negatives, on="person_id")
    last = later.filter(pl.col("sampled_at") >= pl.col("found_at"))
    latest = last.group_by("person_id", "episode").agg(negative_at=pl.col("sampled_at").max())
    return cases.join(latest, on=["person_id", "episode"], how="left")


def _closed_at(rule: EndRule, zone: str) -> pl.Expr:
    events = {
        "negative_test": pl.col("negative_at"),
        "burial": midnight(pl.coalesce("burial_on", "died_on"), zone),
        "recovery": pl.col("recovered_at"),
        "found": pl.col("found_at"),
        "rash": midnight(pl.col("rash_on"), zone),
    }
    return pl.max_horizontal([events[name] for name in rule.counted_from]).cast(INSTANT)
