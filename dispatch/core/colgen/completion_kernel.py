"""Completion bounds, compiled: how much the rest of a route can still gain, at most.

A relaxation by dynamic programming backwards in time, in slots: a route may come back to a job, but
not straight away. Baldacci, Mingozzi, Roberti, *New route relaxation and pricing strategies for the
vehicle routing problem* (Operations Research 59, 2011).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dispatch.core.colgen.arrays import NO_WAY_S, Floats, Ints, Shorts
from kernel.jit import jit

NO_BOUND = -1
"""In ``next_job``: nothing follows."""


class Completions(NamedTuple):
    """Least reduced cost from a choice to the end, by class of units, choice and time slot.

    ``first`` is the least, ``next_job`` the job it goes to, ``second`` the least without that job.
    Behind the last slot a route ends for ``least_end[k, c]`` or goes on for no less than
    ``after[k]`` (infinite where nothing is left to go to). ``slot_s`` is the length of a slot.
    """

    first: Floats
    second: Floats
    next_job: Shorts
    after: Floats
    least_end: Floats
    slot_s: int


@jit
def useful_until(stops: Any, bends: Floats, gain: Floats, forever: int) -> Ints:
    """Return from which arrival on each choice costs ``gain`` or more; 0 where it always does."""
    n = stops.shape[0]
    until = np.empty(n, dtype=np.int64)
    for c in range(n):
        stop = stops[c]
        low, high = 0, min(forever, stop.latest_s + 1)
        while low < high:
            at = (low + high) // 2
            total = 0.0
            late = at - stop.target_s
            if late > 0:
                total = stop.breach_cny + stop.late_rate * late
                for k in range(bends.shape[1]):
                    if late <= bends[c, k, 0]:
                        break
                    total += bends[c, k, 1] * (late - bends[c, k, 0])
            total += stop.wait_rate * max(0, at - stop.ready_s)
            if total < gain[c]:
                low = at + 1
            else:
                high = at
        until[c] = low
    return until


@jit
def completion_bounds(
    travel_s: Shorts,
    stops: Any,
    bends: Floats,
    rate: float,
    least_end: Floats,
    gain: Floats,
    until: Ints,
    choices: Ints,
    n_choices: Ints,
    slot_s: int,
    n_slots: int,
    first: Floats,
    second: Floats,
    next_job: Shorts,
    after: Floats,
) -> None:
    """Fill the tables of `Completions`, backwards in time.

    ``choices[k, :n_choices[k]]`` are those of class ``k`` by falling ``until``; arrivals from
    ``until`` on are not looked at. ``gain[c]`` is the dual of the job less the price of the option.
    What leads back into the same slot is bounded by all that can still be gained.
    """
    n_jobs = 0
    for c in range(stops.shape[0]):
        n_jobs = max(n_jobs, stops[c].job + 1)
    best_gain = np.zeros(n_jobs, dtype=np.float64)
    for k in range(n_choices.shape[0]):
        n = n_choices[k]
        for b in range(n_slots, -1, -1):
            t = b * slot_s
            for x in range(n):
                best_gain[stops[choices[k, x]].job] = 0.0
            for x in range(n):
                c = choices[k, x]
                if until[c] <= t:
                    continue
                stop = stops[c]
                late = t - stop.target_s
                value = gain[c]
                if late > 0:
                    value -= stop.breach_cny + stop.late_rate * late
                best_gain[stop.job] = max(best_gain[stop.job], value)
            rest = 0.0
            for x in range(n):
                job = stops[choices[k, x]].job
                rest -= best_gain[job]
                best_gain[job] = 0.0
            m = 0
            while m < n and until[choices[k, m]] > t:
                m += 1
            if b == n_slots:
                after[k] = rest if m > 0 else np.inf
                continue
            for x in range(n):
                i = choices[k, x]
                own = stops[i].job
                f1 = f2 = least_end[k, i]
                a = NO_BOUND
                for y in range(m):
                    c = choices[k, y]
                    stop, leg = stops[c], np.int64(travel_s[i, c])
                    arrival = t + leg
                    if arrival >= until[c] or stop.job == own or leg == NO_WAY_S:
                        continue
                    value = (leg + stop.inner_s) * rate - gain[c]
                    late = arrival - stop.target_s
                    if late > 0:
                        value += stop.breach_cny + stop.late_rate * late
                        for z in range(bends.shape[1]):
                            if late <= bends[c, z, 0]:
                                break
                            value += bends[c, z, 1] * (late - bends[c, z, 0])
                    if arrival > stop.ready_s:
                        value += stop.wait_rate * (arrival - stop.ready_s)
                    slot = (max(arrival, stop.earliest_s) + stop.work_s) // slot_s
                    if slot <= b:
                        value += rest
                    elif slot >= n_slots:
                        value += min(least_end[k, c], after[k])
                    elif next_job[k, c, slot] == own:
                        value += second[k, c, slot]
                    else:
                        value += first[k, c, slot]
                    if stop.job == a:
                        f1 = min(f1, value)
                    elif value < f1:
                        f2, f1, a = f1, value, stop.job
                    elif value < f2:
                        f2 = value
                first[k, i, b], second[k, i, b], next_job[k, i, b] = f1, f2, a
