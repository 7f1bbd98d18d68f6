"""From where lists are read: the vantage of a page, with what naming and narrowing their rows takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from lastcase.core.outbreak import Outbreak
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records import models, queries
from lastcase.ops.records.area_names import AreaNames
from lastcase.ops.records.covered import covered_now
from lastcase.ops.records.lists.replayed import lay_replayed
from lastcase.ops.records.situation import read_situation
from lastcase.ops.records.vantage import Stand, Vantage, focus_of, is_settling, stand_of


@dataclass(frozen=True, kw_only=True)
class ListVantage(Vantage):
    """`span`: the positions of the area looked at, where it limits; `covered`: kinds of duty that some feed
    covers."""

    outbreak_id: int
    area_names: AreaNames
    covered: frozenset[str]
    span: tuple[int, int] | None


def read_lists(
    record: models.Outbreak,
    actor: Actor,
    as_of: datetime,
    known_at: datetime | None = None,
    *,
    outbreak: Outbreak | None = None,
    stand: Stand | None = None,
) -> ListVantage:
    """Lists of the outbreak as the post of `actor` is shown them. The caller holds a transaction under that scope.

    At a `known_at` the answers are derived and laid into tables of this transaction, which the same queries read.
    Raises ReplayTooLarge for a record too large for that. `outbreak` and `stand` spare asking where the caller has
    read them.
    """
    stand, focus = stand or stand_of(record), focus_of(record, actor)
    stamp = stand.stamp
    if known_at is None:
        covered, outbreak = covered_now(record, actor, stamp), outbreak or queries.load_outbreak(record)
    else:
        situation = read_situation(record, actor, as_of, known_at)
        lay_replayed(situation, record.pk)
        covered, outbreak = situation.covered, situation.outbreak
    limited = None if focus is None or focus == record.area_id else focus
    area = models.AreaPosition.objects.filter(area_id=limited).first() if limited else None
    return ListVantage(
        name=record.name,
        outbreak=outbreak,
        as_of=as_of.astimezone(UTC),
        known_at=known_at,
        area_id=focus,
        revision=stamp[0],
        derived_revision=stamp[1],
        is_settling=is_settling(stand, known_at),
        outbreak_id=record.pk,
        area_names=AreaNames(known_at),
        covered=covered,
        span=(area.area_lo, area.area_hi) if area else None,
    )
