"""What can go wrong with the record. Each error is a message of the catalogue with its parameters.

`kind` names the class of exit code at the command line: not_found, conflict, not_permitted, refused_file.
"""

from __future__ import annotations


class RecordsError(Exception):
    """The record refuses; nothing was written."""

    kind = "conflict"
    message_id = "records.error"

    def __init__(self, **params: object) -> None:
        super().__init__(self.message_id, params)
        self.params = params


class OutbreakNotFound(RecordsError):
    """No outbreak has this name."""

    kind, message_id = "not_found", "records.error.outbreak_not_found"


class OutbreakExists(RecordsError):
    """The name is taken, with another disease, zone or area."""

    message_id = "records.error.outbreak_exists"


class PersonNotFound(RecordsError):
    """No standing person has this id."""

    kind, message_id = "not_found", "records.error.person_not_found"


class NotPermitted(RecordsError):
    """The post does not carry the power."""

    kind, message_id = "not_permitted", "records.error.not_permitted"


class OutOfScope(RecordsError):
    """A row to be changed is not shown to the post."""

    kind, message_id = "not_permitted", "records.error.out_of_scope"


class UnknownTable(RecordsError):
    """No fact table has this name, or the table has no such column."""

    kind, message_id = "refused_file", "records.error.unknown_table"


class MissingValue(RecordsError):
    """A required column is empty."""

    kind, message_id = "refused_file", "records.error.missing_value"


class InvalidValue(RecordsError):
    """A value is no code of its list, out of its range, of another type, or holds a zero byte."""

    kind, message_id = "refused_file", "records.error.invalid_value"


class DuplicateKey(RecordsError):
    """Two rows of one delivery state different things of the same key."""

    kind, message_id = "refused_file", "records.error.duplicate_key"


class AreaCycle(RecordsError):
    """Areas are their own ancestors."""

    kind, message_id = "refused_file", "records.error.area_cycle"


class MergeRefused(RecordsError):
    """Persons that cannot be merged: the same, or one already merged."""

    message_id = "records.error.merge_refused"


class AdoptionExists(RecordsError):
    """Another edition takes effect at the same instant."""

    message_id = "records.error.adoption_exists"


class UnknownZone(RecordsError):
    """No such IANA time zone."""

    kind, message_id = "refused_file", "records.error.unknown_zone"


class ReplayTooLarge(RecordsError):
    """A past state of a record with so many persons is not derived while somebody waits."""

    message_id = "records.error.replay_too_large"


class NoEdition(RecordsError):
    """The outbreak has adopted no edition: nothing can be derived."""

    message_id = "records.error.no_edition"


class ActRefused(RecordsError):
    """A signed act that the state of things does not allow.

    `reason` is the last word of its message, `field` the input of the act that is to be mended.
    """

    def __init__(self, reason: str, field: str, **params: object) -> None:
        super().__init__(**params)
        self.message_id = f"records.act.{reason}"
        self.field = field


class EditionNotFound(RecordsError):
    """No shipped edition, no draft and no adopted edition has this id."""

    kind, message_id = "not_found", "records.error.edition_not_found"


class EditionTaken(RecordsError):
    """The id of a new draft is that of an edition there is."""

    message_id = "records.error.edition_taken"


class DraftNotFound(RecordsError):
    """No draft has this id."""

    kind, message_id = "not_found", "records.error.draft_not_found"


class DraftChanged(RecordsError):
    """Somebody saved the draft meanwhile."""

    message_id = "records.error.draft_changed"


class DraftAdopted(RecordsError):
    """An outbreak adopted the draft: what was signed is not changed any more."""

    message_id = "records.error.draft_adopted"
