from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_data.city import City
from geo_data.hexagons import PEOPLE_PER_KM, hexagon_zones
from geo_data.zones import areas_km2, mark_urban, service_areas
from tests.geo_data.drawn import read_drawn

# One minute of arc is a nautical mile (1.852 km): this box on the equator has 3.43 km².
BOX = shapely.box(0, 0, 1 / 60, 1 / 60)


def zones(*population: float) -> gpd.GeoDataFrame:
    number = np.arange(len(population))
    shapes = [shapely.box(n / 60, 0, (n + 1) / 60, 1 / 60) for n in number]
    columns = {"zone_id": number, "name": number.astype(str), "population": population}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def test_areas_are_measured_on_the_ellipsoid() -> None:
    assert areas_km2(gpd.GeoSeries([BOX]))[0] == pytest.approx(1.852**2, rel=0.01)


def test_density_makes_a_zone_urban() -> None:
    # 1,500 per km² on 3.42 km² is about 5,130 people.
    assert mark_urban(zones(5300, 5000, 0))["urban"].tolist() == [True, False, False]


def test_urban_zones_dissolve_and_the_rest_of_the_bounds_is_other() -> None:
    marked = mark_urban(zones(9000, 9000, 10))
    areas = service_areas(marked, (0, 0, 4 / 60, 1 / 60))
    assert areas["kind"].tolist() == ["urban", "other"]
    urban, other = areas.geometry
    assert urban.equals(shapely.box(0, 0, 2 / 60, 1 / 60))
    assert other.equals(shapely.box(2 / 60, 0, 4 / 60, 1 / 60))


def test_where_nothing_is_dense_all_that_is_inhabited_is_urban() -> None:
    assert mark_urban(zones(100, 0, 10))["urban"].tolist() == [True, False, True]


def test_a_place_without_people_has_one_area() -> None:
    areas = service_areas(mark_urban(zones(0)), (0, 0, 1, 1))
    assert areas["kind"].tolist() == ["other"]


def test_the_guess_gives_the_demo_city_about_its_people(demo_city: City) -> None:
    guessed = hexagon_zones(demo_city.network)["population"].sum()
    assert guessed == pytest.approx(demo_city.zones["population"].sum(), rel=0.05)


def test_hexagons_share_out_residential_streets(tmp_path: Path) -> None:
    # A street of 2 km, a main road beside it, and a street far away.
    grid = "\n".join(["A" + " " * 19 + "B", "C" + " " * 19 + "D", *[""] * 40, "E" + " " * 9 + "F"])
    ways = {1: ("AB", {}), 2: ("CD", {"highway": "primary"}), 3: ("EF", {"oneway": "yes"})}
    network = read_drawn(tmp_path, grid, ways)
    found = hexagon_zones(network)
    home_km = (
        network.edge_length_m[network.edge_way_id == 1][0]
        + network.edge_length_m[network.edge_way_id == 3][0]
    ) / 1000
    assert found["population"].sum() == pytest.approx(
        home_km * PEOPLE_PER_KM["residential"], rel=1e-3
    )
    assert areas_km2(found.geometry) == pytest.approx(np.ones(len(found)), rel=0.01)
    overlaps = found.sindex.query(found.geometry, predicate="overlaps")
    assert all(
        found.geometry[a].intersection(found.geometry[b]).area < 1e-12 for a, b in overlaps.T
    )


def test_hexagons_cover_all_roads(town: City) -> None:
    whole = shapely.union_all(town.zones.geometry.to_numpy()).buffer(1e-6)
    middle = np.array([town.network.shape(e).mean(axis=0) for e in range(town.network.n_edges)])
    steps = np.diff(town.network.shape_ptr) == 2  # of straight edges the middle is in a hexagon
    assert shapely.contains_xy(whole, middle[steps]).all()
