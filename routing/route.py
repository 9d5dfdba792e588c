"""What a driver sees of a path: geometry, times, lengths, streets and turns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from routing.maneuvers import Maneuvers
from routing.path import Path
from routing.shapes import point_shares
from routing.travel_times import DrivenRoute


class RouteLayout:
    """Lays paths out on one network.

    Parameters
    ----------
    network
        The roads.
    """

    def __init__(self, network: RoadNetwork) -> None:
        self._network = network
        self._maneuvers = Maneuvers(network)
        self._share = point_shares(network)
        self._xy = np.column_stack([network.shape_lon, network.shape_lat])

    def lay_out(self, path: Path, edge_ms: NDArray[np.int32]) -> DrivenRoute:
        """Return the route that a path describes.

        Parameters
        ----------
        path
            From `routing.path`.
        edge_ms
            int32[n_edges], time to drive each edge; the speed along an edge is even.
        """
        edges = path.edges
        whole_ms = edge_ms[edges].astype(np.int64)
        driven_ms = whole_ms.copy()
        driven_ms[-1] = path.last_before_ms
        driven_ms[0] -= path.first_before_ms
        length_m = self._network.edge_length_m[edges] * driven_ms / whole_ms
        points, elapsed_s = self._line(path, whole_ms)
        turns = self._maneuvers.along(edges, length_m)
        return DrivenRoute(
            duration_s=path.duration_ms / 1000.0,
            length_m=float(length_m.sum()),
            edges=edges,
            points=points,
            elapsed_s=elapsed_s,
            streets=self._maneuvers.streets(turns),
            turns=turns,
        )

    def _line(
        self, path: Path, whole_ms: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the points driven past and when, seconds, both ends of the way included."""
        points, elapsed_ms = self._inner_points(path, whole_ms)
        xy, ms = np.empty((len(points) + 2, 2)), np.empty(len(points) + 2)
        xy[0] = self._point_at(int(path.edges[0]), path.first_before_ms / int(whole_ms[0]))
        xy[-1] = self._point_at(int(path.edges[-1]), path.last_before_ms / int(whole_ms[-1]))
        xy[1:-1] = points
        ms[0], ms[1:-1], ms[-1] = 0.0, elapsed_ms, path.duration_ms
        # Points that repeat the one before at the same time are dropped; two are always left.
        new = np.ones(len(xy), dtype=bool)
        new[1:-1] = (xy[1:-1] != xy[:-2]).any(axis=1) | (ms[1:-1] != ms[:-2])
        return xy[new], ms[new] / 1000.0

    def _inner_points(
        self, path: Path, whole_ms: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the shape points driven past, ends of edges included, and when, ms."""
        start = self._network.shape_ptr[path.edges]
        n_points = self._network.shape_ptr[path.edges + 1] - start
        owner = np.repeat(np.arange(len(path.edges)), n_points)
        point = np.arange(len(owner)) + np.repeat(start - np.cumsum(n_points) + n_points, n_points)
        along_ms = self._share[point] * whole_ms[owner]
        driven = (owner > 0) | (along_ms > path.first_before_ms)
        driven &= (owner < len(path.edges) - 1) | (along_ms < path.last_before_ms)
        enter_ms = path.enter_ms.astype(np.float64)
        enter_ms[0] -= path.first_before_ms
        elapsed_ms = enter_ms[owner] + along_ms
        return self._xy[point[driven]], elapsed_ms[driven]

    def _point_at(self, edge: int, at: float) -> tuple[float, float]:
        """Return the (lon, lat) at a fraction of an edge."""
        part = slice(int(self._network.shape_ptr[edge]), int(self._network.shape_ptr[edge + 1]))
        share, xy = self._share[part], self._xy[part]
        return float(np.interp(at, share, xy[:, 0])), float(np.interp(at, share, xy[:, 1]))
