"""Items that are handled in batches: each gets its own answer, a lost database all the same one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from kernel.together import MOST, Together


class Counter:
    """Doubles numbers; the first batch is handled once `go` is set."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.together: Together[int, int] = Together(self.handle)
        self.go, self.begun = threading.Event(), threading.Event()
        self.breaks = breaks
        self.batches: list[list[int]] = []
        self.n_at_once = 0

    def handle(self, items: Sequence[int]) -> list[int | Exception]:
        self.n_at_once += 1
        assert self.n_at_once == 1, "two batches at a time"
        self.begun.set()
        assert self.go.wait(30)
        self.batches.append(list(items))
        self.n_at_once -= 1
        if self.breaks:
            raise OSError("disk full")
        return [ValueError(it) if it < 0 else 2 * it for it in items]

    async def all(self, items: Sequence[int]) -> list[int | BaseException]:
        """Send the first item alone and the others while it is handled."""
        first = asyncio.create_task(self.together.take(items[0]))
        await asyncio.to_thread(self.begun.wait)
        others = [asyncio.create_task(self.together.take(it)) for it in items[1:]]
        await asyncio.sleep(0)
        self.go.set()
        return await asyncio.gather(first, *others, return_exceptions=True)


def test_who_comes_meanwhile_is_handled_together() -> None:
    counter = Counter()
    assert asyncio.run(counter.all(range(10))) == [2 * it for it in range(10)]
    assert counter.batches == [[0], list(range(1, 10))]


def test_a_crowd_is_handled_in_several_batches() -> None:
    counter, n = Counter(), MOST + 10
    assert asyncio.run(counter.all(range(n))) == [2 * it for it in range(n)]
    assert [len(it) for it in counter.batches] == [1, MOST, 9]


def test_one_refusal_takes_nothing_of_the_others_along() -> None:
    found = asyncio.run(Counter().all([1, -2, 3]))
    assert (found[0], found[2]) == (2, 6)
    assert isinstance(found[1], ValueError)


def test_a_batch_that_fails_fails_for_all_of_it() -> None:
    found = asyncio.run(Counter(breaks=True).all([1, 2, 3]))
    assert all(isinstance(it, OSError) for it in found)


def test_it_serves_one_loop_after_another() -> None:
    counter = Counter()
    counter.go.set()
    assert [asyncio.run(counter.together.take(it)) for it in (1, 2)] == [2, 4]


def test_who_leaves_does_not_hold_up_the_others() -> None:
    counter = Counter()

    async def leave() -> int:
        gone = asyncio.create_task(counter.together.take(1))
        stays = asyncio.create_task(counter.together.take(2))
        await asyncio.to_thread(counter.begun.wait)
        gone.cancel()
        await asyncio.sleep(0)
        counter.go.set()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await stays

    assert asyncio.run(leave()) == 4
