"""Founding an outbreak and adopting editions for it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lastcase.core.protocol.parse import parse_edition
from lastcase.editions import edition_text
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records import audit, touch
from lastcase.ops.records.actions.facts import check_power, refresh_after_commit
from lastcase.ops.records.drafts import find_text
from lastcase.ops.records.errors import AdoptionExists, OutbreakExists, OutOfScope, UnknownZone
from lastcase.ops.records.models import Adoption, AreaPosition, Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.partitions import make_partitions
from lastcase.ops.records.writing import Writing, write_alias, writing


def create_outbreak(
    name: str,
    *,
    disease: str,
    by: Actor,
    time_zone: str,
    area_id: str | None = None,
    edition: str | None = None,
    effective_at: datetime | None = None,
    reason: str = "founded",
) -> Outbreak:
    """Found an outbreak, with its first edition where one is given.

    Founding the same again returns the one there is. `effective_at`: from when the edition is in force
    (default: from the beginning of time, so that every fact of a historical list stands under it). Raises
    OutbreakExists, UnknownZone, and what `adopt_edition` raises.
    """
    check_power(by, "command")
    _check_zone(time_zone)
    found = Outbreak.objects.filter(name=name).first()
    if found is not None:
        if (found.disease, found.time_zone, found.area_id) != (disease, time_zone, area_id or ""):
            raise OutbreakExists(name=name)
        return found
    text = edition_text(edition) if edition else None
    with writing() as now:
        outbreak_id = _insert(now, name, disease, time_zone, area_id or "", by)
        make_partitions(now, outbreak_id)
        if edition and text:
            since = effective_at or datetime.fromisoformat("1900-01-01T00:00:00+00:00")
            _adopt(now, outbreak_id, edition, text, since, by, reason)
        audit.log_write(now, by, "create_outbreak", name, disease=disease, edition=edition)
    return Outbreak.objects.get(pk=outbreak_id)


def adopt_edition(
    outbreak: str | Outbreak,
    edition: str,
    *,
    effective_at: datetime,
    by: Actor,
    reason: str,
    text: str | None = None,
    derive: bool = True,
) -> None:
    """Adopt an edition from `effective_at` on. `text` is that of an edition file of one's own; else that of the
    shipped edition, the draft or the edition adopted before of that id.

    All answers are derived anew once it is signed; without `derive` they are queued for the next refresh. Every
    process reads adoptions from the record, so none is started again. Raises ProtocolErrors for a text that does
    not hold, EditionNotFound, AdoptionExists, and OutOfScope where the outbreak reaches beyond the post's area.
    """
    check_power(by, "command")
    home = get_outbreak(outbreak)
    wording = text if text is not None else find_text(edition)
    edition_id = parse_edition(wording, edition).id
    _check_covers(home, by)
    if Adoption.objects.filter(outbreak=home, effective_at=effective_at).exists():
        raise AdoptionExists(outbreak=home.name, effective_at=effective_at)
    with writing(home.pk) as now:
        touch.begin(now)
        _adopt(now, home.pk, edition_id, wording, effective_at, by, reason)
        touch.enqueue(now, home.pk, everything=True)
        audit.log_write(
            now, by, "adopt_edition", home.name, edition=edition_id, effective_at=effective_at, reason=reason
        )
        if derive:
            refresh_after_commit(now, home)


def _check_covers(home: Outbreak, by: Actor) -> None:
    """An edition binds the whole outbreak: the post's area must hold it."""
    root = AreaPosition.objects.using(write_alias()).filter(area_id=home.area_id).first()
    if not by.covers(root.area_lo if root else 0):
        raise OutOfScope(table="areas", n_rows=1)


def _check_zone(time_zone: str) -> None:
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(time_zone=time_zone) from error


def _insert(now: Writing, name: str, disease: str, time_zone: str, area_id: str, by: Actor) -> int:
    outbreak_id = now.one(
        """INSERT INTO records_outbreak (name, disease, time_zone, area_id, created_at, created_by)
           VALUES (%s, %s, %s, %s, %s, %s) RETURNING id""",
        [name, disease, time_zone, area_id, now.now, by.name],
    )
    now.run(
        "INSERT INTO records_revision (outbreak_id, number, at) VALUES (%s, 0, %s)", [outbreak_id, now.now]
    )
    return int(outbreak_id)


def _adopt(
    now: Writing, outbreak_id: int, edition: str, text: str, effective_at: datetime, by: Actor, reason: str
) -> None:
    now.run(
        """INSERT INTO records_adoption
               (outbreak_id, edition_id, edition_text, effective_at, signed_by, signed_at, reason)
           VALUES (%s, %s, %s, %s, %s, %s, %s)""",
        [outbreak_id, edition, text, effective_at, f"{by.name} ({by.post_name})", now.now, reason],
    )
