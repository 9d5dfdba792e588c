"""Agents on the virtual clock: one at a time, in a fixed order, woken by time or by notice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.demo.timeline import VirtualTimeline
from kernel.clock import VirtualClock

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


async def run(timeline: VirtualTimeline, clock: VirtualClock) -> None:
    while True:
        await timeline.step()
        due = timeline.next_due()
        if due is None:
            return
        clock.move_to(due)


def test_agents_wake_in_order_of_time_then_of_asking() -> None:
    clock = VirtualClock(NOON)
    seen: list[tuple[str, datetime]] = []

    async def agent(timeline: VirtualTimeline, name: str, *waits: float) -> None:
        for wait in waits:
            assert await timeline.wait(minutes(wait)) is False
            seen.append((name, timeline.now()))

    async def play() -> None:
        timeline = VirtualTimeline(clock)
        timeline.spawn(agent(timeline, "a", 2, 3))
        timeline.spawn(agent(timeline, "b", 1, 3))
        await run(timeline, clock)

    asyncio.run(play())
    assert seen == [("b", minutes(1)), ("a", minutes(2)), ("b", minutes(3)), ("a", minutes(3))]


def test_a_notice_wakes_early_and_is_kept_for_one_who_is_busy() -> None:
    clock = VirtualClock(NOON)
    woken: list[tuple[bool, datetime]] = []

    async def phone(timeline: VirtualTimeline) -> None:
        woken.append((await timeline.wait(minutes(10), "unit:A"), timeline.now()))
        await timeline.wait(minutes(20))
        woken.append((await timeline.wait(minutes(30), "unit:A"), timeline.now()))
        woken.append((await timeline.wait(minutes(30), "unit:A"), timeline.now()))

    async def desk(timeline: VirtualTimeline) -> None:
        for at in (5, 15):
            await timeline.wait(minutes(at))
            timeline.notify("unit:A")

    async def play() -> None:
        timeline = VirtualTimeline(clock)
        timeline.spawn(phone(timeline))
        timeline.spawn(desk(timeline))
        await run(timeline, clock)

    asyncio.run(play())
    assert woken == [(True, minutes(5)), (True, minutes(20)), (False, minutes(30))]


def test_only_one_agent_runs_at_a_time() -> None:
    clock = VirtualClock(NOON)
    inside: list[int] = [0]

    async def agent(timeline: VirtualTimeline) -> None:
        await timeline.wait(minutes(1))
        inside[0] += 1
        assert inside[0] == 1
        await asyncio.sleep(0)
        inside[0] -= 1

    async def play() -> None:
        timeline = VirtualTimeline(clock)
        for _ in range(5):
            timeline.spawn(agent(timeline))
        await run(timeline, clock)

    asyncio.run(play())
    assert inside == [0]


def test_a_failing_agent_ends_the_day() -> None:
    clock = VirtualClock(NOON)

    async def agent(timeline: VirtualTimeline) -> None:
        await timeline.wait(minutes(1))
        raise LookupError("lost")

    async def play() -> None:
        timeline = VirtualTimeline(clock)
        timeline.spawn(agent(timeline))
        await run(timeline, clock)

    with pytest.raises(LookupError, match="lost"):
        asyncio.run(play())
