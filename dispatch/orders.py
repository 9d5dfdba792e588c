"""Giving a job to a unit and taking it back: moves of job, unit and incident, with their events.

Everything that orders or withdraws goes through here: the commit of a plan, a dispatcher's hand, a
technician's refusal, a contractor's acceptance. Nothing here decides anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from dispatch.incident import INCIDENT_MACHINE, IncidentMove, IncidentState
from dispatch.job import ACTIVE, JOB_MACHINE, JobMove, JobState
from dispatch.store import IncidentRow, JobRow, TechnicianEventRow, incident_row
from fleet.model import Unit
from fleet.states import UNIT_MACHINE, UnitMove, UnitState
from fleet.store import get_unit, move_unit
from kernel import events
from kernel.database import WriteSession
from kernel.errors import JobTaken


def order_job(
    session: WriteSession, now: datetime, job: JobRow, unit: Unit, option: str, arrival_at: datetime
) -> None:
    """Order an idle unit to do an open job now.

    Raises
    ------
    JobTaken
        When the unit is not idle, or the database knows of another active job of the unit.
    """
    if unit.state is not UnitState.IDLE:
        raise JobTaken(
            f"{unit.code} is {unit.state.value}, not idle.",
            remedy="Plan again, or divert it.",
            zh=f"{unit.code} 当前为“{UNIT_MACHINE.zh[unit.state]}”，不是待命。请重新规划，"
            "或改派此车。",
        )
    move_job(job, JobMove.ORDER)
    job.unit_id, job.option = unit.id, option
    job.ordered_at = _after_reports(session, now, job, unit.id)
    job.planned_unit_id, job.planned_option = unit.id, option
    job.planned_sequence, job.planned_arrival_at = 0, arrival_at
    move_incident(session, job, IncidentMove.ASSIGN)
    flush(session)
    payload = {"unit": unit.code, "option": option, "arrival_at": arrival_at.isoformat()}
    tell(session, now, "job.ordered", job, unit_id=unit.id, payload=payload)


def _after_reports(session: WriteSession, now: datetime, job: JobRow, unit_id: int) -> datetime:
    """Return now, or just after what the unit reported for an earlier order of the job.

    That was heard at a later time where the clock has been set back since.
    """
    heard = session.scalar(
        select(func.max(TechnicianEventRow.received_at)).filter_by(job_id=job.id, unit_id=unit_id)
    )
    return now if heard is None else max(now, heard + timedelta(microseconds=1))


def withdraw_job(session: WriteSession, job: JobRow, *, move: JobMove = JobMove.WITHDRAW) -> int:
    """Take an ordered or rolling job back from its unit and return the unit's id; no event.

    A unit that was rolling is stood down and idle again. What the plan says of the job is cleared.
    """
    unit_id = job.unit_id
    if unit_id is None:
        raise JobTaken(
            f"Job {job.id} has no unit.",
            remedy="Read it again.",
            zh=f"任务 {job.id} 没有车辆，请刷新后查看。",
        )
    move_job(job, move)
    clear_order(job)
    clear_plan(job)
    move_incident(session, job, IncidentMove.UNASSIGN)
    flush(session)
    free_unit(session, unit_id)
    return unit_id


def free_unit(session: WriteSession, unit_id: int) -> None:
    """Stand a rolling unit down; a unit in any other state stays as it is."""
    if get_unit(session, unit_id).state is UnitState.ROLLING:
        move_unit(session, unit_id, UnitMove.STAND_DOWN)


def clear_order(job: JobRow) -> None:
    """Forget the unit of a job and how far it had come."""
    job.unit_id = job.option = None
    job.ordered_at = job.accepted_at = job.rolling_at = None
    job.arrived_at = job.loaded_at = None


def clear_plan(job: JobRow) -> None:
    """Forget what the plan in force says of a job."""
    job.planned_unit_id = job.planned_option = None
    job.planned_sequence = job.planned_arrival_at = None


def move_job(job: JobRow, move: JobMove) -> None:
    """Change a job's state; IllegalTransition when the table has no such move."""
    after = JOB_MACHINE.after(JobState(job.state), move, who=str(job.id))
    job.state = after.value


def move_incident(session: WriteSession, job: JobRow, move: IncidentMove) -> IncidentRow | None:
    """Change the state of the job's incident, if it has one, and return its row."""
    if job.incident_id is None:
        return None
    incident = incident_row(session, job.incident_id)
    state = IncidentState(incident.state)
    who = f"R-{incident.id:04d}"
    incident.state = INCIDENT_MACHINE.after(state, move, who=who).value
    return incident


def is_active(job: JobRow) -> bool:
    """Return whether a unit is bound to the job."""
    return JobState(job.state) in ACTIVE


def tell(
    session: WriteSession,
    now: datetime,
    kind: str,
    job: JobRow,
    *,
    unit_id: int | None = None,
    payload: dict[str, Any] | None = None,
) -> None:
    """Append an event about a job."""
    events.append(
        session,
        now,
        kind,
        region=job.region,
        incident_id=job.incident_id,
        job_id=job.id,
        unit_id=unit_id,
        payload=payload,
    )


def flush(session: WriteSession) -> None:
    """Send the changes to the database, whose constraints have the last word.

    Raises
    ------
    JobTaken
        When a unit would have two active jobs, or somebody else changed a row meanwhile.
    """
    try:
        session.flush()
    except (IntegrityError, StaleDataError) as error:
        raise JobTaken(
            "The unit or the job was taken by somebody else.",
            remedy="Read the plan again.",
            zh="车辆或任务刚被他人占用，请查看最新计划后重试。",
        ) from error
