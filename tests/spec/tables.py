"""Facts and answers as small tables that a reader can check against the rule book.

A table is text: a header, then a row a line, cells between bars, an empty cell for what is not known. Column names
are those of the fact tables, or their short forms below. Dates and times are local to the zone of the outbreak.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from lastcase.core.answers import Answers
from lastcase.core.derive import derive
from lastcase.core.duties.clocks import states_at
from lastcase.core.explain.duties import with_reasons
from lastcase.core.facts import TABLES
from lastcase.core.facts.field import Field
from lastcase.core.facts.store import Facts
from lastcase.core.facts.vocabulary import values
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.core.protocol.model import Protocol
from lastcase.editions import load_edition

SHORT = {
    "person": "person_id",
    "case": "case_person_id",
    "status": "case_status",
    "onset": "symptom_onset_on",
    "found": "found_at",
    "first": "first_exposure_at",
    "last": "last_exposure_at",
    "minutes": "duration_min",
    "sampled": "sampled_at",
    "resulted": "resulted_at",
    "home": "residence_place_id",
    "recorded": "recorded_at",
    "retired": "retired_at",
}
ZONES = {
    "cn-covid-8": "Asia/Shanghai",
    "cn-covid-9": "Asia/Shanghai",
    "who-ebola": "Africa/Freetown",
    "who-mers": "Asia/Seoul",
    "us-cdc-covid-2020": "America/New_York",
}
NUMBERED = {
    "contacts": "contact_id",
    "specimens": "specimen_id",
    "stays": "stay_id",
    "checks": "check_id",
    "moves": "move_id",
    "arrivals": "arrival_id",
    "decisions": "decision_id",
}


class World:
    """Facts under one edition (a shipped one, by its id, or one's own), and what follows from them."""

    def __init__(self, edition: str | Protocol, zone: str | None = None, **tables: str) -> None:
        held = load_edition(edition) if isinstance(edition, str) else edition
        self.zone = ZoneInfo(zone or ZONES[held.id])
        adopted = Adoption(held, datetime(2000, 1, 1, tzinfo=UTC))
        self.outbreak = Outbreak("story", adopted.edition.disease, self.zone.key, None, (adopted,))
        self.facts = Facts.of(**{name: self._frame(name, text) for name, text in tables.items()})

    def at(self, text: str) -> datetime:
        """An instant from local "2022-07-01 10:00", or the local midnight of a bare date."""
        return datetime.fromisoformat(text).replace(tzinfo=self.zone).astimezone(UTC)

    def answers(self, known_at: str | None = None) -> Answers:
        return derive(self.facts.known(self.at(known_at) if known_at else None), self.outbreak)

    def duties(
        self, person: str, as_of: str, kind: str | None = None, known_at: str | None = None
    ) -> list[dict]:
        answers = self.answers(known_at)
        told = with_reasons(answers.duties, answers.orders, self.zone.key)
        rows = states_at(told, self.at(as_of)).filter(pl.col("person_id") == person)
        if kind:
            rows = rows.filter(pl.col("kind") == kind)
        return rows.sort("due_at", "is_release", "key").to_dicts()

    def test_days(self, person: str, as_of: str, known_at: str | None = None) -> dict[str, str]:
        """State of each test by the local date on which it is due."""
        return {self.day(row["due_at"]): row["state"] for row in self.duties(person, as_of, "test", known_at)}

    def states(self, person: str, as_of: str, kind: str, known_at: str | None = None) -> list[str]:
        return [row["state"] for row in self.duties(person, as_of, kind, known_at)]

    def orders(self, person: str, known_at: str | None = None) -> list[dict]:
        return (
            self.answers(known_at).orders.filter(pl.col("person_id") == person).sort("starts_at").to_dicts()
        )

    def last_day(
        self, person: str, ordinal: int = 1, category: str = "close_contact", known_at: str | None = None
    ) -> str:
        """Last local date of a stage of the person."""
        found = [
            o for o in self.orders(person, known_at) if (o["ordinal"], o["category"]) == (ordinal, category)
        ]
        return self.day(found[0]["ends_at"]) if found else ""

    def contact(
        self, person: str, category: str = "close_contact", known_at: str | None = None
    ) -> dict | None:
        rows = self.answers(known_at).contact_persons.filter(
            (pl.col("person_id") == person) & (pl.col("category") == category)
        )
        return rows.to_dicts()[0] if rows.height else None

    def verdicts(self, person: str) -> list[tuple[str, str]]:
        rows = self.answers().exposures.filter(pl.col("person_id") == person).sort("start_at", "key")
        return list(rows.select("verdict", "reason").iter_rows())

    def day(self, end: datetime) -> str:
        """Local date whose 24:00, or during which, an instant lies."""
        return (end.astimezone(self.zone) - timedelta(microseconds=1)).date().isoformat()

    def local(self, instant: datetime) -> str:
        return instant.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def _frame(self, name: str, text: str) -> pl.DataFrame:
        lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
        names = [SHORT.get(heading, heading) for heading in lines[0]]
        fields = {field.name: field for field in TABLES[name].fields}
        rows = [
            {column: self._value(fields.get(column), cell) for column, cell in zip(names, cells, strict=True)}
            for cells in lines[1:]
        ]
        key = NUMBERED.get(name)
        for number, row in enumerate(rows, start=1):
            if name == "cases":
                row.setdefault("episode", 1)
            if key and key not in row:
                row[key] = f"{name}-{number}"
        return pl.DataFrame(rows, schema={c: t for c, t in TABLES[name].schema.items() if c in rows[0]})

    def _value(self, field: Field | None, cell: str) -> object:
        if cell == "":
            return None
        if field is None:
            return self.at(cell)
        if field.kind == "instant":
            ends = field.date_only == "end" and len(cell) == 10
            return self.at((date.fromisoformat(cell) + timedelta(days=1)).isoformat() if ends else cell)
        if field.kind == "code":
            assert cell in values(field.codes), f"{cell} is no {field.name}"
        readers = {
            "date": date.fromisoformat,
            "integer": int,
            "number": float,
            "boolean": lambda c: c == "yes",
        }
        return readers.get(field.kind, str)(cell)
