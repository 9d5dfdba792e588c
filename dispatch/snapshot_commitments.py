"""The plan in force as a snapshot's commitments: who has which job, what undoing that costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby

from dispatch.core import model as core
from dispatch.frame import Frame
from dispatch.job import Job, JobState
from dispatch.pricing import change_price, diversion_price
from dispatch.world import holder


def commitments(frame: Frame, jobs: Mapping[str, Job]) -> tuple[core.Commitment, ...]:
    """Return what the plan in force says, positions renumbered for each unit.

    ``jobs`` are those to plan, by the problem's ids.
    """
    codes = {unit_id: unit.code for unit_id, unit in frame.unit_of.items()}
    ranked = sorted(
        (it for it in jobs.items() if holder(it[1]) in codes and _option_held(it[1]) is not None),
        key=lambda it: (codes[holder(it[1]) or 0], *_rank(it[1])),
    )
    found: list[core.Commitment] = []
    for code, mine in groupby(ranked, key=lambda it: codes[holder(it[1]) or 0]):
        for position, (key, job) in enumerate(mine):
            found.append(_commitment(frame, key, job, code, position))
    return tuple(found)


def _option_held(job: Job) -> str | None:
    name = job.option if job.is_active else job.planned_option
    return name if name in {option.name for option in job.options} else None


def _commitment(frame: Frame, key: str, job: Job, code: str, position: int) -> core.Commitment:
    lock = core.Lock.FULL if job.is_active else job.lock
    commitment = core.Commitment(
        job_id=key,
        unit_id=code,
        lock=lock,
        position=position,
        option=_option_held(job) or job.options[0].name,
    )
    if lock is not core.Lock.FULL:
        return commitment
    return replace(commitment, start_s=_start_s(frame, job), release_cny=_release_cny(frame, job))


def _release_cny(frame: Frame, job: Job) -> float | None:
    """Return the price of taking a job back.

    ``None``: a dispatcher fixed it by hand, or nobody else could be sent, as it cannot be read.
    """
    if job.lock is not core.Lock.FREE or job.option_named(job.option).is_stand_in:
        return None
    return release_price(frame, job)


def release_price(frame: Frame, job: Job) -> float:
    """Return the price of taking a job back from the unit that is ordered or rolls to it."""
    prices = frame.settings.prices
    late_s = _start_s(frame, job) - frame.seconds(job.target_at)
    if job.state is JobState.ORDERED:
        return change_price(prices, job.priority, late_s)
    return diversion_price(prices, job.priority, late_s)


def _start_s(frame: Frame, job: Job) -> int:
    eta_at = frame.eta(job) or job.planned_arrival_at or frame.world.at
    return max(0, frame.seconds(eta_at))


def _rank(job: Job) -> tuple[int, int, int]:
    """Return what the jobs of one unit are sorted by."""
    under_way = 0 if job.state is JobState.ROLLING else 1 if job.state is JobState.ORDERED else 2
    return under_way, job.planned_sequence or 0, job.id
