from __future__ import annotations

import pytest

from routing.engine import open_engine
from routing.maneuvers import Maneuvers
from tests.routing.drawn import draw

#  W - X - E      X lies in the middle, the other places around it
PLACES = {
    "S": (0.0, -100.0),
    "X": (0.0, 0.0),
    "N": (0.0, 100.0),
    "E": (100.0, 0.0),
    "W": (-100.0, 0.0),
    "P": (30.0, 52.0),
    "Q": (-30.0, 52.0),
    "G": (60.0, -60.0),
    "H": (-60.0, -60.0),
}
ROADS = (
    "S-X 'In'; X-N 'North'; X-E 'East'; X-W 'West'; X-P 'P'; X-Q 'Q'; X-G 'G'; X-H 'H'; N-E 'Ring'"
)


@pytest.fixture(scope="module")
def cross():
    drawn = draw(ROADS, places=PLACES)
    return drawn, open_engine(drawn.network)


@pytest.mark.parametrize(
    ("onto", "modifier"),
    [
        ("XN", "straight"),
        ("XP", "slight_right"),
        ("XE", "right"),
        ("XG", "sharp_right"),
        ("XQ", "slight_left"),
        ("XW", "left"),
        ("XH", "sharp_left"),
    ],
)
def test_the_angle_names_the_turn(cross, onto, modifier):
    drawn, engine = cross
    route = engine.route(drawn.at("SX 0.5"), drawn.at(f"{onto} 0.5"))
    first, second = route.turns
    assert (first.street, first.modifier, first.at) == ("In", "depart", 0)
    assert first.length_m == pytest.approx(50.0, abs=0.1)
    assert (second.modifier, second.at) == (modifier, 1)
    assert second.street == {"XN": "North", "XE": "East", "XW": "West"}.get(onto, onto[1])


def test_turning_back_at_a_dead_end_is_a_u_turn(cross):
    drawn, _ = cross
    drawn.network.edge_length_m.setflags(write=True)
    edges = [drawn.edge[label] for label in ("XW", "WX", "XE")]
    turns = Maneuvers(drawn.network).along(
        drawn.at("XW", "WX", "XE").edge, drawn.network.edge_length_m[edges]
    )
    assert [t.modifier for t in turns] == ["depart", "uturn", "straight"]


def test_a_bend_without_a_choice_is_not_told():
    places = {"A": (0.0, 0.0), "B": (100.0, 0.0), "C": (100.0, 100.0), "D": (200.0, 100.0)}
    drawn = draw("A-B 'Long'; B-C 'Long'; C-D 'Other'", places=places)
    route = open_engine(drawn.network).route(drawn.at("AB"), drawn.at("CD 1.0"))
    assert [(t.street, t.modifier) for t in route.turns] == [("Long", "depart"), ("Other", "right")]
    assert [t.length_m for t in route.turns] == pytest.approx([200.0, 100.0])
    assert route.streets == (("Long", route.turns[0].length_m), ("Other", route.turns[1].length_m))


def test_a_sharp_turn_within_a_street_is_told_where_there_is_a_choice():
    places = {"A": (0.0, 0.0), "B": (100.0, 0.0), "C": (100.0, 100.0), "D": (200.0, 0.0)}
    drawn = draw("A-B 'Long'; B-C 'Long'; B-D 'Other'", places=places)
    route = open_engine(drawn.network).route(drawn.at("AB"), drawn.at("BC 1.0"))
    assert [t.modifier for t in route.turns] == ["depart", "left"]
    assert len(route.streets) == 1


def test_turns_begin_at_edges_of_the_route(cross):
    drawn, engine = cross
    route = engine.route(drawn.at("SX 1.0"), drawn.at("NE 0.5"))
    for turn in route.turns:
        assert 0 <= turn.at < len(route.edges)
    assert drawn.labels(route.edges[[turn.at for turn in route.turns]]) == ["XN", "NE"]
