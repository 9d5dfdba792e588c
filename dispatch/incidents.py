"""What people do to incidents besides sending units: cancel, solve on the phone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from dispatch.closing import close_incident, withdraw_offers
from dispatch.incident import CANCELLABLE_BY_OWNER, OUTCOME_ZH, Incident, IncidentState, Outcome
from dispatch.job import JOB_MACHINE, JobMove, JobState
from dispatch.store import (
    UNFINISHED_SQL,
    IncidentRow,
    JobRow,
    get_incident,
    incident_of,
    incident_row,
)
from fleet.states import UnitMove, UnitState
from fleet.store import get_unit, move_unit
from kernel import events, private_details
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput

_LEAVE = {UnitState.ROLLING: UnitMove.STAND_DOWN, UnitState.ON_SITE: UnitMove.FINISH}


def cancel_by_owner(
    session: WriteSession, now: datetime, incident_id: int, reason: str
) -> Incident:
    """Cancel an incident for its owner.

    Raises
    ------
    Conflict
        When it is closed, or a unit is at the car already: then the two talk to each other.
    """
    row = _open_row(session, incident_id)
    if IncidentState(row.state) not in CANCELLABLE_BY_OWNER:
        raise Conflict(
            f"{incident_of(row).number} cannot be cancelled here: somebody is at the car.",
            remedy="Tell the technician.",
            zh=f"{incident_of(row).number} 已有人到车旁，不能在此取消，请告知现场技师。",
        )
    return _cancel(session, now, row, Outcome.CANCELLED_BY_OWNER, reason)


def cancel_by_dispatcher(
    session: WriteSession, now: datetime, incident_id: int, reason: str
) -> Incident:
    """Cancel an incident for the control room; Conflict when it is closed or the car is loaded."""
    row = _open_row(session, incident_id)
    if row.state == IncidentState.TOWING.value:
        raise Conflict(
            f"The car of {incident_of(row).number} is loaded.",
            remedy="Let the crew finish, or have the car set down first.",
            zh=f"{incident_of(row).number} 的车辆已装车，请等车上人员完成，或先将车卸下。",
        )
    return _cancel(session, now, row, Outcome.CANCELLED_BY_DISPATCHER, reason)


def solve_remotely(session: WriteSession, now: datetime, incident_id: int, note: str) -> Incident:
    """Close an incident that was solved on the phone; Conflict once somebody is at the car."""
    row = _open_row(session, incident_id)
    if IncidentState(row.state) not in CANCELLABLE_BY_OWNER:
        raise Conflict(
            f"Somebody is at the car of {incident_of(row).number}.",
            remedy="Let the crew close it.",
            zh=f"{incident_of(row).number} 已有人到车旁，请由现场人员结束。",
        )
    text = _reason(note, "/note")
    row.note = text if row.note is None else f"{row.note}\n{text}"
    drop_work(session, now, row)
    close_incident(session, now, row, Outcome.SOLVED_REMOTELY)
    return get_incident(session, row.id)


def _open_row(session: WriteSession, incident_id: int) -> IncidentRow:
    row = incident_row(session, incident_id, lock=True)
    if row.state == IncidentState.CLOSED.value:
        incident = incident_of(row)
        raise Conflict(
            f"{incident.number} is closed already ({incident.outcome}).",
            remedy="Read it again.",
            zh=f"{incident.number} 已结束（{OUTCOME_ZH[row.outcome or '']}），请刷新后查看。",
        )
    return row


def _cancel(
    session: WriteSession, now: datetime, row: IncidentRow, outcome: Outcome, reason: str
) -> Incident:
    text = _reason(reason, "/reason")
    by = "owner" if outcome is Outcome.CANCELLED_BY_OWNER else "dispatcher"
    drop_work(session, now, row)
    said = private_details.keep(session, now, {"reason": text}, incident_id=row.id)
    events.append(
        session,
        now,
        "incident.cancelled",
        region=row.region,
        incident_id=row.id,
        payload={"by": by, "said": said},
    )
    close_incident(session, now, row, outcome)
    return get_incident(session, row.id)


def _reason(text: str, pointer: str) -> str:
    if not text.strip():
        raise InvalidInput.one(
            pointer,
            "reason.empty",
            "The reason is empty.",
            "Say why.",
            zh="内容为空，请说明原因或处理方法。",
        )
    return text.strip()


def drop_work(session: WriteSession, now: datetime, row: IncidentRow) -> None:
    """Cancel the unfinished jobs, free their units, withdraw contractors; everybody is told."""
    query = select(JobRow).where(JobRow.incident_id == row.id, JobRow.state.in_(UNFINISHED_SQL))
    for job in session.scalars(query.order_by(JobRow.id).with_for_update()):
        unit_id = job.unit_id or job.planned_unit_id
        bound = job.unit_id is not None
        job.state = JOB_MACHINE.after(JobState(job.state), JobMove.CANCEL, who=str(job.id)).value
        job.planned_unit_id = job.planned_option = None
        job.planned_sequence = job.planned_arrival_at = None
        session.flush()
        if bound and unit_id is not None:
            _free_unit(session, unit_id)
            events.append(
                session,
                now,
                "job.withdrawn",
                region=row.region,
                incident_id=row.id,
                job_id=job.id,
                unit_id=unit_id,
                payload={"because": "incident_over"},
            )
    withdraw_offers(session, now, row.id, ("offered", "accepted", "arrived"))
    session.flush()


def _free_unit(session: WriteSession, unit_id: int) -> None:
    move = _LEAVE.get(get_unit(session, unit_id).state)
    if move is not None:
        move_unit(session, unit_id, move)
