"""Worlds that are begun once: a test that asks for one finds it as it was begun, whatever the tests before it did.

A world stands in a transaction that is never committed, and a world that builds on another in one inside it. The
transaction of a test lies inside those and is undone as always. Worlds for which the next test does not ask are undone
before it, so that no test sees one that it did not ask for.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True, eq=False)
class World:
    """How a world is begun, and on which other it builds."""

    begin: Callable[[], Any]
    on: World | None

    def chain(self) -> list[World]:
        """All that must stand, each after the one that it builds on."""
        return [*(self.on.chain() if self.on else []), self]


class Standing:
    """The worlds that stand in this process, each inside the one before it."""

    def __init__(self) -> None:
        self._held: list[tuple[World, Any, Any]] = []

    def stand(self, worlds: list[World]) -> None:
        """Undo those that are not asked for, and begin those that are missing."""
        forget_readings()
        n_kept = 0
        for (held, *_), asked in zip(self._held, worlds, strict=False):
            if held is not asked:
                break
            n_kept += 1
        self._undo(n_kept)
        for world in worlds[n_kept:]:
            self._begin(world)

    def made(self, world: World) -> Any:
        """What the world's beginning returned, a copy for each test; KeyError where it does not stand."""
        return copy.deepcopy({held: made for held, _, made in self._held}[world])

    def _begin(self, world: World) -> None:
        from django.db import transaction

        block = transaction.atomic()
        block._from_testcase = True  # type: ignore[attr-defined]  # as around a test: a durable block may begin inside
        block.__enter__()
        self._held.append((world, block, None))
        try:
            self._held[-1] = (world, block, world.begin())
        except BaseException:
            self._undo(len(self._held) - 1)
            raise

    def _undo(self, n_kept: int) -> None:
        from django.db import transaction

        while len(self._held) > n_kept:
            _, block, _ = self._held.pop()
            transaction.set_rollback(True)
            block.__exit__(None, None, None)


STANDING = Standing()


def kept(begin: Callable[[], Any] | None = None, *, on: Any = None) -> Any:
    """Make a fixture of a function that begins a world (on another such fixture); it hands over what that returned.

    A test that commits transactions of its own has the world begun for it alone.
    """
    if begin is None:
        return lambda begin: kept(begin, on=on)
    below = on and on._get_wrapped_function()
    world = World(begin, below and below.world)

    def fixture(request: pytest.FixtureRequest, db: None) -> Any:
        if is_transactional(request):
            if below:
                request.getfixturevalue(below.__name__)
            return begin()
        return STANDING.made(world)

    fixture.world = world  # type: ignore[attr-defined]
    fixture.__name__, fixture.__doc__, fixture.__module__ = begin.__name__, begin.__doc__, begin.__module__
    return pytest.fixture(fixture)


def forget_readings() -> None:
    """Forget what this process keeps by the number of a revision: after an undone revision another takes its number."""
    from lastcase.ops.records.keeping import Kept

    rooms = [module for name, module in sys.modules.items() if name.startswith("lastcase.")]
    for readings in (value for room in rooms for value in vars(room).values() if isinstance(value, Kept)):
        readings._values.clear()


def is_transactional(request: pytest.FixtureRequest) -> bool:
    """Whether the test commits, and has the whole database emptied after it."""
    marker = request.node.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in request.fixturenames


def asked_for(request: pytest.FixtureRequest) -> list[World]:
    """The worlds that the test asks for, each after the one that it builds on."""
    if is_transactional(request):
        return []
    definitions = request._fixturemanager.getfixturedefs  # type: ignore[attr-defined]
    found = [definitions(name, request.node) for name in request.fixturenames]
    worlds = [given[-1].func.world for given in found if given and hasattr(given[-1].func, "world")]
    longest: list[World] = max((world.chain() for world in worlds), key=len, default=[])
    assert set(worlds) <= set(longest), "these worlds do not build on each other"
    return longest
