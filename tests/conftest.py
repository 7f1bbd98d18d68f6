"""The tests' own home: an embedded server beside the user's, and a database of its own for each process."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from xdist.scheduler import LoadScopeScheduling

from tests.kept import STANDING, asked_for

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.setdefault("LASTCASE_TEST_HOME", str(ROOT / "var" / "tests")))
os.environ["LASTCASE_HOME"] = str(HOME)
os.environ["LASTCASE_ROLE"] = "owner"
os.environ["DJANGO_SETTINGS_MODULE"] = "lastcase.ops.settings"
if workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")):
    # Threads of Polars beyond a worker's share of the processors only wait for each other.
    os.environ.setdefault("POLARS_MAX_THREADS", str(max(1, len(os.sched_getaffinity(0)) // workers)))

from django.conf import settings  # noqa: E402

from lastcase.engines.embedded.config import ADMIN  # noqa: E402
from lastcase.engines.postgres import OWNER, ensure_running, external_url, status, stop  # noqa: E402

NAME = "test_lastcase_{pid}"
assert settings.LASTCASE_HOME == HOME  # read here, settings are there when pytest-django sets Django up


SHARED = {"tests/integration/cli": "demo", "tests/docs": "demo", "tests/e2e": "browser"}
"""Folders whose tests share what is dear to begin, and so stay with one worker: a loaded demo, a served site."""


class BySharedWorld(LoadScopeScheduling):
    """Deals tests to workers one by one, but all that share a world to one."""

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.partition("::")[0].rpartition("/")[0]
        return SHARED.get(folder, nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BySharedWorld:
    """Used with `-n`."""
    return BySharedWorld(config, log)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Start the server and name this process's database before pytest-django creates it by the migrations."""
    if external_url() is None:
        server = ensure_running(HOME)
        drop_leftovers(server.dsn(OWNER))
        hasten(server.dsn(ADMIN, "postgres"))
    settings.DATABASES["default"]["TEST"]["NAME"] = NAME.format(pid=os.getpid())


@pytest.fixture(scope="session")
def _no_world_is_left(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    yield
    with django_db_blocker.unblock():
        STANDING.stand([])


@pytest.fixture
def _worlds(request: pytest.FixtureRequest, _no_world_is_left: None, django_db_blocker: Any) -> None:
    from django.core.cache import cache

    cache.clear()
    with django_db_blocker.unblock():
        STANDING.stand(asked_for(request))


@pytest.fixture
def _django_db_helper(_worlds: None, _django_db_helper: None) -> None:
    """Have the worlds stand that a test asks for, before pytest-django begins the test's own transaction."""


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the server with the last run that uses it."""
    if hasattr(session.config, "workerinput") or external_url() is not None:
        return
    server = status(HOME)
    if server is not None and not drop_leftovers(server.dsn(OWNER)):
        stop(HOME)
        for folder in ("lakes", "lake-keys"):
            shutil.rmtree(HOME / folder, ignore_errors=True)


def hasten(dsn: str) -> None:
    """Let the tests' server wait for no disk: what a crash of the machine would lose of it, nobody misses."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def drop_leftovers(dsn: str) -> list[int]:
    """Drop the databases of runs that are gone; the processes of those that are not."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        alive = []
        for name in _test_databases(connection):
            pid = int(name.rsplit("_", 1)[1])
            if pid != os.getpid() and Path(f"/proc/{pid}").exists():
                alive.append(pid)
            elif pid != os.getpid():
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )
        return alive


def _test_databases(connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[str]:
    pattern = re.compile(NAME.format(pid=r"\d+"))
    for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall():
        if pattern.fullmatch(str(name)):
            yield str(name)
