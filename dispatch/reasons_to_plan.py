"""Why a new plan is needed, and whether new calls may wait for the search."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime, timedelta

from dispatch.job import JobState
from dispatch.params import Timing
from dispatch.snapshot import Snapshot, job_key

WAKING = frozenset(
    {
        "incident.created",
        "incident.updated",
        "incident.merged",
        "incident.cancelled",
        "incident.closed",
        "job.planned",
        "job.ordered",
        "job.withdrawn",
        "job.diverted",
        "job.declined",
        "job.failed",
        "job.not_there",
        "job.done",
        "fleet.changed",
        "unit.shift_started",
        "unit.shift_ended",
        "unit.paused",
        "unit.resumed",
        "contractor.accepted",
        "contractor.eta_changed",
        "contractor.rejected",
        "contractor.expired",
        "appointment.booked",
        "appointment.changed",
        "appointment.cancelled",
    }
)
"""Committed events of these kinds need a new plan, unless the dispatcher itself wrote them."""


def overdue(snapshot: Snapshot, assumed_free: Mapping[str, datetime], timing: Timing) -> list[str]:
    """Return units whose work outlasts what the last decision took for granted."""
    if not snapshot.jobs:
        return []
    slip = timedelta(seconds=timing.slip_s)
    return [
        f"{code} is busy for longer"
        for code, free_at in snapshot.free_at.items()
        if free_at > snapshot.at and code in assumed_free and free_at - assumed_free[code] > slip
    ]


def newly_placed(snapshot: Snapshot, assumed_free: Container[str]) -> list[str]:
    """Return units whose place was unknown to the last decision: that they sent it is no event."""
    if not snapshot.jobs:
        return []
    return [f"where {code} is, is known" for code in snapshot.free_at if code not in assumed_free]


def visits_due(snapshot: Snapshot, timing: Timing) -> list[str]:
    """Return appointments whose idle unit must leave now."""
    lead = timedelta(seconds=timing.appointment_lead_s)
    bound = snapshot.world.job_of_unit()
    due = []
    for job in snapshot.jobs.values():
        waits = job.appointment_id is not None and job.state is JobState.OPEN
        first = job.planned_sequence == 0 and job.planned_unit_id not in bound
        leave_at = snapshot.leave_at(job) if waits and first else None
        if leave_at is not None and leave_at - lead <= snapshot.at:
            due.append(f"visit {job_key(job.id)} is due")
    return due


def visits_new(snapshot: Snapshot, left_out: Container[int]) -> list[str]:
    """Return appointments that no plan has looked at: they lay beyond the horizon until now.

    Parameters
    ----------
    left_out
        Jobs (row ids) that the plan in force leaves out.
    """
    return [
        f"visit {job_key(job.id)} is near"
        for job in snapshot.jobs.values()
        if job.appointment_id is not None
        and job.state is JobState.OPEN
        and job.planned_unit_id is None
        and job.id not in left_out
    ]


MANY_UNITS = 150
"""With more units than this a search takes a fifth of a second before it begins."""


def wants_first(snapshot: Snapshot, left_out: Container[int], above: int) -> bool:
    """Return whether new calls are to get a unit at once, before a long search.

    Parameters
    ----------
    left_out
        Jobs (row ids) that the plan in force leaves out: no reason to wait for them.
    above
        Number of open jobs up to which the search is as fast, unless there are many units.
    """
    problem = snapshot.problem
    if len(problem.jobs) <= above and len(problem.units) <= MANY_UNITS:
        return False
    planned = {it.job_id for it in problem.commitments}
    return any(
        name not in planned and job.id not in left_out for name, job in snapshot.jobs.items()
    )
