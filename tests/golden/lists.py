"""The shipped line lists read, converted and derived without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files

import polars as pl

from lastcase.core.answers import Answers
from lastcase.core.derive import derive
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.editions import load_edition
from lastcase.ops.imports.convert import Context, convert
from lastcase.ops.imports.convert.context import Known
from lastcase.ops.imports.mapping import load_map
from lastcase.ops.imports.read import read_table

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def facts_of_list(folder: str, zone: str) -> Facts:
    """Facts of a shipped folder: its line list, then its transmission pairs."""
    shipped = files("lastcase.ops.imports") / "demo" / folder
    found: dict[str, pl.DataFrame] = {}
    for stem, kind in (("linelist", "cases"), ("contacts", "contacts")):
        path = next(p for p in shipped.iterdir() if p.name.startswith(stem))
        table = read_table(path.read_bytes(), path.name)
        context = Context(kind, folder, zone, NOW, Known())
        frames = convert(table.frame, load_map(folder, kind, table.headings), context).facts()
        found = {name: _with(found.get(name), frame) for name, frame in frames.items()} | {
            name: frame for name, frame in found.items() if name not in frames
        }
    return Facts.of(**found)


def _with(known: pl.DataFrame | None, more: pl.DataFrame) -> pl.DataFrame:
    if known is None:
        return more
    keys = [name for name in ("person_id", "contact_id", "area_id", "place_id") if name in more.columns][:1]
    return pl.concat([known, more.join(known, on=keys, how="anti")], how="diagonal_relaxed")


def outbreak_of_list(folder: str, edition: str, zone: str) -> Outbreak:
    protocol = load_edition(edition)
    return Outbreak(
        folder, protocol.disease, zone, None, (Adoption(protocol, datetime(2000, 1, 1, tzinfo=UTC)),)
    )


def derive_list(folder: str, edition: str, zone: str) -> Answers:
    return derive(facts_of_list(folder, zone), outbreak_of_list(folder, edition, zone))
