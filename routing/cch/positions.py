"""Positions on edges as the hierarchy sees them: where searches begin and what is asked of them.

A source leaves over the ends of its edges; a target is entered over the turns onto its edges. A
target further along an edge that the source is on itself needs no search.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernel.jit import jit
from routing.cch.customise import KEY_BITS, NO_WAY

Ints = NDArray[np.int32]
Keys = NDArray[np.int64]
Floats = NDArray[np.float64]

NO_EDGE = -1


@jit
def both_sides(
    edge: Ints, fraction: Floats, edge_reverse: Ints, edge_ms: Ints
) -> tuple[Ints, Ints, Ints]:
    """Return int32[n, 2] edges, int32[n, 2] ms before and ms after each position.

    The same as `routing.phantoms.make_phantoms`, in one compiled call.
    """
    n = len(edge)
    sides = np.full((n, 2), NO_EDGE, np.int32)
    before, after = np.zeros((n, 2), np.int32), np.zeros((n, 2), np.int32)
    for i in range(n):
        first = edge[i]
        second = edge_reverse[first]
        first_ms = edge_ms[first]
        first_before = np.int64(np.floor(fraction[i] * first_ms + 0.5))
        k = 0
        if first_ms < NO_WAY:
            sides[i, 0], before[i, 0], after[i, 0] = first, first_before, first_ms - first_before
            k = 1
        if second != NO_EDGE and second != first and edge_ms[second] < NO_WAY:  # noqa: PLR1714
            second_ms = edge_ms[second]
            second_after = first_before
            if second_ms != first_ms:
                second_after = np.int64(np.floor(fraction[i] * second_ms + 0.5))
            if k == 1 and second < first:
                sides[i, 1], before[i, 1], after[i, 1] = sides[i, 0], before[i, 0], after[i, 0]
                k = 0
            sides[i, k], before[i, k], after[i, k] = second, second_ms - second_after, second_after
    return sides, before, after


@jit
def departures(sides: Ints, after: Ints, edge_vertex: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return where each source's search begins: over the end of each of its edges.

    Returns
    -------
    ptr, vertices, ms to there; the edge driven, and ms of it that are driven.
    """
    n = len(sides)
    ptr = np.zeros(n + 1, np.int32)
    vertex, edge = np.empty(2 * n, np.int32), np.empty(2 * n, np.int32)
    part = np.empty(2 * n, np.int32)
    k = 0
    for i in range(n):
        for c in range(2):
            if sides[i, c] != NO_EDGE:
                vertex[k], edge[k], part[k] = edge_vertex[sides[i, c]], sides[i, c], after[i, c]
                k += 1
        ptr[i + 1] = k
    return ptr, vertex[:k], part[:k], edge[:k], part[:k]


@jit
def arrivals(
    sides: Ints, before: Ints, turn_ptr: Ints, turn_from: Ints, turn_ms: Ints
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return where each target's search begins: before every turn onto one of its edges.

    Returns
    -------
    ptr, vertices, ms from there; the edge turned onto, and ms of it that are driven.
    """
    n, k = len(sides), 0
    for i in range(n):
        for c in range(2):
            if sides[i, c] != NO_EDGE:
                k += turn_ptr[sides[i, c] + 1] - turn_ptr[sides[i, c]]
    ptr = np.zeros(n + 1, np.int32)
    vertex, at = np.empty(k, np.int32), np.empty(k, np.int32)
    edge, part = np.empty(k, np.int32), np.empty(k, np.int32)
    k = 0
    for i in range(n):
        for c in range(2):
            onto = sides[i, c]
            if onto == NO_EDGE:
                continue
            for turn in range(turn_ptr[onto], turn_ptr[onto + 1]):
                vertex[k], at[k] = turn_from[turn], turn_ms[turn] + before[i, c]
                edge[k], part[k] = onto, before[i, c]
                k += 1
        ptr[i + 1] = k
    return ptr, vertex, at, edge, part


@jit
def as_keys(at: Ints, edge: Ints, part: Ints, edge_ms: Ints, edge_cm: Ints) -> Keys:
    """Return the times with the lengths of the parts of edges they contain, as keys."""
    key = np.empty(len(at), np.int64)
    for i in range(len(at)):
        key[i] = (np.int64(at[i]) << KEY_BITS) + part_cm(
            part[i], edge_ms[edge[i]], edge_cm[edge[i]]
        )
    return key


@jit
def part_cm(part_ms: int, whole_ms: int, whole_cm: int) -> int:
    """Return the length of a part of an edge that takes so long, rounded half up."""
    return int(np.floor(whole_cm * (part_ms / whole_ms) + 0.5))


@jit
def _n_edges(sources: Ints, targets: Ints) -> int:
    n = 0
    for sides in (sources, targets):
        for i in range(len(sides)):
            n = max(n, int(sides[i, 0]) + 1, int(sides[i, 1]) + 1)
    return n


@jit
def go_straight_ahead(
    sources: Ints, source_ms: Ints, targets: Ints, target_ms: Ints, best: Ints
) -> None:
    """Lower ``best[source, target]`` where the target lies ahead on an edge the source is on.

    Takes both positions' edges, and the times from their edges' starts.
    """
    last = np.full(_n_edges(sources, targets), -1, np.int32)
    chain = np.empty(2 * len(sources), np.int32)
    for i in range(len(sources)):
        for c in range(2):
            if sources[i, c] != NO_EDGE:
                chain[2 * i + c] = last[sources[i, c]]
                last[sources[i, c]] = 2 * i + c
    for j in range(len(targets)):
        for d in range(2):
            link = last[targets[j, d]] if targets[j, d] != NO_EDGE else -1
            while link >= 0:
                ahead = target_ms[j, d] - source_ms[link // 2, link % 2]
                if ahead >= 0:
                    best[link // 2, j] = min(best[link // 2, j], ahead)
                link = chain[link]


@jit
def go_straight_ahead_keys(
    sources: Ints,
    source_ms: Ints,
    targets: Ints,
    target_ms: Ints,
    edge_ms: Ints,
    edge_cm: Ints,
    best: Keys,
) -> None:
    """Do as `go_straight_ahead` with keys."""
    last = np.full(_n_edges(sources, targets), -1, np.int32)
    chain = np.empty(2 * len(sources), np.int32)
    for i in range(len(sources)):
        for c in range(2):
            if sources[i, c] != NO_EDGE:
                chain[2 * i + c] = last[sources[i, c]]
                last[sources[i, c]] = 2 * i + c
    for j in range(len(targets)):
        for d in range(2):
            edge = targets[j, d]
            link = last[edge] if edge != NO_EDGE else -1
            while link >= 0:
                ahead = int(target_ms[j, d]) - int(source_ms[link // 2, link % 2])
                if ahead >= 0:
                    length = part_cm(ahead, edge_ms[edge], edge_cm[edge])
                    best[link // 2, j] = min(best[link // 2, j], (ahead << KEY_BITS) + length)
                link = chain[link]


@jit
def whole_seconds(best: Ints, unreachable: int) -> Ints:
    """Return milliseconds as seconds, rounded half up; `NO_WAY` and more as ``unreachable``.

    The product below is exact where it must be: thousandths are never closer than 0.001 to a whole
    number unless they are one, and then it is hit. Multiplying is many times faster than dividing.
    """
    seconds = np.empty(best.shape, np.int32)
    for i in range(best.shape[0]):
        for j in range(best.shape[1]):
            rounded = np.int32((best[i, j] + 500) * 0.001)
            seconds[i, j] = rounded if best[i, j] < NO_WAY else unreachable
    return seconds
