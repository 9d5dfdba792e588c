"""What a report does to its job, its incident and its unit, and how a job that failed goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from dispatch import orders
from dispatch.closing import OUTCOME_OF_KIND, close_incident
from dispatch.incident import IncidentMove, IncidentState, Outcome
from dispatch.job import FINAL, JobMove, JobState
from dispatch.job_option import JobKind, JobOption, options_from_json
from dispatch.progress import ENDINGS, STAGES, Progress, Report, ReportKind, progress
from dispatch.promise_watch import judge
from dispatch.store import (
    ContractorOfferRow,
    IncidentRow,
    JobRow,
    TechnicianEventRow,
    incident_row,
)
from dispatch.visit_troubles import tell_failed
from fleet.states import UnitMove, UnitState
from fleet.stock import take_kwh
from fleet.store import get_unit, move_unit
from kernel import private_details
from kernel.database import WriteSession


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


def kept_words(
    session: WriteSession, now: datetime, job: JobRow, event: TechnicianEvent
) -> str | None:
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


BY_HAND = {"by_hand": True}
"""Data of a report that a dispatcher made for a technician; a phone's is never kept as this."""


def is_by_hand(row: TechnicianEventRow) -> bool:
    """Return whether a dispatcher made a report."""
    return row.data == BY_HAND


@dataclass(slots=True)
class Step:
    """One fact or ending applied to a job that is the unit's."""

    session: WriteSession
    now: datetime
    unit_id: int
    job: JobRow
    event: TechnicianEvent

    def run(self) -> bool:
        """Apply it; return whether it came too late to move the job."""
        before = (self.job.state, self.job.accepted_at is None)
        done = progress(self._reports(), self.job.ordered_at or self.now)
        self._walk(done)
        self._write_times(done)
        ends = self.event.kind in ENDINGS
        late = not ends and (self.job.state, self.job.accepted_at is None) == before
        is_taken_back = self.event.kind is ReportKind.ARRIVED and done.arrived_at is None
        self._tell(late=late, is_taken_back=is_taken_back)
        if ends:
            self._end()
        return late

    def _reports(self) -> list[Report]:
        """Return what the unit has reported since it got the order."""
        query = (
            select(TechnicianEventRow)
            .filter_by(unit_id=self.unit_id, job_id=self.job.id)
            .where(TechnicianEventRow.received_at >= (self.job.ordered_at or self.now))
            .where(TechnicianEventRow.status != "rejected")
        )
        return [
            Report(ReportKind(r.kind), r.at, r.received_at, r.id, by_hand=is_by_hand(r))
            for r in self.session.scalars(query)
        ]

    def _walk(self, done: Progress) -> None:
        """Move job, incident and unit through every state up to the stage reached.

        Or back from the car, where the arrival is taken back.
        """
        if done.stage is None or JobState(self.job.state) in FINAL:
            return
        rank = STAGES.index(done.stage)
        if self.job.state == JobState.ON_SITE.value and rank < STAGES.index(ReportKind.ARRIVED):
            self._move(ReportKind.NOT_THERE)
            return
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
        option = option_of(self.job)
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
        if incident is None:
            return
        if done.arrived_at is not None:
            incident.arrived_at = self._first_arrival(incident)
            judge(self.session, self.now, incident)
        elif self.event.kind is ReportKind.NOT_THERE:
            incident.arrived_at = self._first_arrival(incident)  # the watch judges it by its ETA
        orders.flush(self.session)

    def _first_arrival(self, incident: IncidentRow) -> datetime | None:
        """Return when somebody was at the car first, an own unit or a contractor."""
        by_units = select(JobRow.arrived_at).where(
            JobRow.incident_id == incident.id, JobRow.arrived_at.is_not(None)
        )
        by_contractors = select(ContractorOfferRow.arrived_at).where(
            ContractorOfferRow.incident_id == incident.id,
            ContractorOfferRow.arrived_at.is_not(None),
        )
        times = [*self.session.scalars(by_units), *self.session.scalars(by_contractors)]
        return min((at for at in times if at is not None), default=None)

    def _incident(self) -> IncidentRow | None:
        if self.job.incident_id is None:
            return None
        return incident_row(self.session, self.job.incident_id)

    def _tell(self, *, late: bool, is_taken_back: bool) -> None:
        kind = self.event.kind
        name = "job.failed" if kind in ENDINGS else f"job.{kind.value}"
        payload: dict[str, Any] = {"at": self.event.at.isoformat(), "late": late}
        if is_taken_back:
            payload |= {"taken_back": True}
        if self.event.data == BY_HAND:
            payload |= {"by_hand": True}
        if kind in ENDINGS:
            said = kept_words(self.session, self.now, self.job, self.event)
            payload |= {"ending": kind.value, "said": said}
        orders.tell(self.session, self.now, name, self.job, unit_id=self.unit_id, payload=payload)


def is_left_to_try(kind: JobKind, failed: JobRow) -> bool:
    """Return whether a kind of work makes sense after a job that failed.

    Work that was not possible at the car rules its kind out. Where the car was loaded, that worked:
    only the same kind can bring it on.
    """
    return (kind == option_of(failed).kind) == (failed.loaded_at is not None)


def _left_to_try(failed: JobRow) -> list[dict[str, Any]]:
    options = options_from_json(failed.options)
    return [option.as_json() for option in options if is_left_to_try(option.kind, failed)]


def option_of(job: JobRow) -> JobOption:
    """Return the option in which a job is done."""
    options = options_from_json(job.options, in_work=job.option)
    return next(option for option in options if option.name == job.option)


_MOVES: dict[ReportKind, tuple[JobMove, IncidentMove | None, UnitMove]] = {
    ReportKind.ROLLING: (JobMove.ROLL, IncidentMove.ROLL, UnitMove.ROLL),
    ReportKind.ARRIVED: (JobMove.ARRIVE, IncidentMove.ARRIVE, UnitMove.ARRIVE),
    ReportKind.LOADED: (JobMove.LOAD, IncidentMove.LOAD, UnitMove.LOAD),
    ReportKind.DONE: (JobMove.FINISH, None, UnitMove.FINISH),
    ReportKind.NOT_THERE: (JobMove.NOT_THERE, IncidentMove.NOT_THERE, UnitMove.NOT_THERE),
}
_RANK = {JobState.ORDERED: 0, JobState.ROLLING: 1, JobState.ON_SITE: 2, JobState.LOADED: 3}
_BEFORE = {
    ReportKind.ROLLING: 0,
    ReportKind.ARRIVED: 1,
    ReportKind.LOADED: 2,
    ReportKind.DONE: 3,
}
"""The rank of the last state from which each report still moves the job."""
