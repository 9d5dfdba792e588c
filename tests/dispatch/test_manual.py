"""A dispatcher's hand: assign, lock, release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dispatch import contractor_work, contractors
from dispatch.core.model import Lock
from dispatch.manual import Wish, assign, plan_version, release, set_lock
from fleet.model import Unit
from fleet.shifts import pause
from fleet.store import UnitRow
from kernel.errors import Conflict, InvalidInput, JobTaken, NotFound, StalePlan
from tests.dispatch.scene import Scene, open_scene, repair


def give(scene: Scene, incident: int, unit: Unit, **wish: Any) -> None:
    with scene.database.write() as session:
        wish.setdefault("plan_version", plan_version(session, "line"))
        assign(session, scene.context, Wish(incident, unit.id, **wish))


def test_an_idle_unit_is_ordered_at_once_and_stays_ordered(scene: Scene) -> None:
    near, far = scene.unit("R-01", 1), scene.unit("R-02", 20)
    incident = scene.call(0)
    scene.run()
    give(scene, incident, far)
    job = scene.job(incident)
    assert (job.state, job.unit_id, job.lock) == ("ordered", far.id, Lock.UNIT)
    scene.run()
    assert scene.job(incident).unit_id == far.id
    assert scene.unit_now(near).state == "idle"


def test_a_stale_plan_is_refused(scene: Scene) -> None:
    unit = scene.unit("R-01", 1)
    incident = scene.call(0)
    scene.run()
    with pytest.raises(StalePlan):
        give(scene, incident, unit, plan_version=0)


def test_a_unit_without_the_skill_is_refused_with_the_rule(scene: Scene) -> None:
    unit = scene.unit("R-01", 1)
    incident = scene.call(0, repair(10, "tow"))
    with pytest.raises(InvalidInput, match="R-01 lacks towing") as refused:
        give(scene, incident, unit)
    assert refused.value.faults[0].code == "rule.no_unit_has"


def test_a_unit_without_the_energy_is_refused(scene: Scene) -> None:
    unit = scene.unit("C-01", 1, "boost", kwh=5.0)
    incident = scene.call(0, repair(10, "boost", kwh=10.0))
    with pytest.raises(InvalidInput, match="5 kWh left"):
        give(scene, incident, unit)


def test_energy_that_goes_to_the_car_it_is_at_is_not_counted_twice(scene: Scene) -> None:
    unit = scene.unit("C-01", 1, "boost", kwh=15.0)
    first = scene.call(0, repair(10, "boost", kwh=10.0))
    scene.run()
    scene.say(unit, "arrived", first)
    second = scene.call(5, repair(10, "boost", kwh=10.0))
    with pytest.raises(InvalidInput, match="5 kWh left"):
        give(scene, second, unit)


def test_a_unit_off_duty_is_refused(scene: Scene) -> None:
    unit = scene.unit("R-01", 1)
    incident = scene.call(0)
    with scene.database.write() as session:
        pause(session, scene.clock.now(), unit.id)
    with pytest.raises(Conflict, match="R-01 is paused"):
        give(scene, incident, unit)


def test_a_rolling_unit_does_it_next(scene: Scene) -> None:
    unit, other = scene.unit("R-01", 0), scene.unit("R-02", 9)
    first = scene.call(1)
    scene.run()
    scene.say(unit, "rolling", first)
    second = scene.call(8)
    scene.run()
    assert scene.job(second).unit_id == other.id
    give(scene, second, unit)
    assert scene.unit_now(other).state == "idle"
    scene.run()
    job = scene.job(second)
    assert (job.state, job.planned_unit_id, job.lock) == ("open", unit.id, Lock.UNIT)
    assert scene.job(first).state == "rolling"
    scene.say(unit, "done", first)
    scene.run()
    assert (scene.job(second).state, scene.job(second).unit_id) == ("ordered", unit.id)


def test_a_rolling_unit_is_diverted_on_request(scene: Scene) -> None:
    unit = scene.unit("R-01", 0)
    first = scene.call(20)
    scene.run()
    scene.say(unit, "rolling", first)
    second = scene.call(8)
    give(scene, second, unit, divert=True)
    assert (scene.job(second).state, scene.job(second).unit_id) == ("ordered", unit.id)
    assert scene.job(first).state == "open"
    assert scene.events("job.diverted")[0].incident_id == first


def test_a_unit_at_a_car_cannot_be_diverted(scene: Scene) -> None:
    unit = scene.unit("R-01", 0)
    first = scene.call(20)
    scene.run()
    scene.say(unit, "arrived", first)
    with pytest.raises(JobTaken):
        give(scene, scene.call(8), unit, divert=True)


def test_a_job_at_work_cannot_be_given_away(scene: Scene) -> None:
    unit, other = scene.unit("R-01", 0), scene.unit("R-02", 9)
    incident = scene.call(1)
    scene.run()
    scene.say(unit, "arrived", incident)
    with pytest.raises(JobTaken):
        give(scene, incident, other)


def test_a_hand_overrules_a_refusal(scene: Scene) -> None:
    unit = scene.unit("R-01", 0)
    incident = scene.call(1)
    scene.run()
    scene.say(unit, "declined", incident)
    scene.run()
    give(scene, incident, unit)
    scene.run()
    assert scene.job(incident).unit_id == unit.id


def test_the_same_wish_for_a_lock_changes_nothing_the_second_time(scene: Scene) -> None:
    scene.unit("R-01", 1)
    incident = scene.call(0)
    scene.run()
    for lock in (Lock.UNIT, Lock.UNIT, Lock.FREE, Lock.FREE):
        with scene.database.write() as session:
            set_lock(session, scene.context, incident, lock)
        assert scene.job(incident).lock is lock
    by_hand = [it.payload["lock"] for it in scene.events("job.planned") if "lock" in it.payload]
    assert by_hand == ["unit", "free"]


def test_unknown_things_are_not_found(scene: Scene) -> None:
    unit = scene.unit("R-01", 0)
    incident = scene.call(1)
    with pytest.raises(NotFound):
        give(scene, 999, unit)
    with pytest.raises(NotFound, match="Known: repair"):
        give(scene, incident, unit, option="tow")


def test_a_locked_job_waits_for_its_unit_and_a_released_one_does_not(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, engine="ortools")
    busy = scene.unit("R-01", 0)
    first, second = scene.call(0), scene.call(1, target_min=200)
    scene.run()
    scene.say(busy, "arrived", first)
    with scene.database.write() as session:
        set_lock(session, scene.context, second, Lock.UNIT)
    helper = scene.unit("R-02", 2)
    scene.pass_time(60)
    assert scene.job(second).planned_unit_id == busy.id
    with scene.database.write() as session:
        release(session, scene.context, second)
    scene.run()
    assert scene.job(second).unit_id == helper.id


def let_go(scene: Scene, incident: int) -> None:
    with scene.database.write() as session:
        release(session, scene.context, incident)


def test_a_release_withdraws_an_order_and_the_plan_decides_anew(scene: Scene) -> None:
    near, far = scene.unit("R-01", 1), scene.unit("R-02", 20)
    incident = scene.call(0)
    give(scene, incident, far)
    let_go(scene, incident)
    job = scene.job(incident)
    assert (job.state, job.unit_id, job.planned_unit_id, job.lock) == ("open", None, None, 0)
    assert scene.incident(incident).state == "waiting"
    told = scene.events("job.withdrawn")[-1]
    assert (told.unit_id, told.payload) == (far.id, {"by_hand": True})
    scene.run()
    assert scene.job(incident).unit_id == near.id
    assert scene.unit_now(far).state == "idle"


def test_a_release_leaves_a_rolling_unit_rolling_and_says_so(scene: Scene) -> None:
    unit = scene.unit("R-01", 20)
    incident = scene.call(0)
    give(scene, incident, unit)
    scene.say(unit, "rolling", incident)
    let_go(scene, incident)
    job = scene.job(incident)
    assert (job.state, job.unit_id, job.lock) == ("rolling", unit.id, Lock.FREE)
    told = scene.events("job.planned")[-1]
    assert (told.unit_id, told.payload["goes_on"]) == (unit.id, True)


def test_a_release_withdraws_what_a_contractor_has_not_answered(scene: Scene) -> None:
    first, second = scene.contractor("A", 5), scene.contractor("B", 6)
    incident = scene.call(0)
    with scene.database.write() as session:
        asked = contractors.offer(session, scene.context, incident, first)
    let_go(scene, incident)
    with scene.database.write() as session, pytest.raises(Conflict, match="withdrawn"):
        contractor_work.accept(session, scene.context, asked, first, eta_min=10)
    with scene.database.write() as session:
        contractors.offer(session, scene.context, incident, second)


def test_locks_need_a_unit_and_are_never_full(scene: Scene) -> None:
    incident = scene.call(1)
    with scene.database.write() as session:
        with pytest.raises(Conflict):
            set_lock(session, scene.context, incident, Lock.UNIT)
        with pytest.raises(InvalidInput):
            set_lock(session, scene.context, incident, Lock.FULL)


def test_a_lock_ends_with_the_shift(scene: Scene) -> None:
    unit, other = scene.unit("R-01", 0), scene.unit("R-02", 9)
    incident = scene.call(1)
    scene.run()
    give(scene, incident, unit)
    with scene.database.write() as session:
        pause(session, scene.clock.now(), unit.id)
    scene.run()
    job = scene.job(incident)
    assert (job.unit_id, job.lock) == (other.id, Lock.FREE)
    [text] = lifted(scene)
    assert text.startswith("R-01, which R-0001 was locked to, is not on duty any more: the lock is")


def test_a_lock_ends_with_the_shift_also_where_nobody_else_can_go(scene: Scene) -> None:
    unit, incident = scene.unit("R-01", 0), scene.call(1)
    scene.run()
    give(scene, incident, unit)
    with scene.database.write() as session:
        pause(session, scene.clock.now(), unit.id)
    scene.run()
    job = scene.job(incident)
    assert (job.unit_id, job.planned_unit_id, job.lock) == (None, None, Lock.FREE)
    assert len(lifted(scene)) == 1


def lifted(scene: Scene) -> list[str]:
    """Return what was told of locks that were lifted."""
    alarms = scene.events("alarm.raised")
    return [it.payload["text"]["en"] for it in alarms if it.payload["kind"] == "lock_lifted"]


def test_a_lock_that_its_unit_can_no_longer_keep_ends_and_is_told(scene: Scene) -> None:
    unit = scene.unit("R-01", 0)
    busy = scene.call(1)
    scene.run()
    locked = scene.call(3)
    give(scene, locked, unit)
    with scene.database.write() as session:
        session.get_one(UnitRow, unit.id).skills = []
    scene.run()
    job = scene.job(locked)
    assert (job.state, job.planned_unit_id, job.lock) == ("open", None, Lock.FREE)
    assert [it[:61] for it in lifted(scene)] == [
        "R-01, which R-0002 was locked to, cannot do it as planned any"
    ]
    assert scene.job(busy).unit_id == unit.id
