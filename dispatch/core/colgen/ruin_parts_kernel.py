"""The parts of `ruin_kernel` that price nothing: chance, order, copies, the pool.

What prices a route stays in one file with what calls it: machine code that is kept on disk does not
notice a change of what it calls in another file.
"""

from __future__ import annotations

import numpy as np

from dispatch.core.colgen.arrays import Arrays, Floats, Ints
from dispatch.core.colgen.ruin_state import Pool, Tour
from kernel.jit import jit_uncounted

MOST_STRINGS = 10.0
"""Average number of jobs removed at once; the paper's."""

LONGEST_STRING = 6.0

POOLED_JOBS = 12
"""Longer routes are not remembered in the pool."""

BOUND_CNY = 1e9
"""Jobs that cost more to leave out are bound by a lock."""


@jit_uncounted
def next_random(state: Ints) -> float:
    """Return the next number of [0, 1): xorshift64* (Vigna, 2016)."""
    s = np.uint64(state[0])
    s ^= s >> np.uint64(12)
    s ^= s << np.uint64(25)
    s ^= s >> np.uint64(27)
    state[0] = np.int64(s)
    return float((s * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@jit_uncounted
def save_route(t: Tour, goal: Tour, u: int) -> None:
    """Copy the route of a unit (not the state after each choice)."""
    goal.length[u], goal.entry[u], goal.cny[u] = t.length[u], t.entry[u], t.cny[u]
    for i in range(t.length[u] + 1):
        goal.node[u, i] = t.node[u, i]


@jit_uncounted
def copy_tour(source: Tour, goal: Tour) -> None:
    """Copy all routes."""
    for u in range(source.length.shape[0]):
        save_route(source, goal, u)
    for j in range(source.where.shape[0]):
        goal.where[j] = source.where[j]


@jit_uncounted
def remember_route(t: Tour, u: int, pool: Pool) -> None:
    """Put the route of a unit into the pool, unless it is there or the pool is full."""
    n, at = t.length[u], pool.size[0]
    if n == 0 or n > POOLED_JOBS or at >= pool.length.shape[0]:
        return
    key = np.uint64(t.entry[u]) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(1)
    for i in range(n):
        key = (key ^ np.uint64(t.node[u, i + 1] + 1)) * np.uint64(0x100000001B3)
        key ^= key >> np.uint64(29)
    mask = pool.table.shape[0] - 1
    slot = np.int64(key >> np.uint64(20)) & mask
    signed = np.int64(key)
    while pool.table[slot] >= 0:
        if pool.hash[pool.table[slot]] == signed:
            return
        slot = (slot + 1) & mask
    pool.table[slot] = at
    pool.hash[at] = signed
    pool.entry[at], pool.length[at] = t.entry[u], n
    for i in range(n):
        pool.route[at, i] = t.node[u, i + 1]
    pool.size[0] = at + 1


@jit_uncounted
def left_in_order(a: Arrays, t: Tour, width: Ints, keys: Floats, jobs: Ints, rng: Ints) -> int:
    """Write the jobs left out in the order of putting them back; return how many there are.

    The order is random, or the urgent, those with few units, or the long ones come first; what a
    lock binds comes before all others.
    """
    kind = next_random(rng)
    n = 0
    for j in range(t.where.shape[0]):
        if t.where[j] >= 0:
            continue
        key = next_random(rng)
        if 0.4 <= kind < 0.7:
            key = float(a.stop[a.job[j].first_choice].target_s)
        elif 0.7 <= kind < 0.85:
            key += width[j]
        elif kind >= 0.85:
            key = -float(a.stop[a.job[j].first_choice].work_s)
        if a.job[j].leave_cny >= BOUND_CNY:
            key -= 1e12
        at = n
        while at > 0 and keys[at - 1] > key:
            keys[at], jobs[at] = keys[at - 1], jobs[at - 1]
            at -= 1
        keys[at], jobs[at] = key, j
        n += 1
    return n


@jit_uncounted
def n_strings(t: Tour, rng: Ints) -> tuple[int, float]:
    """Return how many strings are removed in this round and how long one may be."""
    n_served = n_busy = 0
    for u in range(t.length.shape[0]):
        n_busy += t.length[u] > 0
        n_served += t.length[u]
    longest = min(LONGEST_STRING, n_served / n_busy if n_busy else 1.0)
    most = 4.0 * MOST_STRINGS / (1.0 + longest) - 1.0
    return 1 + int(next_random(rng) * most), longest
