"""Errors of the floors below, each with its exit code and its text.

What `run` shows instead of a traceback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lastcase.cli import exits
from lastcase.cli.exits import CommandError, Exit
from lastcase.cli.texts import say

if TYPE_CHECKING:
    from lastcase.core.protocol.problems import Problem

_BY_NAME = {exit_.name: exit_ for exit_ in exits.EXITS}


class _Told(CommandError):
    """A failure whose text is ready."""

    def __init__(self, exit_: Exit, text: str) -> None:
        super().__init__(exit_, "cli.error.told", text=text)


def failure_of(error: Exception) -> CommandError | None:
    """The failure that an exception of a lower floor means to the person at the terminal.

    None for a fault of ours.
    """
    for test in (_of_records, _of_accounts, _of_texts, _of_server, _of_file):
        if (found := test(error)) is not None:
            return found
    return None


def _of_records(error: Exception) -> CommandError | None:
    """Errors that carry a message of the catalogue and the name of their exit."""
    kind, message_id = getattr(error, "kind", None), getattr(error, "message_id", None)
    if not isinstance(kind, str) or kind not in _BY_NAME or not isinstance(message_id, str):
        return None
    params = getattr(error, "params", {})
    return CommandError(_BY_NAME[kind], message_id, **(params if isinstance(params, dict) else {}))


def _of_accounts(error: Exception) -> CommandError | None:
    kind = type(error).__name__
    if kind == "NotPermitted":
        return CommandError(exits.NOT_PERMITTED, "cli.error.not_permitted", power=getattr(error, "power", ""))
    if kind == "RefusedByPolicy":
        return CommandError(exits.CONFLICT, f"cli.error.policy.{getattr(error, 'reason', '')}")
    return None


def _of_texts(error: Exception) -> CommandError | None:
    from lastcase.core.protocol.problems import FileErrors, ProtocolErrors

    if not isinstance(error, FileErrors):
        return None
    exit_ = exits.INVALID_EDITION if isinstance(error, ProtocolErrors) else exits.REFUSED_FILE
    return _Told(exit_, "\n".join(problem_text(problem) for problem in error.problems))


def problem_text(problem: Problem) -> str:
    """One problem of a file (edition, plan, unit values): its place, what is wrong and how to mend it."""
    place = ":".join(str(part) for part in (problem.file, problem.line) if part is not None)
    about = ".".join(part for part in (problem.rule, problem.field) if part)
    said = [say(message.id, None, **message.params) for message in (problem.what, problem.mend)]
    return f"{place} {about}: {' '.join(said)}"


def _of_server(error: Exception) -> CommandError | None:
    from lastcase.engines.embedded.errors import ServerError

    if isinstance(error, ServerError):
        return _Told(exits.NO_DATABASE, str(error))
    if type(error).__name__ == "OperationalError":
        return CommandError(exits.NO_DATABASE, "cli.error.database", what=str(error).strip())
    return None


def _of_file(error: Exception) -> CommandError | None:
    if isinstance(error, FileNotFoundError):
        return CommandError(exits.NOT_FOUND, "cli.error.no_file", path=error.filename or str(error))
    if isinstance(error, PermissionError):
        return CommandError(exits.NOT_PERMITTED, "cli.error.closed_file", path=error.filename or str(error))
    return None
