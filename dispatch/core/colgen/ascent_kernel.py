"""The ascent over known routes, compiled: duals at which these routes leave the highest bound.

The Lagrangian bound over known routes (the sum of the duals, and for each unit the least reduced
cost) is concave in the duals and made of planes; its supergradient is 1 less the number of times
that each job is done by the routes of least reduced cost. Steps after Polyak, *Minimization of
unsmooth functionals* (1969), in directions that remember the last one (Camerini, Fratta, Maffioli,
*On improving relaxation methods by modified gradient techniques*, 1975), back to the best duals
where nothing is gained.
"""

from __future__ import annotations

import numpy as np

from dispatch.core.colgen.arrays import Floats, Ints
from kernel.jit import jit

REMEMBERED = 0.7
"""Share of the last direction in the next one."""

PATIENCE, SHORTER, SHORTEST = 20, 0.5, 1e-5
"""Steps without a gain after which they become shorter, by how much, and how short they end."""

GAIN_CNY, NOTHING = 1e-6, 1e-9
"""A gain; and a direction so short that nothing pulls any more: the optimum."""


@jit
def least_by_unit(
    unit: Ints, jobs: Ints, cny: Floats, duals: Floats, least: Floats, route: Ints
) -> float:
    """Write down each unit's least reduced cost (0 if it stays idle) and route; return the bound.

    ``jobs`` are rows that end with -1; ``route[u]`` is -1 for the idle unit.
    """
    least[:] = 0.0
    route[:] = -1
    for r in range(cny.shape[0]):
        reduced = cny[r]
        for x in range(jobs.shape[1]):
            j = jobs[r, x]
            if j < 0:
                break
            reduced -= duals[j]
        if reduced < least[unit[r]]:
            least[unit[r]], route[unit[r]] = reduced, r
    return float(duals.sum() + least.sum())


@jit
def ascend(
    unit: Ints,
    jobs: Ints,
    cny: Floats,
    lowest: Floats,
    highest: Floats,
    target: float,
    most_steps: int,
    duals: Floats,
    least: Floats,
) -> float:
    """Move ``duals`` between ``lowest`` and ``highest`` to the best bound; return that bound.

    ``least`` becomes the least reduced cost by unit there, ``target`` is a value that the bound
    cannot exceed by much.
    """
    n_jobs = duals.shape[0]
    here, direction = duals.copy(), np.zeros(n_jobs)
    route = np.full(least.shape[0], -1, dtype=np.int64)
    best, length, n_without = -np.inf, 1.0, 0
    for _ in range(most_steps):
        bound = least_by_unit(unit, jobs, cny, here, least, route)
        if bound > best + GAIN_CNY:
            best, n_without = bound, 0
            duals[:] = here
        else:
            n_without += 1
            if n_without >= PATIENCE:
                n_without = 0
                length *= SHORTER
                if length < SHORTEST:
                    break
                here[:] = duals
                direction[:] = 0.0
                continue
        direction *= REMEMBERED
        direction += 1.0
        for u in range(least.shape[0]):
            if route[u] >= 0:
                for x in range(jobs.shape[1]):
                    j = jobs[route[u], x]
                    if j < 0:
                        break
                    direction[j] -= 1.0
        square = 0.0
        for j in range(n_jobs):
            square += direction[j] * direction[j]
        if square < NOTHING:
            break
        step = length * max(target - bound, GAIN_CNY) / square
        for j in range(n_jobs):
            here[j] = min(highest[j], max(lowest[j], here[j] + step * direction[j]))
    return least_by_unit(unit, jobs, cny, duals, least, route)
