"""The road network: flat arrays, one row per node, one row per directed edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HIGHWAY_CLASSES = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
    "living_street", "service", "road",
    "motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link",
)  # fmt: skip
"""OSM `highway` values that carry cars; ``edge_class`` indexes this tuple."""


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Drivable roads of one place. All arrays are read-only by convention.

    Attributes
    ----------
    name
        Name of the place, for people.
    node_lon, node_lat
        float64[n_nodes], degrees WGS-84.
    node_osm_id
        int64[n_nodes].
    edge_from, edge_to
        int32[n_edges], node indices; every edge is directed.
    edge_length_m
        float64[n_edges], > 0.
    edge_speed_kph
        float64[n_edges], > 0: free-flow speed (tagged, else by class).
    edge_class
        uint8[n_edges], index into `HIGHWAY_CLASSES`.
    edge_name, edge_ref
        int32[n_edges], index into `names` / `refs`; -1 where there is none.
    edge_way_id
        int64[n_edges], OSM way.
    edge_reverse
        int32[n_edges], the edge of the same road in the other direction; -1 on one-way roads.
    shape_ptr
        int64[n_edges + 1]: edge ``e`` has the points
        ``shape_lon[shape_ptr[e]:shape_ptr[e + 1]]``, in driving order, both
        ends included (at least two points).
    shape_lon, shape_lat
        float64[n_points].
    banned_turns
        tuple of edge sequences that may not be driven one directly after the other:
        two edges for a via-node restriction, more for a via-way one. ``only_*`` restrictions
        are expanded into what they forbid. U-turns are not listed here.
    names, refs
        Street names and road numbers.
    content_hash
        Hex digest of the source and of the reader's version; keys every cache.
    attribution
        Credit line to show wherever the data is shown.
    """

    name: str
    node_lon: NDArray[np.float64]
    node_lat: NDArray[np.float64]
    node_osm_id: NDArray[np.int64]
    edge_from: NDArray[np.int32]
    edge_to: NDArray[np.int32]
    edge_length_m: NDArray[np.float64]
    edge_speed_kph: NDArray[np.float64]
    edge_class: NDArray[np.uint8]
    edge_name: NDArray[np.int32]
    edge_ref: NDArray[np.int32]
    edge_way_id: NDArray[np.int64]
    edge_reverse: NDArray[np.int32]
    shape_ptr: NDArray[np.int64]
    shape_lon: NDArray[np.float64]
    shape_lat: NDArray[np.float64]
    banned_turns: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]
    refs: tuple[str, ...]
    content_hash: str
    attribution: str = "© OpenStreetMap contributors, ODbL"

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_lon)

    @property
    def n_edges(self) -> int:
        """Number of directed edges."""
        return len(self.edge_from)

    def shape(self, edge: int) -> NDArray[np.float64]:
        """Return the points of one edge in driving order, float64[k, 2] (lon, lat), k >= 2."""
        part = slice(int(self.shape_ptr[edge]), int(self.shape_ptr[edge + 1]))
        return np.column_stack([self.shape_lon[part], self.shape_lat[part]])
