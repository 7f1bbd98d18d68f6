"""The audit: who wrote what, and who looked at whom and why. Rows are added and never changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records.writing import Writing, writing

_WHO = "actor_name, post_name, user_id, post_id, pos_naming"


def _who(actor: Actor) -> list[object]:
    position = None if actor.scope is None else actor.scope[0]
    return [actor.name, actor.post_name, actor.user_id, actor.post_id, position]


def log_write(
    writing: Writing,
    actor: Actor,
    action: str,
    outbreak: str = "",
    counts: Mapping[str, object] | None = None,
    **details: object,
) -> None:
    """Note a change in its own transaction. Details name keys, never a person's data."""
    writing.run(
        f"""INSERT INTO records_auditwrite (at, action, outbreak, counts, details, {_WHO})
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        [
            writing.now,
            action,
            outbreak,
            json.dumps(counts or {}),
            json.dumps(details, default=str),
            *_who(actor),
        ],
    )


def log_read(actor: Actor, person_ids: Iterable[str], purpose: str = "", *, outbreak: str = "") -> None:
    """Note that these persons' records were shown. Stands by itself: it remains when the page fails
    afterwards."""
    ids = sorted(set(person_ids))
    with writing() as now:
        now.run(
            f"""INSERT INTO records_auditread (at, purpose, outbreak, {_WHO}, person_id)
                SELECT %s, %s, %s, %s, %s, %s, %s, %s, unnest(%s::text[])""",
            [now.now, purpose or actor.purpose, outbreak, *_who(actor), ids],
        )
