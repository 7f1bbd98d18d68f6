"""Areas that a post may name in a form: a list where they are few, else found by a name or a code."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records.models import FACTS, AreaPosition
from lastcase.web.acts.forms import Choices
from lastcase.web.templatetags.lastcase import name_of

LISTED_MAX = 400
"""More areas than this are searched for, not listed."""
FOUND_MAX = 20
BETWEEN = " · "


def listed(actor: Actor) -> Choices | None:
    """Areas of the post, each after the one above it; None where they are too many for a list."""
    ids = list(_positions(actor).order_by("area_lo").values_list("area_id", flat=True)[: LISTED_MAX + 1])
    if not 0 < len(ids) <= LISTED_MAX:
        return None
    names = {row["area_id"]: name_of(row) for row in _areas(actor).values()}
    return [(one, names.get(one) or one) for one in ids]


def found(actor: Actor, text: str) -> list[str]:
    """Labels of the areas of the post whose name or code holds the text, the highest in the tree first."""
    words = text.strip()
    if not words:
        return []
    is_it = Q(name_en__icontains=words) | Q(name_zh__icontains=words) | Q(area_id__istartswith=words)
    rows = _areas(actor).filter(is_it).order_by(Length("area_id"), "area_id").values()
    return [_label(row) for row in rows[:FOUND_MAX]]


def label_of(actor: Actor, area_id: str | None) -> str:
    """How the area stands in the form; empty for one that the post may not name."""
    row = _areas(actor).filter(area_id=area_id).values().first()
    return _label(row) if row else ""


def area_of(actor: Actor, text: str) -> str | None:
    """The area meant by a label, a code, or a name that only one area has."""
    words = text.strip()
    for area_id in (words, words.rsplit(BETWEEN, 1)[-1]):
        if _areas(actor).filter(area_id=area_id).exists():
            return area_id
    named = list(_areas(actor).filter(Q(name_en__iexact=words) | Q(name_zh=words)).values_list("area_id"))
    return str(named[0][0]) if len(named) == 1 else None


def _label(row: dict[str, Any]) -> str:
    return BETWEEN.join(part for part in (name_of(row), row["area_id"]) if part)


def _positions(actor: Actor) -> QuerySet[AreaPosition]:
    lo, hi = actor.scope or (0, 0)
    return AreaPosition.objects.filter(area_lo__gte=lo, area_lo__lt=hi)


def _areas(actor: Actor) -> QuerySet[Any]:
    areas: QuerySet[Any] = FACTS["areas"].objects  # type: ignore[attr-defined]
    return areas.filter(retired_at=None, area_id__in=_positions(actor).values("area_id"))
