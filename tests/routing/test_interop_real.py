"""Real roads: NetworkX and the engine agree, and a graph that a planner already has is accepted."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from geo_data.interop import from_osmnx, to_networkx
from geo_data.network import RoadNetwork
from geo_data.osm_reader import read_osm
from routing.engine import open_engine
from routing.travel_times import UNREACHABLE_S, Snapped, TravelTimes

N_SOURCES, N_TARGETS = 6, 400


@pytest.fixture(scope="module")
def helsinki(helsinki_pbf) -> RoadNetwork:
    return read_osm(helsinki_pbf)


def turns_off(network: RoadNetwork) -> RoadNetwork:
    return replace(network, banned_turns=())


def junction_times(engine: TravelTimes, sources: list[int], targets: list[int]) -> np.ndarray:
    """Return seconds between junctions: the best over the roads that leave and arrive there."""
    network = engine.network
    leaving = [np.flatnonzero(network.edge_from == node) for node in sources]
    arriving = [np.flatnonzero(network.edge_to == node) for node in targets]
    begin, end = np.concatenate(leaving), np.concatenate(arriving)
    seconds = engine.matrix(
        Snapped(begin.astype(np.int32), np.zeros(len(begin)), np.zeros(len(begin))),
        Snapped(end.astype(np.int32), np.ones(len(end)), np.zeros(len(end))),
    )
    rows = np.minimum.reduceat(seconds, np.cumsum([0, *map(len, leaving[:-1])]), axis=0)
    return np.minimum.reduceat(rows, np.cumsum([0, *map(len, arriving[:-1])]), axis=1)


def assert_networkx_agrees(network: RoadNetwork, graph: nx.MultiDiGraph) -> None:
    """Compare with a graph whose nodes are the junctions' ids and edges carry ``travel_time``."""
    rng = np.random.default_rng(5)
    sources = rng.choice(np.unique(network.edge_from), N_SOURCES, replace=False).tolist()
    targets = rng.choice(np.unique(network.edge_to), N_TARGETS, replace=False).tolist()
    found = junction_times(open_engine(network), sources, targets)
    n_reached = 0
    for row, source in enumerate(sources):
        expected = nx.single_source_dijkstra_path_length(
            graph, int(network.node_osm_id[source]), weight="travel_time"
        )
        for column, target in enumerate(targets):
            seconds = expected.get(int(network.node_osm_id[target]))
            if source == target:
                continue
            if seconds is None:
                assert found[row, column] == UNREACHABLE_S
            else:
                # Half a millisecond of rounding an edge at most, half a second of the sum.
                assert found[row, column] == pytest.approx(seconds, abs=0.5 + 0.2)
                n_reached += 1
    assert n_reached > N_SOURCES * N_TARGETS / 2


def test_networkx_gives_the_same_times_with_turns_off(helsinki):
    assert helsinki.banned_turns
    assert_networkx_agrees(turns_off(helsinki), to_networkx(helsinki))


def test_turn_restrictions_only_make_ways_longer(helsinki):
    edges = np.random.default_rng(6).integers(0, helsinki.n_edges, 60).astype(np.int32)
    places = Snapped(edges, np.full(60, 0.5), np.zeros(60))
    with_turns = open_engine(helsinki).matrix(places, places)
    without = open_engine(turns_off(helsinki)).matrix(places, places)
    assert (with_turns >= without).all()
    assert (with_turns > without).any()


def test_a_graph_a_planner_already_has(helsinki):
    """With speeds of the planner's own, a name of ours for nothing, and edges turned around."""
    graph = to_networkx(helsinki)
    rng = np.random.default_rng(7)
    for _, _, data in graph.edges(data=True):
        data["speed_kph"] = float(rng.uniform(5, 90))
        data["travel_time"] = data["length"] / (data["speed_kph"] / 3.6)
    network = from_osmnx(graph, name="planner's")
    assert (network.name, network.n_edges) == ("planner's", graph.number_of_edges())
    assert_networkx_agrees(network, graph)
