"""Turn restrictions as they come out of OSM, against the oracle that reads them raw."""

from __future__ import annotations

import numpy as np
import pytest

from geo_data.network import RoadNetwork
from geo_data.osm_reader import read_osm
from routing.engine import open_engine
from routing.travel_times import UNREACHABLE_S, Snapped
from tests.routing.oracle import Oracle


def middles(edges: np.ndarray) -> Snapped:
    return Snapped(edges.astype(np.int32), np.full(len(edges), 0.4), np.zeros(len(edges)))


def assert_oracle_agrees(network: RoadNetwork, sources: np.ndarray, targets: np.ndarray) -> None:
    oracle, rows = Oracle(network), [(int(e), 0.4) for e in targets]
    found = open_engine(network).matrix(middles(sources), middles(targets)).tolist()
    for source, row in zip(sources.tolist(), found, strict=True):
        expected_ms = oracle.times_ms((source, 0.4), rows)
        expected = [UNREACHABLE_S if ms is None else (ms + 500) // 1000 for ms in expected_ms]
        assert row == expected


def around_bans(network: RoadNetwork) -> np.ndarray:
    return np.unique([edge for ban in network.banned_turns for edge in ban])


def test_the_town_from_everywhere_to_everywhere(town_network):
    assert {len(ban) for ban in town_network.banned_turns} == {2, 3}, "a via-way ban is there"
    everywhere = np.arange(town_network.n_edges)
    assert_oracle_agrees(town_network, everywhere, everywhere)


def test_bans_of_the_town_make_some_ways_longer(town_network):
    everywhere = middles(np.arange(town_network.n_edges))
    with_bans = open_engine(town_network).matrix(everywhere, everywhere)
    without = RoadNetwork(**{**vars(town_network), "banned_turns": ()})
    free = open_engine(without).matrix(everywhere, everywhere)
    assert (with_bans >= free).all()
    assert (with_bans > free).any()


@pytest.mark.timeout(120)
def test_monaco_around_every_restriction(shared_data):
    network = read_osm(shared_data / "osm" / "monaco.osm.pbf")
    edges = around_bans(network)
    assert len(edges) > 20
    assert_oracle_agrees(network, edges[:40], edges)


@pytest.mark.timeout(120)
def test_porto_over_via_way_restrictions(shared_data):
    network = read_osm(shared_data / "osm" / "porto.osm.pbf")
    longer = [ban for ban in network.banned_turns if len(ban) > 2]
    assert longer
    starts = np.unique([ban[0] for ban in longer])[:4]
    assert_oracle_agrees(network, starts, np.unique([ban[-1] for ban in longer]))
