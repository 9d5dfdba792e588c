"""The promise is enforced: a new plan, a contractor, an alarm, a new promise with its reason."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dispatch import contractor_work, contractors
from dispatch.core.model import Lock
from dispatch.incidents import cancel_by_dispatcher
from dispatch.orders import tell
from dispatch.store import AlarmRow, ContractorOfferRow, PlanRow, job_row
from fleet.shifts import pause
from kernel.errors import Conflict, InvalidInput, JobTaken, NotFound
from tests.dispatch.scene import START, Scene, open_scene, repair, tow

MINUTE = timedelta(minutes=1)


def offers(scene: Scene) -> list[ContractorOfferRow]:
    with scene.database.read() as session:
        return list(session.scalars(select(ContractorOfferRow).order_by(ContractorOfferRow.id)))


def asked_by_hand(scene: Scene, incident: int) -> int:
    """Offer an incident as a dispatcher does, and return the offer's id."""
    with scene.database.write() as session:
        return contractors.offer(session, scene.context, incident)


def test_nobody_can_come_a_contractor_is_offered_and_the_alarm_raised_once(scene: Scene) -> None:
    helper = scene.contractor("Nanfang Rescue", 5)
    incident = scene.call(0)
    scene.pass_time(2)
    [offer] = offers(scene)
    assert (offer.contractor_id, offer.state) == (helper, "offered")
    assert offer.expires_at == START + 3 * MINUTE
    [alarm] = scene.events("alarm.raised")
    assert (alarm.incident_id, alarm.payload["kind"]) == (incident, "promise_at_risk")


def test_when_all_contractors_were_asked_in_vain_the_dispatcher_is_told(scene: Scene) -> None:
    scene.contractor("Nanfang Rescue", 5)
    scene.call(0)
    scene.pass_time(10)
    assert [offer.state for offer in offers(scene)] == ["expired"]
    kinds = [a.payload["kind"] for a in scene.events("alarm.raised")]
    assert kinds == ["promise_at_risk", "no_contractor"]


def test_what_is_over_alarms_nobody(scene: Scene) -> None:
    over, open_still = scene.call(0), scene.call(5)
    scene.pass_time(2)
    assert unseen_alarms(scene) == {over, open_still}
    with scene.database.write() as session:
        cancel_by_dispatcher(session, scene.clock.now(), over, "drove on")
    scene.pass_time(2)
    assert unseen_alarms(scene) == {open_still}
    with scene.database.read() as session:
        [row] = session.scalars(select(AlarmRow).filter_by(incident_id=over))
        assert (row.acknowledged_at, row.acknowledged_by) == (START + 2 * MINUTE, None)


def unseen_alarms(scene: Scene) -> set[int | None]:
    with scene.database.read() as session:
        return set(session.scalars(select(AlarmRow.incident_id).filter_by(acknowledged_at=None)))


def test_the_alarm_goes_when_a_unit_comes_in_time_and_comes_again_when_it_does_not(
    scene: Scene,
) -> None:
    incident = scene.call(0)
    scene.pass_time(1)
    assert kinds_of_alarms(scene) == ["promise_at_risk"]
    unit = scene.unit("R-01", 10)
    scene.dispatcher.wake("a unit")
    scene.pass_time(1)
    assert scene.job(incident).unit_id == unit.id
    assert unseen_alarms(scene) == set()
    with scene.database.write() as session:
        pause(session, scene.clock.now(), unit.id)
    scene.pass_time(1)
    assert unseen_alarms(scene) == {incident}
    assert kinds_of_alarms(scene) == ["promise_at_risk"] * 2


def test_the_alarm_stays_while_a_unit_is_late_and_goes_when_it_is_there(scene: Scene) -> None:
    unit, incident = scene.unit("R-01", 40), scene.call(0)
    scene.run()
    scene.say(unit, "rolling", incident)
    scene.pass_time(5)
    assert unseen_alarms(scene) == {incident}
    scene.move(unit, 0)
    scene.say(unit, "arrived", incident)
    scene.pass_time(1)
    assert unseen_alarms(scene) == set()


def test_the_alarms_go_when_a_contractor_comes_in_time(scene: Scene) -> None:
    scene.contractor("Silent Rescue", 5)
    scene.call(0)
    scene.pass_time(4)
    assert kinds_of_alarms(scene) == ["promise_at_risk", "no_contractor"]
    helper = scene.contractor("Nanfang Rescue", 5)
    scene.dispatcher.wake("a contractor")
    scene.pass_time(1)
    *_, offer = offers(scene)
    with scene.database.write() as session:
        contractor_work.accept(session, scene.context, offer.id, helper, eta_min=15)
    scene.pass_time(1)
    assert unseen_alarms(scene) == set()


def test_the_plan_leaves_to_a_contractor_who_comes_in_time(scene: Scene) -> None:
    scene.unit("R-01", 60)
    helper = scene.contractor("Nanfang Rescue", 5)
    incident = scene.call(0)
    scene.run()
    told = scene.incident(incident)
    assert (told.risk, told.promised_at) == ("normal", START + 30 * MINUTE)
    assert scene.events("alarm.raised") == []  # nothing is wrong yet
    [offer] = offers(scene)
    assert scene.job(incident).planned_unit_id is None
    with scene.database.write() as session:
        contractor_work.accept(session, scene.context, offer.id, helper, eta_min=20)
    scene.run()
    assert (scene.job(incident).state, scene.job(incident).planned_unit_id) == ("open", None)
    assert scene.incident(incident).eta_at == START + 20 * MINUTE
    scene.clock.advance(20 * 60)
    with scene.database.write() as session:
        contractor_work.report(session, scene.context, offer.id, helper, "arrived")
        contractor_work.report(session, scene.context, offer.id, helper, "arrived")
        contractor_work.report(session, scene.context, offer.id, helper, "done")
    scene.run()
    closed = scene.incident(incident)
    assert (closed.outcome, closed.arrived_at) == ("repaired", START + 20 * MINUTE)
    assert scene.job(incident).state == "cancelled"
    assert scene.events("alarm.raised") == []


def test_the_plan_says_whom_it_leaves_to_a_contractor(scene: Scene) -> None:
    scene.unit("R-01", 60)
    scene.contractor("Nanfang Rescue", 5)
    scene.call(0)
    scene.run()
    with scene.database.read() as session:
        [plan] = session.scalars(select(PlanRow))
    [left] = plan.plan["unassigned"]
    assert left["reason"] == "contractor"
    assert left["detail"].startswith("Nanfang Rescue is expected within 15 minutes, for 224 CNY.")


def test_a_refused_offer_brings_the_own_unit(scene: Scene) -> None:
    unit = scene.unit("R-01", 60)
    helper = scene.contractor("Nanfang Rescue", 5)
    incident = scene.call(0)
    scene.run()
    [offer] = offers(scene)
    with scene.database.write() as session:
        contractor_work.reject(session, scene.context, offer.id, helper, "no driver")
    scene.run()
    assert (scene.job(incident).state, scene.job(incident).unit_id) == ("ordered", unit.id)
    told = scene.incident(incident)
    assert (told.risk, told.promised_at) == ("at_risk", START + 60 * MINUTE)
    assert "busy" in told.promise_reason.en
    kinds = [a.payload["kind"] for a in scene.events("alarm.raised")]
    assert kinds == ["promise_at_risk", "no_contractor"]


def test_a_call_locked_to_a_unit_is_left_to_nobody(scene: Scene) -> None:
    unit, busy = scene.unit("R-01", 60), scene.call(60)
    scene.run()
    assert scene.job(busy).unit_id == unit.id
    scene.contractor("Nanfang Rescue", 5)
    incident = scene.call(0)
    with scene.database.write() as session:
        row = job_row(session, scene.job(incident).id)
        row.planned_unit_id, row.planned_option = unit.id, "repair"
        row.planned_sequence, row.lock = 1, Lock.UNIT.value
    scene.dispatcher.wake("locked")
    scene.run()
    assert scene.job(incident).planned_unit_id == unit.id


def test_a_contractor_that_would_not_be_earlier_is_not_asked(scene: Scene) -> None:
    scene.unit("R-01", 32)
    scene.contractor("Far Rescue", 40)
    incident = scene.call(0)
    scene.run()
    assert offers(scene) == []
    assert scene.job(incident).state == "ordered"
    assert scene.events("alarm.raised")[0].payload["kind"] == "promise_at_risk"


def test_an_own_unit_in_time_needs_no_contractor(scene: Scene) -> None:
    scene.unit("R-01", 20)
    scene.contractor("Nanfang Rescue", 1)
    scene.call(0)
    scene.run()
    assert offers(scene) == []
    assert scene.events("alarm.raised") == []


def test_who_does_not_answer_makes_room_for_the_next(scene: Scene) -> None:
    first = scene.contractor("Near", 2, answer_s=60)
    second = scene.contractor("Farther", 4, answer_s=60)
    scene.call(0)
    scene.pass_time(1.5)
    assert [(o.contractor_id, o.state) for o in offers(scene)] == [
        (first, "expired"),
        (second, "offered"),
    ]
    with scene.database.write() as session:
        contractor_work.reject(session, scene.context, offers(scene)[1].id, second, "no driver")
    scene.run()
    assert [o.state for o in offers(scene)] == ["expired", "rejected"]


def test_answers_are_checked(scene: Scene) -> None:
    helper, other = scene.contractor("Near", 2), scene.contractor("Other", 90)
    scene.call(0)
    scene.run()
    [offer] = offers(scene)
    with scene.database.write() as session:
        with pytest.raises(InvalidInput, match="ETA"):
            contractor_work.accept(session, scene.context, offer.id, helper, eta_min=0)
        with pytest.raises(InvalidInput, match="reason"):
            contractor_work.reject(session, scene.context, offer.id, helper, " ")
        with pytest.raises(NotFound):
            contractor_work.accept(session, scene.context, offer.id, other, eta_min=10)
        with pytest.raises(Conflict):
            contractor_work.report(session, scene.context, offer.id, helper, "done")


def test_an_own_unit_at_the_car_is_not_replaced(scene: Scene) -> None:
    unit = scene.unit("R-01", 45)
    helper = scene.contractor("Near", 2, answer_s=6000, callout_cny=5000.0)
    incident = scene.call(0)
    scene.run()
    offer_id = asked_by_hand(scene, incident)
    scene.say(unit, "arrived", incident)
    with scene.database.write() as session, pytest.raises(JobTaken):
        contractor_work.accept(session, scene.context, offer_id, helper, eta_min=5)


def test_an_own_unit_that_comes_first_is_not_replaced(scene: Scene) -> None:
    unit = scene.unit("R-01", 45)
    helper = scene.contractor("Near", 2, callout_cny=5000.0)
    incident = scene.call(0)
    scene.run()
    offer_id = asked_by_hand(scene, incident)
    with scene.database.write() as session, pytest.raises(JobTaken, match="before 16:50"):
        contractor_work.accept(session, scene.context, offer_id, helper, eta_min=50)
    assert scene.job(incident).unit_id == unit.id


def test_the_contractor_stands_the_own_unit_down(scene: Scene) -> None:
    unit = scene.unit("R-01", 45)
    helper = scene.contractor("Near", 2, callout_cny=5000.0)
    incident = scene.call(0)
    scene.run()
    scene.say(unit, "rolling", incident)
    offer_id = asked_by_hand(scene, incident)
    with scene.database.write() as session:
        contractor_work.accept(session, scene.context, offer_id, helper, eta_min=12)
    scene.run()
    assert scene.unit_now(unit).state == "idle"
    assert scene.job(incident).state == "open"


def test_no_contractor_can_tow_what_it_cannot_tow(scene: Scene) -> None:
    scene.unit("R-01", 5)
    incident = scene.call(0, tow(10))
    scene.run()
    assert scene.job(incident).state == "open"
    assert scene.events("contractor.offered") == []
    assert [a.payload["kind"] for a in scene.events("alarm.raised")] == ["promise_at_risk"]


def test_a_unit_that_falls_behind_is_noticed(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, engine="ortools")
    slow = scene.unit("R-01", 10)
    fast = scene.unit("R-02", 35)
    incident = scene.call(0, target_min=30)
    scene.run()
    scene.say(slow, "rolling", incident)
    scene.pass_time(6)
    scene.move(slow, 24)  # took the wrong exit
    scene.pass_time(1)
    assert scene.incident(incident).risk == "at_risk"
    scene.move(slow, 70)
    scene.pass_time(1)
    assert scene.job(incident).unit_id == fast.id
    [diverted] = scene.events("job.diverted")
    assert diverted.unit_id == slow.id
    told = scene.incident(incident)
    assert told.promised_at == START + 45 * MINUTE  # as the other one comes, not the slow one
    assert "another one takes over" in told.promise_reason.en


def test_a_breach_is_told_once(scene: Scene) -> None:
    scene.call(0)
    scene.pass_time(45)
    assert len(scene.events("incident.at_risk")) == 1
    assert len(scene.events("incident.breached")) == 1
    assert len(scene.events("alarm.raised")) == 1


def test_a_contractor_behind_its_own_eta_is_an_alarm(scene: Scene) -> None:
    helper = scene.contractor("Near", 2)
    scene.call(0)
    scene.run()
    [offer] = offers(scene)
    with scene.database.write() as session:
        contractor_work.accept(session, scene.context, offer.id, helper, eta_min=10)
    scene.pass_time(25)
    kinds = [a.payload["kind"] for a in scene.events("alarm.raised")]
    assert kinds == ["promise_at_risk", "contractor_late"]


def test_a_contractor_can_be_released(scene: Scene) -> None:
    helper = scene.contractor("Near", 2)
    incident = scene.call(0)
    scene.run()
    [offer] = offers(scene)
    with scene.database.write() as session:
        contractor_work.accept(session, scene.context, offer.id, helper, eta_min=10)
    unit = scene.unit("R-01", 3)
    scene.run()
    assert scene.unit_now(unit).state == "idle"
    with scene.database.write() as session:
        assert contractor_work.take_back(session, scene.context, incident)
    scene.dispatcher.wake("released")
    scene.run()
    assert scene.job(incident).unit_id == unit.id


def test_an_order_that_nobody_takes_is_told_once_for_each_order(scene: Scene) -> None:
    unit = scene.unit("R-01", 10)
    taken, silent = scene.call(0), scene.call(40)
    scene.unit("R-02", 50)
    scene.run()
    assert scene.job(taken).unit_id == unit.id
    scene.say(unit, "accepted", taken)
    scene.pass_time(4)
    assert "order_unanswered" not in kinds_of_alarms(scene)
    scene.pass_time(3)
    [alarm] = [
        it for it in scene.events("alarm.raised") if it.payload["kind"] == "order_unanswered"
    ]
    assert alarm.incident_id == silent
    scene.pass_time(10)
    assert kinds_of_alarms(scene).count("order_unanswered") == 1


def kinds_of_alarms(scene: Scene) -> list[str]:
    return [it.payload["kind"] for it in scene.events("alarm.raised")]


def seen(scene: Scene) -> list[str]:
    """Acknowledge all alarms and return which there were."""
    with scene.database.write() as session:
        rows = session.scalars(select(AlarmRow).order_by(AlarmRow.id)).all()
        for row in rows:
            row.acknowledged_at = row.acknowledged_at or scene.clock.now()
    return [alarm.payload["kind"] for alarm in scene.events("alarm.raised")]


def test_who_loses_a_unit_again_is_told_of_again(scene: Scene) -> None:
    incident = scene.call(0)
    scene.run()
    assert seen(scene) == ["promise_at_risk"]
    for minute in (5, 6):
        unit = scene.unit(f"R-{minute}", minute)
        scene.pass_time(1)
        assert scene.job(incident).unit_id == unit.id
        with scene.database.write() as session:
            pause(session, scene.clock.now(), unit.id)
        scene.pass_time(3)
        assert seen(scene) == ["promise_at_risk"] * (minute - 3)  # once each time


def test_help_from_before_the_clock_was_set_back_is_not_told_of_for_ever(scene: Scene) -> None:
    incident = scene.call(0)
    scene.run()
    unit = scene.unit("R-01", 5)
    with scene.database.write() as session:
        row = job_row(session, scene.job(incident).id)
        tell(session, START + 60 * MINUTE, "job.ordered", row, unit_id=unit.id, payload={})
        pause(session, scene.clock.now(), unit.id)
    scene.pass_time(5)
    assert kinds_of_alarms(scene) == ["promise_at_risk"]


def test_who_was_helped_late_and_in_vain_is_told_of_again(scene: Scene) -> None:
    van = scene.unit("R-01", 40)
    incident = scene.call(0, repair(), tow(5))
    scene.run()
    assert seen(scene) == ["promise_at_risk"]
    scene.say(van, "rolling", incident)
    scene.clock.advance(40 * 60)
    scene.say(van, "arrived", incident)
    scene.clock.advance(60)
    scene.say(van, "not_possible", incident, reason="needs a tow")  # and nobody can
    scene.pass_time(5)
    assert scene.job(incident).state == "open"
    assert seen(scene) == ["promise_at_risk"] * 2
