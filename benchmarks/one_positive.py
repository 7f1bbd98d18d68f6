"""One new positive in the small synthetic city: from the result recorded to its duties visible on the Board.

    .venv/bin/python benchmarks/one_positive.py [--positives 100]

Each positive is a resident drawn by a fixed step, recorded by the action that the pages call. Printed: seconds
(p50, p95) until the answers are stored and until the Board that counts them is read, sizes of the rings, rows of
answers written and persons whose facts were read.
"""

from __future__ import annotations

import argparse
import statistics
import time
from datetime import timedelta
from typing import Any

from home import new_home
from machine import machine, measured


def positives(name: str, n_wanted: int) -> list[str]:
    """Residents who are no case yet, spread over the city."""
    from lastcase.ops.records.models import FACTS, Member

    cases = set(FACTS["cases"].objects.filter(outbreak__name=name).values_list("person_id", flat=True))
    everyone = (
        Member.objects.filter(outbreak__name=name).order_by("person_id").values_list("person_id", flat=True)
    )
    free = [person for person in everyone if person not in cases]
    return free[:: max(1, len(free) // n_wanted)][:n_wanted]


def record_positive(name: str, person: str, number: int) -> None:
    """The result as the laboratory's desk records it; deriving follows in the same call."""
    import polars as pl

    from lastcase.engines.city import story
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records import actions

    sampled = story.ENDS_AT - timedelta(hours=8)
    row = {
        "person_id": person,
        "episode": 1,
        "case_status": "confirmed",
        "specimen_at": sampled,
        "found_at": sampled + timedelta(hours=4, seconds=number),
    }
    actions.record_facts(name, {"cases": pl.DataFrame([row])}, by=command_line(), feed="laboratory")


def read_board(name: str) -> None:
    """What the Board reads first, as the whole city sees it."""
    from lastcase.engines.city import story
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records import board
    from lastcase.ops.records.models import Outbreak
    from lastcase.ops.records.situation import read_situation

    situation = read_situation(Outbreak.objects.get(name=name), command_line(), story.ENDS_AT)
    board.board_brief(situation)
    board.alls(situation)
    board.stream(situation)


def ring_sizes(name: str, person: str) -> tuple[int, int]:
    """Persons exposed to the case, and persons exposed to those."""
    from lastcase.ops.records.models import ANSWER_MODELS

    exposures = ANSWER_MODELS["exposures"].objects.filter(outbreak__name=name)
    first = set(exposures.filter(case_person_id=person).values_list("person_id", flat=True))
    second = set(exposures.filter(case_person_id__in=first).values_list("person_id", flat=True))
    return len(first), len(second)


def run(name: str, n_wanted: int) -> None:
    """Record the positives one by one and print what each took."""
    from lastcase.ops.records import refresh

    written: list[Any] = []
    needed: list[int] = []
    store, reach = refresh._store, refresh.find_reach

    def noted_store(*args: Any, **kwargs: Any) -> Any:
        written.append(store(*args, **kwargs))
        return written[-1]

    def noted_reach(*args: Any, **kwargs: Any) -> Any:
        found = reach(*args, **kwargs)
        needed.append(-1 if found is None else len(found.needed))
        return found

    refresh._store, refresh.find_reach = noted_store, noted_reach  # type: ignore[assignment]
    stored, shown, rings = [], [], []
    for number, person in enumerate(positives(name, n_wanted)):
        started = time.monotonic()
        record_positive(name, person, number)
        stored.append(time.monotonic() - started)
        read_board(name)
        shown.append(time.monotonic() - started)
        rings.append(ring_sizes(name, person))
    n_live = sum(done.is_live for done in written)
    print(f"{len(stored)} positives, {n_live} of {len(written)} refreshes live")
    tell("answers stored", stored)
    tell("and the Board read", shown)
    first, second = zip(*rings, strict=True)
    for ring, sizes in (("first", first), ("second", second)):
        print(f"{ring} ring: median {statistics.median(sizes):.0f}, most {max(sizes)}")
    n_rows = [done.n_rows for done in written]
    print(f"rows of answers written: median {statistics.median(n_rows):.0f}, most {max(n_rows)}")
    print(
        f"persons whose facts were read: median {statistics.median(needed):.0f}, most {max(needed)} (-1: the whole)"
    )


def tell(what: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    p95 = ordered[max(0, round(0.95 * len(ordered)) - 1)]
    print(
        f"{what:<24} p50 {statistics.median(ordered):.3f} s, p95 {p95:.3f} s, most {ordered[-1]:.3f} s",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--positives", type=int, default=100)
    n_wanted = parser.parse_args().positives
    print(machine())
    with new_home():
        from lastcase.ops.accounts.actor import command_line
        from lastcase.ops.imports.city import load_city
        from lastcase.ops.records.refresh import derive_outbreak

        with measured("small city made, recorded and derived"):
            name, _ = load_city("small", by=command_line())
            derive_outbreak(name)
        run(name, n_wanted)


if __name__ == "__main__":
    main()
