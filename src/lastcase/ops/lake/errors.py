"""What can go wrong with the lake of an outbreak: messages of the catalogue with their parameters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lastcase.engines.lake.errors import LakeBusy, LakeError
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


class TokenUnknown(RecordsError):
    """No token of this text was issued, or it was revoked."""

    kind, message_id = "not_permitted", "lake.error.token_unknown"


class TokenExpired(RecordsError):
    """The token's time is over."""

    kind, message_id = "not_permitted", "lake.error.token_expired"


class TokenNotFound(RecordsError):
    """No token has this number."""

    kind, message_id = "not_found", "lake.error.token_not_found"


class AreaBelow(RecordsError):
    """The area does not hold the whole area of the outbreak, whose lake a post there could never feed."""

    kind, message_id = "conflict", "lake.error.area_below"


class LakeInUse(RecordsError):
    """Somebody else was writing to the lake all the while."""

    kind, message_id = "conflict", "lake.error.in_use"


class LakeRefused(RecordsError):
    """The lake cannot take what was given, or is damaged."""

    kind, message_id = "conflict", "lake.error.refused"


@contextmanager
def told_in_words() -> Iterator[None]:
    """What the engine of the lake raises, as messages of the catalogue."""
    try:
        yield
    except LakeBusy as error:
        raise LakeInUse() from error
    except LakeError as error:
        raise LakeRefused(what=str(error)) from error
