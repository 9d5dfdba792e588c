from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo_data.city import City
from geo_data.demand import MAIN_ROAD_SHARE, sample_positions
from geo_data.network import HIGHWAY_CLASSES
from geo_data.polygon_table import PolygonTable
from tests.geo_data.drawn import read_drawn


def roads_of(city: City, classes: tuple[str, ...] = HIGHWAY_CLASSES) -> shapely.MultiLineString:
    wanted = np.flatnonzero(
        np.isin(city.network.edge_class, list(map(HIGHWAY_CLASSES.index, classes)))
    )
    return shapely.multilinestrings([shapely.LineString(city.network.shape(e)) for e in wanted])


def test_every_position_is_on_a_road(town: City) -> None:
    places = sample_positions(town, 500, np.random.default_rng(3))
    assert places.shape == (500, 2)
    assert shapely.distance(roads_of(town), shapely.points(places)).max() < 1e-9


def test_the_same_seed_gives_the_same_places(town: City) -> None:
    one, same, other = (sample_positions(town, 9, np.random.default_rng(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_none_and_negative_counts(town: City) -> None:
    assert sample_positions(town, 0, np.random.default_rng(1)).shape == (0, 2)
    with pytest.raises(ValueError, match="negative"):
        sample_positions(town, -1, np.random.default_rng(1))


def test_people_draw_incidents(tmp_path: Path, town: City) -> None:
    # Two streets of equal length; three quarters of the people live at the first.
    network = read_drawn(tmp_path, "AB\n\nCD", {1: ("AB", {}), 2: ("CD", {})})
    (ax, ay), (cx, cy) = network.shape(0).min(axis=0), network.shape(2).min(axis=0)
    shapes = [
        shapely.box(x - 0.0005, y - 0.0005, x + 0.01, y + 0.0005) for x, y in ((ax, ay), (cx, cy))
    ]
    zones = PolygonTable({"population": [300.0, 100.0]}, np.array(shapes))
    city = replace(town, network=network, zone_table=zones)
    places = sample_positions(city, 4000, np.random.default_rng(5))
    assert np.mean(shapely.contains_xy(shapes[0], places)) == pytest.approx(0.75, abs=0.03)


def test_a_share_falls_on_main_roads_where_nobody_lives(tmp_path: Path, town: City) -> None:
    ways = {1: ("AB", {}), 2: ("CD", {"highway": "motorway"})}
    network = read_drawn(tmp_path, "AB\n\nCD", ways)
    street = network.shape(0)
    home = shapely.LineString(street).buffer(0.0005)
    zones = PolygonTable({"population": [10.0]}, np.array([home]))
    city = replace(town, network=network, zone_table=zones)
    places = sample_positions(city, 4000, np.random.default_rng(5))
    on_motorway = places[:, 1] != street[0, 1]
    assert np.mean(on_motorway) == pytest.approx(MAIN_ROAD_SHARE, abs=0.03)


def test_demo_incidents_are_mostly_but_not_all_urban(demo_city: City) -> None:
    places = sample_positions(demo_city, 2000, np.random.default_rng(7))
    urban = demo_city.areas.geometry[demo_city.areas["kind"] == "urban"].iloc[0]
    assert 0.7 < np.mean(shapely.contains_xy(urban, places)) < 0.95


def test_nobody_calls_from_a_far_road_that_is_cut_off(tmp_path: Path, town: City) -> None:
    # CD lies 0.4 km from AB, EF 3.4 km: nobody could come to EF.
    rows = ["AB", *[""] * 3, "CD", *[""] * 26, "EF"]
    ways = {1: ("AB", {}), 2: ("CD", {}), 3: ("EF", {})}
    network = read_drawn(tmp_path, "\n".join(rows), ways)
    everywhere = shapely.LineString(network.shape(0)).buffer(1.0)
    city = replace(
        town,
        network=network,
        zone_table=PolygonTable({"population": [9.0]}, np.array([everywhere])),
    )
    lat = sample_positions(city, 400, np.random.default_rng(2))[:, 1]
    south = [network.shape(e)[0, 1] for e in (0, 2, 4)]
    n_calls = [int(np.sum(np.abs(lat - s) < 1e-6)) for s in south]
    assert n_calls[0] > 100
    assert n_calls[1] > 100
    assert n_calls[2] == 0
