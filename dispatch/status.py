"""Technician reports become state changes; repeats, delays and reordering are harmless.

Stages (`progress.STAGES`) are facts: they are stored, and the job's times are derived from all of
them. A refusal or an ending is a decision, applied once, when it is heard while the job is the
unit's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select

from dispatch import orders
from dispatch.context import DispatchContext
from dispatch.incident import incident_number
from dispatch.job import FINAL, Job, JobMove, JobState
from dispatch.job_steps import BY_HAND, Step, TechnicianEvent, kept_words, option_of
from dispatch.progress import ENDINGS, ReportKind
from dispatch.report_refusals import ReportRefusal
from dispatch.store import JobRow, TechnicianEventRow, incident_row, open_job_row
from fleet.states import UnitState
from fleet.store import get_unit
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput, NotFound
from kernel.events import EventRow
from kernel.words import Words

TAKE_BACK = timedelta(minutes=10)
"""For so long a technician may take back that the unit is at the car."""


@dataclass(frozen=True, slots=True)
class EventResult:
    """What became of a report.

    ``status`` is ``applied``; ``late`` (kept, and the job was further already); ``duplicate``; or
    ``rejected``, with the reason in ``detail``. ``code`` and ``text`` say it for phones, also of a
    duplicate that was rejected the first time.
    """

    client_id: str
    status: str
    detail: str = ""
    code: str | None = None
    text: Words | None = None

    @classmethod
    def refused(cls, client_id: str, refusal: ReportRefusal) -> EventResult:
        """Return the result of a report that is kept, but changes nothing."""
        words = refusal.words
        return cls(client_id, "rejected", words.en, refusal.value, words)


def apply_event(
    session: WriteSession, context: DispatchContext, unit_id: int, event: TechnicianEvent
) -> EventResult:
    """Apply one report of a unit's technician.

    Raises
    ------
    NotFound
        When there is no such job, or it was never this unit's; nothing is stored.
    InvalidInput
        When the timestamp has no time zone or lies too far in the future; nothing is stored.
    """
    known = _known(session, unit_id, event.client_id)
    if known is not None:
        return _repeated(known)
    now = context.clock.now()
    at = believable(event.at, now, context.settings.timing.reorder_future_s)
    event = replace(event, at=at, data=None if event.data == BY_HAND else event.data)
    job = job_of_unit(session, context.region, event.job_id, unit_id)
    row = _store(session, unit_id, event, _heard_at(job, unit_id, now))
    result = _applied(session, now, unit_id, job, event)
    row.status, row.detail = result.status, result.code or ""
    orders.flush(session)
    return result


def allowed_kinds(state: JobState, *, has_destination: bool) -> tuple[ReportKind, ...]:
    """Return the reports that make sense in ``state``, in the order of a phone's buttons."""
    loading = (ReportKind.LOADED,) if has_destination else ()
    refusals = (ReportKind.DECLINED, ReportKind.GONE_ON_ARRIVAL, ReportKind.NOT_POSSIBLE)
    return {
        JobState.ORDERED: (ReportKind.ROLLING, ReportKind.ACCEPTED, ReportKind.ARRIVED, *refusals),
        JobState.ROLLING: (ReportKind.ARRIVED, *refusals),
        JobState.ON_SITE: (*loading, ReportKind.DONE, *refusals[1:]),
        JobState.LOADED: (ReportKind.DONE, ReportKind.NOT_POSSIBLE),
    }.get(state, ())


def take_back_until(job: Job) -> datetime | None:
    """Return until when a technician may take the arrival back; ``None`` where there is none."""
    if job.state is not JobState.ON_SITE or job.arrived_at is None:
        return None
    return job.arrived_at + TAKE_BACK


# ------------------------------------------------------------------------------ what is known


def _known(session: WriteSession, unit_id: int, client_id: str) -> TechnicianEventRow | None:
    query = select(TechnicianEventRow).filter_by(unit_id=unit_id, client_id=client_id)
    return session.scalars(query).first()


def _repeated(known: TechnicianEventRow) -> EventResult:
    """Return the first answer again; rows from before there were codes hold its sentence."""
    if known.status != "rejected":
        return EventResult(known.client_id, "duplicate", f"Known: {known.status}.")
    if known.detail not in set(ReportRefusal):
        words = Words(zh="此前未被接受，请联系调度。", en=known.detail)
        return EventResult(
            known.client_id, "duplicate", f"Known: rejected. {words.en}", "report.rejected", words
        )
    first = EventResult.refused(known.client_id, ReportRefusal(known.detail))
    return replace(first, status="duplicate", detail=f"Known: rejected. {first.detail}")


def believable(at: datetime, now: datetime, future_s: int, pointer: str = "/at") -> datetime:
    """Return a time of a device's clock, held to now where it is a little ahead.

    Raises
    ------
    InvalidInput
        When it has no time zone or lies more than ``future_s`` in the future.
    """
    if at.tzinfo is None:
        raise InvalidInput.one(
            pointer,
            "event.time_zone",
            f"{at.isoformat()} has no time zone.",
            "End it with Z.",
            zh=f"{at.isoformat()} 没有时区，请以 Z 结尾。",
        )
    if at > now + timedelta(seconds=future_s):
        raise InvalidInput.one(
            pointer,
            "event.future",
            f"{at.isoformat()} lies more than {future_s} s in the future.",
            "Set the phone's clock.",
            zh=f"手机时间比服务器快 {future_s} 秒以上，请校准手机时间。",
        )
    return min(at.astimezone(UTC), now)


def job_of_unit(session: WriteSession, region: str, job_id: int, unit_id: int) -> JobRow:
    """Return the job if it is or was the unit's, and hold it.

    Raises
    ------
    NotFound
        When there is no such job, or it was never this unit's.
    """
    job = session.get(JobRow, job_id, with_for_update=True, populate_existing=True)
    if job is None or job.region != region:
        raise NotFound(
            "job", job_id, remedy="Ask dispatch.", zh=f"没有编号为 {job_id} 的任务，请联系调度。"
        )
    if job.unit_id != unit_id and not _was_ordered(session, job, unit_id):
        raise NotFound(
            "job",
            job_id,
            remedy="It was never given to this unit.",
            zh="该任务从未派给本车，请联系调度。",
        )
    return job


def _was_ordered(session: WriteSession, job: JobRow, unit_id: int) -> bool:
    query = select(EventRow.seq).where(
        EventRow.incident_id == job.incident_id
        if job.incident_id is not None
        else EventRow.region == job.region,
        EventRow.job_id == job.id,
        EventRow.unit_id == unit_id,
        EventRow.kind == "job.ordered",
    )
    return session.scalars(query.limit(1)).first() is not None


def _heard_at(job: JobRow, unit_id: int, now: datetime) -> datetime:
    """Return now, but never before the order that is reported on: the clock may be set back."""
    if job.unit_id != unit_id or job.ordered_at is None:
        return now
    return max(now, job.ordered_at)


def _store(
    session: WriteSession, unit_id: int, event: TechnicianEvent, heard_at: datetime
) -> TechnicianEventRow:
    row = TechnicianEventRow(
        unit_id=unit_id,
        client_id=event.client_id,
        job_id=event.job_id,
        kind=event.kind.value,
        at=event.at,
        received_at=heard_at,
        status="applied",
        detail="",
        reason=event.reason,
        data=event.data,
    )
    session.add(row)
    session.flush()
    return row


# ---------------------------------------------------------------------------------- applying


def _applied(
    session: WriteSession, now: datetime, unit_id: int, job: JobRow, event: TechnicianEvent
) -> EventResult:
    refusal = _refusal(job, unit_id, event) or _off_duty(session, job, unit_id)
    if refusal is not None:
        return EventResult.refused(event.client_id, refusal)
    if event.kind is ReportKind.DECLINED:
        _decline(session, now, job, event)
        return EventResult(event.client_id, "applied")
    late = Step(session, now, unit_id, job, event).run()
    return EventResult(event.client_id, "late" if late else "applied")


def _refusal(job: JobRow, unit_id: int, event: TechnicianEvent) -> ReportRefusal | None:
    """Return why a report cannot be applied, or ``None``."""
    state = JobState(job.state)
    declines = event.kind is ReportKind.DECLINED
    if job.unit_id != unit_id:
        return ReportRefusal.ELSEWHERE
    if state is JobState.CANCELLED:
        return ReportRefusal.CANCELLED
    if (declines or event.kind in ENDINGS) and state in FINAL:
        return ReportRefusal.OVER
    if event.kind is ReportKind.LOADED and option_of(job).destination is None:
        return ReportRefusal.NO_LOAD
    if event.kind is ReportKind.NOT_THERE:
        return _arrival_stands(job, event)
    return _too_far(state, event.kind)


def _arrival_stands(job: JobRow, event: TechnicianEvent) -> ReportRefusal | None:
    """Return why an arrival cannot be taken back, or ``None``."""
    if job.state == JobState.FAILED.value:
        return ReportRefusal.OVER
    went_on_at = job.loaded_at or job.done_at
    if went_on_at is not None and event.at >= went_on_at:
        return ReportRefusal.WORKED
    is_long_ago = job.arrived_at is not None and event.at - job.arrived_at > TAKE_BACK
    return ReportRefusal.STANDS if is_long_ago and event.data != BY_HAND else None


def take_back_arrival(session: WriteSession, context: DispatchContext, incident_id: int) -> None:
    """Take back by hand that the unit of an incident is at the car; it is on its way again.

    Raises
    ------
    NotFound
        When there is no such incident.
    Conflict
        When no unit is at the car, or the work has gone on.
    """
    number = incident_number(incident_row(session, incident_id).id)
    job = open_job_row(session, incident_id)
    if job is None or job.state != JobState.ON_SITE.value or job.unit_id is None:
        raise Conflict(
            f"No own unit stands at the car of {number}.",
            remedy="Read it again: only an arrival can be taken back, before the car is loaded.",
            zh=f"{number} 的车旁没有自有车辆，或已装车。请刷新后查看。",
        )
    now = context.clock.now()
    event = TechnicianEvent(
        client_id=f"desk {uuid4()}",
        at=now,
        kind=ReportKind.NOT_THERE,
        job_id=job.id,
        data=dict(BY_HAND),
    )
    _store(session, job.unit_id, event, _heard_at(job, job.unit_id, now))
    Step(session, now, job.unit_id, job, event).run()


def _too_far(state: JobState, kind: ReportKind) -> ReportRefusal | None:
    """Return why a job has gone too far for a report, or ``None``."""
    if kind is ReportKind.DECLINED and state not in (JobState.ORDERED, JobState.ROLLING):
        return ReportRefusal.BEGUN
    if kind is ReportKind.GONE_ON_ARRIVAL and state is JobState.LOADED:
        return ReportRefusal.LOADED
    return None


def _off_duty(session: WriteSession, job: JobRow, unit_id: int) -> ReportRefusal | None:
    off = get_unit(session, unit_id).state is UnitState.OFF_SHIFT
    return ReportRefusal.OFF_SHIFT if off and orders.is_active(job) else None


def _decline(session: WriteSession, now: datetime, job: JobRow, event: TechnicianEvent) -> None:
    unit_id = orders.withdraw_job(session, job, move=JobMove.DECLINE)
    job.declined_by = sorted({*job.declined_by, unit_id})
    job.lock = 0  # a lock to somebody who refuses would leave the owner waiting
    payload = {"said": kept_words(session, now, job, event), "at": event.at.isoformat()}
    orders.tell(session, now, "job.declined", job, unit_id=unit_id, payload=payload)
