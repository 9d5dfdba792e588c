"""Making the hierarchy of a network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from routing.cch.fill import elimination_parents, fill_in
from routing.cch.order import order_rank
from routing.cch.topology import CchTopology
from routing.cch.triangles import find_all, list_triangles
from routing.cch.turning_points import find_turning_points
from routing.turns import TurnGraph

Ints = NDArray[np.int32]


def build_topology(network: RoadNetwork, graph: TurnGraph) -> CchTopology:
    """Order the vertices of a network and find all arcs of its hierarchy."""
    points = find_turning_points(network, graph)
    rank = order_rank(network, points)
    before, after = rank[points.turn_from], rank[points.turn_to]
    given = (*_rows(before, after, len(rank)), *_rows(after, before, len(rank)))
    up_ptr, up_head, down_ptr, down_tail = fill_in(*given)
    return CchTopology(
        up_ptr=up_ptr,
        up_head=up_head,
        down_ptr=down_ptr,
        down_tail=down_tail,
        beside=list_triangles(up_ptr, up_head, down_ptr, down_tail),
        parent=elimination_parents(*given),
        edge_vertex=rank[points.edge_vertex],
        turn_ptr=points.turn_ptr,
        turn_from=before,
        turn_ms=points.turn_ms,
        turn_arc=_arcs_of(before, after, up_ptr, up_head, down_ptr, down_tail),
        connected=graph.connected,
    )


def _rows(low: Ints, high: Ints, n: int) -> tuple[Ints, Ints]:
    """Return the pairs with low < high as (ptr, high), grouped by low."""
    pairs = np.flatnonzero(low < high)
    pairs = pairs[np.argsort(low[pairs], kind="stable")]
    n_of = np.bincount(low[pairs], minlength=n)
    return np.concatenate([[0], np.cumsum(n_of)]).astype(np.int32), high[pairs]


def _arcs_of(
    before: Ints, after: Ints, up_ptr: Ints, up_head: Ints, down_ptr: Ints, down_tail: Ints
) -> Ints:
    arc = np.full(len(before), len(up_head) + len(down_tail), dtype=np.int32)
    up, down = before < after, after < before
    arc[up] = find_all(up_ptr, up_head, before[up], after[up])
    arc[down] = find_all(down_ptr, down_tail, after[down], before[down]) + len(up_head)
    return arc
