"""The embedded PostgreSQL server and how to reach it, or a server of one's own by ``DATABASE_URL``.

    server = ensure_running(default_home())     # starts it where it does not run; safe from many processes
    psycopg.connect(server.dsn(WEB))            # over its socket, as a role of Lastcase
    stop(default_home())

The server listens on a Unix socket only, never runs as root, and opens no folder to others. It outlives the
process that started it; ``stop`` ends it cleanly, and after a crash the next start recovers.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from lastcase.engines.embedded.binaries import Binaries, find_binaries
from lastcase.engines.embedded.config import ADMIN, JOBS, OWNER, ROLES, WEB, write_config
from lastcase.engines.embedded.errors import ServerError
from lastcase.engines.embedded.layout import (
    PORT,
    Layout,
    create_base,
    create_folders,
    default_home,
    find_layout,
    set_aside_foreign_data,
)
from lastcase.engines.embedded.process import (
    end_orphans,
    find_postmaster,
    hold_lock,
    remove_leftovers,
    run_as,
    send,
    wait_until,
    works_in_data,
)
from lastcase.engines.embedded.roles import DATABASE, prepare_server, roles_version

__all__ = [
    "DATABASE",
    "JOBS",
    "OWNER",
    "ROLES",
    "WEB",
    "ServerError",
    "ServerInfo",
    "database_settings",
    "default_home",
    "ensure_running",
    "external_url",
    "pooled",
    "prepare_server",
    "status",
    "stop",
]

START_TIMEOUT_S = 180  # crash recovery of a large write-ahead log included
STOP_TIMEOUT_S = 120
LOG_MAX_BYTES = 5_000_000
POOL = {"min_size": 1, "max_size": 16, "timeout": 30}
"""Connections that the pages of one role share; a request waits up to 30 s for one."""


@dataclass(frozen=True)
class ServerInfo:
    """A running embedded server."""

    home: Path
    socket_dir: Path
    port: int
    data_dir: Path
    os_user: str
    pid: int

    def dsn(self, role: str = OWNER, database: str = DATABASE) -> str:
        """Return an address for libpq (psycopg, ADBC) that connects as ``role``."""
        query = urlencode({"host": str(self.socket_dir), "port": self.port}, quote_via=quote, safe="")
        return f"postgresql://{quote(role, safe='')}@/{quote(database, safe='')}?{query}"


def status(home: Path) -> ServerInfo | None:
    """Return the server of ``home`` if it runs and takes connections, else None; changes nothing."""
    layout = find_layout(home)
    found = find_postmaster(layout)
    return _info(layout, found.pid) if found is not None and found.state == "ready" else None


def ensure_running(home: Path) -> ServerInfo:
    """Return the server of ``home``, made, recovered and started where needed.

    Roles and the database ``lastcase`` exist afterwards (no tables: those are migrations). Many processes may
    call it at once; they get one server. Raises ServerError where no server can be had.
    """
    layout = find_layout(home)
    running = status(home)
    if running is not None and _is_prepared(layout):
        return running
    create_base(layout)
    with hold_lock(layout):
        create_folders(layout)
        _start(layout)
        info = status(home)
        if info is None:
            raise ServerError("command", program="postgres", output=_log_tail(layout))
        if not _is_prepared(layout):
            prepare_server(info.dsn(ADMIN, "postgres"))
            layout.prepared.write_text(roles_version())
    return info


def stop(home: Path) -> bool:
    """End the server of ``home`` cleanly; open transactions are rolled back. False where none ran.

    Raises ServerError where it does not end within two minutes.
    """
    layout = find_layout(home)
    if not layout.base.is_dir():
        return False
    with hold_lock(layout):
        found = find_postmaster(layout)
        if found is None:
            return False
        if not _end(layout, found.pid):
            raise ServerError("command", program="postgres (stop)", output=_log_tail(layout))
    return True


def _end(layout: Layout, pid: int) -> bool:
    """Ask a server to end without waiting for its sessions; False where it is still there at last."""
    send(pid, signal.SIGINT)
    return wait_until(lambda: not works_in_data(pid, layout), STOP_TIMEOUT_S)


def _info(layout: Layout, pid: int) -> ServerInfo:
    return ServerInfo(layout.home, layout.run, PORT, layout.data, layout.account.name, pid)


def _is_prepared(layout: Layout) -> bool:
    try:
        return layout.prepared.read_text() == roles_version() and _belongs(layout)
    except OSError:
        return False


def _belongs(layout: Layout) -> bool:
    """Say whether the data are those of this home as it is now (see ``set_aside_foreign_data``)."""
    if not layout.account.switch:
        return True
    return (layout.home / "embedded-server").read_text() == (layout.base / "instance").read_text()


def _start(layout: Layout) -> None:
    """Bring the server up, whatever an earlier one left; the lock is held."""
    found = find_postmaster(layout)
    if found is not None and not _home_is_known(layout):
        # The home was emptied while its server ran on: that server's data are set aside below.
        _end(layout, found.pid)
        found = None
    if found is not None and _settles(layout):
        return
    end_orphans(layout)
    remove_leftovers(layout)
    set_aside_foreign_data(layout)
    binaries = find_binaries(layout)
    if not (layout.data / "PG_VERSION").is_file():
        _create_data(layout, binaries)
    write_config(layout)
    _launch(layout, binaries)


def _home_is_known(layout: Layout) -> bool:
    try:
        return _belongs(layout)
    except OSError:
        return False


def _settles(layout: Layout) -> bool:
    """Wait for a server that is starting or stopping; True when it is ready, False when it is gone."""

    def is_settled() -> bool:
        found = find_postmaster(layout)
        return found is None or found.state == "ready"

    wait_until(is_settled, START_TIMEOUT_S)
    return find_postmaster(layout) is not None


def _create_data(layout: Layout, binaries: Binaries) -> None:
    """Run ``initdb`` beside the final place and rename: a half-made folder is never taken for data."""
    fresh = layout.base / "data.new"
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    if layout.account.switch:
        os.chown(fresh, layout.account.uid, layout.account.gid)
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    locale = builtin if binaries.major >= 17 else ["--locale=C.UTF-8"]
    options = ["-U", ADMIN, "--auth=peer", "--encoding=UTF8", "--data-checksums", *locale]
    command: list[str | Path] = [binaries.bin / "initdb", "-D", fresh, *options]
    _check(run_as(layout.account, command), "initdb")
    layout.prepared.unlink(missing_ok=True)
    fresh.rename(layout.data)


def _launch(layout: Layout, binaries: Binaries) -> None:
    """Start the server by ``pg_ctl`` and wait until it takes connections.

    Paths go by the environment and the working folder: pg_ctl puts its arguments into a shell's line.
    """
    log = layout.log / "server.log"
    if log.is_file() and log.stat().st_size > LOG_MAX_BYTES:
        log.replace(layout.log / "server.log.old")
    options = ["-w", "-s", "-t", str(START_TIMEOUT_S), "-l", "log/server.log"]
    command: list[str | Path] = [binaries.bin / "pg_ctl", "start", *options]
    done = run_as(layout.account, command, cwd=layout.base, PGDATA=str(layout.etc))
    if done.returncode:
        raise ServerError("command", program="pg_ctl", output=f"{done.stderr.strip()} {_log_tail(layout)}")


def _check(done: subprocess.CompletedProcess[str], program: str) -> None:
    if done.returncode:
        raise ServerError("command", program=program, output=(done.stderr or done.stdout).strip())


def _log_tail(layout: Layout, n_lines: int = 8) -> str:
    try:
        lines = (layout.log / "server.log").read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-n_lines:])


def external_url(environ: Mapping[str, str] = os.environ, role: str = OWNER) -> str | None:
    """Return the address of a server of one's own for a role, or None where the embedded one is to be used.

    ``DATABASE_URL`` is the owner's. ``DATABASE_URL_WEB`` and ``DATABASE_URL_JOBS`` may name logins of their
    own; where they are missing the owner's login is used and takes on the role when the connection opens.
    """
    owner = environ.get("DATABASE_URL")
    special = {WEB: "DATABASE_URL_WEB", JOBS: "DATABASE_URL_JOBS"}.get(role)
    return (environ.get(special) if special and owner else None) or owner or None


def database_settings(
    home: Path, role: str = OWNER, environ: Mapping[str, str] = os.environ
) -> dict[str, object]:
    """Return Django's ``DATABASES`` entry for a role; starts nothing.

    Raises ServerError ``bad_url`` where ``DATABASE_URL`` cannot be read.
    """
    url = external_url(environ, role)
    if url is None:
        layout = find_layout(home)
        return _entry(DATABASE, role, "", str(layout.run), str(PORT), {})
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgres", "postgresql") or not name:
        raise ServerError("bad_url")
    if role != OWNER and url == environ.get("DATABASE_URL"):
        options["options"] = f"{options.get('options', '')} -c role={role}".strip()
    host = unquote(parts.hostname or "") or options.pop("host", "")
    port = str(parts.port or options.pop("port", ""))
    return _entry(name, unquote(parts.username or ""), unquote(parts.password or ""), host, port, options)


def pooled(entry: dict[str, object]) -> dict[str, object]:
    """The ``DATABASES`` entry of a process that serves pages: its requests, each in a thread of its own, share few
    connections. A connection kept for each thread would outlive its request and use up the server's slots."""
    options = entry["OPTIONS"]
    assert isinstance(options, dict)
    return entry | {"OPTIONS": options | {"pool": POOL}, "CONN_HEALTH_CHECKS": True}


def _entry(
    name: str, user: str, password: str, host: str, port: str, options: dict[str, str]
) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": port,
        "OPTIONS": options,
    }
