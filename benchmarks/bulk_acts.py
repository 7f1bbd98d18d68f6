"""Acts on 20,000 duties at once, each with its undo, and pages of the gaps: seconds, beside the machine.

    .venv/bin/python benchmarks/bulk_acts.py [--persons 20000]

The server is the embedded one of a home of its own, removed at the end. Each made-up person owes tests, a transfer,
quarantine and daily checks as a contact of one of a hundred cases. An act is timed from its call to the end of its
transaction; deriving what follows from it goes on apart and is waited for in between.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from machine import machine

NAME = "bench"
AS_OF = datetime(2022, 7, 20, tzinfo=UTC)
LIMIT_S = 2.0
N_CASES = 100
N_CELLS = 200


def world(n_persons: int) -> dict[str, pl.DataFrame]:
    """Areas, cases, contacts of them, nobody tested yet."""
    cells = [f"cell-{n}" for n in range(N_CELLS)]
    ids = [f"{NAME}:{n}" for n in range(n_persons)]
    found = AS_OF - timedelta(days=4)
    return {
        "areas": pl.DataFrame(
            {
                "area_id": ["nation", *cells],
                "tier": ["nation", *["cell"] * N_CELLS],
                "parent_id": [None, *["nation"] * N_CELLS],
            }
        ),
        "persons": pl.DataFrame(
            {"person_id": ids, "present_area_id": [cells[n % N_CELLS] for n in range(n_persons)]}
        ),
        "cases": pl.DataFrame(
            {
                "person_id": ids[:N_CASES],
                "episode": 1,
                "case_status": "confirmed",
                "found_at": found,
                "specimen_at": found,
            }
        ),
        "contacts": pl.DataFrame(
            {
                "contact_id": ids[N_CASES:],
                "case_person_id": [ids[n % N_CASES] for n in range(N_CASES, n_persons)],
                "person_id": ids[N_CASES:],
                "area_id": [cells[n % N_CELLS] for n in range(N_CASES, n_persons)],
                "setting": "household",
                "relation": "lives_with",
                "last_exposure_at": found,
                "named_at": found,
            }
        ),
    }


def settle() -> None:
    """Wait for what is derived apart."""
    for thread in threading.enumerate():
        if thread.name.startswith("refresh-"):
            thread.join()


def timed(what: str, act: Callable[[], Any], measured: list[tuple[str, float]]) -> Any:
    """Do it, print and keep how long it took, and wait for what follows."""
    started = time.perf_counter()
    done = act()
    measured.append((what, time.perf_counter() - started))
    print(f"{what:<44}{measured[-1][1]:8.3f} s", flush=True)
    settle()
    return done


def measure(home: Path, n_persons: int) -> list[tuple[str, float]]:
    """Each act on up to 20,000 duties, its undo, then pages; what took how long."""
    from lastcase.cli.house import open_house

    by = open_house(home)
    from lastcase.ops.accounts import actions as accounts
    from lastcase.ops.accounts.actor import WHOLE_TREE
    from lastcase.ops.records import actions, gap_groups
    from lastcase.ops.records.chosen import BATCH_DUTIES_MAX, Selection
    from lastcase.ops.records.gaps import GapFilter, Scope, gap_page, list_gaps

    outbreak = actions.create_outbreak(
        NAME,
        disease="covid-omicron-ba2-2022",
        edition="cn-covid-9",
        by=by,
        time_zone="Asia/Shanghai",
        area_id="nation",
    )
    actions.record_facts(NAME, world(n_persons), by=by, feed="bench")
    scope = Scope(outbreak.pk, NAME, AS_OF, WHOLE_TREE)
    rows = list_gaps(scope, GapFilter({"state": "missing"}), limit=BATCH_DUTIES_MAX)
    print(f"{len(rows):,} duties chosen")
    chosen, post = (
        Selection(keys=[row["key"] for row in rows]),
        accounts.create_post(kind="cell_worker", area_id="", by=by),
    )
    acts: dict[str, Callable[[], Any]] = {
        "assign": lambda: actions.assign_duties(NAME, chosen, post_id=post.id, at=AS_OF, by=by),
        "postpone": lambda: actions.postpone_duties(
            NAME, chosen, until_at=AS_OF + timedelta(days=1), reason="bench", at=AS_OF, by=by
        ),
        "record done": lambda: actions.record_done(
            NAME, chosen, done_at=AS_OF, note="bench", at=AS_OF, by=by
        ),
    }
    measured: list[tuple[str, float]] = []
    for name, act in acts.items():
        report = timed(name, act, measured)
        batch_id = report.batch_id
        timed(
            f"undo of {name}",
            lambda batch_id=batch_id: actions.undo_batch(NAME, batch_id, at=AS_OF, by=by),
            measured,
        )
    for page in (1, 100):
        timed(
            f"page {page} of the list",
            lambda page=page: gap_page(scope, GapFilter({"state": "missing"}, page=page)),
            [],
        )
    timed("groups by cell", lambda: gap_groups.by_tier(scope, "cell"), [])
    timed("groups by hour", lambda: gap_groups.by_hour(scope), [])
    return measured


def main() -> int:
    """Print the measures; 1 where an act or an undo took longer than allowed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=20_000)
    n_persons = parser.parse_args().persons
    home = Path(tempfile.mkdtemp(prefix="lc-bench-"))
    print(f"machine: {machine()}; {n_persons:,} persons")
    try:
        measured = measure(home, n_persons)
    finally:
        from lastcase.engines.postgres import stop

        settle()
        stop(home)
        shutil.rmtree(home, ignore_errors=True)
    return int(any(seconds > LIMIT_S for _, seconds in measured))


if __name__ == "__main__":
    sys.exit(main())
