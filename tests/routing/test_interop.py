"""Equal times as NetworkX on the same network, where there are no turn restrictions."""

from __future__ import annotations

import networkx as nx
import numpy as np
import osmnx as ox
import pytest
from hypothesis import given, settings

from geo_data.city_import import TOWN
from geo_data.interop import from_osmnx, to_networkx
from geo_data.network import HIGHWAY_CLASSES, RoadNetwork
from routing.engine import open_engine
from routing.travel_times import UNREACHABLE_S, Snapped
from routing.weights import edge_milliseconds
from tests.routing.strategies import networks


def leaving(network: RoadNetwork, node: int) -> Snapped:
    """Return the beginnings of all roads out of a junction: who stands there may take any."""
    edges = np.flatnonzero(network.edge_from == node).astype(np.int32)
    return Snapped(edges, np.zeros(len(edges)), np.zeros(len(edges)))


def coming(network: RoadNetwork, node: int) -> Snapped:
    edges = np.flatnonzero(network.edge_to == node).astype(np.int32)
    return Snapped(edges, np.ones(len(edges)), np.zeros(len(edges)))


def assert_equal_times(network: RoadNetwork, pairs) -> None:
    engine, graph = open_engine(network), to_networkx(network)
    # One rounding to a millisecond on each edge, one to a second of the sum.
    tolerance_s = 0.5 + 0.0005 * min(network.n_edges, 500) + 1e-6
    for start, end in pairs:
        sources, targets = leaving(network, start), coming(network, end)
        if start == end or not len(sources) or not len(targets):
            continue
        found = engine.matrix(sources, targets).min()
        from_start = nx.single_source_dijkstra_path_length(
            graph, int(network.node_osm_id[start]), weight="travel_time"
        )
        expected = from_start.get(int(network.node_osm_id[end]))
        if expected is None:
            assert found == UNREACHABLE_S
        else:
            assert abs(found - expected) <= tolerance_s


@given(networks(with_bans=False))
@settings(max_examples=100, deadline=None)
def test_generated_networks(network):
    network.edge_length_m[:] *= 100_000
    nodes = range(network.n_nodes)
    assert_equal_times(network, [(a, b) for a in nodes for b in nodes])


def test_the_demo_city(demo_network):
    rng = np.random.default_rng(11)
    assert not demo_network.banned_turns
    assert_equal_times(demo_network, rng.integers(0, demo_network.n_nodes, (4, 2)).tolist())


def test_there_and_back_through_networkx_keeps_all_times(demo_network):
    again = from_osmnx(to_networkx(demo_network), name="again")
    assert sorted(edge_milliseconds(again)) == sorted(edge_milliseconds(demo_network))


def test_the_town_as_osmnx_reads_it():
    graph = ox.add_edge_travel_times(ox.add_edge_speeds(ox.graph_from_xml(TOWN)))
    other = [
        (u, v, k)
        for u, v, k, highway in graph.edges(keys=True, data="highway")
        if (highway if isinstance(highway, str) else highway[0]) not in HIGHWAY_CLASSES
    ]
    graph.remove_edges_from(other)
    network = from_osmnx(graph)
    engine = open_engine(network)
    n_compared = 0
    for start in range(network.n_nodes):
        expected = nx.single_source_dijkstra_path_length(
            graph, int(network.node_osm_id[start]), weight="travel_time"
        )
        for end in range(network.n_nodes):
            sources, targets = leaving(network, start), coming(network, end)
            if start == end or not len(sources) or not len(targets):
                continue
            found = int(engine.matrix(sources, targets).min())
            seconds = expected.get(int(network.node_osm_id[end]), float(UNREACHABLE_S))
            assert found == pytest.approx(seconds, abs=0.6), "but for rounding"
            n_compared += 1
    assert n_compared > 1000
