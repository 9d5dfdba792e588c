"""Who stands on a road when it is closed gets out of it, and is reached as far as its barrier."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from kernel.errors import InvalidInput, Unreachable
from routing.closures import to_open_road
from routing.engine import open_engine
from routing.overlay import NO_OVERLAY
from routing.speeds import SpeedTable
from routing.traffic import TrafficTimes
from routing.travel_times import UNREACHABLE_S, Snapped
from tests.routing.drawn import draw

NOON = datetime(2025, 5, 5, 12, tzinfo=UTC)
#  A - B - C - D, and a way around from A to D; the motorway M > N leaves B and comes back at C
ROADS = "A-B 10s; B-C 20s; C-D 10s; A-D 100s; B>M 5s; M>N 10s; N>C 5s"


def moved(drawn, closed: list[str], place: str, *, inbound: bool) -> tuple[str, float]:
    shut = np.zeros(drawn.network.n_edges, dtype=bool)
    shut[[drawn.edge[label] for label in closed]] = True
    found = to_open_road(drawn.network, shut, drawn.at(place), inbound=inbound)
    return drawn.labels(found.edge)[0], float(found.fraction[0])


def test_a_driver_leaves_a_closed_street_by_its_nearer_end():
    drawn = draw(ROADS)
    edge, fraction = moved(drawn, ["BC", "CB"], "BC 0.8", inbound=False)
    assert (edge, fraction) == ("CD", 0.0)
    edge, fraction = moved(drawn, ["BC", "CB"], "BC 0.2", inbound=True)
    assert (edge, fraction) == ("AB", 1.0)


def test_a_closed_carriageway_is_left_in_its_direction_however_near_its_beginning_is():
    drawn = draw(ROADS)
    assert moved(drawn, ["MN"], "MN 0.1", inbound=False) == ("NC", 0.0)
    assert moved(drawn, ["MN"], "MN 0.9", inbound=True) == ("BM", 1.0)


def test_a_closure_of_many_roads_is_walked_through():
    drawn = draw(ROADS)
    edge, _ = moved(drawn, ["BM", "MN", "NC", "BC", "CB"], "MN 0.5", inbound=False)
    assert edge == "CD"


def test_an_open_direction_is_enough():
    drawn = draw(ROADS)
    assert moved(drawn, ["BC"], "BC 0.3", inbound=False) == ("BC", 0.3)
    assert moved(drawn, [], "BC 0.3", inbound=True) == ("BC", 0.3)


def test_where_all_is_closed_nothing_is_moved():
    drawn = draw(ROADS)
    assert moved(drawn, list(drawn.edge), "BC 0.3", inbound=False) == ("BC", 0.3)


def test_matrix_and_route_agree_for_who_was_closed_in():
    drawn = draw(ROADS)
    with TrafficTimes(open_engine(drawn.network)) as traffic:
        shut = [drawn.edge["BC"], drawn.edge["CB"]]
        assert traffic.wait(traffic.put(NO_OVERLAY.with_closed(shut)), 20)
        times = traffic.at(NOON)
        inside, goal = drawn.at("BC 0.9"), drawn.at("CD 0.5")
        assert times.matrix(inside, goal).tolist() == [[5]]
        assert times.route(inside, goal).duration_s == 5
        seconds, metres = times.matrix_with_metres(goal, inside)
        assert (seconds.tolist(), metres.tolist()) == ([[5]], [[50]])
        assert times.reach(inside, 10)[drawn.edge["CD"]]


def test_what_a_vehicle_class_may_not_use_is_no_closure_under_it():
    drawn = draw(ROADS)
    drawn.network.edge_class[:] = 6  # residential
    drawn.network.edge_class[drawn.edge["MN"]] = 0  # a motorway
    with TrafficTimes(open_engine(drawn.network), SpeedTable()) as traffic:
        shut = [drawn.edge["BC"], drawn.edge["CB"]]
        assert traffic.wait(traffic.put(NO_OVERLAY.with_closed(shut)), 20)
        scooter, car = traffic.at(NOON, "scooter"), drawn.at("MN 0.5")
        assert scooter.matrix(drawn.at("AB 0.5"), car)[0, 0] == UNREACHABLE_S
        with pytest.raises(Unreachable):
            scooter.route(drawn.at("AB 0.5"), car)


def test_edges_of_another_map_are_still_named():
    drawn = draw(ROADS)
    nowhere = Snapped(np.array([99]), np.array([0.5]), np.zeros(1))
    with pytest.raises(InvalidInput, match="Edge 99 is not one of"):
        to_open_road(drawn.network, np.zeros(drawn.network.n_edges, bool), nowhere, inbound=True)
