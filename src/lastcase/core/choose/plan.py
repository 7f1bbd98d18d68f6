"""A plan of measures: an edition and the levers with which it is carried out, as a file.

A plan holds from the first hour that is simulated; what begins later has a lever for it (`measures_from_h`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields

from lastcase.core.choose.shapes import LEVERS
from lastcase.core.explain import Message
from lastcase.core.protocol.problems import FileErrors
from lastcase.core.protocol.reader import Reader
from lastcase.core.protocol.values import mend_name
from lastcase.core.simulate.levers import Levers

SHARED_OUT = (("household_share", "group_share"), ("local_share", "town_share"))
"""Levers that share out one whole."""


class PlanErrors(FileErrors):
    """A file that is no plan."""


@dataclass(frozen=True)
class Plan:
    """What is done: the edition in force, by id, and how fast and fully it works; `notes` for whoever reads it."""

    id: str
    name_en: str
    name_zh: str
    edition: str
    levers: Levers
    notes: str = ""

    @property
    def changes(self) -> Mapping[str, object]:
        """The levers that are not as `Levers` has them."""
        usual = Levers()
        found = {each.name: getattr(self.levers, each.name) for each in fields(Levers)}
        return {name: value for name, value in found.items() if value != getattr(usual, name)}


def parse_plan(text: str, file: str, editions: Collection[str]) -> Plan:
    """The plan that the text states, under one of these editions. `file` names it in faults. Raises PlanErrors with
    all of them."""
    reader = _Reader(text, file)
    head = reader.head(
        dict.fromkeys(("id", "name_en", "name_zh", "edition"), str), {"levers": 0}, {"notes": str}
    )
    edition = head["edition"]
    if edition is not None and edition not in editions:
        reader.add(
            "",
            "edition",
            Message("choose.unknown_edition", {"edition": edition}),
            mend_name(edition, editions),
        )
    levers = reader.levers()
    reader.check()
    return Plan(**head, levers=levers)


class _Reader(Reader):
    errors, unknown = PlanErrors, "choose.unknown_name"

    def levers(self) -> Levers:
        """The levers stated; those that are not are as usual."""
        given = self.tables.get("levers", {})
        if not isinstance(given, dict):
            self.add("", "levers", Message("choose.no_levers", {}), Message("choose.mend.levers", {}))
            return Levers()
        levers = self.body("levers", given, Levers, LEVERS.__getitem__)
        if levers is None:
            return Levers()
        for names in SHARED_OUT:
            if sum(getattr(levers, name) for name in names) > 1:
                named = {"names": " + ".join(names)}
                what, mend = Message("choose.over_one", named), Message("choose.mend.over_one", named)
                self.add("levers", next((name for name in names if name in given), None), what, mend)
        if not levers.vaccine_factor:
            what, mend = Message("choose.no_doses", {}), Message("choose.mend.doses", {})
            self.add("levers", "vaccine_factor", what, mend)
        return levers
