"""The pages of names over many managed persons: server time and processor time of each, and twenty requests a second.

    .venv/bin/python benchmarks/pages_million.py [--persons 1000000] [--requests 40] [--seconds 30]

The outbreak is made once, recorded by the house's own bulk write and derived; it stays in the home of this benchmark
(below LASTCASE_HOME, or below the temporary folder). Pages are asked of Django in this process, as the role of the
web, under row-level security: of a post at the nation's scope and of one at a committee's.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from threading import local
from typing import Any

from machine import machine, measured

from lastcase.engines.city.story import ENDS_AT

AS_OF = ENDS_AT.strftime("%Y-%m-%dT%H:%M:%SZ")
SCOPES = ("nation", "committee")
RATE = 20
WORKERS = 8
WARM = 3
LIST = "/o/{outbreak}/line-list/?as_of={as_of}&{query}"
PERSON = "/o/{outbreak}/person/{person}?as_of={as_of}"
FILE = "/o/{outbreak}/line-list.{form}?as_of={as_of}&{query}"
QUERIES = {
    "cases": "tab=cases",
    "contacts": "tab=contacts",
    "duties": "tab=duties",
    "persons": "tab=persons",
    "name search": "tab=persons&q={name}",
    "overdue, by due": "tab=duties&state=overdue&sort=due_at",
    "page 1000 of duties": "tab=duties&page=1000",
    "page 1000 of overdue": "tab=duties&state=overdue&sort=due_at&page=1000",
    "page 1000 of persons": "tab=persons&page=1000",
}


@dataclass(frozen=True)
class Took:
    """One request: milliseconds by the clock, of this process's processor, and of the database's."""

    wall_ms: float
    cpu_ms: float
    database_ms: float


def home_of(n_persons: int) -> Path:
    base = Path(os.environ.get("LASTCASE_HOME", tempfile.gettempdir()))
    return base / f"lastcase-pages-{n_persons}"


def build(n_persons: int) -> None:
    """Make, record and derive the outbreak in the home of this process, once; make the posts that read it."""
    from lastcase.ops.bootstrap import boot

    boot()
    from lastcase.ops.accounts.models import User
    from lastcase.ops.records.models import Outbreak, Revision

    if not Revision.objects.filter(derived_number__isnull=False).exists():
        _record(n_persons)
    outbreak = Outbreak.objects.get()
    if not User.objects.exists():
        _make_readers(outbreak)
    _examples().write_text(json.dumps({scope: _shown_to(scope) for scope in SCOPES}))


def _record(n_persons: int) -> None:
    from lastcase.core.facts import TABLES
    from lastcase.engines.city.managed import managed_city
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records.actions import create_outbreak, record_facts
    from lastcase.ops.records.refresh import derive_outbreak

    with measured(f"{n_persons:,} managed persons made"):
        managed = managed_city(n_persons)
    adoption, by = managed.outbreak.adoptions[0], command_line()
    create_outbreak(
        managed.outbreak.name,
        disease=managed.outbreak.disease,
        edition=adoption.edition.id,
        by=by,
        time_zone=managed.outbreak.time_zone,
        area_id=managed.outbreak.area_id,
        effective_at=adoption.effective_at,
        reason="benchmark",
    )
    stated = {
        name: frame.select(
            each
            for each in [*TABLES[name].columns, "known_from"]
            if each in TABLES[name].key or frame[each].null_count() < frame.height
        )
        for name, frame in managed.facts.frames.items()
    }
    with measured("recorded"):
        areas = {"areas": stated.pop("areas")}
        for frames in (areas, stated):
            record_facts(managed.outbreak.name, frames, by=by, feed="benchmark", derive=False)
    with measured("derived and stored"):
        derive_outbreak(managed.outbreak.name)


def _make_readers(outbreak: Any) -> None:
    from django.db import connection

    from lastcase.ops.accounts.actions import create_post, give_post
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.accounts.models import User

    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.area_id FROM records_areaposition c JOIN records_member m
               ON m.pos_residence >= c.area_lo AND m.pos_residence < c.area_hi
               WHERE c.tier = 'committee' GROUP BY c.area_id ORDER BY count(*) DESC LIMIT 1"""
        )
        committee = cursor.fetchone()[0]
    for name, area_id in (("nation", outbreak.area_id), ("committee", committee)):
        user = User.objects.create(username=name, display_name=name)
        post = create_post(kind="duty_officer", area_id=area_id, by=command_line())
        give_post(user=user, post=post, by=command_line())


def _shown_to(scope: str) -> dict[str, str]:
    """A case and a close contact who live in the area of the post, and how the contact's name begins."""
    from django.db import connection

    from lastcase.ops.accounts.models import Post

    area_id = Post.objects.get(holdings__user__username=scope).area_id
    found = {}
    with connection.cursor() as cursor:
        for kind, table in (("case", "answer_detections"), ("contact", "answer_orders")):
            cursor.execute(
                f"""SELECT d.person_id, left(coalesce(p.name, p.list_id), 1) FROM {table} d
                    JOIN records_areaposition a ON a.area_id = %s
                    JOIN fact_persons p ON p.person_id = d.person_id AND p.retired_at IS NULL
                    WHERE d.pos_residence >= a.area_lo AND d.pos_residence < a.area_hi
                    AND d.person_id NOT IN (SELECT person_id FROM answer_detections WHERE %s) LIMIT 1""",
                [area_id, kind == "contact"],
            )
            found[kind], found["name"] = cursor.fetchone()
    return found


def reader(name: str) -> Any:
    """A browser signed in under the post of this name, its purpose stated."""
    from django.test import Client

    from lastcase.ops.accounts.models import User
    from lastcase.web.middleware import PURPOSE

    client = Client(SERVER_NAME="localhost")
    client.force_login(
        User.objects.get(username=name), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    session = client.session
    session[PURPOSE] = "investigation"
    session.save()
    return client


def _examples() -> Path:
    return Path(os.environ["LASTCASE_HOME"]) / "examples.json"


def pages(scope: str, outbreak: str) -> dict[str, str]:
    """The address of each page that is measured for a post, by what it is called."""
    shown = json.loads(_examples().read_text())[scope]
    about = {"outbreak": outbreak, "as_of": AS_OF}
    listed = {
        title: LIST.format(query=query.format(name=shown["name"]), **about)
        for title, query in QUERIES.items()
    }
    return listed | {
        f"person ({kind})": PERSON.format(person=shown[kind], **about) for kind in ("contact", "case")
    }


def backends() -> list[int]:
    """The processes of the database that serve this thread."""
    from django.db import connections

    found = []
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            found.append(cursor.fetchone()[0])
    return found


def _database_s(pids: Sequence[int]) -> float:
    ticks = 0
    for pid in pids:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def ask(client: Any, url: str, pids: Sequence[int] = ()) -> Took:
    """One request; a page that fails ends the benchmark."""
    began, cpu, database = time.perf_counter(), time.process_time(), _database_s(pids)
    response = client.get(url)
    size = len(response.getvalue())
    took = time.perf_counter() - began
    if response.status_code != 200 or not size:
        sys.exit(f"{url}: {response.status_code}")
    return Took(took * 1000, (time.process_time() - cpu) * 1000, (_database_s(pids) - database) * 1000)


def alone(scope: str, outbreak: str, n_requests: int) -> None:
    """Each page by itself, again and again."""
    client, pids = reader(scope), backends()
    for title, url in pages(scope, outbreak).items():
        for _ in range(WARM):
            ask(client, url)
        found = [ask(client, url, pids) for _ in range(n_requests)]
        print(
            f"{scope:<11}{title:<24}{_percentiles([one.wall_ms for one in found])}"
            f"   cpu {_mean(one.cpu_ms for one in found):6.1f} ms + database "
            f"{_mean(one.database_ms for one in found):6.1f} ms",
            flush=True,
        )


def _mean(values: Iterator[float]) -> float:
    known = list(values)
    return sum(known) / len(known)


def _percentiles(values: Sequence[float]) -> str:
    cuts = quantiles(values, n=20)
    return f"p50 {cuts[9]:7.1f} ms   p95 {cuts[18]:7.1f} ms"


def at_rate(outbreak: str, seconds: int) -> None:
    """`RATE` requests a second of all pages in turn, of both posts, each counted from when it was due."""
    urls = [(scope, url) for scope in SCOPES for url in pages(scope, outbreak).values()]
    mine, began = local(), time.perf_counter() + 1

    def one(number: int) -> float:
        if not hasattr(mine, "readers"):
            mine.readers = {scope: reader(scope) for scope in SCOPES}
        due = began + number / RATE
        time.sleep(max(due - time.perf_counter(), 0))
        scope, url = urls[number * 7 % len(urls)]
        ask(mine.readers[scope], url)
        return (time.perf_counter() - due) * 1000

    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(one, range(RATE * seconds)))
    print(f"{RATE} requests a second for {seconds} s        {_percentiles(found)}", flush=True)


def files(outbreak: str) -> None:
    """A whole list of persons as files."""
    client = reader("nation")
    for form in ("csv", "xlsx"):
        with measured(f"all persons (at most 200,000) as {form}"):
            ask(client, FILE.format(outbreak=outbreak, as_of=AS_OF, form=form, query="tab=persons"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--build", action="store_true")
    chosen = parser.parse_args()
    if chosen.build:
        build(chosen.persons)
        return
    print(f"{machine()}; {chosen.persons:,} managed persons", flush=True)
    os.environ["LASTCASE_HOME"] = str(home_of(chosen.persons))
    words = [sys.executable, __file__, "--build", "--persons", str(chosen.persons)]
    subprocess.run(words, check=True)
    from lastcase.ops.bootstrap import boot

    boot(role="web", migrate=False)
    from lastcase.ops.records.models import Outbreak

    outbreak = Outbreak.objects.get().name
    for scope in SCOPES:
        alone(scope, outbreak, chosen.requests)
    at_rate(outbreak, chosen.seconds)
    files(outbreak)


if __name__ == "__main__":
    main()
