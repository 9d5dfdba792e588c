from __future__ import annotations

import gzip
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_data.check import check_network
from geo_data.network import HIGHWAY_CLASSES
from geo_data.osm_reader import read_osm, read_osm_with_report
from kernel.errors import BadData, NotFound
from tests.geo_data.drawn import draw, driven, edge, edges, read_drawn

CELL_M = 0.001 * np.pi / 180 * 6_371_008.8  # north-south; east-west is shorter by cos(lat)


def test_a_way_is_split_where_another_one_meets_it(tmp_path: Path) -> None:
    network = read_drawn(
        tmp_path,
        "A B C D\n    E",
        {1: ("ABCD", {}), 2: ("CE", {})},
    )
    assert driven(network) == {"AC", "CA", "CD", "DC", "CE", "EC"}
    assert network.shape(edge(network, "AC")).tolist() == [
        [119.0, 25.0],
        [119.002, 25.0],
        [119.004, 25.0],
    ]


def test_lengths_are_metres_on_the_sphere(tmp_path: Path) -> None:
    network = read_drawn(tmp_path, "A\nB\n\nC", {1: ("ABC", {})})
    assert network.edge_length_m[edge(network, "AC")] == pytest.approx(3 * CELL_M, rel=1e-9)


def test_oneway_against_the_drawing(tmp_path: Path) -> None:
    network = read_drawn(
        tmp_path, "ABC", {1: ("AB", {"oneway": "-1"}), 2: ("BC", {"oneway": "yes"})}
    )
    assert driven(network) == {"BA", "BC"}
    assert network.edge_reverse.tolist() == [-1, -1]


def test_motorways_and_roundabouts_are_oneway_without_saying_so(tmp_path: Path) -> None:
    network = read_drawn(
        tmp_path,
        "AB\nDC",
        {1: ("AB", {"highway": "motorway"}), 2: ("BCDB", {"junction": "roundabout"})},
    )
    assert driven(network) == {"AB", "BB"}


def test_the_most_specific_access_tag_decides(tmp_path: Path) -> None:
    network = read_drawn(
        tmp_path,
        "ABCDE",
        {
            1: ("AB", {"access": "no", "motor_vehicle": "yes"}),
            2: ("BC", {"access": "yes", "motorcar": "no"}),
            3: ("CD", {"access": "destination"}),
            4: ("DE", {"highway": "service", "service": "parking_aisle"}),
            5: ("AC", {"highway": "footway"}),
        },
    )
    assert driven(network) == {"AB", "BA", "CD", "DC"}


def test_speed_of_each_direction(tmp_path: Path) -> None:
    network = read_drawn(
        tmp_path,
        "ABC",
        {
            1: ("AB", {"maxspeed": "60", "maxspeed:backward": "20 mph"}),
            2: ("BC", {"highway": "motorway", "oneway": "no"}),
        },
    )
    speed = network.edge_speed_kph
    assert speed[edge(network, "AB")] == 60
    assert speed[edge(network, "BA")] == pytest.approx(32.18688)
    assert speed[edge(network, "BC")] == 90  # no tag: by class


def test_names_refs_classes_and_way_ids(tmp_path: Path) -> None:
    network = read_drawn(
        tmp_path, "ABC", {7: ("AB", {"name": "滨海大道", "ref": "S201"}), 8: ("BC", {})}
    )
    ab, bc = edge(network, "AB"), edge(network, "BC")
    assert network.names[network.edge_name[ab]] == "滨海大道"
    assert network.refs[network.edge_ref[ab]] == "S201"
    assert (network.edge_name[bc], network.edge_ref[bc]) == (-1, -1)
    assert HIGHWAY_CLASSES[network.edge_class[ab]] == "residential"
    assert network.edge_way_id[[ab, bc]].tolist() == [7, 8]


def test_parallel_edges_and_self_loops_survive(tmp_path: Path) -> None:
    network = read_drawn(tmp_path, "AB\nDC", {1: ("AB", {}), 2: ("ADCB", {}), 3: ("BCDB", {})})
    # Ways 2 and 3 share C and D, so both are junctions.
    assert len(edges(network, "CD")) == 2
    loop = read_drawn(tmp_path, "AB\nDC", {1: ("ABCDA", {})})
    assert len(edges(loop, "AA")) == 2
    assert loop.edge_reverse.tolist() == [1, 0]
    twins = read_drawn(tmp_path, "AB\nDC", {1: ("AB", {}), 2: ("ADCB", {})})
    assert len(edges(twins, "AB")) == len(edges(twins, "BA")) == 2
    assert all(twins.edge_way_id == twins.edge_way_id[twins.edge_reverse])


def test_a_bollard_cuts_the_road_but_both_ends_stay(tmp_path: Path) -> None:
    network = read_drawn(tmp_path, "ABC", {1: ("ABC", {})}, node_tags={"B": {"barrier": "bollard"}})
    assert driven(network) == {"A?", "?A", "C?", "?C"}
    assert network.n_nodes == 4


def test_a_clipped_way_ends_at_the_gap(tmp_path: Path) -> None:
    path = tmp_path / "clipped.osm"
    path.write_text(draw("ABCDEF", {1: ("ABCDEF", {}), 2: ("CF", {})}, missing="CF"))
    network, report = read_osm_with_report(path)
    assert driven(network) == {"AB", "BA", "DE", "ED"}
    assert report.n_missing_nodes == 2


def test_a_node_given_twice_in_a_row_makes_no_loop(tmp_path: Path) -> None:
    assert driven(read_drawn(tmp_path, "ABC", {1: ("ABBC", {})})) == {"AC", "CA"}


def test_two_nodes_on_one_spot_keep_a_positive_length(tmp_path: Path) -> None:
    text = draw("AB", {1: ("AB", {})}).replace('lon="119.0010"', 'lon="119.0000"')
    path = tmp_path / "spot.osm"
    path.write_text(text)
    assert read_osm(path).edge_length_m.min() > 0


def test_nodes_after_ways_and_unsorted_are_found(tmp_path: Path) -> None:
    lines = draw("ABC", {1: ("ABC", {})}).splitlines()
    path = tmp_path / "unsorted.osm"
    path.write_text("\n".join([lines[0], *lines[5:7], *lines[3:5], *lines[1:3], *lines[7:]]))
    assert driven(read_osm(path)) == {"AC", "CA"}


def test_the_same_map_compressed_gives_the_same_network(tmp_path: Path) -> None:
    text = draw("ABC", {1: ("ABC", {"name": "中山路"})})
    packed = tmp_path / "town.osm.gz"
    packed.write_bytes(gzip.compress(text.encode(), mtime=0))
    network = read_osm(packed)
    assert (network.name, network.names) == ("town", ("中山路",))
    assert driven(network) == {"AC", "CA"}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.osm.pbf", b"", "is empty"),
        ("garbage.osm.pbf", b"\x00\x01garbage" * 50, "not a readable OSM extract"),
        ("garbage.osm", b"this is no map", "not a readable OSM extract"),
        ("cut.osm", draw("ABC", {1: ("ABC", {})})[:-200].encode(), "not a readable OSM extract"),
        ("cut.osm.gz", gzip.compress(b"<osm version='0.6'>" * 99)[:-9], "not a readable OSM"),
        ("ocean.osm", b'<osm version="0.6"></osm>', "no road a car can drive"),
        ("town.csv", b"lon,lat", "not named like an OSM extract"),
        ("edits.osm", draw("AB", {1: ("AB", {})}).replace('"65"', '"-65"').encode(), "negative"),
    ],
)
def test_a_broken_file_is_named_with_its_remedy(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadData, match=words) as caught:
        read_osm(path)
    assert name in str(caught.value)
    assert caught.value.remedy


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nowhere\.osm"):
        read_osm(tmp_path / "nowhere.osm")


def test_the_content_hash_follows_the_content(tmp_path: Path) -> None:
    one = read_drawn(tmp_path, "ABC", {1: ("ABC", {})}).content_hash
    same = read_drawn(tmp_path, "ABC", {1: ("ABC", {})}).content_hash
    other = read_drawn(tmp_path, "AB C", {1: ("ABC", {})}).content_hash
    assert one == same != other


LETTERS = "ABCDEFGHIJ"


@settings(max_examples=60, deadline=None)
@given(
    ways=st.lists(
        st.lists(st.sampled_from(LETTERS), min_size=1, max_size=6), min_size=1, max_size=6
    ),
    oneway=st.sampled_from(["yes", "no", "-1"]),
    missing=st.sets(st.sampled_from(LETTERS), max_size=3),
)
def test_any_drawing_gives_a_valid_network_or_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory,
    ways: list[list[str]],
    oneway: str,
    missing: set[str],
) -> None:
    drawn = {i: ("".join(letters), {"oneway": oneway}) for i, letters in enumerate(ways, start=1)}
    path = tmp_path_factory.mktemp("drawn") / "any.osm"
    path.write_text(draw("ABCDE\n FGHIJ", drawn, missing="".join(missing)))
    steps = {
        (a, b)
        for letters, _ in drawn.values()
        for a, b in pairwise(letters)
        if a != b and not {a, b} & missing
    }
    if not steps:
        with pytest.raises(BadData):
            read_osm(path)
        return
    network = check_network(read_osm(path))
    # Every drawn step between known nodes is some edge's step, and nothing else is.
    seen = set()
    for e in range(network.n_edges):
        seen |= {tuple(map(tuple, pair)) for pair in pairwise(network.shape(e))}
    assert len({frozenset(pair) for pair in seen}) == len({frozenset(pair) for pair in steps})


def test_a_real_city_is_read_whole(shared_data: Path) -> None:
    network, report = read_osm_with_report(shared_data / "osm" / "porto.osm.pbf")
    assert (network.n_nodes, network.n_edges) == (59168, 138065)
    assert report.restrictions["used"] > 300
    assert network.attribution == "© OpenStreetMap contributors, ODbL"


def test_chinese_names_of_a_real_city(shared_data: Path) -> None:
    network = read_osm(shared_data / "osm" / "taipei_central.osm.gz")
    named = np.mean(network.edge_name >= 0)
    assert named > 0.8
    assert "忠孝東路一段" in network.names
