"""Reading TOML strictly: keys and tables against declared types, every fault told with its line and its mend."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, TypeVar

from lastcase.core.explain import Message
from lastcase.core.protocol.lines import Lines
from lastcase.core.protocol.problems import FileErrors, Problem
from lastcase.core.protocol.schema import Shape
from lastcase.core.protocol.values import Refused, convert, mend_name, type_of

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)

ANY_TEXT = Shape("", "")
ANY = Shape("", "", low=float("-inf"), high=float("inf"))


class Reader:
    """Reads one file and gathers its faults in `problems`.

    `errors` is raised with them; `unknown` is the message for a name at the top that no such file has.
    """

    errors: type[FileErrors] = FileErrors
    unknown: str

    def __init__(self, text: str, file: str) -> None:
        self.file, self.lines, self.problems = file, Lines(text), list[Problem]()
        try:
            self.tables: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            fault = Message("protocol.not_toml", {"reason": str(error)})
            raise self.errors(
                [Problem(file, _line_of(error), None, None, fault, Message("protocol.mend.toml", {}))]
            ) from error

    def add(self, table: str, field: str | None, what: Message, mend: Message) -> None:
        """Note a fault of a table's field."""
        line = self.lines.of(table, field)
        self.problems.append(Problem(self.file, line, table or None, field, what, mend))

    def missing(self, table: str, field: str) -> None:
        """Note that a field is not there."""
        self.add(
            table,
            field,
            Message("protocol.missing", {"field": field}),
            Message("protocol.mend.add", {"field": field}),
        )

    def head(
        self,
        types: Mapping[str, type],
        tables: Mapping[str, object],
        optional: Mapping[str, type] | None = None,
    ) -> dict[str, Any]:
        """The keys above the first table, optional ones where they stand; tables of unknown name are faults."""
        optional = optional or {}
        known = [*types, *optional]
        for name in self.tables:
            if name not in known and name not in tables:
                mend = mend_name(name, [*tables, *known])
                self.add(
                    "" if not isinstance(self.tables[name], dict) else name,
                    name,
                    Message(self.unknown, {"name": name}),
                    mend,
                )
        stated = {name: wanted for name, wanted in optional.items() if name in self.tables}
        wanted_types = {**types, **stated}
        return {
            name: self.typed("", name, self.tables.get(name), wanted) for name, wanted in wanted_types.items()
        }

    def typed(self, table: str, field: str, value: object, wanted: type) -> Any:
        """The value as that type, or None when it has a fault."""
        if value is None:
            self.missing(table, field)
            return None
        try:
            return convert(value, wanted, False, ANY)
        except Refused as refused:
            self.add(table, field, refused.what, refused.mend)
            return None

    def body(
        self,
        table: str,
        body: Mapping[str, object],
        cls: type[T],
        shape_of: Callable[[str], Shape],
        **given: object,
    ) -> T | None:
        """The table as an object of the dataclass, or None when it has faults; `given` fields stand in no file."""
        before = len(self.problems)
        known = {f.name: f for f in fields(cls) if f.name not in given}
        for field in body:
            if field not in known:
                what = Message("protocol.unknown_field", {"field": field})
                self.add(table, field, what, mend_name(field, known))
        read = dict(given)
        for field, declared in known.items():
            if field in body:
                read[field] = self._field(table, field, body[field], cls, shape_of(field))
            elif declared.default is MISSING and declared.default_factory is MISSING:
                self.missing(table, field)
        return cls(**read) if len(self.problems) == before else None

    def _field(self, table: str, field: str, value: object, cls: type, shape: Shape) -> object:
        scalar, is_list, _ = type_of(cls, field)
        try:
            return convert(value, scalar, is_list, shape)
        except Refused as refused:
            self.add(table, field, refused.what, refused.mend)
            return None

    def check(self) -> None:
        """Raise the errors if there are any."""
        if self.problems:
            raise self.errors(self.problems)


def _line_of(error: tomllib.TOMLDecodeError) -> int | None:
    words = str(error).replace(",", " ").split()
    return int(words[words.index("line") + 1]) if "line" in words else None
