"""The synthetic city in seconds: people and places, a whole record, a day of visits, managed persons in bulk.

Time is printed as it passed and as the processor worked. `python benchmarks/city.py [SIZE]`: small or city (default).
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from machine import machine, measured

from lastcase.engines.city import story
from lastcase.engines.city.build import record_of
from lastcase.engines.city.geography import lay_out
from lastcase.engines.city.hashing import Dice
from lastcase.engines.city.layers import build_layers
from lastcase.engines.city.managed import managed_city
from lastcase.engines.city.population import populate
from lastcase.engines.city.visits import visit_days
from lastcase.engines.city.world import World, make_world

N_MANAGED = 1_000_000


@contextmanager
def worked(what: str) -> Iterator[None]:
    """Print how long the body took, and how long the processor worked for it."""
    started = time.process_time()
    with measured(what):
        yield
    print(f"{'  of the processor':<64}{time.process_time() - started:9.2f} s", flush=True)


def population(size: str) -> None:
    """Residents and all their places, without an outbreak."""
    dice = Dice(1)
    geography = lay_out(dice, story.SIZES[size].persons)
    residents = populate(dice, geography)
    layers = build_layers(dice, geography, residents)
    print(f"  {residents.n:,} persons, {residents.n_homes:,} homes, {layers.n_places:,} places")


def one_day(world: World, folder: Path) -> None:
    """The first day of visits, written as Parquet."""
    _, frame = next(visit_days(world))
    path = folder / "day.parquet"
    frame.write_parquet(path, compression="zstd", compression_level=1)
    print(f"  {frame.height:,} visits, {path.stat().st_size / 2**20:.0f} MiB")


def run(size: str, folder: Path) -> None:
    with worked(f"{size}: residents and places"):
        population(size)
    with worked(f"{size}: the same with the outbreak's truth"):
        world = make_world(size, 1)
    with worked(f"{size}: its record"):
        city = record_of(world)
    rows = {name: frame.height for name, frame in city.frames.items()}
    print(f"  {np.sum(list(rows.values())):,} rows: {rows}")
    with worked(f"{size}: one day of visits"):
        one_day(world, folder)
    with worked(f"{N_MANAGED:,} managed persons in bulk"):
        managed_city(N_MANAGED)


def main() -> None:
    print(machine())
    folder = Path(tempfile.mkdtemp(prefix="lastcase-bench-"))
    try:
        run(sys.argv[1] if len(sys.argv) > 1 else "city", folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
