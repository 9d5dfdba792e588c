"""Ruin and recreate: take a few related jobs out, put them back better.

After Schrimpf et al., *Record breaking optimization results using the ruin and recreate principle*
(2000), and Christiaens and Vanden Berghe, *Slack induction by string removals* (2020): neighbours
of a random job leave their routes and are inserted again in a random kind of order, now and then
skipping the best place; a worse result is accepted with falling temperature.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from dispatch.core.insertion import Insertion, inserted
from dispatch.core.tours import LOCKED_OUT_CNY, Tours, leave_cny

MOST_REMOVED = 10
"""Jobs taken out at once, at most."""

BLINK = 0.04
"""How often a unit is overlooked when a job is put back."""

START_CNY, END_CNY = 20.0, 0.5
"""Temperature: a loss of this much is accepted with probability 1/e, first and last."""


def ruin_and_recreate(
    tours: Tours, steps: int, rng: random.Random, out_of_time: Callable[[], bool]
) -> Tours:
    """Return the best tours found in ``steps`` rounds from ``tours`` (left as they are)."""
    current, best = tours.copy(), tours.copy()
    jobs = _movable(tours)
    if not jobs:
        return best
    near = _neighbours(tours, jobs)
    temperature = START_CNY
    cooling = (END_CNY / START_CNY) ** (1 / max(1, steps))
    for step in range(steps):
        if step % 16 == 0 and out_of_time():
            break
        before = current.copy()
        removed = _ruin(current, near, jobs, rng)
        _recreate(current, removed, rng)
        limit = before.cost_cny - temperature * math.log(1.0 - rng.random())
        if current.cost_cny < best.cost_cny - 1e-9:
            best = current.copy()
        elif not current.cost_cny < limit:
            current = before
        temperature *= cooling
    return Tours.of(best.pricer, best.routes)


def _movable(tours: Tours) -> list[int]:
    """Return the jobs that may leave their place: all but the parts of heads without a price."""
    compiled = tours.pricer.compiled
    bound = {h.job for heads in compiled.head for h in heads if h.release_cny is None}
    return [j for j in range(len(compiled.jobs)) if j not in bound]


def _neighbours(tours: Tours, jobs: list[int]) -> dict[int, list[int]]:
    """Return for each job the others by travel time, nearest first."""
    compiled = tours.pricer.compiled
    place = {j: compiled.first[compiled.choices[j][0]] for j in jobs}
    result = {}
    for j in jobs:
        row = compiled.rows[place[j]]
        result[j] = sorted((i for i in jobs if i != j), key=lambda i: (row[place[i]], i))
    return result


def _ruin(
    tours: Tours, near: dict[int, list[int]], jobs: list[int], rng: random.Random
) -> list[int]:
    seed_job = jobs[rng.randrange(len(jobs))]
    count = rng.randint(1, min(MOST_REMOVED, len(jobs)))
    chosen = [seed_job]
    for job in near[seed_job]:
        if len(chosen) >= count:
            break
        if rng.random() < 0.7:
            chosen.append(job)
    out = set(chosen)
    job_of = tours.pricer.compiled.job_of
    for u, route in enumerate(tours.routes):
        if any(job_of[c] in out for c in route):
            tours.change(u, tuple(c for c in route if job_of[c] not in out))
    return chosen + [j for j in sorted(tours.left) if j not in out]


def _recreate(tours: Tours, removed: list[int], rng: random.Random) -> None:
    compiled = tours.pricer.compiled
    order = rng.randrange(3)
    if order == 0:
        rng.shuffle(removed)
    elif order == 1:
        removed.sort(key=lambda j: (compiled.jobs[j].target_s, j))
    else:
        removed.sort(key=lambda j: (len(compiled.choices[j]), rng.random()))
    removed.sort(key=lambda j: leave_cny(compiled, j) < LOCKED_OUT_CNY)
    for j in removed:
        _put_back(tours, j, rng)


def _put_back(tours: Tours, job: int, rng: random.Random) -> None:
    compiled, pricer, known = tours.pricer.compiled, tours.pricer, tours.known
    best, unit = Insertion(leave_cny(compiled, job), -1, -1), -1
    least = best.delta_cny
    for u in compiled.units_able[job]:
        if rng.random() < BLINK:
            continue
        found = known[u].get(job) or pricer.best(u, tours.routes[u], job)
        if found.delta_cny < least:
            best, unit, least = found, u, found.delta_cny
    if unit != -1:
        tours.change(unit, inserted(tours.routes[unit], best))
