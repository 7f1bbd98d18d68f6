"""Editions by id, wherever they stand: shipped, adopted from a file of one's own, or drafted here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lastcase.core.explain import Message
from lastcase.core.protocol.lines import Lines
from lastcase.core.protocol.model import Protocol
from lastcase.core.protocol.parse import parse_edition
from lastcase.core.protocol.problems import Problem, ProtocolErrors
from lastcase.editions import edition_text, editions
from lastcase.ops.records.errors import DraftNotFound, EditionNotFound
from lastcase.ops.records.models import Adoption, EditionDraft


def find_text(edition_id: str) -> str:
    """The text of an edition: shipped, else as an outbreak adopted it, else the draft's. Raises EditionNotFound."""
    if edition_id in editions():
        return edition_text(edition_id)
    adopted = Adoption.objects.filter(edition_id=edition_id).order_by("-signed_at").first()
    if adopted is not None:
        return str(adopted.edition_text)
    found = EditionDraft.objects.filter(edition_id=edition_id).order_by("-number").first()
    if found is None:
        raise EditionNotFound(edition=edition_id, known=", ".join(known_ids()))
    return str(found.text)


def find_edition(edition_id: str) -> Protocol:
    """The edition of that id. Raises EditionNotFound, and ProtocolErrors for a draft that does not hold."""
    return parse_edition(find_text(edition_id), edition_id)


def known_ids() -> list[str]:
    """Ids of every edition there is: shipped, adopted, drafted."""
    adopted = Adoption.objects.values_list("edition_id", flat=True).distinct()
    drafted = EditionDraft.objects.values_list("edition_id", flat=True).distinct()
    return sorted({*editions(), *adopted, *drafted})


def own_ids() -> list[str]:
    """Ids of the editions that are not shipped and that hold: adopted ones, and drafts without a problem."""
    adopted = set(Adoption.objects.values_list("edition_id", flat=True).distinct())
    sound = {draft.edition_id for draft in list_drafts() if draft.n_problems == 0}
    return sorted((adopted | sound) - set(editions()))


def list_drafts() -> list[EditionDraft]:
    """Every draft as saved last, by id."""
    return list(EditionDraft.objects.order_by("edition_id", "-number").distinct("edition_id"))


def get_draft(edition_id: str) -> EditionDraft:
    """The draft as saved last. Raises DraftNotFound."""
    found = EditionDraft.objects.filter(edition_id=edition_id).order_by("-number").first()
    if found is None:
        raise DraftNotFound(edition=edition_id)
    return found


def history(edition_id: str) -> list[EditionDraft]:
    """Every saving of a draft, the last first."""
    return list(EditionDraft.objects.filter(edition_id=edition_id).order_by("-number"))


def check_draft(edition_id: str, text: str) -> tuple[Problem, ...]:
    """Everything wrong with a draft's text: faults of the edition, and an id that isn't the draft's."""
    try:
        found = parse_edition(text, edition_id)
    except ProtocolErrors as errors:
        return errors.problems
    if found.id == edition_id:
        return ()
    what = Message("protocol.other_id", {"id": found.id, "edition": edition_id})
    mend = Message("protocol.mend.id", {"edition": edition_id})
    return (Problem(edition_id, Lines(text).of("", "id"), None, "id", what, mend),)


@dataclass(frozen=True)
class Adopted:
    """An edition as an outbreak adopted it."""

    outbreak: str
    time_zone: str
    edition_id: str
    adoption: Adoption


def adoptions() -> Iterator[Adopted]:
    """Every adoption with its outbreak's name, the latest in force first."""
    for one in Adoption.objects.select_related("outbreak").order_by("outbreak__name", "-effective_at"):
        yield Adopted(one.outbreak.name, one.outbreak.time_zone, one.edition_id, one)
