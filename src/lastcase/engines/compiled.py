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


INSIDE: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def lean(function: F) -> F:
    """The same for functions that make no arrays of their own: nothing counts who holds an array, which costs many
    times what a small step does, and nothing checks a divisor."""
    return _of_whole_numbers(function)


def inner(function: F) -> F:
    """A lean function that compiled functions alone call: what makes it callable from Python takes long to compile."""
    return _of_whole_numbers(function, **INSIDE)


def inlined(function: F) -> F:
    """The same, put into the compiled functions that call it: for small steps, which to hand arrays to costs more than
    the step."""
    return _of_whole_numbers(function, **INSIDE, forceinline=True)


def _of_whole_numbers(function: F, **how: Any) -> F:
    """Compiled once for all whole numbers, constants or from arrays of whatever width: they are handed over as 64
    bits. Else every combination of them would be compiled apart."""
    njit: Any = numba.njit
    made = njit(cache=True, nogil=True, error_model="numpy", _nrt=False, **how)(function)
    chosen = made.get_call_template

    def template(args: Any, kws: Any) -> Any:
        return chosen([types.int64 if _is_narrow(each) else each for each in args], kws)

    made.get_call_template = template
    return cast(F, made)


def _is_narrow(kind: Any) -> bool:
    return isinstance(kind, types.Integer | types.IntegerLiteral) and kind != types.uint64


def _pointer(typing_context: Any, address: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), code


pointer: Any = intrinsic(_pointer)
"""An address as a pointer, inside compiled functions. Whoever hands the address on keeps the array alive."""

carray: Any = numpy_support.carray
"""The array that lies at a pointer: `carray(pointer(address), shape, dtype)`, inside compiled functions."""
