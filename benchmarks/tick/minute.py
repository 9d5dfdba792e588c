"""A wave one minute later: some jobs are begun and leave the problem, as many calls come in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.snapshots.wave import Wave, draw_wave, travel_s, wave_problem
from dispatch.core.model import Commitment, Job, Lock, Plan, PlannedJob, Problem, Unit

MINUTE_S = 60
CHANGE_CNY = 2.0
"""As in the live service: a plan made anew each minute must not flutter."""


@dataclass(frozen=True, slots=True)
class Tide:
    """A wave and the calls that will come, in one problem; ``waiting`` are not there yet."""

    whole: Problem
    waiting: tuple[Job, ...]


def draw_tide(n_units: int, n_jobs: int, n_new: int, seed: int) -> Tide:
    """Return a wave of ``n_jobs`` and ``n_new`` calls of the same kind that come later.

    The calls are those of a wave drawn with ``seed`` and one more number; each has just rung.
    """
    wave, later = draw_wave(n_units, n_jobs, seed), draw_wave(n_units, n_new, 1_000_003 + seed)
    places = np.concatenate([wave.unit_km, wave.home_km, wave.job_km, later.job_km])
    problem = wave_problem(wave)
    first_place = 2 * n_units + n_jobs
    jobs = tuple(
        _new_call(job, n, first_place + n - 2 * n_units, later)
        for n, job in enumerate(wave_problem(later).jobs)
    )
    prices = replace(problem.prices, change_cny=CHANGE_CNY)
    return Tide(replace(problem, travel_s=travel_s(places), prices=prices), jobs)


def _new_call(job: Job, number: int, shift: int, wave: Wave) -> Job:
    """Return a call with its place in the whole matrix and its full promise."""
    (option,) = job.options
    (visit,) = option.visits
    promise_s = 1800 if wave.target_min[number] <= 30 else 3600
    moved = replace(option, visits=(replace(visit, place=visit.place + shift - number),))
    return replace(job, id=f"new{number}", options=(moved,), target_s=promise_s)


def a_minute_later(problem: Problem, plan: Plan, new: Sequence[Job]) -> Problem:
    """Return what there is to decide a minute after ``plan``.

    As many jobs as are ``new`` leave the problem, those that the plan begins first; their units are
    free where and when they end. All other jobs are committed as the plan says, and may be changed.
    """
    begun = _begun(plan, len(new))
    jobs = {job.id: job for job in problem.jobs}
    ends = {unit_id: (_end_place(jobs, it), it.end_s) for unit_id, it in begun.items()}
    out = {it.job_id for it in begun.values()}
    return replace(
        problem,
        units=tuple(_later_unit(unit, ends.get(unit.id)) for unit in problem.units),
        jobs=(*(_later_job(job) for job in problem.jobs if job.id not in out), *new),
        commitments=tuple(
            Commitment(it.job_id, route.unit_id, Lock.FREE, position, it.option)
            for route in plan.routes
            for position, it in enumerate(it for it in route.jobs if it.job_id not in out)
        ),
    )


def _begun(plan: Plan, most: int) -> dict[str, PlannedJob]:
    """Return the first jobs of the units that begin theirs soonest."""
    firsts = sorted(
        ((route.unit_id, route.jobs[0]) for route in plan.routes),
        key=lambda it: (it[1].start_s, it[0]),
    )
    return dict(firsts[:most])


def _end_place(jobs: Mapping[str, Job], planned: PlannedJob) -> int:
    job = jobs[planned.job_id]
    return next(it.visits[-1].place for it in job.options if it.name == planned.option)


def _later_unit(unit: Unit, end: tuple[int, int] | None) -> Unit:
    place, free_s = (unit.start_place, unit.available_s) if end is None else end
    return replace(
        unit,
        start_place=place,
        available_s=max(0, free_s - MINUTE_S),
        shift_end_s=unit.shift_end_s - MINUTE_S,
    )


def _later_job(job: Job) -> Job:
    return replace(job, target_s=job.target_s - MINUTE_S)


def changes(problem: Problem, plan: Plan) -> int:
    """Return how many jobs that were planned before go to another unit now, or to none."""
    now = {it.job_id: route.unit_id for route in plan.routes for it in route.jobs}
    return sum(1 for it in problem.commitments if now.get(it.job_id) != it.unit_id)
