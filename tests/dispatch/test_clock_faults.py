"""Clocks that jump: the service's by an hour, a phone's by years."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dispatch.regions import Region
from kernel.clock import VirtualClock
from kernel.errors import InvalidInput
from tests.dispatch.scene import START, Scene, open_scene

HOUR = timedelta(hours=1)


def step(clock: VirtualClock, by: timedelta) -> None:
    """Set a clock as an operator or NTP does, also back."""
    clock._now += by


@pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["forward", "back"])
def test_calls_are_ordered_after_the_clock_was_set(tmp_path: Path, by: timedelta) -> None:
    scene = open_scene(tmp_path)
    scene.unit("R-01", 5)
    first = scene.call(0)
    scene.run()
    step(scene.clock, by)
    scene.unit("R-02", 9)
    second = scene.call(9)
    scene.run()
    assert {scene.job(first).state, scene.job(second).state} == {"ordered"}


def test_what_was_due_before_the_clock_was_set_back_is_not_an_hour_late(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.unit("R-01", 5)
    incident = scene.call(0)

    def broken(*_: object) -> None:
        raise RuntimeError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("dispatch.live.build_snapshot", broken)
        assert scene.dispatcher.run_due()
    step(scene.clock, -HOUR)
    scene.run()
    assert scene.job(incident).state == "ordered"
    due = scene.dispatcher.next_due()
    step(scene.clock, -HOUR)
    assert due is not None
    watched_again = scene.dispatcher.next_due()
    assert watched_again is not None
    assert watched_again - scene.clock.now() < timedelta(minutes=2)


def test_a_pending_plan_survives_the_clock_set_back(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, decision_charge_s=1)
    scene.unit("R-01", 5)
    incident = scene.call(0)
    scene.run()
    step(scene.clock, -HOUR)
    scene.run()
    scene.pass_time(0.2)
    assert scene.job(incident).state == "ordered"


def test_an_offer_does_not_stand_for_hours_where_the_clock_was_set_back(scene: Scene) -> None:
    near, other = scene.contractor("Near", 2), scene.contractor("Other", 3)
    scene.call(0)
    scene.run()
    step(scene.clock, -2 * HOUR)
    scene.pass_time(1)
    asked = [event.payload["contractor_id"] for event in scene.events("contractor.offered")]
    assert asked == [near, other]
    [expired] = scene.events("contractor.expired")
    assert expired.payload["contractor_id"] == near


def test_an_offer_made_by_a_clock_a_little_ahead_stands(scene: Scene) -> None:
    scene.contractor("Near", 2)
    scene.call(0)
    scene.run()
    step(scene.clock, timedelta(seconds=-20))
    scene.pass_time(1)
    assert scene.events("contractor.expired") == []


def test_a_phone_years_behind_is_held_to_the_order_and_years_ahead_refused(scene: Scene) -> None:
    unit = scene.unit("R-01", 5)
    incident = scene.call(0)
    scene.run()
    years_min = 6 * 365 * 24 * 60
    assert scene.say(unit, "arrived", incident, ago_min=years_min).status == "applied"
    assert scene.job(incident).arrived_at == START
    with pytest.raises(InvalidInput, match="future"):
        scene.say(unit, "done", incident, ago_min=-years_min)
    assert scene.job(incident).state == "on_site"


def test_two_hours_in_a_tunnel_out_of_order_and_twice(scene: Scene) -> None:
    unit = scene.unit("R-01", 5)
    incident = scene.call(0)
    scene.run()
    scene.pass_time(120)
    story = (("done", 5), ("rolling", 115), ("arrived", 100), ("accepted", 118))
    for _ in range(2):
        for kind, ago_min in story:
            scene.say(unit, kind, incident, ago_min=ago_min, client_id=kind)
    job = scene.job(incident)
    assert job.state == "done"
    assert job.arrived_at == START + timedelta(minutes=20)
    assert job.done_at == START + timedelta(minutes=115)
    assert scene.unit_now(unit).state == "idle"


@pytest.mark.parametrize("minute", [-0.5, 5_000.0], ids=["barely", "teleported"])
def test_a_position_that_jumps_does_not_stop_the_dispatcher(scene: Scene, minute: float) -> None:
    near, far = scene.unit("R-01", 5), scene.unit("R-02", 9)
    scene.clock.advance(10)
    scene.move(near, minute)
    incident = scene.call(0)
    scene.run()
    assert scene.job(incident).unit_id == (near.id if minute < 5 else far.id)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-09-06T03:59:59+00:00", "2026-09-05"),  # 23:59:59, an hour before the gap
        ("2026-09-06T04:00:00+00:00", "2026-09-06"),  # midnight does not exist: it is 01:00
        ("2026-04-05T02:59:59+00:00", "2026-04-04"),  # 23:59:59 for the first time
        ("2026-04-05T03:59:59+00:00", "2026-04-04"),  # and for the second
        ("2026-04-05T04:00:00+00:00", "2026-04-05"),
    ],
)
def test_the_local_day_at_the_gap_and_the_fold(instant: str, day: str) -> None:
    chile = Region("demo", "CL", "America/Santiago", 0)
    assert chile.today(datetime.fromisoformat(instant)).isoformat() == day


@pytest.mark.parametrize(
    ("instant", "told"),
    [
        ("2026-06-01T15:59:59+00:00", "23:59"),
        ("2026-06-01T16:00:00+00:00", "06-02 00:00"),
        ("2026-05-31T15:59:00+00:00", "05-31 23:59"),
    ],
)
def test_people_are_told_the_time_of_their_own_region(instant: str, told: str) -> None:
    china = Region("ningbo", "CN", "Asia/Shanghai", 0)
    noon = datetime.fromisoformat("2026-06-01T04:00:00+00:00")
    assert china.clock(datetime.fromisoformat(instant), noon) == told
