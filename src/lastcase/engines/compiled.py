"""Functions over arrays, compiled to machine code at their first call and kept on disk from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np import numpy_support

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """The function in machine code; it runs without holding Python's lock, so that threads share the work."""
    made: Any = numba.njit(cache=True, nogil=True)(function)
    return cast(F, made)


def inlined(function: F) -> F:
    """The same, put into the compiled functions that call it: for small steps that take many arrays, which to hand
    over costs more than the step."""
    made: Any = numba.njit(cache=True, nogil=True, forceinline=True)(function)
    return cast(F, made)


def _pointer(typing_context: Any, address: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), code


pointer: Any = intrinsic(_pointer)
"""An address as a pointer, inside compiled functions. Whoever hands the address on keeps the array alive."""

carray: Any = numpy_support.carray
"""The array that lies at a pointer: `carray(pointer(address), shape, dtype)`, inside compiled functions."""
