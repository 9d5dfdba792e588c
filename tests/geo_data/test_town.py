"""The invented town is what the rest is tested on: it must hold what it promises."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from geo_data.city import City
from geo_data.city_import import TOWN, TOWN_URBAN
from geo_data.network import HIGHWAY_CLASSES
from geo_data.osm_reader import read_osm_with_report
from geo_data.towns.linchuan import draw, urban_geojson


def names_walked(city: City, walk: tuple[int, ...]) -> list[str]:
    return [city.network.names[city.network.edge_name[edge]] for edge in walk]


def test_the_files_are_what_the_script_draws() -> None:
    assert TOWN.read_text(encoding="utf-8") == draw().xml()
    assert TOWN_URBAN.read_text(encoding="utf-8") == urban_geojson()


def test_turn_restrictions_of_every_kind(town: City) -> None:
    _, report = read_osm_with_report(TOWN)
    assert dict(report.restrictions) == {"used": 4, "conditional": 1}
    walks = [names_walked(town, walk) for walk in town.network.banned_turns]
    assert ["解放路", "中山路"] in walks  # no left turn
    assert walks.count(["文化路", "中山路"]) == 2  # straight on only: neither left nor right
    assert ["滨海大道", "东海路"] in walks  # not for buses, but for cars
    assert ["人民大道", "文化路", "人民大道"] in walks  # no turning back over the crossing street
    assert len(walks) == 5


def test_only_the_island_is_cut_off(town: City) -> None:
    network = town.network
    shape = (network.n_nodes, network.n_nodes)
    links = csr_matrix((np.ones(network.n_edges), (network.edge_from, network.edge_to)), shape)
    _, label = connected_components(links, directed=True, connection="strong")
    island = label != np.bincount(label).argmax()
    assert np.count_nonzero(island) == 2
    names = {network.names[network.edge_name[e]] for e in np.flatnonzero(island[network.edge_from])}
    assert names == {"灵珠岛路"}


def test_the_motorway_bridge_has_no_junction_with_the_avenue(town: City) -> None:
    network = town.network
    motorway = network.edge_class == HIGHWAY_CLASSES.index("motorway")
    avenue = network.edge_name == network.names.index("迎宾大道")
    nodes = set(network.edge_from[motorway]) | set(network.edge_to[motorway])
    assert not nodes & (set(network.edge_from[avenue]) | set(network.edge_to[avenue]))
    assert (network.edge_reverse[motorway] == -1).all()


def test_the_private_yard_the_aisle_and_the_path_are_no_roads(town: City) -> None:
    assert "锦绣花园" not in town.network.names
    assert "河滨步道" not in town.network.names


def test_it_is_credited_as_invented(town: City) -> None:
    assert town.attribution.startswith("An invented town")
    assert town.title == {"en": "Linchuan Bay", "zh": "临川湾"}
