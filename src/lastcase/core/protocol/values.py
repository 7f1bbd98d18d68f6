"""One value of a rule's field against its type and shape: the value as the model holds it, or the fault."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Iterable
from functools import cache

from lastcase.core.explain import Message
from lastcase.core.protocol.schema import Shape


class Refused(Exception):
    """A value that does not fit: `what` is wrong and how to `mend` it."""

    def __init__(self, what: Message, mend: Message) -> None:
        super().__init__(what.id)
        self.what, self.mend = what, mend


@cache
def type_of(cls: type, field: str) -> tuple[type, bool, bool]:
    """Type of a dataclass's field: its scalar type, whether it is a list, and whether it may be absent."""
    hint = typing.get_type_hints(cls)[field]
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        inner = next(arg for arg in typing.get_args(hint) if arg is not type(None))
        return inner, False, True
    if typing.get_origin(hint) is tuple:
        return typing.get_args(hint)[0], True, False
    return hint, False, False


def convert(value: object, scalar: type, is_list: bool, shape: Shape) -> object:
    """The value as the model holds it. Raises Refused."""
    if not is_list:
        return _scalar(value, scalar, shape)
    if not isinstance(value, list):
        raise Refused(
            Message("protocol.not_a_list", {"value": _shown(value)}), Message("protocol.mend.list", {})
        )
    return tuple(_scalar(item, scalar, shape) for item in value)


def _scalar(value: object, scalar: type, shape: Shape) -> object:
    if scalar is float and type(value) is int:
        value = float(value)
    if type(value) is not scalar:
        wanted = {"id": f"protocol.type.{scalar.__name__}"}
        raise Refused(
            Message("protocol.wrong_type", {"value": _shown(value), "wanted": wanted}),
            Message("protocol.mend.type", {"wanted": wanted}),
        )
    if shape.codes and value not in (known := [code.value for code in shape.codes]):
        raise Refused(
            Message("protocol.unknown_code", {"value": _shown(value)}), mend_name(str(value), known)
        )
    if isinstance(value, int | float) and not isinstance(value, bool):
        _check_bounds(value, shape)
    if isinstance(value, str) and not value.strip():
        raise Refused(Message("protocol.empty", {}), Message("protocol.mend.write", {}))
    return value


def _check_bounds(value: float, shape: Shape) -> None:
    if value < 0 <= shape.low:
        raise Refused(Message("protocol.negative", {"value": _shown(value)}), _mend_bounds(shape))
    if not shape.low <= value <= shape.high:
        raise Refused(Message("protocol.out_of_bounds", {"value": _shown(value)}), _mend_bounds(shape))


def _mend_bounds(shape: Shape) -> Message:
    return Message("protocol.mend.bounds", {"low": f"{shape.low:g}", "high": f"{shape.high:g}"})


def mend_name(given: str, known: Iterable[str]) -> Message:
    """Proposes the nearest known name, or lists them all."""
    names = list(known)
    near = difflib.get_close_matches(given, names, n=1, cutoff=0.55)
    if near:
        return Message("protocol.mend.nearest", {"nearest": near[0]})
    return Message("protocol.mend.one_of", {"names": ", ".join(names)})


def _shown(value: object) -> str:
    return repr(value)[:80]
