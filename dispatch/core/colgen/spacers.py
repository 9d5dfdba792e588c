"""What a job may be worth that pays nothing itself: it lets a rolling unit be turned away.

A unit that rolls to a job and serves it first is *kept*: its arrival is that of the plan in force.
Served behind any other job, it is ordinary work and comes as soon as driving allows
(`dispatch.core.locks`). So leaving out the job in between makes the route another one, which may be
dearer or later. Here is measured, for each choice, by how much.
"""

from __future__ import annotations

import numpy as np

from dispatch.core.colgen.arrays import NO_WAY_S, Arrays, Floats


def spacer_slack(arrays: Arrays) -> Floats:
    """Return by how much leaving a choice out between an entry and a head may make a route dearer.

    CNY by choice; infinite where it may delay what follows or make it impossible.
    """
    slack = np.zeros(len(arrays.stop), dtype=np.float64)
    kept = _kept(arrays)
    for e, row in enumerate(arrays.entry_not_first):
        barred, done = set(arrays.entry_barred[e]), _jobs(arrays, e)
        for head in row[row >= 0].tolist():
            job = int(arrays.stop[head]["job"])
            if job not in barred:
                then = kept.get((int(arrays.entry[e]["unit"]), *done, job))
                slack = np.maximum(slack, _dearer(arrays, e, head, then))
    return slack


def _jobs(arrays: Arrays, e: int) -> list[int]:
    return [int(job) for job in arrays.entry_jobs[e] if job >= 0]


def _kept(arrays: Arrays) -> dict[tuple[int, ...], int]:
    """Return the entries by their unit and the jobs that they do."""
    units = arrays.entry["unit"].tolist()
    return {(u, *_jobs(arrays, e)): e for e, u in enumerate(units)}


def _dearer(arrays: Arrays, e: int, head: int, then: int | None) -> Floats:
    """Return what entry ``then`` costs more than ``e``, each choice and ``head``, at most."""
    stops, first = arrays.stop, arrays.entry[e]
    unit, nth = arrays.unit[first["unit"]], arrays.stop[head]
    to, onward = (
        it.astype(np.int64) for it in (arrays.travel_s[len(stops) + e], arrays.into_s[head])
    )
    onward = onward[: len(stops)]
    begun_s = np.maximum(first["time_s"] + to, stops["earliest_s"])
    arrival_s = begun_s + stops["work_s"] + onward
    start_s = np.maximum(arrival_s, nth["earliest_s"])
    extra = arrays.extra_cny[first["unit"]]
    able = np.isfinite(extra) & (stops["job"] != nth["job"]) & np.isfinite(extra[head])
    able &= (to != NO_WAY_S) & (onward != NO_WAY_S)
    able &= (begun_s <= stops["latest_s"]) & (start_s <= nth["latest_s"])
    if then is None:
        return np.where(able, np.inf, 0.0)
    driven_s = to + stops["inner_s"] + onward + nth["inner_s"]
    cny = first["cny"] + driven_s * unit["drive_rate"] + extra[head]
    cny = cny + _late_cny(arrays, head, arrival_s)
    entry = arrays.entry[then]
    later = entry["time_s"] > start_s + nth["work_s"]
    dearer = np.where(later, np.inf, np.maximum(0.0, entry["cny"] - cny))
    return np.where(able, dearer, 0.0)


def _late_cny(arrays: Arrays, c: int, arrival_s: np.ndarray) -> Floats:
    """Return what arriving at a choice costs, lateness and waiting."""
    stop = arrays.stop[c]
    late_s = np.maximum(0, arrival_s - stop["target_s"])
    cny = stop["late_rate"] * late_s + np.where(late_s > 0, stop["breach_cny"], 0.0)
    for after_s, rate in arrays.bends[c]:
        cny += rate * np.maximum(0, late_s - after_s)
    return np.asarray(cny + stop["wait_rate"] * np.maximum(0, arrival_s - stop["ready_s"]))
