"""What is wrong with a file: where, what, and how to mend it, as messages in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lastcase.core.explain import Message


@dataclass(frozen=True)
class Problem:
    """One fault of a file.

    `line` counts from 1 (null where the fault has no place, as in a file that lacks a table); `rule` is the
    rule's id and `field` the key at fault, each where there is one.
    """

    file: str
    line: int | None
    rule: str | None
    field: str | None
    what: Message
    mend: Message


class FileErrors(ValueError):
    """A file that does not hold; `problems` holds every fault, in the file's order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line or 0))
        places = ", ".join(
            f"{p.file}:{p.line or '?'} {p.rule or ''} {p.field or ''} {p.what.id}" for p in self.problems
        )
        super().__init__(places)


class ProtocolErrors(FileErrors):
    """A file that is no edition or disease profile."""
