"""Which edges, and which parts of them, lie within a travel time of a set of points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.matrix import edge_start_ms
from routing.phantoms import NO_EDGE, Phantoms
from routing.trees import trees_from, trees_to
from routing.turns import TurnGraph
from routing.weights import CLOSED_MS, UNREACHABLE_MS


@dataclass(frozen=True, eq=False)
class EdgeTimes:
    """Times between a set of points and both ends of every edge, up to some limit.

    Attributes
    ----------
    inbound
        False: times from the nearest point. True: times to the nearest point.
    through_ms
        int64[n_edges]: when the edge's start is reached by turning onto it (outbound), or how long
        it takes from its end (inbound); points on the edge itself not counted.
    points
        The points themselves.
    edge_ms
        int32[n_edges].
    """

    inbound: bool
    through_ms: NDArray[np.int64]
    points: Phantoms
    edge_ms: NDArray[np.int32]

    def whole_edge_within(self, limit_ms: int) -> NDArray[np.bool_]:
        """Return bool[n_edges]: edges whose far end (inbound: start) lies within the limit."""
        within: NDArray[np.bool_] = self.through_ms + self.edge_ms <= limit_ms
        on_edge = self.points.edge != NO_EDGE
        rest_ms = self.points.before_ms if self.inbound else self.points.after_ms
        within[self.points.edge[on_edge & (rest_ms <= limit_ms)]] = True
        return within

    def parts_within(
        self, limit_ms: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
        """Return (edge, from fraction, to fraction) of every piece of road within the limit.

        An edge may come more than once. Pieces of no length are left out.
        """
        edge = np.flatnonzero(self.through_ms < limit_ms).astype(np.int32)
        spent = np.minimum(limit_ms - self.through_ms[edge], self.edge_ms[edge])
        whole = self.edge_ms[edge]
        begin, end = (whole - spent, whole) if self.inbound else (np.zeros_like(spent), spent)
        p_edge, p_begin, p_end = self._parts_beside_points(limit_ms)
        edge = np.concatenate([edge, p_edge])
        whole = self.edge_ms[edge]
        begin, end = np.concatenate([begin, p_begin]) / whole, np.concatenate([end, p_end]) / whole
        some = end > begin
        return edge[some], begin[some], end[some]

    def _parts_beside_points(
        self, limit_ms: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
        """Return (edge, from ms, to ms) of the pieces that begin or end at the points."""
        on_edge = self.points.edge != NO_EDGE
        edge = self.points.edge[on_edge]
        before, after = self.points.before_ms[on_edge], self.points.after_ms[on_edge]
        if self.inbound:
            return edge, before - np.minimum(before, limit_ms), before
        return edge, before, before + np.minimum(after, limit_ms)


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
