"""What the plan in force still allows: the meaning of each lock level, in one place.

``FREE``
    A hint. The job may go to any unit, in any option, or be left out. If it goes to another unit
    than the one it was given to, ``prices.change_cny`` is charged (`terms.change`).
``UNIT``
    Unit and option are fixed; the unit chooses when. The job may be left out only where it cannot
    be done beside the other jobs locked to that unit, at any price (reason ``locked``): it is never
    left out to make room for a job that no lock binds. (Where jobs are linked: as far as it
    can be done once all that no lock binds is taken off its unit's route, and what links tie off
    the others. A locked job that itself waits for one that no lock binds may be left out with it.)
``ORDER``
    As ``UNIT``, and the job belongs to the unit's *head*: the committed jobs at ``ORDER`` and
    ``FULL``, by ``position``. The head comes first in the route, in that order, with nothing in
    between. A head job that cannot be done is left out (``locked``), and the others close up.
``FULL`` without ``release_cny``
    A *fact*: the unit rolls or works. It belongs to the head, its arrival is the commitment's
    (see `schedule`), and it is done even against a window, the stock, the skills or ``hard_end_s``:
    the plan cannot undo what is happening. It is left out only where there is no way to it, or
    between its visits, behind the facts before it; never for another lock, which it may keep from
    being held.
``FULL`` with ``release_cny``
    A choice. In its place in the head, with its option, it is *kept*: a fact as above. Anywhere
    else (another unit, later on the same unit, another option, left out) it is *released*:
    ``release_cny`` is charged once (`terms.release`), no change price comes on top, and it is an
    ordinary job without a lock. Jobs may thus come before it; the rest of the head may not be
    disturbed. A unit that the job excludes is not kept: the plan may turn it away, and so it does.

``excluded_units`` of the job say nothing against the other levels: what cannot be undone goes on,
and who locks a job to a unit by hand means that one, whatever was said before.

Two commitments of one job, or two head commitments of one unit at one position, are invalid
(`validate`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from dispatch.core.model import Commitment, Job, Lock, Problem


@dataclass(frozen=True, slots=True)
class HeadJob:
    """One place of a unit's head, with indices instead of ids.

    ``start_s`` is ``None`` where the arrival is computed; ``release_cny`` is ``None`` for "never";
    ``fact`` tells ``FULL`` from ``ORDER``. What is ``barred`` is never kept.
    """

    job: int
    choice: int
    fact: bool
    start_s: int | None
    release_cny: float | None
    barred: bool


def is_fixed(commitment: Commitment) -> bool:
    """Return whether the job may be done by no other unit and in no other option."""
    if commitment.lock == Lock.FULL:
        return commitment.release_cny is None
    return commitment.lock >= Lock.UNIT


def is_head(commitment: Commitment) -> bool:
    """Return whether the commitment belongs to its unit's head."""
    return commitment.lock >= Lock.ORDER


def is_barred(commitment: Commitment, job: Job) -> bool:
    """Return whether a unit must be turned away: its job excludes it, and there is a price."""
    may_be_turned_away = commitment.lock == Lock.FULL and commitment.release_cny is not None
    return may_be_turned_away and commitment.unit_id in job.excluded_units


def heads(
    problem: Problem, job_index: dict[str, int], choice_index: dict[tuple[int, str], int]
) -> dict[str, tuple[HeadJob, ...]]:
    """Return the head of each unit that has one, by unit id, in the order of ``position``."""
    by_unit: dict[str, list[Commitment]] = defaultdict(list)
    for commitment in problem.commitments:
        if is_head(commitment):
            by_unit[commitment.unit_id].append(commitment)
    result = {}
    for unit_id, commitments in by_unit.items():
        commitments.sort(key=lambda c: c.position)
        result[unit_id] = tuple(
            _head_job(c, job_index[c.job_id], problem.jobs[job_index[c.job_id]], choice_index)
            for c in commitments
        )
    return result


def _head_job(
    commitment: Commitment, number: int, job: Job, choice_index: dict[tuple[int, str], int]
) -> HeadJob:
    fact = commitment.lock == Lock.FULL
    return HeadJob(
        job=number,
        choice=choice_index[number, commitment.option],
        fact=fact,
        start_s=commitment.start_s if fact else None,
        release_cny=commitment.release_cny if fact else None,
        barred=is_barred(commitment, job),
    )
