"""What a hierarchy is before any driving time is known: made once per network, then kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
