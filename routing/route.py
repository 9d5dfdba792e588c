"""What a driver sees of a path: geometry, times, length and street names."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
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
        self._share = point_shares(network)

    def lay_out(self, path: Path, edge_ms: NDArray[np.int32]) -> DrivenRoute:
        """Return the route that a path describes.

        Parameters
        ----------
        path
            From `routing.path`.
        edge_ms
            int32[n_edges], time to drive each edge; the speed along an edge is even.
        """
        edges = np.array(path.edges, dtype=np.int32)
        whole_ms = edge_ms[edges].astype(np.int64)
        begin_ms, end_ms = np.zeros(len(edges), dtype=np.int64), whole_ms.copy()
        begin_ms[0], end_ms[-1] = path.first_before_ms, path.last_before_ms
        points, elapsed_ms = self._inner_points(path, edges, whole_ms)
        first = self._point_at(path.edges[0], path.first_before_ms / int(whole_ms[0]))
        last = self._point_at(path.edges[-1], path.last_before_ms / int(whole_ms[-1]))
        length_m = self._network.edge_length_m[edges] * (end_ms - begin_ms) / whole_ms
        points, elapsed_s = _without_repeats(
            np.vstack([first, points, last]),
            np.concatenate([[0.0], elapsed_ms, [path.duration_ms]]) / 1000.0,
        )
        return DrivenRoute(
            duration_s=path.duration_ms / 1000.0,
            length_m=float(length_m.sum()),
            edges=edges,
            points=points,
            elapsed_s=elapsed_s,
            streets=_streets(self._network, path.edges, length_m.tolist()),
        )

    def _inner_points(
        self, path: Path, edges: NDArray[np.int32], whole_ms: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the shape points driven past, ends of edges included, and when, ms."""
        network = self._network
        start = network.shape_ptr[edges]
        n_points = network.shape_ptr[edges + 1] - start
        owner = np.repeat(np.arange(len(edges)), n_points)
        point = np.arange(len(owner)) - np.repeat(np.cumsum(n_points) - n_points, n_points)
        point += np.repeat(start, n_points)
        along_ms = self._share[point] * whole_ms[owner]
        driven = (owner > 0) | (along_ms > path.first_before_ms)
        driven &= (owner < len(edges) - 1) | (along_ms < path.last_before_ms)
        enter_ms = np.array(path.enter_ms, dtype=np.float64)
        enter_ms[0] -= path.first_before_ms
        elapsed_ms = enter_ms[owner] + along_ms
        xy = np.column_stack([network.shape_lon[point], network.shape_lat[point]])
        return xy[driven], elapsed_ms[driven]

    def _point_at(self, edge: int, at: float) -> NDArray[np.float64]:
        """Return the (lon, lat) at a fraction of an edge."""
        shape = self._network.shape(edge)
        share = self._share[self._network.shape_ptr[edge] : self._network.shape_ptr[edge + 1]]
        return np.array([np.interp(at, share, shape[:, 0]), np.interp(at, share, shape[:, 1])])


def _without_repeats(
    points: NDArray[np.float64], elapsed_s: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Drop points that repeat the one before at the same time; a route keeps at least two."""
    repeats = np.zeros(len(points), dtype=bool)
    repeats[1:-1] = (points[1:-1] == points[:-2]).all(axis=1) & (elapsed_s[1:-1] == elapsed_s[:-2])
    return points[~repeats], elapsed_s[~repeats]


def _streets(
    network: RoadNetwork, edges: tuple[int, ...], lengths_m: list[float]
) -> tuple[tuple[str, float], ...]:
    streets: list[tuple[str, float]] = []
    for edge, length_m in zip(edges, lengths_m, strict=True):
        name = street_name(network, edge)
        if streets and streets[-1][0] == name:
            streets[-1] = (name, streets[-1][1] + length_m)
        elif length_m > 0 or len(edges) == 1:
            # An edge may only be touched where a way begins or ends at a junction.
            streets.append((name, length_m))
    return tuple(streets)


def street_name(network: RoadNetwork, edge: int) -> str:
    """Return the name of an edge's street, else its road number, else an empty string."""
    name, ref = int(network.edge_name[edge]), int(network.edge_ref[edge])
    if name >= 0:
        return network.names[name]
    return network.refs[ref] if ref >= 0 else ""
