"""Lengths of fastest ways, by Dijkstra over (milliseconds, centimetres): slow and plain."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from routing.phantoms import Phantoms
from routing.turns import TurnGraph
from routing.weights import NO_WAY_MS

Key = tuple[int, int]
"""Milliseconds, then centimetres: the least is the fastest way, and of those the shortest."""


def fastest_lengths(
    graph: TurnGraph, edge_cm: NDArray[np.int32], sources: Phantoms, targets: Phantoms
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return int64[n_sources, n_targets] ms and cm; `NO_WAY_MS` and 0 where there is no way."""
    shape = (len(sources), len(targets))
    ms, cm = np.full(shape, NO_WAY_MS, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for row in range(len(sources)):
        enter = _entered(graph, edge_cm, sources, row)
        for column in range(len(targets)):
            ways = _straight_ahead(graph, edge_cm, sources.sides(row), targets.sides(column))
            for edge, before_ms, _ in targets.sides(column):
                if edge in enter:
                    part = part_cm(before_ms, graph.edge_ms[edge], edge_cm[edge])
                    ways.append((enter[edge][0] + before_ms, enter[edge][1] + part))
            ms[row, column], cm[row, column] = min(ways, default=(NO_WAY_MS, 0))
    return ms, cm


def part_cm(part_ms: int, whole_ms: int, whole_cm: int) -> int:
    """Return the length of a part of an edge that takes so long, rounded half up."""
    return int(np.floor(whole_cm * (part_ms / whole_ms) + 0.5))


def _straight_ahead(
    graph: TurnGraph,
    edge_cm: NDArray[np.int32],
    sources: list[tuple[int, int, int]],
    targets: list[tuple[int, int, int]],
) -> list[Key]:
    return [
        (there - here, part_cm(there - here, graph.edge_ms[edge], edge_cm[edge]))
        for edge, here, _ in sources
        for other, there, _ in targets
        if edge == other and there >= here
    ]


def _entered(
    graph: TurnGraph, edge_cm: NDArray[np.int32], sources: Phantoms, row: int
) -> dict[int, Key]:
    """Return the least key with which each edge is turned onto, for a driver from one source."""
    arcs, enter = graph.outgoing, dict[int, Key]()
    queue = [
        (after_ms, part_cm(after_ms, graph.edge_ms[edge], edge_cm[edge]), edge)
        for edge, _, after_ms in sources.sides(row)
    ]
    heapq.heapify(queue)
    settled = set[int]()
    while queue:
        ms, cm, state = heapq.heappop(queue)
        if state in settled:
            continue
        settled.add(state)
        for i in range(int(arcs.ptr[state]), int(arcs.ptr[state + 1])):
            following, weight_ms = int(arcs.state[i]), int(arcs.weight_ms[i])
            edge = int(graph.state_edge[following])
            begin = (ms + weight_ms - int(graph.edge_ms[edge]), cm)
            if ms + weight_ms < NO_WAY_MS and begin < enter.get(edge, (NO_WAY_MS, 0)):
                enter[edge] = begin
            if ms + weight_ms < NO_WAY_MS and following not in settled:
                heapq.heappush(queue, (ms + weight_ms, cm + int(edge_cm[edge]), following))
    return enter
