"""Booked visits: a car fetched to the service centre and brought back, or a charger installed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.booking import AppointmentKind, Booking, Window, read_booking
from dispatch.desk import IntakeDesk
from dispatch.incident import Caller, Place, Vehicle
from dispatch.job import FINAL, JOB_MACHINE, Job, JobMove, JobState
from dispatch.orders import clear_plan, move_job
from dispatch.regions import get_region
from dispatch.store import AppointmentRow, JobRow, jobs_of
from dispatch.visit_jobs import create_jobs
from fleet.registers import fitting_centres, get_centre, service_centres_of
from kernel import events
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput, NotFound

CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without I, L, O, 0 and 1: a code is read out on the phone."""

CODE_LENGTH = 6
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2200, 12, 31)
"""Days that visits are asked for, both inclusive: the years of all times on the wire."""

_CENTRE_NEEDS = frozenset({"repair"})
_NOT_BEGUN = (JobState.OPEN, JobState.ORDERED)
_NOT_IN_THE_WAY = (*_NOT_BEGUN, JobState.CANCELLED, JobState.FAILED)
"""Jobs that a visit may be cancelled with."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """One booked visit as it is stored; ``state`` is ``booked`` or ``cancelled``."""

    id: int
    region: str
    kind: AppointmentKind
    state: str
    code: str
    booked_at: datetime
    window: Window
    return_window: Window | None
    duration_s: int
    place: Place
    centre_id: int | None
    caller: Caller
    vehicle: Vehicle
    note: str | None
    cancelled_at: datetime | None
    cancel_reason: str | None


def book(
    session: WriteSession,
    now: datetime,
    desk: IntakeDesk,
    raw: Mapping[str, Any],
    *,
    new_code: Callable[[], str] | None = None,
) -> Appointment:
    """Book a visit and create its jobs.

    Parameters
    ----------
    raw
        ``AppointmentIn`` as parsed JSON.
    new_code
        Draws booking codes; `draw_code` unless given.

    Raises
    ------
    InvalidInput
        With every fault; nothing is stored then.
    """
    region = get_region(session, desk.region)
    booking = read_booking(
        raw,
        country=region.country,
        now=now,
        today=region.today(now),
        locate=desk.locator.locate,
    )
    row = _row(session, now, desk.region, booking)
    row.code = _free_code(session, new_code or draw_code)
    session.add(row)
    session.flush()
    appointment = appointment_of(row)
    centre = None if row.centre_id is None else get_centre(session, row.centre_id)
    jobs = create_jobs(session, now, appointment, centre)
    tell_visit(session, now, "appointment.booked", row, jobs)
    return appointment


def cancel_appointment(
    session: WriteSession, now: datetime, appointment_id: int, reason: str
) -> Appointment:
    """Cancel a visit.

    Raises
    ------
    Conflict
        When it is cancelled already, or somebody is on the way or further.
    InvalidInput
        When the reason is empty.
    """
    row = appointment_row(session, appointment_id)
    if not reason.strip():
        raise InvalidInput.one(
            "/reason",
            "reason.empty",
            "The reason is empty.",
            "Say why.",
            zh="未填写原因，请说明原因。",
        )
    if row.state != "booked":
        raise Conflict(
            f"Visit {row.code} is {row.state}.",
            remedy="Book a new one.",
            zh=f"预约 {row.code} 已取消，请重新预约。",
        )
    jobs = jobs_of_appointment(session, appointment_id)
    if begun := _begun(jobs):
        raise Conflict(
            f"Visit {row.code} has begun (job {begun[0].id} is {begun[0].state}).",
            remedy="Call the technician.",
            zh=f"预约 {row.code} 已开始（任务 {begun[0].id}：{JOB_MACHINE.zh[begun[0].state]}），"
            "请致电服务人员。",
        )
    for job in jobs:
        _cancel_job(session, now, job)
    row.state, row.cancelled_at, row.cancel_reason = "cancelled", now, reason.strip()
    session.flush()
    tell_visit(session, now, "appointment.cancelled", row, jobs)
    return appointment_of(row)


def may_be_cancelled(visit: Appointment, jobs: Iterable[Job]) -> bool:
    """Return whether `cancel_appointment` would cancel a visit with these jobs."""
    return visit.state == "booked" and not _begun(jobs)


def _begun(jobs: Iterable[Job]) -> list[Job]:
    return [job for job in jobs if job.state not in _NOT_IN_THE_WAY]


def cancel_later_jobs(session: WriteSession, now: datetime, job: JobRow) -> None:
    """Call off what was to follow a job of a visit: a car that was not fetched is not returned."""
    if job.appointment_id is None:
        return
    for later in jobs_of(session, job.region, appointment_id=job.appointment_id):
        if later.id > job.id and later.state in _NOT_BEGUN:
            _cancel_job(session, now, later)


def get_appointment(session: Session, appointment_id: int) -> Appointment:
    """Return one visit; NotFound when there is none of that id."""
    return appointment_of(appointment_row(session, appointment_id))


def appointments_of(session: Session, region: str, day: date) -> tuple[Appointment, ...]:
    """Return the visits of a local day, in order of their windows, cancelled ones included.

    Raises
    ------
    InvalidInput
        When the day is before `FIRST_DAY` or after `LAST_DAY`.
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidInput.one(
            "/day",
            "day.range",
            f"No visits are kept for {day}.",
            f"Give a day from {FIRST_DAY} to {LAST_DAY}.",
            zh=f"{day} 没有预约记录，请选择 {FIRST_DAY} 至 {LAST_DAY} 之间的日期。",
        )
    zone = ZoneInfo(get_region(session, region).time_zone)
    start = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    query = (
        select(AppointmentRow)
        .where(
            AppointmentRow.region == region,
            AppointmentRow.window_start_at >= start,
            AppointmentRow.window_start_at < end,
        )
        .order_by(AppointmentRow.window_start_at, AppointmentRow.id)
    )
    return tuple(appointment_of(row) for row in session.scalars(query))


def jobs_of_appointment(session: Session, appointment_id: int) -> tuple[Job, ...]:
    """Return the jobs of a visit, in the order in which they are done."""
    region = appointment_row(session, appointment_id).region
    return jobs_of(session, region, appointment_id=appointment_id)


def draw_code() -> str:
    """Draw a booking code."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def appointment_of(row: AppointmentRow) -> Appointment:
    """Return the value of a row."""
    returns = None
    if row.return_start_at is not None and row.return_end_at is not None:
        returns = Window(row.return_start_at, row.return_end_at)
    return Appointment(
        id=row.id,
        region=row.region,
        kind=AppointmentKind(row.kind),
        state=row.state,
        code=row.code,
        booked_at=row.booked_at,
        window=Window(row.window_start_at, row.window_end_at),
        return_window=returns,
        duration_s=row.duration_s,
        place=Place(row.position, row.place_text, 1.0, "booking", row.place_note),
        centre_id=row.centre_id,
        caller=Caller(row.caller_phone, row.caller_name),
        vehicle=Vehicle(row.vin, row.plate, row.model, None, row.colour),
        note=row.note,
        cancelled_at=row.cancelled_at,
        cancel_reason=row.cancel_reason,
    )


def _row(session: Session, now: datetime, region: str, booking: Booking) -> AppointmentRow:
    place, car, returns = booking.located.place, booking.vehicle, booking.return_window
    return AppointmentRow(
        region=region,
        kind=booking.kind.value,
        state="booked",
        booked_at=now,
        window_start_at=booking.window.start_at,
        window_end_at=booking.window.end_at,
        return_start_at=None if returns is None else returns.start_at,
        return_end_at=None if returns is None else returns.end_at,
        duration_s=booking.duration_s,
        position=place.position,
        place_text=place.text,
        place_note=place.note,
        centre_id=_centre_id(session, region, booking),
        caller_name=booking.caller.name,
        caller_phone=booking.caller.phone,
        vin=car.vin,
        plate=car.plate,
        model=car.model,
        colour=car.colour,
        note=booking.note,
    )


def _centre_id(session: Session, region: str, booking: Booking) -> int | None:
    """Return the service centre of a pickup: the one asked for, else the nearest open one."""
    if booking.kind is AppointmentKind.INSTALLATION:
        return None
    centres = service_centres_of(session, region)
    if booking.centre_id is not None:
        if booking.centre_id in {centre.id for centre in centres}:
            return booking.centre_id
        known = ", ".join(f"{centre.id} ({centre.name})" for centre in centres)
        raise InvalidInput.one(
            "/centre_id",
            "centre.unknown",
            f"There is no service centre {booking.centre_id}.",
            f"Known: {known}." if known else "Register one first.",
            zh=f"没有编号为 {booking.centre_id} 的服务中心。"
            + (f"现有：{known}。" if known else "请先登记服务中心。"),
        )
    at = booking.window.start_at
    near = fitting_centres(centres, booking.located.place.position, _CENTRE_NEEDS, at, limit=1)
    if not near:
        raise InvalidInput.one(
            "/centre_id",
            "centre.none",
            "No service centre repairs cars here.",
            "Register one.",
            zh="本区域没有能维修车辆的服务中心，请先登记。",
        )
    return near[0].id


def _free_code(session: Session, new_code: Callable[[], str]) -> str:
    while True:
        code = new_code()
        taken = session.scalars(select(AppointmentRow.id).filter_by(code=code)).first()
        if taken is None:
            return code


def _cancel_job(session: WriteSession, now: datetime, job: Job) -> None:
    row = session.get(JobRow, job.id, with_for_update=True)
    if row is None or job.state in FINAL:
        return
    move_job(row, JobMove.CANCEL)
    clear_plan(row)
    session.flush()
    if row.unit_id is not None:
        events.append(
            session,
            now,
            "job.withdrawn",
            region=row.region,
            job_id=row.id,
            unit_id=row.unit_id,
            payload={"because": "appointment_cancelled"},
        )


def appointment_row(session: Session, appointment_id: int, *, lock: bool = False) -> AppointmentRow:
    """Return the row of a visit; NotFound when there is none. ``lock`` as for `incident_row`."""
    row = session.get(AppointmentRow, appointment_id, with_for_update=True if lock else None)
    if row is None:
        raise NotFound(
            "appointment", appointment_id, zh=f"没有编号为 {appointment_id} 的预约，请刷新后查看。"
        )
    return row


def tell_visit(
    session: WriteSession,
    now: datetime,
    kind: str,
    row: AppointmentRow,
    jobs: Sequence[Job],
    **more: object,
) -> None:
    """Append an event about a visit, which is found by the first of its jobs."""
    events.append(
        session,
        now,
        kind,
        region=row.region,
        job_id=jobs[0].id if jobs else None,
        payload={
            "appointment_id": row.id,
            "kind": row.kind,
            "jobs": [job.id for job in jobs],
            **more,
        },
    )
