"""Work that stands still: an order nobody takes or begins, and work that nobody says is over.

The incident stays open, its unit bound, and what the plan believes of both is a guess. Whether a
phone is off, somebody forgot to say so, or is in trouble, a call shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.alarms import AlarmKind
from dispatch.incident import incident_number
from dispatch.job import JobState
from dispatch.overdue import MARGIN_S, overdue_since
from dispatch.promise_watch import Case
from dispatch.store import ContractorOfferRow, JobRow, job_of
from fleet.store import ContractorRow, UnitRow
from kernel.words import Words

UNTAKEN_S = 300
"""A unit that has not taken an order for so long is an alarm: its phone may be off."""

NOT_BEGUN_S = 300
"""So is one that has taken an order and does not set off."""

CONTRACTOR_S = 7200
"""A contractor may be at the car for so long: what it does there is not known."""


@dataclass(frozen=True, slots=True)
class Stalled:
    """What the dispatcher is told of work that stands still ``since`` a report, once for each."""

    kind: AlarmKind
    since: datetime
    text: Words


def stalled_work(session: Session, cases: Sequence[Case], now: datetime) -> Mapping[int, Stalled]:
    """Return the work of open incidents that stands still, by the incident's id."""
    found = {
        it.incident.id: _in_words(session, it, now) for it in cases if _may_be_stalled(it, now)
    }
    return {incident_id: it for incident_id, it in found.items() if it is not None}


def _may_be_stalled(case: Case, now: datetime) -> bool:
    """Return whether the rest of a case is to be read, which is done of few."""
    if case.taken is not None:
        return _is_over(now, case.taken.arrived_at, CONTRACTOR_S)
    job = case.job
    if job is None:
        return False
    if job.state == JobState.ORDERED.value:
        if job.accepted_at is None:
            return _is_over(now, job.ordered_at, UNTAKEN_S)
        return _is_over(now, job.accepted_at, NOT_BEGUN_S)
    return case.is_attended and _is_over(now, _since(job), MARGIN_S)


def _in_words(session: Session, case: Case, now: datetime) -> Stalled | None:
    number = incident_number(case.incident.id)
    if case.taken is not None:
        return _at_contractors(session, number, case.taken, now)
    row = case.job
    if row is None or row.unit_id is None:
        return None
    unit = session.scalars(select(UnitRow.code).where(UnitRow.id == row.unit_id)).one()
    if row.state == JobState.ORDERED.value:
        return _not_begun(unit, number, row, now)
    whole = session.scalars(select(JobRow).where(JobRow.id == row.id)).one()
    since = overdue_since(job_of(whole), now)
    if since is None:
        return None
    return Stalled(AlarmKind.WORK_OVERDUE, since, _overdue(unit, number, row, _minutes(now, since)))


def _since(job: JobRow) -> datetime | None:
    return job.loaded_at if job.state == JobState.LOADED.value else job.arrived_at


def _not_begun(unit: str, number: str, job: JobRow, now: datetime) -> Stalled | None:
    if job.accepted_at is not None:
        minutes = _minutes(now, job.accepted_at)
        text = Words(
            zh=f"{unit} 接单 {number} 已 {minutes} 分钟，仍未出发。请电话联系或改派。",
            en=f"{unit} took {number} {minutes} min ago and has not set off: call it, or send "
            "another one.",
        )
        return Stalled(AlarmKind.ORDER_NOT_BEGUN, job.accepted_at, text)
    if job.ordered_at is None:
        return None
    minutes = _minutes(now, job.ordered_at)
    text = Words(
        zh=f"{unit} 已 {minutes} 分钟未确认接单 {number}。请电话联系或改派。",
        en=f"{unit} has not taken {number} for {minutes} min: call it, or send another one.",
    )
    return Stalled(AlarmKind.ORDER_UNANSWERED, job.ordered_at, text)


def _overdue(unit: str, number: str, job: JobRow, minutes: int) -> Words:
    if job.state == JobState.LOADED.value:
        return Words(
            zh=f"{unit} 载车离开 {number} 现场已 {minutes} 分钟，仍未报送达。请电话联系。",
            en=f"{unit} has had the car of {number} on board for {minutes} min and has not said "
            "that it is delivered. Call it.",
        )
    return Words(
        zh=f"{unit} 到达 {number} 现场已 {minutes} 分钟，仍未报完成。请电话联系。",
        en=f"{unit} has been at the car of {number} for {minutes} min and has not said that it is "
        "done. Call it.",
    )


def _at_contractors(
    session: Session, number: str, taken: ContractorOfferRow, now: datetime
) -> Stalled | None:
    if taken.arrived_at is None:
        return None
    query = select(ContractorRow.name).where(ContractorRow.id == taken.contractor_id)
    name, minutes = session.scalars(query).one(), _minutes(now, taken.arrived_at)
    text = Words(
        zh=f"{name} 到达 {number} 现场已 {minutes} 分钟，仍未报完成。请电话联系。",
        en=f"{name} has been at the car of {number} for {minutes} min and has not said that it is "
        "done. Call it.",
    )
    return Stalled(AlarmKind.WORK_OVERDUE, taken.arrived_at, text)


def _is_over(now: datetime, since: datetime | None, seconds: float) -> bool:
    return since is not None and now - since > timedelta(seconds=seconds)


def _minutes(now: datetime, since: datetime) -> int:
    return (now - since) // timedelta(minutes=1)
