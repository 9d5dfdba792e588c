"""Technician reports become state changes; repeats, delays and reordering are harmless.

Stages (`progress.STAGES`) are facts: they are stored, and the job's times are derived from all of
them. A refusal or an ending is a decision, applied once, when it is heard while the job is the
unit's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from dispatch import orders
from dispatch.closing import OUTCOME_OF_KIND, close_incident
from dispatch.context import DispatchContext
from dispatch.incident import IncidentMove, IncidentState, Outcome
from dispatch.job import JobKind, JobMove, JobOption, JobState, option_from_json
from dispatch.progress import ENDINGS, STAGES, Progress, Report, ReportKind, progress
from dispatch.promise_watch import judge
from dispatch.report_refusals import ReportRefusal
from dispatch.store import IncidentRow, JobRow, TechnicianEventRow, incident_row
from dispatch.visit_troubles import tell_failed
from fleet.states import UnitMove, UnitState
from fleet.stock import take_kwh
from fleet.store import get_unit, move_unit
from kernel import private_details
from kernel.database import WriteSession
from kernel.errors import InvalidInput, NotFound
from kernel.events import EventRow
from kernel.words import Words

FINAL = frozenset({JobState.DONE, JobState.CANCELLED, JobState.FAILED})


@dataclass(frozen=True, slots=True)
class TechnicianEvent:
    """One report of a phone.

    Attributes
    ----------
    client_id
        Chosen by the phone, unique for the unit: a repeat carries the same one.
    at
        When it happened, by the phone's clock, aware.
    """

    client_id: str
    at: datetime
    kind: ReportKind
    job_id: int
    reason: str | None = None
    data: dict[str, Any] | None = None


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
    event = replace(event, at=_believable(event.at, now, context.settings.timing.reorder_future_s))
    job = _job_of(session, context.region, event.job_id, unit_id)
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


def _believable(at: datetime, now: datetime, future_s: int) -> datetime:
    if at.tzinfo is None:
        raise InvalidInput.one(
            "/at",
            "event.time_zone",
            f"{at.isoformat()} has no time zone.",
            "End it with Z.",
            zh=f"{at.isoformat()} 没有时区，请以 Z 结尾。",
        )
    if at > now + timedelta(seconds=future_s):
        raise InvalidInput.one(
            "/at",
            "event.future",
            f"{at.isoformat()} lies more than {future_s} s in the future.",
            "Set the phone's clock.",
            zh=f"手机时间比服务器快 {future_s} 秒以上，请校准手机时间。",
        )
    return min(at.astimezone(UTC), now)


def _job_of(session: WriteSession, region: str, job_id: int, unit_id: int) -> JobRow:
    """Return the job if it is or was the unit's."""
    job = session.get(JobRow, job_id, with_for_update=True, populate_existing=True)
    if job is None or job.region != region:
        raise NotFound("job", job_id, zh=f"没有编号为 {job_id} 的任务，请联系调度。")
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
    return _Step(session, now, unit_id, job, event).run()


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
    if event.kind is ReportKind.LOADED and _option(job).destination is None:
        return ReportRefusal.NO_LOAD
    return _too_far(state, event.kind)


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


def _said(session: WriteSession, now: datetime, job: JobRow, event: TechnicianEvent) -> str | None:
    """Keep a technician's own words beside the event log and return their seal."""
    if event.reason is None:
        return None
    return private_details.keep(
        session,
        now,
        {"reason": event.reason},
        incident_id=job.incident_id,
        appointment_id=job.appointment_id,
    )


def _decline(session: WriteSession, now: datetime, job: JobRow, event: TechnicianEvent) -> None:
    unit_id = orders.withdraw_job(session, job, move=JobMove.DECLINE)
    job.declined_by = sorted({*job.declined_by, unit_id})
    job.lock = 0  # a lock to somebody who refuses would leave the owner waiting
    payload = {"said": _said(session, now, job, event), "at": event.at.isoformat()}
    orders.tell(session, now, "job.declined", job, unit_id=unit_id, payload=payload)


@dataclass(slots=True)
class _Step:
    """One fact or ending applied to a job that is the unit's."""

    session: WriteSession
    now: datetime
    unit_id: int
    job: JobRow
    event: TechnicianEvent

    def run(self) -> EventResult:
        before = (self.job.state, self.job.accepted_at is None)
        done = progress(self._reports(), self.job.ordered_at or self.now)
        self._walk(done)
        self._write_times(done)
        ends = self.event.kind in ENDINGS
        late = not ends and (self.job.state, self.job.accepted_at is None) == before
        self._tell(late=late)
        if ends:
            self._end()
        return EventResult(self.event.client_id, "late" if late else "applied")

    def _reports(self) -> list[Report]:
        """Return what the unit has reported since it got the order."""
        query = (
            select(TechnicianEventRow)
            .filter_by(unit_id=self.unit_id, job_id=self.job.id)
            .where(TechnicianEventRow.received_at >= (self.job.ordered_at or self.now))
            .where(TechnicianEventRow.status != "rejected")
        )
        return [
            Report(ReportKind(r.kind), r.at, r.received_at) for r in self.session.scalars(query)
        ]

    def _walk(self, done: Progress) -> None:
        """Move job, incident and unit through every state up to the stage reached."""
        if done.stage is None or JobState(self.job.state) in FINAL:
            return
        rank = STAGES.index(done.stage)
        for kind in STAGES[1 : rank + 1]:
            if kind is ReportKind.LOADED and done.loaded_at is None:
                continue
            if _BEFORE[kind] >= _RANK[JobState(self.job.state)]:
                self._move(kind)

    def _move(self, kind: ReportKind) -> None:
        job_move, incident_move, unit_move = _MOVES[kind]
        orders.move_job(self.job, job_move)
        if incident_move is not None:
            orders.move_incident(self.session, self.job, incident_move)
        orders.flush(self.session)
        if get_unit(self.session, self.unit_id).state is UnitState.PAUSED:
            move_unit(self.session, self.unit_id, UnitMove.RESUME)
        move_unit(self.session, self.unit_id, unit_move)
        if kind is ReportKind.DONE:
            self._finish()

    def _finish(self) -> None:
        option = _option(self.job)
        left_kwh = get_unit(self.session, self.unit_id).kwh
        if option.kwh:
            take_kwh(self.session, self.unit_id, min(option.kwh, left_kwh))
        incident = self._incident()
        if incident is not None and incident.state != IncidentState.CLOSED.value:
            close_incident(self.session, self.now, incident, OUTCOME_OF_KIND[option.kind])

    def _end(self) -> None:
        """End the job without success and free the unit."""
        orders.move_job(self.job, JobMove.FAIL)
        orders.flush(self.session)
        move_unit(self.session, self.unit_id, UnitMove.FINISH)
        incident = self._incident()
        if incident is None:
            tell_failed(self.session, self.now, self.job)
        elif self.event.kind is ReportKind.GONE_ON_ARRIVAL:
            close_incident(self.session, self.now, incident, Outcome.GONE_ON_ARRIVAL)
        elif self.job.loaded_at is not None:
            self._take_over(incident)
        elif not self._open_followup(_left_to_try(self.job)):
            close_incident(self.session, self.now, incident, Outcome.NOT_POSSIBLE)

    def _take_over(self, incident: IncidentRow) -> None:
        """Open a job for another unit to bring the car on from where its unit has stopped.

        The unit is not asked again: it is what failed, and the way to help was the right one.
        """
        unit = get_unit(self.session, self.unit_id)
        if unit.position is not None:
            incident.position, incident.place_source = unit.position, "unit"
            lon, lat = unit.position.lon, unit.position.lat
            incident.place_text, incident.place_note = f"{unit.code} ({lon:.5f}, {lat:.5f})", None
            incident.place_confidence = 1.0
        self._open_followup(_left_to_try(self.job), place=incident, declined_by=[self.unit_id])

    def _open_followup(
        self,
        left: list[dict[str, Any]],
        *,
        place: IncidentRow | None = None,
        declined_by: Sequence[int] = (),
    ) -> bool:
        """Open a job with the ways to help that are left; return whether there are any."""
        if not left:
            return False
        where = place or self.job
        orders.move_incident(self.session, self.job, IncidentMove.UNASSIGN)
        followup = JobRow(
            region=self.job.region,
            incident_id=self.job.incident_id,
            appointment_id=None,
            purpose=self.job.purpose,
            state=JobState.OPEN.value,
            options=left,
            position=where.position,
            place_text=where.place_text,
            priority=self.job.priority,
            target_at=self.job.target_at,
            earliest_at=None,
            latest_at=None,
            lock=0,
            created_at=self.now,
            declined_by=list(declined_by),
        )
        self.session.add(followup)
        orders.flush(self.session)
        names = [raw["name"] for raw in left]
        payload = {"after_job": self.job.id, "options": names}
        orders.tell(self.session, self.now, "incident.updated", followup, payload=payload)
        return True

    def _write_times(self, done: Progress) -> None:
        self.job.accepted_at, self.job.rolling_at = done.accepted_at, done.rolling_at
        self.job.arrived_at, self.job.loaded_at = done.arrived_at, done.loaded_at
        self.job.done_at = done.done_at
        orders.flush(self.session)
        incident = self._incident()
        if incident is not None and done.arrived_at is not None:
            incident.arrived_at = self._first_arrival(incident)
            judge(self.session, self.now, incident)
            orders.flush(self.session)

    def _first_arrival(self, incident: IncidentRow) -> datetime | None:
        query = select(JobRow.arrived_at).where(
            JobRow.incident_id == incident.id, JobRow.arrived_at.is_not(None)
        )
        return min((at for at in self.session.scalars(query) if at is not None), default=None)

    def _incident(self) -> IncidentRow | None:
        if self.job.incident_id is None:
            return None
        return incident_row(self.session, self.job.incident_id)

    def _tell(self, *, late: bool) -> None:
        kind = self.event.kind
        name = "job.failed" if kind in ENDINGS else f"job.{kind.value}"
        payload: dict[str, Any] = {"at": self.event.at.isoformat(), "late": late}
        if kind in ENDINGS:
            said = _said(self.session, self.now, self.job, self.event)
            payload |= {"ending": kind.value, "said": said}
        orders.tell(self.session, self.now, name, self.job, unit_id=self.unit_id, payload=payload)


def is_left_to_try(kind: JobKind, failed: JobRow) -> bool:
    """Return whether a kind of work makes sense after a job that failed.

    Work that was not possible at the car rules its kind out. Where the car was loaded, that worked:
    only the same kind can bring it on.
    """
    return (kind == _option(failed).kind) == (failed.loaded_at is not None)


def _left_to_try(failed: JobRow) -> list[dict[str, Any]]:
    return [raw for raw in failed.options if is_left_to_try(JobKind(raw["kind"]), failed)]


def _option(job: JobRow) -> JobOption:
    return option_from_json(next(raw for raw in job.options if raw["name"] == job.option))


_MOVES: dict[ReportKind, tuple[JobMove, IncidentMove | None, UnitMove]] = {
    ReportKind.ROLLING: (JobMove.ROLL, IncidentMove.ROLL, UnitMove.ROLL),
    ReportKind.ARRIVED: (JobMove.ARRIVE, IncidentMove.ARRIVE, UnitMove.ARRIVE),
    ReportKind.LOADED: (JobMove.LOAD, IncidentMove.LOAD, UnitMove.LOAD),
    ReportKind.DONE: (JobMove.FINISH, None, UnitMove.FINISH),
}
_RANK = {JobState.ORDERED: 0, JobState.ROLLING: 1, JobState.ON_SITE: 2, JobState.LOADED: 3}
_BEFORE = {
    ReportKind.ROLLING: 0,
    ReportKind.ARRIVED: 1,
    ReportKind.LOADED: 2,
    ReportKind.DONE: 3,
}
"""The rank of the last state from which each report still moves the job."""
