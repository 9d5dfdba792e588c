"""Contractors and own units at odds: nobody is sent twice, nobody is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dispatch import contractor_work, contractors
from dispatch.incidents import cancel_by_dispatcher
from dispatch.manual import Wish, assign, plan_version, release
from dispatch.params import changed, load_settings
from dispatch.store import AlarmRow, ContractorOfferRow
from kernel.errors import Conflict, JobTaken
from tests.dispatch.scene import START, Scene, open_scene, repair, tow

MINUTE = timedelta(minutes=1)


def offers(scene: Scene) -> list[ContractorOfferRow]:
    with scene.database.read() as session:
        return list(session.scalars(select(ContractorOfferRow).order_by(ContractorOfferRow.id)))


def alarms(scene: Scene) -> list[str]:
    return [it.payload["kind"] for it in scene.events("alarm.raised")]


def test_who_accepts_during_a_decision_has_the_call_to_itself(
    any_database_url: str, tmp_path: Path
) -> None:
    meanwhile: list[Callable[[], None]] = []
    told: Callable[[Any], None] = lambda _: meanwhile.pop()() if meanwhile else None  # noqa: E731
    scene = open_scene(tmp_path, any_database_url, on_decision=told)
    scene.unit("R-01", 60)
    helper = scene.contractor("Near", 2)
    incident = scene.call(0)
    scene.run()
    [offer] = offers(scene)
    scene.clock.advance(30)

    def accept() -> None:
        with scene.database.write() as session:
            contractor_work.accept(session, scene.context, offer.id, helper, eta_min=15)

    meanwhile.append(accept)
    scene.unit("R-02", 12)  # the plan made now would give it the call
    scene.run()
    assert not meanwhile
    assert scene.job(incident).unit_id is None
    assert scene.events("job.ordered") == []
    with scene.database.write() as session:
        contractor_work.report(session, scene.context, offer.id, helper, "done")
    assert scene.incident(incident).state == "closed"
    scene.dispatcher.close()
    scene.database.close()


def test_who_is_not_needed_any_more_may_be_asked_again(scene: Scene) -> None:
    unit = scene.unit("R-01", 5)
    helper = scene.contractor("Near", 2)
    incident = scene.call(0)
    scene.run()
    assert scene.job(incident).unit_id == unit.id
    with scene.database.write() as session:
        offer = contractors.offer(session, scene.context, incident, helper)
    with scene.database.write() as session, pytest.raises(JobTaken, match="before"):
        contractor_work.accept(session, scene.context, offer, helper, eta_min=30)
    with scene.database.write() as session:
        contractor_work.not_needed(session, scene.context, offer, helper)
    [closed] = offers(scene)
    assert closed.state == "withdrawn"
    scene.say(unit, "declined", incident, reason="flat tyre")
    scene.run()
    assert [it.state for it in offers(scene)] == ["withdrawn", "offered"]
    assert "no_contractor" not in alarms(scene)


def test_a_contractor_that_does_not_come_is_told_of_and_its_eta_is_believed_no_more(
    scene: Scene,
) -> None:
    helper, other = scene.contractor("Never", 2), scene.contractor("Neither", 3)
    incident = scene.call(0)
    with scene.database.write() as session:
        offer = contractors.offer(session, scene.context, incident, helper)
        contractor_work.accept(session, scene.context, offer, helper, eta_min=20)
    scene.pass_time(25)
    assert scene.incident(incident).eta_at is not None
    scene.pass_time(60)
    assert scene.incident(incident).eta_at is None
    assert alarms(scene).count("contractor_late") == 1
    assert len(scene.events("promise.changed")) <= 2
    with scene.database.write() as session:
        [seen] = session.scalars(select(AlarmRow).filter_by(kind="contractor_late"))
        seen.acknowledged_at, seen.acknowledged_by = scene.clock.now(), "desk"
    with scene.database.write() as session:
        contractor_work.take_back(session, scene.context, incident)
    with scene.database.write() as session:
        offer = contractors.offer(session, scene.context, incident, other)
        contractor_work.accept(session, scene.context, offer, other, eta_min=20)
    scene.pass_time(60)
    assert alarms(scene).count("contractor_late") == 2
    with scene.database.read() as session:
        late = select(AlarmRow).filter_by(kind="contractor_late").order_by(AlarmRow.id)
        assert [it.acknowledged_by for it in session.scalars(late)] == ["desk", None]


def test_all_were_asked_only_once_all_were(scene: Scene) -> None:
    near = scene.contractor("Near", 2)
    incident = scene.call(0)
    scene.run()
    scene.contractor("Far", 120, callout_cny=5000.0)
    scene.unit("R-01", 40)  # late, and better than the one that is far
    scene.run()
    with scene.database.write() as session:
        contractor_work.reject(session, scene.context, offers(scene)[0].id, near, "no driver")
    scene.run()
    assert scene.incident(incident).risk != "normal"
    assert len(offers(scene)) == 1
    assert "no_contractor" not in alarms(scene)


def test_that_all_were_asked_is_told(scene: Scene) -> None:
    near = scene.contractor("Near", 2)
    scene.call(0)
    scene.run()
    with scene.database.write() as session:
        contractor_work.reject(session, scene.context, offers(scene)[0].id, near, "no driver")
    scene.run()
    assert "no_contractor" in alarms(scene)


def test_what_is_wanted_of_one_contractor_is_not_asked_of_another(tmp_path: Path) -> None:
    settings = changed(load_settings(), {"contractors.most_open": 1})
    scene = open_scene(tmp_path, settings=settings)
    scene.unit("R-01", 45)
    cheap = scene.contractor("Cheap", 2)
    scene.contractor("Dear", 2, callout_cny=20_000.0)
    calls = [scene.call(0), scene.call(0)]
    scene.run()
    assert [(it.contractor_id, it.state) for it in offers(scene)] == [(cheap, "offered")]
    asked = offers(scene)[0].incident_id
    [other] = set(calls) - {asked}
    assert scene.job(other).unit_id is not None  # planned anew, since nobody could be asked
    scene.dispatcher.close()
    scene.database.close()


def test_whom_a_van_cannot_help_is_watched_until_somebody_else_comes(scene: Scene) -> None:
    van = scene.unit("R-01", 3)
    incident = scene.call(0, repair(10), tow(10))
    scene.run()
    scene.say(van, "rolling", incident)
    scene.pass_time(3)
    scene.say(van, "arrived", incident)
    scene.pass_time(5)
    scene.say(van, "not_possible", incident, reason="battery dead")
    scene.pass_time(2)
    assert "promise_at_risk" in alarms(scene)  # nobody can tow it
    truck = scene.unit("T-01", 20, "tow")
    scene.run()
    assert scene.job(incident).unit_id == truck.id
    told = scene.incident(incident)
    assert told.eta_at is not None
    scene.pass_time(3)
    assert scene.incident(incident).eta_at is not None


def test_the_follow_up_is_offered_where_a_contractor_may_do_it(scene: Scene) -> None:
    van = scene.unit("R-01", 3)
    helper = scene.contractor("Near", 2)
    incident = scene.call(0, repair(10), tow(10))
    scene.run()
    scene.say(van, "rolling", incident)
    scene.pass_time(3)
    scene.say(van, "arrived", incident)
    scene.say(van, "not_possible", incident, reason="battery dead")
    scene.pass_time(2)
    assert [it.contractor_id for it in offers(scene)] == [helper]


def test_the_owner_is_told_of_the_unit_that_comes_and_not_of_the_one_turned_away(
    tmp_path: Path,
) -> None:
    scene = open_scene(tmp_path, engine="ortools")
    slow = scene.unit("R-01", 60)
    incident = scene.call(0)
    scene.run()
    assert scene.job(incident).unit_id == slow.id
    fast = scene.unit("R-02", 5)
    scene.run()
    assert scene.job(incident).unit_id == fast.id
    assert scene.incident(incident).eta_at == START + 5 * MINUTE
    assert len(scene.events("promise.changed")) == 1  # of the slow one, while it was the only one
    scene.dispatcher.close()
    scene.database.close()


@pytest.mark.parametrize("arrived", [False, True])
def test_contractors_are_told_that_an_incident_is_over(scene: Scene, *, arrived: bool) -> None:
    helper = scene.contractor("Near", 2)
    incident = scene.call(0)
    with scene.database.write() as session:
        offer = contractors.offer(session, scene.context, incident, helper)
        contractor_work.accept(session, scene.context, offer, helper, eta_min=20)
        if arrived:
            contractor_work.report(session, scene.context, offer, helper, "arrived")
    with scene.database.write() as session:
        cancel_by_dispatcher(session, scene.clock.now(), incident, "drove on")
    [told] = scene.events("contractor.withdrawn")
    assert (told.payload["offer_id"], told.payload["contractor_id"]) == (offer, helper)
    assert offers(scene)[0].state == "withdrawn"


def test_a_call_given_by_hand_is_not_taken_by_who_was_asked_before(scene: Scene) -> None:
    scene.unit("R-01", 45)
    helper = scene.contractor("Near", 2)
    incident = scene.call(0)
    scene.run()
    [offer] = offers(scene)
    unit = scene.unit("R-02", 50)
    with scene.database.write() as session:
        version = plan_version(session, scene.context.region)
        assign(session, scene.context, Wish(incident, unit.id, version))
    assert offers(scene)[0].state == "withdrawn"
    with scene.database.write() as session, pytest.raises(Conflict):
        contractor_work.accept(session, scene.context, offer.id, helper, eta_min=10)
    assert scene.job(incident).unit_id == unit.id


def test_a_contractor_at_the_car_that_cannot_help_is_released(scene: Scene) -> None:
    helper = scene.contractor("Near", 2)
    incident = scene.call(0)
    with scene.database.write() as session:
        offer = contractors.offer(session, scene.context, incident, helper)
        contractor_work.accept(session, scene.context, offer, helper, eta_min=20)
        contractor_work.report(session, scene.context, offer, helper, "arrived")
    with scene.database.write() as session:
        release(session, scene.context, incident)
    unit = scene.unit("R-01", 10)
    scene.run()
    assert scene.job(incident).unit_id == unit.id
    assert scene.incident(incident).state == "assigned"
