from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from geo_data.demo_city import DemoData, demo_content_hash, find_demo_wheel, read_demo
from geo_data.network import HIGHWAY_CLASSES
from kernel.errors import BadData, NotFound


def test_roads_without_the_centroid_connectors(demo: DemoData) -> None:
    network = demo.network
    assert network.n_nodes == 15_591
    one_way = int((network.edge_reverse < 0).sum())
    assert one_way + (network.n_edges - one_way) // 2 == 19_846


def test_most_of_it_is_strongly_connected(demo: DemoData) -> None:
    network = demo.network
    links = csr_matrix(
        (np.ones(network.n_edges), (network.edge_from, network.edge_to)),
        shape=(network.n_nodes, network.n_nodes),
    )
    _, label = connected_components(links, directed=True, connection="strong")
    assert np.bincount(label).max() == 15_492


def test_people_live_in_133_zones(demo: DemoData) -> None:
    assert len(demo.zones) == 133
    assert round(demo.zones["population"].sum()) == 451_899
    assert demo.zones.geometry.is_valid.all()


def test_both_promises_occur(demo: DemoData) -> None:
    people = demo.zones.groupby("urban")["population"].sum()
    assert people[True] / people.sum() > 0.75
    assert (~demo.zones["urban"]).sum() >= 10


def test_speeds_are_plausible_and_in_kph(demo: DemoData) -> None:
    network = demo.network
    assert (network.edge_speed_kph.min(), network.edge_speed_kph.max()) == (10, 100)
    primary = network.edge_class == HIGHWAY_CLASSES.index("primary")
    assert np.median(network.edge_speed_kph[primary]) == 50


def test_nine_tenths_have_names(demo: DemoData) -> None:
    assert np.mean(demo.network.edge_name >= 0) > 0.9
    assert "Ruta 5 Norte" in demo.network.names


def test_the_hash_is_known_before_reading(demo: DemoData, demo_wheel: Path) -> None:
    assert demo.network.content_hash == demo_content_hash(demo_wheel)


def test_a_missing_wheel_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"\./run demo"):
        find_demo_wheel(tmp_path)
    with pytest.raises(NotFound, match=r"\./run demo"):
        read_demo(tmp_path / "aequilibrae-1.7.2-none.whl")


@pytest.mark.parametrize("kind", ["no zip", "another wheel", "cut database"])
def test_another_file_in_its_place_is_refused(tmp_path: Path, kind: str) -> None:
    wheel = tmp_path / "aequilibrae-1.7.2-any.whl"
    if kind == "no zip":
        wheel.write_bytes(b"nothing")
    else:
        inner = tmp_path / "coquimbo.zip"
        with zipfile.ZipFile(inner, "w") as archive:
            archive.writestr("project_database.sqlite", b"SQLite format 3\x00 and then nothing")
        name = "coquimbo.zip" if kind == "cut database" else "other.zip"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.write(inner, f"aequilibrae/reference_files/{name}")
    with pytest.raises(BadData, match="Delete the file"):
        read_demo(wheel)


def test_an_empty_project_is_refused(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "project_database.sqlite").close()
    wheel = tmp_path / "aequilibrae-1.7.2-any.whl"
    with zipfile.ZipFile(tmp_path / "coquimbo.zip", "w") as archive:
        archive.write(tmp_path / "project_database.sqlite", "project_database.sqlite")
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(tmp_path / "coquimbo.zip", "aequilibrae/reference_files/coquimbo.zip")
    with pytest.raises(BadData, match="no such table"):
        read_demo(wheel)
