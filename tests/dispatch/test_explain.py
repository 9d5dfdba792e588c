"""Why this unit, and which would be next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.explain import Candidates, candidates
from dispatch.incidents import cancel_by_dispatcher
from dispatch.snapshot import build_snapshot, job_key
from fleet.shifts import pause
from kernel.errors import Conflict, NotFound
from tests.dispatch.scene import START, Scene, repair

MINUTE = timedelta(minutes=1)


def ask(scene: Scene, incident: int) -> Candidates:
    with scene.database.read() as session:
        return candidates(session, scene.context, incident)


def test_units_come_best_first_and_forbidden_ones_last(scene: Scene) -> None:
    near, far = scene.unit("R-01", 4), scene.unit("R-02", 20)
    scene.unit("T-01", 1, "tow")
    resting = scene.unit("R-03", 2)
    with scene.database.write() as session:
        pause(session, scene.clock.now(), resting.id)
    incident = scene.call(0)
    scene.run()
    answer = ask(scene, incident)
    assert answer.plan_version == 1
    assert [c.unit.code for c in answer.items] == ["R-01", "R-02", "T-01", "R-03"]
    first, second, tow, paused = answer.items
    assert (first.chosen, first.arrival_at, first.on_time) == (True, START + 4 * MINUTE, True)
    assert (second.chosen, second.arrival_at) == (False, START + 20 * MINUTE)
    assert first.unit.id == near.id
    assert second.unit.id == far.id
    assert (second.extra_cost_cny or 0) > (first.extra_cost_cny or 0)
    assert second.extra_cost_cny == pytest.approx(sum(second.terms.values()))
    assert tow.forbidden is not None
    assert (tow.forbidden.rule, tow.forbidden.text.en) == (
        "no_unit_has",
        "It lacks roadside repair.",
    )
    assert tow.forbidden.text.zh == "缺少：现场维修。"
    assert paused.forbidden is not None
    assert paused.forbidden.rule == "paused"


def test_who_would_wait_longer_is_named(scene: Scene) -> None:
    unit = scene.unit("R-01", 0)
    waiting = scene.call(10, target_min=100)
    scene.run()
    urgent = scene.call(0, target_min=11)
    answer = ask(scene, urgent)
    first = answer.items[0]
    assert first.diverting is not None
    [effect] = first.diverting.others  # it has the order, and has to leave that for it
    assert (effect.incident_id, effect.delay_s) == (waiting, 600)
    assert effect.incident_number == f"R-{waiting:04d}"
    assert (effect.unit_code, first.unit.id, first.effects) == ("R-01", unit.id, ())


def test_who_is_planned_and_would_wait_longer_is_named(scene: Scene) -> None:
    unit = scene.unit("R-01", 0)
    at_work = scene.call(0)
    scene.run()
    scene.say(unit, "arrived", at_work)
    waiting = scene.call(10, target_min=100)
    scene.run()
    [first] = ask(scene, scene.call(0, target_min=11)).items[:1]
    assert first.diverting is None
    assert [(it.incident_id, it.delay_s) for it in first.effects] == [(waiting, 600)]


def test_a_technicians_refusal_is_the_reason(scene: Scene) -> None:
    near = scene.unit("R-01", 1)
    scene.unit("R-02", 9)
    incident = scene.call(0)
    scene.run()
    scene.say(near, "declined", incident)
    scene.run()
    last = ask(scene, incident).items[-1]
    assert last.forbidden is not None
    assert (last.unit.id, last.forbidden.rule) == (near.id, "declined")


def test_what_is_short_is_told_with_how_much(scene: Scene) -> None:
    scene.unit("C-01", 1, "repair", kwh=6.0)
    answer = ask(scene, scene.call(0, repair(kwh=10.0)))
    forbidden = answer.items[0].forbidden
    assert forbidden is not None
    assert forbidden.rule == "stock"
    assert forbidden.text.en == "Its energy stock is 4 kWh short."
    assert forbidden.text.zh == "剩余电量差 4 kWh。"


def test_once_a_unit_is_at_the_car_it_is_the_only_one(scene: Scene) -> None:
    near = scene.unit("R-01", 1)
    scene.unit("R-02", 9)
    incident = scene.call(0)
    scene.run()
    scene.say(near, "arrived", incident)
    chosen, other = ask(scene, incident).items
    assert (chosen.unit.id, chosen.chosen, chosen.on_time) == (near.id, True, True)
    assert other.forbidden is not None
    assert other.forbidden.rule == "at_the_car"


def test_a_closed_incident_needs_nobody(scene: Scene) -> None:
    incident = scene.call(0)
    with pytest.raises(NotFound):
        ask(scene, 99)
    with scene.database.write() as session:
        cancel_by_dispatcher(session, scene.clock.now(), incident, "double")
    with pytest.raises(Conflict):
        ask(scene, incident)


def test_the_contractor_is_weighed_beside_the_units(scene: Scene) -> None:
    scene.unit("R-01", 60)
    incident = scene.call(0)
    with scene.database.read() as session:
        assert candidates(session, scene.context, incident).helper is None  # there is none
    scene.contractor("Nanfang Rescue", 5)
    scene.run()
    with scene.database.read() as session:
        found = candidates(session, scene.context, incident)
        outside = build_snapshot(session, scene.context).outside[job_key(scene.job(incident).id)]
    helper = found.helper
    assert helper is not None
    assert (helper.name, helper.asked) == ("Nanfang Rescue", True)
    rules, at = scene.context.settings.contractors, scene.clock.now()
    expected_at = at + timedelta(seconds=rules.mobilise_s + 300)
    spread = timedelta(seconds=rules.spread_s)
    assert abs(helper.from_at - (expected_at - spread)) < timedelta(seconds=1)
    assert abs(helper.to_at - (expected_at + spread)) < timedelta(seconds=1)
    assert helper.extra_cost_cny == outside.cny
    [unit] = found.items
    assert unit.extra_cost_cny is not None
    assert helper.extra_cost_cny < unit.extra_cost_cny  # which is why the plan leaves it out
    assert not unit.chosen


def test_a_unit_under_way_elsewhere_is_there_sooner_if_it_is_diverted(scene: Scene) -> None:
    unit = scene.unit("R-01", 0)
    first = scene.call(20, target_min=100)
    scene.run()
    scene.say(unit, "rolling", first)
    scene.unit("R-02", 60)
    second = scene.call(8, target_min=100)
    found = {it.unit.code: it for it in ask(scene, second).items}
    diverting = found["R-01"].diverting
    assert diverting is not None
    assert diverting.arrival_at == START + 8 * MINUTE
    assert found["R-02"].diverting is None
    assert ask(scene, first).items[0].diverting is None


def test_a_unit_at_a_car_cannot_be_diverted_from_it(scene: Scene) -> None:
    unit = scene.unit("R-01", 0)
    first = scene.call(20, target_min=100)
    scene.run()
    scene.say(unit, "arrived", first)
    [candidate] = ask(scene, scene.call(8, target_min=100)).items
    assert candidate.arrival_at is not None
    assert candidate.diverting is None
