"""From road pieces between junctions to the directed edges of a `RoadNetwork`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.position import EARTH_RADIUS_M

MIN_LENGTH_M = 0.01
"""Two junctions drawn on one spot are this far apart: a length of zero would break times."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """Undirected stretches of road, each from one junction to the next.

    Attributes
    ----------
    node_id, node_lon, node_lat
        All nodes that pieces may end at; those no piece uses are dropped.
    start, end
        int64[n_pieces], indices of nodes, in the order of drawing.
    forward, backward
        bool[n_pieces]: may be driven along / against the drawing; pieces with neither are dropped.
    speed_forward_kph, speed_backward_kph
        float64[n_pieces].
    road_class, name, ref, way_id
        As `RoadNetwork.edge_class`, ``edge_name``, ``edge_ref``, ``edge_way_id``.
    shape_first, shape_last
        int64[n_pieces], both inclusive: the points of a piece in ``shape_lon`` / ``shape_lat``.
        Pieces may share points.
    """

    node_id: NDArray[np.int64]
    node_lon: NDArray[np.float64]
    node_lat: NDArray[np.float64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    forward: NDArray[np.bool_]
    backward: NDArray[np.bool_]
    speed_forward_kph: NDArray[np.float64]
    speed_backward_kph: NDArray[np.float64]
    road_class: NDArray[np.uint8]
    name: NDArray[np.int32]
    ref: NDArray[np.int32]
    way_id: NDArray[np.int64]
    shape_first: NDArray[np.int64]
    shape_last: NDArray[np.int64]
    shape_lon: NDArray[np.float64]
    shape_lat: NDArray[np.float64]


def assemble(
    pieces: Pieces,
    *,
    name: str,
    names: tuple[str, ...],
    refs: tuple[str, ...],
    content_hash: str,
    attribution: str = RoadNetwork.attribution,
) -> RoadNetwork:
    """Make the directed road network of these pieces, without turn restrictions.

    Edges are sorted by start node, then end node, then piece: the same pieces always give the
    same network.
    """
    piece, along = _directed(pieces)
    edge_from = np.where(along, pieces.start[piece], pieces.end[piece])
    edge_to = np.where(along, pieces.end[piece], pieces.start[piece])
    order = np.lexsort((~along, piece, edge_to, edge_from))
    piece, along = piece[order], along[order]
    used, ends = np.unique(np.concatenate([edge_from[order], edge_to[order]]), return_inverse=True)
    shape_ptr, points = _shape_points(pieces, piece, along)
    lon, lat = pieces.shape_lon[points], pieces.shape_lat[points]
    return RoadNetwork(
        name=name,
        node_lon=pieces.node_lon[used],
        node_lat=pieces.node_lat[used],
        node_osm_id=pieces.node_id[used],
        edge_from=ends[: len(piece)].astype(np.int32),
        edge_to=ends[len(piece) :].astype(np.int32),
        edge_length_m=shape_lengths_m(lon, lat, shape_ptr),
        edge_speed_kph=np.where(
            along, pieces.speed_forward_kph[piece], pieces.speed_backward_kph[piece]
        ),
        edge_class=pieces.road_class[piece],
        edge_name=pieces.name[piece],
        edge_ref=pieces.ref[piece],
        edge_way_id=pieces.way_id[piece],
        edge_reverse=_reverse_edges(piece, len(pieces.start)),
        shape_ptr=shape_ptr,
        shape_lon=lon,
        shape_lat=lat,
        banned_turns=(),
        names=names,
        refs=refs,
        content_hash=content_hash,
        attribution=attribution,
    )


def segment_lengths_m(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the great-circle distance between consecutive points, metres, float64[n - 1]."""
    lon, lat = np.radians(lon), np.radians(lat)
    h = (
        np.sin(np.diff(lat) / 2) ** 2
        + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    )
    lengths: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(h, 0, 1)))
    return lengths


def shape_lengths_m(
    lon: NDArray[np.float64], lat: NDArray[np.float64], ptr: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the length of each polyline of a CSR of points, metres, at least `MIN_LENGTH_M`."""
    if len(ptr) == 1:
        return np.zeros(0)
    step = np.append(segment_lengths_m(lon, lat), 0.0)
    step[ptr[1:] - 1] = 0.0  # from the end of one line to the start of the next
    return np.maximum(np.add.reduceat(step, ptr[:-1]), MIN_LENGTH_M)


def _directed(pieces: Pieces) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    forward, backward = np.flatnonzero(pieces.forward), np.flatnonzero(pieces.backward)
    along = np.zeros(len(forward) + len(backward), dtype=np.bool_)
    along[: len(forward)] = True
    return np.concatenate([forward, backward]), along


def _shape_points(
    pieces: Pieces, piece: NDArray[np.int64], along: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first, last = pieces.shape_first[piece], pieces.shape_last[piece]
    count = last - first + 1
    ptr = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    offset = np.arange(ptr[-1]) - np.repeat(ptr[:-1], count)
    start = np.repeat(np.where(along, first, last), count)
    return ptr, start + np.repeat(np.where(along, 1, -1), count) * offset


def _reverse_edges(piece: NDArray[np.int64], n_pieces: int) -> NDArray[np.int32]:
    order = np.argsort(piece, kind="stable")
    count = np.bincount(piece, minlength=n_pieces)
    first = np.cumsum(count) - count
    reverse = np.full(len(piece), -1, dtype=np.int32)
    two_way = first[count == 2]
    reverse[order[two_way]] = order[two_way + 1]
    reverse[order[two_way + 1]] = order[two_way]
    return reverse
