"""From where a page looks: the outbreak, the two times, the post's area, and the revisions of record and answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records import models

Stamp = tuple[int, int | None, datetime | None]
"""Revision of the record, the one its answers stand on, and when it was written."""


@dataclass(frozen=True)
class Stand:
    """Where a record and its answers stand; `is_settled` is false while answers for whole areas are still to follow."""

    stamp: Stamp
    is_settled: bool

    @property
    def revision(self) -> int:
        """That on which the answers stand; 0 before the first derivation."""
        return self.stamp[1] or 0


@dataclass(frozen=True, kw_only=True)
class Vantage:
    """An outbreak at an instant, as one post looks at it.

    `area_id` is the area looked at: the post's, where it lies in the outbreak's, else the outbreak's own (None:
    the outbreak has no area). `revision` is that of the record, `derived_revision` the one its stored answers
    stand on; `is_settling` while answers for whole areas are still to follow.
    """

    name: str
    outbreak: Outbreak
    as_of: datetime
    known_at: datetime | None
    area_id: str | None
    revision: int
    derived_revision: int | None
    is_settling: bool = False

    @cached_property
    def later_edition(self) -> Adoption | None:
        """The last adoption that took effect after `as_of` and by now: whoever was bound then is shown under it."""
        now = datetime.now(UTC)
        later = [one for one in self.outbreak.adoptions[1:] if self.as_of < one.effective_at <= now]
        return later[-1] if later else None

    @property
    def is_current(self) -> bool:
        """Whether the answers stand on everything recorded."""
        return self.known_at is not None or self.derived_revision == self.revision

    @property
    def is_whole(self) -> bool:
        """Whether the area looked at is the outbreak's own."""
        return self.area_id is None or self.area_id == self.outbreak.area_id


def stand_of(record: models.Outbreak) -> Stand:
    """Where the record and its answers stand; revision 0 before anything was recorded."""
    columns = ("number", "derived_number", "at", "is_settled")
    row = models.Revision.objects.filter(outbreak=record).values_list(*columns).first()
    return Stand(row[:3], row[3]) if row else Stand((0, None, None), is_settled=True)


def stamp_of(record: models.Outbreak) -> Stamp:
    """The same without whether it is settled."""
    return stand_of(record).stamp


def is_settling(stand: Stand, known_at: datetime | None) -> bool:
    """Whether answers for whole areas are still to follow; never of a past state."""
    return known_at is None and not stand.is_settled


def focus_of(record: models.Outbreak, actor: Actor) -> str | None:
    """The area looked at by the post of the actor."""
    root = models.AreaPosition.objects.filter(area_id=record.area_id).first()
    if root is None or actor.scope is None or actor.area_id is None:
        return record.area_id or None
    lies_in = root.area_lo <= actor.scope[0] and actor.scope[1] <= root.area_hi
    return actor.area_id if lies_in else record.area_id
