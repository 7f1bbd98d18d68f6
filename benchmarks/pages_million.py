"""The pages of names over many managed persons: server time and processor time of each, and twenty requests a second.

    .venv/bin/python benchmarks/pages_million.py [--persons 1000000] [--requests 40] [--seconds 30] [--keep]

The outbreak comes from `engines.city.managed`, each person with a made-up name, and goes through the actions. Pages are
asked of Django in this process, as the role of the web, under row-level security: of a post at the nation's scope and
of one at a committee's, at the outbreak's own end. With `--keep` the home stays and the next run begins with it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from statistics import quantiles
from threading import local
from typing import Any

from machine import machine, measured

from lastcase.engines.city.story import ENDS_AT

AS_OF = ENDS_AT.strftime("%Y-%m-%dT%H:%M:%SZ")
SCOPES = ("nation", "committee")
FAR_PAGE = 1_000
ALONE_MS, AT_RATE_MS, RATE = 100, 300, 20
"""The targets: milliseconds of the 95th percentile alone, and at so many requests a second."""
WORKERS = 8
WARM = 3
LIST = "/o/{outbreak}/line-list/?as_of={as_of}&"
GAPS = "/o/{outbreak}/gaps/?as_of={as_of}"
PAGES = {
    "cases": LIST + "tab=cases",
    "contacts": LIST + "tab=contacts",
    "duties": LIST + "tab=duties",
    "persons": LIST + "tab=persons",
    "persons, name search": LIST + "tab=persons&q={name}",
    "duties, name search": LIST + "tab=duties&q={name}",
    "persons, surname search": LIST + "tab=persons&q={surname}",
    "persons with an overdue duty": LIST + "tab=persons&state=overdue",
    "overdue by time due": LIST + "tab=duties&state=overdue&sort=due_at",
    "page {far} of cases": LIST + "tab=cases&page={far}",
    "page {far} of duties": LIST + "tab=duties&page={far}",
    "page {far} of overdue": LIST + "tab=duties&state=overdue&sort=due_at&page={far}",
    "page {far} of persons": LIST + "tab=persons&page={far}",
    "gaps": GAPS,
    "gaps, name search": GAPS + "&q={name}",
    "gaps, page {far}": GAPS + "&page={far}&after={after}",
    "person, a contact": "/o/{outbreak}/person/{contact}?as_of={as_of}",
    "person, a case": "/o/{outbreak}/person/{case}?as_of={as_of}",
}
FILE = LIST.replace("line-list/", "line-list.{form}") + "tab=persons"


@contextmanager
def home(n_persons: int, *, is_kept: bool) -> Iterator[Path]:
    """The home of the benchmark, booted by nobody yet; removed at the end unless it is kept."""
    path = Path(tempfile.gettempdir()) / f"lastcase-pages-{n_persons}"
    os.environ["LASTCASE_HOME"] = str(path)
    from lastcase.engines import postgres
    from lastcase.engines.embedded.layout import find_layout

    try:
        yield path
    finally:
        postgres.stop(path)
        if not is_kept:
            shutil.rmtree(find_layout(path).base, ignore_errors=True)
            shutil.rmtree(path, ignore_errors=True)


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
    _examples().write_text(json.dumps({scope: _shown_to(scope, outbreak) for scope in SCOPES}))


def _record(n_persons: int) -> None:
    from lastcase.engines.city.managed import managed_city
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records.actions import create_outbreak, record_facts
    from lastcase.ops.records.refresh import derive_outbreak

    with measured(f"{n_persons:,} managed persons made"):
        made = managed_city(n_persons)
        frames = {name: frame for name, frame in made.facts.frames.items() if frame.height}
        frames["persons"] = frames["persons"].with_columns(name=_names(n_persons))
    adoption, by = made.outbreak.adoptions[0], command_line()
    create_outbreak(
        made.outbreak.name,
        disease=made.outbreak.disease,
        edition=adoption.edition.id,
        by=by,
        time_zone=made.outbreak.time_zone,
        area_id=made.outbreak.area_id,
        effective_at=adoption.effective_at,
        reason="benchmark",
    )
    stated = {
        name: frame.drop("recorded_at", "retired_at", "source", strict=False)
        for name, frame in frames.items()
    }
    with measured("recorded"):
        record_facts(made.outbreak.name, stated, by=by, feed="benchmark", derive=False)
    with measured("derived and stored"):
        derive_outbreak(made.outbreak.name)


def _names(n_persons: int) -> Any:
    import numpy as np

    from lastcase.engines.city.hashing import Dice
    from lastcase.engines.city.names import draw_surnames, name_frame

    dice, who = Dice(1), np.arange(n_persons)
    is_female = dice.below("benchmark female", 2, who)
    return name_frame(dice, who, draw_surnames(dice, who), is_female)["name"]


def _make_readers(outbreak: Any) -> None:
    from django.db import connection

    from lastcase.ops.accounts.actions import create_post, give_post
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.accounts.models import User

    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT x.area_id FROM records_areaposition x JOIN records_member m
               ON m.pos_residence >= x.area_lo AND m.pos_residence < x.area_hi
               WHERE x.tier = 'committee' GROUP BY x.area_id ORDER BY count(*) DESC LIMIT 1"""
        )
        committee = cursor.fetchone()[0]
    for name, area_id in (("nation", outbreak.area_id), ("committee", committee)):
        user = User.objects.create(username=name, display_name=name)
        post = create_post(kind="duty_officer", area_id=area_id, by=command_line())
        give_post(user=user, post=post, by=command_line())


def _shown_to(scope: str, outbreak: Any) -> dict[str, str]:
    """A case and a close contact who live in the area of the post, the contact's name, and the token of a far page of
    the gaps."""
    from django.db import connection

    from lastcase.ops.accounts.models import Post
    from lastcase.ops.records.gaps import GapFilter, Scope, list_gaps, token_of
    from lastcase.ops.records.models import AreaPosition

    area = AreaPosition.objects.get(area_id=Post.objects.get(holdings__user__username=scope).area_id)
    found = {}
    with connection.cursor() as cursor:
        for kind, table in (("case", "answer_detections"), ("contact", "answer_orders")):
            cursor.execute(
                f"""SELECT d.person_id, p.name FROM {table} d
                    JOIN fact_persons p ON p.person_id = d.person_id AND p.retired_at IS NULL
                    WHERE d.pos_residence >= %s AND d.pos_residence < %s
                    AND (%s OR d.person_id NOT IN (SELECT person_id FROM answer_detections)) LIMIT 1""",
                [area.area_lo, area.area_hi, kind == "case"],
            )
            found[kind], found["name"] = cursor.fetchone()
    span = (area.area_lo, area.area_hi)
    rows = list_gaps(Scope(outbreak.pk, outbreak.name, ENDS_AT, span), GapFilter(), limit=(FAR_PAGE - 1) * 50)
    return found | {"surname": found["name"][0], "after": token_of(rows[-1])}


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
    about = {"outbreak": outbreak, "as_of": AS_OF, "far": FAR_PAGE}
    about |= json.loads(_examples().read_text())[scope]
    return {title.format(**about): address.format(**about) for title, address in PAGES.items()}


def reached(client: Any, url: str) -> str:
    """The address of a page as a reader comes to it: a far page of a list by the link of the page before it."""
    if f"&page={FAR_PAGE}" not in url or "/gaps/" in url:
        return url
    before = client.get(url.replace(f"&page={FAR_PAGE}", f"&page={FAR_PAGE - 1}")).content.decode()
    link = re.search(r'rel="next" href="([^"]*)"', before)
    return url.partition("?")[0] + unescape(link[1]) if link else url


def ask(client: Any, url: str) -> float:
    """One request, in milliseconds; a page that fails ends the benchmark."""
    began = time.perf_counter()
    response = client.get(url)
    size = len(response.getvalue())
    took = (time.perf_counter() - began) * 1000
    if response.status_code != 200 or not size:
        sys.exit(f"{url}: {response.status_code}")
    return took


def database_s() -> float:
    """Seconds of the processor that the processes of the server have spent so far."""
    from lastcase.engines import postgres

    info = postgres.status(Path(os.environ["LASTCASE_HOME"]))
    assert info is not None
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, words = int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        if info.pid in (pid, int(words[1])):
            ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _spent(work: Callable[[], list[float]]) -> tuple[list[float], float, float]:
    """What each request took, and the milliseconds of processor a request, of this process and of the server."""
    cpu, database = time.process_time(), database_s()
    took = work()
    each = 1000 / len(took)
    return took, (time.process_time() - cpu) * each, (database_s() - database) * each


def alone(scope: str, outbreak: str, n_requests: int) -> None:
    """Each page by itself, again and again."""
    client = reader(scope)
    for title, address in pages(scope, outbreak).items():
        url = reached(client, address)
        for _ in range(WARM):
            ask(client, url)
        _tell(f"{scope}: {title}", *_spent(lambda url=url: [ask(client, url) for _ in range(n_requests)]))


def _tell(what: str, took: Sequence[float], cpu_ms: float, database_ms: float) -> None:
    cuts = quantiles(took, n=20)
    print(
        f"{what:<46}p50 {cuts[9]:7.1f}   p95 {cuts[18]:7.1f}   cpu {cpu_ms:6.1f} + database {database_ms:6.1f} ms",
        flush=True,
    )


def at_rate(outbreak: str, seconds: int) -> None:
    """`RATE` requests a second of all pages in turn, of both posts, each counted from when it was due."""
    urls = [
        (scope, reached(reader(scope), url)) for scope in SCOPES for url in pages(scope, outbreak).values()
    ]
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
        work = _spent(lambda: list(pool.map(one, range(RATE * seconds))))
    _tell(f"{RATE} requests a second for {seconds} s", *work)


def files(outbreak: str) -> None:
    """A whole list of persons as files."""
    client = reader("nation")
    for form in ("csv", "xlsx"):
        with measured(f"all persons (at most 200,000) as {form}"):
            ask(client, FILE.format(outbreak=outbreak, as_of=AS_OF, form=form))


def measure(chosen: argparse.Namespace) -> None:
    """Build in a process of its own, as the owner; read in this one, as the web."""
    words = [sys.executable, __file__, "--build", "--persons", str(chosen.persons)]
    subprocess.run(words, check=True)
    from lastcase.ops.bootstrap import boot

    boot(role="web", migrate=False)
    from lastcase.ops.records.models import Outbreak

    outbreak = Outbreak.objects.get().name
    print(
        f"targets: p95 under {ALONE_MS} ms alone and {AT_RATE_MS} ms at {RATE} requests a second", flush=True
    )
    for scope in SCOPES:
        alone(scope, outbreak, chosen.requests)
    at_rate(outbreak, chosen.seconds)
    files(outbreak)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--build", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.build:
        build(chosen.persons)
        return
    print(f"{machine()}; {chosen.persons:,} managed persons", flush=True)
    with home(chosen.persons, is_kept=chosen.keep):
        measure(chosen)


if __name__ == "__main__":
    main()
