"""Positions along edges, worked out by hand: on roads of 100 s a fraction reads as seconds."""

from __future__ import annotations

import numpy as np
import pytest

from kernel.errors import InvalidInput
from routing.engine import open_engine
from routing.travel_times import UNREACHABLE_S, Snapped
from tests.routing.drawn import Drawn, draw

TRIANGLE = "A-B 100s; B-C 10s; C-A 10s"


def matrix(drawn: Drawn, sources: list[str], targets: list[str]) -> list[list[int]]:
    engine = open_engine(drawn.network)
    return engine.matrix(drawn.at(*sources), drawn.at(*targets)).tolist()


@pytest.mark.parametrize(
    ("roads", "source", "target", "expected"),
    [
        # ahead and behind on a one-way road
        ("A>B 100s", "AB 0.2", "AB 0.7", 50),
        ("A>B 100s", "AB 0.7", "AB 0.2", UNREACHABLE_S),
        ("A>B 100s; B>A 50s", "AB 0.7", "AB 0.2", 30 + 50 + 20),
        # a two-way street is left and met in both directions, whichever edge names the position
        ("A-B 100s", "AB 0.7", "AB 0.2", 50),
        ("A-B 100s", "AB 0.2", "BA 0.2", 60),
        ("A-B 100s", "BA 0.2", "AB 0.2", 60),
        ("A-B 100s", "BA 0.8", "BA 0.3", 50),
        ("A-B 100s", "AB 0.3", "BA 0.7", 0),
        # out by the nearer end
        (TRIANGLE, "AB 0.9", "CA 0.5", 10 + 10 + 5),
        (TRIANGLE, "AB 0.1", "CA 0.5", 10 + 5),
        # straight ahead, but the way around is quicker
        (TRIANGLE, "AB 0.1", "AB 0.9", 10 + 10 + 10 + 10),
        (TRIANGLE, "AB 0.4", "AB 0.6", 20),
        # the very ends
        (TRIANGLE, "AB 0.0", "AB 1.0", 20),
        (TRIANGLE, "AB 1.0", "BC 0.0", 0),
        (TRIANGLE, "BC 1.0", "CA 0.0", 0),
        # a loop road, driven in its one direction
        ("A>A 100s; A-B 10s", "AA 0.6", "AA 0.4", 40 + 40),
        ("A>A 100s; A-B 10s", "BA 0.5", "AA 0.25", 5 + 25),
    ],
)
def test_by_hand(roads, source, target, expected):
    assert matrix(draw(roads), [source], [target]) == [[expected]]


def test_each_direction_keeps_its_own_speed():
    drawn = draw("A-B 100s; B-C 10s; C-A 10s")
    drawn.network.edge_speed_kph[drawn.edge["BA"]] /= 2
    assert matrix(drawn, ["AB 0.25"], ["CA 0.5"]) == [[50 + 5]], "a quarter back at half the speed"
    assert matrix(drawn, ["CA 0.5"], ["AB 0.75"]) == [[5 + 10 + 50]]


def test_rows_and_columns_keep_their_order_and_duplicates():
    found = matrix(draw(TRIANGLE), ["AB 0.1", "CA", "AB 0.1"], ["CA 0.5", "AB 0.4", "CA 0.5"])
    assert found == [[15, 30, 15], [5, 50, 5], [15, 30, 15]]


def test_no_sources_and_no_targets():
    drawn = draw(TRIANGLE)
    assert open_engine(drawn.network).matrix(drawn.at(), drawn.at("AB")).shape == (0, 1)
    assert open_engine(drawn.network).matrix(drawn.at("AB"), drawn.at()).shape == (1, 0)


def test_seconds_are_rounded_half_up_from_the_sum_not_each_by_itself():
    drawn = draw("A>B 0.4s; B>C 0.4s; C>D 0.4s; D>E 0.3s; E>F 10s")
    assert matrix(drawn, ["AB"], ["BC", "CD", "DE", "EF"]) == [[0, 1, 1, 2]]


def test_an_edge_shorter_than_a_millisecond_still_takes_one():
    drawn = draw("A>B 0.0001s; B>C 0.0001s")
    assert open_engine(drawn.network).route(drawn.at("AB"), drawn.at("BC 1.0")).duration_s == 0.002


@pytest.mark.parametrize(
    ("edge", "fraction", "told"),
    [(99, 0.5, "Edge 99"), (-1, 0.5, "Edge -1"), (0, np.nan, "nan"), (0, 1.5, "1.5")],
)
def test_positions_that_are_not_on_this_network_are_refused(edge, fraction, told):
    drawn = draw(TRIANGLE)
    wrong = Snapped(np.array([edge], dtype=np.int32), np.array([fraction]), np.zeros(1))
    with pytest.raises(InvalidInput, match=told):
        open_engine(drawn.network).matrix(wrong, drawn.at("AB"))
