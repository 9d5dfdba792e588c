"""How every open incident stands: its case, its ETA and its risk, recomputed.

`look` judges them and says why a new plan may be needed; what the plan in force cannot mend is for
`promise_keeping`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, load_only

from dispatch.context import DispatchContext
from dispatch.incident import incident_number
from dispatch.job import JobState
from dispatch.snapshot import Snapshot
from dispatch.store import UNFINISHED_SQL, ContractorOfferRow, IncidentRow, JobRow, is_open
from dispatch.world import TAKEN
from kernel import events
from kernel.damaged import readable
from kernel.database import WriteSession
from sla.promise import AT_RISK_MARGIN_S, Risk, risk

ETA_NOISE_S = 30
"""An ETA that moves by less is not written again."""

CALM_S = 60
"""An incident at risk is normal again only with this much more than the margin: no flapping."""

CONTRACTOR_LATE_S = 600
"""A contractor that is this much behind its own ETA is an alarm; so is one that puts it off so."""


@dataclass(frozen=True, slots=True)
class Case:
    """An open incident with its unfinished job and the contractor who has it, if any."""

    incident: IncidentRow
    job: JobRow | None
    taken: ContractorOfferRow | None

    @property
    def is_attended(self) -> bool:
        """Whether somebody is at the car, or nobody is needed there any more."""
        if self.taken is not None:
            return self.taken.state == "arrived"
        return self.job is None or self.job.state in _AT_CAR

    @property
    def is_follow_up(self) -> bool:
        """Whether somebody was at the car and another one is to come."""
        return self.incident.arrived_at is not None


_AT_CAR = (JobState.ON_SITE.value, JobState.LOADED.value)

_JUDGED = (
    IncidentRow.region,
    IncidentRow.state,
    IncidentRow.received_at,
    IncidentRow.target_at,
    IncidentRow.promised_at,
    IncidentRow.eta_at,
    IncidentRow.arrived_at,
    IncidentRow.risk,
)
_FOLLOWED = (
    JobRow.region,
    JobRow.incident_id,
    JobRow.state,
    JobRow.unit_id,
    JobRow.ordered_at,
    JobRow.accepted_at,
    JobRow.rolling_at,
    JobRow.arrived_at,
    JobRow.loaded_at,
    JobRow.planned_arrival_at,
    JobRow.version,
)
"""What is read of each incident and job, in the transaction for which all writers wait; the rest,
much of it JSON, is read of the few that need it."""


def open_cases(session: WriteSession, region: str) -> list[Case]:
    """Return the open incidents of a region in order of call, of those that can be read."""
    query = select(IncidentRow).where(is_open(region)).options(load_only(*_JUDGED))
    query = query.order_by(IncidentRow.received_at, IncidentRow.id)
    incidents = readable(session, query, IncidentRow.id, lambda row: _sound(row[0]))
    jobs = select(JobRow).where(
        JobRow.region == region,
        JobRow.incident_id.is_not(None),
        JobRow.state.in_(UNFINISHED_SQL),
    )
    jobs = jobs.options(load_only(*_FOLLOWED))
    followed = readable(session, jobs.order_by(JobRow.id), JobRow.id, lambda row: row[0])
    job_of = {job.incident_id: job for job in followed}
    offers = select(ContractorOfferRow).join(
        IncidentRow, IncidentRow.id == ContractorOfferRow.incident_id
    )
    offers = offers.where(is_open(region), ContractorOfferRow.state.in_(TAKEN))
    taken = readable(session, offers, ContractorOfferRow.id, lambda row: row[0])
    offer_of = {row.incident_id: row for row in taken}
    return [Case(it, job_of.get(it.id), offer_of.get(it.id)) for it in incidents]


def _sound(row: IncidentRow) -> IncidentRow:
    Risk(row.risk)
    return row


def helped(session: Session, region: str) -> Mapping[int, datetime]:
    """Return when somebody was last planned, sent or found for each open incident, by its id."""
    open_ids = select(IncidentRow.id).where(is_open(region))
    event = events.EventRow
    planned = and_(event.kind == "job.planned", event.unit_id.is_not(None))
    query = (
        select(event.incident_id, func.max(event.at))
        .where(event.incident_id.in_(open_ids))
        .where(or_(event.kind.in_(("job.ordered", "contractor.accepted")), planned))
        .group_by(event.incident_id)
    )
    return {it: at for it, at in session.execute(query) if it is not None}


def look(
    session: WriteSession, context: DispatchContext, snapshot: Snapshot, cases: Sequence[Case]
) -> list[str]:
    """Write ETAs and risks of all open incidents; return the reasons for a new plan."""
    now = context.clock.now()
    reasons = []
    for case in cases:
        eta_at = _eta(case, snapshot, now)
        _write_eta(case.incident, eta_at, now)
        if judge(session, now, case.incident):
            reasons.append(f"{incident_number(case.incident.id)} is {case.incident.risk}")
        if _has_slipped(case, eta_at, context):
            reasons.append(f"{incident_number(case.incident.id)} is delayed")
    return reasons


def _eta(case: Case, snapshot: Snapshot, now: datetime) -> datetime | None:
    """Return when somebody is at the car; ``None``: nobody is to come, or nobody knows when."""
    if case.is_attended:
        return None
    if case.taken is not None:
        expected_at = case.taken.expected_at
        is_lost = expected_at is None or is_overdue(case.taken, now)
        return None if is_lost else max(expected_at or now, now)
    job = case.job
    if job is None:
        return None
    if job.state in (JobState.ORDERED.value, JobState.ROLLING.value):
        return snapshot.arrival_at(job.id, job.unit_id) or job.planned_arrival_at
    return None if job.planned_arrival_at is None else max(job.planned_arrival_at, now)


def is_overdue(taken: ContractorOfferRow, now: datetime) -> bool:
    """Return whether a contractor should have been there for so long that nobody knows when."""
    late, expected_at = timedelta(seconds=CONTRACTOR_LATE_S), taken.expected_at
    return taken.state == "accepted" and expected_at is not None and now - expected_at > late


def is_put_off(case: Case) -> bool:
    """Return whether a contractor breaks the promise by coming later than it said first."""
    taken, target_at = case.taken, case.incident.target_at
    if taken is None or taken.eta_at is None or taken.changed_eta_at is None:
        return False
    later = taken.changed_eta_at - taken.eta_at
    matters = taken.eta_at <= target_at or later > timedelta(seconds=CONTRACTOR_LATE_S)
    return taken.changed_eta_at > target_at and later > timedelta() and matters


def _write_eta(incident: IncidentRow, eta_at: datetime | None, now: datetime) -> None:
    before = incident.eta_at
    if eta_at is None:
        if before is not None:
            incident.eta_at = incident.eta_low_at = incident.eta_high_at = None
        return
    if before is not None and abs(eta_at - before) < timedelta(seconds=ETA_NOISE_S):
        return
    left = max(eta_at - now, timedelta())
    incident.eta_at = eta_at
    incident.eta_low_at = now + left * 0.9
    incident.eta_high_at = now + left * 1.2 + timedelta(minutes=1)


def judge(session: WriteSession, now: datetime, incident: IncidentRow) -> bool:
    """Write an incident's risk, tell it when it has become worse, and return whether it has."""
    before = Risk(incident.risk)
    after = risk(
        now,
        incident.received_at,
        incident.target_at,
        eta_at=incident.eta_at,
        arrived_at=incident.arrived_at,
        margin_s=AT_RISK_MARGIN_S + (CALM_S if before is Risk.AT_RISK else 0),
    )
    if after is before:
        return False
    incident.risk = after.value
    if _RANK[after] < _RANK[before]:
        return False
    payload = {"target_at": incident.target_at.isoformat()}
    if incident.eta_at is not None:
        payload["eta_at"] = incident.eta_at.isoformat()
    tell(session, now, f"incident.{after.value}", incident, **payload)
    return True


_RANK = {Risk.NORMAL: 0, Risk.AT_RISK: 1, Risk.BREACHED: 2}


def _has_slipped(case: Case, eta_at: datetime | None, context: DispatchContext) -> bool:
    """Return whether a unit under way is later than the plan in force took for granted."""
    job = case.job
    if job is None or job.state not in (JobState.ORDERED.value, JobState.ROLLING.value):
        return False
    if eta_at is None or job.planned_arrival_at is None:
        return False
    return eta_at - job.planned_arrival_at > timedelta(seconds=context.settings.timing.slip_s)


def tell(
    session: WriteSession, now: datetime, kind: str, incident: IncidentRow, **payload: object
) -> None:
    """Append an event about an incident."""
    events.append(
        session, now, kind, region=incident.region, incident_id=incident.id, payload=dict(payload)
    )
