"""What more roads cost: copies of a city side by side, joined by roads, and other extracts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo_data.network import HIGHWAY_CLASSES, RoadNetwork
from kernel.position import Position, distance_m

_LINKS = 40
"""Roads between two neighbouring copies, as many as lead out of a city of that size."""

_LINK_KPH = 90.0
_PER_NODE = ("node_lon", "node_lat", "node_osm_id")
_PER_EDGE = (
    "edge_length_m",
    "edge_speed_kph",
    "edge_class",
    "edge_name",
    "edge_ref",
    "edge_way_id",
)
_TWO_WAY = 2


def tiled(network: RoadNetwork, copies: int) -> RoadNetwork:
    """Return a network of several copies from west to east, neighbours joined by two-way roads.

    Parameters
    ----------
    network
        The roads of one tile.
    copies
        How many, at least 1.
    """
    if copies == 1:
        return network
    width_deg = 1.02 * float(network.node_lon.max() - network.node_lon.min())
    shift = np.arange(copies) * width_deg
    n, m, points = network.n_nodes, network.n_edges, len(network.shape_lon)
    tiles = np.arange(copies)

    def stacked(column: NDArray[Any], step: int = 0) -> NDArray[Any]:
        """Repeat a column, numbers raised by a step from copy to copy; -1 stays."""
        raised = column[np.newaxis] + (tiles * step)[:, np.newaxis]
        kept = np.where(column[np.newaxis] < 0, column[np.newaxis], raised) if step else raised
        return kept.astype(column.dtype).ravel()

    columns: dict[str, Any] = {
        name: stacked(getattr(network, name)) for name in (*_PER_NODE, *_PER_EDGE)
    }
    together = replace(
        network,
        **columns,
        name=f"{network.name} x {copies}",
        edge_from=stacked(network.edge_from, n),
        edge_to=stacked(network.edge_to, n),
        edge_reverse=stacked(network.edge_reverse, m),
        shape_ptr=np.append(stacked(network.shape_ptr[:-1], points), copies * points),
        shape_lon=stacked(network.shape_lon) + np.repeat(shift, points),
        shape_lat=stacked(network.shape_lat),
        banned_turns=tuple(
            tuple(edge + tile * m for edge in ban)
            for tile in range(copies)
            for ban in network.banned_turns
        ),
        content_hash=hashlib.sha256(f"{network.content_hash} x {copies}".encode()).hexdigest(),
    )
    together.node_lon[:] += np.repeat(shift, n)
    together.node_osm_id[:] = np.arange(copies * n)
    links = _links(network)
    ends = [(a + tile * n, b + (tile + 1) * n) for tile in range(copies - 1) for a, b in links]
    return _joined(together, ends)


def _links(network: RoadNetwork) -> list[tuple[int, int]]:
    """Return junctions of the eastern and the western edge of a tile, paired south to north."""
    used = np.unique(network.edge_from[np.isin(network.edge_from, network.edge_to)])
    by_lon = used[np.argsort(network.node_lon[used], kind="stable")]
    n_links = min(_LINKS, len(used) // 2)
    west, east = by_lon[:n_links], by_lon[-n_links:]
    ordered = (side[np.argsort(network.node_lat[side], kind="stable")] for side in (east, west))
    return list(zip(*(side.tolist() for side in ordered), strict=True))


def _joined(network: RoadNetwork, ends: Sequence[tuple[int, int]]) -> RoadNetwork:
    """Return the network with a straight two-way road between each pair of nodes."""
    tail = np.array([x for a, b in ends for x in (a, b)], dtype=np.int32)
    head = np.array([x for a, b in ends for x in (b, a)], dtype=np.int32)
    k, m = len(tail), network.n_edges
    reverse = m + np.arange(k, dtype=np.int32).reshape(-1, _TWO_WAY)[:, ::-1].ravel()
    shape = np.column_stack([tail, head]).ravel()
    new: dict[str, Any] = {
        "edge_from": tail,
        "edge_to": head,
        "edge_length_m": np.array(
            [_between_m(network, a, b) for a, b in zip(tail, head, strict=True)]
        ),
        "edge_speed_kph": np.full(k, _LINK_KPH),
        "edge_class": np.full(k, HIGHWAY_CLASSES.index("trunk"), dtype=np.uint8),
        "edge_name": np.full(k, -1, dtype=np.int32),
        "edge_ref": np.full(k, -1, dtype=np.int32),
        "edge_way_id": np.full(k, -1, dtype=np.int64),
        "edge_reverse": reverse,
        "shape_ptr": network.shape_ptr[-1] + 2 * np.arange(1, k + 1),
        "shape_lon": network.node_lon[shape],
        "shape_lat": network.node_lat[shape],
    }
    longer: dict[str, Any] = {
        name: np.concatenate([getattr(network, name), new[name]]) for name in new
    }
    return replace(network, **longer)


def _between_m(network: RoadNetwork, a: int, b: int) -> float:
    places = (Position(float(network.node_lon[x]), float(network.node_lat[x])) for x in (a, b))
    return max(distance_m(*places), 1.0)
