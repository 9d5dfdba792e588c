"""What many requests bring, handled in batches: one transaction, one wait for the disk, for all.

Hundreds of phones tell their places every few seconds. Each would cost a thread, a transaction and
a commit; a batch costs little more than one of them. Nobody is answered before the commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

MOST = 256
"""So many items are handled at once at most: others wait for the next batch."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Handle = Callable[[Sequence[Item]], Sequence[Result | Exception]]
"""Handles a batch in a thread; answers each item, in order, with a result or with its own error."""

_Waiting = list[tuple[Item, "asyncio.Future[Result]"]]


class Together(Generic[Item, Result]):
    """Gathers items and handles them, batch after batch, never two batches at a time.

    Parameters
    ----------
    handle
        Whatever it raises, all of the batch are told.
    gather_s
        How long the first of a batch waits for others; 0: only for the batch before.
    """

    def __init__(self, handle: Handle[Item, Result], *, gather_s: float = 0.0) -> None:
        self._handle = handle
        self._gather_s = gather_s
        self._limiter = CapacityLimiter(1)
        self._waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, _Waiting[Item, Result]] = (
            WeakKeyDictionary()
        )
        self._leaders: set[asyncio.Task[None]] = set()

    async def take(self, item: Item) -> Result:
        """Return the result of one item once its batch was handled; raise what was made of it."""
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[Result] = loop.create_future()
        waiting = self._waiting.get(loop)
        if waiting is None:
            self._waiting[loop] = [(item, mine)]
            leader = loop.create_task(self._lead(loop))
            self._leaders.add(leader)
            leader.add_done_callback(self._leaders.discard)
        else:
            waiting.append((item, mine))
        return await mine

    async def _lead(self, loop: asyncio.AbstractEventLoop) -> None:
        """Handle batches until nobody waits."""
        while self._waiting[loop]:
            await asyncio.sleep(self._gather_s)
            waiting = self._waiting[loop]
            batch, self._waiting[loop] = waiting[:MOST], waiting[MOST:]
            await self._settle(batch)
        del self._waiting[loop]

    async def _settle(self, batch: _Waiting[Item, Result]) -> None:
        found: Sequence[Result | Exception]
        try:
            found = await run_sync(self._handle, [item for item, _ in batch], limiter=self._limiter)
        except Exception as error:  # noqa: BLE001 - raised by each of those it concerns
            found = [error] * len(batch)
        except BaseException:
            for _, future in batch:
                future.cancel()
            raise
        for (_, future), one in zip(batch, found, strict=True):
            if future.done():
                continue  # whoever asked has left
            if isinstance(one, Exception):
                future.set_exception(one)
            else:
                future.set_result(one)
