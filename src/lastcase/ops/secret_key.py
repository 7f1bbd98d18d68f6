"""The installation's secret key: made once, kept under the home for its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

FILE_NAME = "secret_key"


def read_secret_key(home: Path) -> str:
    """The key of this home; made on first use with mode 0600. Two processes at once get the same one."""
    path = home / FILE_NAME
    if not path.is_file():
        _create(path)
    return path.read_text().strip()


def _create(path: Path) -> None:
    """Write beside and link into place, so that nobody reads a half-written key and the first writer wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{FILE_NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
