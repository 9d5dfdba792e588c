"""What phones send: reports, fixes, shifts. Late, twice and out of order as they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.context import DispatchContext
from dispatch.evidence import WHY_NONE
from dispatch.job import ACTIVE
from dispatch.job_steps import TechnicianEvent
from dispatch.progress import ReportKind
from dispatch.status import EventResult, apply_event
from dispatch.store import JobRow, TechnicianEventRow
from field_app.fixes import reports_of
from field_app.jobs import field_jobs
from field_app.models import (
    FieldEventIn,
    FieldEventResult,
    FieldEventsIn,
    FieldJobs,
    FieldPositionsIn,
    FieldPositionsOut,
    FieldShiftIn,
)
from field_app.wire import Bilingual
from fleet import shifts
from fleet.positions import take_positions
from fleet.store import get_unit
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput, NotFound, RoadflareError
from kernel.position import Position


def take_events(
    session: WriteSession, context: DispatchContext, unit_id: int, body: FieldEventsIn
) -> list[FieldEventResult]:
    """Apply a batch in the order of its own timestamps; answer in the order given.

    A report that cannot be this unit's is rejected by itself, so that it never blocks a phone's
    queue.

    Raises
    ------
    NotFound, InvalidInput
        When not one report of the batch could be taken; nothing is stored.
    """
    refusals: list[RoadflareError] = []
    results: dict[int, EventResult] = {}
    for index, event in sorted(enumerate(body.events), key=lambda it: (it[1].at, it[0])):
        try:
            results[index] = apply_event(session, context, unit_id, _report(event))
        except (NotFound, InvalidInput) as error:
            refusals.append(_pointed(error, index))
            results[index] = EventResult(
                event.client_id, "rejected", str(error), _code_of(error), error.text
            )
    if len(refusals) == len(body.events):
        raise _together(refusals)
    return [
        FieldEventResult(
            client_id=it.client_id,
            status=it.status,
            detail=it.detail,
            code=it.code,
            text=None if it.text is None else Bilingual(**it.text.as_dict()),
        )
        for _, it in sorted(results.items())
    ]


def take_fixes(
    session: WriteSession, context: DispatchContext, unit_id: int, body: FieldPositionsIn
) -> FieldPositionsOut:
    """Store a batch of fixes and move the unit to the newest one.

    Raises
    ------
    InvalidInput
        When not one of them can be believed; nothing is stored.
    """
    taken = take_positions(session, context.clock.now(), unit_id, reports_of(body))
    if taken.n_accepted == 0:
        raise InvalidInput(taken.refused)
    version = field_jobs(session, context, unit_id).version
    return FieldPositionsOut(accepted=taken.n_accepted, version=version)


def change_shift(
    session: WriteSession, context: DispatchContext, unit_id: int, body: FieldShiftIn
) -> FieldJobs:
    """Start or end the shift, or a break; a repeat changes nothing.

    Raises
    ------
    IllegalTransition
        When the unit's state does not allow it.
    Conflict
        When a job is in hand.
    """
    now = context.clock.now()
    if not _seen(session, unit_id, body.client_id):
        _remember(session, unit_id, body, now)
        _apply_shift(session, now, unit_id, body)
    return field_jobs(session, context, unit_id)


def _apply_shift(session: WriteSession, now: datetime, unit_id: int, body: FieldShiftIn) -> None:
    if body.action == "start":
        position = None
        if body.lon is not None and body.lat is not None:
            position = Position(body.lon, body.lat)
        planned_end = get_unit(session, unit_id).shift_end_at
        end_at = planned_end if planned_end is not None and planned_end > now else None
        shifts.start_shift(session, now, unit_id, end_at=end_at, position=position)
    elif body.action == "resume":
        shifts.resume(session, now, unit_id)
    else:
        _refuse_with_job(session, unit_id)
        (shifts.end_shift if body.action == "end" else shifts.pause)(session, now, unit_id)


def _refuse_with_job(session: Session, unit_id: int) -> None:
    query = select(JobRow.id).where(JobRow.unit_id == unit_id, JobRow.state.in_(sorted(ACTIVE)))
    if session.scalars(query).first() is not None:
        raise Conflict(
            "You still have a job.",
            remedy="Finish it or decline it first.",
            zh="手上还有任务，请先完成或拒单。",
        )


def _seen(session: Session, unit_id: int, client_id: str) -> bool:
    query = select(TechnicianEventRow.id).filter_by(unit_id=unit_id, client_id=client_id)
    return session.scalar(query) is not None


def _remember(session: WriteSession, unit_id: int, body: FieldShiftIn, now: datetime) -> None:
    session.add(
        TechnicianEventRow(
            unit_id=unit_id,
            client_id=body.client_id,
            job_id=None,
            kind=f"shift_{body.action}",
            at=body.at,
            received_at=now,
            status="applied",
            detail="",
        )
    )
    session.flush()


def _report(event: FieldEventIn) -> TechnicianEvent:
    return TechnicianEvent(
        client_id=event.client_id,
        at=event.at,
        kind=ReportKind(event.kind),
        job_id=event.job_id,
        reason=event.reason,
        data=event.data if event.no_photo is None else (event.data or {}) | _why_none(event),
    )


def _why_none(event: FieldEventIn) -> dict[str, str | None]:
    return {WHY_NONE: event.no_photo}


def _pointed(error: RoadflareError, index: int) -> RoadflareError:
    """Return the error with pointers into the batch."""
    if not isinstance(error, InvalidInput):
        return error
    return InvalidInput(replace(it, pointer=f"/events/{index}{it.pointer}") for it in error.faults)


def _code_of(error: RoadflareError) -> str:
    return error.faults[0].code if isinstance(error, InvalidInput) else error.code


def _together(refusals: list[RoadflareError]) -> RoadflareError:
    """Return one error for a batch that was refused as a whole."""
    faults = [fault for it in refusals if isinstance(it, InvalidInput) for fault in it.faults]
    return InvalidInput(faults) if faults else refusals[0]
