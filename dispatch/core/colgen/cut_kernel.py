"""Parts of `row_cuts` and `closing`, compiled: cuts that are broken, and what they cost routes."""

from __future__ import annotations

import numpy as np

from dispatch.core.colgen.arrays import Floats, Ints
from kernel.jit import jit


@jit
def violated_triples(
    rows: Ints, used: Floats, n_rows: int, least: float, most: int
) -> tuple[Ints, Floats]:
    """Return triples of rows of which routes with two or more are used, less one, over ``least``.

    ``rows[r]`` are the rows of route ``r`` (-1 at the end), ``used[r]`` how much of it is used.
    """
    pair = np.zeros((n_rows, n_rows), dtype=np.float64)
    beside = np.full((n_rows, n_rows), -1, dtype=np.int64)
    n_beside = np.zeros(n_rows, dtype=np.int64)
    for r in range(rows.shape[0]):
        for x in range(rows.shape[1]):
            i = rows[r, x]
            if i < 0:
                break
            for y in range(rows.shape[1]):
                k = rows[r, y]
                if k < 0:
                    break
                if k == i:
                    continue
                if pair[i, k] == 0.0:
                    beside[i, n_beside[i]] = k
                    n_beside[i] += 1
                pair[i, k] += used[r]
    triples = np.zeros((most, 3), dtype=np.int64)
    over = np.zeros(most, dtype=np.float64)
    n = 0
    for i in range(n_rows):
        for x in range(n_beside[i]):
            j = beside[i, x]
            for y in range(x + 1, n_beside[i]):
                k = beside[i, y]
                if pair[j, k] > 0.0 and (i > j or i > k):
                    continue  # met from the first of the three
                total = pair[i, j] + pair[i, k] + pair[j, k]
                if total <= 1.0 + least:
                    continue
                for r in range(rows.shape[0]):
                    hits = 0
                    for z in range(rows.shape[1]):
                        it = rows[r, z]
                        hits += it == i or it == j or it == k
                    if hits == 3:
                        total -= 2.0 * used[r]
                if total > 1.0 + least and n < most:
                    triples[n, 0], triples[n, 1], triples[n, 2] = i, j, k
                    over[n] = total - 1.0
                    n += 1
    return triples[:n], over[:n]


@jit
def violated_fives(
    rows: Ints, used: Floats, n_rows: int, bases: Ints, times: Ints, allowed: Ints, least: float
) -> tuple[Ints, Ints, Floats]:
    """Return the most violated cut around each base of three rows: rows, kind and by how much.

    ``times[kind, mask]`` is how often a route counts that has the rows of a mask, ``allowed[kind]``
    what all routes used may count in sum. Two rows are added that routes of the base have, too.
    """
    n_routes, n_bases, n_kinds = rows.shape[0], bases.shape[0], times.shape[0]
    has = np.zeros((n_routes, n_rows), dtype=np.int64)
    for r in range(n_routes):
        for x in range(rows.shape[1]):
            if rows[r, x] < 0:
                break
            has[r, rows[r, x]] = 1
    found = np.zeros((n_bases, 5), dtype=np.int64)
    kinds, by = np.zeros(n_bases, dtype=np.int64), np.zeros(n_bases, dtype=np.float64)
    mask = np.zeros(n_routes, dtype=np.int64)
    near, is_near = np.zeros(n_rows, dtype=np.int64), np.zeros(n_rows, dtype=np.int64)
    touching = np.zeros(n_routes, dtype=np.int64)
    share = np.zeros(32, dtype=np.float64)
    n = 0
    for b in range(n_bases):
        n_near = n_touching = 0
        for r in range(n_routes):
            mask[r] = has[r, bases[b, 0]] + 2 * has[r, bases[b, 1]] + 4 * has[r, bases[b, 2]]
            if mask[r] == 0:
                continue
            for x in range(rows.shape[1]):
                i = rows[r, x]
                if i < 0:
                    break
                if not is_near[i] and i != bases[b, 0] and i != bases[b, 1] and i != bases[b, 2]:
                    is_near[i] = 1
                    near[n_near] = i
                    n_near += 1
        for r in range(n_routes):
            touches = mask[r] > 0
            for x in range(rows.shape[1]):
                if rows[r, x] < 0:
                    break
                touches |= is_near[rows[r, x]] == 1
            if touches:
                touching[n_touching] = r
                n_touching += 1
        best = least
        for x in range(n_near):
            for y in range(x + 1, n_near):
                share[:] = 0.0
                for t in range(n_touching):
                    r = touching[t]
                    share[mask[r] + 8 * has[r, near[x]] + 16 * has[r, near[y]]] += used[r]
                for kind in range(n_kinds):
                    total = -float(allowed[kind])
                    for m in range(32):
                        total += share[m] * times[kind, m]
                    if total > best:
                        best = total
                        found[n, :3], found[n, 3], found[n, 4] = bases[b], near[x], near[y]
                        kinds[n], by[n] = kind, total
        for x in range(n_near):
            is_near[near[x]] = 0
        if best > least:
            n += 1
    return found[:n], kinds[:n], by[:n]


@jit
def reduced_costs(
    cny: Floats,
    units: Ints,
    jobs: Ints,
    duals: Floats,
    unit_duals: Floats,
    cuts_of: Ints,
    cut_over: Ints,
    cut_duals: Floats,
) -> Floats:
    """Return the reduced cost of routes.

    ``jobs[r]`` are the jobs of route ``r``, ``cuts_of[i]`` the cuts with row ``i`` (-1 at the end),
    once for each time that they have it.
    """
    found = np.empty(cny.shape[0], dtype=np.float64)
    hits = np.zeros(cut_duals.shape[0], dtype=np.int64)
    n_jobs = duals.shape[0]
    for r in range(cny.shape[0]):
        total = cny[r] - unit_duals[units[r]]
        for x in range(-1, jobs.shape[1]):
            i = n_jobs + units[r] if x < 0 else jobs[r, x]
            if i < 0:
                break
            if x >= 0:
                total -= duals[i]
            for y in range(cuts_of.shape[1]):
                if cuts_of[i, y] < 0:
                    break
                hits[cuts_of[i, y]] += 1
        for x in range(-1, jobs.shape[1]):
            i = n_jobs + units[r] if x < 0 else jobs[r, x]
            if i < 0:
                break
            for y in range(cuts_of.shape[1]):
                cut = cuts_of[i, y]
                if cut < 0:
                    break
                if hits[cut] > 0:
                    total -= cut_duals[cut] * (hits[cut] // cut_over[cut])
                    hits[cut] = 0
        found[r] = total
    return found
