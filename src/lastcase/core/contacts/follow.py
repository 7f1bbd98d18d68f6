"""Whom to follow through the visits of a lake: cases in their infectious windows, and their close contacts."""

from __future__ import annotations

import polars as pl

from lastcase.core.contacts.episodes import find_episodes
from lastcase.core.contacts.rings import close_windows, contact_persons, first_ring
from lastcase.core.contacts.search import WINDOWS
from lastcase.core.contacts.windows import infectious_windows
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import Protocol


def windows_to_follow(facts: Facts, protocol: Protocol, zone: str) -> dict[int, pl.DataFrame]:
    """By order of ring, when meeting whom counts; columns `search.WINDOWS`.

    Order 1 are the cases that have contacts and stand, order 2 the close contacts who do: accepted by a rule
    or a judgement, never a mere candidate. `facts` are settled.
    """
    episodes = find_episodes(facts, protocol, zone)
    standing = episodes.filter(pl.col("void_at").is_null())
    cases = infectious_windows(standing, protocol, zone)
    close = contact_persons(first_ring(facts, episodes, protocol, zone), episodes, protocol, "close_contact")
    followed = close_windows(facts, close).filter(
        pl.col("void_at").is_null() & pl.col("window_start_at").is_not_null()
    )
    return {1: _shaped(cases), 2: _shaped(followed.rename({"case_person_id": "person_id"}))}


def _shaped(windows: pl.DataFrame) -> pl.DataFrame:
    """The latest episode of a person first, as a search prefers it."""
    kept = windows.select(pl.col(name).cast(dtype) for name, dtype in WINDOWS.items())
    return kept.sort("person_id", "episode", descending=[False, True], maintain_order=True)
