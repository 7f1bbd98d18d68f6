"""Processes of the embedded server: which are ours, are they ready, and how to run a program as its user.

A process counts as the server's only if its working folder is the data folder: the number in a left
``postmaster.pid`` may long have been given to something else.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lastcase.engines.embedded.errors import ServerError
from lastcase.engines.embedded.layout import SOCKET_NAME, Account, Layout

LOCK_WAIT_S = 240.0
ORPHANS_END_BY_THEMSELVES_S = 10.0
POLL_S = 0.05


@dataclass(frozen=True)
class Postmaster:
    """A live server process and the state that it wrote itself: starting, ready, stopping or standby."""

    pid: int
    state: str


def run_as(
    account: Account, command: Sequence[str | Path], cwd: Path = Path("/"), **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run a program as the server's account, with a bare environment and in a folder that it can enter.

    Raises ServerError ``cannot_become`` where root may not change its user (a restricted container).
    """
    words = [os.fspath(word) for word in command]
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **environ}
    try:
        return subprocess.run(
            words,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            start_new_session=True,  # a Ctrl-C at the terminal must not reach the server
            umask=0o077,
            user=account.uid if account.switch else None,
            group=account.gid if account.switch else None,
            extra_groups=[] if account.switch else None,
        )
    except (PermissionError, subprocess.SubprocessError) as error:
        if not account.switch:
            raise
        raise ServerError("cannot_become", user=account.name, reason=error) from error


def works_in_data(pid: int, layout: Layout) -> bool:
    """Say whether a live process has the data folder as its working folder (a zombie has none)."""
    try:
        folder = os.readlink(f"/proc/{pid}/cwd")
    except PermissionError:
        # Root of a container may not look into others' processes; the server's own user may.
        folder = run_as(layout.account, ["readlink", f"/proc/{pid}/cwd"]).stdout.rstrip("\n")
    except OSError:
        return False
    return folder == os.fspath(layout.data.resolve())


def find_postmaster(layout: Layout) -> Postmaster | None:
    """Return the running server of this layout by its pid file, or None."""
    try:
        lines = (layout.data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    if not works_in_data(pid, layout):
        return None
    return Postmaster(pid, lines[7].strip() if len(lines) > 7 else "starting")


def find_orphans(layout: Layout) -> list[int]:
    """Return every live process that works in the data folder: what a killed server left behind."""
    uid = layout.account.uid
    theirs = (
        int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and _is_owned(path, uid)
    )
    return sorted(pid for pid in theirs if pid != os.getpid() and works_in_data(pid, layout))


def _is_owned(path: Path, uid: int) -> bool:
    try:
        return path.stat().st_uid == uid
    except OSError:
        return False


def wait_until(is_so: Callable[[], bool], timeout_s: float) -> bool:
    """Poll a condition until it holds; False when the time is up."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def end_orphans(layout: Layout) -> None:
    """Wait for the children of a killed server to notice and go; help those on that do not."""
    if wait_until(lambda: not find_orphans(layout), ORPHANS_END_BY_THEMSELVES_S):
        return
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for pid in find_orphans(layout):
            send(pid, number)
        if wait_until(lambda: not find_orphans(layout), ORPHANS_END_BY_THEMSELVES_S / 2):
            return
    raise ServerError("orphans", pids=", ".join(map(str, find_orphans(layout))))


def send(pid: int, number: signal.Signals) -> None:
    """Signal a process that may end at any moment."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def remove_leftovers(layout: Layout) -> None:
    """Remove the files by which a dead server would block a new one; call only when none of it lives."""
    left = [layout.data / "postmaster.pid", layout.run / SOCKET_NAME, layout.run / f"{SOCKET_NAME}.lock"]
    for path in left:
        path.unlink(missing_ok=True)


@contextmanager
def hold_lock(layout: Layout) -> Iterator[None]:
    """Let one process at a time start or stop this server; raises ServerError ``busy`` after four minutes."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(layout.lock, flags, 0o600)
    try:
        if not wait_until(lambda: _try_lock(handle), LOCK_WAIT_S):
            raise ServerError("busy", folder=layout.base, seconds=int(LOCK_WAIT_S))
        yield
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
