"""What adopting the twenty measures would change for a million managed persons, as the command and the page ask it.

    .venv/bin/python benchmarks/impact_million.py [--persons 1000000]

The persons of `engines.city.managed` stand under `cn-covid-9`; `cn-covid-20-measures` is tried as adopted ten days
after that. Printed: seconds of each step (reading the facts, both editions, persons, areas), what was found, and the
process's greatest memory. Nothing is adopted.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from datetime import timedelta

from derive_million import load
from home import new_home
from machine import machine, measured

EDITION = "cn-covid-20-measures"
AFTER_DAYS = 10
TARGET_S = 30


class Steps:
    """Hears the steps as they begin; how long each took."""

    def __init__(self) -> None:
        self._begun: list[tuple[str, float]] = []

    def __call__(self, step: str) -> None:
        """A step begins, and the one before it ends."""
        self._begun.append((step, time.monotonic()))

    def told(self) -> str:
        """The steps with their seconds, the last until now."""
        ends = [at for _, at in self._begun[1:]] + [time.monotonic()]
        return ", ".join(
            f"{step} {end - at:.1f} s" for (step, at), end in zip(self._begun, ends, strict=True)
        )


def impact(name: str) -> float:
    """Find the impact and print what it is; seconds that it took."""
    from lastcase.editions import load_edition
    from lastcase.engines.city import story
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records.impact import impact_on

    steps, started = Steps(), time.monotonic()
    found = impact_on(
        name,
        load_edition(EDITION),
        effective_at=story.STARTS_AT + timedelta(days=AFTER_DAYS),
        as_of=story.ENDS_AT,
        by=command_line(),
        tell=steps,
    )
    taken = time.monotonic() - started
    print(f"impact of {EDITION}: {taken:.1f} s ({steps.told()})", flush=True)
    print("found: " + ", ".join(f"{what} {n:,}" for what, n in found.totals.items()))
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=1_000_000)
    n_persons = parser.parse_args().persons
    print(machine())
    with new_home():
        with measured(f"{n_persons:,} managed persons made and recorded"):
            name = load(n_persons)
        taken = impact(name)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"greatest memory {peak / 2**20:.2f} GiB")
    print(f"target: under {TARGET_S} s")
    return int(taken > TARGET_S)


if __name__ == "__main__":
    sys.exit(main())
