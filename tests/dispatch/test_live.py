"""A call becomes a unit at the car, and what may come in between."""

from __future__ import annotations

from datetime import timedelta

from tests.dispatch.scene import START, Scene


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
