"""What a job may be worth that pays nothing itself: it lets a rolling unit be turned away.

A unit that rolls to a job and serves it first is *kept*: its arrival is that of the plan in force.
Served behind any other job, it is ordinary work and comes as soon as driving allows
(`dispatch.core.locks`). So leaving out the job in between makes the route another one, which may be
dearer or later. Here is measured, for each choice, by how much.
"""

from __future__ import annotations

import numpy as np

from dispatch.core.colgen.arrays import NO_WAY_S, Arrays, Floats
from kernel.jit import jit

MISSING = -1
"""There is no entry that keeps the head too."""


def spacer_slack(arrays: Arrays) -> Floats:
    """Return by how much leaving a choice out between an entry and a head may make a route dearer.

    CNY by choice; infinite where it may delay what follows or make it impossible.
    """
    slack = np.zeros(len(arrays.stop), dtype=np.float64)
    done = [tuple(j for j in row if j >= 0) for row in arrays.entry_jobs.tolist()]
    units, jobs = arrays.entry["unit"].tolist(), arrays.stop["job"].tolist()
    entries = {(u, *did): e for e, (u, did) in enumerate(zip(units, done, strict=True))}
    barred = [set(row) for row in arrays.entry_barred.tolist()]
    for e, row in enumerate(arrays.entry_not_first.tolist()):
        for head in row:
            if head >= 0 and jobs[head] not in barred[e]:
                then = entries.get((units[e], *done[e], jobs[head]), MISSING)
                raise_slack(arrays, e, head, then, slack)
    return slack


@jit
def raise_slack(a: Arrays, e: int, head: int, then: int, slack: Floats) -> None:
    """Raise the slack of each choice by what entry ``then`` may cost more than it and ``head``.

    Both follow entry ``e``; windows and stock are left aside, which only ever raises the slack.
    """
    n, first, nth = a.stop.shape[0], a.entry[e], a.stop[head]
    unit, u = a.unit[first.unit], first.unit
    if a.extra_cny[u, head] == np.inf:
        return
    for c in range(n):
        stop = a.stop[c]
        leg, onward = np.int64(a.travel_s[n + e, c]), np.int64(a.travel_s[c, head])
        if stop.job == nth.job or a.extra_cny[u, c] == np.inf or NO_WAY_S in (leg, onward):
            continue
        start_s = max(first.time_s + leg, stop.earliest_s)
        arrival_s = start_s + stop.work_s + onward
        served_s = max(arrival_s, nth.earliest_s)
        if start_s > stop.latest_s or served_s > nth.latest_s:
            continue
        if then == MISSING or a.entry[then].time_s > served_s + nth.work_s:
            slack[c] = np.inf
            continue
        driven_s = leg + stop.inner_s + onward + nth.inner_s
        cny = first.cny + driven_s * unit.drive_rate + a.extra_cny[u, head]
        late_s = arrival_s - nth.target_s
        if late_s > 0:
            cny += nth.breach_cny + nth.late_rate * late_s
            for z in range(a.bends.shape[1]):
                if late_s > a.bends[head, z, 0]:
                    cny += a.bends[head, z, 1] * (late_s - a.bends[head, z, 0])
        cny += nth.wait_rate * max(0, arrival_s - nth.ready_s)
        slack[c] = max(slack[c], a.entry[then].cny - cny)
