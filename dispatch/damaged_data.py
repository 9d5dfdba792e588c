"""Incidents that nobody is sent to since what is stored of how to help cannot be read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.incident import incident_number
from dispatch.job import JobState
from dispatch.job_option import are_unreadable
from dispatch.promise_watch import Case
from dispatch.store import IncidentRow, JobRow, is_open, job_of
from kernel.damaged import readable
from kernel.words import Words

_TEXT = Words(
    zh="{number} 的任务数据有误，无法派车，其他事件照常调度。请添加备注或更正位置，任务将重新生成；"
    "如仍无效，请取消后重新录入。",
    en="What is stored of {number} cannot be read, so that nobody is sent; all others are "
    "planned. Add a note or correct its place: either makes the job anew. If that does not help, "
    "cancel it and take the call again.",
)


_UNREAD = Words(
    zh="{number} 的事件数据有误，无法显示，也不再监视其承诺时间，其他事件照常。"
    "请联系管理员从备份恢复该记录。",
    en="What is stored of the incident {number} itself cannot be read: it is not listed and its "
    "promise is not watched; all others go on. Have an administrator restore its row from a "
    "backup.",
)


def unread_incidents(session: Session, region: str, cases: Sequence[Case]) -> dict[int, Words]:
    """Return what to tell of open incidents that are no case since they cannot be read, by id."""
    read = {case.incident.id for case in cases}
    open_ids = session.scalars(select(IncidentRow.id).where(is_open(region)))
    return {it: _UNREAD.fill(number=incident_number(it)) for it in open_ids if it not in read}


def damaged_data(session: Session, cases: Sequence[Case]) -> dict[int, Words]:
    """Return what to tell of open incidents without a unit whose job cannot be read, by id."""
    incident_of = {
        case.job.id: case.incident.id
        for case in cases
        if case.taken is None
        and case.job is not None
        and case.job.state == JobState.OPEN.value
        and case.incident.eta_at is None
    }
    if not incident_of:
        return {}
    query = select(JobRow).where(JobRow.id.in_(incident_of))
    jobs = readable(session, query, JobRow.id, lambda row: job_of(row[0]))
    sound = {job.id for job in jobs if not are_unreadable(job.options)}
    return {
        incident_id: _TEXT.fill(number=incident_number(incident_id))
        for job_id, incident_id in incident_of.items()
        if job_id not in sound
    }
