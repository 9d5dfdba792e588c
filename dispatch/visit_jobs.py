"""The jobs of a booked visit: fetch and return of a car, or an installation."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dispatch.booking import AppointmentKind, Window
from dispatch.core.model import Lock
from dispatch.job import Job, JobState
from dispatch.job_option import Destination, JobKind, JobOption, ServiceTime
from dispatch.store import JobRow, job_of
from fleet.model import ServiceCentre
from kernel.database import WriteSession
from kernel.position import Position
from kernel.words import Words

if TYPE_CHECKING:
    from dispatch.appointments import Appointment

HANDOVER_S = 600
"""Handing a car and its key over at a service centre."""

_FETCH = Words(zh="上门取车", en="fetch the car")
_RETURN = Words(zh="送车上门", en="bring the car back")
_INSTALL = Words(zh="安装家用充电桩", en="install a home charger")


def create_jobs(
    session: WriteSession, now: datetime, visit: Appointment, centre: ServiceCentre | None
) -> tuple[Job, ...]:
    """Create the open jobs of a booked visit, in the order in which they are done.

    Fetching starts at the owner's and ends at the centre; returning runs the other way.
    """
    if visit.kind is AppointmentKind.INSTALLATION or centre is None:
        option = JobOption(
            name="install",
            kind=JobKind.INSTALLATION,
            label=_INSTALL,
            needs=frozenset({"charger_install", "charger_tools"}),
            service=_time(visit.duration_s),
        )
        return (_create(session, now, visit, "installation", option, visit.window, None),)
    at_centre = Destination(centre.name, centre.position, HANDOVER_S, centre.id)
    fetch = _transfer("fetch", _FETCH, visit.duration_s, at_centre)
    jobs = [_create(session, now, visit, "fetch", fetch, visit.window, None)]
    if visit.return_window is not None:
        jobs.append(create_return(session, now, visit, centre))
    return tuple(jobs)


def create_return(
    session: WriteSession, now: datetime, visit: Appointment, centre: ServiceCentre
) -> Job:
    """Create the open job that brings the car of a visit back in its return window."""
    home = Destination(visit.place.text, visit.place.position, visit.duration_s)
    option = _transfer("return", _RETURN, HANDOVER_S, home)
    window = visit.return_window or visit.window
    return _create(session, now, visit, "return", option, window, centre)


def _transfer(name: str, label: Words, service_s: int, destination: Destination) -> JobOption:
    return JobOption(
        name=name,
        kind=JobKind.TRANSFER,
        label=label,
        needs=frozenset({"valet"}),
        service=_time(service_s),
        destination=destination,
    )


def _time(mean_s: int) -> ServiceTime:
    """Return a service time; the ninth decile of booked work lies a quarter above its mean."""
    return ServiceTime(mean_s, round(mean_s * 1.25))


def _create(
    session: WriteSession,
    now: datetime,
    visit: Appointment,
    purpose: str,
    option: JobOption,
    window: Window,
    start: ServiceCentre | None,
) -> Job:
    position: Position = visit.place.position if start is None else start.position
    row = JobRow(
        region=visit.region,
        appointment_id=visit.id,
        purpose=purpose,
        state=JobState.OPEN.value,
        options=[option.as_json()],
        position=position,
        place_text=visit.place.text if start is None else start.name,
        priority=0,
        target_at=window.end_at,
        earliest_at=window.start_at,
        latest_at=window.end_at,
        lock=Lock.FREE.value,
        created_at=now,
        declined_by=[],
    )
    session.add(row)
    session.flush()
    return job_of(row)
