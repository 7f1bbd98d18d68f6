"""Streams beside the pages: Django says who may follow what, and the open stream then needs it no more.

An ordinary request goes through all of Django's middleware and ends, its thread and its database connection with it.
Only then does the stream begin: it waits in the event loop for what the process's one listening connection hears.
Every minute the same request is made again: where its answer changed (signed out, post taken away) the stream ends.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings

from lastcase.ops.records.live import mark_of
from lastcase.web.live.events import END, HEARTBEAT, STREAM, revision_event
from lastcase.web.live.hub import Hub, Subscription
from lastcase.web.live.views import POST_HEADER, REVISION_HEADER

HEARTBEAT_S = 15.0
RIGHTS_S = 60.0
"""How often an open stream is asked for its rights again."""
ADDRESS = re.compile(r"^/o/([-a-zA-Z0-9_]+)/live$")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Answer:
    """What the pages answered, whole."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: str) -> str:
        """A header's value, empty where there is none."""
        wanted = name.lower().encode()
        return next((value.decode("latin1") for key, value in self.headers if key.lower() == wanted), "")

    @property
    def may_go_on(self) -> bool:
        """Whether this is the beginning of a stream."""
        return self.status == 200 and self.header("Content-Type").startswith(STREAM)


class WithStreams:
    """The ASGI application of the pages, with streams kept open."""

    def __init__(self, pages: Application, hub: Hub) -> None:
        self.pages, self.hub = pages, hub

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        is_get = scope["type"] == "http" and scope["method"] == "GET"
        found = ADDRESS.match(scope["path"]) if is_get else None
        if found is None:
            await self.pages(scope, receive, send)
            return
        subscription = await self.hub.subscribe(found[1], mark_of(_session_key(scope)))
        try:
            await self._serve(scope, receive, send, subscription)
        finally:
            self.hub.leave(subscription)

    async def _serve(self, scope: Any, receive: Receive, send: Send, subscription: Subscription) -> None:
        answer = await self._ask(scope)
        kept = [(key, value) for key, value in answer.headers if key.lower() != b"content-length"]
        headers = [*kept, (b"x-accel-buffering", b"no")] if answer.may_go_on else answer.headers
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": answer.may_go_on})
        if not answer.may_go_on:
            return
        gone = asyncio.create_task(_gone(receive))
        told = asyncio.create_task(self._go_on(scope, send, subscription, answer))
        try:
            await asyncio.wait({gone, told}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (gone, told):
                task.cancel()
                with suppress(asyncio.CancelledError, OSError):
                    await task

    async def _go_on(self, scope: Any, send: Send, subscription: Subscription, began: Answer) -> None:
        said, asked_s = int(began.header(REVISION_HEADER)), time.monotonic()
        while not subscription.is_ended:
            text = HEARTBEAT
            if await subscription.wait(HEARTBEAT_S) and not subscription.is_ended:
                revision = subscription.revision
                if revision == said:
                    continue
                said, text = revision, revision_event(subscription.topic, revision)
            if subscription.is_ended:
                break
            await _say(send, text)
            if time.monotonic() - asked_s >= RIGHTS_S:
                asked_s = time.monotonic()
                if not await self._stands(scope, began):
                    break
        await _say(send, END)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _stands(self, scope: Any, began: Answer) -> bool:
        now = await self._ask(scope)
        return now.may_go_on and now.header(POST_HEADER) == began.header(POST_HEADER)

    async def _ask(self, scope: Any) -> Answer:
        """Let the pages answer the request, to its end."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.pages(dict(scope), _empty_body(), keep)
        start = messages[0]
        body = b"".join(message.get("body", b"") for message in messages[1:])
        return Answer(start["status"], list(start["headers"]), body)


def _empty_body() -> Receive:
    """A request without a body, from a client that stays."""
    parts = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if parts:
            return parts.pop()
        await asyncio.Event().wait()
        raise AssertionError("never set")

    return receive


async def _say(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _gone(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _session_key(scope: Any) -> str:
    text = "; ".join(value.decode("latin1") for key, value in scope["headers"] if key == b"cookie")
    found = SimpleCookie(text).get(settings.SESSION_COOKIE_NAME)
    return "" if found is None else found.value
