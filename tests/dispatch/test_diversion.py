"""What a diversion is said to lead to is what happens when it is confirmed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.core.model import Lock
from dispatch.diversion import Diverting, Outcome
from dispatch.explain import Candidate, candidates
from dispatch.manual import Wish, assign, plan_version, set_lock
from fleet.model import Unit
from tests.dispatch.scene import REGION, START, Scene, repair

MINUTE = timedelta(minutes=1)


def row(scene: Scene, unit: Unit, incident: int) -> Candidate:
    with scene.database.read() as session:
        found = candidates(session, scene.context, incident)
    return next(it for it in found.items if it.unit.id == unit.id)


def told(scene: Scene, unit: Unit, incident: int) -> Diverting:
    found = row(scene, unit, incident).diverting
    assert found is not None
    return found


def divert(scene: Scene, unit: Unit, incident: int) -> None:
    with scene.database.write() as session:
        version = plan_version(session, REGION)
        assign(session, scene.context, Wish(incident, unit.id, version, divert=True))
    scene.run()


def has(scene: Scene, unit: Unit, incident: int) -> bool:
    job = scene.job(incident)
    return unit.id in (job.unit_id, job.planned_unit_id)


def rolls(scene: Scene, minute: float, target_min: float = 30) -> tuple[Unit, int]:
    """Return R-01, which rolls from minute 0 to a call."""
    unit = scene.unit("R-01", 0)
    first = scene.call(minute, target_min=target_min)
    scene.run()
    scene.say(unit, "rolling", first)
    return unit, first


def test_the_next_best_unit_takes_the_call_over(scene: Scene) -> None:
    unit, first = rolls(scene, 20)
    other = scene.unit("R-02", 57)
    second = scene.call(-8)
    found = told(scene, unit, second)
    assert found.arrival_at == START + 8 * MINUTE
    [outcome] = found.others
    assert outcome == Outcome(first, "R-02", None, START + 37 * MINUTE, START + 20 * MINUTE)
    assert outcome.delay_s == 17 * 60
    divert(scene, unit, second)
    assert has(scene, unit, second)
    assert has(scene, other, first)
    assert scene.job(first).planned_arrival_at == outcome.arrival_at


def test_the_unit_itself_comes_back_where_nobody_is_nearer(scene: Scene) -> None:
    unit, first = rolls(scene, 20)
    second = scene.call(-8)
    [outcome] = told(scene, unit, second).others
    assert (outcome.unit_code, outcome.delay_s) == ("R-01", (8 + 10 + 28 - 20) * 60)
    divert(scene, unit, second)
    assert has(scene, unit, first)
    assert scene.job(first).planned_arrival_at == outcome.arrival_at


def test_what_was_fixed_by_hand_is_given_up_with_it(scene: Scene) -> None:
    unit, first = rolls(scene, 20)
    with scene.database.write() as session:
        set_lock(session, scene.context, first, Lock.UNIT)
    other = scene.unit("R-02", 57)
    second = scene.call(-8)
    assert not row(scene, unit, second).effects  # it comes afterwards
    [outcome] = told(scene, unit, second).others
    assert (outcome.unit_code, outcome.delay_s) == ("R-02", 17 * 60)
    divert(scene, unit, second)
    assert has(scene, other, first)


def test_a_contractor_is_asked_where_the_plan_would(scene: Scene) -> None:
    unit, first = rolls(scene, 20)
    scene.contractor("Nanfang Rescue", 21)
    second = scene.call(-8, target_min=200)
    [outcome] = told(scene, unit, second).others
    assert (outcome.incident_id, outcome.unit_code) == (first, None)
    assert outcome.contractor == "Nanfang Rescue"
    lead_s = scene.context.settings.contractors.mobilise_s + 60
    assert outcome.arrival_at == pytest.approx(
        START + timedelta(seconds=lead_s), abs=timedelta(seconds=1)
    )
    divert(scene, unit, second)
    [offered] = scene.events("contractor.offered")
    assert offered.incident_id == first


def test_nobody_goes_where_nobody_else_can(scene: Scene) -> None:
    unit = scene.unit("C-01", 0, kwh=10.0)
    first = scene.call(20, repair(kwh=10.0))
    scene.run()
    second = scene.call(-8, repair(kwh=10.0))
    [outcome] = told(scene, unit, second).others
    assert outcome == Outcome(first, None, None, None, START + 20 * MINUTE)
    assert outcome.delay_s is None
    divert(scene, unit, second)
    job = scene.job(first)
    assert (job.unit_id, job.planned_unit_id) == (None, None)


def test_what_else_the_unit_had_is_moved_where_that_is_cheaper(scene: Scene) -> None:
    unit, first = rolls(scene, 20)
    behind = scene.call(22)
    scene.run()
    assert has(scene, unit, behind)
    other = scene.unit("R-02", 40)
    second = scene.call(-8)
    others = told(scene, unit, second).others
    assert [(it.incident_id, it.unit_code) for it in others] == [(first, "R-02")]
    divert(scene, unit, second)
    assert has(scene, other, first)
    assert has(scene, other, behind)


def test_a_row_that_can_only_come_by_a_diversion_costs_what_that_does(scene: Scene) -> None:
    unit, _ = rolls(scene, 28, target_min=300)
    scene.unit("R-02", 57)
    second = scene.call(1, target_min=2, priority=2)
    found = row(scene, unit, second)
    assert found.diverting is not None
    assert found.arrival_at == found.diverting.arrival_at == START + 1 * MINUTE
    assert found.effects == ()
    assert found.extra_cost_cny == pytest.approx(sum(found.terms.values()))
    assert found.terms == found.diverting.terms
