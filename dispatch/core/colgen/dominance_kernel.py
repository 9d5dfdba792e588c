"""Parts of `label_kernel`: when a label may drop another, and what breaks do to one.

Machine code that is kept on disk does not notice a change here: change `label_kernel` with it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dispatch.core.colgen.arrays import Ints, Shorts
from kernel.jit import jit


@jit
def rested(
    rests: Ints,
    u: int,
    rest: int,
    n_due: int,
    time: int,
    leg: Any,
    stop: Any,
    windows: Ints,
    c: int,
) -> tuple[int, int]:
    """Return how many breaks are taken and when the unit leaves, before it goes to a choice."""
    while rest < n_due:
        begin = max(time + leg, stop.earliest_s)
        for z in range(windows.shape[1]):
            if begin <= windows[c, z, 1]:
                begin = max(begin, windows[c, z, 0])
                break
        if time < rests[u, rest, 0] and begin + stop.work_s <= rests[u, rest, 1]:
            break
        time = max(time, rests[u, rest, 0]) + rests[u, rest, 2]
        rest += 1
    return rest, time


@jit
def rests_alike(better: int, worse: int, n_due: int, comparable: bool) -> bool:
    """Return whether breaks allow a label to drop another that has done the same."""
    return better >= n_due or (better == worse and comparable)


@jit
def did_no_more(done: Any, other: int, word: Any) -> bool:
    """Return whether ``other`` has done nothing that the new label has not."""
    for z in range(word.shape[0]):
        if done[other, z] & ~word[z]:
            return False
    return True


@jit
def did_no_less(done: Any, other: int, word: Any) -> bool:
    """Return whether ``other`` has done all that the new label has."""
    for z in range(word.shape[0]):
        if word[z] & ~done[other, z]:
            return False
    return True


@jit
def covers(
    done: Any,
    other: int,
    word: Any,
    c: int,
    time: int,
    travel_s: Shorts,
    jobs: Any,
    until: Ints,
    direct: bool,
) -> bool:
    """Return whether ``other`` has done no job that could still pay after the new label."""
    for z in range(word.shape[0]):
        more = done[other, z] & ~word[z]
        if more and not _useless(more, z, c, time, travel_s, jobs, until, direct):
            return False
    return True


@jit
def covered(
    done: Any,
    other: int,
    word: Any,
    c: int,
    time: int,
    travel_s: Shorts,
    jobs: Any,
    until: Ints,
    direct: bool,
) -> bool:
    """Return whether the new label has done no job that could still pay after ``other``."""
    for z in range(word.shape[0]):
        more = word[z] & ~done[other, z]
        if more and not _useless(more, z, c, time, travel_s, jobs, until, direct):
            return False
    return True


@jit
def _useless(
    more: Any, z: int, c: int, time: int, travel_s: Shorts, jobs: Any, until: Ints, direct: bool
) -> bool:
    """Return whether no job of a word of bits can be reached early enough to pay."""
    for bit in range(64):
        if not (more >> np.uint64(bit)) & np.uint64(1):
            continue
        job = jobs[z * 64 + bit]
        for x in range(job.first_choice, job.first_choice + job.n_choices):
            leg = np.int64(travel_s[c, x]) if direct else np.int64(0)
            if time + leg < until[x]:
                return False
    return True
