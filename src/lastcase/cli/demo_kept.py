"""What the demo's last loading found, kept in the home, so that a second start reads no outbreak anew.

A summary is true of the revision from which it was counted, and of the version of the software that counted it:
it is used where both are still the same.
"""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path
from typing import Any

FILE = "demo.json"


def read_kept(home: Path, size: str) -> list[dict[str, Any]] | None:
    """The summaries of the last loading, where nothing that they rest on has changed since; else None."""
    try:
        kept = json.loads((home / FILE).read_text("utf-8"))
        summaries: list[dict[str, Any]] = kept["summaries"]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    revisions = _revisions(summaries)
    stands = kept["made_by"] == _made_by(size) and kept["revisions"] == revisions
    return (
        [row | {"seconds": 0.0} for row in summaries] if stands and len(revisions) == len(summaries) else None
    )


def keep(home: Path, size: str, summaries: list[dict[str, Any]]) -> None:
    """Keep the summaries with what they rest on."""
    kept = {"made_by": _made_by(size), "revisions": _revisions(summaries), "summaries": summaries}
    (home / FILE).write_text(json.dumps(kept, ensure_ascii=False, default=str), "utf-8")


def _revisions(summaries: list[dict[str, Any]]) -> dict[str, int]:
    """The revision of each outbreak whose answers stand on its record."""
    from django.db.models import F

    from lastcase.ops.records.models import Revision

    names = [row["outbreak"] for row in summaries]
    standing = Revision.objects.filter(outbreak__name__in=names, number=F("derived_number"))
    return dict(standing.values_list("outbreak__name", "number"))


def _made_by(size: str) -> str:
    """A mark of the installed files and of the size asked for."""
    mark = hashlib.sha256(size.encode())
    with resources.as_file(resources.files("lastcase")) as package:
        for file in sorted(package.rglob("*")):
            if file.suffix in (".py", ".toml", ".csv", ".gz", ".parquet"):
                about = file.stat()
                mark.update(f"{file.relative_to(package)} {about.st_size} {about.st_mtime_ns}\n".encode())
    return mark.hexdigest()
