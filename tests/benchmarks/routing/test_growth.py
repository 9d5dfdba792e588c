from __future__ import annotations

import numpy as np
import pytest

from benchmarks.routing.growth import tiled
from geo_data.check import check_network
from geo_data.city_import import TOWN
from geo_data.osm_reader import read_osm
from routing.dijkstra_engine import DijkstraEngine
from routing.travel_times import Snapped
from routing.turns import build_turn_graph


@pytest.fixture(scope="module")
def town():
    return read_osm(TOWN)


def test_one_copy_is_the_network_itself(town):
    assert tiled(town, 1) is town


def test_copies_are_whole_and_joined(town):
    three = check_network(tiled(town, 3))
    assert three.n_nodes == 3 * town.n_nodes
    n_links = three.n_edges - 3 * town.n_edges
    assert n_links > 0
    assert len(three.banned_turns) == 3 * len(town.banned_turns)
    connected = build_turn_graph(three).connected
    share = build_turn_graph(town).connected.mean()
    assert connected[:-n_links].mean() >= share
    assert len({town.content_hash, three.content_hash, tiled(town, 2).content_hash}) == 3


def test_times_within_a_copy_stay(town):
    edges = np.arange(0, town.n_edges, 7, dtype=np.int32)
    in_first = Snapped(edges, np.full(len(edges), 0.5), np.zeros(len(edges)))
    in_second = Snapped(edges + town.n_edges, in_first.fraction, in_first.distance_m)
    alone = DijkstraEngine(town).matrix(in_first, in_first)
    engine = DijkstraEngine(tiled(town, 2))
    for copy in (in_first, in_second):
        assert (engine.matrix(copy, copy) <= alone).all(), "a link may be a short cut"
