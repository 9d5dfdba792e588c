"""What no plan mends is told while it lasts: once, by name, and put aside when it is over."""

from __future__ import annotations

from sqlalchemy import select

from dispatch import contractor_work, contractors
from dispatch.store import AlarmRow
from dispatch.troubles import TROUBLES
from tests.dispatch.scene import Scene, tow


def told(scene: Scene) -> list[tuple[int | None, str]]:
    """Return the troubles that were ever told, by incident."""
    alarms = scene.events("alarm.raised")
    return [(it.incident_id, it.payload["kind"]) for it in alarms if it.payload["kind"] in TROUBLES]


def standing(scene: Scene) -> dict[str, str]:
    """Return the troubles that the console shows: their English words by kind."""
    with scene.database.read() as session:
        rows = session.scalars(select(AlarmRow).filter_by(acknowledged_at=None)).all()
        return {row.kind: row.text["en"] for row in rows if row.kind in TROUBLES}


def acknowledge(scene: Scene) -> None:
    with scene.database.write() as session:
        for row in session.scalars(select(AlarmRow)):
            row.acknowledged_at, row.acknowledged_by = scene.clock.now(), "Wang"


def test_an_order_that_was_taken_and_is_not_begun_is_told_until_it_is(scene: Scene) -> None:
    unit, incident = scene.unit("R-01", 10), scene.call(0)
    scene.run()
    scene.say(unit, "accepted", incident)
    scene.pass_time(4)
    assert told(scene) == []
    scene.pass_time(3)
    assert standing(scene) == {
        "order_not_begun": "R-01 took R-0001 5 min ago and has not set off: call it, or send "
        "another one."
    }
    scene.say(unit, "rolling", incident)
    scene.pass_time(1)
    assert standing(scene) == {}
    assert told(scene) == [(incident, "order_not_begun")]


def test_an_order_that_is_taken_at_last_alarms_nobody_any_more(scene: Scene) -> None:
    unit, incident = scene.unit("R-01", 10), scene.call(0)
    scene.pass_time(6)
    assert "R-01 has not taken R-0001" in standing(scene)["order_unanswered"]
    scene.say(unit, "accepted", incident)
    scene.pass_time(1)
    assert standing(scene) == {}
    [settled] = scene.events("alarm.acknowledged")
    assert settled.payload["kind"] == "order_unanswered"
    assert settled.payload["acknowledged_by"] is None


def test_work_that_nobody_says_is_done_is_told_once_for_each_stage(scene: Scene) -> None:
    truck, incident = scene.unit("T-01", 5, "tow"), scene.call(0, tow(20))
    scene.run()
    for kind in ("accepted", "rolling", "arrived"):
        scene.say(truck, kind, incident)
    option = scene.job(incident).option_named(scene.job(incident).option)
    usual_min = option.service.p90_s / 60
    scene.pass_time(usual_min + 29)
    assert told(scene) == []
    scene.pass_time(3)
    assert "T-01 has been at the car of R-0001" in standing(scene)["work_overdue"]
    acknowledge(scene)
    scene.pass_time(60)
    assert told(scene) == [(incident, "work_overdue")]
    scene.say(truck, "loaded", incident)
    scene.pass_time(29)
    assert standing(scene) == {}
    scene.pass_time(120)
    assert "T-01 has had the car of R-0001 on board" in standing(scene)["work_overdue"]
    scene.say(truck, "done", incident)
    scene.pass_time(1)
    assert standing(scene) == {}


def test_a_contractor_that_never_says_that_it_is_done_is_told(scene: Scene) -> None:
    helper, incident = scene.contractor("Near", 2), scene.call(0)
    with scene.database.write() as session:
        offer = contractors.offer(session, scene.context, incident)
    with scene.database.write() as session:
        contractor_work.accept(session, scene.context, offer, helper, eta_min=10)
    scene.pass_time(15)
    assert standing(scene) == {}
    scene.pass_time(6)
    late = standing(scene)["contractor_late"]
    assert late.startswith("Near is 10 min behind its own ETA")
    with scene.database.write() as session:
        contractor_work.report(session, scene.context, offer, helper, "arrived")
    scene.pass_time(119)
    assert standing(scene) == {}
    scene.pass_time(2)
    assert standing(scene)["work_overdue"].startswith("Near has been at the car of R-0001 for 120")


def test_a_unit_that_is_lost_from_sight_twice_is_told_of_twice(scene: Scene) -> None:
    unit, incident = scene.unit("R-01", 60), scene.call(0, target_min=120)
    scene.run()
    scene.say(unit, "rolling", incident)
    scene.move(unit, 58)
    scene.pass_time(6)
    assert list(standing(scene)) == ["unit_unseen"]
    scene.move(unit, 50)
    scene.pass_time(1)
    assert standing(scene) == {}
    scene.pass_time(6)
    assert told(scene) == [(incident, "unit_unseen")] * 2


def test_what_was_acknowledged_stays_as_it_was_seen(scene: Scene) -> None:
    unit, incident = scene.unit("R-01", 10), scene.call(0)
    scene.pass_time(6)
    acknowledge(scene)
    scene.pass_time(10)
    assert told(scene) == [(incident, "order_unanswered")]
    scene.say(unit, "accepted", incident)
    scene.pass_time(1)
    assert scene.events("alarm.acknowledged") == []
