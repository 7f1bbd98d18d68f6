"""The impact of an adoption on an outbreak of the record, as a post is shown it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.derive import NOT_READ
from lastcase.core.impact import EffectiveTaken, Impact, find_impact
from lastcase.core.protocol.model import Protocol
from lastcase.engines.bridge import copy_out
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records.columns import POSITIONS
from lastcase.ops.records.errors import AdoptionExists, NoEdition
from lastcase.ops.records.models import AreaPosition, Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.queries import load_facts, load_outbreak
from lastcase.ops.records.writing import write_alias

STEPS = ("facts", "editions", "persons", "areas", "shown")
"""What is done in turn."""
Tell = Callable[[str], None]


def impact_on(
    outbreak: str | Outbreak,
    edition: Protocol,
    *,
    effective_at: datetime,
    as_of: datetime,
    by: Actor,
    known_at: datetime | None = None,
    tell: Tell = lambda step: None,
) -> Impact:
    """What adopting the edition would change, of what the post of `by` is shown.

    It is found on the whole record, so that a contact of a case elsewhere is not missed, and then narrowed to the
    persons and areas shown; the caller holds a transaction under the post's scope. `tell` hears each of STEPS as it
    begins. Raises OutbreakNotFound, NoEdition, AdoptionExists.
    """
    home = get_outbreak(outbreak)
    core = load_outbreak(home)
    if not core.adoptions:
        raise NoEdition(outbreak=home.name)
    effective_at, as_of = effective_at.astimezone(UTC), as_of.astimezone(UTC)
    tell("facts")
    facts = load_facts(home, known_at=known_at, without=NOT_READ, using=write_alias())
    try:
        whole = find_impact(facts, core, edition, effective_at, as_of, tell)
    except EffectiveTaken as error:
        raise AdoptionExists(outbreak=home.name, effective_at=effective_at.isoformat()) from error
    tell("shown")
    return whole if by.covers(0) else _shown(whole, home, by)


def _shown(whole: Impact, home: Outbreak, by: Actor) -> Impact:
    lo, hi = by.scope or (0, 0)
    persons = _shown_persons(home, lo, hi)
    areas = AreaPosition.objects.filter(area_lo__gte=lo, area_lo__lt=hi).values_list("area_id", flat=True)
    return replace(
        whole,
        persons=whole.persons.join(persons, on="person_id", how="semi"),
        duties=whole.duties.join(persons, on="person_id", how="semi"),
        areas=whole.areas.filter(pl.col("area_id").is_in(list(areas))),
    )


def _shown_persons(home: Outbreak, lo: int, hi: int) -> pl.DataFrame:
    """Persons of the outbreak one of whose positions lies in `[lo, hi)`, as row-level security shows them."""
    inside = " OR ".join(f"({name} >= %s AND {name} < %s)" for name in POSITIONS)
    query = f"SELECT person_id FROM records_member WHERE outbreak_id = %s AND ({inside})"
    params = [home.pk, *[lo, hi] * len(POSITIONS)]
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        return copy_out(cursor, query, {"person_id": pl.String()}, params)
