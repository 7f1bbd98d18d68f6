"""Writing an edition here: copy one under a new id, save its text. To adopt it is an act of its own."""

from __future__ import annotations

import re

from lastcase.editions import editions
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records import audit
from lastcase.ops.records.actions.facts import check_power
from lastcase.ops.records.drafts import check_draft, find_text, known_ids
from lastcase.ops.records.errors import DraftAdopted, DraftChanged, DraftNotFound, EditionTaken
from lastcase.ops.records.models import EditionDraft
from lastcase.ops.records.writing import Writing, writing

_ID_LINE = re.compile(r"^id\s*=.*$", re.M)


def copy_edition(source: str, edition_id: str, *, by: Actor, note: str = "") -> EditionDraft:
    """A draft of the id with the text of another edition, of whose wording only the id changes.

    Raises EditionNotFound, EditionTaken.
    """
    check_power(by, "command")
    text = _ID_LINE.sub(f'id = "{edition_id}"', find_text(source), count=1)
    with writing(is_global=True) as now:
        if edition_id in known_ids():
            raise EditionTaken(edition=edition_id)
        _insert(now, edition_id, 1, text, source, note, by)
        audit.log_write(now, by, "copy_edition", edition=edition_id, source=source, note=note)
    return EditionDraft.objects.get(edition_id=edition_id, number=1)


def save_draft(edition_id: str, text: str, *, number: int, by: Actor, note: str = "") -> EditionDraft:
    """Save the text as the next number of the draft, whatever the check finds wrong with it.

    `number` is the saving that the text was made from. The same text again saves nothing. Raises DraftNotFound,
    DraftAdopted, and DraftChanged where somebody else saved meanwhile.
    """
    check_power(by, "command")
    text = text.replace("\r\n", "\n")
    with writing(is_global=True) as now:
        last = _last(now, edition_id)
        if last.text == text:
            return last
        if last.number != number:
            raise DraftChanged(edition=edition_id, saved_by=last.saved_by)
        _insert(now, edition_id, number + 1, text, last.based_on, note, by)
        audit.log_write(now, by, "save_draft", edition=edition_id, number=number + 1, note=note)
    return EditionDraft.objects.get(edition_id=edition_id, number=number + 1)


def _last(now: Writing, edition_id: str) -> EditionDraft:
    found = EditionDraft.objects.using(now.alias).filter(edition_id=edition_id).order_by("-number").first()
    if found is None or edition_id in editions():
        raise DraftNotFound(edition=edition_id)
    outbreak = now.one(
        """SELECT o.name FROM records_adoption a JOIN records_outbreak o ON o.id = a.outbreak_id
           WHERE a.edition_id = %s ORDER BY a.signed_at LIMIT 1""",
        [edition_id],
    )
    if outbreak is not None:
        raise DraftAdopted(edition=edition_id, outbreak=outbreak)
    return found


def _insert(
    now: Writing, edition_id: str, number: int, text: str, based_on: str, note: str, by: Actor
) -> None:
    now.run(
        """INSERT INTO records_editiondraft
               (edition_id, number, text, based_on, n_problems, note, saved_at, saved_by)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s)""",
        [
            edition_id,
            number,
            text,
            based_on,
            len(check_draft(edition_id, text)),
            note,
            now.now,
            f"{by.name} ({by.post_name})",
        ],
    )
