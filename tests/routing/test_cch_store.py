from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from routing.cch.store import load_topology, topology_key, topology_of
from routing.cch.topology import CchTopology
from routing.turn_costs import NO_TURN_COSTS, TurnCosts
from tests.routing.drawn import draw

SQUARE = "A-B 1s; B-C 2s; C-D 3s; D-A 4s; A-C 9s"


def same(one: CchTopology, other: CchTopology) -> bool:
    return all(
        (getattr(one, field.name) == getattr(other, field.name)).all()
        for field in fields(CchTopology)
    )


def test_what_was_built_is_read_back(tmp_path):
    network = draw(SQUARE, bans=("AB BC",)).network
    built = topology_of(network, folder=tmp_path)
    (path,) = tmp_path.iterdir()
    assert same(built, load_topology(path, network))
    written = path.stat().st_mtime_ns
    assert same(built, topology_of(network, folder=tmp_path))
    assert path.stat().st_mtime_ns == written


def test_a_damaged_file_is_replaced(tmp_path):
    network = draw(SQUARE).network
    built = topology_of(network, folder=tmp_path)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert same(built, topology_of(network, folder=tmp_path))
    assert path.read_bytes() == whole


def test_a_file_of_another_network_is_not_used(tmp_path):
    network, other = draw(SQUARE).network, draw("A-B 1s; B-C 1s").network
    topology_of(other, folder=tmp_path)
    (path,) = tmp_path.iterdir()
    path.rename(tmp_path / f"hierarchy-{topology_key(network, NO_TURN_COSTS)}.npz")
    assert len(topology_of(network, folder=tmp_path).edge_vertex) == network.n_edges


def test_bans_and_turn_costs_count_speeds_do_not():
    network = draw(SQUARE).network
    key = topology_key(network, NO_TURN_COSTS)
    assert topology_key(replace(network, edge_speed_kph=np.full(10, 5.0)), NO_TURN_COSTS) == key
    assert topology_key(replace(network, banned_turns=((0, 2),)), NO_TURN_COSTS) != key
    assert topology_key(network, TurnCosts(left_s=1)) != key
