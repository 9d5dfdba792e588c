"""What the database says at one instant, read for a decision in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.call_rate import CallRate, calls_lately
from dispatch.context import DispatchContext
from dispatch.contractor_record import Answer, offers_answered
from dispatch.contractor_silence import Silence, silent_contractors
from dispatch.job import ACTIVE, Job, JobState
from dispatch.regions import no_region
from dispatch.store import (
    Asked,
    ContractorOfferRow,
    IncidentRow,
    JobRow,
    RegionRow,
    is_open,
    offers_about,
)
from fleet.model import Contractor, Ownership, ServiceCentre, Unit
from fleet.registers import contractors_of, service_centres_of
from fleet.states import UnitState
from fleet.store import units_of
from kernel import events

WORKING = (UnitState.IDLE, UnitState.ROLLING, UnitState.ON_SITE, UnitState.LOADED)
"""Units in these states take part in a decision."""

PLANNED = frozenset({JobState.OPEN, JobState.ORDERED, JobState.ROLLING})
"""Jobs in these states are part of the problem; later ones only bind their unit."""

TAKEN = ("accepted", "arrived")
"""States of an offer in which a contractor has the incident."""


@dataclass(frozen=True, slots=True)
class World:
    """What the database says at one instant.

    Attributes
    ----------
    units
        Own units on shift, in order of code; without those whose job cannot be read.
    jobs
        Unfinished jobs in order of call; without those that a contractor has taken, without
        appointments beyond the horizon, and without those whose window has passed with nobody sent.
    centres
        By id, for opening hours.
    contractors
        That take jobs, in order of name.
    asked
        What became of the offers about each incident, by incident and contractor.
    answered
        What contractors answered last, to guess by when they come.
    calls
        How many came lately, to guess how many will.
    silent
        Those that have fallen silent, by id.
    """

    at: datetime
    region: str
    plan_version: int
    event_seq: int
    units: tuple[Unit, ...]
    jobs: tuple[Job, ...]
    centres: Mapping[int, ServiceCentre]
    contractors: tuple[Contractor, ...]
    asked: Mapping[int, Mapping[int, Asked]]
    answered: tuple[Answer, ...]
    calls: CallRate
    silent: Mapping[int, Silence]

    def job_of_unit(self) -> dict[int, Job]:
        """Return the job that binds each unit, by unit id."""
        return {job.unit_id: job for job in self.jobs if job.is_active and job.unit_id is not None}


def read_world(session: Session, context: DispatchContext) -> World:
    """Read what a decision needs.

    Raises
    ------
    NotFound
        When the region has not been set up.
    """
    region = session.get(RegionRow, context.region, populate_existing=True)
    if region is None:
        raise no_region(context.region)
    now = context.clock.now()
    units = units_of(session, context.region, states=WORKING)
    jobs = context.known_jobs.of(session, sorted(PLANNED | ACTIVE))
    busy = _bound_unseen(session, context.region, jobs)
    return World(
        at=now,
        region=context.region,
        plan_version=region.plan_version,
        event_seq=events.last(session)[0],
        units=tuple(
            unit for unit in units if unit.ownership is Ownership.OWN and unit.id not in busy
        ),
        jobs=_unfinished(session, context, now, jobs),
        centres={centre.id: centre for centre in service_centres_of(session, context.region)},
        contractors=contractors_of(session, context.region),
        asked=offers_about(session, context.region),
        answered=offers_answered(session, context.region, now),
        calls=calls_lately(session, context.region, now),
        silent=silent_contractors(session, context.region, context.settings.contractors),
    )


def _bound_unseen(session: Session, region: str, jobs: Sequence[Job]) -> set[int | None]:
    """Return the units bound by jobs that cannot be read: nobody knows when they are free."""
    active = sorted(state.value for state in ACTIVE)
    query = select(JobRow.id, JobRow.unit_id).where(
        JobRow.region == region, JobRow.state.in_(active)
    )
    read = {job.id for job in jobs}
    return {unit_id for job_id, unit_id in session.execute(query) if job_id not in read}


def _unfinished(
    session: Session, context: DispatchContext, now: datetime, known: Sequence[Job]
) -> tuple[Job, ...]:
    horizon = now + timedelta(seconds=context.settings.timing.visit_horizon_s)
    taken = taken_by_contractors(session, context.region)
    jobs = [
        job
        for job in known
        if job.is_active
        or (
            job.incident_id not in taken
            and (job.earliest_at or now) <= horizon
            and now <= (job.latest_at or now)
        )
    ]
    return tuple(sorted(jobs, key=lambda job: (job.created_at, job.id)))


def next_visit_at(session: Session, context: DispatchContext, now: datetime) -> datetime | None:
    """Return when the next booked visit comes to lie within the horizon; ``None`` without one."""
    horizon = timedelta(seconds=context.settings.timing.visit_horizon_s)
    first = select(func.min(JobRow.earliest_at)).where(
        JobRow.region == context.region,
        JobRow.state == JobState.OPEN.value,
        JobRow.earliest_at > now + horizon,
    )
    earliest_at = session.scalar(first)
    return None if earliest_at is None else earliest_at - horizon


def holder(job: Job) -> int | None:
    """Return the id of the unit that has the job now or by the plan in force."""
    return job.unit_id if job.is_active else job.planned_unit_id


def taken_by_contractors(session: Session, region: str) -> set[int]:
    """Return the ids of the incidents that a contractor has accepted and not yet finished."""
    query = (
        select(ContractorOfferRow.incident_id)
        .join(IncidentRow, IncidentRow.id == ContractorOfferRow.incident_id)
        .where(is_open(region), ContractorOfferRow.state.in_(TAKEN))
    )
    return set(session.scalars(query))
