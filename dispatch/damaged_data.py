"""Incidents that nobody is sent to since what is stored of how to help cannot be read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.incident import incident_number
from dispatch.job import JobState
from dispatch.job_option import are_unreadable, options_from_json
from dispatch.promise_watch import Case
from dispatch.store import JobRow
from kernel.words import Words

_TEXT = Words(
    zh="{number} 的任务数据有误，无法派车，其他事件照常调度。请添加备注或更正位置，任务将重新生成；"
    "如仍无效，请取消后重新录入。",
    en="What is stored of {number} cannot be read, so that nobody is sent; all others are "
    "planned. Add a note or correct its place: either makes the job anew. If that does not help, "
    "cancel it and take the call again.",
)


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
    query = select(JobRow.id, JobRow.options).where(JobRow.id.in_(incident_of))
    return {
        incident_of[job_id]: _TEXT.fill(number=incident_number(incident_of[job_id]))
        for job_id, stored in session.execute(query).all()
        if are_unreadable(options_from_json(stored))
    }
