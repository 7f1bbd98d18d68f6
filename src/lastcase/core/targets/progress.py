"""Met, missed, open or not known: each target of a set, judged at the end of its due date, local time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lastcase.core.answers import Answers
from lastcase.core.civil import end_of, midnight_of
from lastcase.core.explain import Message
from lastcase.core.explain.targets import because_of
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.protocol.model import Protocol, Target
from lastcase.core.seat import seat_of
from lastcase.core.targets.day0 import Day0, day0_of
from lastcase.core.targets.numerators import NOT_KNOWN, Reading, read_flow, read_missing_regrades, read_stock


class UnknownTargetSet(ValueError):
    """The edition in force has no such set of targets."""


@dataclass(frozen=True)
class TargetStatus:
    """Where one target stands at an instant.

    `status`: met, missed, open, not_known. `value` is what the numerator showed when read, null where not
    known; `due_on` is null only where no day 0 was signed. `because` explains it.
    """

    id: str
    target_set: str
    day: int
    due_on: date | None
    numerator: str
    value: float | None
    limit: float
    status: str
    area_id: str | None
    because: tuple[Message, ...]


@dataclass(frozen=True)
class _Question:
    """A target asked about: of which area, at which instant, with which day 0."""

    facts: Facts
    outbreak: Outbreak
    answers: Answers | None
    target: Target
    due_on: date
    last_on: date
    as_of: datetime
    area_id: str | None

    @property
    def due_at(self) -> datetime:
        """24:00 of the due date."""
        return end_of(self.due_on, self.outbreak.zone)

    @property
    def is_over(self) -> bool:
        """Whether the due date has ended; its last microsecond is its end."""
        return self.as_of >= self.due_at - timedelta(microseconds=1)

    @property
    def is_due_day(self) -> bool:
        """Whether the instant lies on the due date."""
        return not self.is_over and self.as_of >= midnight_of(self.due_on, self.outbreak.zone)

    @property
    def today(self) -> date:
        """Local date of the instant."""
        return self.as_of.astimezone(self.outbreak.zone).date()


def target_sets(protocol: Protocol) -> tuple[str, ...]:
    """Names of the sets of targets that an edition has, in the order of its file."""
    return tuple(dict.fromkeys(target.target_set for target in protocol.of_kind(Target)))


def progress(
    facts: Facts,
    outbreak: Outbreak,
    answers: Answers | None,
    target_set: str,
    day0: date | None,
    as_of: datetime,
    area_id: str | None = None,
) -> list[TargetStatus]:
    """Where every target of the set stands at `as_of` (aware), for an area (the outbreak's seat for None).

    `day0` is a local date; None takes the signed decision in force. A target is due on day 0 plus its day and
    judged at 24:00 of that date. A stock is read at `as_of`, from then on at the end of the due date; on the
    due date itself it is met as soon as the number is within the limit, and open else. A flow is the whole
    due date's number. A number that is on no record is not known, never zero. Raises UnknownTargetSet.
    """
    protocol = outbreak.edition_at(as_of)
    targets = [target for target in protocol.of_kind(Target) if target.target_set == target_set]
    if not targets:
        raise UnknownTargetSet(f"{protocol.id} has no set of targets {target_set}")
    area_id = seat_of(facts, outbreak) if area_id is None else area_id
    signed = None if day0 else day0_of(facts, target_set, area_id)
    start = day0 or (signed.day0_on if signed else None)
    if start is None:
        return [_without_day0(target, area_id) for target in targets]
    last_on = start + timedelta(days=max(target.day for target in targets))
    return [
        _judged(
            _Question(
                facts, outbreak, answers, target, start + timedelta(days=target.day), last_on, as_of, area_id
            ),
            signed,
        )
        for target in targets
    ]


def _without_day0(target: Target, area_id: str | None) -> TargetStatus:
    because = (Message("target.no_day0", {"target_set": target.target_set}, rules=(target.id,)),)
    return _status(target, None, NOT_KNOWN, "not_known", area_id, because)


def _judged(ask: _Question, signed: Day0 | None) -> TargetStatus:
    reading = _read(ask)
    status = _verdict(ask, reading)
    because = because_of(
        ask.target,
        ask.due_on,
        reading.value,
        reading.basis,
        reading.facts,
        status,
        ask.area_id,
        decision=signed.decision_id if signed else None,
        is_floor=reading.at_least,
    )
    return _status(ask.target, ask.due_on, reading, status, ask.area_id, because)


def _read(ask: _Question) -> Reading:
    if ask.target.is_action:
        return _read_action(ask)
    if ask.target.is_stock:
        last = ask.due_at - timedelta(microseconds=1)
        return read_stock(ask.facts, min(ask.as_of, last), ask.area_id)
    return read_flow(
        ask.facts, ask.outbreak, ask.answers, ask.target.numerator, _day_of_flow(ask), ask.area_id
    )


def _day_of_flow(ask: _Question) -> date:
    """The due date once it has come; before it, the last whole day, to show where things stand."""
    return ask.due_on if ask.is_over or ask.is_due_day else ask.today - timedelta(days=1)


def _read_action(ask: _Question) -> Reading:
    if not ask.is_over:
        return read_missing_regrades(ask.facts, ask.outbreak, ask.today, ask.today, ask.area_id)
    last = min(ask.last_on, ask.today - timedelta(days=1))
    return read_missing_regrades(ask.facts, ask.outbreak, ask.due_on, last, ask.area_id)


def _verdict(ask: _Question, reading: Reading) -> str:
    if not ask.is_over:
        return "met" if _met_early(ask, reading) else "open"
    if reading.value is None:
        return "not_known"
    if reading.value > ask.target.limit:
        return "missed"
    return "not_known" if reading.at_least else "met"


def _met_early(ask: _Question, reading: Reading) -> bool:
    """A flow can still grow until midnight; a stock or an act that is within the limit on the day is met."""
    can_judge = ask.is_due_day and (ask.target.is_stock or ask.target.is_action)
    return can_judge and reading.value is not None and reading.value <= ask.target.limit


def _status(
    target: Target,
    due_on: date | None,
    reading: Reading,
    status: str,
    area_id: str | None,
    because: tuple[Message, ...],
) -> TargetStatus:
    return TargetStatus(
        id=target.id,
        target_set=target.target_set,
        day=target.day,
        due_on=due_on,
        numerator=target.numerator,
        value=reading.value,
        limit=target.limit,
        status=status,
        area_id=area_id,
        because=because,
    )
