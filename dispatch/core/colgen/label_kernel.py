"""Pricing, compiled: the routes of least reduced cost, unit by unit, by labels.

A label is the beginning of a route: where and when the unit is free again, and what the beginning
costs less the duals of its jobs. A label is dropped where no completion can bring it below the
threshold (`completion_bounds`, a relaxation that only forbids going straight back), or where
another one at the same stop is no later, no dearer, and has done no job that could still pay.

Breaks that are still due weaken both. Being later can be better then (a break that falls into a
wait costs nothing), and a job that does not pay by itself can move a break to a better place. So
for units with breaks every job is tried; the bound leaves the breaks aside, which only ever makes
it smaller; and a label with breaks due drops another only if it has as many due and did no job that
the other has not done: at the same time, or, where nothing ever waits, no later (`engine` says why
earlier is better then).

After Feillet, Dejax, Gendreau, Gueguen, *An exact algorithm for the elementary shortest path
problem with resource constraints* (Networks 44, 2004), and Baldacci, Mingozzi, Roberti, *New route
relaxation and pricing strategies for the vehicle routing problem* (Operations Research 59, 2011).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dispatch.core.colgen.arrays import NO_WAY_S, Arrays, Floats, Ints
from dispatch.core.colgen.completion_kernel import Completions
from dispatch.core.colgen.dominance_kernel import (
    covered,
    covers,
    did_no_less,
    did_no_more,
    rested,
    rests_alike,
)
from dispatch.core.compiled import NEVER_S
from kernel.jit import jit


class Found(NamedTuple):
    """Routes found, ``size[0]`` of them, with reduced cost; by unit ``least`` and ``exact``.

    No route of unit ``u`` has a reduced cost below ``floor[u]``: the least one found if the search
    was exact, else what the completion bounds say of the labels that were left.

    ``size[1]`` says how many there was no room for, ``labels[u]`` how many labels it took.
    """

    entry: Ints
    length: Ints
    route: Ints
    reduced: Floats
    size: Ints
    least: Floats
    exact: Ints
    floor: Floats
    labels: Ints


class Labels(NamedTuple):
    """Room for the labels of one unit."""

    time_s: Ints
    cny: Floats
    kwh: Floats
    n_rests: Ints
    low: Floats
    choice: Ints
    parent: Ints
    entry: Ints
    done: Any
    dead: Ints
    next: Ints
    bucket: Ints
    chosen: Ints
    rank: Floats


@jit
def price_units(
    a: Arrays,
    duals: Floats,
    threshold: Floats,
    active: Ints,
    resting: Ints,
    classes: Ints,
    gain: Floats,
    until: Ints,
    choices: Ints,
    n_choices: Ints,
    bounds: Completions,
    labels: Labels,
    found: Found,
    near: Ints,
    most: int,
    most_labels: int,
    direct: bool,
    every: bool,
    beam: bool,
    patient: bool,
) -> None:
    """Find routes with a reduced cost below ``threshold[u]`` for each active unit.

    At most ``most`` for each unit, the cheapest. ``found.least[u]`` is the least reduced cost, or
    the threshold if nothing is below it; ``found.exact[u]`` says that it is proved. ``every`` asks
    for all routes, the cheapest for each set of jobs, not only for useful ones. ``beam`` lets a
    label drop another whatever they have done, and ``near`` (unless it has no columns)
    lists the only choices that may follow each: neither is exact. ``direct`` says that no detour is
    faster than the direct way, ``resting[u]`` that the breaks of a unit matter, ``patient`` that
    some job makes units wait.
    """
    travel_s, home_s, end_cny, extra_cny = a.travel_s, a.home_s, a.end_cny, a.extra_cny
    stops, bends, windows, jobs, rests = a.stop, a.bends, a.windows, a.job, a.rests
    n_rests, low = labels.n_rests, labels.low
    time_s, cny, kwh, at_choice = labels.time_s, labels.cny, labels.kwh, labels.choice
    parent, entry_of, done, dead = labels.parent, labels.entry, labels.done, labels.dead
    next_label, bucket = labels.next, labels.bucket
    first, second, next_job = bounds.first, bounds.second, bounds.next_job
    after, slot_s, n_slots = bounds.after, bounds.slot_s, bounds.first.shape[2]
    n_all, n_words = stops.shape[0], done.shape[1]
    n_buckets = bucket.shape[0] if every else n_all
    mask = bucket.shape[0] - 1
    mine = np.empty(n_all, dtype=np.int64)
    chosen, rank = labels.chosen, labels.rank
    most = min(most, chosen.shape[0] - 1)
    word = np.zeros(n_words, dtype=np.uint64)
    for u in range(a.unit.shape[0]):
        found.least[u], found.exact[u] = min(0.0, threshold[u]), 1
        found.floor[u] = found.least[u]
        if not active[u]:
            continue
        unit, k = a.unit[u], classes[u]
        limit = threshold[u] + unit.idle_cny - 1e-9
        soonest = a.entry[unit.first_entry].time_s
        for e in range(unit.first_entry, unit.first_entry + unit.n_entries):
            soonest = min(soonest, a.entry[e].time_s)
        n_due = 0
        if resting[u]:
            while n_due < rests.shape[1] and rests[u, n_due, 0] < NEVER_S:
                n_due += 1
        n_mine = 0
        for x in range(n_choices[k]):
            c = choices[k, x]
            if until[c] <= soonest and n_due == 0:
                break
            if extra_cny[u, c] < np.inf:
                mine[n_mine] = c
                n_mine += 1
        for x in range(n_buckets):
            bucket[x] = -1
        n_labels = n_chosen = 0
        # The beginnings: one label at each entry, numbered first, of choice -1.
        for e in range(unit.first_entry, unit.first_entry + unit.n_entries):
            value = 0.0
            for x in range(n_words):
                done[n_labels, x] = 0
            for x in range(a.entry_jobs.shape[1]):
                j = a.entry_jobs[e, x]
                if j >= 0:
                    value += duals[j]
                    done[n_labels, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
            for x in range(a.entry_barred.shape[1]):
                j = a.entry_barred[e, x]
                if j >= 0:
                    done[n_labels, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
            entry = a.entry[e]
            time_s[n_labels], cny[n_labels], kwh[n_labels] = (
                entry.time_s,
                entry.cny - value,
                entry.kwh,
            )
            n_rests[n_labels] = entry.n_rests
            at_choice[n_labels], parent[n_labels], entry_of[n_labels] = -1, -1, e
            dead[n_labels], low[n_labels] = 0, -np.inf
            n_labels += 1
            reduced = entry.alone_cny - value
            if reduced < found.least[u]:
                found.least[u] = reduced
            if a.entry_jobs.shape[1] > 0 and a.entry_jobs[e, 0] >= 0 and reduced < threshold[u]:
                n_chosen = _keep(chosen, rank, n_chosen, most, n_labels - 1, reduced)
        at = 0
        while at < n_labels:
            here = at
            at += 1
            if dead[here]:
                continue
            if n_labels > most_labels:
                found.exact[u], at = 0, here
                break
            node = at_choice[here]
            is_entry = node < 0
            before = -2 if is_entry else stops[node].job
            e = entry_of[here]
            row = n_all + e if is_entry else node
            start_s, start_cny = time_s[here], cny[here]
            nearby = not is_entry and near.shape[1] > 0
            for x in range(near.shape[1] if nearby else n_mine):
                c = near[node, x] if nearby else mine[x]
                if until[c] <= start_s and n_due == 0:
                    if nearby:
                        continue
                    break
                if nearby and extra_cny[u, c] == np.inf:
                    continue
                stop = stops[c]
                j = stop.job
                leg = np.int64(travel_s[row, c])
                arrival = start_s + leg
                if (arrival >= until[c] and n_due == 0) or leg == NO_WAY_S:
                    continue
                if (done[here, j >> 6] >> np.uint64(j & 63)) & np.uint64(1):
                    continue
                rest = n_rests[here]
                if rest < n_due:
                    rest, leave_s = rested(rests, u, rest, n_due, start_s, leg, stop, windows, c)
                    arrival = leave_s + leg
                total = start_cny + (leg + stop.inner_s) * unit.drive_rate
                total += extra_cny[u, c] - stop.price_cny - gain[c]
                late = arrival - stop.target_s
                if late > 0:
                    total += stop.breach_cny + stop.late_rate * late
                    for z in range(bends.shape[1]):
                        if late <= bends[c, z, 0]:
                            break
                        total += bends[c, z, 1] * (late - bends[c, z, 0])
                if arrival > stop.ready_s:
                    total += stop.wait_rate * (arrival - stop.ready_s)
                time = max(arrival, stop.earliest_s)
                for z in range(windows.shape[1]):
                    if time <= windows[c, z, 1]:
                        time = max(time, windows[c, z, 0])
                        break
                if time > stop.latest_s:
                    continue
                time += stop.work_s
                slot = time // slot_s
                if slot >= n_slots:
                    least = total + min(bounds.least_end[k, c], after[k])
                elif next_job[k, c, slot] == before:
                    least = total + second[k, c, slot]
                else:
                    least = total + first[k, c, slot]
                if least >= limit or time > unit.hard_end_s:
                    continue
                taken = kwh[here]
                if stop.kwh > 0.0:
                    taken += stop.kwh
                    if taken > unit.stock_kwh:
                        continue
                if is_entry and _not_first(a.entry_not_first, e, c):
                    continue
                for z in range(n_words):
                    word[z] = done[here, z]
                word[j >> 6] |= np.uint64(1) << np.uint64(j & 63)
                if every:
                    key = np.uint64(c + 1)
                    for z in range(n_words):
                        key = (key ^ word[z]) * np.uint64(0x9E3779B97F4A7C15)
                        key ^= key >> np.uint64(31)
                    slot_of = np.int64(key >> np.uint64(1)) & mask
                else:
                    slot_of = c
                other = bucket[slot_of]
                last = -1
                dominated = False
                while other >= 0:
                    following = next_label[other]
                    if dead[other]:
                        if last < 0:
                            bucket[slot_of] = following
                        else:
                            next_label[last] = following
                        other = following
                        continue
                    if time_s[other] <= time and cny[other] <= total and kwh[other] <= taken:
                        if every:
                            same = at_choice[other] == c
                            for z in range(n_words):
                                same &= done[other, z] == word[z]
                            dominated = same and rests_alike(
                                n_rests[other], rest, n_due, time_s[other] == time or not patient
                            )
                        elif n_rests[other] < n_due:
                            dominated = beam or (
                                n_rests[other] == rest
                                and (time_s[other] == time or not patient)
                                and did_no_more(done, other, word)
                            )
                        else:
                            dominated = beam or covers(
                                done, other, word, c, time, travel_s, jobs, until, direct
                            )
                        if dominated:
                            break
                    elif time_s[other] >= time and cny[other] >= total and kwh[other] >= taken:
                        worse = beam
                        if every:
                            worse = at_choice[other] == c
                            for z in range(n_words):
                                worse &= done[other, z] == word[z]
                            worse = worse and rests_alike(
                                rest, n_rests[other], n_due, time_s[other] == time or not patient
                            )
                        elif rest < n_due and not beam:
                            worse = (
                                n_rests[other] == rest
                                and (time_s[other] == time or not patient)
                                and did_no_less(done, other, word)
                            )
                        elif not beam:
                            worse = covered(
                                done, other, word, c, time_s[other], travel_s, jobs, until, direct
                            )
                        if worse:
                            dead[other] = 1
                    last = other
                    other = following
                if dominated:
                    continue
                new = n_labels
                n_labels += 1
                time_s[new], cny[new], kwh[new] = time, total, taken
                n_rests[new], low[new] = rest, least - unit.idle_cny
                at_choice[new], parent[new], entry_of[new], dead[new] = c, here, e, 0
                for z in range(n_words):
                    done[new, z] = word[z]
                next_label[new] = bucket[slot_of]
                bucket[slot_of] = new
                end_s = time + home_s[u, c]
                if end_s <= unit.hard_end_s:
                    over = max(0, end_s - unit.shift_end_s)
                    reduced = total + end_cny[u, c] + over * unit.overtime_rate - unit.idle_cny
                    found.least[u] = min(found.least[u], reduced)
                    if reduced < threshold[u]:
                        if not every:
                            n_chosen = _keep(chosen, rank, n_chosen, most, new, reduced)
                        elif n_chosen < most:
                            chosen[n_chosen], rank[n_chosen] = new, reduced
                            n_chosen += 1
                        else:
                            found.exact[u] = 0
                if n_labels >= time_s.shape[0] - 1:
                    break
            if n_labels >= time_s.shape[0] - 1:
                found.exact[u], at = 0, here
                break
        found.labels[u] = n_labels
        found.floor[u] = found.least[u]
        if beam or near.shape[1] > 0 or (every and not found.exact[u]):
            found.floor[u] = -np.inf
        for x in range(at, n_labels):
            if not dead[x]:
                found.floor[u] = min(found.floor[u], low[x])
        if beam or near.shape[1] > 0:
            found.exact[u] = 0
        n_chosen = min(n_chosen, most)
        for x in range(n_chosen):
            _write(found, chosen[x], rank[x], at_choice, parent, entry_of)


@jit
def _keep(chosen: Ints, rank: Floats, n: int, most: int, label: int, reduced: float) -> int:
    """Remember a label if it is one of the ``most`` cheapest; return how many there were."""
    if n >= most:
        if reduced >= rank[most - 1]:
            return n + 1
        at = most - 1
    else:
        at = n
    while at > 0 and rank[at - 1] > reduced:
        rank[at], chosen[at] = rank[at - 1], chosen[at - 1]
        at -= 1
    rank[at], chosen[at] = reduced, label
    return n + 1


@jit
def _not_first(not_first: Ints, e: int, c: int) -> bool:
    for x in range(not_first.shape[1]):
        if not_first[e, x] == c:
            return True
    return False


@jit
def _write(
    found: Found, label: int, reduced: float, at_choice: Ints, parent: Ints, entry_of: Ints
) -> None:
    """Write down the route of a label, unless there is no room for it."""
    at = found.size[0]
    n = 0
    here = label
    while at_choice[here] >= 0:
        n += 1
        here = parent[here]
    if at >= found.length.shape[0] or n > found.route.shape[1]:
        found.size[1] += 1
        return
    found.entry[at], found.length[at], found.reduced[at] = entry_of[label], n, reduced
    here = label
    for i in range(n - 1, -1, -1):
        found.route[at, i] = at_choice[here]
        here = parent[here]
    found.size[0] = at + 1
