from __future__ import annotations

from itertools import product
from typing import Any

import networkx as nx
import numpy as np
import osmnx
import pytest

from geo_data.check import check_network
from geo_data.city import City
from geo_data.city_import import TOWN
from geo_data.interop import from_osmnx, to_networkx
from geo_data.network import HIGHWAY_CLASSES
from geo_data.speeds import DEFAULT_SPEED_KPH
from kernel.errors import BadData


def osmnx_town() -> nx.MultiDiGraph[int]:
    """Return OSMnx's own reading of the town, without what cars may not use."""
    tags = ["access", "service", "highway", "maxspeed", "name", "oneway", "ref", "junction"]
    before = osmnx.settings.useful_tags_way
    osmnx.settings.useful_tags_way = tags
    try:
        graph = osmnx.graph_from_xml(TOWN, simplify=False, retain_all=True)
    finally:
        osmnx.settings.useful_tags_way = before
    for start, end, key, data in list(graph.edges(keys=True, data=True)):
        closed = data.get("access") == "private" or data.get("service") == "parking_aisle"
        if closed or data.get("highway") not in HIGHWAY_CLASSES:  # houses are ways, too
            graph.remove_edge(start, end, key)
    graph.remove_nodes_from([node for node in graph if not graph.degree(node)])
    graph = osmnx.add_edge_speeds(graph, hwy_speeds=dict(DEFAULT_SPEED_KPH))
    return osmnx.add_edge_travel_times(graph)


def times(graph: nx.MultiDiGraph[int], nodes: list[int]) -> np.ndarray[Any, Any]:
    rows = {a: nx.single_source_dijkstra_path_length(graph, a, weight="travel_time") for a in nodes}
    return np.array([[rows[a].get(b, np.inf) for b in nodes] for a in nodes])


def sample(network: Any) -> list[int]:
    return sorted(i for i in network.node_osm_id.tolist() if i > 0)[::9]


def test_osmnx_and_our_reader_find_equal_times(town: City) -> None:
    theirs, ours = osmnx_town(), to_networkx(town.network)
    # OSMnx drives through the bollard: take the lane out on its side, ours ends there anyway.
    lane = [
        (a, b, k) for a, b, k, d in theirs.edges(keys=True, data=True) if d.get("name") == "鱼市巷"
    ]
    theirs.remove_edges_from(lane)
    nodes = sample(town.network)
    assert len(nodes) > 10
    expected = times(theirs, nodes)
    assert np.isfinite(expected).mean() > 0.9
    np.testing.assert_allclose(times(ours, nodes), expected, rtol=1e-4)


def test_a_graph_of_osmnx_becomes_a_network_with_equal_times() -> None:
    graph = osmnx_town()
    network = check_network(from_osmnx(graph, name="town"))
    nodes = sample(network)
    np.testing.assert_allclose(times(to_networkx(network), nodes), times(graph, nodes), rtol=1e-4)


def test_a_simplified_graph_keeps_its_geometry_and_times() -> None:
    graph = osmnx.simplify_graph(osmnx_town(), edge_attrs_differ=["name", "maxspeed"])
    graph = osmnx.add_edge_travel_times(
        osmnx.add_edge_speeds(graph, hwy_speeds=dict(DEFAULT_SPEED_KPH))
    )
    network = check_network(from_osmnx(graph))
    assert len(network.shape_lon) > 2 * network.n_edges
    nodes = sample(network)
    np.testing.assert_allclose(times(to_networkx(network), nodes), times(graph, nodes), rtol=1e-3)


def test_there_and_back_again(town: City) -> None:
    graph = to_networkx(town.network)
    again = from_osmnx(graph, name="town")
    assert (again.n_nodes, again.n_edges) == (town.network.n_nodes, town.network.n_edges)
    assert sorted(again.edge_length_m) == pytest.approx(sorted(town.network.edge_length_m))
    assert (again.edge_reverse < 0).sum() == (town.network.edge_reverse < 0).sum()
    assert set(again.names) <= set(town.network.names)


def test_edges_carry_what_osmnx_gives_them(town: City) -> None:
    graph = to_networkx(town.network)
    data = next(d for _, _, d in graph.edges(data=True) if d.get("name") == "滨海大道")
    assert data["ref"] == "S201"
    assert data["highway"] == "primary"
    assert data["speed_kph"] == 60
    assert data["travel_time"] == pytest.approx(data["length"] / (60 / 3.6))
    assert data["oneway"] is False
    assert len(data["geometry"].coords) >= 2
    assert graph.graph["crs"] == "epsg:4326"
    assert osmnx.convert.graph_to_gdfs(graph)[1]["length"].sum() > 0


def graph_of(*edges: tuple[int, int, dict[str, Any]]) -> nx.MultiDiGraph[int]:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_nodes_from((n, {"x": 119 + n / 1000, "y": 25.0}) for n in range(3))
    graph.add_edges_from(edges)
    return graph


def test_lists_and_missing_values_of_merged_edges() -> None:
    data = {"osmid": [7, 8], "highway": ["residential", "tertiary"], "maxspeed": ["30", "50"]}
    network = from_osmnx(graph_of((0, 1, data | {"name": ["甲路", "乙路"], "ref": float("nan")})))
    assert network.edge_way_id.tolist() == [7]
    assert network.edge_speed_kph.tolist() == [30]
    assert network.names == ("甲路",)
    assert network.edge_ref.tolist() == [-1]
    assert network.edge_reverse.tolist() == [-1]


def test_parallel_edges_and_loops_survive() -> None:
    data = {"highway": "residential", "osmid": 1}
    pairs = [(0, 1), (0, 1), (1, 0), (1, 1), (2, 1)]
    network = from_osmnx(graph_of(*[(a, b, dict(data)) for a, b in pairs]))
    drawn = sorted(zip(network.edge_from.tolist(), network.edge_to.tolist(), strict=True))
    assert drawn == sorted(pairs)
    two_way = network.edge_reverse >= 0
    assert two_way.sum() == 2


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (nx.MultiDiGraph(), "no road"),
        (graph_of((0, 1, {"highway": "footway"})), "no road"),
        (graph_of(("a", 1, {"highway": "residential"})), "has no 'x'"),
    ],
)
def test_a_graph_that_is_none_is_refused(graph: nx.MultiDiGraph[Any], words: str) -> None:
    with pytest.raises(BadData, match=words):
        from_osmnx(graph)


def test_a_projected_graph_is_refused() -> None:
    graph = graph_of((0, 1, {"highway": "residential"}))
    for node, axis in product(graph, "xy"):
        graph.nodes[node][axis] *= 100_000
    with pytest.raises(BadData, match="not degrees"):
        from_osmnx(graph)
