"""Splitting drawn ways at junctions, at gaps of a clipped extract and at barriers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo_data.osm_ways import RawWays
from geo_data.pieces import Pieces


def split_ways(ways: RawWays) -> Pieces:
    """Cut ways into pieces from junction to junction.

    A junction is a node that ways use more than once, or the end of a way. Where a clipped
    extract lacks a node, the way is cut: what is left on either side ends there. A node that
    blocks cars becomes one dead end per piece; the copies get negative ids.
    """
    way, node = _without_repeats(ways)
    there = np.isfinite(ways.node_lon[node]) & np.isfinite(ways.node_lat[node])
    joined = np.zeros(len(node) + 1, dtype=np.bool_)  # joined[i]: a road leads from i - 1 to i
    joined[1:-1] = (way[1:] == way[:-1]) & there[1:] & there[:-1]
    junction = np.bincount(node[there], minlength=len(ways.node_id)) > 1
    cut = np.flatnonzero(there & (~joined[:-1] | ~joined[1:] | junction[node] | ways.blocked[node]))
    first, last = cut[:-1], cut[1:]
    whole = joined[first + 1]
    first, last = first[whole], last[whole]
    ends = _Ends(ways, node[first], node[last])
    row = way[first]
    return Pieces(
        node_id=ends.node_id,
        node_lon=ways.node_lon[ends.original],
        node_lat=ways.node_lat[ends.original],
        start=ends.start,
        end=ends.end,
        forward=ways.direction[row] >= 0,
        backward=ways.direction[row] <= 0,
        speed_forward_kph=ways.speed_forward_kph[row],
        speed_backward_kph=ways.speed_backward_kph[row],
        road_class=ways.road_class[row],
        name=ways.name[row],
        ref=ways.ref[row],
        way_id=ways.way_id[row],
        shape_first=first,
        shape_last=last,
        shape_lon=ways.node_lon[node],
        shape_lat=ways.node_lat[node],
    )


def _without_repeats(ways: RawWays) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (way, node) per drawn point; a node given twice in a row counts once."""
    way = np.repeat(np.arange(len(ways.way_id)), np.diff(ways.ptr))
    fresh = np.ones(len(way), dtype=np.bool_)
    fresh[1:] = (way[1:] != way[:-1]) | (ways.node[1:] != ways.node[:-1])
    return way[fresh], ways.node[fresh]


class _Ends:
    """Ends of pieces, with a private copy of the node for each end at a barrier."""

    def __init__(self, ways: RawWays, start: NDArray[np.int64], end: NDArray[np.int64]) -> None:
        n_nodes = len(ways.node_id)
        both = np.concatenate([start, end])
        at_barrier = np.flatnonzero(ways.blocked[both])
        n_copies = len(at_barrier)
        self.original = np.concatenate([np.arange(n_nodes), both[at_barrier]])
        self.node_id = np.concatenate([ways.node_id, -np.arange(1, n_copies + 1)])
        both[at_barrier] = n_nodes + np.arange(n_copies)
        self.start, self.end = both[: len(start)], both[len(start) :]
