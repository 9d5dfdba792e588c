"""Cutting a part of the road network in two across as few roads as possible."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernel.jit import jit

Ints = NDArray[np.int32]
Marks = NDArray[np.int8]

OUTSIDE, WITHIN, SOURCE, SINK = 0, 1, 2, 3


@jit
def split_cells(
    road_ptr: Ints,
    road_end: Ints,
    road_back: Ints,
    xy: NDArray[np.float64],
    n_directions: int,
    terminal_share: float,
) -> tuple[Ints, Ints]:
    """Halve the network again and again by inertial flow; return which road was cut when.

    A part is ordered along each of some directions, its first and last nodes become source and
    sink, and the least cut between them is found; the best direction counts, few roads cut and
    even halves. Schild, Sommer, *On Balanced Separators in Road Networks* (2015).

    Parameters
    ----------
    road_ptr, road_end
        Undirected roads: those at node ``u`` lead to ``road_end[road_ptr[u]:road_ptr[u + 1]]``;
        each is listed at both its ends.
    road_back
        The same road as listed at its other end.
    xy
        float64[n_nodes, 2], on a flat map.
    n_directions
        How many directions are tried.
    terminal_share
        Share of a part's nodes that become source, and as many sink.

    Returns
    -------
    int32[n_roads, both listings] the part whose halving cut the road, and int32[n_nodes] the last
    part of each node. Parts are numbered so that a part follows all parts that it was halved into.
    """
    n = len(road_ptr) - 1
    node = np.arange(n).astype(np.int32)
    cut_in = np.full(len(road_end), -1, np.int32)
    last_part = np.empty(n, np.int32)
    mark = np.zeros(n, np.int8)
    level = np.empty(n, np.int32)
    queue = np.empty(n, np.int32)
    at = np.empty(n, np.int32)
    path = np.empty(n + 1, np.int32)
    flow = np.zeros(len(road_end), np.int8)
    half = np.zeros(n, np.int8)
    # A part waits on the stack as (first, end). Parts are numbered as they are taken off, the whole
    # first, and turned round at the end.
    stack = np.empty((n + 2, 2), np.int32)
    stack[0, 0], stack[0, 1] = 0, n
    waiting, n_parts = 1, 0
    while waiting > 0:
        waiting -= 1
        first, end = stack[waiting, 0], stack[waiting, 1]
        part = node[first:end].copy()
        if len(part) <= 1:
            last_part[part] = n_parts
            n_parts += 1
            continue
        for u in part:
            mark[u] = WITHIN
        n_reached = _component(part, road_ptr, road_end, mark, half, queue)
        if n_reached == len(part):
            _halve(
                part, road_ptr, road_end, road_back, xy, n_directions, terminal_share,
                mark, level, queue, at, path, flow, half,
            )  # fmt: skip
            for u in part:
                for road in range(road_ptr[u], road_ptr[u + 1]):
                    other = road_end[road]
                    if mark[other] != OUTSIDE and half[other] != half[u]:
                        cut_in[road] = n_parts
        middle = first
        for side in (1, 0):
            for u in part:
                if half[u] == side:
                    node[middle] = u
                    middle += 1
            if side == 1:
                stack[waiting, 0], stack[waiting, 1] = first, middle
                stack[waiting + 1, 0], stack[waiting + 1, 1] = middle, end
        waiting += 2
        for u in part:
            mark[u] = OUTSIDE
        n_parts += 1
    for road in range(len(cut_in)):
        if cut_in[road] >= 0:
            cut_in[road] = n_parts - 1 - cut_in[road]
    return cut_in, n_parts - 1 - last_part


@jit
def _component(
    part: Ints, road_ptr: Ints, road_end: Ints, mark: Marks, half: Marks, queue: Ints
) -> int:
    """Set ``half`` to 1 on all nodes of a part that its first one reaches; return how many."""
    for u in part:
        half[u] = 0
    half[part[0]] = 1
    queue[0] = part[0]
    done, found = 0, 1
    while done < found:
        u = queue[done]
        done += 1
        for road in range(road_ptr[u], road_ptr[u + 1]):
            other = road_end[road]
            if mark[other] != OUTSIDE and half[other] == 0:
                half[other] = 1
                queue[found] = other
                found += 1
    return found


@jit
def _halve(
    part: Ints,
    road_ptr: Ints,
    road_end: Ints,
    road_back: Ints,
    xy: NDArray[np.float64],
    n_directions: int,
    terminal_share: float,
    mark: Marks,
    level: Ints,
    queue: Ints,
    at: Ints,
    path: Ints,
    flow: Marks,
    half: Marks,
) -> None:
    """Set ``half`` to 0 or 1 on a connected part: the best cut of all directions."""
    n_terminals = max(1, int(len(part) * terminal_share))
    along = np.empty(len(part), np.float64)
    best = np.inf
    for direction in range(n_directions):
        angle = np.pi * direction / n_directions
        for i in range(len(part)):
            along[i] = np.cos(angle) * xy[part[i], 0] + np.sin(angle) * xy[part[i], 1]
        order = np.argsort(along)
        for u in part:
            mark[u] = WITHIN
            for road in range(road_ptr[u], road_ptr[u + 1]):
                flow[road] = 0
        for i in range(n_terminals):
            mark[part[order[i]]] = SOURCE
            mark[part[order[len(part) - 1 - i]]] = SINK
        n_cut = _saturate(part, road_ptr, road_end, road_back, mark, level, queue, at, path, flow)
        for terminal in (SOURCE, SINK):
            n_side = _residual_side(
                part, road_ptr, road_end, road_back, mark, level, queue, flow, terminal
            )
            smaller = min(n_side, len(part) - n_side)
            if n_cut < best * smaller:
                best = n_cut / smaller
                for u in part:
                    half[u] = (level[u] >= 0) == (terminal == SOURCE)


@jit
def _residual_side(
    part: Ints,
    road_ptr: Ints,
    road_end: Ints,
    road_back: Ints,
    mark: Marks,
    level: Ints,
    queue: Ints,
    flow: Marks,
    terminal: int,
) -> int:
    """Set ``level`` >= 0 on what a terminal still reaches, or still reaches it; return how many.

    From the sources it is the number of roads to each node; the search goes on to all of them.
    """
    found, done = 0, 0
    for u in part:
        level[u] = -1
        if mark[u] == terminal:
            level[u] = 0
            queue[found] = u
            found += 1
    while done < found:
        u = queue[done]
        done += 1
        for road in range(road_ptr[u], road_ptr[u + 1]):
            other = road_end[road]
            if mark[other] == OUTSIDE or level[other] >= 0:
                continue
            used = flow[road] if terminal == SOURCE else flow[road_back[road]]
            if used < 1:
                level[other] = level[u] + 1
                queue[found] = other
                found += 1
    return found


@jit
def _saturate(
    part: Ints,
    road_ptr: Ints,
    road_end: Ints,
    road_back: Ints,
    mark: Marks,
    level: Ints,
    queue: Ints,
    at: Ints,
    path: Ints,
    flow: Marks,
) -> int:
    """Send as much flow from sources to sinks as there is room; return how much (Dinic 1970)."""
    total = 0
    while True:
        _residual_side(part, road_ptr, road_end, road_back, mark, level, queue, flow, SOURCE)
        sent = 0
        for u in part:
            at[u] = road_ptr[u]
        for source in part:
            if mark[source] != SOURCE:
                continue
            while True:
                length = _next_path(
                    source, road_ptr, road_end, road_back, mark, level, at, path, flow
                )
                if length == 0:
                    break
                for road in path[:length]:
                    flow[road] += 1
                    flow[road_back[road]] -= 1
                sent += 1
        if sent == 0:
            return total
        total += sent


@jit
def _next_path(
    source: int,
    road_ptr: Ints,
    road_end: Ints,
    road_back: Ints,
    mark: Marks,
    level: Ints,
    at: Ints,
    path: Ints,
    flow: Marks,
) -> int:
    """Find one more path with room, level by level; return its number of roads, or 0."""
    length, u = 0, source
    while mark[u] != SINK:
        onward = False
        while at[u] < road_ptr[u + 1]:
            road = at[u]
            other = road_end[road]
            if mark[other] != OUTSIDE and flow[road] < 1 and level[other] == level[u] + 1:
                onward = True
                break
            at[u] += 1
        if onward:
            path[length] = at[u]
            length += 1
            u = road_end[at[u]]
        elif length == 0:
            return 0
        else:
            length -= 1
            u = road_end[road_back[path[length]]]
            at[u] += 1
    return length
