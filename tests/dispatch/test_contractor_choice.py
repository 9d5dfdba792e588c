"""Which contractor, by when it is expected, and what leaving a call to it is worth."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import mean, pvariance

import pytest

from dispatch import contractor_work, contractors
from dispatch.contractor_choice import (
    Asking,
    Guess,
    expected_cny,
    is_worth,
    still_to_ask,
)
from dispatch.contractor_record import (
    LAST_OFFERS,
    PRIOR_OFFERS,
    SLIP_SPREAD_S,
    Slip,
    lead_of,
    offers_answered,
    slip_of,
)
from dispatch.offers_wanted import Offer
from dispatch.params import DispatchSettings, changed, load_settings
from dispatch.snapshot import Snapshot, build_snapshot, job_key
from dispatch.store import NOT_A_MINUTE_LATER, Asked
from kernel.errors import NotFound
from tests.dispatch.scene import START, Scene, open_scene, repair, tow

MINUTE = timedelta(minutes=1)


def own_time_off() -> DispatchSettings:
    return changed(load_settings(), {"prices.own_time_cny_per_min": 0.0})


def frozen(scene: Scene) -> Snapshot:
    with scene.database.read() as session:
        return build_snapshot(session, scene.context)


def guess_of(scene: Scene, incident: int) -> Guess:
    return frozen(scene).outside[job_key(scene.job(incident).id)].guess


def known(seen_s: Sequence[float]) -> list[tuple[float, bool]]:
    return [(it, True) for it in seen_s]


def served(scene: Scene, helper: int, reach_min: float, minute: float = 0) -> None:
    """Let a contractor take a call and be there after so many minutes."""
    incident = scene.call(minute)
    with scene.database.write() as session:
        offer = contractors.offer(session, scene.context, incident, helper)
        contractor_work.accept(session, scene.context, offer, helper, eta_min=60)
    scene.clock.advance(reach_min * 60)
    with scene.database.write() as session:
        contractor_work.report(session, scene.context, offer, helper, "arrived")
        contractor_work.report(session, scene.context, offer, helper, "done")


def test_the_guess_is_the_lead_of_the_settings_and_the_drive(scene: Scene) -> None:
    helper = scene.contractor("Near", 8)
    guess = guess_of(scene, scene.call(0))
    rules = scene.context.settings.contractors
    assert guess.contractor.id == helper
    assert guess.arrival_at == START + timedelta(seconds=rules.mobilise_s + 480)
    assert guess.spread_s == pytest.approx(rules.spread_s)
    assert guess.price_cny == pytest.approx(200 + 8 * 4.8, abs=0.01)


def test_a_contractor_is_expected_as_it_came_before(scene: Scene) -> None:
    slow, other = scene.contractor("Slow", 5), scene.contractor("Unknown", 6)
    for reach_min in (40, 44, 42, 38):
        served(scene, slow, reach_min)
    incident, now = scene.call(0), scene.clock.now()
    settings = scene.context.settings
    guess = guess_of(scene, incident)
    assert guess.contractor.id == other
    with scene.database.write() as session:
        contractors.offer(session, scene.context, incident, slow)
    guess = guess_of(scene, incident)
    assert guess.contractor.id == slow  # who has an offer, and no other
    seen_s = [(it - 5) * 60 for it in (40, 44, 42, 38)]
    lead = lead_of(settings.contractors, known(seen_s))
    assert guess.arrival_at == now + timedelta(seconds=lead.mean_s + 300)
    assert guess.spread_s == pytest.approx(lead.spread_s)


def test_mean_and_spread_are_those_of_settings_and_offers_together() -> None:
    rules = load_settings().contractors
    seen_s = [2000.0, 2600.0, 1400.0]
    fine = 20_001
    uniform = [rules.mobilise_s + rules.spread_s * (2 * i / (fine - 1) - 1) for i in range(fine)]
    weight = PRIOR_OFFERS / fine
    n = PRIOR_OFFERS + len(seen_s)
    mean_s = (weight * sum(uniform) + sum(seen_s)) / n
    variance = (
        weight * sum((it - mean_s) ** 2 for it in uniform)
        + sum((it - mean_s) ** 2 for it in seen_s)
    ) / n
    lead = lead_of(rules, known(seen_s))
    assert lead.mean_s == pytest.approx(mean_s)
    assert lead.spread_s**2 / 3 == pytest.approx(variance, rel=1e-3)


def test_without_offers_the_lead_is_that_of_the_settings_and_with_many_that_of_the_offers() -> None:
    rules = load_settings().contractors
    assert lead_of(rules, []).mean_s == rules.mobilise_s
    assert lead_of(rules, []).spread_s == pytest.approx(rules.spread_s)
    seen_s = [1800.0, 2400.0] * 5000
    lead = lead_of(rules, known(seen_s))
    assert lead.mean_s == pytest.approx(mean(seen_s), abs=1)
    assert lead.spread_s**2 / 3 == pytest.approx(pvariance(seen_s), rel=0.02)


def product_limit_mean_s(seen: Sequence[tuple[float, bool]]) -> float:
    """The area under Kaplan and Meier's survival curve; the longest lead is taken to be known."""
    *others, (longest, is_known) = sorted(seen, key=lambda it: (it[0], not it[1]))
    if not is_known:
        longest += NOT_A_MINUTE_LATER.total_seconds()
    seen = [*others, (longest, True)]
    times = sorted({it for it, is_known in seen if is_known})
    area, alive, before = 0.0, 1.0, 0.0
    for time in times:
        area += alive * (time - before)
        at_risk = sum(it >= time for it, _ in seen)
        alive *= 1 - sum(is_known for it, is_known in seen if it == time) / at_risk
        before = time
    return area


@pytest.mark.parametrize("seed", range(20))
def test_who_was_asked_for_too_soon_counts_as_coming_later(seed: int) -> None:
    rng = random.Random(seed)
    seen = [(60.0 * rng.randint(10, 50), rng.random() < 0.5) for _ in range(rng.randint(1, 30))]
    rules = load_settings().contractors
    mean_s = product_limit_mean_s(seen)
    n = PRIOR_OFFERS + len(seen)
    wanted_s = (PRIOR_OFFERS * rules.mobilise_s + len(seen) * mean_s) / n
    assert lead_of(rules, seen).mean_s == pytest.approx(wanted_s)


def test_an_eta_is_believed_as_far_as_it_was_kept() -> None:
    assert slip_of([]) == Slip(0.0, pytest.approx(SLIP_SPREAD_S))
    late = slip_of([300.0, 420.0] * 500)
    assert late.mean_s == pytest.approx(360, rel=0.01)
    assert late.spread_s**2 / 3 == pytest.approx(60**2, rel=0.2)


def test_what_contractors_answered_is_read_as_it_was_meant(
    any_database_url: str, tmp_path: Path
) -> None:
    scene = open_scene(tmp_path, any_database_url)
    helper = scene.contractor("Near", 5)
    served(scene, helper, 66)  # six minutes after its ETA
    needed = scene.clock.now() + 20 * MINUTE
    twice, never = scene.call(0), scene.call(0)
    for incident, by_at in ((twice, needed - 5 * MINUTE), (twice, needed), (never, None)):
        with scene.database.write() as session:
            offer = contractors.offer_as_planned(
                session, scene.context, incident, Offer(helper, by_at)
            )
            contractor_work.reject(session, scene.context, offer, helper, "not so soon")
    with scene.database.read() as session:
        refused, came = offers_answered(session, scene.context.region, scene.clock.now())
    assert (came.reach_s, came.is_known, came.slip_s) == (66 * 60, True, 360)
    assert (refused.reach_s, refused.is_known, refused.slip_s) == (20 * 60, False, None)
    scene.dispatcher.close()
    scene.database.close()


def test_who_has_not_come_takes_longer_than_it_said(scene: Scene) -> None:
    helper = scene.contractor("Near", 5)
    incident = scene.call(0)
    with scene.database.write() as session:
        offer = contractors.offer(session, scene.context, incident, helper)
        contractor_work.accept(session, scene.context, offer, helper, eta_min=20)

    def learned() -> tuple[float, bool]:
        with scene.database.read() as session:
            [found] = offers_answered(session, scene.context.region, scene.clock.now())
        return found.reach_s, found.is_known

    assert learned() == (20 * 60, True)
    scene.clock.advance(45 * 60)
    assert learned() == (45 * 60, False)
    with scene.database.write() as session:
        contractor_work.take_back(session, scene.context, incident)
    assert learned() == (20 * 60, False)


def test_only_the_last_offers_of_each_contractor_count(
    any_database_url: str, tmp_path: Path
) -> None:
    scene = open_scene(tmp_path, any_database_url)
    first, second = scene.contractor("First", 5), scene.contractor("Second", 6)
    served(scene, first, 20)
    for _ in range(LAST_OFFERS + 3):
        served(scene, second, 30)
    with scene.database.read() as session:
        taken = offers_answered(session, scene.context.region, scene.clock.now())
    assert sum(it.contractor_id == first for it in taken) == 1
    assert [it.reach_s for it in taken if it.contractor_id == second] == [1800.0] * LAST_OFFERS
    scene.dispatcher.close()
    scene.database.close()


def test_the_expected_price_is_the_mean_over_the_time_of_arrival(scene: Scene) -> None:
    scene.contractor("Near", 8)
    incident = scene.call(0, target_min=20)
    guess, settings = guess_of(scene, incident), own_time_off()
    job, now, prices = scene.job(incident), scene.clock.now(), settings.prices

    def price(minutes: float) -> float:
        late = max(0.0, minutes - 20)
        dear = prices.breach_cny + prices.lateness_steps[0][1] * late if late else 0.0
        return guess.price_cny + prices.wait_cny_per_min * minutes + dear

    # 18 minutes, give or take ten: 8 to 28, never more than 15 late
    many = [price(8 + 20 * (i + 0.5) / 10_000) for i in range(10_000)]
    found = expected_cny(settings, job, guess, now)
    assert found == pytest.approx(mean(many), rel=1e-3)
    sure = replace(guess, spread_s=0.0)
    assert expected_cny(settings, job, sure, now) == pytest.approx(price(18))


def test_the_price_of_leaving_a_job_out_is_what_the_contractor_costs(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, settings=own_time_off())
    scene.unit("R-01", 3)
    incident = scene.call(0)
    [alone] = frozen(scene).problem.jobs
    scene.contractor("Near", 8)
    [helped] = frozen(scene).problem.jobs
    guess = guess_of(scene, incident)
    wanted = expected_cny(scene.context.settings, scene.job(incident), guess, scene.clock.now())
    assert helped.unassigned_cny == pytest.approx(wanted)
    assert alone.unassigned_cny > 3000


def test_who_cannot_do_it_was_asked_in_vain_or_is_not_wanted_is_no_way_out(scene: Scene) -> None:
    unit = scene.unit("R-01", 3)
    helper = scene.contractor("Near", 8)
    ordered = scene.call(0)
    scene.run()
    assert scene.job(ordered).unit_id == unit.id
    scene.call(1, repair(10, "boost"))  # which the contractor cannot do
    asked = scene.call(2)
    with scene.database.write() as session:
        offer = contractors.offer(session, scene.context, asked, helper)
        contractor_work.reject(session, scene.context, offer, helper, "no driver")
    waiting = scene.call(4)
    assert set(frozen(scene).outside) == {job_key(scene.job(waiting).id)}


def test_who_cannot_be_there_by_a_time_may_come_later(scene: Scene) -> None:
    helper = scene.contractor("Near", 8)
    incident = scene.call(0)
    [mean, spread] = [guess_of(scene, incident).arrival_at, timedelta(minutes=10)]
    for by_min in (15, 12):
        with scene.database.write() as session:
            by_at = START + by_min * MINUTE
            offer = contractors.offer_as_planned(
                session, scene.context, incident, Offer(helper, by_at)
            )
            contractor_work.reject(session, scene.context, offer, helper, "too far away")
    guess = guess_of(scene, incident)
    spread_now = timedelta(seconds=guess.spread_s)
    assert guess.arrival_at - spread_now == START + 15 * MINUTE + 2 * NOT_A_MINUTE_LATER
    assert guess.arrival_at + spread_now == max(mean + spread, START + 35 * MINUTE)
    with scene.database.write() as session:
        offer = contractors.offer(session, scene.context, incident)
        contractor_work.reject(session, scene.context, offer, helper, "no driver")
    assert frozen(scene).outside == {}
    with scene.database.write() as session, pytest.raises(NotFound):
        contractors.offer(session, scene.context, incident)


def test_the_cheaper_contractor_is_asked_unless_it_comes_too_late(scene: Scene) -> None:
    dear = scene.contractor("Near and dear", 2, callout_cny=260.0)
    cheap = scene.contractor("Far and cheap", 18, callout_cny=100.0, cny_per_km=0.0)
    with scene.database.read() as session:
        asking = Asking.read(session, scene.context)
    jobs = [scene.job(scene.call(0, target_min=minutes)) for minutes in (90, 20)]
    found = asking.best(jobs, dict.fromkeys((dear, cheap)))
    assert [found[job.id].contractor.id for job in jobs] == [cheap, dear]


def test_it_is_worth_asking_only_where_the_delay_costs_more(scene: Scene) -> None:
    scene.contractor("Near", 8)
    incident = scene.call(0)
    guess, job, now = guess_of(scene, incident), scene.job(incident), scene.clock.now()
    settings = scene.context.settings
    assert is_worth(settings, job, guess, None, now)
    assert not is_worth(settings, job, guess, job.target_at, now)
    assert is_worth(settings, job, guess, job.target_at + 2 * MINUTE, now)
    dear = replace(guess, price_cny=5000.0)
    assert not is_worth(settings, job, dear, job.target_at + 2 * MINUTE, now)
    hardly = replace(guess, arrival_at=job.target_at - 2 * MINUTE, spread_s=0.0)
    assert not is_worth(settings, job, hardly, job.target_at + 2 * MINUTE, now)


def test_a_tow_the_contractor_can_do_is_left_to_it(scene: Scene) -> None:
    scene.unit("T-01", 70, "tow")
    helper = scene.contractor("Near", 2)
    incident = scene.call(0, tow(10))
    scene.run()
    [offered] = scene.events("contractor.offered")
    assert (offered.incident_id, offered.payload["contractor_id"]) == (incident, helper)
    assert scene.job(incident).planned_unit_id is None


def test_who_said_no_is_not_asked_again_and_who_has_too_little_time_may_be() -> None:
    soon, later = START + 20 * MINUTE, START + 40 * MINUTE
    cannot = Asked("", None, may_be_asked=True).then("rejected", later).then("rejected", soon)
    assert cannot == Asked("rejected", later, may_be_asked=True, n_too_soon=2)
    again = later + 2 * NOT_A_MINUTE_LATER
    assert not cannot.can_come_by(again - MINUTE)
    assert cannot.can_come_by(again)
    assert cannot.can_come_by(None)
    never, silent, thinking = (
        cannot.then(state, by_at)
        for state, by_at in (("rejected", None), ("expired", later), ("offered", None))
    )
    asked = {1: cannot, 2: never, 3: silent}
    assert still_to_ask(asked, [1, 2, 3, 4]) == {1: again, 4: None}
    assert still_to_ask(asked | {5: thinking}, [1, 2, 3, 4, 5]) == {5: again}
