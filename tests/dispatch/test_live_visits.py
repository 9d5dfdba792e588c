"""Booked visits of today are planned with the calls, and ordered when it is time to leave."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from dispatch.appointments import cancel_appointment
from dispatch.job import JobState
from dispatch.job_option import Destination, JobKind, JobOption, ServiceTime
from dispatch.job_steps import TechnicianEvent
from dispatch.progress import ReportKind
from dispatch.status import apply_event
from dispatch.store import AppointmentRow, JobRow, job_of
from fleet.model import Unit
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


def test_a_visit_that_nobody_can_do_is_not_planned_over_and_over(scene: Scene) -> None:
    scene.unit("R-01", 0)
    book(scene, 20, 60 * 20, 60 * 22)
    scene.pass_time(60 * 9)
    n_decisions = scene.dispatcher.n_decisions
    scene.pass_time(30)
    assert scene.dispatcher.n_decisions == n_decisions


def book_pickup(scene: Scene) -> tuple[int, int, int]:
    """Book a car to be fetched within half an hour and returned in four; return visit and jobs."""
    centre = Destination("Centre", at(20), 600)
    home = Destination("Home", at(1), 600)
    with scene.database.write() as session:
        visit = AppointmentRow(
            region=REGION, kind="pickup_delivery", state="booked", code="FGHJKM",
            booked_at=START, window_start_at=START, window_end_at=START + 30 * MINUTE,
            duration_s=600, position=at(1), place_text="km", caller_phone="+8613800138000",
        )  # fmt: skip
        session.add(visit)
        session.flush()
        ids = []
        for name, place, goal, from_min, to_min in (
            ("fetch", at(1), centre, 0, 30),
            ("return", at(20), home, 240, 300),
        ):
            option = JobOption(
                name=name,
                kind=JobKind.TRANSFER,
                label=Words(zh="代驾", en=name),
                needs=frozenset({"valet"}),
                service=ServiceTime(600, 700),
                destination=goal,
            )
            job = JobRow(
                region=REGION, appointment_id=visit.id, purpose=name, state=JobState.OPEN.value,
                options=[option.as_json()], position=place, place_text="km", priority=0,
                target_at=START + to_min * MINUTE, earliest_at=START + from_min * MINUTE,
                latest_at=START + to_min * MINUTE, created_at=START, lock=0, declined_by=[],
            )  # fmt: skip
            session.add(job)
            session.flush()
            ids.append(job.id)
        events.append(session, START, "appointment.booked", region=REGION)
        return visit.id, ids[0], ids[1]


def report(scene: Scene, unit: Unit, kind: str, job_id: int) -> None:
    event = TechnicianEvent(f"{kind}-{job_id}", scene.clock.now(), ReportKind(kind), job_id)
    with scene.database.write() as session:
        assert apply_event(session, scene.context, unit.id, event).status == "applied"


def alarms(scene: Scene) -> list[tuple[str, str]]:
    told = scene.events("alarm.raised")
    return [(event.payload["kind"], event.payload["text"]["en"]) for event in told]


def test_a_car_that_was_not_fetched_is_not_brought_back(scene: Scene) -> None:
    unit = scene.unit("V-01", 0, "valet")
    visit, fetch, back = book_pickup(scene)
    scene.run()
    report(scene, unit, "not_possible", fetch)
    scene.pass_time(250)
    assert [scene.job_by_id(it).state for it in (fetch, back)] == ["failed", "cancelled"]
    [(kind, text)] = alarms(scene)
    assert (kind, "FGHJKM (fetching the car) failed" in text) == ("visit_failed", True)
    with scene.database.write() as session:
        over = cancel_appointment(session, scene.clock.now(), visit, "nobody at home")
    assert over.state == "cancelled"


def test_a_car_that_was_fetched_is_brought_back(scene: Scene) -> None:
    unit = scene.unit("V-01", 0, "valet")
    _, fetch, back = book_pickup(scene)
    scene.run()
    for kind in ("arrived", "loaded", "done"):
        report(scene, unit, kind, fetch)
    scene.pass_time(240)
    assert scene.job_by_id(back).state == "ordered"
    assert alarms(scene) == []


def test_an_installation_that_fails_is_told_to_the_dispatcher(scene: Scene) -> None:
    unit = scene.unit("E-01", 0, "charger_install")
    visit = book(scene, 1, 0, 30)
    scene.run()
    report(scene, unit, "gone_on_arrival", visit)
    scene.pass_time(60)
    assert [kind for kind, _ in alarms(scene)] == ["visit_failed"]


def test_nobody_is_sent_to_a_visit_whose_window_has_passed_and_it_is_told_once(
    scene: Scene,
) -> None:
    visit = book(scene, 20, 120, 180)
    scene.pass_time(180)
    assert alarms(scene) == []
    scene.pass_time(60)
    scene.unit("E-01", 0, "charger_install")
    scene.pass_time(600)
    job = scene.job_by_id(visit)
    assert (job.state, job.planned_unit_id) == ("open", None)
    [(kind, text)] = alarms(scene)
    assert kind == "visit_missed"
    assert "ABCDEF (installing a charger, 03-02 18:00 to 03-02 19:00)" in text
    assert scene.dispatcher.next_due() is None  # nothing is left to watch


def test_a_visit_that_was_planned_and_missed_leaves_the_plan(scene: Scene) -> None:
    unit = scene.unit("E-01", 0, "charger_install")
    visit = book(scene, 1, 60, 90)
    scene.run()
    assert scene.job_by_id(visit).planned_unit_id == unit.id
    scene.clock.advance(2 * 60 * 60)  # nobody dispatched meanwhile
    scene.run()
    job = scene.job_by_id(visit)
    assert (job.state, job.planned_unit_id) == ("open", None)
    assert [kind for kind, _ in alarms(scene)] == ["visit_missed"]


def test_who_was_sent_in_time_goes_on_though_the_window_passes(scene: Scene) -> None:
    unit = scene.unit("E-01", 0, "charger_install")
    visit = book(scene, 20, 0, 30)
    scene.run()
    report(scene, unit, "rolling", visit)
    scene.pass_time(60)
    job = scene.job_by_id(visit)
    assert (job.state, job.unit_id) == ("rolling", unit.id)
    assert alarms(scene) == []


def test_a_visit_over_time_whose_unit_never_set_off_is_told_once(scene: Scene) -> None:
    unit = scene.unit("E-01", 0, "charger_install")
    visit = book(scene, 20, 0, 30)
    scene.run()
    report(scene, unit, "accepted", visit)
    scene.pass_time(30)
    assert alarms(scene) == []
    scene.pass_time(5)
    [(kind, text)] = alarms(scene)
    assert kind == "visit_not_begun"
    assert text.startswith("Visit ABCDEF (installing a charger, 03-02 16:00 to 03-02 16:30): its ")
    assert "E-01 has not set off" in text
    job = scene.job_by_id(visit)
    assert (job.state, job.unit_id) == ("ordered", unit.id)


def test_who_declines_it_then_leaves_a_visit_that_was_missed(scene: Scene) -> None:
    unit = scene.unit("E-01", 0, "charger_install")
    visit = book(scene, 20, 0, 30)
    scene.pass_time(31)
    report(scene, unit, "declined", visit)
    scene.pass_time(2)
    assert [kind for kind, _ in alarms(scene)] == ["visit_not_begun", "visit_missed"]


def test_a_missed_fetch_calls_the_return_off(scene: Scene) -> None:
    _, fetch, back = book_pickup(scene)
    scene.pass_time(31)
    scene.unit("V-01", 0, "valet")
    scene.pass_time(300)
    assert [scene.job_by_id(it).state for it in (fetch, back)] == ["open", "cancelled"]
    assert [kind for kind, _ in alarms(scene)] == ["visit_missed"]


def test_a_visit_that_nobody_says_is_done_is_told_once(scene: Scene) -> None:
    unit = scene.unit("E-01", 0, "charger_install")
    visit = book(scene, 20, 30, 60)
    scene.pass_time(20)
    for kind in ("rolling", "arrived"):
        report(scene, unit, kind, visit)
    scene.pass_time(10 + 75 + 29)  # the work begins with its window, and takes 75 min at most
    assert alarms(scene) == []
    scene.pass_time(3)
    [(kind, text)] = alarms(scene)
    assert kind == "visit_overdue"
    assert text.startswith(
        "Visit ABCDEF (installing a charger): E-01 has been there since 03-02 16"
    )
    scene.pass_time(60)
    assert len(alarms(scene)) == 1
