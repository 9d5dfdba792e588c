"""What own time is worth: nothing to an idle fleet, more to a busy one, by who can do the job."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.own_time import (
    AT_HAND_S,
    AT_SHARE,
    HORIZON_S,
    TYPICAL_DRIVE_S,
    OwnTime,
    callers,
    work_in_hand,
    work_s,
)
from dispatch.params import changed, load_settings
from dispatch.snapshot import build_snapshot
from tests.dispatch.scene import Scene, open_scene, repair, tow


def no_haul(*_: object) -> int:
    raise AssertionError("nothing is towed here")


def left_out_cny(scene: Scene, incident: int) -> float:
    with scene.database.read() as session:
        problem = build_snapshot(session, scene.context).problem
    [job] = [it for it in problem.jobs if it.id == f"J{scene.job(incident).id}"]
    return job.unassigned_cny


def test_a_job_takes_the_drive_the_work_and_the_way_with_the_car(scene: Scene) -> None:
    mended = scene.job(scene.call(0, repair(12)))
    towed = scene.job(scene.call(0, tow(20, 10)))
    either = scene.job(scene.call(0, tow(20, 10), repair(12)))
    assert work_s(mended, no_haul) == TYPICAL_DRIVE_S + 720
    assert work_s(towed, lambda *_: 1200) == TYPICAL_DRIVE_S + 600 + 1200 + 300
    assert work_s(either, lambda *_: 1200) == TYPICAL_DRIVE_S + 720


def test_work_in_hand_is_until_free_and_what_is_planned(scene: Scene) -> None:
    job = scene.job(scene.call(0, repair(12)))
    found = work_in_hand({1: 300.0, 2: 0.0}, [(1, job), (1, job), (None, job), (9, job)], no_haul)
    assert found == {1: 300.0 + 2 * (TYPICAL_DRIVE_S + 720), 2: 0.0}


def test_the_price_grows_with_the_work_of_those_who_can(scene: Scene) -> None:
    van, truck = scene.unit("R-01", 0), scene.unit("T-01", 0, "tow", "repair")
    mended, towed = scene.job(scene.call(0, repair(12))), scene.job(scene.call(0, tow(0)))
    busy = OwnTime((van, truck), {van.id: 0.5 * AT_HAND_S, truck.id: 1.5 * AT_HAND_S}, AT_SHARE, 5)
    work_min, tow_min = work_s(mended, no_haul) / 60, work_s(towed, lambda *_: 0) / 60
    assert busy.worth_cny(mended, no_haul) == pytest.approx(5 * work_min)
    assert 5 * tow_min < busy.worth_cny(towed, lambda *_: 0) < 5 * 1.5 * tow_min
    idle = OwnTime((van, truck), {van.id: 0.0, truck.id: 0.0}, AT_SHARE, 5.0)
    assert idle.worth_cny(mended, no_haul) == 0
    nobody = OwnTime((van,), {van.id: AT_HAND_S}, AT_SHARE, 5.0)
    assert nobody.worth_cny(towed, lambda *_: 0) == 0


def test_the_price_grows_with_the_time_that_calls_ask_for(scene: Scene) -> None:
    van = scene.unit("R-01", 0)
    job = scene.job(scene.call(0, repair(12)))
    worth = [
        OwnTime((van,), {van.id: AT_HAND_S}, share, 5.0).worth_cny(job, no_haul)
        for share in (0.0, 0.3, 0.6, 0.9, 0.95)
    ]
    assert worth[0] == 0
    assert worth == sorted(set(worth))


def test_those_who_call_until_units_have_caught_up_are_as_a_played_queue_has_them() -> None:
    # one unit with half an hour of work; a call of half a minute's work comes each minute
    free_at_s, n_callers = 1800.0, 0
    while n_callers * 60 < free_at_s:
        n_callers += 1
        free_at_s += 30
    far = callers(1800.0, 0.5) * (1 + 3600 / HORIZON_S)  # without the end of what is looked at
    assert far / 30 == pytest.approx(n_callers, rel=0.02)
    assert callers(10 * HORIZON_S, 0.97) < HORIZON_S


def test_what_a_job_is_worth_does_not_hang_on_whether_it_is_planned(tmp_path: Path) -> None:
    settings = changed(load_settings(), {"prices.own_time_cny_per_min": 10.0})
    scene = open_scene(tmp_path, settings=settings)
    unit = scene.unit("R-01", 0)
    first = scene.call(0, repair(40))
    scene.run()
    scene.say(unit, "rolling", first)
    second = scene.call(0, repair(10), target_min=90)
    scene.contractor("Near", 5, callout_cny=900.0)
    new = left_out_cny(scene, second)
    scene.run()
    assert scene.job(second).planned_unit_id == unit.id
    assert left_out_cny(scene, second) == pytest.approx(new)


def test_people_in_danger_are_not_put_off_for_calls_to_come(scene: Scene) -> None:
    unit = scene.unit("R-01", 0)
    calm, danger = (scene.job(scene.call(0, priority=it)) for it in (1, 2))
    busy = OwnTime((unit,), {unit.id: 2 * AT_HAND_S}, AT_SHARE, 10.0)
    assert busy.worth_cny(calm, no_haul) > 0
    assert busy.worth_cny(danger, no_haul) == 0


def test_a_busy_fleet_leaves_more_to_contractors(tmp_path: Path) -> None:
    settings = changed(load_settings(), {"prices.own_time_cny_per_min": 10.0})
    scene = open_scene(tmp_path, settings=settings)
    scene.contractor("Near", 5)
    scene.unit("R-01", 0)
    first = scene.call(0, repair(50), target_min=90)
    idle = left_out_cny(scene, first)
    scene.run()
    second = scene.call(0, repair(50), target_min=90)
    busy = left_out_cny(scene, second)
    assert busy < idle - 100
    scene.run()
    assert scene.job(second).planned_unit_id is None
    assert [it.incident_id for it in scene.events("contractor.offered")] == [second]


def test_at_no_price_the_work_in_hand_makes_no_difference(tmp_path: Path) -> None:
    settings = changed(load_settings(), {"prices.own_time_cny_per_min": 0.0})
    scene = open_scene(tmp_path, settings=settings)
    scene.contractor("Near", 5)
    scene.unit("R-01", 0)
    idle = left_out_cny(scene, scene.call(0, repair(50), target_min=90))
    scene.run()
    busy = left_out_cny(scene, scene.call(0, repair(50), target_min=90))
    assert busy == pytest.approx(idle)
