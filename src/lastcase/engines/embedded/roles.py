"""Roles and database that Lastcase needs on a PostgreSQL server, embedded or of one's own.

``lastcase_owner`` owns the database and runs migrations; ``lastcase_web`` and ``lastcase_jobs`` own nothing
and are under row-level security. The owner may take on their roles, as the tests do.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg
from psycopg import sql

from lastcase.engines.embedded.config import JOBS, OWNER, ROLES, WEB
from lastcase.engines.embedded.errors import ServerError

DATABASE = "lastcase"


def roles_version() -> str:
    """Return a mark that changes with this module: a server prepared under another mark is prepared again."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def prepare_server(admin_dsn: str, database: str = DATABASE) -> None:
    """Create roles and database where they are missing; running it again changes nothing.

    Args:
        admin_dsn: an address whose role may create roles and databases.
        database: name of the database that ``lastcase_owner`` shall own.

    Raises:
        ServerError: ``not_prepared`` with the server's own words.
    """
    try:
        with psycopg.connect(admin_dsn, autocommit=True) as connection:
            _create_roles(connection)
            _create_database(connection, database)
    except psycopg.Error as error:
        raise ServerError("not_prepared", reason=str(error).strip()) from error


def _create_roles(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    there = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
    for role in ROLES:
        if role not in there:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    limits = "NOSUPERUSER NOCREATEROLE NOBYPASSRLS NOREPLICATION"
    for role in ROLES:
        creates = "CREATEDB" if role == OWNER else "NOCREATEDB"
        connection.execute(sql.SQL("ALTER ROLE {} " + limits + " " + creates).format(sql.Identifier(role)))
    connection.execute(f"GRANT {WEB}, {JOBS} TO {OWNER}")


def _create_database(connection: psycopg.Connection[tuple[object, ...]], database: str) -> None:
    name = sql.Identifier(database)
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
    if found is None:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(OWNER)))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO " + f"{WEB}, {JOBS}").format(name))
