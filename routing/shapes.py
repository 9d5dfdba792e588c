"""Edges as lines on the flat map, many at once."""

from __future__ import annotations

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from routing.projection import LocalMetres

Geometries = NDArray[np.object_]
"""object[n] of shapely geometries."""


def edge_lines(network: RoadNetwork, metres: LocalMetres, edges: NDArray[np.integer]) -> Geometries:
    """Return object[n] LineStrings in metres, in driving order."""
    if not len(edges):
        return np.empty(0, dtype=np.object_)
    n_points = network.shape_ptr[edges + 1] - network.shape_ptr[edges]
    owner = np.repeat(np.arange(len(edges)), n_points)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(n_points) - n_points, n_points)
    point = np.repeat(network.shape_ptr[edges], n_points) + within
    xy = metres.to_xy(network.shape_lon[point], network.shape_lat[point])
    return np.asarray(shapely.linestrings(xy, indices=owner), dtype=np.object_)


def point_shares(network: RoadNetwork) -> NDArray[np.float64]:
    """Return float64[n_points]: how far along its edge each shape point lies, 0 to 1.

    Where all points of an edge coincide they are spread evenly.
    """
    xy = LocalMetres.around(network).to_xy(network.shape_lon, network.shape_lat)
    first, last = network.shape_ptr[:-1], network.shape_ptr[1:] - 1
    owner = np.repeat(np.arange(network.n_edges), last - first + 1)
    step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    step[first] = 0.0
    flat = np.add.reduceat(step, first) == 0.0
    step[flat[owner]] = 1.0
    step[first] = 0.0
    along = np.cumsum(step)
    along -= along[first][owner]
    share: NDArray[np.float64] = along / along[last][owner]
    share[last] = 1.0
    return np.clip(share, 0.0, 1.0)


def cut_lines(
    lines: Geometries, begin: NDArray[np.float64], end: NDArray[np.float64]
) -> Geometries:
    """Return object[n], each line between two fractions of its length, begin < end."""
    pieces = lines.copy()
    for i in np.flatnonzero((begin > 0.0) | (end < 1.0)):
        pieces[i] = shapely.ops.substring(lines[i], float(begin[i]), float(end[i]), normalized=True)
    return pieces
