"""Exit codes.

One a class of error. This table is the only place that knows them; the reference page is made of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from lastcase.cli.texts import say


@dataclass(frozen=True)
class Exit:
    """One exit code.

    `name` is the code's noun; its meaning in both languages is the message `cli.exit.<name>`.
    """

    code: int
    name: str


DONE = Exit(0, "done")
FAULT = Exit(1, "fault")
WRONG_USE = Exit(2, "wrong_use")
NOT_FOUND = Exit(3, "not_found")
REFUSED_FILE = Exit(4, "refused_file")
INVALID_EDITION = Exit(5, "invalid_edition")
NO_DATABASE = Exit(6, "no_database")
CONFLICT = Exit(7, "conflict")
NOT_PERMITTED = Exit(8, "not_permitted")
DRIFT = Exit(9, "drift")
INTERRUPTED = Exit(130, "interrupted")

EXITS = (
    DONE,
    FAULT,
    WRONG_USE,
    NOT_FOUND,
    REFUSED_FILE,
    INVALID_EDITION,
    NO_DATABASE,
    CONFLICT,
    NOT_PERMITTED,
    DRIFT,
    INTERRUPTED,
)


class CommandError(Exception):
    """What ends a command with other than 0: the exit, and a message of the catalogue with its parameters."""

    def __init__(self, exit_: Exit, message_id: str, **params: object) -> None:
        super().__init__(message_id, params)
        self.exit = exit_
        self.message_id = message_id
        self.params = params

    def text(self) -> str:
        """The message in the language of the person at the terminal."""
        return say(self.message_id, None, **self.params)
