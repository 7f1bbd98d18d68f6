"""The pages of the cases that met the most in a synthetic city: Investigation, and the record of the person.

    .venv/bin/python benchmarks/investigation.py [--size small] [--cases 20] [--rounds 5] [--home DIR]

The city is that of `one_positive.py`, with its lake of everybody's check-ins; `--size city` is all of Beihai, 1.85
million. With `--home` an installation that holds one already is asked, and nothing is built. Pages are asked of Django
in this process, as the role of the web, under row-level security: of a duty officer of the whole city, each case in
turn, so that none is asked twice in a row. Printed: milliseconds (p50, p95) of the clock and of the processor, of this
process and of the server, and how much each page shows.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from home import new_home
from machine import machine, measured
from one_positive import BUILD, officer
from pages_million import database_s

TARGET_MS = 300
WARM = 3
"""Cases whose page is asked before anything is measured: the lake is opened, plans and texts are kept."""
PAGES = {
    "Investigation": "/o/{outbreak}/investigation/{person}",
    "record of the person": "/o/{outbreak}/person/{person}",
}


def busiest(outbreak_id: int, n_wanted: int) -> list[tuple[str, int, int]]:
    """The cases that met the most people: id, persons met, exposures."""
    from django.db import connections

    from lastcase.ops.records.writing import write_alias

    with connections[write_alias()].cursor() as cursor:
        cursor.execute(
            """SELECT case_person_id, count(DISTINCT person_id), count(*) FROM answer_exposures
               WHERE outbreak_id = %s GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s""",
            [outbreak_id, n_wanted],
        )
        return list(cursor.fetchall())


def reader() -> Any:
    """The officer's browser, its purpose stated."""
    from lastcase.web.middleware import PURPOSE

    client = officer()
    session = client.session
    session[PURPOSE] = "investigation"
    session.save()
    return client


def ask(client: Any, url: str) -> tuple[float, float, int]:
    """One page: milliseconds of the clock, of this process's processor time, and its bytes. One that fails ends the
    benchmark."""
    began, spent = time.perf_counter(), time.process_time()
    response = client.get(url)
    size = len(response.getvalue())
    took, cpu = (time.perf_counter() - began) * 1000, (time.process_time() - spent) * 1000
    if response.status_code != 200:
        sys.exit(f"{url}: {response.status_code}")
    return took, cpu, size


def run(n_cases: int, n_rounds: int) -> None:
    """Ask the pages of the busiest cases and print what each took."""
    from lastcase.ops.lake.standing import get_ready
    from lastcase.ops.records.models import Member, Outbreak
    from lastcase.ops.records.writing import write_alias

    outbreak = Outbreak.objects.using(write_alias()).get()
    n_persons = Member.objects.using(write_alias()).filter(outbreak=outbreak).count()
    cases = busiest(outbreak.pk, n_cases)
    print(f"{outbreak.name}: {n_persons:,} persons; {len(cases)} busiest cases")
    for what, sizes in (("persons met", [met for _, met, _ in cases]), ("exposures", [n for *_, n in cases])):
        print(f"{what:<34} median {statistics.median(sizes):.0f}, most {max(sizes)}, least {min(sizes)}")
    get_ready()
    client = reader()
    for title, address in PAGES.items():
        urls = [address.format(outbreak=outbreak.name, person=person) for person, *_ in cases]
        for url in urls[:WARM]:
            ask(client, url)
        before = database_s()
        asked = [ask(client, url) for _ in range(n_rounds) for url in urls]
        database_ms = (database_s() - before) * 1000 / len(asked)
        took, cpu, size = zip(*asked, strict=True)
        tell(title, took)
        tell("  processor, this process", cpu)
        print(f"  processor, the server              {database_ms:.0f} ms a page")
        print(f"  size of the page                   median {statistics.median(size) / 1000:.0f} kB")


def tell(what: str, took: tuple[float, ...]) -> None:
    """Quantiles of milliseconds, and how many pages are within the target."""
    ordered = sorted(took)
    p95 = ordered[max(0, round(0.95 * len(ordered)) - 1)]
    within = sum(one <= TARGET_MS for one in ordered)
    print(
        f"{what:<34} p50 {statistics.median(ordered):.0f} ms, p95 {p95:.0f} ms, most {ordered[-1]:.0f} ms; "
        f"{within} of {len(ordered)} within {TARGET_MS} ms",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=("tiny", "small", "city"), default="small")
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    print(machine())
    if given.home is not None:
        os.environ["LASTCASE_HOME"] = str(given.home)
        begin(given.cases, given.rounds)
        return
    with new_home(boots=False):
        with measured(f"{given.size} city made, recorded and derived"):
            command = [
                sys.executable,
                str(Path(__file__).with_name("one_positive.py")),
                BUILD,
                "--size",
                given.size,
            ]
            subprocess.run(command, env=os.environ, check=True)
        begin(given.cases, given.rounds)


def begin(n_cases: int, n_rounds: int) -> None:
    """Act as the web's role, and measure."""
    from lastcase.ops.bootstrap import boot

    boot(role="web", migrate=False)
    run(n_cases, n_rounds)


if __name__ == "__main__":
    main()
