"""A call becomes a unit at the car, and what may come in between."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.decide import Decision
from dispatch.incident import IncidentState
from dispatch.incidents import cancel_by_owner
from dispatch.manual import Wish, assign
from dispatch.snapshot import build_snapshot
from dispatch.solver_process import WorkerSolver
from dispatch.store import AlarmRow, incident_row, jobs_of
from fleet.model import Ownership, Unit, UnitKind, UnitSpec
from fleet.shifts import pause, start_shift
from fleet.store import put_unit
from tests.dispatch.scene import REGION, START, Scene, open_scene


def test_a_call_is_ordered_rolled_arrived_and_done(scene: Scene) -> None:
    near, far = scene.unit("R-01", 5), scene.unit("R-02", 20)
    incident = scene.call(0)
    scene.run()
    job = scene.job(incident)
    assert (job.state, job.unit_id, job.option) == ("ordered", near.id, "repair")
    assert job.planned_arrival_at == START + timedelta(minutes=5)
    assert scene.incident(incident).state == "assigned"
    assert scene.incident(incident).eta_at == START + timedelta(minutes=5)

    assert scene.say(near, "rolling", incident).status == "applied"
    assert scene.unit_now(near).state == "rolling"
    scene.pass_time(5)
    assert scene.say(near, "arrived", incident).status == "applied"
    assert scene.incident(incident).arrived_at == START + timedelta(minutes=5)
    scene.pass_time(10)
    assert scene.say(near, "done", incident).status == "applied"
    closed = scene.incident(incident)
    assert (closed.state, closed.outcome, closed.risk) == ("closed", "repaired", "normal")
    assert scene.unit_now(near).state == "idle"
    assert scene.unit_now(far).state == "idle"


def test_the_loop_runs_on_both_databases(tmp_path: Path, any_database_url: str) -> None:
    scene = open_scene(tmp_path, any_database_url)
    unit, other = scene.unit("R-01", 5), scene.unit("R-02", 20)
    scene.contractor("Near", 1)
    first = scene.call(2, target_min=15)
    scene.run()
    assert scene.job(first).unit_id == unit.id
    scene.say(unit, "declined", first)
    second = scene.call(1)
    scene.run()
    with scene.database.write() as session:
        cancel_by_owner(session, scene.clock.now(), second, "never mind")
    scene.pass_time(4)  # the contractor, who would be in time, does not answer
    assert scene.job(first).unit_id == other.id
    assert [offer.incident_id for offer in scene.events("contractor.offered")] == [first]
    assert scene.unit_now(unit).state == "idle"
    scene.dispatcher.close()
    scene.database.close()


def test_nothing_new_changes_nothing(scene: Scene) -> None:
    scene.unit("R-01", 5)
    scene.call(0)
    scene.call(30)
    scene.run()
    before = scene.events()
    scene.dispatcher.wake("because")
    scene.run()
    assert scene.events() == before


def test_a_second_call_waits_in_the_plan_and_is_ordered_when_the_unit_is_free(
    scene: Scene,
) -> None:
    unit = scene.unit("R-01", 0)
    first, second = scene.call(2), scene.call(4)
    scene.run()
    waiting = scene.job(second)
    assert (waiting.state, waiting.planned_unit_id, waiting.planned_sequence) == (
        "open",
        unit.id,
        1,
    )
    scene.say(unit, "done", first)
    scene.run()
    assert (scene.job(second).state, scene.job(second).unit_id) == ("ordered", unit.id)


def test_cancelling_frees_the_unit_for_the_next_call(scene: Scene) -> None:
    unit = scene.unit("R-01", 0)
    first, second = scene.call(2), scene.call(4)
    scene.run()
    scene.say(unit, "rolling", first)
    with scene.database.write() as session:
        cancel_by_owner(session, scene.clock.now(), first, "it starts again")
    scene.run()
    assert scene.job(first).state == "cancelled"
    assert (scene.job(second).state, scene.job(second).unit_id) == ("ordered", unit.id)


def test_a_declined_job_goes_elsewhere_and_never_back(scene: Scene) -> None:
    near, far = scene.unit("R-01", 1), scene.unit("R-02", 9)
    incident = scene.call(0)
    scene.run()
    assert scene.say(near, "declined", incident, reason="no jack").status == "applied"
    scene.run()
    job = scene.job(incident)
    assert (job.state, job.unit_id, job.declined_by) == ("ordered", far.id, frozenset({near.id}))
    scene.say(far, "declined", incident, reason="flat tyre")
    scene.run()
    job = scene.job(incident)
    assert (job.state, job.unit_id, job.planned_unit_id) == ("open", None, None)


def test_a_rolling_unit_is_diverted_only_when_the_gain_exceeds_the_price(scene: Scene) -> None:
    unit = scene.unit("R-01", 0)
    calm = scene.call(20, target_min=120)
    scene.run()
    scene.say(unit, "rolling", calm)
    scene.call(12, target_min=120)
    scene.run()
    assert scene.job(calm).state == "rolling"  # eight minutes earlier are not worth 60 CNY
    urgent = scene.call(2, target_min=5)
    scene.run()
    assert (scene.job(calm).state, scene.job(calm).unit_id) == ("open", None)
    assert (scene.job(urgent).state, scene.job(urgent).unit_id) == ("ordered", unit.id)
    assert scene.unit_now(unit).state == "idle"
    [diverted] = scene.events("job.diverted")
    assert diverted.payload["price_cny"] == 60.0
    assert (diverted.incident_id, diverted.unit_id) == (calm, unit.id)


def test_a_unit_on_site_is_left_alone(scene: Scene) -> None:
    unit = scene.unit("R-01", 0)
    first = scene.call(2)
    scene.run()
    scene.say(unit, "arrived", first)
    urgent = scene.call(2, target_min=5, priority=2)
    scene.run()
    assert scene.job(first).state == "on_site"
    assert (scene.job(urgent).state, scene.job(urgent).planned_unit_id) == ("open", unit.id)


def test_a_plan_is_committed_one_second_after_its_snapshot(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, decision_charge_s=1)
    scene.unit("R-01", 5)
    incident = scene.call(0)
    scene.run()
    assert scene.job(incident).state == "open"
    assert scene.dispatcher.next_due() == START + timedelta(seconds=1)
    scene.clock.advance(1)
    scene.run()
    assert scene.job(incident).ordered_at == START + timedelta(seconds=1)


def test_what_changed_during_the_decision_is_left_alone_and_planned_anew(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, decision_charge_s=1)
    unit = scene.unit("R-01", 5)
    gone, stays = scene.call(0), scene.call(1)
    scene.run()
    with scene.database.write() as session:
        cancel_by_owner(session, scene.clock.now(), gone, "never mind")
    scene.pass_time(0.1)
    assert scene.job(gone).state == "cancelled"
    assert (scene.job(stays).state, scene.job(stays).unit_id) == ("ordered", unit.id)


def test_a_plan_made_from_an_older_version_is_not_committed(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, decision_charge_s=1)
    near, far = scene.unit("R-01", 1), scene.unit("R-02", 20)
    incident = scene.call(0)
    scene.run()
    with scene.database.write() as session:
        assign(session, scene.context, Wish(incident, far.id, plan_version=0))
    scene.pass_time(0.1)
    assert scene.job(incident).unit_id == far.id
    assert "plan.stale" in scene.kinds()
    assert scene.unit_now(near).state == "idle"


def test_decisions_wait_for_the_beat(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, engine="hungarian", cadence_s=60)
    scene.run()
    scene.clock.advance(10)
    scene.unit("R-01", 5)
    incident = scene.call(0)
    scene.run()
    assert scene.job(incident).state == "open"
    assert scene.dispatcher.next_due() == START + timedelta(seconds=60)
    scene.pass_time(1)
    assert scene.job(incident).ordered_at == START + timedelta(seconds=60)


def test_a_unit_that_pauses_gives_its_order_back(scene: Scene) -> None:
    near, far = scene.unit("R-01", 1), scene.unit("R-02", 9)
    incident = scene.call(0)
    scene.run()
    with scene.database.write() as session:
        pause(session, scene.clock.now(), near.id)
    scene.run()
    assert (scene.job(incident).state, scene.job(incident).unit_id) == ("ordered", far.id)


def test_an_overdue_unit_makes_room_for_another(scene: Scene) -> None:
    slow, other = scene.unit("R-01", 0), scene.unit("R-02", 9)
    first = scene.call(0)
    scene.run()
    scene.say(slow, "arrived", first)
    second = scene.call(0, target_min=120)
    scene.run()
    assert scene.job(second).planned_unit_id == slow.id
    scene.pass_time(60)
    assert scene.job(second).unit_id == other.id


def test_a_broken_database_does_not_end_the_loop(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.unit("R-01", 5)
    incident = scene.call(0)

    def broken(*_: object) -> None:
        raise RuntimeError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("dispatch.live.build_snapshot", broken)
        assert scene.dispatcher.run_due()
    [failed] = scene.events("plan.failed")
    assert "no space left" in failed.payload["reasons"][0]
    assert scene.dispatcher.next_due() == START + timedelta(seconds=2)
    scene.pass_time(1)
    assert scene.job(incident).state == "ordered"


def test_two_equal_days_are_equal(tmp_path: Path) -> None:
    def day(folder: Path) -> list[tuple[object, ...]]:
        folder.mkdir()
        scene = open_scene(folder, decision_charge_s=1)
        units = [scene.unit(f"R-{n:02d}", 7 * n) for n in range(4)]
        for n in range(9):
            scene.call((13 * n) % 29, target_min=20)
            scene.pass_time(2)
            for unit in units:
                _work(scene, unit)
        return [(e.at, e.kind, e.incident_id, e.unit_id, str(e.payload)) for e in scene.events()]

    assert day(tmp_path / "a") == day(tmp_path / "b")


def _work(scene: Scene, unit: Unit) -> None:
    """Let a technician press the next button."""
    with scene.database.read() as session:
        jobs = [job for job in jobs_of(session, REGION, unit_id=unit.id) if job.is_active]
    for job in jobs:
        kind = {"ordered": "rolling", "rolling": "arrived", "on_site": "done"}[job.state]
        scene.say(unit, kind, job.incident_id)


def test_a_call_that_comes_during_the_snapshot_is_planned_next(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.unit("R-01", 5)
    late: list[int] = []

    def slow(*arguments: Any) -> Any:
        made = build_snapshot(*arguments)
        if not late:
            caller = threading.Thread(target=lambda: late.append(scene.call(0)))
            caller.start()
            caller.join()
        return made

    monkeypatch.setattr("dispatch.live.build_snapshot", slow)
    scene.run()
    assert scene.job(late[0]).state == "ordered"


def play(scene: Scene, minutes: float) -> None:
    """Let the dispatcher run whenever it is due, also where it does not come to rest."""
    end = scene.clock.now() + timedelta(minutes=minutes)
    while scene.clock.now() < end:
        scene.dispatcher.run_due()
        due = scene.dispatcher.next_due()
        scene.clock.move_to(max(scene.clock.now(), end if due is None else min(due, end)))


def alarms(scene: Scene) -> list[str]:
    return [event.payload["kind"] for event in scene.events("alarm.raised")]


def test_planning_that_fails_is_tried_ever_more_rarely_and_told_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.unit("R-01", 5)
    incident = scene.call(0)
    with monkeypatch.context() as patch:
        patch.setattr("dispatch.live.decide", lambda *_, **__: Decision(None, 0.1, ("broken",)))
        play(scene, 5)
    tried = [(event.at - START).total_seconds() for event in scene.events("plan.failed")]
    assert tried == [0, 2, 7, 22, 82, 142, 202, 262]
    assert alarms(scene) == ["planning_failed"]
    scene.pass_time(2)
    assert scene.job(incident).state == "ordered"


@pytest.mark.parametrize("is_seen", [False, True])
def test_planning_that_fails_again_is_told_again_once_the_first_alarm_was_seen(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, is_seen: bool
) -> None:
    scene.unit("R-01", 5)
    for minute in (0, 1):
        scene.call(minute)
        with monkeypatch.context() as patch:
            patch.setattr("dispatch.live.decide", lambda *_, **__: Decision(None, 0.1, ("broken",)))
            play(scene, 1)
        scene.pass_time(2)
        with scene.database.write() as session:
            for alarm in session.scalars(select(AlarmRow)):
                alarm.acknowledged_at = scene.clock.now() if is_seen else None
    assert alarms(scene) == ["planning_failed"] * (2 if is_seen else 1)


def test_a_loop_that_cannot_look_tells_and_still_keeps_watch_by_the_clock(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.contractor("Near", 2, answer_s=180)
    scene.contractor("Other", 3)
    incident = scene.call(0, target_min=5)
    scene.run()
    assert len(scene.events("contractor.offered")) == 1

    def broken(*_: object) -> None:
        raise RuntimeError("no city")

    monkeypatch.setattr("dispatch.live.build_snapshot", broken)
    scene.dispatcher.wake("test")
    scene.run()
    assert "planning_failed" not in alarms(scene)  # once may be chance
    play(scene, 10)
    assert alarms(scene).count("planning_failed") == 1
    assert scene.incident(incident).risk == "breached"
    assert len(scene.events("contractor.expired")) == 2
    assert len(scene.events("contractor.offered")) == 2


def test_an_alarm_that_cannot_be_stored_is_raised_by_a_later_failure(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no space left on device")

    monkeypatch.setattr("dispatch.live.build_snapshot", broken)
    with monkeypatch.context() as patch:
        patch.setattr("dispatch.planning_failures.raise_alarm", broken)
        play(scene, 1)
    assert alarms(scene) == []
    play(scene, 2)
    assert alarms(scene) == ["planning_failed"]


def test_where_no_plan_is_made_promises_are_kept_watch_of(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.unit("R-01", 5)
    scene.call(0)
    monkeypatch.setattr("dispatch.live.decide", lambda *_, **__: Decision(None, 0.1, ("broken",)))
    play(scene, 10)
    assert alarms(scene) == ["planning_failed"]
    play(scene, 10)
    assert alarms(scene) == ["planning_failed", "promise_at_risk"]


def test_an_incident_that_no_plan_can_be_made_for_is_told_of(scene: Scene) -> None:
    scene.unit("R-01", 5)
    incident = scene.call(0, target_min=10)
    with scene.database.write() as session:  # nobody is at the car: no unit can be ordered to it
        incident_row(session, incident).state = IncidentState.ON_SITE.value
    play(scene, 5)
    assert len(scene.events("plan.stale")) > 3
    assert alarms(scene).count("planning_failed") == 1
    play(scene, 10)
    assert alarms(scene).count("promise_at_risk") == 1


def test_a_unit_is_sent_once_its_place_is_known(scene: Scene) -> None:
    spec = UnitSpec(
        code="R-01",
        name="R-01",
        region=REGION,
        kind=UnitKind.REPAIR,
        ownership=Ownership.OWN,
        skills=frozenset({"repair"}),
    )
    with scene.database.write() as session:
        unit = put_unit(session, scene.clock.now(), spec)
        start_shift(session, scene.clock.now(), unit.id)  # indoors: the phone has no place yet
    incident = scene.call(0)
    scene.pass_time(2)
    assert scene.job(incident).state == "open"
    scene.move(unit, 3)
    scene.pass_time(1)
    assert (scene.job(incident).state, scene.job(incident).unit_id) == ("ordered", unit.id)


class Starved(WorkerSolver):
    """Has no memory for a process of its own."""

    def start(self) -> None:
        """Say so, as `multiprocessing` does."""
        raise OSError(12, "Cannot allocate memory")


def test_a_solver_that_cannot_be_started_does_not_end_the_loop(tmp_path: Path) -> None:
    decided = threading.Semaphore(0)
    scene = open_scene(tmp_path, runner=Starved(30), on_decision=lambda _: decided.release())
    scene.unit("R-01", 5)
    stop = threading.Event()
    loop = threading.Thread(target=scene.dispatcher.run_forever, args=(stop,))
    loop.start()
    try:
        assert decided.acquire(timeout=60)
        scene.call(0)
        assert decided.acquire(timeout=60)
    finally:
        stop.set()
        loop.join()
        scene.dispatcher.close()
