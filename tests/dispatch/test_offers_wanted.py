"""Which calls are offered, and by when a contractor has to be there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import select

from dispatch import contractor_work, contractors
from dispatch.contractor_choice import delay_cny
from dispatch.contractor_record import SLIP_SPREAD_S
from dispatch.explain import Candidates, candidates
from dispatch.offers_wanted import _Limit
from dispatch.params import changed, load_settings
from dispatch.snapshot import build_snapshot, job_key
from dispatch.store import NOT_A_MINUTE_LATER, ContractorOfferRow
from fleet.model import Unit
from kernel.errors import JobTaken, TooLate
from tests.dispatch.scene import START, Scene, open_scene, repair

MINUTE = timedelta(minutes=1)


def offers(scene: Scene) -> list[ContractorOfferRow]:
    with scene.database.read() as session:
        return list(session.scalars(select(ContractorOfferRow)))


def the_offer(scene: Scene) -> ContractorOfferRow:
    [offer] = offers(scene)
    return offer


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

    def cost(eta_at: datetime) -> float:
        """Of an ETA: as it is kept to four minutes, any time between as likely."""
        fine = 4000
        total = outside.guess.price_cny
        for i in range(fine):
            arrival_at = eta_at + timedelta(seconds=SLIP_SPREAD_S * ((2 * i + 1) / fine - 1))
            saved = outside.own_time_cny if arrival_at <= job.target_at else 0.0
            total += (delay_cny(scene.context.settings, job, arrival_at, START) - saved) / fine
        return total

    limit = limit_of(scene)
    assert cost(limit) <= own_cny < cost(limit + MINUTE)


def test_dearer_own_time_leaves_contractors_more_time_but_makes_nobody_late(tmp_path: Path) -> None:
    limits = []
    for price in (0.0, 20.0, 400.0):
        settings = changed(
            load_settings(),
            {"prices.own_time_cny_per_min": price, "contractors.ask_gain_cny": 0.0},
        )
        (tmp_path / str(price)).mkdir()
        scene = open_scene(tmp_path / str(price), settings=settings)
        scene.unit("R-01", 0)
        scene.call(0, repair(10))
        scene.run()
        incident = scene.call(5, repair(40))
        scene.contractor("Near", 2, callout_cny=10.0, cny_per_km=0.0)
        with scene.database.read() as session:
            snapshot = build_snapshot(session, scene.context)
        key = job_key(scene.job(incident).id)
        limits.append(_Limit(snapshot, key, 20.0, settings).of_left_out())
        target_at = scene.job(incident).target_at
        scene.dispatcher.close()
        scene.database.close()
    assert limits[0] < limits[1] < limits[2] <= target_at + timedelta(seconds=SLIP_SPREAD_S)


def test_an_eta_after_it_is_refused_and_the_offer_stands(scene: Scene) -> None:
    scene.unit("R-01", 45)
    helper = scene.contractor("Near", 2)
    incident = scene.call(0)
    scene.run()
    offer = the_offer(scene)
    last_min = (limit_of(scene) - START) // MINUTE
    with scene.database.write() as session, pytest.raises(TooLate, match="is later"):
        contractor_work.accept(session, scene.context, offer.id, helper, eta_min=last_min + 1)
    assert the_offer(scene).state == "offered"
    with scene.database.write() as session:
        contractor_work.accept(session, scene.context, offer.id, helper, eta_min=last_min)
    assert the_offer(scene).state == "accepted"
    assert scene.incident(incident).eta_at == START + last_min * MINUTE


def test_who_cannot_be_there_by_then_makes_room_for_the_own_unit(scene: Scene) -> None:
    unit = scene.unit("R-01", 45)
    helper = scene.contractor("Near", 2)
    incident = scene.call(0)
    scene.run()
    with scene.database.write() as session:
        contractor_work.reject(session, scene.context, the_offer(scene).id, helper, "too far away")
    scene.run()
    assert scene.job(incident).unit_id == unit.id


def test_any_arrival_is_welcome_where_no_own_unit_can_do_it(scene: Scene) -> None:
    scene.contractor("Near", 2)
    scene.call(0)
    scene.run()
    assert the_offer(scene).needed_by_at is None


class Waiting(NamedTuple):
    """A call that waits for an own unit, busy with another one until it is late for this one.

    The contractor costs more than the own unit unless it comes sooner than is to be expected.
    """

    scene: Scene
    unit: Unit
    first: int
    incident: int
    helper: int


@contextmanager
def waiting(tmp_path: Path, ask_gain_cny: float = 20.0) -> Iterator[Waiting]:
    settings = changed(
        load_settings(),
        {
            "prices.own_time_cny_per_min": 0.0,
            "contractors.spread_s": 1200,
            "contractors.ask_gain_cny": ask_gain_cny,
        },
    )
    scene = open_scene(tmp_path, settings=settings)
    unit = scene.unit("R-01", 0)
    first = scene.call(0, repair(30))
    scene.run()
    incident = scene.call(30)
    helper = scene.contractor("Far", 65, callout_cny=300.0, answer_s=3600)
    scene.run()
    yield Waiting(scene, unit, first, incident, helper)
    scene.dispatcher.close()
    scene.database.close()


def test_who_waits_for_an_own_unit_is_offered_where_that_may_gain(tmp_path: Path) -> None:
    with waiting(tmp_path) as (scene, _, _, incident, _):
        own_at = scene.job(incident).planned_arrival_at  # which is a little late
        assert scene.incident(incident).target_at <= limit_of(scene) <= own_at


def test_what_gains_too_little_is_not_offered(tmp_path: Path) -> None:
    with waiting(tmp_path, ask_gain_cny=10_000.0) as (scene, _, _, incident, _):
        assert scene.job(incident).planned_unit_id is not None
        assert offers(scene) == []


def test_a_contractor_in_time_takes_it_off_the_own_plan(tmp_path: Path) -> None:
    with waiting(tmp_path) as (scene, _, _, incident, helper):
        with scene.database.write() as session:
            contractor_work.accept(session, scene.context, the_offer(scene).id, helper, eta_min=28)
        scene.run()
        assert scene.job(incident).planned_unit_id is None
        assert scene.incident(incident).eta_at == START + 28 * MINUTE


def test_who_cannot_be_there_by_then_is_asked_again_with_more_time(tmp_path: Path) -> None:
    with waiting(tmp_path) as (scene, _, _, incident, helper):
        first = limit_of(scene)
        with scene.database.write() as session:
            contractor_work.reject(
                session, scene.context, the_offer(scene).id, helper, "too far away"
            )
        scene.run()
        assert len(offers(scene)) == 1
        assert scene.job(incident).planned_unit_id is not None
        scene.pass_time(60)  # the own unit does not report, and is later and later
        again = offers(scene)[1]
        assert again.needed_by_at is not None
        assert again.needed_by_at > first + NOT_A_MINUTE_LATER


def test_once_the_own_unit_is_ordered_who_comes_later_is_not_needed(tmp_path: Path) -> None:
    with waiting(tmp_path) as (scene, unit, first, incident, helper):
        scene.say(unit, "arrived", first)
        scene.say(unit, "done", first)
        scene.run()
        assert scene.job(incident).state == "ordered"
        offer = the_offer(scene)
        with scene.database.write() as session:
            row = session.get(ContractorOfferRow, offer.id)
            assert row is not None
            row.needed_by_at = START + 300 * MINUTE
        with scene.database.write() as session, pytest.raises(JobTaken, match="before"):
            contractor_work.accept(session, scene.context, offer.id, helper, eta_min=50)
        assert scene.job(incident).unit_id == unit.id


def test_the_owner_of_a_planned_call_is_not_made_late(scene: Scene) -> None:
    incident = scene.call(0)
    scene.contractor("Near", 2)
    with scene.database.read() as session:
        snapshot = build_snapshot(session, scene.context)
    job = scene.job(incident)
    limit = _Limit(snapshot, job_key(job.id), 5000.0, scene.context.settings)
    assert limit.of_left_out() > job.target_at
    assert limit.of_planned(START + 20 * MINUTE) == job.target_at
    assert limit.of_planned(START + 50 * MINUTE) == START + 50 * MINUTE


@pytest.mark.parametrize("by_min", [12, 18, 25, 35, 60])
def test_the_gain_is_the_mean_over_the_time_of_arrival(scene: Scene, by_min: int) -> None:
    incident = scene.call(1, target_min=40)
    scene.contractor("Near", 2, callout_cny=20.0)
    with scene.database.read() as session:
        snapshot = build_snapshot(session, scene.context)
    key = job_key(scene.job(incident).id)
    limit = _Limit(snapshot, key, 500.0, scene.context.settings)
    outside, job, by_at = snapshot.outside[key], snapshot.jobs[key], START + by_min * MINUTE
    fine = 4000
    gained = 0.0
    for i in range(fine):
        ahead = timedelta(seconds=outside.guess.spread_s * ((2 * i + 1) / fine - 1))
        arrival_at = outside.guess.arrival_at + ahead
        if arrival_at <= by_at:
            saved = outside.own_time_cny if arrival_at <= job.target_at else 0.0
            delay = delay_cny(scene.context.settings, job, arrival_at, START)
            gained += (500.0 + saved - outside.guess.price_cny - delay) / fine
    assert limit.gain_cny(by_at) == pytest.approx(gained, rel=2e-3, abs=0.2)


def test_a_dispatcher_asks_without_it(scene: Scene) -> None:
    scene.unit("R-01", 20)
    helper = scene.contractor("Near", 2)
    incident = scene.call(0)
    scene.run()
    with scene.database.write() as session:
        contractors.offer(session, scene.context, incident, helper)
    assert the_offer(scene).needed_by_at is None


def with_most_open(tmp_path: Path, most_open: int) -> Scene:
    settings = changed(load_settings(), {"contractors.most_open": most_open})
    return open_scene(tmp_path, settings=settings)


def test_nobody_has_more_offers_to_answer_than_may_be(tmp_path: Path) -> None:
    scene = with_most_open(tmp_path, 2)
    near, far = scene.contractor("Near", 2), scene.contractor("Far", 40)
    calls = [scene.call(0) for _ in range(5)]
    scene.run()
    by_contractor = [it.contractor_id for it in offers(scene)]
    assert by_contractor.count(near) == by_contractor.count(far) == 2
    first = offers(scene)[0]
    with scene.database.write() as session:
        contractor_work.accept(session, scene.context, first.id, first.contractor_id, eta_min=20)
    scene.run()
    assert {it.incident_id for it in offers(scene)} == set(calls)
    alarms = {it.payload["kind"] for it in scene.events("alarm.raised")}
    assert "no_contractor" not in alarms
    scene.dispatcher.close()
    scene.database.close()


def test_who_always_declines_is_asked_a_few_times_and_no_more(tmp_path: Path) -> None:
    scene = with_most_open(tmp_path, 100)
    scene.unit("R-01", 0)
    helper = scene.contractor("Near", 2)
    calls = [scene.call(5) for _ in range(30)]
    for _ in range(20):
        scene.run()
        for offer in offers(scene):
            if offer.state == "offered":
                with scene.database.write() as session:
                    contractor_work.reject(session, scene.context, offer.id, helper, "no driver")
    asked = Counter(it.incident_id for it in offers(scene))
    assert set(calls) >= set(asked)
    assert max(asked.values()) <= 6
    scene.dispatcher.close()
    scene.database.close()
