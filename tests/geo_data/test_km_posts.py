from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo_data.carriageways import carriageways
from geo_data.city import City
from geo_data.directions import compass_point, compass_word
from geo_data.km_posts import KmPosts, parse_km, read_posts
from geo_data.towns.drawing import degrees
from geo_data.towns.linchuan import EAST_Y, FIRST_POST_X, WEST_Y
from kernel.errors import InvalidInput, NotFound
from kernel.position import Position, distance_m
from tests.geo_data.drawn import read_drawn


@pytest.fixture(scope="module")
def posts(town: City) -> KmPosts:
    return KmPosts(town)


def post(km: float, y: float) -> Position:
    return Position(*degrees((FIRST_POST_X + (km - 1200) * 1000, y)))


def test_all_posts_of_both_carriageways_are_read(town: City) -> None:
    assert town.source is not None
    found = read_posts(town.source)
    assert sorted({post.km for post in found}) == list(range(1200, 1213))
    assert len(found) == 26


@pytest.mark.parametrize("km", [1200, 1203, 1206, 1212])
@pytest.mark.parametrize(("direction", "y"), [("up", EAST_Y), ("down", WEST_Y)])
def test_at_a_post_it_is_the_post(posts: KmPosts, km: int, direction: str, y: float) -> None:
    place = posts.locate_km("G1523", km, direction)
    assert distance_m(place.position, post(km, y)) < 0.5
    assert place.direction == direction


def test_between_posts_it_lies_on_the_road_in_proportion(town: City, posts: KmPosts) -> None:
    place = posts.locate_km("G1523", 1204.5, "eastbound")
    before, after = post(1204, EAST_Y), post(1205, EAST_Y)
    assert distance_m(place.position, before) == pytest.approx(
        distance_m(place.position, after), rel=0.01
    )
    assert place.gap_m == pytest.approx(distance_m(before, after), rel=0.01)
    line = shapely.LineString(carriageways(town.network, "G1523")[0].points)
    both = [shapely.LineString(c.points) for c in carriageways(town.network, "G1523")]
    spot = shapely.Point(place.position.lon, place.position.lat)
    assert min(part.distance(spot) for part in both) < 1e-9
    assert line.length > 0.1


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("up", "up"), ("上行", "up"), ("east", "up"), ("E", "up"), ("eastbound", "up"),
        ("往东", "up"), ("东行", "up"), ("NE", "up"), ("down", "down"), ("下行", "down"),
        ("west", "down"), ("Westbound", "down"), ("向西方向", "down"), ("northwest", "down"),
    ],
)  # fmt: skip
def test_directions_as_people_say_them(posts: KmPosts, direction: str, expected: str) -> None:
    assert posts.locate_km("g1523", 1207.2, direction).direction == expected


def test_a_missing_or_strange_direction_is_answered_with_the_choices(posts: KmPosts) -> None:
    with pytest.raises(InvalidInput, match=r"down \(westbound\), up \(eastbound\)"):
        posts.locate_km("G1523", 1207)
    with pytest.raises(InvalidInput, match="'sideways' is no direction"):
        posts.locate_km("G1523", 1207, "sideways")
    with pytest.raises(InvalidInput, match="'north' is no direction here"):
        posts.locate_km("G1523", 1207, "north")


def test_unknown_roads_and_kilometres_name_the_known_ones(posts: KmPosts) -> None:
    with pytest.raises(NotFound, match=r"'G15'.*G1523 \(K1200-K1212\)"):
        posts.locate_km("G15", 1203, "up")
    with pytest.raises(NotFound, match="K1200 to K1212"):
        posts.locate_km("G1523", 1212.5, "up")
    assert posts.ranges_km == {"G1523": (1200, 1212)}


def test_a_city_without_posts_knows_none(demo_city: City) -> None:
    with pytest.raises(NotFound, match="Known here: none"):
        KmPosts(demo_city).locate_km("Ruta 5", 470, "north")


@pytest.mark.parametrize(
    ("text", "km"),
    [("1203", 1203), ("1203.4", 1203.4), ("K1203+400", 1203.4), ("k 12 + 50", 12.05), ("7 km", 7)],
)
def test_kilometres_as_people_say_them(text: str, km: float) -> None:
    assert parse_km(text) == pytest.approx(km)


@pytest.mark.parametrize("text", ["", "K", "12+", "1203,4", "-3", "north"])
def test_what_is_no_kilometre(text: str) -> None:
    with pytest.raises(InvalidInput, match="no kilometre"):
        parse_km(text)


def test_carriageways_follow_the_straighter_way_at_a_fork(tmp_path: Path) -> None:
    tags = {"highway": "motorway", "ref": "G1;G2"}
    ways = {
        1: ("AB", tags),
        2: ("BC", tags),
        3: ("BD", tags),
        4: ("BE", {"highway": "motorway_link", "ref": "G1"}),
    }
    network = read_drawn(tmp_path, "A B C\n  D\n E", ways)
    longest = carriageways(network, "G1")[0]
    assert longest.points[[0, -1], 0].tolist() == [119.0, 119.004]
    assert compass_word(longest.heading_deg) == "east"
    assert len(carriageways(network, "G1")) == 2
    assert carriageways(network, "G3") == []
    measure_m, away_m = longest.nearest(119.003, 25.001)
    assert measure_m == pytest.approx(longest.measure_m[-1] * 0.75)
    assert away_m == pytest.approx(111.2, abs=0.2)


def test_a_two_way_road_needs_no_direction(tmp_path: Path, town: City) -> None:
    path = tmp_path / "posts.osm"
    nodes = [
        f'<node id="{900 + i}" lat="25.0" lon="{119 + i / 1000}"><tag k="highway" v="milestone"/>'
        f'<tag k="pk" v="K{10 + i}"/><tag k="ref" v="S9"/></node>'
        for i in (0, 2)
    ]
    path.write_text('<osm version="0.6">' + "".join(nodes) + "</osm>")
    network = read_drawn(tmp_path, "ABC", {1: ("ABC", {"ref": "S9"})})
    place = KmPosts(replace(town, network=network, source=path)).locate_km("S9", 11)
    assert place.position.lon == pytest.approx(119.001)
    assert np.isclose(place.position.lat, 25.0)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("ne", "northeast"),
        ("NE", "northeast"),
        ("south-west", "southwest"),
        ("东北方向", "northeast"),
        ("southbound", "south"),
        ("towards", None),
        ("", None),
        ("nn", None),
        ("up", None),
    ],
)
def test_compass_points(text: str, point: str | None) -> None:
    assert compass_point(text) == point
