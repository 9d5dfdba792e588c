from __future__ import annotations

import numpy as np
import pytest
import shapely

from kernel.errors import InvalidInput
from routing.engine import open_engine
from tests.routing.drawn import Drawn, draw, near

#  A ───────── B ───────── C     2 km each: 200 s
LINE = {"A": (0, 0), "B": (2000, 0), "C": (4000, 0)}


def covers(area, x_m: float, y_m: float) -> bool:
    here = near(x_m, y_m)
    return bool(shapely.covers(area, shapely.Point(here.lon, here.lat)))


def labels(drawn: Drawn, reached) -> set[str]:
    return {label for label, edge in drawn.edge.items() if reached[edge]}


def test_reach_counts_edges_driven_to_their_end():
    drawn = draw("A-B; B-C", places=LINE)
    engine = open_engine(drawn.network)
    start = drawn.at("AB 0.75")
    assert labels(drawn, engine.reach(start, 49)) == set()
    assert labels(drawn, engine.reach(start, 50)) == {"AB"}
    assert labels(drawn, engine.reach(start, 250)) == {"AB", "BA", "BC"}


def test_reach_inbound_counts_edges_from_whose_start_a_position_is_reached():
    drawn = draw("A>B; B>C; C>A", places=LINE | {"C": (0, 2000)})
    engine = open_engine(drawn.network)
    assert labels(drawn, engine.reach(drawn.at("BC 0.25"), 280, inbound=True)) == {"BC", "AB"}
    assert labels(drawn, engine.reach(drawn.at("BC 0.25"), 280)) == {"BC"}


def test_reach_from_the_nearest_of_several():
    drawn = draw("A-B; B-C", places=LINE)
    engine = open_engine(drawn.network)
    ends = drawn.at("AB 0.1", "CB 0.1")
    assert labels(drawn, engine.reach(ends, 179)) == {"BA", "BC"}
    assert labels(drawn, engine.reach(ends, 180)) == {"AB", "BA", "BC", "CB"}
    assert labels(drawn, engine.reach(drawn.at(), 1000)) == set()


def test_an_area_ends_where_the_time_does():
    drawn = draw("A-B; B-C", places=LINE)
    area = open_engine(drawn.network).isochrone(drawn.at("AB 0.5"), [60]).geometry[0]
    for x_m in (401, 1000, 1599):
        assert covers(area, x_m, 0)
    assert covers(area, 1000, 90)
    assert not covers(area, 1000, 110)
    for x_m in (290, 1710):
        assert not covers(area, x_m, 0), "100 m beside the end of the road, no more"


def test_a_cut_part_is_found_on_the_right_end_of_a_one_way_road():
    drawn = draw("A>B; B>C; C>A", places={"A": (0, 0), "B": (2000, 0), "C": (1000, 5000)})
    engine = open_engine(drawn.network)
    ahead = engine.isochrone(drawn.at("AB 0.5"), [30]).geometry[0]
    behind = engine.isochrone(drawn.at("AB 0.5"), [30], inbound=True).geometry[0]
    assert [covers(ahead, x, 0) for x in (700, 1300)] == [False, True]
    assert [covers(behind, x, 0) for x in (700, 1300)] == [True, False]


def test_back_on_the_own_edge_by_the_way_around():
    places = {"A": (0, 0), "B": (2000, 0), "C": (2000, 500), "D": (0, 500)}
    drawn = draw("A>B; B>C; C>D; D>A", places=places)
    area = open_engine(drawn.network).isochrone(drawn.at("AB 0.9"), [380]).geometry[0]
    # 20 s to B, 300 s around to A: 60 s are left for the first 600 m.
    assert [covers(area, x, -50) for x in (590, 900, 1900)] == [True, False, True]


def test_rows_keep_their_order_and_larger_limits_hold_smaller_ones():
    drawn = draw("A-B; B-C; C-A", places=LINE | {"C": (1000, 3000)})
    found = open_engine(drawn.network).isochrone(drawn.at("AB 0.3"), [300, 60, 120, 60])
    assert found.crs.to_epsg() == 4326
    assert found["seconds"].tolist() == [300, 60, 120, 60]
    assert set(found.geom_type) == {"MultiPolygon"}
    assert found.geometry.is_valid.all()
    assert found.geometry[1].equals(found.geometry[3])
    for small, large in ((1, 2), (2, 0)):
        lost = shapely.difference(found.geometry[small], found.geometry[large])
        assert lost.area < 1e-15


def test_blocks_are_filled_and_large_holes_stay():
    def ring(side_m: float):
        places = {"A": (0, 0), "B": (side_m, 0), "C": (side_m, side_m), "D": (0, side_m)}
        drawn = draw("A-B; B-C; C-D; D-A", places=places)
        return open_engine(drawn.network).isochrone(drawn.at("AB"), [3600]).geometry[0]

    assert covers(ring(400), 200, 200)
    assert not covers(ring(4000), 2000, 2000)


def test_nothing_reached_is_an_empty_area():
    drawn = draw("A-B", places=LINE)
    found = open_engine(drawn.network).isochrone(drawn.at(), [60])
    assert found.geometry[0].is_empty
    assert open_engine(drawn.network).isochrone(drawn.at("AB"), [0]).geometry[0].is_empty
    assert len(open_engine(drawn.network).isochrone(drawn.at("AB"), [])) == 0


@pytest.mark.parametrize("limit", [-1, 1.5, np.nan, 10**6])
def test_limits_are_whole_seconds_up_to_a_day(limit):
    drawn = draw("A-B", places=LINE)
    engine = open_engine(drawn.network)
    with pytest.raises(InvalidInput, match="whole number of seconds"):
        engine.isochrone(drawn.at("AB"), [60, limit])
    with pytest.raises(InvalidInput, match="whole number of seconds"):
        engine.reach(drawn.at("AB"), limit)
