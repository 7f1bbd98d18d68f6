"""A map proposed from a file's headings: each is compared with the words, in both languages, that fields go
by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from lastcase.core.facts import TABLES, Field
from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.mapping.model import KINDS, FieldMap, FileMap, TableMap

PRIMARY = {table.import_kind: table.name for table in TABLES.values() if table.import_kind}
"""The fact table of each kind of import."""

WITH_PERSONS = (
    "cases",
    "contacts",
    "visits",
    "specimens",
    "stays",
    "moves",
    "checks",
    "arrivals",
    "objections",
)
"""Kinds whose rows may also describe the person they are about."""

CONSTANTS = {"cases": {"episode": "1"}, "risk-areas": {"list_kind": "published"}}
"""What is meant where a file of a kind has no such column."""

WORDS = {
    ("cases", "cases", "person_id"): ("编号", "病例编号", "个案编号", "患者编号", "人员编号", "patient id"),
    ("contacts", "contacts", "case_person_id"): (
        "case id",
        "index case",
        "index case id",
        "病例编号",
        "指示病例",
    ),
    ("contacts", "contacts", "person_id"): (
        "contact person id",
        "exposed person id",
        "接触者编号",
        "密接编号",
    ),
    ("contacts", "contacts", "first_exposure_at"): ("首次接触时间", "开始接触时间"),
    ("contacts", "contacts", "last_exposure_at"): ("date of last exposure", "末次接触时间", "最后接触时间"),
    ("contacts", "persons", "name"): ("contact name", "name of contact", "接触者姓名", "密接姓名"),
    ("specimens", "specimens", "specimen_id"): ("tube number", "条码", "标本条码", "试管编号"),
}
"""Headings that mean a field in files of one kind only: (kind, table, field)."""


@dataclass(frozen=True)
class Guess:
    """One heading, the field proposed for it, and how sure: 1 by the field's own name, 0.9 by a synonym,
    0.6 by a part."""

    heading: str
    table: str
    field: str
    confidence: float


@dataclass(frozen=True)
class Proposal:
    """A proposed map, the guesses it stands on, and the headings nothing was found for."""

    file_map: FileMap
    guesses: tuple[Guess, ...]
    unused: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Required fields of the kind's table that no heading states and no id can be made for."""
        table = self.file_map.tables[-1]
        made = set(TABLES[table.into].key[:1]) | {"person_id"}
        wanted = [field.name for field in TABLES[table.into].fields if field.is_required]
        return tuple(name for name in wanted if name not in table.fields and name not in made)


def normal(text: str) -> str:
    """A heading without case, width, accents of form, units in brackets, and separators."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"[\(\[].*?[\)\]]", " ", plain)
    return re.sub(r"[\s_\-./:]+", " ", plain).strip()


def propose(headings: Sequence[str], kind: str) -> Proposal:
    """The map that the headings of a file of this kind suggest. Raises ImportRefused for an unknown kind."""
    if kind not in KINDS:
        raise ImportRefused("map_kind", kind="wrong_use", file="", what=kind, known=", ".join(KINDS))
    primary = PRIMARY[kind]
    names = [primary, "persons"] if kind in WITH_PERSONS else [primary]
    guesses = _guesses(headings, names, kind)
    tables = [_table(name, guesses, kind) for name in reversed(names)]
    kept = tuple(table for table in tables if table.into == primary or _says_more(table, kind))
    used = {guess.heading for guess in guesses}
    found = FileMap(name="automatic", kinds=(kind,), tables=kept)
    return Proposal(found, tuple(guesses), tuple(heading for heading in headings if heading not in used))


def _says_more(table: TableMap, kind: str) -> bool:
    """Whether rows describe the person; a list of cases states the persons on it by their ids alone."""
    return bool(set(table.fields) - {"person_id", "list_id"}) or (
        kind == "cases" and "person_id" in table.fields
    )


def _guesses(headings: Sequence[str], names: Sequence[str], kind: str) -> list[Guess]:
    """The best pairs of heading and field first; a heading serves one field, save that ids serve both
    tables."""
    pairs = [
        Guess(heading, name, field.name, sure)
        for rank, name in enumerate(names)
        for field in TABLES[name].fields
        if not (rank and field.name == "person_id")  # the person is whom the first table is about
        for heading in headings
        if (sure := _sure(heading, field, WORDS.get((kind, name, field.name), ())) - 0.01 * rank) >= 0.5
    ]
    taken: list[Guess] = []
    for pair in sorted(pairs, key=lambda guess: -guess.confidence):
        is_taken = any(
            pair.heading == t.heading or (pair.table, pair.field) == (t.table, t.field) for t in taken
        )
        if not is_taken:
            taken.append(pair)
    return taken


def _sure(heading: str, field: Field, words: Sequence[str]) -> float:
    """How sure the heading means the field: 0 where nothing says so."""
    said = normal(heading)
    own = {normal(field.name), normal(field.en), normal(field.zh)}
    others = {normal(word) for word in (*field.synonyms, *words)}
    if said in {normal(word) for word in words}:
        return 1.0
    if said in own:
        return 1.0
    if said in others:
        return 0.9
    names_someone = "name" in said.split() or "姓名" in said
    if field.kind == "reference" and names_someone:
        return 0.0
    return 0.6 if any(_is_part(word, said) for word in own | others) else 0.0


def _is_part(word: str, said: str) -> bool:
    """Whether a word long enough to mean something stands in a heading as a word of its own."""
    if not word.isascii():
        return len(word) >= 2 and word in said
    return len(word) >= 5 and bool(re.search(rf"\b{re.escape(word)}\b", said))


def _table(name: str, guesses: Sequence[Guess], kind: str) -> TableMap:
    fields = {guess.field: FieldMap(column=guess.heading) for guess in guesses if guess.table == name}
    if name == "persons" and name != PRIMARY[kind]:
        fields |= {g.field: FieldMap(column=g.heading) for g in guesses if g.field == "person_id"}
    if "person_id" in fields and name == "persons":
        fields.setdefault("list_id", fields["person_id"])
    if name == PRIMARY[kind]:
        for constant, value in CONSTANTS.get(kind, {}).items():
            fields.setdefault(constant, FieldMap(value=value))
    return TableMap(name, fields, fills_gaps=name != PRIMARY[kind])
