"""Which post owes a duty: the one of the fitting kind at the area that holds the duty, or at the nearest above it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from lastcase.ops.accounts.queries import posts

Owed = tuple[str | None, str | None]
"""The kind of post that owes something, and the area that holds it."""
WHOLE = ""
"""Where a post of the whole installation stands: above every area, and alone above what no area holds."""
DEEPEST = 12
"""More than the tiers of the tree: a cycle, which a correct one has not, ends here."""


def with_posts(duties: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Duties with `post`, what the owing post is called; null where no post of the kind stands at or above the area.

    `areas` is the tree, or as much of it as lies above the areas of the duties.
    """
    parents = dict(areas.select("area_id", "parent_id").iter_rows())
    pairs = duties.select("responsible", "area_id").rows()
    owing = owing_posts(pairs, parents)
    return duties.with_columns(post=pl.Series([owing[pair] for pair in pairs], dtype=pl.String))


def owing_posts(owed: Iterable[Owed], parents: Mapping[str, str | None]) -> dict[Owed, str | None]:
    """What the owing post is called, for each kind and area. `parents`: the area right above each.

    One query for all of them; of several posts of a kind at one area the oldest is named.
    """
    wanted = set(owed)
    if not wanted:
        return {}
    standing: dict[Owed, str] = {}
    for post in posts().exclude(responsible=""):
        standing.setdefault((post.responsible, post.area_id), post.title)
    found: dict[Owed, str | None] = {}
    for kind, area_id in wanted:
        places = _upward(area_id, parents)
        found[kind, area_id] = next((standing[kind, one] for one in places if (kind, one) in standing), None)
    return found


def _upward(area_id: str | None, parents: Mapping[str, str | None]) -> Iterator[str]:
    """The area and all above it, as far as the tree knows them, and last the whole."""
    for _ in range(DEEPEST):
        if area_id is None or area_id not in parents:
            break
        yield area_id
        area_id = parents[area_id]
    yield WHOLE
