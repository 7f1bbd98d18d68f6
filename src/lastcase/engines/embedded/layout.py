"""Where the embedded server lies, and as whom it runs.

As an ordinary user everything lies under ``LASTCASE_HOME/postgres``. As root the server runs as another user,
who must reach its data without any folder being opened to others: then it is ``/var/lib/lastcase/<hash>``.

    base/              root's (or the user's), others may pass but not list
      lock             held while a server is started or stopped
      etc/             the configuration, written anew at each start; root's, readable
      data/  log/      the server's own, closed to all others
      run/             the socket; the server's own, closed to all others
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lastcase.engines.embedded.errors import ServerError

PORT = 5432  # only part of the socket's file name: nothing listens on a network
SOCKET_NAME = f".s.PGSQL.{PORT}"
SOCKET_PATH_MAX_BYTES = 107  # sun_path of Linux, less its closing zero
ROOT_STATE = Path("/var/lib/lastcase")
SHORT_FOLDER = Path("/tmp")  # not TMPDIR: every process must come to the same path
SERVICE_USERS = ("lastcase", "nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """A user of the machine; ``switch`` says that programs must be started as it by root."""

    name: str
    uid: int
    gid: int
    switch: bool


@dataclass(frozen=True)
class Layout:
    """The folders of one embedded server and the account that runs it."""

    home: Path
    base: Path
    run: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def etc(self) -> Path:
        return self.base / "etc"

    @property
    def log(self) -> Path:
        return self.base / "log"

    @property
    def lock(self) -> Path:
        return self.base / "lock"

    @property
    def prepared(self) -> Path:
        """Names the version of roles and database that this server has been given."""
        return self.base / "prepared"


def default_home() -> Path:
    """Return ``LASTCASE_HOME``, else ``var`` in the checkout, else ``var`` in the current folder."""
    named = os.environ.get("LASTCASE_HOME")
    if named:
        return Path(named).expanduser().absolute()
    checkout = Path(__file__).resolve().parents[4]
    is_checkout = (checkout / "pyproject.toml").is_file() and (checkout / "src" / "lastcase").is_dir()
    return (checkout if is_checkout else Path.cwd()) / "var"


def name_hash(home: Path) -> str:
    """Return a short name for a home, the same however its path is written."""
    return hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]


def service_account() -> Account:
    """Return the account that runs the server: the caller's own, or for root an unprivileged one."""
    uid = os.geteuid()
    if uid != 0:
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            raise ServerError("no_passwd_entry", uid=uid) from None
        return Account(entry.pw_name, uid, os.getegid(), switch=False)
    for name in SERVICE_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid, switch=True)
    raise ServerError("no_service_user", tried=", ".join(SERVICE_USERS))


def find_layout(home: Path) -> Layout:
    """Return the layout that belongs to ``home``; nothing is created, so that every process agrees on it."""
    account = service_account()
    home = home.expanduser().absolute()
    base = ROOT_STATE / name_hash(home) if account.switch else home / "postgres"
    return Layout(home, base, _socket_folder(base, home, account), account)


def _socket_folder(base: Path, home: Path, account: Account) -> Path:
    """Return ``base/run`` where its path will do, else a short folder of the account's own.

    A comma parts hosts in libpq, so that no client could name a socket under such a path.
    """
    candidates = [base / "run", SHORT_FOLDER / f"lastcase-{account.uid}-{name_hash(home)}"]
    for folder in candidates:
        is_short = len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_MAX_BYTES
        if is_short and "," not in str(folder):
            return folder
    raise ServerError("socket_path", tried=", ".join(map(str, candidates)))


def create_base(layout: Layout) -> None:
    """Make the home and the base, in which the lock lies; folders above keep the rights they have."""
    try:
        layout.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ServerError("folder", folder=layout.home, reason=error.strerror) from error
    if layout.account.switch:
        _own_folder(ROOT_STATE, 0, 0, 0o711)
        _own_folder(layout.base, 0, 0, 0o711)
    else:
        _own_folder(layout.base, layout.account.uid, layout.account.gid, 0o700)


def create_folders(layout: Layout) -> None:
    """Make what is missing inside the base; the lock must be held."""
    account = layout.account
    if account.switch:
        _own_folder(layout.etc, 0, 0, 0o755)
    else:
        _own_folder(layout.etc, account.uid, account.gid, 0o700)
    for folder in (layout.log, layout.run):
        _own_folder(folder, account.uid, account.gid, 0o700)


def _own_folder(folder: Path, uid: int, gid: int, mode: int) -> None:
    """Make a folder with an owner and rights; one of somebody else's is refused, never taken over."""
    try:
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            os.chown(folder, uid, gid)
            folder.chmod(mode)
        found = folder.lstat()
    except OSError as error:
        raise ServerError("folder", folder=folder, reason=error.strerror) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise ServerError("folder", folder=folder, reason=f"it belongs to user {found.st_uid}")
    if stat.S_IMODE(found.st_mode) & ~mode:
        raise ServerError("folder", folder=folder, reason=f"its rights are {stat.S_IMODE(found.st_mode):o}")


def set_aside_foreign_data(layout: Layout) -> Path | None:
    """Keep a home that was emptied from finding its old data; returns where those were put, if any.

    Only root's data lie outside their home. A token in both places tells whether they belong together.
    Must be called while no server runs on the data.
    """
    if not layout.account.switch:
        return None
    here, there = layout.home / "embedded-server", layout.base / "instance"
    token = there.read_text() if there.is_file() else None
    if token is not None and here.is_file() and here.read_text() == token:
        return None
    aside = None
    if layout.data.exists():
        aside = layout.base / f"set-aside-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        layout.data.rename(aside)
        layout.prepared.unlink(missing_ok=True)
    token = f"{secrets.token_hex(8)} {layout.base}\n"
    there.write_text(token)
    here.write_text(token)
    return aside
