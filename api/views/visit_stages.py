"""How far a booked visit has come, in its owner's eyes, and what has happened, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.models.incident_out import TimelineItem
from api.models.tracking import VisitStage
from api.views.timeline import PHOTO_BY_OWNER, is_news, told, without_runs
from dispatch.appointments import Appointment, may_be_cancelled
from dispatch.evidence import PHOTO_ADDED
from dispatch.job import Job, JobState
from kernel.events import EventRow
from kernel.words import Words

_STAGE_AT_OWNERS: dict[JobState, VisitStage] = {
    JobState.OPEN: "received",
    JobState.ORDERED: "assigned",
    JobState.ROLLING: "on_the_way",
    JobState.ON_SITE: "at_car",
    JobState.LOADED: "fetched",
}
_STAGE_OF_RETURN: dict[JobState, VisitStage] = {
    JobState.LOADED: "returning",
    JobState.DONE: "done",
}
COMING: frozenset[VisitStage] = frozenset({"on_the_way", "returning"})
"""Stages in which somebody drives to the owner, who may see where."""

ABOUT_RETURN: frozenset[VisitStage] = frozenset({"fetched", "at_centre", "returning"})
"""Stages in which the owner waits for the car to come back."""

_ANY: dict[str, Words] = {
    "appointment.booked": Words("预约成功", "Your visit is booked"),
    "appointment.changed": Words("预约已更改", "Your visit has changed"),
    "appointment.cancelled": Words("预约已取消", "Your visit is cancelled"),
    PHOTO_ADDED: Words("服务人员已拍摄照片", "Photos of your car were taken"),
    "job.failed": Words("很抱歉，未能完成", "We are sorry: it could not be done"),
}
_TO_OWNER: dict[str, Words] = {
    "job.ordered": Words("已安排人员", "Somebody is assigned"),
    "job.rolling": Words("已出发前往您处", "We are on the way to you"),
    "job.arrived": Words("已到达您处", "We are with you"),
    "job.not_there": Words(
        "抱歉，刚才的“已到达”有误，我们仍在途中",
        "Sorry, that was a mistake: we are still on the way",
    ),
}
_OF_PURPOSE: dict[str, dict[str, Words]] = {
    "fetch": _ANY
    | _TO_OWNER
    | {
        "job.loaded": Words("车辆正送往服务中心", "Your car is on its way to the service centre"),
        "job.done": Words("车辆已送达服务中心", "Your car is at the service centre"),
    },
    "return": _ANY
    | {
        "job.loaded": Words("车辆正送还给您", "Your car is on its way back to you"),
        "job.done": Words("车辆已送还", "Your car is back with you"),
    },
    "installation": _ANY
    | _TO_OWNER
    | {"job.done": Words("安装已完成", "The installation is done")},
}
"""By what a job is for: the way to the centre, for a return, is not the way to the owner."""


def visit_stage(now: datetime, jobs: Sequence[Job], *, is_cancelled: bool) -> VisitStage:
    """Return the stage of a visit by its jobs, in the order in which they are done."""
    states = [job.state for job in jobs]
    if is_cancelled or not states:
        return "cancelled"
    if JobState.FAILED in states or _is_missed(now, jobs):
        return "failed"
    if states[0] is not JobState.DONE:
        return _STAGE_AT_OWNERS.get(states[0], "cancelled")
    if len(states) == 1:
        return "done"
    return _STAGE_OF_RETURN.get(states[-1], "at_centre")


def _is_missed(now: datetime, jobs: Sequence[Job]) -> bool:
    """Return whether nobody was sent for what comes next, and nobody will be any more."""
    ahead = next((job for job in jobs if job.state is not JobState.DONE), None)
    if ahead is None or ahead.latest_at is None:
        return False
    return ahead.state is JobState.OPEN and ahead.latest_at < now


def offers_to_cancel(visit: Appointment, jobs: Sequence[Job]) -> bool:
    """Return whether a visit with these jobs is offered to be cancelled: not once it has failed."""
    return JobState.FAILED not in {job.state for job in jobs} and may_be_cancelled(visit, jobs)


def visit_timeline(session: Session, jobs: Sequence[Job]) -> list[TimelineItem]:
    """Return what happened to a visit with these jobs, for its owner, oldest first."""
    purposes = {job.id: job.purpose for job in jobs}
    query = select(EventRow).where(EventRow.job_id.in_(purposes)).order_by(EventRow.seq)
    told_of = filter(is_news, session.scalars(query))
    found = ((event, _OF_PURPOSE[purposes[event.job_id or 0]]) for event in told_of)
    items = [
        told(event, _said(event, words), None) for event, words in found if event.kind in words
    ]
    return without_runs(items, {PHOTO_ADDED})


def _said(event: EventRow, words: dict[str, Words]) -> Words:
    if event.kind == PHOTO_ADDED and event.payload["by"] == "owner":
        return PHOTO_BY_OWNER
    return words[event.kind]
