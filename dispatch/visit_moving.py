"""A booked visit that is moved to another slot; code, history and the owner's link stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dispatch import orders
from dispatch.appointments import (
    Appointment,
    appointment_of,
    appointment_row,
    jobs_of_appointment,
    tell_visit,
)
from dispatch.booking import AppointmentKind, Window, check_return, no_return, read_window
from dispatch.core.model import Lock
from dispatch.form import Form
from dispatch.job import JOB_MACHINE, Job, JobState
from dispatch.store import JobRow
from dispatch.visit_jobs import create_return
from fleet.model import ServiceCentre
from fleet.registers import get_centre
from kernel.database import WriteSession
from kernel.errors import Conflict, Fault, InvalidInput

_WAITING = (JobState.OPEN, JobState.ORDERED)


def move_appointment(
    session: WriteSession, now: datetime, appointment_id: int, raw: Mapping[str, Any]
) -> Appointment:
    """Move a visit, or the part of it that has not begun; to where it is already changes nothing.

    Who was ordered to it has the order no more, and the next plan chooses anew. Of a visit that was
    missed the return, which was called off, is booked again.

    Parameters
    ----------
    raw
        ``window`` and ``return_window``, as booked; what is left out stays.

    Raises
    ------
    NotFound
        When there is no such visit.
    Conflict
        When it is cancelled, has failed, or what is to be moved has begun.
    InvalidInput
        With every fault: a slot in the past, too long, too far ahead, when the service centre is
        closed, or with the return before the fetching.
    """
    row = appointment_row(session, appointment_id, lock=True)
    visit, jobs = appointment_of(row), jobs_of_appointment(session, appointment_id)
    _refuse_over(visit, jobs)
    centre = None if row.centre_id is None else get_centre(session, row.centre_id)
    window, back = _read(raw, now, visit, jobs[0], centre)
    moved = [
        (job, slot)
        for job, slot, was in (
            (jobs[0], window, visit.window),
            (_return_of(jobs), back, visit.return_window),
        )
        if slot != was and job is not None and slot is not None
    ]
    if (window, back) == (visit.window, visit.return_window):
        return visit
    for job, _ in moved:
        _refuse_begun(visit, job)
    row.window_start_at, row.window_end_at = window.start_at, window.end_at
    if back is not None:
        row.return_start_at, row.return_end_at = back.start_at, back.end_at
    for job, slot in moved:
        _move_job(session, now, job, slot)
    if back is not None and centre is not None and _return_of(jobs) is None:
        create_return(session, now, appointment_of(row), centre)
    orders.flush(session)
    before = _told(visit.window, visit.return_window)
    payload = {"change": "moved", "before": before, "after": _told(window, back)}
    tell_visit(session, now, "appointment.changed", row, jobs, **payload)
    return appointment_of(row)


def may_be_moved(visit: Appointment, jobs: Sequence[Job]) -> bool:
    """Return whether any part of a visit with these jobs can be moved."""
    if visit.state != "booked" or any(job.state is JobState.FAILED for job in jobs):
        return False
    return any(job.state in _WAITING for job in jobs)


def _refuse_over(visit: Appointment, jobs: Sequence[Job]) -> None:
    if visit.state != "booked":
        raise Conflict(
            f"Visit {visit.code} is {visit.state}.",
            remedy="Book a new one.",
            zh=f"预约 {visit.code} 已取消，请重新预约。",
        )
    if any(job.state is JobState.FAILED for job in jobs):
        raise Conflict(
            f"Visit {visit.code} has failed.",
            remedy="Cancel it and book anew.",
            zh=f"预约 {visit.code} 未能完成，请取消后重新预约。",
        )


def _refuse_begun(visit: Appointment, job: Job) -> None:
    if job.state in _WAITING:
        return
    raise Conflict(
        f"Visit {visit.code} has begun (job {job.id} is {job.state}).",
        remedy="Call the technician; only what has not begun can be moved.",
        zh=f"预约 {visit.code} 已开始（任务 {job.id}：{JOB_MACHINE.zh[job.state]}），"
        "请致电服务人员；只能更改尚未开始的部分。",
    )


def _return_of(jobs: Sequence[Job]) -> Job | None:
    """Return the job that brings the car back; ``None``: there is none, or it was called off."""
    backs = [it for it in jobs if it.purpose == "return" and it.state is not JobState.CANCELLED]
    return backs[-1] if backs else None


def _read(
    raw: Mapping[str, Any],
    now: datetime,
    visit: Appointment,
    first: Job,
    centre: ServiceCentre | None,
) -> tuple[Window, Window | None]:
    """Return the slots that an input means, what is left out as it is."""
    form = Form(raw)
    window = _slot(form, "/window", now, visit.window, centre)
    is_missed = first.state is JobState.OPEN and visit.window.end_at < now
    if is_missed and form.value("/window") is None:
        text, remedy = "The first window has passed.", "Give a new one as well."
        zh = "原上门时段已过，请同时填写新的上门时段。"
        form.add(Fault("/window", "window.past", text, remedy, zh))
    back = _slot(form, "/return_window", now, visit.return_window, centre)
    if visit.kind is AppointmentKind.INSTALLATION:
        no_return(form)
    if not form.faults:
        check_return(form, window, back)
    if form.faults or window is None:
        raise InvalidInput(form.faults)
    return window, back


def _slot(
    form: Form, pointer: str, now: datetime, was: Window | None, centre: ServiceCentre | None
) -> Window | None:
    """Return the slot at a pointer, what was booked where there is none."""
    if form.value(pointer) is None:
        return was
    slot = read_window(form, pointer, now)
    if slot is not None and slot != was and centre is not None:
        form.add(_closed(pointer, slot, centre))
    return slot


def _closed(pointer: str, slot: Window, centre: ServiceCentre) -> Fault | None:
    if centre.is_open(slot.start_at):
        return None
    return Fault(
        pointer,
        "window.closed",
        f"{centre.name} is closed then.",
        "Give a window in which it is open.",
        f"{centre.name} 届时不营业，请选择其营业时段。",
    )


def _move_job(session: WriteSession, now: datetime, job: Job, slot: Window) -> None:
    """Give a job another slot; its unit has it no more, and who declined the old one may come."""
    row = session.get(JobRow, job.id, with_for_update=True, populate_existing=True)
    if row is None:
        raise AssertionError("the jobs of a visit are never deleted")
    if row.state == JobState.ORDERED.value:
        unit_id = orders.withdraw_job(session, row)
        because = {"because": "appointment_moved"}
        orders.tell(session, now, "job.withdrawn", row, unit_id=unit_id, payload=because)
    orders.clear_plan(row)
    row.lock, row.declined_by = Lock.FREE.value, []
    row.earliest_at, row.latest_at, row.target_at = slot.start_at, slot.end_at, slot.end_at


def _told(window: Window, back: Window | None) -> dict[str, list[str] | None]:
    slots = {"window": window, "return_window": back}
    return {
        name: None if it is None else [it.start_at.isoformat(), it.end_at.isoformat()]
        for name, it in slots.items()
    }
