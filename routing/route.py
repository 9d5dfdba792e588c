"""What a driver sees of a path: geometry, times, lengths, streets and turns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.jit import jit
from routing.maneuvers import Maneuvers, streets_of
from routing.path import Path
from routing.shapes import point_shares
from routing.travel_times import DrivenRoute

Floats = NDArray[np.float64]


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

    def lay_out(self, path: Path, edge_ms: NDArray[np.int32]) -> DrivenRoute:
        """Return the route that a path describes.

        Parameters
        ----------
        path
            From `routing.path`.
        edge_ms
            int32[n_edges], time to drive each edge; the speed along an edge is even.
        """
        network = self._network
        points, elapsed_s = draw_line(
            path.edges, path.enter_ms, path.first_before_ms, path.last_before_ms,
            path.duration_ms, edge_ms,
            network.shape_ptr, self._share, network.shape_lon, network.shape_lat,
        )  # fmt: skip
        length_m = driven_lengths(
            path.edges, path.first_before_ms, path.last_before_ms, edge_ms, network.edge_length_m
        )
        turns = self._maneuvers.along(path.edges, length_m)
        return DrivenRoute(
            duration_s=path.duration_ms / 1000.0,
            length_m=float(length_m.sum()),
            edges=path.edges,
            points=points,
            elapsed_s=elapsed_s,
            streets=streets_of(turns),
            turns=turns,
        )


@jit
def driven_lengths(
    edges: NDArray[np.int32],
    first_before_ms: int,
    last_before_ms: int,
    edge_ms: NDArray[np.int32],
    edge_length_m: Floats,
) -> Floats:
    """Return float64[k], how much of each edge of a path is driven, metres."""
    length_m = np.empty(len(edges), np.float64)
    for k in range(len(edges)):
        whole_ms = edge_ms[edges[k]]
        end = last_before_ms if k == len(edges) - 1 else whole_ms
        begin = first_before_ms if k == 0 else 0
        length_m[k] = edge_length_m[edges[k]] * (end - begin) / whole_ms
    return length_m


@jit
def draw_line(
    edges: NDArray[np.int32],
    enter_ms: NDArray[np.int64],
    first_before_ms: int,
    last_before_ms: int,
    duration_ms: int,
    edge_ms: NDArray[np.int32],
    shape_ptr: NDArray[np.int64],
    share: Floats,
    lon: Floats,
    lat: Floats,
) -> tuple[Floats, Floats]:
    """Return the points of a path, both its ends included, and the seconds to each.

    Points that repeat the one before at the same time are dropped; two are always left.
    """
    n_points = 2
    for edge in edges:
        n_points += shape_ptr[edge + 1] - shape_ptr[edge]
    points, elapsed_s = np.empty((n_points, 2), np.float64), np.empty(n_points, np.float64)
    first, last = edges[0], edges[-1]
    part = slice(shape_ptr[first], shape_ptr[first + 1])
    _point_at(first_before_ms / edge_ms[first], share[part], lon[part], lat[part], points[0])
    elapsed_s[0] = 0.0
    n = 1
    for k in range(len(edges)):
        whole_ms = edge_ms[edges[k]]
        begin_ms = enter_ms[k] - (first_before_ms if k == 0 else 0)
        for i in range(shape_ptr[edges[k]], shape_ptr[edges[k] + 1]):
            along_ms = share[i] * whole_ms
            if k == 0 and along_ms <= first_before_ms:
                continue
            if k == len(edges) - 1 and along_ms >= last_before_ms:
                continue
            now_s = (begin_ms + along_ms) / 1000.0
            same_place = points[n - 1, 0] == lon[i] and points[n - 1, 1] == lat[i]
            if same_place and elapsed_s[n - 1] == now_s:
                continue
            points[n, 0], points[n, 1], elapsed_s[n] = lon[i], lat[i], now_s
            n += 1
    part = slice(shape_ptr[last], shape_ptr[last + 1])
    _point_at(last_before_ms / edge_ms[last], share[part], lon[part], lat[part], points[n])
    elapsed_s[n] = duration_ms / 1000.0
    return points[: n + 1].copy(), elapsed_s[: n + 1].copy()


@jit
def _point_at(at: float, share: Floats, lon: Floats, lat: Floats, point: Floats) -> None:
    """Set a point to the place at a fraction of a line."""
    i = 1
    while i < len(share) - 1 and share[i] < at:
        i += 1
    over = share[i] - share[i - 1]
    weight = min(max((at - share[i - 1]) / over, 0.0), 1.0) if over > 0 else 0.0
    point[0] = lon[i - 1] + weight * (lon[i] - lon[i - 1])
    point[1] = lat[i - 1] + weight * (lat[i] - lat[i - 1])
    if weight == 1.0:
        point[0], point[1] = lon[i], lat[i]
