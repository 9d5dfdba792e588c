"""Server-sent events (WHATWG HTML, 9.2): the event table is the truth, commits only wake readers.

A stream holds no queue: it reads on after the last sequence number it has seen, from the newest
events that the process keeps once for all streams, else from the table. So it can resume anywhere
(``Last-Event-ID``), and a slow client costs nothing but its own lag.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from itertools import islice

import anyio
from fastapi.sse import format_sse_event
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kernel import events
from kernel.database import Database
from kernel.events import Event

BATCH = 200
"""Events read at once."""

_PING = b": ping\n\n"
_RETRY = b"retry: 1000\n\n"
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}

Reader = Callable[[int], list[Event]]
"""Returns up to `BATCH` events after a sequence number, those that the client may see."""

Fits = Callable[[Event], bool]
"""Says whether a client may see an event, and wants to."""

KEPT = 2000
"""So many of the newest events are kept in memory."""

_WRITTEN_OUT = 50
"""So many of them are kept as they are sent: all consoles are sent the same."""

May = Callable[[], Awaitable[bool]]
"""Says whether the client may still listen."""


def _any(_event: Event) -> bool:
    return True


async def always() -> bool:
    """Return true."""
    return True


class EventFeed:
    """The newest events of the log, read once for all streams of this process.

    Commits of this process come to it as they are told, those of others by the follower. A stream
    is woken only by events that fit it, and takes them from here; what lies further back, it reads
    from the table. Should a wake be lost, the table is looked at every ``poll_s``, by one for all.

    Attributes
    ----------
    newest
        Sequence number up to which all events are known.
    heard
        Grows with every transaction that is told.
    """

    def __init__(self, database: Database, *, poll_s: float = 10.0) -> None:
        self._database = database
        self._waiters: dict[asyncio.Event, tuple[asyncio.AbstractEventLoop, Fits]] = {}
        self._turn = threading.Lock()
        self._recent: deque[Event] = deque(maxlen=KEPT)
        self._early: dict[int, Event] = {}
        self._sent: dict[int, bytes] = {}
        with database.read() as session:
            self.newest, _ = events.last(session)
        self.poll_s = poll_s
        self._looked_at = time.monotonic()
        self.heard = 0
        self.closed = False
        database.on_commit(self._committed)

    @contextlib.contextmanager
    def listening(self, fits: Fits = _any) -> Iterator[asyncio.Event]:
        """Yield an event that is set by whatever fits, and when the service closes."""
        waiter = asyncio.Event()
        self._waiters[waiter] = asyncio.get_running_loop(), fits
        try:
            yield waiter
        finally:
            self._waiters.pop(waiter, None)

    def since(self, seq: int) -> list[Event] | None:
        """Return all events after ``seq``; ``None`` when some are kept in the table only."""
        with self._turn:
            if seq >= self.newest:
                return []
            if not self._recent or self._recent[0].seq > seq + 1:
                return None
            return list(islice(self._recent, seq + 1 - self._recent[0].seq, None))

    def once(self, event: Event, show: Callable[[Event], bytes]) -> bytes:
        """Return what ``show`` makes of an event; always the same, so made once for all streams."""
        shown = self._sent.get(event.seq)
        if shown is None:
            while len(self._sent) >= _WRITTEN_OUT:
                self._sent.pop(next(iter(self._sent)), None)
            shown = self._sent[event.seq] = show(event)
        return shown

    async def look(self) -> None:
        """Look at the table, unless that was done within ``poll_s``."""
        now = time.monotonic()
        if now - self._looked_at >= self.poll_s:
            self._looked_at = now
            await run_in_threadpool(self._look)

    def _look(self) -> None:
        with self._database.read() as session:
            found = events.read_after(session, self.newest, limit=KEPT)
        self._committed(tuple(found))

    def close(self) -> None:
        """End all streams."""
        self.closed = True
        self._wake()

    def _committed(self, happened: tuple[Event, ...]) -> None:
        """Take events in the order of their numbers; a thread may tell its own a moment early."""
        fresh = []
        with self._turn:
            self.heard += 1
            self._early.update((it.seq, it) for it in happened if it.seq > self.newest)
            while (following := self._early.pop(self.newest + 1, None)) is not None:
                self._recent.append(following)
                self.newest = following.seq
                fresh.append(following)
        if fresh:
            self._wake(fresh)

    def _wake(self, fresh: Sequence[Event] | None = None) -> None:
        for waiter, (loop, fits) in tuple(self._waiters.items()):
            if fresh is None or any(map(fits, fresh)):
                with contextlib.suppress(RuntimeError):  # that loop has ended, its streams with it
                    loop.call_soon_threadsafe(waiter.set)


async def told(
    feed: EventFeed,
    read: Reader,
    show: Callable[[Event], bytes],
    *,
    after: int,
    heartbeat_s: float,
    may: May = always,
    fits: Fits | None = None,
) -> AsyncIterator[bytes]:
    """Yield what is sent: every event after ``after``, and a comment whenever nothing happens.

    ``may`` is asked at least every ``heartbeat_s`` whether the client may still listen: a stream
    ends soon after the token or the link that opened it. ``fits`` says the same as ``read`` of one
    event; without it, every event is looked up.
    """
    yield _RETRY
    loop = asyncio.get_running_loop()
    silent_since = asked_at = loop.time()
    with feed.listening(fits or _any) as woken:
        while not feed.closed:
            woken.clear()
            if loop.time() - asked_at >= heartbeat_s:
                if not await may():
                    return
                asked_at = loop.time()
            batch, after, more = await _next(feed, read, after, fits)
            for one in batch:
                yield show(one)
                silent_since = loop.time()
            if more:
                continue
            left_s = heartbeat_s - (loop.time() - silent_since)
            if left_s <= 0:
                yield _PING
                silent_since, left_s = loop.time(), heartbeat_s
            with anyio.move_on_after(min(left_s, feed.poll_s)) as waited:
                await woken.wait()
            if waited.cancelled_caught:
                await feed.look()


async def _next(
    feed: EventFeed, read: Reader, after: int, fits: Fits | None
) -> tuple[list[Event], int, bool]:
    """Return the next events to show, what is seen with them, and whether there are more."""
    kept = feed.since(after)
    if kept == []:
        return [], after, False
    if kept is not None and fits is not None:
        return [one for one in kept if fits(one)], kept[-1].seq, False
    newest = feed.newest
    batch = await run_in_threadpool(read, after)
    if len(batch) >= BATCH:
        return batch, batch[-1].seq, True
    return batch, max(newest, batch[-1].seq if batch else 0), False


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
