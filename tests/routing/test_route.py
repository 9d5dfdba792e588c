from __future__ import annotations

import numpy as np
import pytest

from kernel.errors import InvalidInput, Unreachable
from routing.engine import open_engine
from routing.turn_costs import TurnCosts
from tests.routing.drawn import draw, near

#  A ── B ── C ── D    100 m each, 10 s, the last one 300 m
LINE = {"A": (0, 0), "B": (100, 0), "C": (200, 0), "D": (500, 0)}
STREETS = "A-B 'High Street'; B-C 'High Street'; C-D"


def test_geometry_times_and_streets():
    drawn = draw(STREETS, places=LINE)
    route = open_engine(drawn.network).route(drawn.at("AB 0.5"), drawn.at("CD 0.5"))
    assert drawn.labels(route.edges) == ["AB", "BC", "CD"]
    assert route.duration_s == 5 + 10 + 15
    assert route.length_m == pytest.approx(50 + 100 + 150)
    assert route.elapsed_s.tolist() == [0, 5, 15, 30]
    expected = [[near(x, 0).lon, near(x, 0).lat] for x in (50, 100, 200, 350)]
    np.testing.assert_allclose(route.points, expected, atol=1e-12)
    assert route.streets == (("High Street", 150.0), ("", 150.0))


def test_a_number_stands_in_for_a_missing_name():
    drawn = draw(STREETS, places=LINE)
    object.__setattr__(drawn.network, "refs", ("G4",))
    drawn.network.edge_ref[:] = 0
    route = open_engine(drawn.network).route(drawn.at("BC 0.5"), drawn.at("CD 0.5"))
    assert [name for name, _ in route.streets] == ["High Street", "G4"]


def test_backwards_along_one_street():
    drawn = draw(STREETS, places=LINE)
    route = open_engine(drawn.network).route(drawn.at("CD 0.9"), drawn.at("CD 0.4"))
    assert drawn.labels(route.edges) == ["DC"]
    assert route.points[:, 0] == pytest.approx([near(470, 0).lon, near(320, 0).lon])
    assert route.elapsed_s.tolist() == [0, 15]


def test_from_a_place_to_itself():
    drawn = draw(STREETS, places=LINE)
    route = open_engine(drawn.network).route(drawn.at("AB 0.5"), drawn.at("BA 0.5"))
    assert (route.duration_s, route.length_m) == (0, 0)
    assert route.elapsed_s.tolist() == [0, 0]
    assert route.points[0].tolist() == route.points[1].tolist()
    assert route.streets == (("High Street", 0.0),)


def test_a_junction_is_one_place_whichever_road_names_it():
    drawn = draw(STREETS, places=LINE)
    route = open_engine(drawn.network).route(drawn.at("AB 1.0"), drawn.at("CD 0.0"))
    assert route.duration_s == 10
    assert route.streets == (("High Street", 100.0),)


def test_times_along_a_bent_road_follow_its_length():
    drawn = draw("A-B 40s", places={"A": (0, 0), "B": (100, 300)})
    bend = [near(0, 0), near(0, 300), near(100, 300)]
    for name in ("lon", "lat"):
        column = [getattr(p, name) for p in bend]
        object.__setattr__(drawn.network, f"shape_{name}", np.array([*column, *column[::-1]]))
    object.__setattr__(drawn.network, "shape_ptr", np.array([0, 3, 6]))
    route = open_engine(drawn.network).route(drawn.at("AB"), drawn.at("AB 1.0"))
    assert route.elapsed_s.tolist() == pytest.approx([0, 30, 40])


def test_turn_costs_pass_before_the_edge_turned_onto():
    drawn = draw("A>B 10s; B>C 10s", places={"A": (0, 0), "B": (100, 0), "C": (100, -100)})
    engine = open_engine(drawn.network, turn_costs=TurnCosts(right_s=4))
    route = engine.route(drawn.at("AB"), drawn.at("BC 0.5"))
    assert route.duration_s == 19
    assert route.elapsed_s.tolist() == [0, 10, 14, 19], "standing at B for four seconds"


def test_of_equally_fast_ways_always_the_same():
    drawn = draw("S>A 1s; A>B 1s; B>D 1s; A>C 1s; C>D 1s; D>E 1s")
    routes = [open_engine(drawn.network).route(drawn.at("SA"), drawn.at("DE")) for _ in range(3)]
    assert {tuple(drawn.labels(r.edges)) for r in routes} == {("SA", "AB", "BD", "DE")}


def test_no_way_is_an_error_with_a_remedy():
    drawn = draw("A-B; C-D")
    with pytest.raises(Unreachable, match="Snap both ends"):
        open_engine(drawn.network).route(drawn.at("AB"), drawn.at("CD"))


def test_only_single_positions():
    drawn = draw(STREETS, places=LINE)
    with pytest.raises(InvalidInput, match="/target: 2 positions"):
        open_engine(drawn.network).route(drawn.at("AB"), drawn.at("AB", "BC"))
