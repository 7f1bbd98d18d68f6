"""The stream as uvicorn runs it: over ASGI, with real commits in another thread."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import polars as pl
import pytest
from django.db import connections

from lastcase.web.live import stream as streams
from lastcase.web.live.hub import Hub
from lastcase.web.live.stream import WithStreams
from tests.integration.web.conftest import SignIn, sign_in

__all__ = ["sign_in"]
pytestmark = pytest.mark.django_db(transaction=True)
BACKSTOP_S = 5.0


@pytest.fixture
def world() -> None:
    """An outbreak without an area, committed: what another thread records is seen."""
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records import actions

    actions.create_outbreak(
        "trial",
        disease="covid-omicron-ba2-2022",
        edition="cn-covid-9",
        by=command_line(),
        time_zone="Asia/Shanghai",
        reason="test",
    )
    record("trial:1")


def record(person: str) -> None:
    """A case, as an import or a form records it: committed, then derived."""
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records import actions

    persons = pl.DataFrame({"person_id": [person], "list_id": [person]})
    cases = pl.DataFrame({"person_id": [person], "episode": [1], "case_status": ["confirmed"]})
    actions.record_facts("trial", {"persons": persons, "cases": cases}, by=command_line(), feed="test")


async def elsewhere(work: Callable[[], object]) -> None:
    """Do it in a thread of its own, with a connection of its own."""

    def alone() -> None:
        try:
            work()
        finally:
            connections.close_all()

    await asyncio.get_running_loop().run_in_executor(None, alone)


class Reader:
    """A browser's end of a stream."""

    def __init__(self) -> None:
        self.status = 0
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.is_over = asyncio.Event()
        self.left = asyncio.Event()

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        for block in message["body"].decode().split("\n\n"):
            lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if "event" in lines:
                self.events.put_nowait({**lines, "data": json.loads(lines["data"])})
        if not message.get("more_body"):
            self.is_over.set()

    async def receive(self) -> dict[str, str]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def event(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.events.get(), BACKSTOP_S)


@asynccontextmanager
async def opened(application: WithStreams, client: Any, last: str = "") -> Any:
    """The stream of the outbreak, opened with the cookies of a signed-in client."""
    cookies = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    headers = [(b"host", b"localhost"), (b"cookie", cookies.encode())]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": "/o/trial/live",
        "raw_path": b"/o/trial/live",
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [*headers, *([(b"last-event-id", last.encode())] if last else [])],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
    }
    reader = Reader()
    serving = asyncio.create_task(application(scope, reader.receive, reader.send))
    try:
        yield reader
    finally:
        reader.left.set()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(serving, BACKSTOP_S)


def run(test: Callable[[WithStreams], Awaitable[None]]) -> None:
    """Run a test with an application of its own, as one process serves it."""
    from django.core.asgi import get_asgi_application

    async def whole() -> None:
        hub = Hub()
        try:
            await test(WithStreams(get_asgi_application(), hub))
        finally:
            hub._close()
            await asyncio.sleep(0)

    asyncio.run(whole())


def n_connections() -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_a_recorded_fact_arrives_within_a_second(world: None, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")

    async def test(application: WithStreams) -> None:
        async with opened(application, client) as reader:
            first = await reader.event()
            began = time.monotonic()
            committed: list[float] = []
            await elsewhere(lambda: (record("trial:2"), committed.append(time.monotonic())))
            second = await reader.event()
            assert time.monotonic() - committed[0] < 1
            assert began < committed[0]
            assert second["event"] == "revision"
            assert second["data"] == {"topic": "trial", "revision": int(second["id"])}
            assert int(second["id"]) > int(first["id"])

    run(test)


def test_a_page_that_missed_something_is_told_at_once(world: None, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")

    async def test(application: WithStreams) -> None:
        async with opened(application, client) as reader:
            has = (await reader.event())["id"]
        await elsewhere(lambda: record("trial:2"))
        async with opened(application, client, last=has) as reader:
            missed = await reader.event()
            assert int(missed["id"]) > int(has)
        async with opened(application, client, last=missed["id"]) as reader:
            await asyncio.sleep(0.3)
            assert reader.events.empty()  # it has everything
            await elsewhere(lambda: record("trial:3"))
            assert int((await reader.event())["id"]) > int(missed["id"])

    run(test)


def test_many_streams_hold_one_connection(world: None, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")
    before = n_connections()

    async def test(application: WithStreams) -> None:
        async with (
            opened(application, client) as a,
            opened(application, client) as b,
            opened(application, client) as c,
        ):
            for reader in (a, b, c):
                await reader.event()
            counted: list[int] = []
            await elsewhere(lambda: counted.append(n_connections()))
            assert counted[0] <= before + 2  # the one that listens, and the one that counts

    run(test)


def test_it_listens_again_after_the_database_was_lost(world: None, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")

    def cut() -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE '%%records_revision%%' AND pid <> pg_backend_pid()"
                " AND state = 'idle'"
            )
            assert cursor.fetchall() == [(True,)]

    async def test(application: WithStreams) -> None:
        async with opened(application, client) as reader:
            first = await reader.event()
            await elsewhere(cut)
            await elsewhere(lambda: record("trial:2"))
            assert int((await reader.event())["id"]) > int(first["id"])

    run(test)


def test_it_ends_at_sign_out_and_when_the_post_changes(world: None, sign_in: SignIn) -> None:
    client, other = sign_in("duty_officer"), sign_in("duty_officer")
    holding_id = other_post(other)

    async def test(application: WithStreams) -> None:
        async with opened(application, client) as reader, opened(application, other) as second:
            await reader.event()
            await second.event()
            await elsewhere(lambda: client.post("/accounts/logout/"))
            assert (await reader.event())["event"] == "end"
            await asyncio.wait_for(reader.is_over.wait(), BACKSTOP_S)
            assert second.events.empty()
            await elsewhere(lambda: other.post("/act-as", {"post": holding_id}))
            assert (await second.event())["event"] == "end"

    run(test)


def other_post(client: Any) -> int:
    """A second post of the client's user."""
    from lastcase.ops.accounts import actions as accounts
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.accounts.models import User

    user = User.objects.get(pk=client.session["_auth_user_id"])
    post = accounts.create_post(kind="investigator", area_id="", by=command_line())
    accounts.give_post(user=user, post=post, by=command_line())
    return int(post.pk)


def test_a_post_taken_away_ends_it_at_the_next_look(
    world: None, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lastcase.ops.accounts.models import Holding

    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.05)
    monkeypatch.setattr(streams, "RIGHTS_S", 0.1)
    client = sign_in("duty_officer")

    async def test(application: WithStreams) -> None:
        async with opened(application, client) as reader:
            await reader.event()
            await elsewhere(lambda: Holding.objects.all().delete())
            assert (await reader.event())["event"] == "end"

    run(test)


def test_who_may_not_see_the_area_gets_no_stream(world: None, sign_in: SignIn) -> None:
    client = sign_in("administrator")

    async def test(application: WithStreams) -> None:
        async with opened(application, client) as reader:
            await asyncio.wait_for(reader.is_over.wait(), BACKSTOP_S)
            assert reader.status == 403

    run(test)
