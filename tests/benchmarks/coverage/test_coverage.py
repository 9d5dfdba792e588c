"""Three roads in a row, one zone each: what a post at one end reaches, worked by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from benchmarks.coverage.coverage import as_geojson, as_rows, coverage, spread_people
from benchmarks.coverage.posts import Post
from geo_data.city import City
from geo_data.network import HIGHWAY_CLASSES
from geo_data.polygon_table import PolygonTable
from routing.engine import open_engine
from tests.routing.drawn import METRES_PER_DEGREE, draw, near

PEOPLE = (100.0, 300.0, 600.0)
CORNERS = {"A": (0.0, 0.0), "B": (1000.0, 0.0), "C": (2000.0, 0.0), "D": (3000.0, 0.0)}


@pytest.fixture
def city(tmp_path: Path) -> City:
    """A-B, B-C, C-D: each 1 km, 100 s; zones of 100, 300 and 600 people; the last is not urban."""
    drawn = draw("A-B; B-C; C-D", places=CORNERS).network
    residential = np.full(drawn.n_edges, HIGHWAY_CLASSES.index("residential"), dtype=np.uint8)
    km = 1000 / METRES_PER_DEGREE
    boxes = [shapely.box(n * km, -km, (n + 1) * km, km) for n in range(3)]
    zones = gpd.GeoDataFrame(
        {
            "zone_id": [1, 2, 3],
            "name": ["west", "middle", "east"],
            "population": PEOPLE,
            "urban": [True, True, False],
        },
        geometry=boxes,
        crs="EPSG:4326",
    )
    return City(
        name="row",
        title={"en": "Row", "zh": "一排"},
        network=replace(drawn, edge_class=residential),
        zone_table=PolygonTable.of(zones),
        area_table=PolygonTable({}, zones.geometry.to_numpy()),
        bounds=(0.0, -km, 3 * km, km),
        timezone="UTC",
        attribution="nobody",
        folder=tmp_path,
    )


def test_people_are_spread_over_their_zone(city: City) -> None:
    demand = spread_people(city)
    assert demand.weight.sum() == pytest.approx(1000)
    assert [demand.weight[demand.zone == n].sum() for n in range(3)] == pytest.approx(PEOPLE)


def test_a_post_reaches_what_its_time_allows(city: City) -> None:
    west = Post("west", "tow", near(0.0, 0.0))
    east = Post("east", "repair", near(3000.0, 0.0))
    found = {
        c.kind: c for c in coverage(city, open_engine(city.network), [west, east], seconds=210)
    }
    assert found["tow"].share == pytest.approx(0.4)
    assert found["tow"].urban_share == 1.0
    assert found["repair"].share == pytest.approx(0.9)
    assert found["repair"].urban_share == pytest.approx(0.75)
    assert found["any"].share == 1.0
    assert found["tow"].by_zone.tolist() == [1.0, 1.0, 0.0]


def test_people_where_nobody_can_drive_are_counted_apart(city: City) -> None:
    motorways = np.zeros(city.network.n_edges, dtype=np.uint8)
    empty = replace(city, network=replace(city.network, edge_class=motorways))
    found = coverage(
        empty, open_engine(empty.network), [Post("west", "tow", near(0.0, 0.0))], seconds=210
    )
    assert as_rows(empty, found, minutes=3.5)["population_without_roads"] == 1000.0


def test_rows_and_geojson_carry_the_same_shares(city: City) -> None:
    post = Post("west", "tow", near(0.0, 0.0))
    found = coverage(city, open_engine(city.network), [post], seconds=210)
    rows = as_rows(city, found, minutes=3.5)
    features = json.loads(as_geojson(city, found))["features"]
    assert [zone["share"]["tow"] for zone in rows["zones"]] == [1.0, 1.0, 0.0]
    assert [f["properties"]["share_tow"] for f in features] == [1.0, 1.0, 0.0]
    assert rows["kinds"]["tow"]["zones_below_90_percent"] == 1
