from __future__ import annotations

import numpy as np
import pytest

from kernel.errors import OutsideNetwork
from routing.engine import open_engine
from routing.stretches import ends_of, length_m, road_names, stretch_at
from tests.routing.drawn import draw, near

#  C - D      every street 1 km; the way from A to B is one-way
#  |   |
#  A > B
PLACES = {"A": (0.0, 0.0), "B": (1000.0, 0.0), "C": (0.0, 1000.0), "D": (1000.0, 1000.0)}
ROADS = "A>B 'Quay'; A-C 'West Street'; B-D 'East Street'; C-D"


@pytest.fixture(scope="module")
def square():
    drawn = draw(ROADS, places=PLACES)
    return drawn, open_engine(drawn.network)


def edges(drawn, *labels):
    return np.array([drawn.edge[label] for label in labels], dtype=np.int64)


def test_a_two_way_road_has_two_directions_and_streets_at_its_ends(square):
    _, engine = square
    found = stretch_at(engine, near(20, 300))
    assert found.roads == ("West Street",)
    assert sorted(found.between) == ["", "Quay"]
    assert found.length_m == pytest.approx(1000, rel=1e-3)
    assert found.middle.lon == pytest.approx(near(0, 500).lon, abs=1e-6)
    assert found.middle.lat == pytest.approx(near(0, 500).lat, abs=1e-6)
    assert sorted(it.heading_deg for it in found.directions) == [0.0, 180.0]
    north = next(it for it in found.directions if it.heading_deg == 0)
    assert north.line[0][1] < north.line[-1][1]


def test_a_one_way_road_has_one(square):
    _, engine = square
    found = stretch_at(engine, near(900, -10))
    assert found.roads == ("Quay",)
    assert found.between == ("West Street", "East Street")
    assert [it.heading_deg for it in found.directions] == [90.0]


def test_far_from_any_road_there_is_none(square):
    _, engine = square
    with pytest.raises(OutsideNetwork):
        stretch_at(engine, near(500, 500))


def test_roads_are_named_the_longest_first_and_measured_once(square):
    drawn, _ = square
    network = drawn.network
    some = edges(drawn, "AB", "AC", "CA", "CD")
    assert road_names(network, some) == ("West Street", "Quay")
    assert length_m(network, some) == pytest.approx(3000, rel=1e-3)
    assert ends_of(network, some) == ()
    assert ends_of(network, edges(drawn, "AC", "CA")) == ends_of(network, edges(drawn, "AC"))
    nothing = np.empty(0, dtype=np.int64)
    assert (road_names(network, nothing), length_m(network, nothing)) == ((), 0.0)
