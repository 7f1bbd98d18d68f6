"""The scope of a transaction: which positions of the tree of areas row-level security shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from lastcase.ops.accounts.actor import Actor
from lastcase.ops.records.security import SCOPE_HI, SCOPE_LO


def set_scope(scope: tuple[int, int] | None, using: str = DEFAULT_DB_ALIAS) -> None:
    """Show the positions [lo, hi) until the transaction ends; None shows nothing.

    Raises RuntimeError outside a transaction: a setting of the session would leak to whoever uses the
    connection next.
    """
    connection = connections[using]
    if not connection.in_atomic_block:
        raise RuntimeError("the scope is set in a transaction")
    lo, hi = ("", "") if scope is None else (str(scope[0]), str(scope[1]))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT set_config('{SCOPE_LO}', %s, true), set_config('{SCOPE_HI}', %s, true)", [lo, hi]
        )


@contextmanager
def scoped(actor: Actor, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """A transaction that reads what the actor's post is shown."""
    with transaction.atomic(using=using):
        set_scope(actor.scope, using)
        yield
        set_scope(None, using)
