"""Files between upload and confirmation: kept closed under the state's folder, for the session that sent
them.

A file that nobody confirms is deleted after two hours, at the next upload.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.files.uploadedfile import UploadedFile

KEPT_S = 2 * 3600
SESSION_KEY = "uploads"
KEPT_IN_SESSION = 5


@dataclass(frozen=True)
class Upload:
    """A file sent for import: where it goes, as what, and the map (TOML text) by which it is read."""

    id: str
    name: str
    outbreak: str
    kind: str
    map_text: str

    @property
    def path(self) -> Path:
        """Where its bytes lie."""
        return folder() / self.id

    def remember(self, session: SessionBase) -> None:
        """Keep it for this session, which alone may read it; the oldest of many is forgotten."""
        known: dict[str, Any] = dict(session.get(SESSION_KEY, {}))
        known[self.id] = asdict(self)
        session[SESSION_KEY] = dict(list(known.items())[-KEPT_IN_SESSION:])


def folder() -> Path:
    """The folder of uploads, closed to everybody else."""
    path = Path(settings.LASTCASE_HOME) / "uploads"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def beside(upload_id: str, what: str) -> Path:
    """Where something about the upload lies beside it."""
    return folder() / f"{upload_id}.{what}"


def keep(file: UploadedFile) -> str:
    """Write the file's bytes and return its id; what is too old goes."""
    _clear()
    upload_id = str(uuid.uuid4())
    path = folder() / upload_id
    path.touch(mode=0o600)
    with path.open("wb") as target:
        for chunk in file.chunks():
            target.write(chunk)
    return upload_id


def recall(session: SessionBase, upload_id: uuid.UUID) -> Upload | None:
    """The upload of this session; None for another's. Its file is gone once it is in the record."""
    found = session.get(SESSION_KEY, {}).get(str(upload_id))
    return Upload(**found) if found else None


def _clear() -> None:
    too_old = time.time() - KEPT_S
    for path in folder().iterdir():
        if path.is_file() and path.stat().st_mtime < too_old:
            path.unlink(missing_ok=True)
