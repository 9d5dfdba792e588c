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


def cut_lines(
    lines: Geometries, begin: NDArray[np.float64], end: NDArray[np.float64]
) -> Geometries:
    """Return object[n], each line between two fractions of its length, begin < end."""
    pieces = lines.copy()
    for i in np.flatnonzero((begin > 0.0) | (end < 1.0)):
        pieces[i] = shapely.ops.substring(lines[i], float(begin[i]), float(end[i]), normalized=True)
    return pieces
