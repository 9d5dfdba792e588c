"""Compile everything that routing compiles, once, so that no question waits for it."""

from __future__ import annotations

import numpy as np

from geo_data.network import RoadNetwork
from routing.engine import open_engine
from routing.travel_times import Snapped

N_BLOCKS = 4


def toy_network() -> RoadNetwork:
    """Return a square of two-way streets with a banned turn: enough to lead through all code."""
    n = N_BLOCKS * N_BLOCKS
    east, north = np.divmod(np.arange(n), N_BLOCKS)
    lon, lat = east * 1e-3, north * 1e-3
    pairs = [(v, v + N_BLOCKS) for v in range(n - N_BLOCKS)]
    pairs += [(v, v + 1) for v in range(n) if (v + 1) % N_BLOCKS]
    ends = np.array([end for a, b in pairs for end in ((a, b), (b, a))], dtype=np.int32)
    n_edges = len(ends)
    everywhere = np.zeros(n_edges, dtype=np.int32)
    return RoadNetwork(
        name="toy",
        node_lon=lon,
        node_lat=lat,
        node_osm_id=np.arange(n),
        edge_from=ends[:, 0].copy(),
        edge_to=ends[:, 1].copy(),
        edge_length_m=np.linspace(90.0, 130.0, n_edges),
        edge_speed_kph=np.full(n_edges, 36.0),
        edge_class=everywhere.astype(np.uint8),
        edge_name=everywhere,
        edge_ref=everywhere - 1,
        edge_way_id=np.arange(n_edges, dtype=np.int64),
        edge_reverse=np.arange(n_edges, dtype=np.int32) ^ 1,
        shape_ptr=np.arange(0, 2 * n_edges + 1, 2, dtype=np.int64),
        shape_lon=lon[ends.ravel()],
        shape_lat=lat[ends.ravel()],
        banned_turns=((0, int(np.flatnonzero(ends[:, 0] == ends[0, 1])[-1])),),
        names=("Toy Street",),
        refs=(),
        content_hash="toy",
    )


def warm_up() -> None:
    """Compile what is not compiled yet and load what is; up to a minute the first time."""
    engine = open_engine(toy_network())
    n_edges = engine.network.n_edges
    everywhere = Snapped(
        np.arange(n_edges, dtype=np.int32), np.linspace(0.1, 0.9, n_edges), np.zeros(n_edges)
    )
    one, few = everywhere.pick([0]), everywhere.pick([0, 1, 2])
    engine.matrix(one, one)
    engine.matrix(few, everywhere)
    engine.matrix(everywhere, few)
    engine.matrix_with_metres(few, everywhere)
    engine.route(one, everywhere.pick([n_edges - 1]))
    engine.reach(few, 60)
    engine.reach(few, 60, inbound=True)
    engine.current.updated(np.array([0]), np.array([5]))
