from __future__ import annotations

import gzip
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import deserialize_header

from geo_data.basemap import basemap_path, ensure_basemap, write_basemap
from geo_data.basemap_layers import FIELDS, road_layer
from geo_data.city import City, load_city
from geo_data.city_import import import_city_from_file
from geo_data.osm_features import read_features


def archive(city: City) -> bytes:
    file = io.BytesIO()
    write_basemap(city, file)
    return file.getvalue()


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int, int]:
    n = 2**zoom
    y = 0.5 - np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) / (2 * np.pi)
    return zoom, int((lon / 360 + 0.5) * n), int(y * n)


def read_tile(data: bytes, tile: tuple[int, int, int]) -> dict[str, Any]:
    reader = Reader(lambda offset, length: data[offset : offset + length])
    packed = reader.get(*tile)
    assert packed is not None, f"no tile {tile}"
    return mapbox_vector_tile.decode(
        gzip.decompress(packed), default_options={"y_coord_down": True}
    )


@pytest.fixture(scope="module")
def town_archive(town: City) -> bytes:
    return archive(town)


def test_the_header_says_where_the_town_is(town: City, town_archive: bytes) -> None:
    header = deserialize_header(town_archive[:127])
    assert (header["min_zoom"], header["max_zoom"]) == (8, 14)
    assert header["min_lon_e7"] == round(town.bounds[0] * 1e7)
    metadata = Reader(lambda offset, length: town_archive[offset : offset + length]).metadata()
    assert metadata["attribution"] == town.attribution
    assert [layer["id"] for layer in metadata["vector_layers"]] == [
        name for name in FIELDS if name != "waterways"
    ]


def test_a_tile_of_the_town_holds_its_streets(town_archive: bytes) -> None:
    layers = read_tile(town_archive, tile_at(119.6145, 25.3645, 14))
    names = {f["properties"].get("name") for f in layers["roads"]["features"]}
    assert {"中山路", "人民大道", "解放路"} <= names
    assert layers["roads"]["extent"] == 4096
    kinds = {f["properties"]["class"] for f in layers["roads"]["features"]}
    assert "secondary" in kinds


def test_water_land_houses_and_places_are_there(town_archive: bytes) -> None:
    layers = read_tile(town_archive, tile_at(119.642, 25.3660, 14))
    assert {"landuse", "buildings", "roads", "pois", "zones"} <= set(layers)
    names = {f["properties"].get("name") for f in layers["pois"]["features"]}
    assert "万汇广场充电站" in names
    river = read_tile(town_archive, tile_at(119.632, 25.3700, 14))
    assert "临川河" in {f["properties"]["name"] for f in river["water"]["features"]}
    coarse = read_tile(town_archive, tile_at(119.6233, 25.3690, 11))
    assert {f["properties"]["name_en"] for f in coarse["places"]["features"]} >= {"Linchuan Bay"}


def test_the_island_is_a_hole_in_the_bay(town: City) -> None:
    assert town.source is not None
    bays = [f for f in read_features(town.source) if f.properties.get("name") == "临川湾"]
    water = next(f.geometry for f in bays if f.layer == "water")
    assert len(water.geoms[0].interiors) == 1


def test_roads_lie_where_they_are(town: City, town_archive: bytes) -> None:
    edge = int(np.flatnonzero(town.network.edge_name == town.network.names.index("机场路"))[0])
    lon, lat = town.network.shape(edge)[-1]
    zoom, x, y = tile_at(lon, lat, 14)
    layers = read_tile(town_archive, (zoom, x, y))
    airport = next(
        f for f in layers["roads"]["features"] if f["properties"].get("name") == "机场路"
    )
    n = 2**zoom
    fraction = 0.5 - np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) / (2 * np.pi)
    expected = np.array([(lon / 360 + 0.5) * n - x, fraction * n - y]) * 4096
    points = np.array(airport["geometry"]["coordinates"], dtype=float).reshape(-1, 2)
    assert np.abs(points - expected).max(axis=1).min() <= 1.5


def test_coarse_tiles_hold_main_roads_only(town_archive: bytes) -> None:
    layers = read_tile(town_archive, tile_at(119.63, 25.37, 8))
    assert {f["properties"]["class"] for f in layers["roads"]["features"]} <= {"motorway", "trunk"}


def test_two_way_streets_are_drawn_once_and_joined(town: City) -> None:
    layer = road_layer(town.network)
    names = [properties.get("name") for properties in layer.properties]
    assert names.count("望海街") == 1
    assert names.count("人民大道") == 2  # one per carriageway


def test_it_is_built_once(town: City) -> None:
    path = ensure_basemap(town)
    written = path.stat().st_mtime_ns
    assert ensure_basemap(town).stat().st_mtime_ns == written
    assert path == basemap_path(town)
    assert not list(town.folder.glob("*.part"))


def test_pages_that_ask_for_it_together_get_one(town: City, tmp_path: Path) -> None:
    new = replace(town, folder=tmp_path)
    with ThreadPoolExecutor(3) as pool:
        paths = list(pool.map(lambda _: ensure_basemap(new), range(3)))
    assert set(paths) == {basemap_path(new)}
    assert list(tmp_path.iterdir()) == [basemap_path(new)]


def test_the_same_city_gives_the_same_bytes(town: City, town_archive: bytes) -> None:
    assert archive(town) == town_archive


def test_the_demo_city_takes_seconds(demo_city: City) -> None:
    started = process_time()
    path = ensure_basemap(demo_city)
    assert process_time() - started < 20
    with path.open("rb") as file:
        n_tiles = sum(1 for _ in all_tiles(MmapSource(file)))
    assert n_tiles > 100


def test_a_real_extract_with_all_layers(helsinki_pbf: Path, tmp_path: Path) -> None:
    import_city_from_file("helsinki", helsinki_pbf, tmp_path)
    city = load_city("helsinki", tmp_path)
    layers = read_tile(archive(city), tile_at(24.9384, 60.1699, 14))
    assert {"roads", "buildings", "pois"} <= set(layers)
