"""The small synthetic city is the same on every machine, row by row."""

from __future__ import annotations

import hashlib

import polars as pl

from lastcase.engines.city.build import build_city

CHECKSUM = "f5146e7b9eac725eeec0b681aac813368404069a16296d26481d2576d4595d0a"


def digest(frames: dict[str, pl.DataFrame]) -> str:
    """One checksum of all rows as text."""
    found = hashlib.sha256()
    for name in sorted(frames):
        found.update(name.encode())
        found.update(frames[name].write_csv().encode())
    return found.hexdigest()


def test_the_small_city_is_the_one_of_the_seed() -> None:
    city = build_city("small")
    every = {**city.frames, "corrections": city.corrections["cases"], "truth": city.infections}
    assert digest(every) == CHECKSUM


def test_another_seed_is_another_city() -> None:
    first, other = build_city("small", 1).infections, build_city("small", 2).infections
    assert not first.equals(other)
