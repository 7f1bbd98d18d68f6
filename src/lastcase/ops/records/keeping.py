"""What a process keeps of what it has read, so that it asks once a revision."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The last `size` values by key; the oldest used goes first. Safe among threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value kept for the key, else the one that `make` returns, which is kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        made = make()
        with self._lock:
            self._values[key] = made
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return made

    def drop(self, key: Hashable) -> None:
        """Keep the value of the key no longer."""
        with self._lock:
            self._values.pop(key, None)

    def last(self, fits: Callable[[Any], bool]) -> tuple[Any, Value] | None:
        """The value used last whose key fits, with its key."""
        with self._lock:
            found = [(key, value) for key, value in self._values.items() if fits(key)]
        return found[-1] if found else None
