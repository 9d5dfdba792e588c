"""What follows when a dispatcher takes a unit from the job it is on its way to, for another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dispatch.core.diverted import Diversion, Handed, diverted
from dispatch.core.explain import Explainer
from dispatch.core.verdict import UnitVerdict
from dispatch.incident import incident_number
from dispatch.job import Job, JobState
from dispatch.snapshot import Snapshot, job_key

CAN_BE_LEFT = (JobState.ORDERED, JobState.ROLLING)
"""States of a job that a unit can be taken from."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a call or visit when a unit is diverted.

    Attributes
    ----------
    incident_id
        ``None`` for a booked visit.
    unit_code, contractor
        Who goes there then: an own unit, or a contractor that would be asked; neither: nobody.
    arrival_at
        When that is there; of a contractor, a guess.
    was_at
        When it is reached without the diversion.
    """

    incident_id: int | None
    unit_code: str | None
    contractor: str | None
    arrival_at: datetime | None
    was_at: datetime

    @property
    def delay_s(self) -> int | None:
        """How much later it is reached; below 0: sooner. ``None``: nobody goes there."""
        if self.arrival_at is None:
            return None
        return round((self.arrival_at - self.was_at).total_seconds())

    @property
    def incident_number(self) -> str | None:
        """What people call the incident."""
        return None if self.incident_id is None else incident_number(self.incident_id)


@dataclass(frozen=True, slots=True)
class Diverting:
    """What it would mean to take a unit from its present job for another one.

    Attributes
    ----------
    arrival_at
        When it would be at the other one.
    others
        What becomes of the job that it leaves, then of those reached later or not at all.
    terms
        What the plan costs more than without the other job, by term.
    """

    arrival_at: datetime
    others: tuple[Outcome, ...]
    terms: Mapping[str, float]


def present_job(snapshot: Snapshot, unit_id: int, job: Job) -> Job | None:
    """Return what a unit can be taken from for a job; ``None`` where there is nothing else."""
    present = snapshot.world.job_of_unit().get(unit_id)
    if present is None or present.id == job.id or present.state not in CAN_BE_LEFT:
        return None
    return present


def diverting(
    snapshot: Snapshot, explainer: Explainer, job: Job, verdict: UnitVerdict
) -> Diverting | None:
    """Return what diverting a unit to a job would mean; ``None`` where that cannot be.

    Parameters
    ----------
    explainer
        Of the plan in force, as `core.diverted.to_divert` returns it.
    verdict
        On the unit for that job.
    """
    present = present_job(snapshot, snapshot.units[verdict.unit_id].id, job)
    if present is None or verdict.option is None:
        return None
    left = job_key(present.id)
    told = diverted(
        explainer,
        Diversion(verdict.unit_id, left, job_key(job.id), verdict.option),
        snapshot.taken_back[left].left_out_cny,
    )
    if told is None:
        return None
    others = tuple(_outcome(snapshot, it) for it in told.others)
    return Diverting(snapshot.instant(told.arrival_s), others, told.terms)


def _outcome(snapshot: Snapshot, it: Handed) -> Outcome:
    """Return what becomes of a job; what the plan leaves out may be left to a contractor."""
    incident_id, was_at = snapshot.jobs[it.job_id].incident_id, snapshot.instant(it.was_s)
    if it.arrival_s is not None:
        return Outcome(incident_id, it.unit_id, None, snapshot.instant(it.arrival_s), was_at)
    back = snapshot.taken_back.get(it.job_id)
    outside = snapshot.outside.get(it.job_id) if back is None else back.outside
    if outside is None:
        return Outcome(incident_id, None, None, None, was_at)
    guess = outside.guess
    return Outcome(incident_id, None, guess.contractor.name, guess.arrival_at, was_at)
