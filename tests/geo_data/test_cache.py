from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from time import process_time

import numpy as np
import pytest

from geo_data.cache import cache_path, cached_network, load_network
from geo_data.demo_city import DemoData
from geo_data.network import RoadNetwork
from kernel.errors import BadData
from tests.geo_data.drawn import node_id, read_drawn


@pytest.fixture
def network(tmp_path: Path) -> RoadNetwork:
    turn = (
        {"restriction": "no_left_turn"},
        [("from", "w", 1), ("via", "n", node_id("B")), ("to", "w", 2)],
    )
    ways = {1: ("AB", {"name": "中山路", "ref": "S1"}), 2: ("BC", {}), 3: ("BD", {})}
    return read_drawn(tmp_path, "ABD\n C", ways, restrictions=[turn])


def never() -> RoadNetwork:
    pytest.fail("built again though it was cached")


def assert_same(one: RoadNetwork, other: RoadNetwork) -> None:
    for field in fields(RoadNetwork):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))
        assert type(getattr(one, field.name)) is type(getattr(other, field.name))


def test_what_was_saved_comes_back(tmp_path: Path, network: RoadNetwork) -> None:
    folder = tmp_path / "cache"
    cached_network(folder, network.content_hash, lambda: network)
    assert network.banned_turns
    assert_same(cached_network(folder, network.content_hash, never), network)


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "foreign"])
def test_a_damaged_file_is_built_again(tmp_path: Path, network: RoadNetwork, damage: str) -> None:
    folder = tmp_path / "cache"
    cached_network(folder, network.content_hash, lambda: network)
    path = cache_path(folder, network.content_hash)
    data = bytearray(path.read_bytes())
    data[data.index(network.shape_lon.tobytes())] ^= 0x01
    damaged = {"cut": data[: len(data) // 2], "flipped": data, "emptied": b"", "foreign": b"npz?"}
    path.write_bytes(damaged[damage])
    with pytest.raises(BadData, match="not a readable road network"):
        load_network(path)
    assert_same(cached_network(folder, network.content_hash, lambda: network), network)
    assert_same(cached_network(folder, network.content_hash, never), network)


def test_a_file_with_another_content_is_not_trusted(tmp_path: Path, network: RoadNetwork) -> None:
    cached_network(tmp_path, network.content_hash, lambda: network)
    cache_path(tmp_path, network.content_hash).rename(cache_path(tmp_path, "f" * 64))
    other = replace(network, content_hash="f" * 64)
    assert cached_network(tmp_path, "f" * 64, lambda: other).content_hash == "f" * 64


def test_values_that_make_no_sense_are_not_trusted(tmp_path: Path, network: RoadNetwork) -> None:
    bad = replace(network, edge_length_m=np.full(network.n_edges, np.nan))
    cached_network(tmp_path, network.content_hash, lambda: bad)
    assert_same(cached_network(tmp_path, network.content_hash, lambda: network), network)


def test_building_the_wrong_thing_is_a_mistake(tmp_path: Path, network: RoadNetwork) -> None:
    with pytest.raises(ValueError, match="was wanted"):
        cached_network(tmp_path, "0" * 64, lambda: network)


def test_nothing_but_the_network_is_left_in_the_folder(
    tmp_path: Path, network: RoadNetwork
) -> None:
    folder = tmp_path / "cache"
    cached_network(folder, network.content_hash, lambda: network)
    assert [path.suffix for path in folder.iterdir()] == [".npz"]


def test_the_demo_city_is_loaded_in_no_time(tmp_path: Path, demo: DemoData) -> None:
    key = demo.network.content_hash
    cached_network(tmp_path, key, lambda: demo.network)
    started = process_time()
    assert_same(cached_network(tmp_path, key, never), demo.network)
    assert process_time() - started < 0.3
