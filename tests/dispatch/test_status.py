"""Technician reports: late, twice, out of order, from the wrong phone."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dispatch import orders
from dispatch.job import JobState
from dispatch.job_steps import TechnicianEvent
from dispatch.progress import Report, ReportKind, progress
from dispatch.report_refusals import ReportRefusal
from dispatch.status import allowed_kinds, apply_event
from dispatch.store import JobRow, TechnicianEventRow
from fleet.model import Unit
from fleet.shifts import end_shift
from fleet.store import get_unit
from kernel.errors import InvalidInput, NotFound
from kernel.words import Words
from tests.dispatch.scene import START, Scene, at, open_scene, repair, tow

MINUTE = timedelta(minutes=1)


def rolled_out(scene: Scene, *options: Any) -> tuple[Unit, int]:
    """Return a unit with an ordered job, an hour ago."""
    unit = scene.unit("R-01", 5, "repair", "tow")
    incident = scene.call(0, *options)
    scene.run()
    scene.clock.advance(3600)
    return unit, incident


def test_done_before_arrived_fills_the_gap_and_the_late_report_corrects_it(scene: Scene) -> None:
    unit, incident = rolled_out(scene)
    assert scene.say(unit, "done", incident, ago_min=10).status == "applied"
    job = scene.job(incident)
    assert job.state == "done"
    assert job.arrived_at == START + 50 * MINUTE
    assert scene.incident(incident).risk == "breached"
    result = scene.say(unit, "arrived", incident, ago_min=35)
    assert result.status == "late"
    assert scene.job(incident).arrived_at == START + 25 * MINUTE
    assert scene.incident(incident).arrived_at == START + 25 * MINUTE
    assert scene.incident(incident).risk == "normal"


def test_a_repeat_is_a_duplicate_and_changes_nothing(scene: Scene) -> None:
    unit, incident = rolled_out(scene)
    first = scene.say(unit, "rolling", incident, client_id="a")
    before = scene.job(incident)
    again = scene.say(unit, "rolling", incident, client_id="a")
    assert (first.status, again.status) == ("applied", "duplicate")
    assert scene.job(incident) == before


def test_another_units_job_is_not_found_and_nothing_is_stored(scene: Scene) -> None:
    _, incident = rolled_out(scene)
    other = scene.unit("R-02", 9)
    before = scene.events()
    with pytest.raises(NotFound):
        scene.say(other, "done", incident)
    assert scene.events() == before
    assert scene.job(incident).state == "ordered"


def test_a_job_withdrawn_meanwhile_is_rejected_with_the_reason(scene: Scene) -> None:
    unit, incident = rolled_out(scene)
    scene.say(unit, "declined", incident)
    other = scene.unit("R-02", 9)
    scene.run()
    result = scene.say(unit, "arrived", incident)
    assert (result.status, result.code) == ("rejected", "report.elsewhere")
    assert "not with this unit" in result.detail
    assert scene.job(incident).unit_id == other.id


def test_a_repeat_of_what_was_rejected_gets_the_same_reason_again(scene: Scene) -> None:
    unit, incident = rolled_out(scene)
    scene.say(unit, "done", incident)
    first = scene.say(unit, "declined", incident, client_id="a")
    again = scene.say(unit, "declined", incident, client_id="a")
    assert (first.status, first.code) == ("rejected", "report.over")
    assert (again.status, again.code, again.text) == ("duplicate", first.code, first.text)
    assert again.detail == f"Known: rejected. {first.detail}"
    ended = scene.say(unit, "not_possible", incident)
    assert (ended.code, ended.text) == ("report.over", first.text)


def test_a_repeat_of_what_was_rejected_before_there_were_codes(scene: Scene) -> None:
    unit, incident = rolled_out(scene)
    scene.say(unit, "done", incident)
    scene.say(unit, "declined", incident, client_id="a")
    with scene.database.write() as session:
        row = session.scalars(select(TechnicianEventRow).filter_by(client_id="a")).one()
        row.detail = "The job is done already."
    again = scene.say(unit, "declined", incident, client_id="a")
    assert (again.status, again.code) == ("duplicate", "report.rejected")
    assert again.detail == "Known: rejected. The job is done already."
    assert again.text == Words(zh="此前未被接受，请联系调度。", en="The job is done already.")


def test_phones_from_before_there_were_codes_know_every_sentence() -> None:
    """They look for these parts of it (``refusal_words.ts`` as it was)."""
    known = {
        ReportRefusal.ELSEWHERE: "The job is not with this unit any more",
        ReportRefusal.CANCELLED: "The job was cancelled",
        ReportRefusal.BEGUN: "it can be reported as not possible, not declined",
        ReportRefusal.OVER: "already.",
        ReportRefusal.NO_LOAD: "there is nothing to load",
        ReportRefusal.OFF_SHIFT: "The unit is off shift",
    }
    # Came with the codes or after them: those phones say to ask dispatch.
    since = {ReportRefusal.LOADED, ReportRefusal.WORKED, ReportRefusal.STANDS}
    assert known.keys() | since == set(ReportRefusal)
    assert all(sentence in refusal.words.en for refusal, sentence in known.items())


def test_a_clock_slightly_ahead_is_held_to_now_and_far_ahead_refused(scene: Scene) -> None:
    unit, incident = rolled_out(scene)
    scene.say(unit, "rolling", incident, ago_min=-4)
    assert scene.job(incident).rolling_at == scene.clock.now()
    with pytest.raises(InvalidInput, match="future"):
        scene.say(unit, "arrived", incident, ago_min=-6)
    assert scene.job(incident).state == "rolling"


def test_no_arrival_before_the_order(scene: Scene) -> None:
    unit, incident = rolled_out(scene)
    scene.say(unit, "arrived", incident, ago_min=500)
    assert scene.job(incident).arrived_at == START


def set_clock(scene: Scene, seconds: float) -> None:
    """Step the service's clock, back too."""
    scene.clock._now += timedelta(seconds=seconds)


def test_what_is_reported_after_the_clock_was_set_back_counts(scene: Scene) -> None:
    """A clock that was an hour fast when it ordered must not bind the unit for that hour."""
    unit, incident = rolled_out(scene)
    set_clock(scene, -2 * 3600)
    assert scene.say(unit, "rolling", incident).status == "applied"
    assert scene.job(incident).state == "rolling"
    set_clock(scene, 60)
    assert scene.say(unit, "done", incident).status == "applied"
    assert scene.job(incident).state == "done"
    assert scene.incident(incident).state == "closed"


def test_reports_of_an_earlier_order_do_not_count_even_if_the_clock_was_fast(scene: Scene) -> None:
    unit, incident = rolled_out(scene)
    scene.say(unit, "rolling", incident)
    set_clock(scene, -2 * 3600)
    with scene.database.write() as session:
        job = session.get(JobRow, scene.job(incident).id)
        assert job is not None
        orders.withdraw_job(session, job)
        now, idle = scene.clock.now(), get_unit(session, unit.id)
        orders.order_job(session, now, job, idle, job.options[0]["name"], now + MINUTE)
    assert (scene.job(incident).state, scene.job(incident).unit_id) == ("ordered", unit.id)
    assert scene.say(unit, "accepted", incident).status == "applied"
    assert scene.job(incident).state == "ordered"


def test_a_time_without_a_zone_is_refused(scene: Scene) -> None:
    unit, incident = rolled_out(scene)
    naive = TechnicianEvent(
        "x", START.replace(tzinfo=None), ReportKind.ROLLING, scene.job(incident).id
    )
    with (
        scene.database.write() as session,
        pytest.raises(InvalidInput, match="time zone"),
    ):
        apply_event(session, scene.context, unit.id, naive)


def test_a_car_that_is_gone_closes_the_incident_and_frees_the_unit(scene: Scene) -> None:
    unit, incident = rolled_out(scene)
    scene.say(unit, "gone_on_arrival", incident, ago_min=40)
    closed = scene.incident(incident)
    assert (closed.outcome, closed.arrived_at) == ("gone_on_arrival", START + 20 * MINUTE)
    assert (scene.job(incident).state, scene.unit_now(unit).state) == ("failed", "idle")


def test_what_cannot_be_repaired_is_towed_by_a_second_job(scene: Scene) -> None:
    unit, incident = rolled_out(scene, repair(), tow(30, price_cny=100))
    first = scene.job(incident)
    assert first.option == "repair"
    scene.say(unit, "arrived", incident, ago_min=45)
    scene.say(unit, "not_possible", incident, reason="gearbox")
    scene.run()
    second = scene.job(incident)
    assert second.id != first.id
    assert (second.state, second.option) == ("ordered", "tow:1")
    for kind in ("rolling", "arrived", "loaded", "done"):
        assert scene.say(unit, kind, incident).status == "applied"
    closed = scene.incident(incident)
    assert (closed.outcome, closed.arrived_at) == ("towed", START + 15 * MINUTE)


@pytest.mark.parametrize("ending", ["not_possible", "gone_on_arrival"])
@pytest.mark.parametrize("reached", [None, "rolling", "arrived"])
def test_a_report_that_ends_a_job_is_applied_not_late(
    scene: Scene, ending: str, reached: str | None
) -> None:
    unit, incident = rolled_out(scene)
    if reached is not None:
        scene.say(unit, reached, incident)
    assert scene.say(unit, ending, incident).status == "applied"
    assert scene.incident(incident).outcome == ending


@pytest.mark.parametrize("options", [[tow(50)], [tow(50), repair(price_cny=5000)]])
def test_a_tow_truck_that_breaks_down_hands_its_car_to_another(
    scene: Scene, options: list[Any]
) -> None:
    broken = scene.unit("T-01", 1, "tow")
    incident = scene.call(0, *options)
    scene.run()
    for kind in ("arrived", "loaded"):
        scene.say(broken, kind, incident)
    scene.clock.advance(1200)
    scene.move(broken, 25)
    other = scene.unit("T-02", 30, "tow")
    scene.unit("R-01", 24)
    scene.say(broken, "not_possible", incident, reason="gearbox of the truck")
    scene.run()
    job, found = scene.job(incident), scene.incident(incident)
    assert (job.unit_id, job.option) == (other.id, "tow:1")
    assert [option.kind for option in job.options] == ["tow"]
    place = found.place
    assert (job.position, job.place_text) == (place.position, place.text)
    assert (place.position.lon, place.text) == (
        pytest.approx(at(25).lon),
        "T-01 (0.13490, 0.00000)",
    )
    for kind in ("rolling", "arrived", "loaded", "done"):
        assert scene.say(other, kind, incident).status == "applied"
    assert scene.incident(incident).outcome == "towed"


def test_without_another_way_not_possible_is_the_end(scene: Scene) -> None:
    unit, incident = rolled_out(scene)
    scene.say(unit, "not_possible", incident)
    assert scene.incident(incident).outcome == "not_possible"


def test_there_is_nothing_to_load_at_a_repair(scene: Scene) -> None:
    unit, incident = rolled_out(scene)
    scene.say(unit, "arrived", incident)
    assert scene.say(unit, "loaded", incident).status == "rejected"
    assert scene.job(incident).state == "on_site"


def test_a_loaded_car_is_not_gone(scene: Scene) -> None:
    unit, incident = rolled_out(scene, tow(10))
    for kind in ("arrived", "loaded"):
        scene.say(unit, kind, incident)
    refused = scene.say(unit, "gone_on_arrival", incident)
    assert (refused.status, refused.detail) == (
        "rejected",
        "The car is loaded: it can be reported as not possible, not as gone.",
    )
    assert (scene.job(incident).state, scene.unit_now(unit).state) == ("loaded", "loaded")
    assert scene.incident(incident).state == "towing"
    assert scene.say(unit, "done", incident).status == "applied"
    assert scene.incident(incident).outcome == "towed"


def test_a_car_to_be_towed_may_be_gone_before_it_is_loaded(scene: Scene) -> None:
    unit, incident = rolled_out(scene, tow(10))
    scene.say(unit, "arrived", incident)
    assert scene.say(unit, "gone_on_arrival", incident).status == "applied"
    assert scene.incident(incident).outcome == "gone_on_arrival"


def test_a_job_at_work_cannot_be_declined(scene: Scene) -> None:
    unit, incident = rolled_out(scene)
    scene.say(unit, "arrived", incident)
    assert scene.say(unit, "declined", incident).status == "rejected"


def test_off_shift_nothing_is_applied(scene: Scene) -> None:
    unit, incident = rolled_out(scene)
    with scene.database.write() as session:
        end_shift(session, scene.clock.now(), unit.id)
    assert scene.say(unit, "rolling", incident).status == "rejected"


def test_a_boost_takes_its_energy_out_of_the_stock_once(scene: Scene) -> None:
    unit = scene.unit("C-01", 5, "boost", kwh=30.0)
    incident = scene.call(0, repair(10, "boost", name="boost", kwh=12.0))
    scene.run()
    scene.say(unit, "done", incident)
    scene.say(unit, "done", incident)
    assert scene.unit_now(unit).kwh == 18.0


def test_buttons_by_state() -> None:
    assert allowed_kinds(JobState.ON_SITE, has_destination=True)[:2] == ("loaded", "done")
    assert allowed_kinds(JobState.ON_SITE, has_destination=False)[0] == "done"
    assert allowed_kinds(JobState.DONE, has_destination=False) == ()
    assert "gone_on_arrival" in allowed_kinds(JobState.ON_SITE, has_destination=True)
    assert allowed_kinds(JobState.LOADED, has_destination=True) == ("done", "not_possible")


# ------------------------------------------------------------------------------ any order

STORY = (("accepted", 50), ("rolling", 45), ("arrived", 30), ("loaded", 20), ("done", 5))
"""Kind, and minutes ago."""


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    order=st.permutations(range(len(STORY))),
    repeats=st.lists(st.sampled_from(range(len(STORY))), max_size=3),
)
def test_any_order_with_repeats_ends_in_the_same_state(
    order: list[int], repeats: list[int]
) -> None:
    assert outcome([*order, *repeats]) == EXPECTED


MISTAKEN = (("rolling", 45), ("arrived", 40), ("not_there", 35), *STORY[2:])
"""Who was thought to be at the car, and came ten minutes later."""


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(range(len(MISTAKEN))))
def test_an_arrival_that_was_taken_back_counts_in_no_order(order: list[int]) -> None:
    told = outcome([*order, order[0]], MISTAKEN)
    assert told[2:] == EXPECTED[2:]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_what_was_taken_back_is_on_its_way_in_any_order(order: tuple[int, ...]) -> None:
    told = outcome([*order, *order], MISTAKEN[:3])
    assert (told[0], told[2], told[3], told[-1]) == (
        "rolling",
        START + 15 * MINUTE,
        None,
        "rolling",
    )
    assert told[-2][0] == "rolling"


def outcome(order: list[int], story: tuple[tuple[str, int], ...] = STORY) -> tuple[Any, ...]:
    with TemporaryDirectory() as folder:
        scene = open_scene(Path(folder))
        unit, incident = rolled_out(scene, tow(10))
        for number in order:
            kind, ago_min = story[number]
            scene.say(unit, kind, incident, ago_min=ago_min, client_id=f"c{number}")
        job, told, free = scene.job(incident), scene.incident(incident), scene.unit_now(unit)
        scene.database.close()
    return (
        job.state,
        job.accepted_at,
        job.rolling_at,
        job.arrived_at,
        job.loaded_at,
        job.done_at,
        (told.state, told.outcome, told.arrived_at, told.risk),
        free.state,
    )


EXPECTED = (
    "done",
    START + 10 * MINUTE,
    START + 15 * MINUTE,
    START + 30 * MINUTE,
    START + 40 * MINUTE,
    START + 55 * MINUTE,
    ("closed", "towed", START + 30 * MINUTE, "normal"),
    "idle",
)


def test_a_dispatcher_takes_back_what_was_heard_whatever_the_phones_clock_says() -> None:
    said = Report(ReportKind.ARRIVED, START + 30 * MINUTE, START + 30 * MINUTE, 1)
    back = Report(ReportKind.NOT_THERE, START + 20 * MINUTE, START + 31 * MINUTE, 2, by_hand=True)
    slow = Report(ReportKind.ARRIVED, START + 15 * MINUTE, START + 40 * MINUTE, 3)
    assert progress([said, back], START).stage is ReportKind.ROLLING
    assert progress([said, back, slow], START).arrived_at == START + 15 * MINUTE


def test_progress_does_not_depend_on_order() -> None:
    reports = [
        Report(ReportKind.DONE, START + 50 * MINUTE, START + 60 * MINUTE),
        Report(ReportKind.ROLLING, START + 5 * MINUTE, START + 60 * MINUTE),
        Report(ReportKind.ROLLING, START + 7 * MINUTE, START + 60 * MINUTE),
    ]
    results = {progress(p, START) for p in itertools.permutations(reports)}
    [only] = results
    assert only.stage is ReportKind.DONE
    assert only.rolling_at == START + 5 * MINUTE
    assert only.arrived_at == START + 50 * MINUTE  # until its own report comes
    assert only.loaded_at is None


def test_position_far_from_any_road_is_planned_as_unreachable(scene: Scene) -> None:
    scene.unit("R-01", 5)
    far = at(0)
    incident = scene.call_from(type(far)(0.0, 85.0))
    scene.run()
    assert scene.job(incident).state == "open"
