from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geo_data.check import check_network
from geo_data.network import RoadNetwork
from kernel.errors import BadData
from tests.geo_data.drawn import read_drawn


@pytest.fixture
def network(tmp_path: Path) -> RoadNetwork:
    return read_drawn(tmp_path, "ABC", {1: ("AB", {}), 2: ("BC", {})})


def spoiled(values: Any, value: float) -> Any:
    values = values.copy()
    values[0] = value
    return values


def test_a_good_network_passes_through(network: RoadNetwork) -> None:
    assert check_network(network) is network


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("node_lon", np.nan, "node_lon has values that are not finite"),
        ("shape_lat", np.inf, "shape_lat has values that are not finite"),
        ("edge_length_m", 0.0, "edge_length_m has values that are not positive"),
        ("edge_speed_kph", -1.0, "edge_speed_kph has values that are not positive"),
        ("shape_lon", 200.0, "coordinates are out of range"),
        ("edge_to", 3, "edge_to points outside"),
        ("edge_class", 99, "edge_class points outside"),
        ("edge_name", 0, "edge_name points outside"),
        ("edge_reverse", 9, "edge_reverse points outside"),
        ("edge_reverse", 0, "the reverse of a reverse edge"),
        ("shape_ptr", 1, "shape_ptr does not span"),
        ("shape_lon", 118.0, "shape does not touch its from node"),
    ],
)
def test_each_broken_invariant_is_named(
    network: RoadNetwork, column: str, value: float, words: str
) -> None:
    bad = replace(network, **{column: spoiled(getattr(network, column), value)})
    with pytest.raises(BadData, match=words):
        check_network(bad)


def test_reverse_edges_run_back(network: RoadNetwork) -> None:
    assert network.edge_reverse.tolist() == [1, 0, 3, 2]  # A-B, B-A, B-C, C-B
    bad = replace(network, edge_reverse=np.array([2, 3, 0, 1], dtype=np.int32))
    with pytest.raises(BadData, match="a reverse edge does not start"):
        check_network(bad)


@pytest.mark.parametrize(
    ("turn", "words"), [((0,), "name edges"), ((0, 99), "name edges"), ((0, 0), "is not a walk")]
)
def test_banned_turns_are_walks(network: RoadNetwork, turn: tuple[int, ...], words: str) -> None:
    with pytest.raises(BadData, match=words):
        check_network(replace(network, banned_turns=(turn,)))
