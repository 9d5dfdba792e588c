"""Shortest-path trees on the turn graph by SciPy's Dijkstra.

A tree starts at a point on an edge, so each search hangs one virtual state per tree behind the
real ones. A zero weight may be taken for no arc in a sparse graph: every arc out of a virtual state
carries 1 ms more, which is taken off the result.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from routing.turns import Arcs, TurnGraph
from routing.weights import UNREACHABLE_MS

Start = Sequence[tuple[int, int]]
"""(edge, milliseconds) pairs where a tree begins; what they mean is said by the function."""

_CHUNK = 32
"""Trees per SciPy call: bounds its float64 result to 32 rows."""

_LIFT_MS = 1


def trees_to(
    graph: TurnGraph, targets: Sequence[Start], *, limit_ms: int | None = None
) -> NDArray[np.int32]:
    """Return int32[n_targets, n_states]: time from the end of each state's edge to each target.

    Parameters
    ----------
    graph
        The turn graph.
    targets
        Per tree, the edges a target lies on with the time from their start to the target.
    limit_ms
        Search no farther than this (inclusive); states beyond may be unreachable.

    Returns
    -------
        `UNREACHABLE_MS` where there is no way.
    """
    return _search(graph.incoming, [_arcs_into(graph, t) for t in targets], limit_ms)


def trees_from(
    graph: TurnGraph, sources: Sequence[Start], *, limit_ms: int | None = None
) -> NDArray[np.int32]:
    """Return int32[n_sources, n_states]: time from each source to the end of each state's edge.

    The starts are the edges a source lies on, with the time from the source to their end. See
    `trees_to` for the rest.
    """
    return _search(graph.outgoing, [_merged(s) for s in sources], limit_ms)


def _arcs_into(graph: TurnGraph, target: Start) -> dict[int, int]:
    """Return the states from which a target's edges are turned onto, with the time to it."""
    best: dict[int, int] = {}
    arcs = graph.incoming
    for edge, before_ms in target:
        rest_ms = before_ms - int(graph.edge_ms[edge])
        for state in graph.states_of(edge):
            for i in range(int(arcs.ptr[state]), int(arcs.ptr[state + 1])):
                previous, cost = int(arcs.state[i]), int(arcs.weight_ms[i]) + rest_ms
                if cost < best.get(previous, cost + 1):
                    best[previous] = cost
    return best


def _merged(start: Start) -> dict[int, int]:
    best: dict[int, int] = {}
    for state, cost in start:
        if cost < best.get(state, cost + 1):
            best[state] = cost
    return best


def _search(
    arcs: Arcs, starts: Sequence[dict[int, int]], limit_ms: int | None
) -> NDArray[np.int32]:
    n_states = len(arcs.ptr) - 1
    found = np.empty((len(starts), n_states), dtype=np.int32)
    limit = np.inf if limit_ms is None else float(limit_ms + _LIFT_MS)
    for begin in range(0, len(starts), _CHUNK):
        chunk = starts[begin : begin + _CHUNK]
        distance = dijkstra(
            _with_virtual_states(arcs, chunk),
            directed=True,
            indices=np.arange(n_states, n_states + len(chunk)),
            limit=limit,
        )[:, :n_states]
        np.minimum(distance - _LIFT_MS, float(UNREACHABLE_MS), out=distance)
        found[begin : begin + _CHUNK] = distance
    return found


def _with_virtual_states(arcs: Arcs, starts: Sequence[dict[int, int]]) -> csr_array:
    """Append one row per start; no column is added twice to a row, as SciPy would sum them."""
    states = [s for start in starts for s in start]
    costs = [c + _LIFT_MS for start in starts for c in start.values()]
    ends = arcs.ptr[-1] + np.cumsum([len(start) for start in starts])
    n = len(arcs.ptr) - 1 + len(starts)
    return csr_array(
        (
            np.concatenate([arcs.weight_ms, np.array(costs, dtype=np.float64)]),
            np.concatenate([arcs.state, np.array(states, dtype=np.int32)]),
            np.concatenate([arcs.ptr, ends.astype(np.int32)]),
        ),
        shape=(n, n),
    )
