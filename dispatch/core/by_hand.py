"""A job as a dispatcher's hand finds it, which neither a lock nor a refusal keeps from any unit."""

from __future__ import annotations

from dataclasses import replace

from dispatch.core.locks import is_fixed
from dispatch.core.model import Commitment, Lock, Problem


def overruled(problem: Problem, job_id: str, release_cny: float) -> Problem:
    """Return the problem in which any unit may do a job; the same one where any may already.

    Parameters
    ----------
    release_cny
        Price of taking the job from a unit that is ordered or rolls to it and was fixed by hand.
    """
    fixed = any(it.job_id == job_id and is_fixed(it) for it in problem.commitments)
    declined = any(it.id == job_id and it.excluded_units for it in problem.jobs)
    if not (fixed or declined):
        return problem
    return replace(
        problem,
        jobs=tuple(
            replace(it, excluded_units=frozenset()) if it.id == job_id else it
            for it in problem.jobs
        ),
        commitments=tuple(
            _loose(it, release_cny) if it.job_id == job_id and is_fixed(it) else it
            for it in problem.commitments
        ),
    )


def _loose(it: Commitment, release_cny: float) -> Commitment:
    if it.lock is Lock.FULL:
        return replace(it, release_cny=release_cny)
    return replace(it, lock=Lock.FREE)
