"""From the text of a TOML file to an edition or a disease profile, or to every fault of the file at once.

Strict: an unknown kind, field or code, a wrong type, a missing field and a number out of its bounds are each
a fault. Nothing is guessed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date
from typing import Any

from lastcase.core.explain import Message
from lastcase.core.protocol.check import Fault, check_rules
from lastcase.core.protocol.lines import Lines
from lastcase.core.protocol.model import RULE_KINDS, Disease, Number, Protocol, Rule
from lastcase.core.protocol.problems import Problem, ProtocolErrors
from lastcase.core.protocol.schema import Shape, shape_of
from lastcase.core.protocol.values import Refused, convert, mend_name, type_of

HEAD_TYPES: dict[str, type] = {
    "id": str,
    "disease": str,
    "name_en": str,
    "name_zh": str,
    "issuer": str,
    "effective_on": date,
    "source": str,
}
OPTIONAL_HEAD: dict[str, type] = {"time_zone": str}
_COMMON = ("clause_en", "clause_zh", "source")
_ANY_TEXT = Shape("", "")
_NUMBER_TYPES: dict[str, type] = {
    "value": float,
    "unit": str,
    "source": str,
    "low": float,
    "high": float,
    "assumed": bool,
}


def parse_edition(text: str, file: str) -> Protocol:
    """The edition that the text states. `file` names it in faults. Raises ProtocolErrors with all of them."""
    reader = _Reader(text, file)
    head = reader.head(HEAD_TYPES, RULE_KINDS, OPTIONAL_HEAD)
    rules = reader.rules()
    if not reader.problems:
        reader.add_faults(check_rules(rules))
    if reader.problems:
        raise ProtocolErrors(reader.problems)
    return Protocol(rules=rules, **head)


def parse_disease(text: str, file: str) -> Disease:
    """The disease profile that the text states. Raises ProtocolErrors."""
    reader = _Reader(text, file)
    head = reader.head({"id": str, "name_en": str, "name_zh": str}, {"words": 0, "numbers": 0})
    words, numbers = reader.words(), reader.numbers()
    if reader.problems:
        raise ProtocolErrors(reader.problems)
    return Disease(words=words, numbers=numbers, **head)


class _Reader:
    """Reads one file and gathers its faults in `problems`."""

    def __init__(self, text: str, file: str) -> None:
        self.file, self.lines, self.problems = file, Lines(text), list[Problem]()
        try:
            self.tables: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            fault = Message("protocol.not_toml", {"reason": str(error)})
            raise ProtocolErrors(
                [Problem(file, _line_of(error), None, None, fault, Message("protocol.mend.toml", {}))]
            ) from error

    def add(self, table: str, field: str | None, what: Message, mend: Message) -> None:
        line = self.lines.of(table, field)
        self.problems.append(Problem(self.file, line, table or None, field, what, mend))

    def add_faults(self, faults: list[Fault]) -> None:
        for fault in faults:
            self.add(fault.rule or "", fault.field, fault.what, fault.mend)

    def missing(self, table: str, field: str) -> None:
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
                    Message("protocol.unknown_kind", {"name": name}),
                    mend,
                )
        stated = {name: wanted for name, wanted in optional.items() if name in self.tables}
        wanted_types = {**types, **stated}
        return {
            name: self.typed("", name, self.tables.get(name), wanted) for name, wanted in wanted_types.items()
        }

    def typed(self, table: str, field: str, value: object, wanted: type) -> Any:
        if value is None:
            self.missing(table, field)
            return None
        try:
            return convert(value, wanted, False, Shape("", "", low=float("-inf"), high=float("inf")))
        except Refused as refused:
            self.add(table, field, refused.what, refused.mend)
            return None

    def rules(self) -> dict[str, Rule]:
        """Every rule that reads well, by id."""
        found: dict[str, Rule] = {}
        for kind, named in self.tables.items():
            if kind not in RULE_KINDS:
                continue
            if not isinstance(named, dict) or not all(isinstance(body, dict) for body in named.values()):
                self.add(
                    kind,
                    None,
                    Message("protocol.not_a_rule", {"kind": kind}),
                    Message("protocol.mend.rule", {"kind": kind}),
                )
                continue
            for name, body in named.items():
                rule = self.rule(kind, name, body)
                if rule is not None:
                    found[rule.id] = rule
        if not found and not self.problems:
            self.add(
                "", None, Message("protocol.no_rules", {}), Message("protocol.mend.rule", {"kind": "stage"})
            )
        return found

    def rule(self, kind: str, name: str, body: Mapping[str, object]) -> Rule | None:
        """One rule, or None when it has faults."""
        before, cls, rule_id = len(self.problems), RULE_KINDS[kind], f"{kind}.{name}"
        known = {f.name: f for f in fields(cls) if f.name != "id"}
        for field in body:
            if field not in known:
                self.add(
                    rule_id,
                    field,
                    Message("protocol.unknown_field", {"field": field}),
                    mend_name(field, known),
                )
        given: dict[str, Any] = {}
        for field, declared in known.items():
            if field in body:
                given[field] = self.field(rule_id, kind, field, body[field])
            elif declared.default is MISSING and declared.default_factory is MISSING:
                self.missing(rule_id, field)
        return cls(id=rule_id, **given) if len(self.problems) == before else None

    def field(self, rule_id: str, kind: str, field: str, value: object) -> object:
        scalar, is_list, _ = type_of(kind, field)
        common = field in (*_COMMON, "assumed", "assumed_fields")
        try:
            return convert(value, scalar, is_list, _ANY_TEXT if common else shape_of(kind, field))
        except Refused as refused:
            self.add(rule_id, field, refused.what, refused.mend)
            return None

    def words(self) -> dict[str, str]:
        """The codes of a profile by dotted name."""
        given = self.tables.get("words", {})
        return {name: self.typed("words", name, value, str) for name, value in given.items()}

    def numbers(self) -> dict[str, Number]:
        """The numbers of a profile by dotted name."""
        found: dict[str, Number] = {}
        for name, body in self.tables.get("numbers", {}).items():
            number = self.number(name, body)
            if number is not None:
                found[name] = number
        return found

    def number(self, name: str, body: object) -> Number | None:
        if not isinstance(body, dict):
            self.add(
                "numbers",
                name,
                Message("protocol.not_a_number", {"name": name}),
                Message("protocol.mend.number", {}),
            )
            return None
        before = len(self.problems)
        for field in body:
            if field not in _NUMBER_TYPES:
                self.add(
                    "numbers",
                    name,
                    Message("protocol.unknown_field", {"field": field}),
                    mend_name(field, _NUMBER_TYPES),
                )
        for field in ("value", "unit", "source"):
            if field not in body:
                self.add(
                    "numbers",
                    name,
                    Message("protocol.missing", {"field": field}),
                    Message("protocol.mend.number", {}),
                )
        given = {
            f: self.typed("numbers", name, body.get(f), t) for f, t in _NUMBER_TYPES.items() if f in body
        }
        return Number(**given) if len(self.problems) == before else None


def _line_of(error: tomllib.TOMLDecodeError) -> int | None:
    words = str(error).replace(",", " ").split()
    return int(words[words.index("line") + 1]) if "line" in words else None
