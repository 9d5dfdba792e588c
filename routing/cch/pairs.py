"""One way at a time: climb from both ends along the elimination tree, meet, unpack.

No queue is needed: all that a search upwards can reach lies on the path to the tree's root.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.jit import jit
from routing.cch.customise import KEY_BITS, NO_WAY, NO_WAY_KEY
from routing.cch.positions import (
    NO_EDGE,
    arrivals,
    as_keys,
    both_sides,
    departures,
    part_cm,
)
from routing.cch.triangles import find

Ints = NDArray[np.int32]
Keys = NDArray[np.int64]
Floats = NDArray[np.float64]
Weights = NDArray[Any]


@jit
def _climb(
    seed: Ints,
    seed_at: Weights,
    parent: Ints,
    ptr: Ints,
    higher: Ints,
    weight: Weights,
    closed: int,
    at: Weights,
    other: Weights,
    came: Ints,
    path: Ints,
    record: bool,  # noqa: FBT001 (compiled code is called by place)
) -> tuple[int, int]:
    """Set the weight ``at`` all vertices that are reached upwards.

    Vertices from which no way can be better than one found already, over a vertex that the search
    from the ``other`` end reached, are not searched on from. With ``record``, ``came`` says from
    which vertex each is reached, or ``~i`` where it is the i-th seed.

    Returns how many vertices of ``path`` were visited, lowest first; all others are untouched. And
    the least sum with the other end, ``closed`` or more where they do not meet.
    """
    here = seed.copy()
    n_here, n_path, bound = len(here), 0, closed
    for i in range(n_here):
        if seed_at[i] < at[here[i]]:
            at[here[i]], came[here[i]] = seed_at[i], ~i
    while n_here > 0:
        v = here[0]
        for i in range(1, n_here):
            v = min(v, here[i])
        path[n_path] = v
        n_path += 1
        now = at[v]
        if now < bound:
            bound = min(bound, now + other[v])
            for arc in range(ptr[v], ptr[v + 1]):
                over = now + weight[arc]
                if over < at[higher[arc]]:
                    at[higher[arc]] = over
                    if record:
                        came[higher[arc]] = v
        if n_here == 1:
            here[0] = parent[v]
            n_here = 1 if here[0] >= 0 else 0
        else:
            n_here = _step(here, n_here, v, parent[v])
    return n_path, bound


@jit
def _step(here: Ints, n_here: int, v: int, above: int) -> int:
    """Move all climbers that are at ``v`` up together; return how many climbers are left."""
    k, moved = 0, above < 0
    for i in range(n_here):
        if here[i] != v:
            moved |= here[i] == above
            here[k] = here[i]
            k += 1
    if not moved:
        here[k] = above
        k += 1
    return k


@jit
def least_ms(
    source_edge: Ints,
    source_fraction: Floats,
    target_edge: Ints,
    target_fraction: Floats,
    edge_reverse: Ints,
    edge_ms: Ints,
    edge_vertex: Ints,
    turn_ptr: Ints,
    turn_from: Ints,
    turn_ms: Ints,
    parent: Ints,
    up_ptr: Ints,
    up_head: Ints,
    down_ptr: Ints,
    down_tail: Ints,
    weight: Ints,
    source_at: Ints,
    target_at: Ints,
    came: Ints,
    path: Ints,
) -> Ints:
    """Return int32[n_sources, n_targets], the least ms, `NO_WAY` where there is no way.

    For few pairs. ``source_at`` and ``target_at`` are int32[n_vertices], `NO_WAY` all over, before
    and after; ``came`` and ``path`` are int32[2, n_vertices].
    """
    sources, source_before, after = both_sides(source_edge, source_fraction, edge_reverse, edge_ms)
    targets, before, _ = both_sides(target_edge, target_fraction, edge_reverse, edge_ms)
    seed_ptr, seed, seed_at, _, _ = departures(sources, after, edge_vertex)
    end_ptr, end, end_at, _, _ = arrivals(targets, before, turn_ptr, turn_from, turn_ms)
    best = np.full((len(sources), len(targets)), NO_WAY, np.int32)
    up, down = weight[: len(up_head)], weight[len(up_head) :]
    for i in range(len(sources)):
        begin, stop = seed_ptr[i], seed_ptr[i + 1]
        n_up, _ = _climb(
            seed[begin:stop], seed_at[begin:stop], parent, up_ptr, up_head, up, NO_WAY,
            source_at, target_at, came[0], path[0], False,
        )  # fmt: skip
        for j in range(len(targets)):
            begin, stop = end_ptr[j], end_ptr[j + 1]
            n_down, best[i, j] = _climb(
                end[begin:stop], end_at[begin:stop], parent, down_ptr, down_tail, down, NO_WAY,
                target_at, source_at, came[1], path[1], False,
            )  # fmt: skip
            for v in path[1, :n_down]:
                target_at[v] = NO_WAY
        for v in path[0, :n_up]:
            source_at[v] = NO_WAY
        for j in range(len(targets)):
            for c in range(2):
                for d in range(2):
                    ahead = before[j, d] - source_before[i, c]
                    same = sources[i, c] == targets[j, d] and sources[i, c] != NO_EDGE
                    if same and ahead >= 0:
                        best[i, j] = min(best[i, j], ahead)
    return best


@jit
def find_way(
    source_edge: Ints,
    source_fraction: Floats,
    target_edge: Ints,
    target_fraction: Floats,
    edge_reverse: Ints,
    edge_ms: Ints,
    edge_cm: Ints,
    edge_vertex: Ints,
    turn_ptr: Ints,
    turn_from: Ints,
    turn_ms: Ints,
    parent: Ints,
    up_ptr: Ints,
    up_head: Ints,
    down_ptr: Ints,
    down_tail: Ints,
    key: Keys,
    via: Ints,
    source_at: Keys,
    target_at: Keys,
    came: Ints,
    path: Ints,
) -> tuple[int, int, int, Ints, NDArray[np.int64]]:
    """Find the least way between two positions.

    ``source_at`` and ``target_at`` are int64[n_vertices], `NO_WAY_KEY` all over, before and after.

    Returns
    -------
    Its ms, `NO_WAY` where there is none; ms into its first and into its last edge; its edges, and
    when each is entered.
    """
    sources, source_before, after = both_sides(source_edge, source_fraction, edge_reverse, edge_ms)
    targets, before, _ = both_sides(target_edge, target_fraction, edge_reverse, edge_ms)
    _, seed, at, edge, part = departures(sources, after, edge_vertex)
    _, end, end_at, end_edge, end_part = arrivals(targets, before, turn_ptr, turn_from, turn_ms)
    n_up, _ = _climb(
        seed, as_keys(at, edge, part, edge_ms, edge_cm), parent, up_ptr, up_head,
        key[: len(up_head)], NO_WAY_KEY, source_at, target_at, came[0], path[0], True,
    )  # fmt: skip
    n_down, _ = _climb(
        end, as_keys(end_at, end_edge, end_part, edge_ms, edge_cm), parent, down_ptr, down_tail,
        key[len(up_head) :], NO_WAY_KEY, target_at, source_at, came[1], path[1], True,
    )  # fmt: skip
    least, top = NO_WAY_KEY, -1
    for v in path[1, :n_down]:
        if source_at[v] < NO_WAY_KEY and target_at[v] < NO_WAY_KEY:
            both = source_at[v] + target_at[v]
            if both < least:
                least, top = both, v
        target_at[v] = NO_WAY_KEY
    for v in path[0, :n_up]:
        source_at[v] = NO_WAY_KEY
    total = least >> KEY_BITS
    ahead, c, d = _straight_ahead(sources, source_before, targets, before, edge_ms, edge_cm)
    if ahead <= least and ahead < NO_WAY_KEY:
        alone = np.full(1, sources[0, c], np.int32)
        direct = ahead >> KEY_BITS
        return direct, source_before[0, c], before[0, d], alone, np.zeros(1, np.int64)
    if top < 0:
        return NO_WAY, 0, 0, np.empty(0, np.int32), np.empty(0, np.int64)
    first, last, edges, ms = _way_over(top, came, up_ptr, up_head, down_ptr, down_tail, key, via)
    edges[0], edges[-1] = edge[first], end_edge[last]
    enter = np.zeros(len(edges), np.int64)
    now = np.int64(at[first])
    for k in range(1, len(edges) - 1):
        now += ms[k]
        enter[k] = now - edge_ms[edges[k]]
    enter[-1] = total - end_part[last]
    return total, edge_ms[edges[0]] - part[first], end_part[last], edges, enter


@jit
def _straight_ahead(
    sources: Ints, source_before: Ints, targets: Ints, before: Ints, edge_ms: Ints, edge_cm: Ints
) -> tuple[int, int, int]:
    """Return the key to a target ahead on the same edge, and which sides; else `NO_WAY_KEY`."""
    best, side, other = NO_WAY_KEY, 0, 0
    for c in range(2):
        for d in range(2):
            edge = sources[0, c]
            ahead = int(before[0, d]) - int(source_before[0, c])
            if edge == NO_EDGE or edge != targets[0, d] or ahead < 0:
                continue
            key = (ahead << KEY_BITS) + part_cm(ahead, edge_ms[edge], edge_cm[edge])
            if key < best:
                best, side, other = key, c, d
    return best, side, other


@jit
def _way_over(
    top: int,
    came: Ints,
    up_ptr: Ints,
    up_head: Ints,
    down_ptr: Ints,
    down_tail: Ints,
    key: Keys,
    via: Ints,
) -> tuple[int, int, Ints, Ints]:
    """Return which seeds a way over its highest vertex takes, its edges and their ms.

    The first and the last edge, those that source and target are on, are left open.
    """
    edges, ms, n_edges = np.empty(64, np.int32), np.empty(64, np.int32), 1
    climbed = _chain(came[0], top)
    for i in range(len(climbed) - 1):
        edges, ms, n_edges = _unpack(
            climbed[i], climbed[i + 1], up_ptr, up_head, down_ptr, down_tail, key, via,
            edges, ms, n_edges,
        )  # fmt: skip
    v = top
    while came[1, v] >= 0:
        edges, ms, n_edges = _unpack(
            v, came[1, v], up_ptr, up_head, down_ptr, down_tail, key, via, edges, ms, n_edges
        )
        v = came[1, v]
    if n_edges == len(edges):
        edges = np.concatenate((edges, edges))
    return ~came[0, climbed[0]], ~came[1, v], edges[: n_edges + 1].copy(), ms


@jit
def _chain(came: Ints, top: int) -> Ints:
    """Return the vertices by which a search came to ``top``, lowest first."""
    n, v = 1, top
    while came[v] >= 0:
        v = came[v]
        n += 1
    found, v = np.empty(n, np.int32), top
    for i in range(n - 1, -1, -1):
        found[i] = v
        v = came[v]
    return found


@jit
def _unpack(
    begin: int,
    end: int,
    up_ptr: Ints,
    up_head: Ints,
    down_ptr: Ints,
    down_tail: Ints,
    key: Keys,
    via: Ints,
    edges: Ints,
    ms: Ints,
    n_edges: int,
) -> tuple[Ints, Ints, int]:
    """Add the edges of one arc; returns the lists, which may have had to grow, and their length."""
    stack = np.empty((64, 2), np.int32)
    stack[0, 0], stack[0, 1] = begin, end
    n_stack = 1
    while n_stack > 0:
        n_stack -= 1
        x, y = stack[n_stack, 0], stack[n_stack, 1]
        if x < y:
            arc = find(up_ptr, up_head, x, y)
        else:
            arc = len(up_head) + find(down_ptr, down_tail, y, x)
        if via[arc] >= 0:
            if n_edges == len(edges):
                edges, ms = np.concatenate((edges, edges)), np.concatenate((ms, ms))
            edges[n_edges], ms[n_edges] = via[arc], key[arc] >> KEY_BITS
            n_edges += 1
            continue
        if n_stack + 2 > len(stack):
            stack = np.concatenate((stack, stack))
        stack[n_stack, 0], stack[n_stack, 1] = ~via[arc], y
        stack[n_stack + 1, 0], stack[n_stack + 1, 1] = x, ~via[arc]
        n_stack += 2
    return edges, ms, n_edges
