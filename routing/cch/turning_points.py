"""The vertices of the hierarchy: ends of edges, those with the same onward turns taken together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from routing.turns import TurnGraph


@dataclass(frozen=True, eq=False)
class TurningPoints:
    """Vertices and the turns between them.

    A vertex is the end of one edge, or of several that end at one junction and go on alike: from
    there on it makes no difference which of them was driven.

    Attributes
    ----------
    n_vertices
        How many there are.
    edge_vertex
        int32[n_edges], the vertex at the end of each edge, for a driver without progress along any
        ban.
    turn_ptr
        int32[n_edges + 1]: the turns onto edge ``e`` are ``turn_ptr[e]:turn_ptr[e + 1]``.
    turn_from, turn_to
        int32[n_turns], the vertices before the turn and at the end of the edge turned onto.
    turn_ms
        int32[n_turns], what the turn itself costs.
    vertex_edge
        int32[n_vertices], one of the edges that end there.
    state_vertex
        int32[n_states], the vertex of every state of the turn graph.
    """

    n_vertices: int
    edge_vertex: NDArray[np.int32]
    turn_ptr: NDArray[np.int32]
    turn_from: NDArray[np.int32]
    turn_to: NDArray[np.int32]
    turn_ms: NDArray[np.int32]
    vertex_edge: NDArray[np.int32]
    state_vertex: NDArray[np.int32]


def find_turning_points(network: RoadNetwork, graph: TurnGraph) -> TurningPoints:
    """Take the states of a turn graph together as far as they go on alike."""
    arcs = graph.outgoing
    onto = graph.state_edge[arcs.state]
    turn_ms = arcs.weight_ms.astype(np.int64) - graph.edge_ms[onto]
    vertex = _alike(arcs.ptr, arcs.state, turn_ms, network.edge_to[graph.state_edge])
    n_vertices = int(vertex.max()) + 1
    before = np.repeat(vertex, np.diff(arcs.ptr))
    # States taken together have the same turns: keep those of one of them.
    keep = _first_of_each(before.astype(np.int64) * graph.n_states + arcs.state)
    by_edge = keep[np.lexsort((before[keep], onto[keep]))]
    n_onto = np.bincount(onto[by_edge], minlength=graph.n_edges)
    vertex_edge = np.empty(n_vertices, dtype=np.int32)
    vertex_edge[vertex[::-1]] = graph.state_edge[::-1]
    return TurningPoints(
        n_vertices=n_vertices,
        edge_vertex=vertex[: graph.n_edges],
        turn_ptr=np.concatenate([[0], np.cumsum(n_onto)]).astype(np.int32),
        turn_from=before[by_edge],
        turn_to=vertex[arcs.state[by_edge]],
        turn_ms=turn_ms[by_edge].astype(np.int32),
        vertex_edge=vertex_edge,
        state_vertex=vertex,
    )


def _alike(
    ptr: NDArray[np.int32],
    following: NDArray[np.int32],
    turn_ms: NDArray[np.int64],
    junction: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Return int32[n_states]: equal numbers for equal junctions and equal onward turns."""
    n_onward = np.diff(ptr)
    label = _numbered(junction, n_onward)
    for k in range(int(n_onward.max(initial=0))):
        rows = np.flatnonzero(n_onward > k)
        arc = ptr[rows] + k
        third = np.zeros((2, len(label)), dtype=np.int64)
        third[0, rows], third[1, rows] = following[arc] + 1, turn_ms[arc]
        label = _numbered(label, *third)
    return label


def _numbered(*columns: NDArray[np.integer]) -> NDArray[np.int32]:
    """Return one number per row, equal where all columns are."""
    order = np.lexsort(columns)
    new = np.zeros(len(order), dtype=bool)
    for column in columns:
        new[1:] |= np.diff(column[order]) != 0
    label = np.empty(len(order), dtype=np.int32)
    label[order] = np.cumsum(new)
    return label


def _first_of_each(key: NDArray[np.int64]) -> NDArray[np.intp]:
    return np.asarray(np.unique(key, return_index=True)[1], dtype=np.intp)
