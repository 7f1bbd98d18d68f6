"""Reads of the record: facts as frames, outbreaks as core knows them. All run under the caller's rights."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from lastcase.core.answers import ANSWERS, Answers, answer_schema, identity_of, key_of
from lastcase.core.facts import TABLES, Table
from lastcase.core.facts.merge import resolve_merges
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.core.protocol.model import Protocol
from lastcase.core.protocol.parse import parse_edition
from lastcase.engines.bridge import Few, array_text, collected, copy_out, fetch_columns, few_out
from lastcase.ops.records import models
from lastcase.ops.records.columns import stored_columns
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.terms import spelled

WITH_PLACES = {
    "visits": ("place_id",),
    "contacts": ("place_id",),
    "stays": ("place_id",),
    "moves": ("to_place_id",),
    "cases": ("hospital_place_id",),
    "exposed_groups": ("place_id",),
    "risk_area_extents": ("place_id",),
    "persons": ("residence_place_id", "present_place_id", "work_place_id"),
}
"""Columns that name places."""
ANY = "ANY(%s::text[])"
"""Is one of some texts, which are given as `array_text`: many of them travel faster so than one by one."""
NOT_ASKED = "NULL"
"""SQL of a column that is not read."""
NOTHING: Mapping[str, Collection[str]] = MappingProxyType({})


def list_outbreaks() -> list[models.Outbreak]:
    """All outbreaks, by name."""
    return list(models.Outbreak.objects.order_by("name"))


def load_outbreak(
    name: str | models.Outbreak, *, known_at: datetime | None = None, effective_by: datetime | None = None
) -> Outbreak:
    """The outbreak with its adopted editions, as `derive` takes it. Raises OutbreakNotFound.

    `known_at`: with the adoptions signed by then. As with facts, the first counts as known from the
    beginning: an outbreak of the past is founded long after it. `effective_by`: with those in force by then; the
    first is always among them.
    """
    row = get_outbreak(name)
    signed = row.adoptions.order_by("signed_at", "id")
    by_then = (
        a for place, a in enumerate(signed) if place == 0 or known_at is None or a.signed_at <= known_at
    )
    known = sorted(by_then, key=lambda adoption: adoption.effective_at)
    adoptions = tuple(
        Adoption(_edition(adoption.edition_text, adoption.edition_id), adoption.effective_at)
        for place, adoption in enumerate(known)
        if place == 0 or effective_by is None or adoption.effective_at <= effective_by
    )
    return Outbreak(row.name, row.disease, row.time_zone, row.area_id or None, adoptions)


@lru_cache(maxsize=32)
def _edition(text: str, edition_id: str) -> Protocol:
    """A text once adopted never changes: every page reads it again."""
    return parse_edition(text, edition_id)


@contextmanager
def one_snapshot(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """A transaction all of whose reads see the record as it stood at the first, whatever others write meanwhile.

    Within a transaction that has begun it adds nothing: who holds the writers' lock needs none.
    """
    if connections[using].in_atomic_block:
        yield
        return
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def load_facts(
    outbreak: str | models.Outbreak,
    *,
    known_at: datetime | None = None,
    persons: Collection[str] | None = None,
    tables: Collection[str] = tuple(TABLES),
    is_either: bool = False,
    without: Mapping[str, Collection[str]] = NOTHING,
    using: str = DEFAULT_DB_ALIAS,
    at_hand: Facts | None = None,
) -> Facts:
    """The facts of the outbreak that stand (or stood at `known_at`), references to merged persons resolved.

    `persons`: only what is about these (ids as recorded), with the areas, places and pools they need; what joins two
    persons is read for both of them, or (`is_either`) for either. `tables`: only these, the others stay empty.
    `without`: columns of tables that are not read and stay null. `at_hand`: with `persons`, the ground as
    `standing_ground` has it, which is not read again then. The frames are known already: no version is retired among
    them.
    """
    home = get_outbreak(outbreak)
    with one_snapshot(using), connections[using].cursor() as cursor:
        chosen = None if persons is None else sorted(persons)
        read = _Reader(cursor, home, known_at, chosen, is_either=is_either, without=without, at_hand=at_hand)
        frames = read.tables([TABLES[name] for name in tables])
    return resolve_merges(Facts(frames if known_at is None else _unretired(Facts(frames).known(known_at))))


def _unretired(facts: Facts) -> dict[str, pl.DataFrame]:
    return {
        name: frame.with_columns(retired_at=pl.lit(None, frame.schema["retired_at"]))
        for name, frame in facts.frames.items()
    }


def load_about(
    outbreak: str | models.Outbreak, persons: Sequence[str], tables: Collection[str]
) -> dict[str, pl.DataFrame]:
    """Standing rows about these persons, in whichever column they name one, and all rows of the `tables`; by table, as
    recorded. Tables of neither kind are left out."""
    home = get_outbreak(outbreak)
    with one_snapshot(), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        whole = _Reader(cursor, home, None, None)
        part = _Reader(cursor, home, None, list(persons), is_either=True)
        named = [name for name, table in TABLES.items() if persons and table.person_fields]
        readers = dict.fromkeys(named, part) | dict.fromkeys(tables, whole)
        asked = [reader._few_of(TABLES[name]) for name, reader in readers.items()]
        return dict(zip(readers, few_out(cursor, asked), strict=True)) if asked else {}


def read_places(place_ids: Sequence[str]) -> pl.DataFrame:
    """The standing rows of these places."""
    schema = TABLES["places"].schema
    query = f"SELECT {', '.join(schema)} FROM fact_places WHERE retired_at IS NULL AND place_id = ANY(%s) ORDER BY id"
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        return copy_out(cursor, query, schema, [list(place_ids)])


def load_versions(outbreak: str | models.Outbreak, *, using: str = DEFAULT_DB_ALIAS) -> Facts:
    """Every version of every fact of the outbreak, retired ones among them, as recorded: see `Facts.known`."""
    home = get_outbreak(outbreak)
    with one_snapshot(using), connections[using].cursor() as cursor:
        read = _Reader(cursor, home, datetime.max.replace(tzinfo=UTC), None)
        return Facts(read.tables(list(TABLES.values())))


def load_answers(outbreak: str | models.Outbreak, *, using: str = DEFAULT_DB_ALIAS) -> Answers:
    """The stored answers of the outbreak, each table sorted by its key."""

    home = get_outbreak(outbreak)
    frames = {}
    with one_snapshot(using), connections[using].cursor() as cursor:
        for name, table in ANSWERS.items():
            frames[name] = read_answers(cursor, table, home.pk, using)
    return Answers(**frames)


def read_answers(
    cursor: Any,
    table: Table,
    outbreak_id: int,
    using: str,
    *,
    only: tuple[Collection[str], list[str]] | None = None,
    is_few: bool = False,
) -> pl.DataFrame:
    """One table of stored answers as `derive` gives it. `only`: rows that hold one of these texts in any of these
    columns. `is_few`: they are some thousands at most, as those are."""
    few = _few_answers(table, outbreak_id, only)
    if is_few or only is not None:
        (sent,) = few_out(cursor, [few])
    else:
        query = f"SELECT {', '.join(few.columns.values())} FROM {few.source}"
        sent = copy_out(cursor, query, few.schema, few.params)
    return _as_derived(table, sent, using)


def read_some_answers(
    cursor: Any, outbreak_id: int, using: str, wanted: Mapping[str, tuple[Collection[str], list[str]] | None]
) -> dict[str, pl.DataFrame]:
    """By table, the answers that `read_answers` reads of it with `only`, some thousands at most; all asked at once."""
    asked = [_few_answers(ANSWERS[name], outbreak_id, only) for name, only in wanted.items()]
    sent = few_out(cursor, asked) if asked else []
    return {name: _as_derived(ANSWERS[name], frame, using) for name, frame in zip(wanted, sent, strict=True)}


def _few_answers(table: Table, outbreak_id: int, only: tuple[Collection[str], list[str]] | None) -> Few:
    """What is kept of a table of answers, or of its rows that hold one of these texts in any of these columns."""
    kept = stored_columns(table)
    types = {name: pl.Int64() if table.field(name).recurs else table.field(name).dtype for name in kept}
    columns = {name: f'"{name}"' for name in kept}
    source = f"answer_{table.name} WHERE outbreak_id = %s"
    if only is None:
        return Few(columns, source, types, [outbreak_id])
    texts = array_text(only[1])
    among = " OR ".join(f"{name} = {ANY}" for name in only[0])
    return Few(columns, f"{source} AND ({among})", types, [outbreak_id, *[texts] * len(only[0])])


def _as_derived(table: Table, sent: pl.DataFrame, using: str) -> pl.DataFrame:
    told = spelled(table, sent, using)
    keyed = told if "key" in sent.columns else told.with_columns(key=key_of(table.name))
    return keyed.select(list(answer_schema(table.name))).sort(identity_of(table.name))


class _Reader:
    """Reads fact tables of one outbreak over one cursor."""

    def __init__(
        self,
        cursor: Any,
        home: models.Outbreak,
        known_at: datetime | None,
        persons: list[str] | None,
        *,
        is_either: bool = False,
        without: Mapping[str, Collection[str]] = NOTHING,
        at_hand: Facts | None = None,
    ):
        """`is_either`: rows that join two persons are read for either of them, else for both. `without`: columns of
        tables to be left out. `at_hand`: rows of areas, risk areas and their places that need not be read."""
        self.cursor, self.home, self.known_at = cursor, home, known_at
        self.persons = None if persons is None else array_text(persons)
        self.is_either, self.without, self.at_hand = is_either, without, at_hand
        self.places: list[str] | None = None
        """The places that the rows read so far name, where they are all rows that name any."""

    def tables(self, tables: Sequence[Table]) -> dict[str, pl.DataFrame]:
        """All rows of some tables that belong to what was asked, by table. Places come last: which they are is told by
        the rows that name them."""
        made = self._made if self.persons is None else self._few
        found = {} if self.at_hand is None else dict(self.at_hand.frames)
        known = found.pop("places", None)
        naming = [table for table in tables if table.name != "places" and table.name not in found]
        frames = made(naming)
        if any(table.name == "places" for table in tables):
            self.places = self._places_told(frames, {*frames, *found}, known)
            frames |= made([TABLES["places"]])
            if known is not None:
                frames["places"] = pl.concat([known, frames["places"]])
        return {table.name: (found | frames)[table.name] for table in tables}

    def _places_told(
        self, frames: Mapping[str, pl.DataFrame], told: Collection[str], known: pl.DataFrame | None
    ) -> list[str] | None:
        """The places that the frames name beside those known; None where other rows name some as well."""
        is_whole = set(WITH_PLACES) <= set(told)
        if not (is_whole if self.persons is None else set(WITH_PLACES) & set(told)):
            return None
        ids = pl.concat(
            frames[table][column].unique()
            for table, columns in WITH_PLACES.items()
            if table in frames
            for column in columns
        )
        ids = ids.drop_nulls().unique()
        return (
            ids.to_list() if known is None else ids.filter(~ids.is_in(known["place_id"].implode())).to_list()
        )

    def _made(self, tables: Sequence[Table]) -> dict[str, pl.DataFrame]:
        """Tables of many rows. One is made a frame while the server sends the next."""
        with ThreadPoolExecutor(1) as maker:
            made = {table.name: maker.submit(*self._columns(table)) for table in tables}
        return {name: frame.result() for name, frame in made.items()}

    def _few(self, tables: Sequence[Table]) -> dict[str, pl.DataFrame]:
        """Tables of few rows, all asked at once."""
        frames = few_out(self.cursor, [self._few_of(table) for table in tables]) if tables else []
        return {table.name: frame for table, frame in zip(tables, frames, strict=True)}

    def _few_of(self, table: Table) -> Few:
        source, params = self._source(table)
        asked = {name: sql for name, sql in self._asked(table).items() if sql != NOT_ASKED}
        return Few(asked, source, table.schema, params, number="t.id")

    def _columns(self, table: Table) -> tuple[Any, ...]:
        """A table's many rows as whole columns, and what makes them a frame."""
        source, params = self._source(table)
        sent = fetch_columns(self.cursor, self._asked(table), source, table.schema, params)
        return collected, sent, table.schema

    def _asked(self, table: Table) -> dict[str, str]:
        """SQL of each column of the table."""
        left_out = self.without.get(table.name, ())
        return {name: NOT_ASKED if name in left_out else f"t.{name}" for name in table.schema}

    def _source(self, table: Table) -> tuple[str, list[Any]]:
        """The table and which of its rows, as SQL, with parameters."""
        which, params = self._which(table)
        versions, more = self._versions()
        return f"fact_{table.name} t WHERE {which} AND {versions}", [*params, *more]

    def _versions(self) -> tuple[str, list[Any]]:
        if self.known_at is None:
            return "t.retired_at IS NULL", []
        return "(t.recorded_at <= %s OR t.known_from <= %s)", [self.known_at, self.known_at]

    def _which(self, table: Table) -> tuple[str, list[Any]]:
        if table.name == "areas":
            return self._areas()
        if table.name == "persons":
            mine = "SELECT person_id FROM records_member WHERE outbreak_id = %s"
            chosen, more = ("", []) if self.persons is None else (f" AND person_id = {ANY}", [self.persons])
            return f"t.person_id IN ({mine}{chosen})", [self.home.pk, *more]
        if table.name == "places":
            return self._places()
        if self.persons is None:
            return "t.outbreak_id = %s", [self.home.pk]
        if table.name == "pools":
            tubes = f"SELECT pool_id FROM fact_specimens WHERE outbreak_id = %s AND person_id = {ANY}"
            return f"t.outbreak_id = %s AND t.pool_id IN ({tubes})", [
                self.home.pk,
                self.home.pk,
                self.persons,
            ]
        return self._of_persons(table)

    def _of_persons(self, table: Table) -> tuple[str, list[Any]]:
        if not table.person_fields:
            return "t.outbreak_id = %s", [self.home.pk]
        about = [f"t.{column} = {ANY}" for column in table.person_fields]
        nobody = " OR t.person_id IS NULL" if table.name == "decisions" else ""
        joins_two = table.name in ("contacts", "judgements")
        joined = " AND " if joins_two and not self.is_either else " OR "
        return f"t.outbreak_id = %s AND ({joined.join(about)}{nobody})", [
            self.home.pk,
            *[self.persons] * len(about),
        ]

    def _areas(self) -> tuple[str, list[Any]]:
        """The outbreak's root with all below and above it; without a root every area."""
        if not self.home.area_id:
            return "true", []
        below = """SELECT a.area_id FROM records_areaposition a JOIN records_areaposition root
            ON root.area_id = %s AND (a.area_lo >= root.area_lo AND a.area_lo < root.area_hi
                OR a.area_lo <= root.area_lo AND a.area_hi >= root.area_hi)"""
        return f"t.area_id IN ({below})", [self.home.area_id]

    def _places(self) -> tuple[str, list[Any]]:
        if self.places is not None:
            return "t.place_id = ANY(%s)", [self.places]
        parts: list[str] = []
        params: list[Any] = []
        for name, columns in WITH_PLACES.items():
            which, more = self._which(TABLES[name])
            named = ", ".join(f"(t.{column})" for column in columns)
            parts.append(
                f"SELECT v.ref FROM fact_{name} t, LATERAL (VALUES {named}) v(ref) "
                f"WHERE v.ref IS NOT NULL AND {which}"
            )
            params += more
        return f"t.place_id IN ({' UNION '.join(parts)})", params


def standing_names(names: Sequence[str]) -> dict[str, str]:
    """What a page calls each person: the name, else the description, else the id of the source's list."""
    rows = models.FACTS["persons"].objects.filter(person_id__in=names, retired_at=None)
    found = rows.values_list("person_id", "name", "description", "list_id")
    return {person: name or description or list_id or person for person, name, description, list_id in found}
