"""Maps that come with the project, by name and kind; where several fit, the file's headings decide."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from importlib import resources
from pathlib import Path

from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.mapping.model import FileMap
from lastcase.ops.imports.mapping.toml import loads


@cache
def ready_maps() -> tuple[FileMap, ...]:
    """All maps that come with the project, in order of their files."""
    folder = resources.files("lastcase.ops.imports") / "maps"
    files = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name
    )
    return tuple(loads(entry.read_text(encoding="utf-8"), entry.name) for entry in files)


def load_map(name_or_path: str | Path, kind: str, headings: Collection[str]) -> FileMap:
    """The map of that name for the kind and headings, or the map in the file at that path. Raises
    ImportRefused."""
    path = Path(name_or_path)
    named = [ready for ready in ready_maps() if ready.name == str(name_or_path)]
    if not named and (path.suffix == ".toml" or path.is_file()):
        return _from_file(path, kind)
    if not named:
        known = ", ".join(sorted({ready.name for ready in ready_maps()}))
        raise ImportRefused("no_such_map", kind="not_found", map=str(name_or_path), known=known)
    of_kind = [ready for ready in named if kind in ready.kinds]
    if not of_kind:
        kinds = ", ".join(sorted({k for ready in named for k in ready.kinds}))
        raise ImportRefused("map_other_kind", map=str(name_or_path), kind_wanted=kind, known=kinds)
    return _fitting(of_kind, headings)


def _from_file(path: Path, kind: str) -> FileMap:
    if not path.is_file():
        raise ImportRefused("no_such_map", kind="not_found", map=str(path), known=", ".join(_names()))
    try:
        found = loads(path.read_text(encoding="utf-8-sig"), path.name)
    except (UnicodeDecodeError, OSError) as error:
        raise ImportRefused("map_toml", file=path.name, reason=str(error)) from error
    if kind not in found.kinds:
        raise ImportRefused("map_other_kind", map=path.name, kind_wanted=kind, known=", ".join(found.kinds))
    return found


def _names() -> Iterator[str]:
    return iter(sorted({ready.name for ready in ready_maps()}))


def _fitting(maps: list[FileMap], headings: Collection[str]) -> FileMap:
    there = set(headings)
    fitting = [ready for ready in maps if set(ready.headings or ready.columns) <= there]
    if not fitting:
        wanted = " | ".join(", ".join(ready.headings or ready.columns) for ready in maps)
        raise ImportRefused(
            "map_headings", map=maps[0].name, wanted=wanted, found=", ".join(sorted(there))[:500]
        )
    return max(fitting, key=lambda ready: len(ready.headings))
