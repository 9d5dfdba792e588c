"""Which edges, and which parts of them, lie within a travel time of a set of points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.phantoms import NO_EDGE, Phantoms


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
