"""Slack induction by string removals, compiled: the inner loop of `ruin`.

Christiaens and Vanden Berghe, *Slack induction by string removals for vehicle routing problems*
(Transportation Science 54, 2020): strings of neighbouring jobs leave their routes and are inserted
again one by one at their cheapest place, now and then overlooking one ("blinks"); a worse result is
accepted with falling temperature. Every cost is exact.
"""

from __future__ import annotations

import math

import numpy as np

from dispatch.core.colgen.arrays import NO_WAY_S, Arrays, Floats, Ints, Records, Shorts
from dispatch.core.colgen.ruin_parts_kernel import (
    copy_tour,
    left_in_order,
    n_strings,
    next_random,
    remember_route,
    save_route,
)
from dispatch.core.colgen.ruin_state import Able, Pool, Scratch, Tour
from dispatch.core.compiled import NEVER_S
from kernel.jit import jit_uncounted

BLINK = 0.01
POOLED_LOSS = 0.3
"""Routes are pooled if the round loses less than this share of what a unit costs on average."""


@jit_uncounted
def _walk(
    u: int,
    position: int,
    added: int,
    limit: float,
    node: Ints,
    length: Ints,
    time_s: Ints,
    sunk_cny: Floats,
    kwh: Floats,
    n_rests: Ints,
    rate: Floats,
    travel_s: Shorts,
    home_s: Shorts,
    end_cny: Floats,
    extra_cny: Floats,
    stops: Records,
    bends: Floats,
    windows: Ints,
    rests: Ints,
    units: Records,
) -> float:
    """Return the cost of a route with the choice ``added`` put in before ``position``.

    Starts from the state that is known for ``position``. With ``added`` -1 nothing is put in, and
    the state after each choice is written down; ``rate`` is then what a delay costs at the next
    choice alone, less than zero (by 1 more) where waiting or a break there ends it. Infinite where
    a rule is broken, or as soon as the cost is known to reach ``limit``.
    """
    unit, n = units[u], length[u]
    time, total = time_s[u, position], sunk_cny[u, position]
    taken, rest = kwh[u, position], n_rests[u, position]
    at = node[u, position]
    floor = limit + unit.idle_cny
    for i in range(position, n + (added >= 0)):
        c = node[u, i + 1] if added < 0 else added if i == position else node[u, i]
        stop, leg = stops[c], np.int64(travel_s[at, c])
        if leg == NO_WAY_S:
            return np.inf
        waits = rest < rests.shape[1] and rests[u, rest, 0] < NEVER_S
        while rest < rests.shape[1] and rests[u, rest, 0] < NEVER_S:
            begin = max(time + leg, stop.earliest_s)
            for k in range(windows.shape[1]):
                if begin <= windows[c, k, 1]:
                    begin = max(begin, windows[c, k, 0])
                    break
            if time < rests[u, rest, 0] and begin + stop.work_s <= rests[u, rest, 1]:
                break
            time = max(time, rests[u, rest, 0]) + rests[u, rest, 2]
            rest += 1
        time += leg
        slope = 0.0
        total += extra_cny[u, c] + (leg + stop.inner_s) * unit.drive_rate
        late = time - stop.target_s
        if late > 0:
            total += stop.breach_cny + stop.late_rate * late
            slope += stop.late_rate
            for k in range(bends.shape[1]):
                if late <= bends[c, k, 0]:
                    break
                total += bends[c, k, 1] * (late - bends[c, k, 0])
        if time > stop.ready_s:
            total += stop.wait_rate * (time - stop.ready_s)
            slope += stop.wait_rate
        arrival = time
        time = max(time, stop.earliest_s)
        for k in range(windows.shape[1]):
            if time <= windows[c, k, 1]:
                time = max(time, windows[c, k, 0])
                break
        if stop.kwh > 0.0:
            taken += stop.kwh
            if taken > unit.stock_kwh:
                total = np.inf
        if time > stop.latest_s or total >= floor:
            return np.inf
        waits |= time > arrival
        time += stop.work_s
        at = c
        if added < 0:
            rate[u, i] = -1.0 - slope if waits else slope
            time_s[u, i + 1], sunk_cny[u, i + 1] = time, total
            kwh[u, i + 1], n_rests[u, i + 1] = taken, rest
    time += home_s[u, at]
    if time > unit.hard_end_s:
        return np.inf
    over = max(0, time - unit.shift_end_s)
    if added < 0:
        rate[u, n] = unit.overtime_rate if over > 0 else 0.0
    return float(total + end_cny[u, at] + over * unit.overtime_rate - unit.idle_cny)


@jit_uncounted
def _may_begin(a: Arrays, e: int, j: int, c: int, first: bool) -> bool:
    """Return whether a choice may follow an entry, at once if it is the ``first``."""
    for k in range(a.entry_barred.shape[1]):
        if a.entry_barred[e, k] == j:
            return False
    if first:
        for k in range(a.entry_not_first.shape[1]):
            if a.entry_not_first[e, k] == c:
                return False
    return True


@jit_uncounted
def _set_cost(a: Arrays, t: Tour, u: int) -> float:
    """Price the route of a unit anew; return by how much it became dearer."""
    before, n, e = t.cny[u], t.length[u], t.entry[u]
    entry = a.entry[e]
    t.cny[u] = entry.alone_cny
    t.time_s[u, 0], t.sunk_cny[u, 0] = entry.time_s, entry.cny
    t.kwh[u, 0], t.n_rests[u, 0] = entry.kwh, entry.n_rests
    t.node[u, 0], t.rate[u, 0] = a.stop.shape[0] + e, 0.0
    if n > 0:
        t.cny[u] = _walk(
            u, 0, -1, np.inf, t.node, t.length, t.time_s, t.sunk_cny, t.kwh, t.n_rests,
            t.rate, a.travel_s, a.home_s, a.end_cny, a.extra_cny,
            a.stop, a.bends, a.windows, a.rests, a.unit,
        )  # fmt: skip
        for i in range(n - 1, -1, -1):
            own = t.rate[u, i]
            t.rate[u, i] = own + t.rate[u, i + 1] if own >= 0.0 else -1.0 - own
        if a.unit[u].has_head:
            for i in range(n):
                c = t.node[u, i + 1]
                if not _may_begin(a, e, a.stop[c].job, c, i == 0):
                    t.cny[u] = np.inf
    return float(t.cny[u] - before)


@jit_uncounted
def _entry_with(a: Arrays, e: int, j: int, sign: int) -> int:
    """Return the entry that does one job more (``sign`` 1) or less (-1) than ``e``, or -1."""
    unit = a.unit[a.entry[e].unit]
    for other in range(unit.first_entry, unit.first_entry + unit.n_entries):
        few, many = (e, other) if sign > 0 else (other, e)
        n_few = n_many = n_common = 0
        has_job = had_job = False
        for k in range(a.entry_jobs.shape[1]):
            it = a.entry_jobs[many, k]
            n_few += a.entry_jobs[few, k] >= 0
            had_job |= a.entry_jobs[few, k] == j
            if it < 0:
                continue
            n_many += 1
            has_job |= it == j
            for i in range(a.entry_jobs.shape[1]):
                n_common += a.entry_jobs[few, i] == it
        if has_job and not had_job and n_many == n_few + 1 and n_common == n_few:
            return other
    return -1


@jit_uncounted
def _find(
    a: Arrays, t: Tour, j: int, first: int, able: Able, blink: float, rng: Ints
) -> tuple[int, int, int, int]:
    """Return the cheapest insertion of a job: unit, entry, choice, position.

    The unit is -1 where leaving the job out is cheaper; the choice is -1 where the entry does it.
    Unit ``first`` (or -1) is tried before the others: where the job was, it costs little, and a
    place is priced only if the way there, the lateness of the job and what the delay of the jobs
    behind costs at least (`Tour.rate`) are below the best.
    """
    travel_s, into_s, home_s, end_cny = a.travel_s, a.into_s, a.home_s, a.end_cny
    extra_cny, stops, bends, windows, rests = a.extra_cny, a.stop, a.bends, a.windows, a.rests
    extra_of, end_of = able.extra_cny, able.end_cny
    units, node, length, time_s, sunk_cny = a.unit, t.node, t.length, t.time_s, t.sunk_cny
    kwh, n_rests, rate, entries, costs = t.kwh, t.n_rests, t.rate, t.entry, t.cny
    count, of_unit, bound = able.n_units[j], able.unit, able.bound
    job, room = a.job[j], node.shape[1] - 1
    best, at_unit, at_entry, at_choice, at_position = job.leave_cny, -1, -1, -1, -1
    for k in range(-1, count):
        if k < 0:
            if first < 0:
                continue
            u = first
        else:
            if bound[j, k] >= best:
                break
            u = of_unit[j, k]
        unit, n, base, e = units[u], length[u], costs[u], entries[u]
        if unit.n_entries > 1:
            other = _entry_with(a, e, j, 1)
            if other >= 0:
                delta = _with_entry(a, t, u, other) - base
                if delta < best:
                    best, at_unit, at_entry, at_choice = delta, u, other, -1
        if n == room:
            continue
        for c in range(job.first_choice, job.first_choice + job.n_choices):
            stop, extra = stops[c], extra_of[c, u]
            extra += stop.inner_s * unit.drive_rate
            for position in range(n + 1):
                time = time_s[u, position]
                late = time - stop.target_s
                least = extra
                if late > 0:
                    least += stop.breach_cny + stop.late_rate * late
                if least >= best:
                    break
                slope = rate[u, position]
                if least + slope * stop.work_s >= best:
                    continue
                before = node[u, position]
                leg = np.int64(into_s[c, before])
                if leg == NO_WAY_S:
                    continue
                arrival = time + leg
                least = extra + leg * unit.drive_rate
                late = arrival - stop.target_s
                if late > 0:
                    least += stop.breach_cny + stop.late_rate * late
                if position == n:
                    least += end_of[c, u]
                    if n > 0:
                        least -= end_cny[u, before]
                        later = leg + stop.work_s + home_s[u, c] - home_s[u, before]
                        least += slope * later
                    else:
                        least += sunk_cny[u, 0] - unit.idle_cny - base
                else:
                    onward = node[u, position + 1]
                    follower = stops[onward]
                    direct = np.int64(into_s[onward, before])
                    after = np.int64(travel_s[c, onward])
                    detour = leg + after - direct
                    later = detour + stop.work_s
                    least += (after - direct) * unit.drive_rate + slope * later
                    sooner = time + direct - follower.target_s
                    if sooner <= 0 and later + sooner > 0:
                        least += follower.late_rate * (later + sooner)
                if least >= best:
                    continue
                if blink > 0.0 and next_random(rng) < blink:
                    continue
                if unit.has_head and not _may_begin(a, e, j, c, position == 0):
                    continue
                delta = _walk(
                    u, position, c, best + base, node, length, time_s, sunk_cny, kwh, n_rests,
                    rate, travel_s, home_s, end_cny, extra_cny, stops, bends, windows, rests, units,
                ) - base  # fmt: skip
                if delta < best:
                    best, at_unit, at_entry = delta, u, e
                    at_choice, at_position = c, position
    return at_unit, at_entry, at_choice, at_position


@jit_uncounted
def _with_entry(a: Arrays, t: Tour, u: int, e: int) -> float:
    """Return what a route would cost with another entry."""
    before = t.entry[u], t.cny[u]
    t.entry[u] = e
    _set_cost(a, t, u)
    found = t.cny[u]
    t.entry[u] = before[0]
    _set_cost(a, t, u)
    t.cny[u] = before[1]
    return float(found)


@jit_uncounted
def _insert(a: Arrays, t: Tour, j: int, u: int, e: int, c: int, position: int) -> float:
    """Put a job into a route as `_find` says; return by how much the route became dearer."""
    t.where[j] = u
    t.entry[u] = e
    if c >= 0:
        for i in range(t.length[u], position, -1):
            t.node[u, i + 1] = t.node[u, i]
        t.node[u, position + 1] = c
        t.length[u] += 1
    return _set_cost(a, t, u)


@jit_uncounted
def _remove_string(
    a: Arrays, t: Tour, job: int, longest: float, removed: Ints, n_removed: int, rng: Ints
) -> int:
    """Take a random string of jobs around ``job`` out of its route; return how many are out."""
    u = t.where[job]
    n = t.length[u]
    at = -1
    for i in range(n):
        if a.stop[t.node[u, i + 1]].job == job:
            at = i
    if at < 0:
        other = _entry_with(a, t.entry[u], job, -1)
        if other < 0:
            return n_removed
        t.entry[u], t.where[job] = other, -1
        removed[n_removed] = job
        return n_removed + 1
    most = min(float(n), max(1.0, math.ceil(longest)))
    size = min(n, 1 + int(next_random(rng) * most))
    low, high = max(0, at - size + 1), min(at, n - size)
    start = low + int(next_random(rng) * (high - low + 1))
    for i in range(start, start + size):
        j = a.stop[t.node[u, i + 1]].job
        removed[n_removed] = j
        t.where[j] = -1
        n_removed += 1
    for i in range(start, n - size):
        t.node[u, i + 1] = t.node[u, i + size + 1]
    t.length[u] = n - size
    return n_removed


@jit_uncounted
def price_route(a: Arrays, t: Tour, u: int) -> float:
    """Price the route of a unit; return the price, infinite where it breaks a rule."""
    _set_cost(a, t, u)
    return float(t.cny[u])


@jit_uncounted
def price_routes(a: Arrays, t: Tour, entry: Ints, choices: Ints, length: Ints, cny: Floats) -> None:
    """Write down what each of many routes costs, infinite where it breaks a rule.

    ``t`` is room that is lost.
    """
    for r in range(entry.shape[0]):
        u = a.entry[entry[r]].unit
        t.entry[u], t.length[u] = entry[r], length[r]
        for i in range(length[r]):
            t.node[u, i + 1] = choices[r, i]
        _set_cost(a, t, u)
        cny[r] = t.cny[u]


@jit_uncounted
def insert_all(a: Arrays, t: Tour, able: Able, order: Ints, rng: Ints) -> float:
    """Insert the jobs that are left out, in the order given; return how much dearer it became."""
    total = 0.0
    for j in order:
        if t.where[j] < 0:
            u, e, c, position = _find(a, t, j, -1, able, 0.0, rng)
            if u >= 0:
                total += _insert(a, t, j, u, e, c, position) - a.job[j].leave_cny
    return total


@jit_uncounted
def _ruin(
    a: Arrays, t: Tour, old: Tour, near: Ints, touched: Ints, removed: Ints, rng: Ints
) -> tuple[int, float]:
    """Take strings out around a random job; return how many units were touched and the cost.

    ``touched[:n]`` are these units, saved in ``old``; ``touched[-1 - u]`` marks unit ``u``.
    """
    strings, longest = n_strings(t, rng)
    seed = int(next_random(rng) * near.shape[0])
    n_out = 0
    total = 0.0
    for k in range(near.shape[1]):
        if n_out >= strings:
            break
        j = near[seed, k]
        u = t.where[j]
        if u < 0 or touched[-1 - u]:
            continue
        save_route(t, old, u)
        touched[-1 - u] = 1
        touched[n_out] = u
        n_out += 1
        n_removed = _remove_string(a, t, j, longest, removed, 0, rng)
        total += _set_cost(a, t, u)
        for i in range(n_removed):
            total += a.job[removed[i]].leave_cny
    return n_out, total


@jit_uncounted
def _recreate(
    a: Arrays,
    t: Tour,
    old: Tour,
    able: Able,
    touched: Ints,
    n_out: int,
    jobs: Ints,
    n: int,
    rng: Ints,
) -> tuple[int, float]:
    """Insert jobs one by one; return how many units are touched by now and the cost."""
    total = 0.0
    for i in range(n):
        j = jobs[i]
        u, e, c, position = _find(a, t, j, old.where[j], able, BLINK, rng)
        if u < 0:
            continue
        if not touched[-1 - u]:
            save_route(t, old, u)
            touched[-1 - u] = 1
            touched[n_out] = u
            n_out += 1
        total += _insert(a, t, j, u, e, c, position) - a.job[j].leave_cny
    return n_out, total


@jit_uncounted
def ruin_rounds(
    a: Arrays,
    t: Tour,
    best: Tour,
    old: Tour,
    costs: Floats,
    near: Ints,
    able: Able,
    rounds: int,
    hot: float,
    cold: float,
    pool: Pool,
    rng: Ints,
    scratch: Scratch,
) -> None:
    """Make rounds of ruin and recreate, from temperature ``hot`` to ``cold``.

    ``t`` is where the search stands, ``best`` the cheapest plan met, ``costs`` what they cost
    (all changed in place); ``old`` is room to remember a state in, ``scratch`` is all zeros.
    """
    n_jobs, n_units = a.job.shape[0], a.unit.shape[0]
    touched, removed, keys = scratch.touched, scratch.removed, scratch.keys
    for i in range(rounds):
        temperature = hot * (cold / hot) ** (i / rounds)
        before = costs[0]
        for j in range(n_jobs):
            old.where[j] = t.where[j]
        n_out, more = _ruin(a, t, old, near, touched, removed, rng)
        if more < np.inf:
            n = left_in_order(a, t, able.n_units, keys, removed, rng)
            n_out, less = _recreate(a, t, old, able, touched, n_out, removed, n, rng)
            more += less
        if more < POOLED_LOSS * before / n_units:
            for k in range(n_out):
                remember_route(t, touched[k], pool)
        if more < -temperature * math.log(1.0 - next_random(rng)):
            costs[0] = before + more
            if costs[0] < costs[1] - 1e-7:
                costs[1] = costs[0]
                copy_tour(t, best)
        else:
            for k in range(n_out):
                save_route(old, t, touched[k])
                _set_cost(a, t, touched[k])
            for j in range(n_jobs):
                t.where[j] = old.where[j]
        for k in range(n_out):
            touched[-1 - touched[k]] = 0
