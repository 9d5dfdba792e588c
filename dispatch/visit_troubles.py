"""Booked visits that come to nothing: what was to follow is called off, the dispatcher alarmed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from dispatch.alarms import raise_alarm
from dispatch.appointments import cancel_later_jobs
from dispatch.context import DispatchContext
from dispatch.job import JobState
from dispatch.orders import clear_plan
from dispatch.regions import get_region
from dispatch.store import AlarmRow, AppointmentRow, JobRow
from kernel.database import WriteSession
from kernel.words import Words

_WORK = {
    "fetch": Words(zh="取车", en="fetching the car"),
    "return": Words(zh="送车", en="bringing the car back"),
    "installation": Words(zh="安装充电桩", en="installing a charger"),
}


def tell_failed(session: WriteSession, now: datetime, job: JobRow) -> None:
    """Call off what was to follow a visit's failed job, and alarm the dispatcher."""
    cancel_later_jobs(session, now, job)
    code, work = _code(session, job), _work(job)
    text = Words(
        zh=f"预约 {code}（{work.zh}）未能完成。请联系车主，取消预约并重新安排。",
        en=f"Visit {code} ({work.en}) failed. Call the owner; cancel it and book anew.",
    )
    raise_alarm(session, now, job.region, "visit_failed", text)


def tell_missed(session: WriteSession, context: DispatchContext) -> list[str]:
    """Alarm the dispatcher of visits whose window has passed; return what is new, as reasons.

    They stay open, and nobody is sent any more (`world.read_world`): the owner has waited in vain,
    and may be anywhere now. What was to follow is called off.
    """
    now, region = context.clock.now(), context.region
    query = select(JobRow).where(
        JobRow.region == region, JobRow.state == JobState.OPEN.value, JobRow.latest_at < now
    )
    missed = session.scalars(query.order_by(JobRow.id)).all()
    if not missed:
        return []
    told = select(AlarmRow.text).filter_by(region=region, kind="visit_missed")
    known = {text["en"] for text in session.scalars(told)}  # a window appears in it: it is unique
    zone = ZoneInfo(get_region(session, region).time_zone)
    new = []
    for job in missed:
        text = _missed(session, job, zone)
        if text.en in known:
            continue
        clear_plan(job)
        session.flush()
        cancel_later_jobs(session, now, job)
        raise_alarm(session, now, region, "visit_missed", text)
        new.append(f"visit {job.id} was missed")
    return new


def _missed(session: WriteSession, job: JobRow, zone: ZoneInfo) -> Words:
    code, work = _code(session, job), _work(job)
    window = [
        "" if at is None else f"{at.astimezone(zone):%m-%d %H:%M}"
        for at in (job.earliest_at, job.latest_at)
    ]
    return Words(
        zh=f"预约 {code}（{work.zh}，{window[0]} 至 {window[1]}）无人按时到达，"
        "不再派人。请联系车主，取消预约并重新安排。",
        en=f"Visit {code} ({work.en}, {window[0]} to {window[1]}): nobody came in time, and nobody "
        "is sent any more. Call the owner; cancel it and book anew.",
    )


def _code(session: WriteSession, job: JobRow) -> str:
    visit = session.get(AppointmentRow, job.appointment_id)
    return "" if visit is None else visit.code


def _work(job: JobRow) -> Words:
    return _WORK.get(job.purpose, Words(zh=job.purpose, en=job.purpose))
