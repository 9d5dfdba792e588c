"""Subset-row cuts, compiled: of three jobs, at most one route may do two or more.

Jepsen, Petersen, Spoorendonk, Pisinger, *Subset-row inequalities applied to the vehicle-routing
problem with time windows* (Operations Research 56, 2008).
"""

from __future__ import annotations

import numpy as np

from dispatch.core.colgen.arrays import Floats, Ints
from kernel.jit import jit


@jit
def violated_triples(
    jobs: Ints, used: Floats, n_jobs: int, least: float, most: int
) -> tuple[Ints, Floats]:
    """Return triples of jobs whose cut is violated by more than ``least``, and by how much.

    ``jobs[r]`` are the jobs of route ``r`` (-1 at the end), ``used[r]`` how much of it is used.
    """
    pair = np.zeros((n_jobs, n_jobs), dtype=np.float64)
    for r in range(jobs.shape[0]):
        for x in range(jobs.shape[1]):
            i = jobs[r, x]
            if i < 0:
                break
            for y in range(jobs.shape[1]):
                k = jobs[r, y]
                if k < 0:
                    break
                if k != i:
                    pair[i, k] += used[r]
    triples = np.zeros((most, 3), dtype=np.int64)
    over = np.zeros(most, dtype=np.float64)
    n = 0
    for i in range(n_jobs):
        for j in range(i + 1, n_jobs):
            for k in range(j + 1, n_jobs):
                total = pair[i, j] + pair[i, k] + pair[j, k]
                if total <= 1.0 + least:
                    continue
                n_pairs = (pair[i, j] > 0) + (pair[i, k] > 0) + (pair[j, k] > 0)
                if n_pairs < 2:
                    continue
                for r in range(jobs.shape[0]):
                    hits = 0
                    for x in range(jobs.shape[1]):
                        it = jobs[r, x]
                        hits += it == i or it == j or it == k
                    if hits == 3:
                        total -= 2.0 * used[r]
                if total > 1.0 + least and n < most:
                    triples[n, 0], triples[n, 1], triples[n, 2] = i, j, k
                    over[n] = total - 1.0
                    n += 1
    return triples[:n], over[:n]


@jit
def reduced_costs(
    cny: Floats,
    units: Ints,
    jobs: Ints,
    duals: Floats,
    unit_duals: Floats,
    cuts_of: Ints,
    cut_duals: Floats,
) -> Floats:
    """Return the reduced cost of routes.

    ``jobs[r]`` are the jobs of route ``r``, ``cuts_of[j]`` the cuts with job ``j`` (-1 at the end).
    """
    found = np.empty(cny.shape[0], dtype=np.float64)
    hits = np.zeros(cut_duals.shape[0], dtype=np.int64)
    for r in range(cny.shape[0]):
        total = cny[r] - unit_duals[units[r]]
        for x in range(jobs.shape[1]):
            j = jobs[r, x]
            if j < 0:
                break
            total -= duals[j]
            for y in range(cuts_of.shape[1]):
                cut = cuts_of[j, y]
                if cut < 0:
                    break
                hits[cut] += 1
                if hits[cut] == 2:
                    total -= cut_duals[cut]
        for x in range(jobs.shape[1]):
            j = jobs[r, x]
            if j < 0:
                break
            for y in range(cuts_of.shape[1]):
                if cuts_of[j, y] < 0:
                    break
                hits[cuts_of[j, y]] = 0
        found[r] = total
    return found
