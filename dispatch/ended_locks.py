"""A lock that cannot hold any more ends, and who set it is told: the plan may send another unit."""

from __future__ import annotations

from datetime import datetime

from dispatch.alarms import AlarmKind, raise_alarm
from dispatch.incident import incident_number
from dispatch.store import AppointmentRow, JobRow
from dispatch.world import WORKING
from fleet.model import Unit
from kernel.database import WriteSession
from kernel.words import Words

_OFF_DUTY = Words(
    zh="{number} 锁定的 {unit} 已不在岗，锁定已解除，由系统规划。如需指定，请另选车辆。",
    en="{unit}, which {number} was locked to, is not on duty any more: the lock is lifted, and the "
    "plan chooses. To fix it again, choose another unit.",
)
_UNABLE = Words(
    zh="{number} 锁定的 {unit} 已无法按计划承担，锁定已解除，由系统规划。如需指定，请另选车辆。",
    en="{unit}, which {number} was locked to, cannot do it as planned any more: the lock is "
    "lifted, and the plan chooses. To fix it again, choose another unit.",
)


def tell_plan_ended_lock(session: WriteSession, now: datetime, job: JobRow, unit: Unit) -> None:
    """Tell the dispatcher that the plan could not hold a job to the unit it was locked to."""
    words = _UNABLE if unit.state in WORKING else _OFF_DUTY
    tell_lock_ended(session, now, job, words.fill(number=_number(session, job), unit=unit.code))


def tell_lock_ended(session: WriteSession, now: datetime, job: JobRow, text: Words) -> None:
    """Raise the alarm of a lock that is lifted."""
    raise_alarm(session, now, job.region, AlarmKind.LOCK_LIFTED, text, incident_id=job.incident_id)


def _number(session: WriteSession, job: JobRow) -> str:
    if job.incident_id is not None:
        return incident_number(job.incident_id)
    visit = session.get(AppointmentRow, job.appointment_id)
    return "" if visit is None else visit.code
