"""Travel times between points on edges, put together from shortest-path trees.

All results are int64 milliseconds; anything from `UNREACHABLE_MS` on means that there is no way.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.phantoms import NO_EDGE, Phantoms
from routing.turns import TurnGraph
from routing.weights import UNREACHABLE_MS


def to_target_ms(tree: NDArray[np.int32], sources: Phantoms) -> NDArray[np.int64]:
    """Return int64[n_sources] over the ends of the sources' edges to the target of a tree.

    ``tree`` is a row of `routing.trees.trees_to`. A target further along the same edge is the
    business of `straight_ahead_ms`.
    """
    over_end = tree[sources.edge].astype(np.int64) + sources.after_ms
    over_end[sources.edge == NO_EDGE] = UNREACHABLE_MS
    return np.asarray(over_end.min(axis=1), dtype=np.int64)


def from_source_ms(
    graph: TurnGraph, tree: NDArray[np.int32], targets: Phantoms
) -> NDArray[np.int64]:
    """Return int64[n_targets] over the starts of the targets' edges from the source of a tree.

    ``tree`` is a row of `routing.trees.trees_from`.
    """
    over_start = edge_start_ms(graph, tree)[targets.edge] + targets.before_ms
    over_start[targets.edge == NO_EDGE] = UNREACHABLE_MS
    return np.asarray(over_start.min(axis=1), dtype=np.int64)


def edge_start_ms(graph: TurnGraph, tree: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return int64[n_edges], when the start of each edge is reached by turning onto it."""
    arcs = graph.incoming
    start = np.full(graph.n_edges, int(UNREACHABLE_MS), dtype=np.int64)
    entered = np.flatnonzero(np.diff(arcs.ptr))
    if len(entered):
        at_end = tree[arcs.state] + arcs.weight_ms.astype(np.int64)
        edge = graph.state_edge[entered]
        first = np.minimum.reduceat(at_end, arcs.ptr[entered])
        np.minimum.at(start, edge, first - graph.edge_ms[edge])
    return start


def straight_ahead_ms(sources: Phantoms, targets: Phantoms) -> NDArray[np.int64]:
    """Return int64[n_sources, n_targets] for targets ahead on an edge the source is on itself."""
    best = np.full((len(sources), len(targets)), int(UNREACHABLE_MS), dtype=np.int64)
    for a in (0, 1):
        for b in (0, 1):
            same = sources.edge[:, a, None] == targets.edge[None, :, b]
            same &= (sources.edge[:, a] != NO_EDGE)[:, None]
            s, t = np.nonzero(same)
            ahead = targets.before_ms[t, b] - sources.before_ms[s, a]
            ahead[ahead < 0] = UNREACHABLE_MS
            best[s, t] = np.minimum(best[s, t], ahead)
    return best
