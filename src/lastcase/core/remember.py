"""Pure functions that one derivation or page asks many times about the same facts: each result is remembered for as
long as what it was made from lives.

Facts and frames are never changed in place, so that the same object gives the same result.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from weakref import ref

P = ParamSpec("P")
R = TypeVar("R")


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """The function, which is run once for the same arguments; texts are the same by value, all others as objects.

    Arguments are given by position. The result must not hold an argument: that would keep it alive.
    """
    kept: dict[tuple[object, ...], tuple[list[ref[object]], R]] = {}

    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        key = tuple(arg if isinstance(arg, str) else id(arg) for arg in args)
        found = kept.get(key)
        if found is not None:
            return found[1]
        result = function(*args, **kwargs)
        held = [ref(arg, lambda _: kept.pop(key, None)) for arg in args if not isinstance(arg, str)]
        kept[key] = (held, result)
        return result

    return asked
