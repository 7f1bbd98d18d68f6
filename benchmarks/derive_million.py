"""From facts in PostgreSQL to the duties of a million managed persons, committed with indexes and row security.

    .venv/bin/python benchmarks/derive_million.py [--persons 1000000]

Printed: what was loaded, seconds of each stage (read, derive, write), rows of answers, the process's greatest
memory, and what a second derivation writes. The facts come from `engines.city.managed` through the actions.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from typing import Any

from home import new_home
from machine import machine, measured

TARGET_S = 15
TARGET_GIB = 4


def timed(module: Any, name: str, seconds: dict[str, float]) -> None:
    """Note how long each call of a function takes, under its name."""
    inner: Callable[..., Any] = getattr(module, name)

    def outer(*args: Any, **kwargs: Any) -> Any:
        started = time.monotonic()
        try:
            return inner(*args, **kwargs)
        finally:
            seconds[name] = seconds.get(name, 0.0) + time.monotonic() - started

    setattr(module, name, outer)


def load(n_persons: int) -> str:
    """Make and record the facts; the outbreak's name."""
    from lastcase.engines.city.managed import managed_city
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records import actions

    made = managed_city(n_persons)
    home = actions.create_outbreak(
        made.outbreak.name,
        disease=made.outbreak.disease,
        by=command_line(),
        time_zone=made.outbreak.time_zone,
        area_id=made.outbreak.area_id,
        edition=made.outbreak.adoptions[0].edition.id,
        effective_at=made.outbreak.adoptions[0].effective_at,
    )
    frames = {name: frame for name, frame in made.facts.frames.items() if frame.height}
    stated = {
        name: frame.drop("recorded_at", "retired_at", "source", strict=False)
        for name, frame in frames.items()
    }
    actions.record_facts(home, stated, by=command_line(), feed="synthetic", derive=False)
    print("facts: " + ", ".join(f"{name} {frame.height:,}" for name, frame in frames.items()), flush=True)
    return made.outbreak.name


def derive_twice(name: str) -> None:
    """Derive, and derive again; each with its stages."""
    from lastcase.ops.records import refresh

    seconds: dict[str, float] = {}
    for stage in ("load_facts", "derive", "store_answers", "place_answers"):
        timed(refresh, stage, seconds)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for what in ("first", "second"):
        seconds.clear()
        started = time.monotonic()
        done = refresh.derive_outbreak(name)
        taken = time.monotonic() - started
        stages = ", ".join(f"{stage} {spent:.1f} s" for stage, spent in seconds.items())
        print(f"{what} derivation: {taken:.1f} s, rows written {done.n_rows:,} ({stages})", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"greatest memory {peak / 2**20:.2f} GiB ({before / 2**20:.2f} before deriving)")
    print(f"targets: first under {TARGET_S} s and {TARGET_GIB} GiB, second writes 0 rows")


def count(name: str) -> None:
    """What is stored now."""
    from lastcase.ops.records.models import ANSWER_MODELS

    rows = {
        table: model.objects.filter(outbreak__name=name).count() for table, model in ANSWER_MODELS.items()
    }
    print("answers: " + ", ".join(f"{table} {n_rows:,}" for table, n_rows in rows.items() if n_rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=1_000_000)
    n_persons = parser.parse_args().persons
    print(machine())
    with new_home():
        with measured(f"{n_persons:,} managed persons made and recorded"):
            name = load(n_persons)
        derive_twice(name)
        count(name)


if __name__ == "__main__":
    main()
