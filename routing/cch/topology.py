"""What a hierarchy is before any driving time is known: made once per network, then kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from routing.cch.fill import elimination_parents, fill_in
from routing.cch.order import order_rank
from routing.cch.triangles import find_all, list_triangles
from routing.cch.turning_points import find_turning_points
from routing.turns import TurnGraph

Ints = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class CchTopology:
    """Vertices in order of rank, the arcs between them, and where roads and turns are among them.

    Attributes
    ----------
    up_ptr, up_head
        int32[n_vertices + 1], int32[n_up]: the arcs from ``v`` to higher vertices are
        ``up_head[up_ptr[v]:up_ptr[v + 1]]``, ascending. They are arcs 0 to n_up - 1.
    down_ptr, down_tail
        int32[n_vertices + 1], int32[n_down]: the same of arcs from higher vertices to ``v``. They
        are arcs n_up to n_arcs - 1.
    beside
        int32[n_triangles]; see `routing.cch.triangles.list_triangles`.
    parent
        int32[n_vertices], the elimination tree; -1 at roots.
    edge_vertex
        int32[n_edges], the vertex at the end of each edge.
    turn_ptr
        int32[n_edges + 1]: the turns onto edge ``e`` are ``turn_ptr[e]:turn_ptr[e + 1]``.
    turn_from
        int32[n_turns], the vertex before the turn.
    turn_ms
        int32[n_turns], what the turn itself costs.
    turn_arc
        int32[n_turns], the arc that the turn and the edge turned onto are; n_arcs where they lead
        back to the vertex before the turn.
    connected
        bool[n_edges]; see `routing.turns.TurnGraph`.
    """

    up_ptr: Ints
    up_head: Ints
    down_ptr: Ints
    down_tail: Ints
    beside: Ints
    parent: Ints
    edge_vertex: Ints
    turn_ptr: Ints
    turn_from: Ints
    turn_ms: Ints
    turn_arc: Ints
    connected: NDArray[np.bool_]

    @property
    def n_vertices(self) -> int:
        """Number of vertices."""
        return len(self.parent)

    @property
    def n_up(self) -> int:
        """Number of arcs up."""
        return len(self.up_head)

    @property
    def n_arcs(self) -> int:
        """Number of arcs, up and down."""
        return len(self.up_head) + len(self.down_tail)


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
