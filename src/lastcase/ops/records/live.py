"""News of the record over PostgreSQL's NOTIFY: which outbreak's answers stand on which revision, and whose streams end.

A notification goes out with its transaction: it arrives after the commit, so that whoever fetches on it finds the new
rows. It names an outbreak and a number and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.ops.records.models import Outbreak, Revision
from lastcase.ops.records.writing import LOCK_CLASS, Writing

CHANNEL = "lastcase_live"
SNAPSHOTS = "lastcase_snapshots"
LEFT = "lastcase_left"
KEEPER_LOCK = LOCK_CLASS + 1
"""Held by the process that settles what is left, for as long as it stands by."""
CALMS_MAX = 5
"""Wishes that keep coming are heard after so many times the calm that was waited for."""
_NOT_FOR_LISTENING = ("context", "cursor_factory", "prepare_threshold", "server_side_binding")


@dataclass(frozen=True)
class News:
    """Either an outbreak (`topic`) whose answers now stand on `revision`, or the mark of a session that ended."""

    topic: str = ""
    revision: int = 0
    ended: str = ""


def announce(writing: Writing, outbreak: Outbreak, revision: int) -> None:
    """Tell every process that the outbreak's answers stand on the revision, once this transaction commits."""
    writing.run(
        "SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps({"topic": outbreak.name, "revision": revision})]
    )


def announce_end(session_key: str) -> None:
    """Tell every process that what this session saw is over, once the transaction of the request commits."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps({"ended": mark_of(session_key)})])


def mark_of(session_key: str) -> str:
    """By what a session is known in notifications, from which its key cannot be told."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:32]


def derived_revision(outbreak: Outbreak) -> int:
    """The revision on which the outbreak's answers stand; 0 before the first derivation."""
    found = Revision.objects.filter(outbreak=outbreak).values_list("derived_number", flat=True).first()
    return found or 0


async def listen() -> AsyncIterator[News]:
    """News as they come, over one connection of its own: first where every outbreak stands, then each change.

    Raises psycopg.Error where the connection cannot be had or is lost; what was missed meanwhile is told anew at the
    next call.
    """
    connection = await psycopg.AsyncConnection.connect(**_params(), autocommit=True)
    async with connection:
        await connection.execute(f"LISTEN {CHANNEL}")
        standing = await connection.execute(
            """SELECT o.name, coalesce(r.derived_number, 0) FROM records_revision r
               JOIN records_outbreak o ON o.id = r.outbreak_id"""
        )
        for name, revision in await standing.fetchall():
            yield News(topic=name, revision=revision)
        async for notification in connection.notifies():
            yield News(**json.loads(notification.payload))


def announce_wish(writing: Writing, outbreak: Outbreak) -> None:
    """Tell the process that keeps the record up that snapshots of an outbreak are asked for, once this transaction
    commits."""
    writing.run("SELECT pg_notify(%s, %s)", [SNAPSHOTS, outbreak.name])


def announce_left(writing: Writing, outbreak: Outbreak) -> None:
    """Tell the same process that something is left to settle, once this transaction commits."""
    writing.run("SELECT pg_notify(%s, %s)", [LEFT, outbreak.name])


def is_kept_up(writing: Writing) -> bool:
    """Whether a process stands by to settle what is left (see `wishes`)."""
    return not writing.one("SELECT pg_try_advisory_xact_lock_shared(%s, 0)", [KEEPER_LOCK])


def wishes(
    channel: str, first_s: float, every_s: float, *, calm_s: float = 0.0, stands_by: bool = False
) -> Iterator[None]:
    """Comes back when something is asked for on the channel, at the latest after `first_s` seconds and then every
    `every_s`, over one connection of its own. `calm_s`: first so many seconds pass without another wish, though no
    more than `CALMS_MAX` times as many. `stands_by`: refreshes meanwhile leave to the caller what can be settled after
    them.

    Raises psycopg.Error where the connection cannot be had or is lost.
    """
    with psycopg.Connection.connect(**_params(), autocommit=True) as connection:
        if stands_by:
            connection.execute("SELECT pg_advisory_lock(%s, 0)", [KEEPER_LOCK])
        connection.execute(f"LISTEN {channel}")
        wait_s = first_s
        while True:
            is_asked = bool(list(connection.notifies(timeout=wait_s, stop_after=1)))
            until = monotonic() + calm_s * CALMS_MAX
            while is_asked and calm_s and monotonic() < until:
                is_asked = bool(list(connection.notifies(timeout=calm_s, stop_after=1)))
            yield
            wait_s = every_s


def _params() -> dict[str, Any]:
    params = connections[DEFAULT_DB_ALIAS].get_connection_params()
    return {name: value for name, value in params.items() if name not in _NOT_FOR_LISTENING}
