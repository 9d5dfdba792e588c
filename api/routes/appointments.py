"""Planned visits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.access import FOR_CALL_TAKERS, CallTaker
from api.faults import booking_faults, means
from api.models.appointments import (
    AppointmentIn,
    AppointmentMoveIn,
    AppointmentOut,
    Appointments,
)
from api.models.incident_in import CancelIn, Day
from api.owner_links import link_for_appointment
from api.routes.incidents import as_json
from api.runtime import Runtime
from api.views.appointments import appointments_out
from api.writing import Repeat, Run
from dispatch import appointments
from dispatch.appointments import Appointment
from dispatch.regions import get_region
from dispatch.visit_moving import move_appointment as move
from kernel.database import WriteSession
from kernel.errors import NotFound

router = APIRouter(prefix="/appointments", tags=["appointments"])

AppointmentId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.post("", status_code=201, response_model=AppointmentOut)
@means(booking_faults)
def book_appointment(body: AppointmentIn, who: CallTaker, repeat: Repeat, runtime: Run) -> Response:
    """Book a visit; the answer carries the booking code and the owner's link."""

    def act(session: WriteSession) -> AppointmentOut:
        now = runtime.clock.now()
        booked = appointments.book(session, now, runtime.desk, as_json(body))
        link_for_appointment(session, booked.id, now, _last(booked))
        return _shown(session, runtime, booked)

    return repeat.answer(runtime, who.key, act, status=201)


@router.get("", dependencies=[FOR_CALL_TAKERS])
def list_appointments(runtime: Run, day: Annotated[Day | None, Query()] = None) -> Appointments:
    """Return the visits of a day (local; without one: today), in order of time."""
    with runtime.database.read() as session:
        wanted = day or get_region(session, runtime.region).today(runtime.clock.now())
        found = appointments.appointments_of(session, runtime.region, wanted)
        return appointments_out(session, runtime, found)


@router.post("/{appointment_id}/cancel", response_model=AppointmentOut)
def cancel_appointment(
    appointment_id: AppointmentId, body: CancelIn, who: CallTaker, repeat: Repeat, runtime: Run
) -> Response:
    """Cancel a visit that has not begun."""

    def act(session: WriteSession) -> AppointmentOut:
        _own(session, runtime, appointment_id)
        now = runtime.clock.now()
        cancelled = appointments.cancel_appointment(session, now, appointment_id, body.reason)
        return _shown(session, runtime, cancelled)

    return repeat.answer(runtime, who.key, act)


@router.post("/{appointment_id}/move", response_model=AppointmentOut)
def move_appointment(
    appointment_id: AppointmentId,
    body: AppointmentMoveIn,
    who: CallTaker,
    repeat: Repeat,
    runtime: Run,
) -> Response:
    """Move a visit to another slot, or what of it has not begun; code and owner's link stay."""

    def act(session: WriteSession) -> AppointmentOut:
        _own(session, runtime, appointment_id)
        now = runtime.clock.now()
        moved = move(session, now, appointment_id, as_json(body))
        link_for_appointment(session, moved.id, now, _last(moved))
        return _shown(session, runtime, moved)

    return repeat.answer(runtime, who.key, act)


def _last(visit: Appointment) -> datetime:
    return (visit.return_window or visit.window).end_at


def _own(session: WriteSession, runtime: Runtime, appointment_id: int) -> None:
    """Refuse a visit of another region."""
    if appointments.get_appointment(session, appointment_id).region != runtime.region:
        raise NotFound(
            "appointment", appointment_id, zh=f"没有编号为 {appointment_id} 的预约，请刷新后查看。"
        )


def _shown(session: WriteSession, runtime: Runtime, it: Appointment) -> AppointmentOut:
    return appointments_out(session, runtime, [it]).items[0]
