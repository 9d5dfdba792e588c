"""Problems full of locks, many of which contradict each other; by number, as in `seeded`."""

from __future__ import annotations

import random
from dataclasses import replace

from dispatch.core.model import Commitment, Lock, Problem
from tests.strategies.seeded import seeded_problem


def locked_problem(seed: int, *, max_jobs: int = 4) -> Problem:
    """Return problem number ``seed`` with most jobs locked, nearly all to one unit; no links."""
    given = seeded_problem(seed, max_units=3, max_jobs=max_jobs, links=False)
    rng = random.Random(seed)
    if not given.units:
        return given
    units = tuple(
        replace(it, hard_end_s=rng.choice([None, 1800, 3600, 5400])) for it in given.units
    )
    most = rng.choice(units).id
    commitments = tuple(
        Commitment(
            job_id=job.id,
            unit_id=most if rng.random() < 0.8 else rng.choice(units).id,
            lock=rng.choice([Lock.UNIT, Lock.UNIT, Lock.ORDER, Lock.FULL]),
            position=position,
            option=rng.choice(job.options).name,
            start_s=rng.choice([None, rng.randint(-600, 1800)]),
            release_cny=rng.choice([None, 25.0]),
        )
        for position, job in enumerate(given.jobs)
        if rng.random() < 0.6
    )
    return replace(given, units=units, commitments=commitments)
