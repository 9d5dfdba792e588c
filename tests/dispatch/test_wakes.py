"""Reasons to plan: none is lost, whatever a snapshot does not know of yet."""

from datetime import timedelta

import pytest

from dispatch.wakes import Wakes
from kernel.clock import VirtualClock
from tests.dispatch.scene import START


@pytest.fixture
def wakes() -> Wakes:
    return Wakes(VirtualClock(START))


def test_reasons_are_taken_once_in_their_order(wakes: Wakes) -> None:
    assert wakes.since is None
    for reason in ("start", "job.done", "start"):
        wakes.add(reason)
    wakes.begin()
    wakes.note(["R-0001 is delayed"])
    assert wakes.since == START
    assert wakes.take() == ["start", "job.done", "R-0001 is delayed"]
    assert wakes.take() == []
    assert wakes.since is None


def test_what_is_added_after_a_snapshot_began_is_taken_twice(wakes: Wakes) -> None:
    wakes.add("start")
    wakes.begin()
    wakes.add("job.done")
    assert wakes.take() == ["start", "job.done"]
    assert wakes.since == START
    wakes.begin()
    assert wakes.take() == ["job.done"]


def test_since_is_when_the_first_reason_came(wakes: Wakes) -> None:
    wakes.add("job.done")
    clock = wakes.clock
    assert isinstance(clock, VirtualClock)
    clock.move_to(START + timedelta(seconds=9))
    wakes.add("start")
    assert wakes.since == START


@pytest.mark.parametrize(
    ("reason", "is_new"),
    [("incident.created", True), ("job.declined", True), ("job.done", False)],
)
def test_new_work_is_told_once_and_stays_a_reason(
    wakes: Wakes, reason: str, *, is_new: bool
) -> None:
    wakes.begin()
    wakes.add(reason)
    assert wakes.take_new_work() is is_new
    assert not wakes.take_new_work()
    assert wakes.take() == [reason]


def test_a_snapshot_that_begins_later_knows_of_all_new_work(wakes: Wakes) -> None:
    wakes.add("incident.created")
    wakes.begin()
    assert not wakes.take_new_work()
