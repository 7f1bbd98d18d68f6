"""From the text of a TOML file to an edition or a disease profile, or to every fault of the file at once.

Strict: an unknown kind, field or code, a wrong type, a missing field and a number out of its bounds are each
a fault. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from lastcase.core.explain import Message
from lastcase.core.protocol.check import Fault, check_rules
from lastcase.core.protocol.model import RULE_KINDS, Disease, Number, Protocol, Rule
from lastcase.core.protocol.problems import ProtocolErrors
from lastcase.core.protocol.reader import ANY_TEXT, Reader
from lastcase.core.protocol.schema import Shape, shape_of
from lastcase.core.protocol.values import mend_name

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
    reader.check()
    return Protocol(rules=rules, **head)


def parse_disease(text: str, file: str) -> Disease:
    """The disease profile that the text states. Raises ProtocolErrors."""
    reader = _Reader(text, file)
    head = reader.head({"id": str, "name_en": str, "name_zh": str}, {"words": 0, "numbers": 0})
    words, numbers = reader.words(), reader.numbers()
    reader.check()
    return Disease(words=words, numbers=numbers, **head)


class _Reader(Reader):
    """Reads an edition or a disease profile."""

    errors, unknown = ProtocolErrors, "protocol.unknown_kind"

    def add_faults(self, faults: list[Fault]) -> None:
        for fault in faults:
            self.add(fault.rule or "", fault.field, fault.what, fault.mend)

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
        rule_id = f"{kind}.{name}"
        return self.body(rule_id, body, RULE_KINDS[kind], lambda field: _shape(kind, field), id=rule_id)

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


def _shape(kind: str, field: str) -> Shape:
    is_common = field in (*_COMMON, "assumed", "assumed_fields")
    return ANY_TEXT if is_common else shape_of(kind, field)
