from __future__ import annotations

import numpy as np
import pytest

from benchmarks.routing.workload import draw_workload, load_workload, save_workload
from geo_data.city_import import TOWN
from geo_data.osm_reader import read_osm
from routing.turns import build_turn_graph


@pytest.fixture(scope="module")
def town():
    return read_osm(TOWN)


def test_one_seed_one_draw(town):
    first, again, other = (draw_workload(town, seed, n=20) for seed in (1, 1, 2))
    for name, values in vars(first).items():
        assert np.array_equal(values, vars(again)[name])
    assert not np.array_equal(first.source_edge, other.source_edge)


def test_positions_lie_on_the_connected_network(town):
    drawn = draw_workload(town, 1, n=50)
    connected = build_turn_graph(town).connected
    for edges in (drawn.source_edge, drawn.target_edge, drawn.arriving_edge, drawn.leaving_edge):
        assert connected[edges].all()
    assert (town.edge_to[drawn.arriving_edge] == drawn.source_node).all()
    assert (town.edge_from[drawn.leaving_edge] == drawn.target_node).all()


def test_coordinates_are_those_of_the_positions(town):
    drawn = draw_workload(town, 3, n=30)
    for row, edge in enumerate(drawn.source_edge.tolist()):
        shape = town.shape(edge)
        low, high = shape.min(axis=0) - 1e-12, shape.max(axis=0) + 1e-12
        assert (low <= (drawn.source_lon[row], drawn.source_lat[row])).all()
        assert ((drawn.source_lon[row], drawn.source_lat[row]) <= high).all()


def test_weights_change_twice(town):
    drawn = draw_workload(town, 1, n=5)
    assert (drawn.other_ms >= drawn.weight_ms).all()
    assert (drawn.other_ms <= 3 * drawn.weight_ms).all()
    final = drawn.with_changed(drawn.changed_ms)
    kept = np.ones(town.n_edges, dtype=bool)
    kept[drawn.changed_edge] = False
    assert len(drawn.changed_edge) == max(1, town.n_edges // 100)
    assert (final[drawn.changed_edge] == drawn.changed_ms).all()
    assert (final[kept] == drawn.other_ms[kept]).all()


def test_written_and_read_again(town, tmp_path):
    drawn = draw_workload(town, 1, n=5)
    save_workload(tmp_path, town, drawn)
    network, again = load_workload(tmp_path)
    assert network.content_hash == town.content_hash
    assert all(np.array_equal(values, vars(again)[name]) for name, values in vars(drawn).items())
