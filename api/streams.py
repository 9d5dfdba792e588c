"""Server-sent events (WHATWG HTML, 9.2): the event table is the truth, commits only wake readers.

A stream holds no queue: it reads the table after the last sequence number it has sent. So it can
resume anywhere (``Last-Event-ID``), and a slow client costs nothing but its own lag.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

import anyio
from fastapi.sse import format_sse_event
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kernel.database import Database
from kernel.events import Event

BATCH = 200
"""Events read at once."""

_PING = b": ping\n\n"
_RETRY = b"retry: 1000\n\n"
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}

Reader = Callable[[int], list[Event]]
"""Returns up to `BATCH` events after a sequence number, those that the client may see."""


class EventFeed:
    """Wakes streams at commits of this process and, by its follower, at those of others.

    Should a wake be lost, streams look by themselves every ``poll_s``.
    """

    def __init__(self, database: Database, *, poll_s: float = 10.0) -> None:
        self._waiters: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self.poll_s = None if database.is_sqlite else poll_s
        self.closed = False
        database.on_commit(self._committed)

    @contextlib.contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """Yield an event that is set at every commit, and when the service closes."""
        waiter = asyncio.Event()
        self._waiters[waiter] = asyncio.get_running_loop()
        try:
            yield waiter
        finally:
            self._waiters.pop(waiter, None)

    def close(self) -> None:
        """End all streams."""
        self.closed = True
        self._wake()

    def _committed(self, _events: tuple[Event, ...]) -> None:
        self._wake()

    def _wake(self) -> None:
        for waiter, loop in tuple(self._waiters.items()):
            with contextlib.suppress(RuntimeError):  # that loop has ended, and its streams with it
                loop.call_soon_threadsafe(waiter.set)


async def told(
    feed: EventFeed,
    read: Reader,
    show: Callable[[Event], bytes],
    *,
    after: int,
    heartbeat_s: float,
    may: Callable[[], bool] = lambda: True,
) -> AsyncIterator[bytes]:
    """Yield what is sent: every event after ``after``, and a comment whenever nothing happens.

    ``may`` is asked at least every ``heartbeat_s`` whether the client may still listen: a stream
    ends soon after the token or the link that opened it.
    """
    yield _RETRY
    loop = asyncio.get_running_loop()
    silent_since = asked_at = loop.time()
    with feed.listening() as woken:
        while not feed.closed:
            woken.clear()
            if loop.time() - asked_at >= heartbeat_s:
                if not await run_in_threadpool(may):
                    return
                asked_at = loop.time()
            batch = await run_in_threadpool(read, after)
            for one in batch:
                after = one.seq
                yield show(one)
                silent_since = loop.time()
            if len(batch) >= BATCH:
                continue
            left_s = heartbeat_s - (loop.time() - silent_since)
            if left_s <= 0:
                yield _PING
                silent_since, left_s = loop.time(), heartbeat_s
            with anyio.move_on_after(min(left_s, feed.poll_s or left_s)):
                await woken.wait()


def sse(data: str, *, seq: int | None = None, kind: str | None = None) -> bytes:
    """Return one event on the wire."""
    return format_sse_event(data_str=data, event=kind, id=None if seq is None else str(seq))


class EventStream(Response):
    """Sends chunks until they end, the client leaves, or it takes none for ``slow_client_s``."""

    media_type = "text/event-stream"

    def __init__(self, chunks: AsyncIterator[bytes], *, slow_client_s: float) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self.chunks = chunks
        self.slow_client_s = slow_client_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the stream."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._end_with_client, receive, tasks.cancel_scope)
            await self._write(send)
            tasks.cancel_scope.cancel()

    async def _write(self, send: Send) -> None:
        async with contextlib.aclosing(self.chunks) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                with anyio.move_on_after(self.slow_client_s) as patience:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                if patience.cancelled_caught:
                    return  # the server closes a connection whose response was left unfinished
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    @staticmethod
    async def _end_with_client(receive: Receive, scope: anyio.CancelScope) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        scope.cancel()
