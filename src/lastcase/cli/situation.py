"""An outbreak as it is read: its facts as known at one instant, and the answers made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from lastcase.cli.exits import NOT_FOUND, CommandError
from lastcase.cli.house import open_house
from lastcase.cli.moments import now, parse_instant
from lastcase.cli.output import progress
from lastcase.cli.texts import say

if TYPE_CHECKING:
    from lastcase.core.answers import Answers
    from lastcase.core.facts.store import Facts
    from lastcase.core.outbreak import Outbreak

HISTORY_DAYS = 30
"""A record whose last fact is older than this is read as of that fact, not as of today."""


@dataclass(frozen=True)
class Situation:
    """What a printing command needs.

    `is_suggested`: the instant was taken from the last fact, nobody gave it.
    """

    outbreak: Outbreak
    facts: Facts
    answers: Answers
    as_of: datetime
    known_at: datetime | None
    is_suggested: bool


def read_situation(name: str, as_of: str | None, known_at: str | None, home: Path | None) -> Situation:
    """Open the house and read the outbreak.

    With `known_at` the answers are derived anew from what was known then.
    """
    open_house(home)
    return situation_of(name, as_of, known_at)


def situation_of(name: str, as_of: str | None, known_at: str | None) -> Situation:
    """The same where the house is open already."""
    from lastcase.ops.records import queries

    outbreak = queries.load_outbreak(name)
    known = parse_instant(known_at, outbreak.zone, "--known-at") if known_at else None
    outbreak = queries.load_outbreak(name, known_at=known)
    moment, is_suggested = moment_of(outbreak, as_of)
    with progress(say("cli.progress.reading", outbreak=name)):
        facts = queries.load_facts(name, known_at=known)
        answers = _answers(outbreak, facts, known)
    return Situation(outbreak, facts, answers, moment, known, is_suggested)


def moment_of(outbreak: Outbreak, as_of: str | None) -> tuple[datetime, bool]:
    """The instant asked for, else now or the end of a record long past; and whether nobody asked for it."""
    from lastcase.ops.records.ends import suggested_as_of

    if as_of:
        return parse_instant(as_of, outbreak.zone), False
    last = suggested_as_of(outbreak.name)
    present = now()
    is_history = last is not None and last < present - timedelta(days=HISTORY_DAYS)
    if last is None or not is_history:
        return present, False
    return last, True


def _answers(outbreak: Outbreak, facts: Facts, known: datetime | None) -> Answers:
    """Stored answers where they stand on the record's revision; else derived here, and nothing stored."""
    from lastcase.core.derive import derive
    from lastcase.ops.records import queries
    from lastcase.ops.records.outbreaks import get_outbreak
    from lastcase.ops.records.refresh import is_to_take_effect

    home = get_outbreak(outbreak.name)
    is_up = home.revision.derived_number == home.revision.number and not is_to_take_effect(home)
    if known is None and is_up:
        return queries.load_answers(outbreak.name)
    return derive(facts, queries.load_outbreak(home, known_at=known, effective_by=known or now()))


def find_person(situation: Situation, given: str) -> str:
    """The person's id for an id as recorded, or as the source's own list has it.

    CommandError where none, or several.
    """
    import polars as pl

    persons = situation.facts["persons"]
    full = {given, f"{situation.outbreak.name}:{given}"}
    same_id = persons.filter(pl.col("person_id").is_in(list(full)))
    found = same_id if same_id.height else persons.filter(pl.col("list_id") == given)
    ids = found["person_id"].unique().sort().to_list()
    if len(ids) == 1:
        return str(ids[0])
    if ids:
        raise CommandError(NOT_FOUND, "cli.error.several_persons", person=given, ids=", ".join(ids[:5]))
    raise CommandError(NOT_FOUND, "cli.error.no_person", person=given, outbreak=situation.outbreak.name)


def say_moment(situation: Situation) -> str:
    """Where the clocks were read, and why there when nobody said so."""
    from lastcase.cli.moments import local_text

    when = local_text(situation.as_of, situation.outbreak.zone)
    text = say("cli.as_of.suggested" if situation.is_suggested else "cli.as_of.given", when=when)
    if situation.known_at is None:
        return text
    return f"{text} {say('cli.as_of.known', when=local_text(situation.known_at, situation.outbreak.zone))}"
