"""Nobody waits for a contractor that does not answer, until it is heard of again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dispatch import contractor_work, contractors
from dispatch.contractor_silence import Silence, may_have_open, silent_contractors
from dispatch.explain import Candidates, candidates
from dispatch.incidents import cancel_by_dispatcher
from dispatch.offers_wanted import Offer
from dispatch.params import changed, load_settings
from dispatch.snapshot import build_snapshot, job_key
from dispatch.store import AlarmRow, ContractorOfferRow
from kernel.errors import Conflict, TooLate
from tests.dispatch.scene import START, Scene, open_scene, repair

MINUTE = timedelta(minutes=1)


def lapse(scene: Scene, helper: int, n: int = 1) -> None:
    """Let offers about as many calls run out, one after another; the calls are over by then."""
    for _ in range(n):
        incident = scene.call(0)
        with scene.database.write() as session:
            contractors.offer(session, scene.context, incident, helper)
        scene.clock.advance(181)
        with scene.database.write() as session:
            contractors.expire_offers(session, scene.context)
            cancel_by_dispatcher(session, scene.clock.now(), incident, "drove on")


def silent(scene: Scene) -> dict[int, Silence]:
    with scene.database.read() as session:
        rules = scene.context.settings.contractors
        return dict(silent_contractors(session, scene.context.region, rules))


def told(scene: Scene) -> list[str]:
    found = [it.payload for it in scene.events("alarm.raised")]
    return [it["text"]["en"] for it in found if it["kind"] == "contractor_silent"]


def offers(scene: Scene) -> list[ContractorOfferRow]:
    with scene.database.read() as session:
        return list(session.scalars(select(ContractorOfferRow).order_by(ContractorOfferRow.id)))


def may_be_left_out(scene: Scene, incident: int) -> bool:
    """Whether the plan knows a contractor for a call."""
    with scene.database.read() as session:
        snapshot = build_snapshot(session, scene.context)
    return job_key(scene.job(incident).id) in snapshot.outside


def judged(scene: Scene, incident: int) -> Candidates:
    with scene.database.read() as session:
        return candidates(session, scene.context, incident)


def test_after_one_lapsed_offer_the_plan_counts_on_it(scene: Scene) -> None:
    lapse(scene, scene.contractor("Near", 2))
    assert silent(scene) == {}
    assert told(scene) == []
    assert may_be_left_out(scene, scene.call(0))


def test_after_two_it_does_not_and_the_desk_is_told(scene: Scene) -> None:
    helper = scene.contractor("Near", 2)
    lapse(scene, helper, 2)
    last_at = START + timedelta(seconds=181 + 180)
    assert silent(scene) == {helper: Silence(2, START, last_at + 30 * MINUTE)}
    assert not may_be_left_out(scene, scene.call(0))
    [text] = told(scene)
    assert text == (
        "Near has let 2 offers run out since 16:00, and is not asked by itself before 16:36. "
        "Call them."
    )


def alarms(scene: Scene) -> list[AlarmRow]:
    with scene.database.read() as session:
        return list(session.scalars(select(AlarmRow).filter_by(kind="contractor_silent")))


def test_the_alarm_that_stands_tells_what_is_true_now(scene: Scene) -> None:
    helper, other = scene.contractor("Near", 2), scene.contractor("Far", 25)
    lapse(scene, other, 2)
    lapse(scene, helper, 2)
    lapse(scene, helper)  # asked by hand
    assert silent(scene)[helper].n_offers == 3
    far, near = alarms(scene)
    assert far.text["en"].startswith("Far has let 2 offers run out since 16:00")
    assert near.text["en"].startswith("Near has let 3 offers run out since 16:06")
    assert near.text["zh"].startswith("合作救援商 Near 自 16:06 起连续 3 次未答复")
    with scene.database.write() as session:
        session.get_one(AlarmRow, near.id).acknowledged_at = scene.clock.now()
    lapse(scene, helper)
    assert [it.text for it in alarms(scene)] == [far.text, near.text]  # it is being called


def test_an_alarm_names_the_day_where_it_is_another_one(scene: Scene) -> None:
    helper = scene.contractor("Near", 2)
    lapse(scene, helper)
    scene.clock.advance(24 * 60 * 60)
    lapse(scene, helper)
    [text] = told(scene)
    assert "since 03-02 16:00, and is not asked by itself before 16:36." in text


def test_no_owner_waits_for_it(scene: Scene) -> None:
    unit = scene.unit("R-01", 60)
    helper = scene.contractor("Near", 2)
    lapse(scene, helper, 2)
    incident = scene.call(0)
    scene.run()
    assert scene.job(incident).unit_id == unit.id
    assert len(offers(scene)) == 2


def test_a_call_without_any_own_unit_is_offered_to_who_answers(scene: Scene) -> None:
    lapse(scene, scene.contractor("Near", 2), 2)
    other = scene.contractor("Far", 25)
    scene.call(0)
    scene.run()
    assert [it.contractor_id for it in offers(scene)][2:] == [other]


def test_an_own_unit_is_sent_at_once_though_it_has_an_offer_made_by_hand(scene: Scene) -> None:
    helper = scene.contractor("Near", 2)
    lapse(scene, helper, 2)
    unit, incident = scene.unit("R-01", 60), scene.call(0)
    with scene.database.write() as session:
        contractors.offer(session, scene.context, incident, helper)
    scene.run()
    assert scene.job(incident).unit_id == unit.id


def test_whoever_says_no_is_heard(scene: Scene) -> None:
    helper = scene.contractor("Near", 2)
    lapse(scene, helper)
    incident = scene.call(0)
    with scene.database.write() as session:
        offer = contractors.offer(session, scene.context, incident, helper)
    scene.clock.advance(60)
    with scene.database.write() as session:
        contractor_work.reject(session, scene.context, offer, helper, "no driver")
    scene.clock.advance(60)
    lapse(scene, helper)
    assert silent(scene) == {}
    lapse(scene, helper)
    assert set(silent(scene)) == {helper}


@pytest.mark.parametrize("how", ["late", "too late", "not needed"])
def test_an_answer_that_cannot_be_taken_is_heard(scene: Scene, how: str) -> None:
    helper = scene.contractor("Near", 2)
    lapse(scene, helper, 2)
    incident = scene.call(0)
    by_at = scene.clock.now() + 10 * MINUTE
    with scene.database.write() as session:
        offer = contractors.offer_as_planned(session, scene.context, incident, Offer(helper, by_at))
    scene.clock.advance(240 if how == "late" else 60)
    if how != "not needed":
        refused = Conflict if how == "late" else TooLate
        with scene.database.write() as session, pytest.raises(refused):
            contractor_work.accept(session, scene.context, offer, helper, eta_min=20)
    assert set(silent(scene)) == {helper}
    note = contractor_work.not_needed if how == "not needed" else contractor_work.heard
    with scene.database.write() as session:
        note(session, scene.context, offer, helper)
    with scene.database.write() as session:
        contractors.expire_offers(session, scene.context)
    assert silent(scene) == {}


def test_nobody_speaks_for_another_contractor(scene: Scene) -> None:
    helper, other = scene.contractor("Near", 2), scene.contractor("Far", 20)
    lapse(scene, helper, 2)
    with scene.database.write() as session:
        contractor_work.heard(session, scene.context, offers(scene)[0].id, other)
        contractor_work.heard(session, scene.context, 99, helper)
    assert set(silent(scene)) == {helper}


def test_what_was_withdrawn_unanswered_says_nothing(scene: Scene) -> None:
    helper = scene.contractor("Near", 2)
    lapse(scene, helper)
    for _ in range(2):
        incident = scene.call(0)
        with scene.database.write() as session:
            contractors.offer(session, scene.context, incident, helper)
            cancel_by_dispatcher(session, scene.clock.now(), incident, "drove on")
    assert silent(scene) == {}
    lapse(scene, helper)
    assert set(silent(scene)) == {helper}


def test_who_reads_one_of_many_offers_is_not_silent(scene: Scene) -> None:
    helper = scene.contractor("Near", 2)
    calls = [scene.call(0) for _ in range(4)]
    with scene.database.write() as session:
        made = [contractors.offer(session, scene.context, it, helper) for it in calls]
    scene.clock.advance(60)
    with scene.database.write() as session:
        contractor_work.accept(session, scene.context, made[3], helper, eta_min=20)
    scene.clock.advance(180)
    with scene.database.write() as session:
        assert len(contractors.expire_offers(session, scene.context)) == 3
    assert silent(scene) == {}


def test_half_an_hour_later_it_is_tried_with_one_offer_at_a_time(scene: Scene) -> None:
    helper = scene.contractor("Near", 2)
    lapse(scene, helper, 2)
    scene.clock.advance(30 * 60 - 2)
    scene.call(0), scene.call(0)
    scene.run()
    assert len(offers(scene)) == 2
    scene.pass_time(1)
    assert [it.state for it in offers(scene)] == ["expired", "expired", "offered"]
    scene.pass_time(5)
    assert [it.state for it in offers(scene)] == ["expired"] * 3
    assert silent(scene)[helper].n_offers == 3
    assert len(alarms(scene)) == 1


def test_the_trial_that_is_answered_brings_it_back(scene: Scene) -> None:
    helper = scene.contractor("Near", 2)
    lapse(scene, helper, 2)
    scene.clock.advance(30 * 60)
    scene.call(0), scene.call(0)
    scene.run()
    [offer] = offers(scene)[2:]
    with scene.database.write() as session:
        contractor_work.accept(session, scene.context, offer.id, helper, eta_min=20)
    scene.pass_time(1)
    assert [it.state for it in offers(scene)][2:] == ["accepted", "offered"]


def test_a_dispatcher_may_ask_it_where_nobody_else_can(scene: Scene) -> None:
    near, far = scene.contractor("Near", 2), scene.contractor("Far", 50)
    lapse(scene, near, 2)
    first, second = scene.call(0), scene.call(0)
    with scene.database.write() as session:
        contractors.offer(session, scene.context, first)
        contractors.offer(session, scene.context, second, near)
    assert [it.contractor_id for it in offers(scene)][2:] == [far, near]
    lapse(scene, far, 2)
    third = scene.call(0)
    with scene.database.write() as session:
        contractors.offer(session, scene.context, third)
    assert offers(scene)[-1].contractor_id == near


def test_the_dispatcher_sees_why_it_is_not_asked(scene: Scene) -> None:
    helper = scene.contractor("Near", 2)
    lapse(scene, helper)
    incident = scene.call(0)
    assert judged(scene, incident).silent == ()
    lapse(scene, helper)
    found = judged(scene, incident)
    assert found.helper is None
    [row] = found.silent
    assert (row.name, row.n_offers, row.since_at) == ("Near", 2, START)
    assert row.again_at == silent(scene)[helper].again_at
    assert judged(scene, scene.call(0, repair(10, "boost"))).silent == ()
    scene.clock.advance(30 * 60)
    tried = judged(scene, incident)
    assert tried.helper is not None
    assert (tried.helper.name, tried.silent) == ("Near", ())


def test_of_a_call_that_is_left_to_nobody_it_is_not_said(scene: Scene) -> None:
    lapse(scene, scene.contractor("Near", 2), 2)
    unit, incident = scene.unit("R-01", 5), scene.call(0)
    assert len(judged(scene, incident).silent) == 1
    scene.run()
    assert scene.job(incident).unit_id == unit.id
    assert judged(scene, incident).silent == ()


def test_that_nobody_is_left_who_answers_is_told(scene: Scene) -> None:
    lapse(scene, scene.contractor("Near", 2), 2)
    far = scene.contractor("Far", 25)
    scene.call(0)
    scene.run()
    with scene.database.write() as session:
        contractor_work.reject(session, scene.context, offers(scene)[-1].id, far, "no driver")
    scene.pass_time(1)
    assert "no_contractor" in [it.payload["kind"] for it in scene.events("alarm.raised")]


def test_a_city_may_wait_for_everybody(tmp_path: Path) -> None:
    settings = changed(load_settings(), {"contractors.silent_after": 0})
    scene = open_scene(tmp_path, settings=settings)
    lapse(scene, scene.contractor("Near", 2), 5)
    assert silent(scene) == {}
    assert may_be_left_out(scene, scene.call(0))
    scene.dispatcher.close()
    scene.database.close()


def test_how_many_offers_it_may_have() -> None:
    rules = load_settings().contractors
    silence = Silence(2, START, START + 30 * MINUTE)
    assert may_have_open(rules, None, START) == rules.most_open
    assert may_have_open(rules, silence, START + 29 * MINUTE) == 0
    assert may_have_open(rules, silence, START + 30 * MINUTE) == 1
