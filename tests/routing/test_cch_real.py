"""The hierarchy against Dijkstra over the same turns, on real cities: equal to the second."""

from __future__ import annotations

import numpy as np
import pytest

from geo_data.network import RoadNetwork
from geo_data.osm_reader import read_osm
from routing.cch_engine import CchEngine
from routing.dijkstra_engine import DijkstraEngine
from routing.engine import open_engine
from routing.travel_times import Snapped
from routing.weights import CLOSED_MS

N_SIDE = 100
"""So many sources and targets: 10,000 pairs."""

N_TREES = 20

EXTRACTS = [
    "monaco.osm.pbf",
    pytest.param("taipei_central.osm.gz", marks=pytest.mark.long),
    pytest.param("porto.osm.pbf", marks=pytest.mark.long),
]


def anywhere(network: RoadNetwork, n: int, seed: int) -> Snapped:
    """Return positions on any edges, also on those cut off from the rest."""
    rng = np.random.default_rng(seed)
    edge = rng.integers(0, network.n_edges, n).astype(np.int32)
    return Snapped(edge, rng.random(n), np.zeros(n))


def check(network: RoadNetwork) -> None:
    engine, plain = open_engine(network), DijkstraEngine(network, cache_bytes=0)
    assert isinstance(engine, CchEngine)
    sources, targets = anywhere(network, N_SIDE, seed=1), anywhere(network, N_SIDE, seed=2)
    expected = plain.matrix(sources, targets)
    assert (engine.matrix(sources, targets) == expected).all()
    for row in range(0, N_SIDE, 9):
        one_by_one = [engine.matrix(sources.pick([row]), targets.pick([c]))[0, 0] for c in range(9)]
        assert one_by_one == expected[row, :9].tolist()
    check_trees(engine, plain, network)
    check_traffic(engine, plain, network)


def check_trees(engine: CchEngine, plain: DijkstraEngine, network: RoadNetwork) -> None:
    for seed in range(N_TREES):
        point, inbound = anywhere(network, 1, seed=100 + seed), seed % 2 == 1
        found = engine._edge_times(engine.current, point, inbound=inbound)
        expected = plain._edge_times(plain.current, point, 86_400, inbound=inbound)
        assert (found.through_ms == expected.through_ms).all()


def check_traffic(engine: CchEngine, plain: DijkstraEngine, network: RoadNetwork) -> None:
    rng = np.random.default_rng(3)
    edge_ms = np.round(engine.current.edge_ms * rng.uniform(0.5, 3, network.n_edges))
    edge_ms = np.maximum(edge_ms, 1).astype(np.int64)
    edge_ms[rng.integers(0, network.n_edges, network.n_edges // 50)] = CLOSED_MS
    sources, targets = anywhere(network, 30, seed=4), anywhere(network, 40, seed=5)
    found = engine.matrix(sources, targets, metric=engine.metric(edge_ms))
    assert (found == plain.matrix(sources, targets, metric=plain.metric(edge_ms))).all()


@pytest.mark.shared
@pytest.mark.timeout(600)
@pytest.mark.parametrize("extract", EXTRACTS)
def test_equal_on_real_roads(shared_data, extract):
    check(read_osm(shared_data / "osm" / extract))


def test_equal_on_the_demo_city(demo_network):
    check(demo_network)


def test_routes_of_the_demo_city_take_the_edges_that_dijkstra_takes(demo_network, demo_engine):
    plain = DijkstraEngine(demo_network)
    sources, targets = anywhere(demo_network, 40, seed=6), anywhere(demo_network, 40, seed=7)
    seconds = plain.matrix(sources, targets)
    compared = 0
    for i in np.flatnonzero(np.diag(seconds) < 86_400):
        found = demo_engine.route(sources.pick([i]), targets.pick([i]))
        expected = plain.route(sources.pick([i]), targets.pick([i]))
        assert found.duration_s == expected.duration_s
        assert found.length_m <= expected.length_m + 0.01 * len(found.edges)
        compared += 1
    assert compared >= 30
