from __future__ import annotations

import numpy as np
import pytest

from geo_data.network import HIGHWAY_CLASSES
from kernel.errors import InvalidInput, OutsideNetwork
from kernel.position import Position
from routing.engine import open_engine
from routing.snap_hints import SnapHint
from tests.routing.drawn import Drawn, draw, near

#   D ─────────── C        A is (0, 0), C is (400, 300); all roads run both ways.
#   │             │
#   A ─────────── B
SQUARE = {"A": (0, 0), "B": (400, 0), "C": (400, 300), "D": (0, 300)}
ROADS = "A-B 'South Street'; B-C 'East Street'; C-D 'North Street'; D-A 'West Street'"


def snap_one(drawn: Drawn, x_m: float, y_m: float, **options):
    snapped = open_engine(drawn.network).snap([near(x_m, y_m)], **options)
    label = drawn.labels(snapped.edge)[0]
    return label, round(float(snapped.fraction[0]), 3), round(float(snapped.distance_m[0]), 1)


def test_the_nearest_road_and_how_far_along_it():
    assert snap_one(draw(ROADS, places=SQUARE), 100, 20) == ("AB", 0.25, 20.0)


def test_beyond_an_end_the_end_is_taken():
    drawn = draw("A-B; B-C", places=SQUARE)
    assert snap_one(drawn, -30, -40) == ("AB", 0.0, 50.0)


def test_equally_near_roads_give_the_lowest_edge_every_time():
    assert snap_one(draw(ROADS, places=SQUARE), 200, 150)[0] == "AB"


def test_fractions_follow_the_length_of_a_bent_road():
    drawn = draw("A-B", places={"A": (0, 0), "B": (100, 300)})
    bend = [near(0, 0), near(0, 300), near(100, 300)]
    for name in ("lon", "lat"):
        column = [getattr(p, name) for p in bend]
        object.__setattr__(drawn.network, f"shape_{name}", np.array([*column, *column[::-1]]))
    object.__setattr__(drawn.network, "shape_ptr", np.array([0, 3, 6]))
    assert snap_one(drawn, 20, 300) == ("AB", 0.8, 0.0)


def test_never_a_road_that_is_cut_off():
    places = {**SQUARE, "X": (100, 30), "Y": (200, 30), "Z": (100, 100)}
    drawn = draw(ROADS + "; X-Y; B>Z", places=places)
    assert snap_one(drawn, 150, 29) == ("AB", 0.375, 29.0), "X-Y is an island"
    assert snap_one(drawn, 98, 99)[0] == "DA", "no way leads out of Z"


def test_too_far_is_an_error_that_names_the_position_and_the_remedy():
    engine = open_engine(draw(ROADS, places=SQUARE).network)
    with pytest.raises(OutsideNetwork, match=r"lon 31.2, lat 12.5 .* swapped"):
        engine.snap([near(0, 0), Position(31.2, 12.5)])
    with pytest.raises(OutsideNetwork):
        engine.snap([near(0, -60)], max_distance_m=50)
    assert len(engine.snap([near(0, -60)], max_distance_m=61)) == 1


def test_none_and_ten_thousand_at_once():
    drawn = draw(ROADS, places=SQUARE)
    engine = open_engine(drawn.network)
    assert len(engine.snap([])) == 0
    spots = np.random.default_rng(7).uniform((-50, -50), (450, 350), (10_000, 2))
    many = engine.snap([near(x, y) for x, y in spots])
    x, y = spots.T
    # By hand: the distance to the outline of a rectangle.
    outside = np.hypot(np.maximum(np.abs(x - 200) - 200, 0), np.maximum(np.abs(y - 150) - 150, 0))
    inside = np.minimum(200 - np.abs(x - 200), 150 - np.abs(y - 150))
    expected = np.where(outside > 0, outside, inside)
    np.testing.assert_allclose(many.distance_m, expected, atol=1e-3)
    for row in (0, 4_321, 9_999):
        one = engine.snap([near(*spots[row])])
        assert (one.edge[0], one.fraction[0]) == (many.edge[row], many.fraction[row])


MOTORWAY = {"A": (0, 0), "B": (1000, 0), "C": (1000, 12), "D": (0, 12), "E": (500, 40)}


@pytest.mark.parametrize(
    ("heading_deg", "label"), [(90, "AB"), (60, "AB"), (270, "CD"), (-80, "CD"), (None, "AB")]
)
def test_a_heading_chooses_the_carriageway(heading_deg, label):
    drawn = draw("A>B; B-C; C>D; D-A", places=MOTORWAY)
    assert snap_one(drawn, 500, 4, heading_deg=[heading_deg])[0] == label


def test_a_heading_chooses_the_direction_of_a_two_way_road():
    drawn = draw(ROADS, places=SQUARE)
    assert snap_one(drawn, 100, 5, heading_deg=[95]) == ("AB", 0.25, 5.0)
    assert snap_one(drawn, 100, 5, heading_deg=[265]) == ("BA", 0.75, 5.0)


def test_a_street_name_wins_over_a_slightly_nearer_road():
    drawn = draw(ROADS, places=SQUARE)
    assert snap_one(drawn, 20, 15)[0] == "AB"
    assert snap_one(drawn, 20, 15, street=["west street"])[0] == "DA"
    assert snap_one(drawn, 20, 15, street=["East Street"])[0] == "AB", "that one is far away"


def test_a_preference_never_reaches_beyond_the_limit():
    drawn = draw(ROADS, places=SQUARE)
    found = snap_one(drawn, 20, 15, street=["West Street"], max_distance_m=18)
    assert found[0] == "AB"


def test_headings_and_streets_are_checked():
    engine = open_engine(draw(ROADS, places=SQUARE).network)
    with pytest.raises(InvalidInput, match="2 values were given for 1"):
        engine.snap([near(0, 0)], heading_deg=[1, 2])
    with pytest.raises(InvalidInput, match="nan"):
        engine.snap([near(0, 0)], heading_deg=[float("nan")])


#  D ◀──────────── C   12 m apart; E is a ramp off the lower carriageway
#  A ────────────▶ B ▶ E
@pytest.fixture
def motorway() -> Drawn:
    drawn = draw("A>B 'G4'; B-C; C>D 'G4'; D-A", places=MOTORWAY)
    network = drawn.network
    network.edge_class[:] = HIGHWAY_CLASSES.index("residential")
    for label in ("AB", "CD"):
        network.edge_class[drawn.edge[label]] = HIGHWAY_CLASSES.index("motorway")
        network.edge_ref[drawn.edge[label]] = 0
    object.__setattr__(network, "refs", ("G 15;G4",))
    return drawn


def test_a_number_and_a_direction_find_the_carriageway(motorway):
    for heading_deg, label in ((100, "AB"), (260, "CD")):
        hint = SnapHint(heading_deg=heading_deg, road="g15")
        assert snap_one(motorway, 500, 6.5, hints=[hint])[0] == label


@pytest.mark.parametrize(("tolerance_deg", "label"), [(20, "CD"), (100, "AB")])
def test_a_heading_counts_beyond_its_tolerance(motorway, tolerance_deg, label):
    # 350° is 80° off the western and 100° off the eastern carriageway, which is nearer.
    hint = SnapHint(heading_deg=350, tolerance_deg=tolerance_deg)
    assert snap_one(motorway, 500, 5, hints=[hint])[0] == label


def test_who_is_on_a_motorway_is_not_on_the_road_beside_it(motorway):
    assert snap_one(motorway, 990, 6)[0] == "AB"
    assert snap_one(motorway, 996, 6)[0] == "BC"
    assert snap_one(motorway, 996, 5.9, hints=[SnapHint(motorway=True)])[0] == "AB"
    assert snap_one(motorway, 990, 5.9, hints=[SnapHint(motorway=False)])[0] in ("BC", "CB")


@pytest.mark.parametrize(
    ("side", "y_m", "label"),
    [("right", -5, "AB"), ("right", 5, "BA"), ("left", -5, "BA"), ("left", 5, "AB"),
     ("right", 0, "AB"), ("left", 0, "AB")],
)  # fmt: skip
def test_the_kerb_a_car_stands_at_names_the_direction(side, y_m, label):
    drawn = draw("A-B; B-C", places=SQUARE)
    assert snap_one(drawn, 100, y_m, hints=[SnapHint(driving_side=side)])[0] == label


def test_a_heading_says_more_than_a_kerb():
    drawn = draw("A-B; B-C", places=SQUARE)
    hint = SnapHint(heading_deg=270, driving_side="right")
    assert snap_one(drawn, 100, -5, hints=[hint]) == ("BA", 0.75, 5.0)


def test_a_hint_never_leads_to_a_road_that_is_cut_off():
    places = {**SQUARE, "X": (100, 30), "Y": (200, 30)}
    drawn = draw(ROADS + "; X-Y 'Island Road'", places=places)
    assert snap_one(drawn, 150, 29, street=["Island Road"])[0] == "AB"


def test_hints_check_themselves():
    with pytest.raises(InvalidInput, match="compass"):
        SnapHint(heading_deg=float("inf"))
    with pytest.raises(InvalidInput, match="tolerance"):
        SnapHint(tolerance_deg=-1)
    engine = open_engine(draw(ROADS, places=SQUARE).network)
    with pytest.raises(InvalidInput, match="2 values were given for 1"):
        engine.snap([near(0, 0)], hints=[None, None])
