"""One listening connection a process, and every open stream behind it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import psycopg

from lastcase.ops.records.live import News, listen

PAUSES_S = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Waits between attempts to listen again; the last is kept to."""
CONNECT_S = 10.0
"""How long a beginning stream waits for the process to listen."""

_log = logging.getLogger(__name__)


class Subscription:
    """What one stream has still to say. Only the latest revision counts; what lies between is never sent."""

    def __init__(self, topic: str, mark: str) -> None:
        self.topic, self.mark = topic, mark
        self.revision = 0
        self.is_ended = False
        self._woken = asyncio.Event()

    def tell(self, revision: int) -> None:
        """The outbreak stands on this revision."""
        if revision != self.revision:
            self.revision = revision
            self._woken.set()

    def end(self) -> None:
        """The stream is over."""
        self.is_ended = True
        self._woken.set()

    async def wait(self, seconds: float) -> bool:
        """Whether there was something to say within so many seconds."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return False
        self._woken.clear()
        return True


class Hub:
    """Hands news to the streams of this process. Lives in one event loop; listens from the first stream on."""

    def __init__(self) -> None:
        self._streams: set[Subscription] = set()
        self._listening: asyncio.Task[None] | None = None
        self._is_ready: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def subscribe(self, topic: str, mark: str) -> Subscription:
        """A subscription that misses nothing recorded after this returns; it holds no connection."""
        if self._listening is None or self._listening.done():
            self._loop, self._is_ready = asyncio.get_running_loop(), asyncio.Event()
            self._listening = asyncio.create_task(self._listen(self._is_ready))
        subscription = Subscription(topic, mark)
        self._streams.add(subscription)
        assert self._is_ready is not None
        with suppress(
            TimeoutError
        ):  # without news yet the stream begins all the same, and is told when they come
            await asyncio.wait_for(self._is_ready.wait(), CONNECT_S)
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """The stream is closed."""
        self._streams.discard(subscription)

    def end_all(self) -> None:
        """End every stream, from whatever thread: the server stops."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._close)

    def _close(self) -> None:
        for stream in self._streams:
            stream.end()
        if self._listening is not None:
            self._listening.cancel()

    async def _listen(self, is_ready: asyncio.Event) -> None:
        n_failed = 0
        while True:
            try:
                async for news in listen():
                    n_failed = 0
                    self._hand_out(news)
                    is_ready.set()
            except psycopg.Error as error:
                _log.warning("listening for news broke off: %s", type(error).__name__)
            await asyncio.sleep(PAUSES_S[min(n_failed, len(PAUSES_S) - 1)])
            n_failed += 1

    def _hand_out(self, news: News) -> None:
        for stream in self._streams:
            if news.ended:
                if stream.mark == news.ended:
                    stream.end()
            elif stream.topic == news.topic:
                stream.tell(news.revision)
