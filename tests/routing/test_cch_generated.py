"""The hierarchy with any driving times, on generated networks."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.dijkstra_engine import DijkstraEngine
from routing.engine import open_engine
from routing.travel_times import UNREACHABLE_S, Snapped
from routing.turn_costs import TurnCosts
from routing.weights import CLOSED_MS
from tests.routing.drawn import draw
from tests.routing.oracle import Oracle
from tests.routing.strategies import networks, positions_on


def times_of(data, network) -> np.ndarray:
    """Draw a time for every edge; some are closed."""
    one = st.one_of(st.integers(1, 90_000), st.just(int(CLOSED_MS)))
    n = network.n_edges
    return np.array(data.draw(st.lists(one, min_size=n, max_size=n)), dtype=np.int32)


def oracle_seconds(network, edge_ms, sources: Snapped, targets: Snapped) -> list[list[int]]:
    oracle = Oracle(network, [None if ms == CLOSED_MS else ms for ms in edge_ms.tolist()])
    rows = list(zip(targets.edge.tolist(), targets.fraction.tolist(), strict=True))
    found = [
        oracle.times_ms((int(e), float(f)), rows)
        for e, f in zip(sources.edge, sources.fraction, strict=True)
    ]
    return [
        [int(UNREACHABLE_S) if ms is None else (ms + 500) // 1000 for ms in row] for row in found
    ]


def everywhere(network, share: float) -> Snapped:
    """Return positions on all edges, again and again, too many to be searched one by one."""
    edge = np.resize(np.arange(network.n_edges, dtype=np.int32), 70)
    return Snapped(edge, np.full(70, share), np.zeros(70))


@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_any_times_and_closures_equal_the_oracle(data):
    network = data.draw(networks())
    edge_ms = times_of(data, network)
    sources, targets = data.draw(positions_on(network)), data.draw(positions_on(network))
    engine = open_engine(network)
    expected = oracle_seconds(network, edge_ms, sources, targets)
    assert engine.matrix(sources, targets, metric=engine.metric(edge_ms)).tolist() == expected


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_many_at_once_equal_the_oracle_whichever_side_is_larger(data):
    network = data.draw(networks())
    edge_ms = times_of(data, network)
    few, many = data.draw(positions_on(network, at_most=3)), everywhere(network, 0.3)
    engine = open_engine(network)
    metric = engine.metric(edge_ms)
    there = oracle_seconds(network, edge_ms, few, many)
    back = oracle_seconds(network, edge_ms, many, few)
    assert engine.matrix(few, many, metric=metric).tolist() == there
    assert engine.matrix(many, few, metric=metric).tolist() == back


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_metric_updated_is_the_metric_made_anew(data):
    network = data.draw(networks())
    before, after = times_of(data, network), times_of(data, network)
    places = data.draw(positions_on(network))
    engine = open_engine(network)
    changed = np.flatnonzero(before != after)
    metric = engine.metric(before)
    kept = engine.matrix(places, places, metric=metric)
    updated = metric.updated(changed, after[changed])
    assert (updated.edge_ms == after).all()
    anew = engine.matrix(places, places, metric=engine.metric(after))
    assert (engine.matrix(places, places, metric=updated) == anew).all()
    assert (engine.matrix(places, places, metric=metric) == kept).all()


@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_lengths_are_those_of_the_shortest_of_the_fastest_ways(data):
    network = data.draw(networks())
    network.edge_length_m[:] = np.arange(1, network.n_edges + 1) * 7.0
    # Few different times: many ways are equally fast.
    edge_ms = np.array(
        data.draw(st.lists(st.sampled_from([1000, 2000]), min_size=network.n_edges)),
        dtype=np.int32,
    )[: network.n_edges]
    sources, targets = data.draw(positions_on(network)), data.draw(positions_on(network))
    engine, plain = open_engine(network), DijkstraEngine(network)
    metric = engine.metric(edge_ms)
    seconds, metres = engine.matrix_with_metres(sources, targets, metric=metric)
    expected = plain.matrix_with_metres(sources, targets, metric=plain.metric(edge_ms))
    assert (seconds == expected[0]).all()
    assert (metres == expected[1]).all()
    assert (seconds == engine.matrix(sources, targets, metric=metric)).all()
    for i in range(min(len(sources), len(targets))):
        if seconds[i, i] != UNREACHABLE_S:
            route = engine.route(sources.pick([i]), targets.pick([i]), metric=metric)
            assert abs(route.length_m - metres[i, i]) <= 0.5 + 0.01 * len(route.edges)


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_turn_costs_count_in_the_hierarchy(data):
    network = data.draw(networks())
    costs = TurnCosts(left_s=3.0, right_s=1.5, u_turn_s=20.0)
    sources, targets = data.draw(positions_on(network)), data.draw(positions_on(network))
    found = open_engine(network, turn_costs=costs).matrix(sources, targets)
    assert (found == DijkstraEngine(network, turn_costs=costs).matrix(sources, targets)).all()


def test_of_two_directions_that_take_as_long_the_shorter_one_counts():
    drawn = draw("A-A 1s")
    drawn.network.edge_length_m[:] = 14.0, 7.0
    engine = open_engine(drawn.network)
    metric = engine.metric(np.array([1000, 1000]))
    middle = Snapped(np.zeros(1, np.int32), np.full(1, 0.5), np.zeros(1))
    begin = Snapped(np.zeros(1, np.int32), np.zeros(1), np.zeros(1))
    seconds, metres = engine.matrix_with_metres(middle, begin, metric=metric)
    assert (seconds.tolist(), metres.tolist()) == ([[1]], [[4]])
    assert engine.route(middle, begin, metric=metric).length_m == 3.5
