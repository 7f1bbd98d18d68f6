"""Who acts: every action takes `by=` an `Actor`, made from a signed-in user's post or from the command
line."""

from __future__ import annotations

from dataclasses import dataclass

from lastcase.ops.accounts.powers import POWERS, POWERS_OF, Power

WHOLE_TREE: tuple[int, int] = (0, 2**31 - 1)
"""Depth-first positions that hold every area."""


@dataclass(frozen=True)
class Actor:
    """A user acting under one post.

    `area_id` is the area of the post, None for the whole installation; `scope` the half-open range of its
    depth-first positions in the tree of areas, None where the post sees no area. `purpose` is the one stated
    for
    reading persons' records, empty until it is asked.
    """

    name: str
    post_name: str
    post_kind: str
    powers: frozenset[Power]
    area_id: str | None = None
    scope: tuple[int, int] | None = None
    user_id: int | None = None
    post_id: int | None = None
    purpose: str = ""

    def may(self, power: Power) -> bool:
        """Whether the post carries the power, wherever its area is."""
        return power in self.powers

    def covers(self, position: int | None) -> bool:
        """Whether the area at this depth-first position lies in the post's scope."""
        return self.scope is not None and position is not None and self.scope[0] <= position < self.scope[1]


def command_line() -> Actor:
    """The operator of the machine, who owns the data folder: may do everything, under the name of the
    command line."""
    return Actor(
        name="command line",
        post_name="Operator",
        post_kind="operator",
        powers=frozenset(POWERS),
        scope=WHOLE_TREE,
    )


def the_system() -> Actor:
    """The software itself, where it records what follows from the record and from nobody's act."""
    return Actor(
        name="lastcase",
        post_name="System",
        post_kind="system",
        powers=frozenset({"record"}),
        scope=WHOLE_TREE,
    )


def code_bearer() -> Actor:
    """Somebody without an account who tells of themselves by a one-time code: may do what the code allows alone."""
    return Actor(name="code bearer", post_name="", post_kind="", powers=frozenset())


def nobody() -> Actor:
    """Someone not signed in, or without a post: sees nothing and may do nothing."""
    return Actor(name="", post_name="", post_kind="", powers=frozenset())


def powers_of(kind: str) -> frozenset[Power]:
    """Powers of a kind of post; none for a kind that does not exist."""
    return POWERS_OF.get(kind, frozenset())
