"""What is wrong with open incidents that no plan mends: a call to somebody does, or shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.alarms import AlarmKind
from dispatch.damaged_data import damaged_data
from dispatch.incident import incident_number
from dispatch.promise_watch import Case, is_overdue, is_put_off
from dispatch.regions import get_region
from dispatch.stalled_work import stalled_work
from dispatch.store import ContractorOfferRow
from dispatch.unseen_units import unseen_units
from fleet.store import ContractorRow
from kernel.words import Words

MINUTE = timedelta(minutes=1)

TROUBLES = (
    AlarmKind.ORDER_UNANSWERED,
    AlarmKind.ORDER_NOT_BEGUN,
    AlarmKind.WORK_OVERDUE,
    AlarmKind.UNIT_UNSEEN,
    AlarmKind.CONTRACTOR_LATE,
    AlarmKind.DATA_DAMAGED,
)
"""Kinds of alarm that say what no plan mends now: they go when it is over."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the dispatcher is told, once for all that happens from ``since`` on."""

    since: datetime | None
    text: Words


def troubles(
    session: Session, cases: Sequence[Case], now: datetime
) -> Mapping[tuple[int, AlarmKind], Trouble]:
    """Return what is wrong now, by incident and kind of alarm."""
    found = {
        (it, stalled.kind): Trouble(stalled.since, stalled.text)
        for it, stalled in stalled_work(session, cases, now).items()
    }
    for incident_id, text in damaged_data(session, cases).items():
        found[incident_id, AlarmKind.DATA_DAMAGED] = Trouble(None, text)
    coming = [case for case in cases if not case.is_attended]
    unseen = unseen_units(session, [it.job for it in coming if it.taken is None], now)
    for case in coming:
        incident_id, job = case.incident.id, case.job
        if case.taken is not None:
            if is_overdue(case.taken, now):
                found[incident_id, AlarmKind.CONTRACTOR_LATE] = _late(session, case.taken, now)
            elif is_put_off(case):
                found[incident_id, AlarmKind.CONTRACTOR_LATE] = _put_off(session, case.taken, now)
        elif job is not None and job.unit_id is not None and job.unit_id in unseen:
            text = unseen[job.unit_id].words(incident_number(incident_id), now)
            found[incident_id, AlarmKind.UNIT_UNSEEN] = Trouble(job.ordered_at, text)
    return found


def _late(session: Session, taken: ContractorOfferRow, now: datetime) -> Trouble:
    name, minutes = _name(session, taken), (now - (taken.expected_at or now)) // MINUTE
    text = Words(
        zh=f"{name} 已超过承诺到达时间 {minutes} 分钟。请电话联系，或收回任务。",
        en=f"{name} is {minutes} min behind its own ETA: call it, or take the job back.",
    )
    return Trouble(taken.expected_at, text)


def _put_off(session: Session, taken: ContractorOfferRow, now: datetime) -> Trouble:
    here = get_region(session, taken.region)
    times = [here.clock(it or now, now) for it in (taken.changed_eta_at, taken.eta_at)]
    name, (told, first) = _name(session, taken), times
    text = Words(
        zh=f"{name} 改称 {told} 到达（原为 {first}），将超过承诺时间。请等待，或收回任务另派。",
        en=f"{name} now says {told} instead of {first}, which breaks the promise: wait for it, or "
        "take the job back.",
    )
    return Trouble(taken.answered_at, text)


def _name(session: Session, taken: ContractorOfferRow) -> str:
    query = select(ContractorRow.name).where(ContractorRow.id == taken.contractor_id)
    return session.scalars(query).one()
