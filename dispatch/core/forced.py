"""The problem in which a job is forced onto a unit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from dispatch.core.locks import is_fixed
from dispatch.core.model import Problem
from dispatch.core.validate import MOST_CNY


def forced(problem: Problem, job_id: str, unit_id: str) -> Problem:
    """Return the problem in which one unit alone may do a job, and leaving it out is no choice.

    Where the plan in force sends another unit there, that unit is free to be turned away; the price
    of that is charged by whoever evaluates the routes in the problem itself.
    """
    others = frozenset(unit.id for unit in problem.units) - {unit_id}
    jobs = tuple(
        replace(job, excluded_units=others, unassigned_cny=MOST_CNY) if job.id == job_id else job
        for job in problem.jobs
    )
    commitments = tuple(
        c
        for c in problem.commitments
        if c.job_id != job_id or c.unit_id == unit_id or is_fixed(c) or c.release_cny is None
    )
    return replace(problem, jobs=jobs, commitments=commitments)


def without_jobs(problem: Problem, job_ids: Collection[str]) -> Problem:
    """Return a problem without links that lacks some jobs."""
    return replace(
        problem,
        jobs=tuple(it for it in problem.jobs if it.id not in job_ids),
        commitments=tuple(it for it in problem.commitments if it.job_id not in job_ids),
    )
