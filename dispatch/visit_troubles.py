"""Booked visits that come to nothing: what was to follow is called off, the dispatcher alarmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, select

from dispatch.alarms import AlarmKind, raise_alarm
from dispatch.appointments import cancel_later_jobs
from dispatch.context import DispatchContext
from dispatch.job import JobState
from dispatch.orders import clear_plan
from dispatch.overdue import MARGIN_S, overdue_since
from dispatch.regions import get_region
from dispatch.store import AlarmRow, AppointmentRow, JobRow, job_of
from fleet.store import get_unit
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
    raise_alarm(session, now, job.region, AlarmKind.VISIT_FAILED, text)


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
    told = select(AlarmRow.text).where(_told_since(region, AlarmKind.VISIT_MISSED, missed))
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
        raise_alarm(session, now, region, AlarmKind.VISIT_MISSED, text)
        new.append(f"visit {job.id} was missed")
    return new


def tell_not_begun(session: WriteSession, context: DispatchContext) -> None:
    """Alarm the dispatcher, once for each order, of visits over time whose unit never set off.

    The order stands: the technician may only have forgotten to say so, which a call shows.
    """
    now, region = context.clock.now(), context.region
    query = select(JobRow).where(
        JobRow.region == region,
        JobRow.state == JobState.ORDERED.value,
        JobRow.latest_at < now,
    )
    late = session.scalars(query.order_by(JobRow.id)).all()
    if not late:
        return
    told = select(AlarmRow.text, AlarmRow.raised_at).where(
        _told_since(region, AlarmKind.VISIT_NOT_BEGUN, late)
    )
    known = [(text["en"], raised_at) for text, raised_at in session.execute(told)]
    zone = ZoneInfo(get_region(session, region).time_zone)
    for job in late:
        text = _not_begun(session, job, zone)
        ordered_at = job.ordered_at or now
        if not any(en == text.en and raised_at >= ordered_at for en, raised_at in known):
            raise_alarm(session, now, region, AlarmKind.VISIT_NOT_BEGUN, text)


def tell_overdue(session: WriteSession, context: DispatchContext) -> None:
    """Alarm the dispatcher, once for each stage, of visits that should be over and are not."""
    now, region = context.clock.now(), context.region
    query = select(JobRow).where(
        JobRow.region == region,
        JobRow.state.in_((JobState.ON_SITE.value, JobState.LOADED.value)),
        JobRow.appointment_id.is_not(None),
        JobRow.arrived_at < now - timedelta(seconds=MARGIN_S),
    )
    late = [
        (row, since)
        for row in session.scalars(query.order_by(JobRow.id)).all()
        if (since := overdue_since(job_of(row), now)) is not None
    ]
    if not late:
        return
    told = select(AlarmRow.text).where(
        _told_since(region, AlarmKind.VISIT_OVERDUE, [row for row, _ in late])
    )
    known = {text["en"] for text in session.scalars(told)}  # the time appears in it: it is unique
    zone = ZoneInfo(get_region(session, region).time_zone)
    for row, since in late:
        text = _overdue(session, row, since.astimezone(zone))
        if text.en not in known:
            raise_alarm(session, now, region, AlarmKind.VISIT_OVERDUE, text)


def _told_since(region: str, kind: AlarmKind, jobs: Sequence[JobRow]) -> ColumnElement[bool]:
    """Return what a query asks for alarms of a kind that may be about one of these jobs.

    None is older than its job: those of years are not read each time.
    """
    since = min(job.created_at for job in jobs)
    return and_(AlarmRow.region == region, AlarmRow.kind == kind, AlarmRow.raised_at >= since)


def _overdue(session: WriteSession, job: JobRow, since: datetime) -> Words:
    code, work, at = _code(session, job), _work(job), f"{since:%m-%d %H:%M}"
    unit = "" if job.unit_id is None else get_unit(session, job.unit_id).code
    if job.state == JobState.LOADED.value:
        return Words(
            zh=f"预约 {code}（{work.zh}）：{unit} 自 {at} 起载车，仍未报送达。请致电技师。",
            en=f"Visit {code} ({work.en}): {unit} has had the car on board since {at} and has not "
            "said that it is delivered. Call the technician.",
        )
    return Words(
        zh=f"预约 {code}（{work.zh}）：{unit} 自 {at} 起在现场，仍未报完成。请致电技师。",
        en=f"Visit {code} ({work.en}): {unit} has been there since {at} and has not said that it "
        "is done. Call the technician.",
    )


def _not_begun(session: WriteSession, job: JobRow, zone: ZoneInfo) -> Words:
    code, work, (start, end) = _code(session, job), _work(job), _window(job, zone)
    unit = "" if job.unit_id is None else get_unit(session, job.unit_id).code
    return Words(
        zh=f"预约 {code}（{work.zh}，{start} 至 {end}）时间已过，{unit} 仍未出发。"
        "请致电技师，并告知车主或取消预约。",
        en=f"Visit {code} ({work.en}, {start} to {end}): its time is over, and {unit} has not set "
        "off. Call the technician; tell the owner, or cancel it.",
    )


def _missed(session: WriteSession, job: JobRow, zone: ZoneInfo) -> Words:
    code, work, (start, end) = _code(session, job), _work(job), _window(job, zone)
    return Words(
        zh=f"预约 {code}（{work.zh}，{start} 至 {end}）无人按时到达，"
        "不再派人。请联系车主，取消预约并重新安排。",
        en=f"Visit {code} ({work.en}, {start} to {end}): nobody came in time, and nobody "
        "is sent any more. Call the owner; cancel it and book anew.",
    )


def _window(job: JobRow, zone: ZoneInfo) -> tuple[str, str]:
    start, end = (
        "" if at is None else f"{at.astimezone(zone):%m-%d %H:%M}"
        for at in (job.earliest_at, job.latest_at)
    )
    return start, end


def _code(session: WriteSession, job: JobRow) -> str:
    visit = session.get(AppointmentRow, job.appointment_id)
    return "" if visit is None else visit.code


def _work(job: JobRow) -> Words:
    return _WORK.get(job.purpose, Words(zh=job.purpose, en=job.purpose))
