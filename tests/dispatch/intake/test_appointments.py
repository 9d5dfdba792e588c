from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from dispatch.appointments import (
    CODE_ALPHABET,
    Appointment,
    appointments_of,
    book,
    cancel_appointment,
    draw_code,
    jobs_of_appointment,
)
from dispatch.job import Job, JobState
from dispatch.regions import put_region
from dispatch.store import JobRow
from fleet.model import UnitKind, UnitSpec
from fleet.store import put_unit
from kernel.errors import Conflict, InvalidInput
from kernel.position import Position
from tests.dispatch.intake.office import CALL, REGION, START, Office


def at(hours: float) -> str:
    return (START + timedelta(hours=hours)).isoformat()


def booking(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "pickup_delivery",
        "window": {"start_at": at(2), "end_at": at(3)},
        "return_window": {"start_at": at(8), "end_at": at(9)},
        "caller": CALL["caller"],
        "vehicle": CALL["vehicle"],
        "location": CALL["location"],
        **changes,
    }


def make(office: Office, **changes: Any) -> tuple[Appointment, tuple[Job, ...]]:
    with office.database.write() as session:
        made = book(session, office.clock.now(), office.desk, booking(**changes))
        return made, jobs_of_appointment(session, made.id)


def faults(office: Office, **changes: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refusal:
        make(office, **changes)
    assert office.told() == []
    return {fault.pointer: fault.code for fault in refusal.value.faults}


def test_a_pickup_is_a_fetch_to_the_nearest_centre_and_a_return(office: Office) -> None:
    visit, (fetch, back) = make(office)
    assert visit.centre_id == 2
    assert (fetch.purpose, fetch.earliest_at, fetch.latest_at) == (
        "fetch",
        START + timedelta(hours=2),
        START + timedelta(hours=3),
    )
    assert fetch.position == visit.place.position
    assert fetch.options[0].destination is not None
    assert fetch.options[0].destination.centre_id == 2
    assert fetch.options[0].needs == {"valet"}
    assert back.position == Position(113.25, 23.1)
    assert back.options[0].destination is not None
    assert back.options[0].destination.position == visit.place.position
    assert office.told() == ["appointment.booked"]


def test_an_installation_is_one_visit_by_an_electrician(office: Office) -> None:
    visit, (job,) = make(office, kind="installation", return_window=None, duration_s=5400)
    assert visit.centre_id is None
    assert job.options[0].needs == {"charger_install", "charger_tools"}
    assert job.options[0].service.mean_s == 5400


def test_every_fault_of_a_booking_is_told_at_once(office: Office) -> None:
    assert faults(
        office,
        kind="car_wash",
        window={"start_at": at(-1), "end_at": at(1)},
        return_window={"start_at": at(9), "end_at": "2026-03-02T18:00:00"},
        caller={"phone": "x"},
        location={"lon": 0, "lat": 0, "datum": "WGS-84"},
        duration_s=60,
    ) == {
        "/kind": "kind.type",
        "/window": "window.past",
        "/return_window/end_at": "return_window.end_at.type",
        "/caller/phone": "phone.number",
        "/location": "location.zero",
        "/duration_s": "duration_s.type",
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"window": {"start_at": at(3), "end_at": at(2)}}, {"/window": "window.order"}),
        ({"window": {"start_at": at(1), "end_at": at(14)}}, {"/window": "window.long"}),
        ({"window": {"start_at": at(2400), "end_at": at(2401)}}, {"/window": "window.far"}),
        ({"window": None}, {"/window": "window.missing"}),
        ({"window": {"start_at": at(2)}}, {"/window/end_at": "window.end_at.missing"}),
        (
            {"return_window": {"start_at": at(2.5), "end_at": at(4)}},
            {"/return_window": "window.order"},
        ),
        ({"vehicle": {"model": "Comet"}}, {"/vehicle": "vehicle.unknown"}),
        ({"kind": "installation"}, {"/return_window": "return_window.unfit"}),
        ({"centre_id": 99}, {"/centre_id": "centre.unknown"}),
    ],
)
def test_a_booking_that_cannot_be_kept_is_refused(
    office: Office, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    assert faults(office, **changes) == expected


def test_codes_are_unambiguous_and_unique(office: Office) -> None:
    assert not set("0O1IL") & set(CODE_ALPHABET)
    assert len(draw_code()) == 6
    codes = iter(["AAAAAA", "AAAAAA", "BBBBBB"])
    with office.database.write() as session:
        now = office.clock.now()
        one = book(session, now, office.desk, booking(), new_code=lambda: next(codes))
        two = book(session, now, office.desk, booking(), new_code=lambda: next(codes))
    assert (one.code, two.code) == ("AAAAAA", "BBBBBB")


def test_visits_are_listed_by_the_local_day(office: Office) -> None:
    late, _ = make(office, window={"start_at": at(7.5), "end_at": at(8.5)}, return_window=None)
    early, _ = make(office)
    next_day, _ = make(office, window={"start_at": at(8), "end_at": at(9)}, return_window=None)
    with office.database.read() as session:
        assert appointments_of(session, REGION, date(2026, 3, 2)) == (early, late)
        assert appointments_of(session, REGION, date(2026, 3, 3)) == (next_day,)


def test_cancelling_ends_the_jobs_and_tells_who_had_an_order(office: Office) -> None:
    visit, (fetch, _) = make(office)
    with office.database.write() as session:
        unit = put_unit(session, START, UnitSpec("V-01", "Valet", REGION, UnitKind.VALET))
        row = session.get_one(JobRow, fetch.id)
        row.state, row.unit_id = "ordered", unit.id
    with office.database.write() as session:
        over = cancel_appointment(session, office.clock.now(), visit.id, "no time")
        states = {job.state for job in jobs_of_appointment(session, visit.id)}
    assert (over.state, over.cancel_reason) == ("cancelled", "no time")
    assert states == {JobState.CANCELLED}
    assert office.told()[-2:] == ["job.withdrawn", "appointment.cancelled"]
    with office.database.write() as session, pytest.raises(Conflict, match="is cancelled"):
        cancel_appointment(session, office.clock.now(), visit.id, "again")


def test_a_visit_that_has_begun_is_not_cancelled(office: Office) -> None:
    visit, (fetch, _) = make(office)
    with office.database.write() as session:
        unit = put_unit(session, START, UnitSpec("V-01", "Valet", REGION, UnitKind.VALET))
        row = session.get_one(JobRow, fetch.id)
        row.state, row.unit_id = "rolling", unit.id
    with office.database.write() as session, pytest.raises(Conflict, match="has begun"):
        cancel_appointment(session, office.clock.now(), visit.id, "no time")


@pytest.mark.parametrize(
    ("first", "last", "day", "hours"),
    [
        ("2026-09-06T04:00:00+00:00", "2026-09-07T02:59:00+00:00", date(2026, 9, 6), 23),
        ("2026-04-04T03:00:00+00:00", "2026-04-05T03:59:00+00:00", date(2026, 4, 4), 25),
    ],
    ids=["gap at midnight", "an hour that comes twice"],
)
def test_a_local_day_has_all_its_visits_when_clocks_are_changed(
    office: Office, first: str, last: str, day: date, hours: int
) -> None:
    """In Chile, where it is the hour before or after midnight."""
    office.clock.move_to(datetime.fromisoformat(first) - timedelta(days=20))
    with office.database.write() as session:
        region = put_region(session, REGION, time_zone="America/Santiago")
    made = []
    for minute, start_at in enumerate((first, last)):
        start = datetime.fromisoformat(start_at)
        assert region.today(start) == day
        window = {"start_at": start_at, "end_at": (start + timedelta(minutes=30)).isoformat()}
        car = CALL["vehicle"] | {"plate": f"BBCL2{minute}"}
        visit, _ = make(office, kind="installation", window=window, vehicle=car, return_window=None)
        made.append(visit.id)
    between = datetime.fromisoformat(last) - datetime.fromisoformat(first)
    assert round(between.total_seconds() / 3600) == hours
    with office.database.read() as session:
        found = [visit.id for visit in appointments_of(session, REGION, day)]
        others = [
            visit.id
            for away in (-1, 1)
            for visit in appointments_of(session, REGION, day + timedelta(days=away))
        ]
    assert (found, others) == (made, [])


@pytest.mark.parametrize("day", [date.min, date(1989, 12, 31), date(2201, 1, 1), date.max])
def test_a_day_beyond_all_calendars_is_refused_with_the_days_that_are_not(
    office: Office, day: date
) -> None:
    with office.database.read() as session, pytest.raises(InvalidInput) as refused:
        appointments_of(session, REGION, day)
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.code) == ("/day", "day.range")
    assert "1990-01-01 to 2200-12-31" in fault.remedy


@pytest.mark.parametrize("day", [date(1990, 1, 1), date(2200, 12, 31)])
def test_the_first_and_the_last_day_are_answered(office: Office, day: date) -> None:
    with office.database.read() as session:
        assert appointments_of(session, REGION, day) == ()
