"""The engine on real roads: against the oracle, and as a dispatcher asks it."""

from __future__ import annotations

import numpy as np
import pytest

from routing.dijkstra_engine import DijkstraEngine
from routing.travel_times import Snapped
from tests.routing.oracle import Oracle


def sample(engine: DijkstraEngine, n: int, seed: int) -> Snapped:
    rng = np.random.default_rng(seed)
    edges = rng.choice(np.flatnonzero(engine.connected), n)
    return Snapped(edges.astype(np.int32), rng.random(n), np.zeros(n))


def test_equal_to_the_oracle_on_sampled_pairs(demo_network, demo_engine):
    sources, targets = sample(demo_engine, 3, seed=1), sample(demo_engine, 40, seed=2)
    oracle = Oracle(demo_network)
    rows = list(zip(targets.edge.tolist(), targets.fraction.tolist(), strict=True))
    expected_ms = [
        oracle.times_ms((int(e), float(f)), rows)
        for e, f in zip(sources.edge, sources.fraction, strict=True)
    ]
    expected_s = (np.array(expected_ms) + 500) // 1000
    assert (demo_engine.matrix(sources, targets) == expected_s).all()
    fresh = DijkstraEngine(demo_network)
    for row in range(3):
        from_source = fresh.matrix(sources.pick([row]), targets)[0]
        assert (from_source == expected_s[row]).all(), "searched from the source"


def test_routes_take_as_long_as_the_matrix_says(demo_engine):
    sources, targets = sample(demo_engine, 20, seed=3), sample(demo_engine, 20, seed=4)
    seconds = demo_engine.matrix(sources, targets)
    for i in range(20):
        route = demo_engine.route(sources.pick([i]), targets.pick([i]))
        assert np.floor(route.duration_s + 0.5) == seconds[i, i]
        assert route.elapsed_s[-1] == route.duration_s
        assert (np.diff(route.elapsed_s) >= 0).all()
        assert sum(length for _, length in route.streets) == pytest.approx(route.length_m)


def test_routes_are_as_long_as_their_geometry(demo_network, demo_engine):
    sources, targets = sample(demo_engine, 10, seed=5), sample(demo_engine, 10, seed=6)
    for i in range(10):
        route = demo_engine.route(sources.pick([i]), targets.pick([i]))
        lat = np.radians(route.points[:, 1])
        east = np.diff(np.radians(route.points[:, 0])) * np.cos(lat[1:])
        drawn_m = 6_371_008.8 * np.hypot(east, np.diff(lat)).sum()
        assert route.length_m == pytest.approx(drawn_m, rel=0.01)


def test_every_connected_road_reaches_every_other(demo_engine):
    places = sample(demo_engine, 60, seed=7)
    assert demo_engine.matrix(places, places).max() < 4 * 3600
    assert (np.diag(demo_engine.matrix(places, places)) == 0).all()


def test_reach_and_matrix_agree(demo_engine):
    here = sample(demo_engine, 1, seed=8)
    edges = np.flatnonzero(demo_engine.connected)[::50].astype(np.int32)
    ends = Snapped(edges, np.ones(len(edges)), np.zeros(len(edges)))
    seconds = demo_engine.matrix(here, ends)[0]
    reached = demo_engine.reach(here, 600)[edges]
    # The end of an edge may be reached by the other direction sooner than by driving it.
    assert (seconds[reached] <= 600).all()
    one_way = demo_engine.network.edge_reverse[edges] < 0
    assert ((seconds < 600) & one_way <= reached).all()


def test_areas_on_real_roads(demo_engine):
    areas = demo_engine.isochrone(sample(demo_engine, 1, seed=9), [120, 300])
    assert areas.geometry.is_valid.all()
    lost = areas.geometry[0].difference(areas.geometry[1])
    assert lost.area < 1e-12
    assert areas.geometry[1].area > 2 * areas.geometry[0].area
