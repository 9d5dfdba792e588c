"""Where ways are longer than detours: what a job may be worth on a route besides its dual.

Leaving a job out of a route seems to make the route cheaper and earlier. With rounded, clipped or
directed travel times that can be false: a way may be longer than the detour through the job. Here
is measured, for each choice, by how much.
"""

from __future__ import annotations

import numpy as np

from dispatch.core.colgen.arrays import NO_WAY_S, Arrays, Floats
from kernel.jit import jit

FOREVER_S = 1 << 60
"""Longer than any way home."""

LONG_S = 1 << 29
"""Ways from here on count as missing where detours are measured, so that sums fit 32 bits."""


def detour_slack(arrays: Arrays) -> tuple[Floats, bool]:
    """Return by how much leaving each choice out may make a route dearer, and whether any delays.

    CNY by choice; infinite where leaving it out may delay what follows or make it impossible: such
    a choice has to be tried whatever its dual. The flag tells that there is none of those, so that
    the direct way is the fastest one.
    """
    travel = arrays.travel_s
    if ((travel > LONG_S) & (travel != NO_WAY_S)).any():
        return np.full(len(arrays.stop), np.inf), False
    ways = np.minimum(travel, LONG_S).astype(np.int32)
    inner = np.minimum(arrays.stop["inner_s"], LONG_S).astype(np.int32)
    over_s = longest_over(ways, inner).astype(np.int64)
    late_s = over_s + arrays.stop["inner_s"] - arrays.stop["work_s"]
    rate = float(arrays.unit["drive_rate"].max(initial=0.0))
    slack = np.maximum(0, over_s) * rate
    end, end_late = dearer_ends(
        travel,
        arrays.home_s,
        arrays.end_cny,
        arrays.extra_cny,
        arrays.stop,
        arrays.entry,
        arrays.unit,
    )
    slack = np.maximum(slack, end)
    slack[(late_s > 0) | end_late] = np.inf
    return slack, bool(np.isfinite(slack).all())


@jit
def longest_over(ways: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Return by how many seconds the way between two stops exceeds the detour by each choice."""
    n_from, n = ways.shape
    over = np.full(n, -LONG_S, dtype=np.int32)
    for j in range(n):
        most = np.int32(-LONG_S)
        onward = ways[j]
        for i in range(n_from):
            if i == j or ways[i, j] >= LONG_S:
                continue
            detour = np.int32(ways[i, j] + inner[j])
            direct = ways[i]
            for k in range(n):
                most = max(most, np.int32(direct[k] - detour - onward[k]))
        over[j] = most
    return over


@jit
def dearer_ends(
    travel_s: np.ndarray,
    home_s: np.ndarray,
    end_cny: np.ndarray,
    extra_cny: np.ndarray,
    stops: np.ndarray,
    entries: np.ndarray,
    units: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return by how much ending a stop earlier may be dearer, and whether it may be later."""
    n = stops.shape[0]
    dearer = np.zeros(n, dtype=np.float64)
    soonest = np.zeros(n, dtype=np.int64)
    end, home = np.empty(n, dtype=np.float64), np.empty(n, dtype=np.int64)
    for u in range(units.shape[0]):
        rate = units[u].drive_rate
        for j in range(n):
            here = extra_cny[u, j] < np.inf and end_cny[u, j] < np.inf
            end[j] = end_cny[u, j] + stops[j].inner_s * rate if here else np.inf
            home[j] = home_s[u, j] + stops[j].work_s if here else FOREVER_S
        for i in range(n):
            if extra_cny[u, i] == np.inf:
                continue
            end_i, home_i = end_cny[u, i], np.int64(home_s[u, i])
            ways = travel_s[i]
            for j in range(n):
                more = end_i - end[j] - ways[j] * rate if ways[j] != NO_WAY_S else 0.0
                dearer[j] = max(dearer[j], more)
                soonest[j] = max(soonest[j], home_i - ways[j] - home[j])
    later = soonest > 0
    for e in range(entries.shape[0]):
        u = entries[e].unit
        for j in range(n):
            leg = np.int64(travel_s[n + e, j])
            if extra_cny[u, j] == np.inf or leg == NO_WAY_S or end_cny[u, j] == np.inf:
                continue
            alone = entries[e].cny + (leg + stops[j].inner_s) * units[u].drive_rate
            alone += end_cny[u, j] - units[u].idle_cny
            dearer[j] = max(dearer[j], entries[e].alone_cny - alone)
    return dearer, later
