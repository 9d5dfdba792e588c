"""How agents wait: on a wall clock (live) or on a virtual one (headless), with the same code.

An agent is a coroutine that acts, then waits for an instant or for a notice (a push message without
content). On the virtual timeline exactly one agent runs at a time, in a fixed order, so that a day
repeats exactly.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from kernel.clock import VirtualClock

_NEVER = datetime.max.replace(tzinfo=UTC)


class Timeline(Protocol):
    """Time as agents know it."""

    def now(self) -> datetime:
        """Return the current instant, aware, UTC."""
        ...

    async def wait(self, until: datetime | None, topic: str | None = None) -> bool:
        """Wait until an instant (``None``: for ever) or a notice; True when a notice came first."""
        ...

    def notify(self, topic: str) -> None:
        """Wake whoever waits on ``topic``, or let their next wait on it return at once."""
        ...

    def spawn(self, agent: Coroutine[Any, Any, None]) -> None:
        """Start an agent."""
        ...


@dataclass(order=True)
class _Waiter:
    until: datetime
    order: int
    topic: str | None = field(compare=False)
    future: asyncio.Future[bool] = field(compare=False)


class VirtualTimeline:
    """Agents on a virtual clock, one at a time.

    The driver calls `step` (let everything happen that is due now) and `next_due`, and moves the
    clock itself: it also has the service to ask.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._orders = itertools.count()
        self._sleepers: list[_Waiter] = []
        self._by_topic: dict[str, _Waiter] = {}
        self._notices: dict[str, None] = {}
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None

    def now(self) -> datetime:
        """Return the virtual instant."""
        return self._clock.now()

    async def wait(self, until: datetime | None, topic: str | None = None) -> bool:
        """See `Timeline.wait`."""
        if topic is not None and topic in self._notices:
            del self._notices[topic]
            return True
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        waiter = _Waiter(until or _NEVER, next(self._orders), topic, future)
        if until is not None:
            heapq.heappush(self._sleepers, waiter)
        if topic is not None:
            self._by_topic[topic] = waiter
        self._rest()
        return await future

    def notify(self, topic: str) -> None:
        """Remember a notice; it is delivered by `step`, in order of arrival."""
        self._notices[topic] = None

    def spawn(self, agent: Coroutine[Any, Any, None]) -> None:
        """Start an agent; it runs when the driver next steps."""
        self._work()
        task = asyncio.get_running_loop().create_task(agent)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def next_due(self) -> datetime | None:
        """Return the instant of the earliest sleeper, or ``None``."""
        while self._sleepers and self._sleepers[0].future.done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0].until if self._sleepers else None

    async def step(self) -> bool:
        """Let agents act, one after another, until none is due now; True if any acted."""
        acted = False
        await self.settled()
        while (waiter := self._next_ready()) is not None:
            acted = True
            waiter[0].future.set_result(waiter[1])
            self._work()
            await self.settled()
        return acted

    async def settled(self) -> None:
        """Wait until no agent runs; an agent's failure is raised here."""
        await self._idle.wait()
        if self._failure is not None:
            raise self._failure

    async def close(self) -> None:
        """End all agents."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _next_ready(self) -> tuple[_Waiter, bool] | None:
        for topic in self._notices:
            waiter = self._by_topic.get(topic)
            if waiter is not None and not waiter.future.done():
                del self._notices[topic]
                del self._by_topic[topic]
                return waiter, True
        due = self.next_due()
        if due is None or due > self._clock.now():
            return None
        waiter = heapq.heappop(self._sleepers)
        if waiter.topic is not None:
            self._by_topic.pop(waiter.topic, None)
        return waiter, False

    def _work(self) -> None:
        self._running += 1
        self._idle.clear()

    def _rest(self) -> None:
        self._running -= 1
        if self._running == 0:
            self._idle.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failure = task.exception()
        self._rest()


class LiveTimeline:
    """Agents on the service's clock: the wall clock, or one that runs ``speed`` times as fast.

    Parameters
    ----------
    service_now
        The service's time at the moment of construction.
    speed
        Service seconds per wall second.
    """

    def __init__(self, service_now: datetime, speed: float) -> None:
        self._start = service_now
        self._speed = speed
        self._loop = asyncio.get_running_loop()
        self._wall_start = self._loop.time()
        self._topics: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.failure: asyncio.Future[None] = self._loop.create_future()

    def now(self) -> datetime:
        """Return the service's time."""
        return self._start + timedelta(seconds=(self._loop.time() - self._wall_start) * self._speed)

    async def wait(self, until: datetime | None, topic: str | None = None) -> bool:
        """See `Timeline.wait`."""
        left = None if until is None else (until - self.now()).total_seconds() / self._speed
        event = self._topics.setdefault(topic, asyncio.Event()) if topic else asyncio.Event()
        try:
            await asyncio.wait_for(event.wait(), None if left is None else max(left, 0.0))
        except TimeoutError:
            return False
        event.clear()
        return True

    def notify(self, topic: str) -> None:
        """See `Timeline.notify`."""
        self._topics.setdefault(topic, asyncio.Event()).set()

    def spawn(self, agent: Coroutine[Any, Any, None]) -> None:
        """Start an agent; its failure ends the whole play through ``failure``."""
        task = self._loop.create_task(agent)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) and not self.failure.done():
            self.failure.set_exception(error)
