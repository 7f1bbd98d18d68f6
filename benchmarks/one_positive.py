"""One new positive in a synthetic city: from the result recorded to its duties and the candidates of both rings visible
on the Board.

    .venv/bin/python benchmarks/one_positive.py [--positives 100] [--size small] [--home FOLDER] [--unsettled]

The city's lake holds everybody's check-ins; `--size city` is all of Beihai, 1.85 million. Everything runs as under
`lastcase serve`: this process acts as the web's role, and the process that keeps the record up stands beside it. Each
positive is a resident drawn by a fixed step, recorded by the action that the pages call; the Board is the page of a
duty officer of the whole city, whole, as a browser gets it. Printed: seconds (p50, p95) until the answers are stored,
until the Board shows them, and until whole areas are settled, and of each stage in between; sizes of the rings, rows
read and written.

`--home`: the city is made in this folder and kept there; made before, it is used as it stands, and the positives are
residents who are no case yet. `--unsettled`: whole areas are left to be settled, as if the process beside this one
were busy; in a whole city that is what a commander in a wave sees, for settling takes longer than the next positive.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

from home import new_home
from machine import machine, measured

BUILD = "--build"
OFFICER = "officer"
BETWEEN_S = 1.0
"""Seconds from one positive's Board to the next positive: nobody records without a pause."""


def build(size: str) -> None:
    """As the owner: the city, derived, and an officer of it."""
    from lastcase.ops.bootstrap import boot

    boot()
    from lastcase.ops.accounts import actions as accounts
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.accounts.models import User
    from lastcase.ops.imports.city import load_city
    from lastcase.ops.records.models import Outbreak
    from lastcase.ops.records.refresh import derive_outbreak

    name, _ = load_city(size, by=command_line())
    derive_outbreak(name)
    area_id = Outbreak.objects.get(name=name).area_id
    post = accounts.create_post(kind="duty_officer", area_id=area_id, by=command_line())
    user = User.objects.create(username=OFFICER, display_name=OFFICER)
    accounts.give_post(user=user, post=post, by=command_line())


def positives(name: str, n_wanted: int) -> list[str]:
    """Residents who are no case yet, spread over the city."""
    from lastcase.ops.records.models import FACTS, Member
    from lastcase.ops.records.writing import write_alias

    jobs = write_alias()
    cases = set(FACTS["cases"].objects.using(jobs).values_list("person_id", flat=True))
    everyone = Member.objects.using(jobs).filter(outbreak__name=name).order_by("person_id")
    free = [person for person in everyone.values_list("person_id", flat=True) if person not in cases]
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


def officer() -> Any:
    """A browser in which the officer has signed in."""
    from django.test import Client

    from lastcase.ops.accounts.models import User

    client = Client(HTTP_HOST="127.0.0.1")
    user = User.objects.get(username=OFFICER)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def read_board(client: Any, name: str) -> str:
    """The Board as the browser gets it."""
    page = client.get(f"/o/{name}/board/")
    assert page.status_code == 200, page.status_code
    return str(page.content.decode())


def ring_sizes(name: str, person: str) -> tuple[int, int]:
    """Persons exposed to the case, and persons exposed to those."""
    from lastcase.ops.records.models import ANSWER_MODELS
    from lastcase.ops.records.writing import write_alias

    exposures = ANSWER_MODELS["exposures"].objects.using(write_alias()).filter(outbreak__name=name)
    first = set(exposures.filter(case_person_id=person).values_list("person_id", flat=True))
    second = set(exposures.filter(case_person_id__in=first).values_list("person_id", flat=True))
    return len(first), len(second)


def wait_until_settled(name: str) -> None:
    """Until the process beside this one has derived for whole areas what the change left."""
    from lastcase.ops.records.models import Touched
    from lastcase.ops.records.writing import write_alias

    while Touched.objects.using(write_alias()).filter(outbreak__name=name).exists():
        time.sleep(0.05)


def run(name: str, n_wanted: int, *, settles: bool) -> None:
    """Record the positives one by one and print what each took. `settles`: whole areas are settled before the next."""
    from lastcase.ops.lake import live
    from lastcase.ops.records import refresh

    written: list[Any] = []
    needed: list[int] = []
    store, reach = refresh._store, refresh.find_reach
    stages: dict[str, list[float]] = {}

    def timed(place: Any, name: str, stage: str) -> None:
        """Note how long each call of the function takes."""
        plain = getattr(place, name)

        def noted(*args: Any, **kwargs: Any) -> Any:
            started = time.monotonic()
            try:
                return plain(*args, **kwargs)
            finally:
                stages.setdefault(stage, []).append(time.monotonic() - started)

        setattr(place, name, noted)

    def noted_store(*args: Any, **kwargs: Any) -> Any:
        written.append(store(*args, **kwargs))
        return written[-1]

    def noted_reach(*args: Any, **kwargs: Any) -> Any:
        found = reach(*args, **kwargs)
        needed.append(-1 if found is None else len(found.needed))
        return found

    refresh._store, refresh.find_reach = noted_store, noted_reach  # type: ignore[assignment]
    timed(live, "visits_that_met", "lake searched")
    timed(live, "follow_lake", "lake followed, visits recorded")
    timed(refresh, "find_reach", "reach found")
    timed(refresh, "load_facts", "facts read")
    timed(refresh, "derive", "answers derived")
    timed(refresh, "_store", "answers stored")
    client = officer()
    read_board(client, name)
    stored, shown, settled, rings = [], [], [], []
    for number, person in enumerate(positives(name, n_wanted)):
        started = time.monotonic()
        record_positive(name, person, number)
        stored.append(time.monotonic() - started)
        read_board(client, name)
        shown.append(time.monotonic() - started)
        rings.append(ring_sizes(name, person))
        if settles:
            wait_until_settled(name)
            settled.append(time.monotonic() - started)
            read_board(client, name)  # as an open page does by itself, once whole areas are settled
        time.sleep(BETWEEN_S)
    n_live = sum(done.is_live for done in written)
    print(f"{len(stored)} positives, {n_live} of {len(written)} refreshes live")
    tell("answers stored", stored)
    tell("and the Board shown", shown)
    if settles:
        tell("whole areas settled", settled)
    for stage, seconds in stages.items():
        tell(f"  {stage}", seconds)
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
        f"{what:<34} p50 {statistics.median(ordered):.3f} s, p95 {p95:.3f} s, most {ordered[-1]:.3f} s",
        flush=True,
    )


@contextmanager
def home_of(folder: Path | None, size: str) -> Iterator[None]:
    """The home of the city: made in the folder unless it is there, or one of its own, removed at the end."""
    with nullcontext() if folder else new_home(boots=False):
        if folder:
            os.environ["LASTCASE_HOME"] = str(folder)
        if not (folder and folder.exists()):
            with measured(f"{size} city made, recorded and derived"):
                command = [sys.executable, __file__, BUILD, "--size", size]
                subprocess.run(command, env=os.environ, check=True)
        yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--positives", type=int, default=100)
    parser.add_argument("--size", choices=("tiny", "small", "city"), default="small")
    parser.add_argument("--home", type=Path, help="folder in which the city is made and kept")
    parser.add_argument("--unsettled", action="store_true", help="do not wait until whole areas are settled")
    parser.add_argument(BUILD, action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.build:
        build(given.size)
        return
    print(machine())
    with home_of(given.home, given.size):
        from lastcase.ops.bootstrap import boot

        boot(role="web", migrate=False)
        from lastcase.ops.lake.standing import get_ready
        from lastcase.ops.records import refresh
        from lastcase.web.live.keeper import kept_up

        get_ready()
        if given.unsettled:
            refresh.is_kept_up = lambda now: True  # type: ignore[assignment]
        with nullcontext() if given.unsettled else kept_up():
            run(f"beihai-synthetic-{given.size}", given.positives, settles=not given.unsettled)


if __name__ == "__main__":
    main()
