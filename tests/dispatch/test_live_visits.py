"""Booked visits of today are planned with the calls, and ordered when it is time to leave."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from dispatch.job import JobKind, JobOption, JobState, ServiceTime
from dispatch.store import AppointmentRow, JobRow, job_of
from kernel import events
from kernel.words import Words
from tests.dispatch.scene import REGION, START, Scene, at

MINUTE = timedelta(minutes=1)


def book(scene: Scene, minute: float, from_min: float, to_min: float, code: str = "ABCDEF") -> int:
    """Book an installation whose work starts within the window; return its job's id."""
    option = JobOption(
        name="install",
        kind=JobKind.INSTALLATION,
        label=Words(zh="安装", en="install"),
        needs=frozenset({"charger_install"}),
        service=ServiceTime(3600, 4500),
    )
    start_at, end_at = START + from_min * MINUTE, START + to_min * MINUTE
    with scene.database.write() as session:
        visit = AppointmentRow(
            region=REGION, kind="installation", state="booked", code=code,
            booked_at=scene.clock.now(), window_start_at=start_at, window_end_at=end_at,
            duration_s=3600, position=at(minute), place_text="km", caller_phone="+8613800138000",
        )  # fmt: skip
        session.add(visit)
        session.flush()
        job = JobRow(
            region=REGION, appointment_id=visit.id, purpose="installation",
            state=JobState.OPEN.value, options=[option.as_json()], position=at(minute),
            place_text="km", priority=0, target_at=end_at, earliest_at=start_at, latest_at=end_at,
            created_at=scene.clock.now(), lock=0, declined_by=[],
        )  # fmt: skip
        session.add(job)
        session.flush()
        events.append(session, scene.clock.now(), "appointment.booked", region=REGION)
        return job.id


def test_a_visit_is_planned_at_once_and_ordered_when_it_is_time_to_leave(scene: Scene) -> None:
    unit = scene.unit("E-01", 0, "charger_install")
    visit = book(scene, 20, 120, 180)
    scene.run()
    job = scene.job_by_id(visit)
    assert (job.state, job.planned_unit_id) == ("open", unit.id)
    assert job.planned_arrival_at == START + 120 * MINUTE
    scene.pass_time(90)
    assert scene.job_by_id(visit).state == "open"
    scene.pass_time(6)  # 20 minutes of driving, and 5 of notice
    assert scene.job_by_id(visit).state == "ordered"


def test_a_repair_van_is_not_held_back_by_visits_of_others(scene: Scene) -> None:
    scene.unit("E-01", 0, "charger_install")
    repair = scene.unit("R-01", 5)
    book(scene, 20, 120, 180)
    incident = scene.call(0)
    scene.run()
    assert scene.job(incident).unit_id == repair.id


def test_a_visit_done_frees_the_electrician(scene: Scene) -> None:
    unit = scene.unit("E-01", 0, "charger_install")
    first = book(scene, 1, 0, 30)
    second = book(scene, 2, 70, 120, code="BCDEFG")
    scene.run()
    assert scene.job_by_id(first).state == "ordered"
    assert scene.job_by_id(second).planned_sequence == 1
    with scene.database.read() as session:
        rows = session.scalars(select(JobRow).order_by(JobRow.id))
        assert [job_of(row).planned_unit_id for row in rows] == [unit.id, unit.id]


def test_visits_beyond_today_are_not_planned_yet(scene: Scene) -> None:
    scene.unit("E-01", 0, "charger_install")
    visit = book(scene, 20, 60 * 20, 60 * 21)
    scene.run()
    assert scene.job_by_id(visit).planned_unit_id is None


def test_a_loop_at_rest_wakes_when_a_visit_comes_near(scene: Scene) -> None:
    unit = scene.unit("E-01", 0, "charger_install", end_at=START + 3 * 24 * 60 * MINUTE)
    visit = book(scene, 20, 60 * 20, 60 * 22)
    scene.run()
    assert scene.dispatcher.next_due() == START + 8 * 60 * MINUTE  # twelve hours before
    scene.pass_time(60 * 8)
    assert scene.job_by_id(visit).planned_unit_id == unit.id
    scene.pass_time(60 * 12)
    assert scene.job_by_id(visit).state == "ordered"


def test_a_visit_that_nobody_can_do_is_not_planned_over_and_over(scene: Scene) -> None:
    scene.unit("R-01", 0)
    book(scene, 20, 60 * 20, 60 * 22)
    scene.pass_time(60 * 9)
    n_decisions = scene.dispatcher.n_decisions
    scene.pass_time(30)
    assert scene.dispatcher.n_decisions == n_decisions
