"""Traffic signals of an extract, laid on the edges whose drivers wait at them.

Mappers put `highway=traffic_signals` on the junction itself or on each stop line before it. On a
junction it holds every edge that ends there. On a stop line it holds the edge that has most of its
way behind it: the line lies just before the junction it guards, and who drives away from that
junction passes it without a signal. Source: OSM wiki, `Tag:highway=traffic_signals`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import osmium
import osmium.filter
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from geo_data.osm_file import existing_osm_file, reading

_WANTED = osmium.filter.TagFilter(("highway", "traffic_signals"))


def signal_edges(path: Path | str, network: RoadNetwork) -> NDArray[np.bool_]:
    """Return bool[n_edges]: edges at whose end, or just before it, signals stop the traffic.

    Parameters
    ----------
    path
        The extract that the network was read from.
    network
        Its roads.

    Raises
    ------
    NotFound
        When there is no such file.
    BadData
        When it cannot be read.
    """
    path = existing_osm_file(Path(path))
    ids: list[int] = []
    places: list[tuple[float, float]] = []
    with reading(path):
        for node in osmium.FileProcessor(path, osmium.osm.NODE).with_filter(_WANTED):
            if isinstance(node, osmium.osm.Node) and node.location.valid():
                ids.append(node.id)
                places.append((node.location.lon, node.location.lat))
    at_end = np.isin(network.node_osm_id, np.array(ids, dtype=np.int64))[network.edge_to]
    return at_end | _stop_lines(network, np.array(places).reshape(-1, 2))


def _stop_lines(network: RoadNetwork, places: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return bool[n_edges]: edges with one of these points within, past the middle."""
    points = network.shape_lon + 1j * network.shape_lat
    first, last = network.shape_ptr[:-1], network.shape_ptr[1:] - 1
    inner = np.isin(points, places[:, 0] + 1j * places[:, 1])
    inner[first] = False
    inner[last] = False
    owner = np.repeat(np.arange(network.n_edges), last - first + 1)
    steps = np.abs(np.diff(points, prepend=points[:1]))
    steps[first] = 0.0
    along = np.cumsum(steps)
    past_middle = along - along[first][owner] > (along[last] - along[first])[owner] / 2
    found = np.zeros(network.n_edges, dtype=bool)
    found[owner[inner & past_middle]] = True
    return found
