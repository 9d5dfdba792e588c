"""The edges of a network as shapely lines, made in one go."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_data.network import RoadNetwork


def edge_lines(network: RoadNetwork) -> NDArray[np.object_]:
    """Return one line per edge in driving order, object[n_edges], degrees WGS-84."""
    points = np.column_stack([network.shape_lon, network.shape_lat])
    edge = np.repeat(np.arange(network.n_edges), np.diff(network.shape_ptr))
    return np.array(shapely.linestrings(points, indices=edge), dtype=object)
