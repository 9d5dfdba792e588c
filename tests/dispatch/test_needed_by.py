"""By when a contractor has to be there: what an own unit would cost says so, and it is kept to."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dispatch import contractors
from dispatch.contractor_choice import delay_cny
from dispatch.explain import Candidates, candidates
from dispatch.params import changed, load_settings
from dispatch.snapshot import build_snapshot, job_key
from dispatch.store import ContractorOfferRow
from kernel.errors import TooLate
from tests.dispatch.scene import START, Scene, open_scene, repair

MINUTE = timedelta(minutes=1)


def the_offer(scene: Scene) -> ContractorOfferRow:
    with scene.database.read() as session:
        return session.scalars(select(ContractorOfferRow)).one()


def limit_of(scene: Scene) -> datetime:
    needed_by_at = the_offer(scene).needed_by_at
    assert needed_by_at is not None
    return needed_by_at


def judged(scene: Scene, incident: int) -> Candidates:
    with scene.database.read() as session:
        return candidates(session, scene.context, incident)


@pytest.mark.parametrize(("own_minute", "target_min"), [(45, 30), (60, 30), (100, 30), (100, 60)])
def test_until_then_the_contractor_costs_no_more_than_an_own_unit(
    scene: Scene, own_minute: float, target_min: float
) -> None:
    scene.unit("R-01", own_minute)
    scene.unit("R-02", own_minute + 20)
    scene.contractor("Near", 2)
    incident = scene.call(0, target_min=target_min)
    scene.run()
    found = judged(scene, incident)
    own_cny = min(it.extra_cost_cny for it in found.items if it.extra_cost_cny is not None)
    with scene.database.read() as session:
        snapshot = build_snapshot(session, scene.context)
    key = job_key(scene.job(incident).id)
    outside, job = snapshot.outside[key], snapshot.jobs[key]

    def cost(arrival_at: datetime) -> float:
        delay = delay_cny(scene.context.settings, job, arrival_at, START)
        return outside.guess.price_cny + delay - outside.own_time_cny

    limit = limit_of(scene)
    assert cost(limit) <= own_cny < cost(limit + MINUTE)


def test_dearer_own_time_leaves_contractors_more_time(tmp_path: Path) -> None:
    limits = []
    for price in (0.0, 5.0):
        settings = changed(load_settings(), {"prices.own_time_cny_per_min": price})
        (tmp_path / str(price)).mkdir()
        scene = open_scene(tmp_path / str(price), settings=settings)
        scene.unit("R-01", 45)
        scene.call(45, repair(60))
        scene.run()
        scene.contractor("Near", 2)
        scene.call(0)
        scene.run()
        limits.append(limit_of(scene))
        scene.dispatcher.close()
        scene.database.close()
    assert limits[0] < limits[1]


def test_an_eta_after_it_is_refused_and_the_offer_stands(scene: Scene) -> None:
    scene.unit("R-01", 45)
    helper = scene.contractor("Near", 2)
    incident = scene.call(0)
    scene.run()
    offer = the_offer(scene)
    last_min = (limit_of(scene) - START) // MINUTE
    with scene.database.write() as session, pytest.raises(TooLate, match="is later"):
        contractors.accept(session, scene.context, offer.id, helper, eta_min=last_min + 1)
    assert the_offer(scene).state == "offered"
    with scene.database.write() as session:
        contractors.accept(session, scene.context, offer.id, helper, eta_min=last_min)
    assert the_offer(scene).state == "accepted"
    assert scene.incident(incident).eta_at == START + last_min * MINUTE


def test_who_cannot_be_there_by_then_makes_room_for_the_own_unit(scene: Scene) -> None:
    unit = scene.unit("R-01", 45)
    helper = scene.contractor("Near", 2)
    incident = scene.call(0)
    scene.run()
    with scene.database.write() as session:
        contractors.reject(session, scene.context, the_offer(scene).id, helper, "too far away")
    scene.run()
    assert scene.job(incident).unit_id == unit.id


def test_any_arrival_is_welcome_where_no_own_unit_can_do_it(scene: Scene) -> None:
    scene.contractor("Near", 2)
    scene.call(0)
    scene.run()
    assert the_offer(scene).needed_by_at is None


def test_a_dispatcher_asks_without_it(scene: Scene) -> None:
    scene.unit("R-01", 20)
    helper = scene.contractor("Near", 2)
    incident = scene.call(0)
    scene.run()
    with scene.database.write() as session:
        contractors.offer(session, scene.context, incident, helper)
    assert the_offer(scene).needed_by_at is None
