"""What can go wrong with the lake of an outbreak: messages of the catalogue with their parameters."""

from __future__ import annotations

from lastcase.ops.records.errors import RecordsError


class NoLake(RecordsError):
    """Nothing was imported into a lake of this outbreak yet."""

    kind, message_id = "not_found", "lake.error.no_lake"


class NoCases(RecordsError):
    """None of the persons searched for has a case, or none of their cases has a window under the edition."""

    kind, message_id = "not_found", "lake.error.no_cases"


class NoPurpose(RecordsError):
    """Persons are unmasked for a stated purpose alone."""

    kind, message_id = "conflict", "lake.error.no_purpose"


class NoIncubation(RecordsError):
    """The disease profile does not say how the incubation period varies."""

    kind, message_id = "conflict", "lake.error.no_incubation"


class DaysHeld(RecordsError):
    """Open orders rest on days that were to be deleted; nothing was."""

    kind, message_id = "conflict", "lake.error.days_held"


class DaysDisputed(DaysHeld):
    """Open objections look at days that were to be deleted; nothing was."""

    message_id = "lake.error.days_disputed"


class DaysHeldAndDisputed(DaysHeld):
    """Both open orders and open objections keep days that were to be deleted; nothing was."""

    message_id = "lake.error.days_held_and_disputed"


class CodeUnknown(RecordsError):
    """No such code was issued."""

    kind, message_id = "not_permitted", "lake.error.code_unknown"


class CodeUsed(RecordsError):
    """The code was used before."""

    kind, message_id = "not_permitted", "lake.error.code_used"


class CodeExpired(RecordsError):
    """The code's time is over."""

    kind, message_id = "not_permitted", "lake.error.code_expired"
