from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from kernel.errors import InvalidInput
from routing.overlay import NO_OVERLAY, Overlay, edges_of_way, overlaid_ms
from routing.weights import CLOSED_MS
from tests.routing.drawn import draw

NOON = datetime(2025, 5, 5, 12, tzinfo=UTC)
ROADS = draw("A>B 100s; B>C 100s; C>D 100s").network  # 1,000 m each
FREE_MS = np.array([100_000, 100_000, 100_000], dtype=np.int32)


def test_speeds_and_closures_replace_the_slice():
    overlay = NO_OVERLAY.with_speeds({0: 18.0}).with_closed([2])
    assert overlaid_ms(ROADS, FREE_MS, overlay).tolist() == [200_000, 100_000, CLOSED_MS]
    assert FREE_MS.tolist() == [100_000] * 3


def test_the_last_word_counts_and_can_be_taken_back():
    overlay = NO_OVERLAY.with_closed([0, 1]).with_speeds({0: 72.0}).without([1, 2])
    assert overlaid_ms(ROADS, FREE_MS, overlay).tolist() == [50_000, 100_000, 100_000]
    assert len(NO_OVERLAY) == 0


def test_a_factor_is_on_the_speed_of_the_slice_and_gives_way_to_a_speed():
    slow = NO_OVERLAY.with_factors({0: 0.5, 1: 2.0, 2: 0.5}).with_speeds({2: 36.0})
    assert overlaid_ms(ROADS, FREE_MS, slow).tolist() == [200_000, 50_000, 100_000]
    assert overlaid_ms(ROADS, 2 * FREE_MS, slow).tolist() == [400_000, 100_000, 100_000]
    assert overlaid_ms(ROADS, FREE_MS, slow.with_factors({2: 2.0}))[2] == 50_000
    assert len(slow) == 3
    assert len(slow.without([0, 2])) == 1


def test_a_factor_opens_nothing():
    closed = np.array([CLOSED_MS, 100_000, 100_000], dtype=np.int32)
    assert overlaid_ms(ROADS, closed, NO_OVERLAY.with_factors({0: 0.5}))[0] == CLOSED_MS


@pytest.mark.parametrize("factor", [0, 0.01, -1, 2.5, float("nan")])
def test_absurd_factors(factor):
    with pytest.raises(InvalidInput, match="times the speed of edge 7 is out of range"):
        NO_OVERLAY.with_factors({7: factor})


def test_what_a_vehicle_may_not_use_stays_closed():
    closed = np.array([CLOSED_MS, 100_000, 100_000], dtype=np.int32)
    assert overlaid_ms(ROADS, closed, NO_OVERLAY.with_speeds({0: 60.0}))[0] == CLOSED_MS


def test_it_counts_until_its_end():
    overlay = Overlay(until=NOON).with_closed([0])
    assert overlay.counts_at(NOON.replace(hour=11))
    assert not overlay.counts_at(NOON)
    assert NO_OVERLAY.with_closed([0]).counts_at(NOON)
    assert not NO_OVERLAY.counts_at(NOON)


@pytest.mark.parametrize("kph", [0, -5, float("nan"), float("inf"), 1000])
def test_absurd_speeds(kph):
    with pytest.raises(InvalidInput, match="on edge 7 is no speed"):
        NO_OVERLAY.with_speeds({7: kph})


def test_a_crawl_of_days():
    with pytest.raises(InvalidInput, match="Edge 1 would take longer than a day"):
        overlaid_ms(ROADS, FREE_MS, NO_OVERLAY.with_speeds({0: 50.0, 1: 0.01}))


@pytest.mark.parametrize("edge", [-1, 3])
def test_edges_of_another_network(edge):
    with pytest.raises(InvalidInput, match=f"Edge {edge} is not one of 3"):
        overlaid_ms(ROADS, FREE_MS, NO_OVERLAY.with_closed([0, edge]))


def test_edges_by_way():
    assert edges_of_way(ROADS, 1).tolist() == [1]
    with pytest.raises(InvalidInput, match="Way 99 is no car road"):
        edges_of_way(ROADS, 99)
