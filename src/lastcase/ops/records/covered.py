"""Which kinds of duty some feed covers, asked of the database without reading its rows. The same of frames:
`core.duties.coverage.covered_kinds`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.core.duties.coverage import EVIDENCE_TABLES, Evidence, kinds_covered
from lastcase.core.facts.receipts import ACT_FEED
from lastcase.core.facts.vocabulary import DUTY_KINDS
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records import models
from lastcase.ops.records.keeping import Kept
from lastcase.ops.records.vantage import Stamp

_kept: Kept[frozenset[str]] = Kept(200)


def covered_now(record: models.Outbreak, actor: Actor, stamp: Stamp) -> frozenset[str]:
    """Kinds of duty covered by what the post is shown of the record as it stands. Kept for a revision."""
    database = connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]
    return _kept.get((database, record.pk, actor.scope, *stamp), lambda: _ask(record.pk))


def _ask(outbreak_id: int) -> frozenset[str]:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_RECEIVED, [outbreak_id, ACT_FEED])
        received = {name for (name,) in cursor.fetchall()}
        asked = [*_questions(received)]
        cursor.execute("SELECT " + ", ".join(sql for _, sql in asked), [outbreak_id] * len(asked))
        told = dict(zip([name for name, _ in asked], cursor.fetchone(), strict=True))
    return kinds_covered(_evidence(told, received))


_RECEIVED = """SELECT DISTINCT table_name FROM fact_receipts
    WHERE outbreak_id = %s AND retired_at IS NULL AND feed IS DISTINCT FROM %s"""


def _questions(received: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What is asked, by name; a table that was received needs no look for rows."""
    for name in EVIDENCE_TABLES:
        if name not in received:
            yield name, _exists(name)
    yield "has_moved", _exists("moves", "move_kind <> 'hand_over'")
    yield "has_admitted", _exists("cases", "admitted_at IS NOT NULL")
    yield "has_reported", _exists("cases", "reported_at IS NOT NULL")
    for kind in DUTY_KINDS:
        yield f"check {kind.value}", _exists("checks", f"duty_kind = '{kind.value}'")


def _exists(table: str, condition: str = "true") -> str:
    return (
        f"EXISTS (SELECT 1 FROM fact_{table} WHERE outbreak_id = %s AND retired_at IS NULL AND {condition})"
    )


def _evidence(told: dict[str, Any], received: set[str]) -> Evidence:
    return Evidence(
        held={name for name in EVIDENCE_TABLES if told.get(name)},
        received=received,
        checks={name.removeprefix("check ") for name, is_so in told.items() if is_so and " " in name},
        has_moved=told["has_moved"],
        has_admitted=told["has_admitted"],
        has_reported=told["has_reported"],
    )
