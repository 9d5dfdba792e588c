"""What lies within a travel time, by Dijkstra."""

from __future__ import annotations

import numpy as np

from routing.matrix import edge_start_ms
from routing.phantoms import Phantoms
from routing.reach import EdgeTimes
from routing.trees import trees_from, trees_to
from routing.turns import TurnGraph
from routing.weights import CLOSED_MS, UNREACHABLE_MS


def edge_times(graph: TurnGraph, points: Phantoms, limit_ms: int, *, inbound: bool) -> EdgeTimes:
    """Search outwards from (or inwards to) all points at once, as far as ``limit_ms``."""
    sides = [side for row in range(len(points)) for side in points.sides(row)]
    if not sides:
        through = np.full(graph.n_edges, int(UNREACHABLE_MS), dtype=np.int64)
    elif inbound:
        starts = [(edge, before_ms) for edge, before_ms, _ in sides]
        through = trees_to(graph, [starts], limit_ms=limit_ms)[0, : graph.n_edges].astype(np.int64)
    else:
        starts = [(edge, after_ms) for edge, _, after_ms in sides]
        through = edge_start_ms(graph, trees_from(graph, [starts], limit_ms=limit_ms)[0])
    through[graph.edge_ms == CLOSED_MS] = UNREACHABLE_MS
    return EdgeTimes(inbound, through, points, graph.edge_ms)
