"""Both engines against a plain Dijkstra over raw bans, on generated networks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import Unreachable
from routing.dijkstra_engine import DijkstraEngine
from routing.engine import open_engine
from routing.travel_times import UNREACHABLE_S, Snapped
from tests.routing.oracle import Oracle
from tests.routing.strategies import networks, positions_on

ENGINES = pytest.mark.parametrize("make", [open_engine, DijkstraEngine])


def rows_of(snapped: Snapped) -> list[tuple[int, float]]:
    return list(zip(snapped.edge.tolist(), snapped.fraction.tolist(), strict=True))


def expected_ms(network, sources: Snapped, targets: Snapped) -> list[list[int | None]]:
    oracle = Oracle(network)
    return [oracle.times_ms(source, rows_of(targets)) for source in rows_of(sources)]


def seconds(milliseconds: int | None) -> int:
    return int(UNREACHABLE_S) if milliseconds is None else (milliseconds + 500) // 1000


# Edges of a few milliseconds would all round to 0 s: a thousandfold, each ms counts.
def stretched(network):
    network.edge_length_m[:] *= 1000
    return network


@ENGINES
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_matrix_searched_from_targets_equals_the_oracle(make, data):
    network = stretched(data.draw(networks()))
    sources, targets = data.draw(positions_on(network)), data.draw(positions_on(network))
    expected = [[seconds(ms) for ms in row] for row in expected_ms(network, sources, targets)]
    assert make(network).matrix(sources, targets).tolist() == expected


@ENGINES
@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_matrix_searched_from_the_source_equals_the_oracle(make, data):
    network = stretched(data.draw(networks()))
    source = data.draw(positions_on(network, at_most=1))
    # A point on every edge: enough targets that one search from the source is cheaper.
    targets = Snapped(
        np.arange(network.n_edges, dtype=np.int32),
        np.linspace(0.1, 0.9, network.n_edges),
        np.zeros(network.n_edges),
    )
    expected = [seconds(ms) for ms in expected_ms(network, source, targets)[0]]
    assert make(network).matrix(source, targets)[0].tolist() == expected


@ENGINES
@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_route_takes_exactly_as_long_as_the_oracle_says_and_obeys_every_ban(make, data):
    network = data.draw(networks())
    source = data.draw(positions_on(network, at_most=1))
    target = data.draw(positions_on(network, at_most=1))
    engine = make(network)
    expected = expected_ms(network, source, target)[0][0]
    if expected is None:
        with pytest.raises(Unreachable):
            engine.route(source, target)
        return
    route = engine.route(source, target)
    assert round(route.duration_s * 1000) == expected
    driven = route.edges.tolist()
    assert (network.edge_to[driven[:-1]] == network.edge_from[driven[1:]]).all()
    for ban in network.banned_turns:
        assert not any(tuple(driven[i : i + len(ban)]) == ban for i in range(len(driven)))
    assert (np.diff(route.elapsed_s) >= 0).all()
    assert route.elapsed_s[0] == 0
    assert route.elapsed_s[-1] == route.duration_s


@ENGINES
@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_reach_agrees_with_the_oracle_in_both_directions(make, data):
    network = stretched(data.draw(networks()))
    points = data.draw(positions_on(network, at_most=3))
    limit = data.draw(st.integers(0, 60))
    engine, oracle = make(network), Oracle(network)
    sides = [side for row in rows_of(points) for side in oracle.sides(*row)]
    starts = oracle.edge_starts([(e, after) for e, _, after in sides])
    reached = engine.reach(points, limit)
    reaching = engine.reach(points, limit, inbound=True)
    for edge, edge_ms in enumerate(oracle.ms):
        out = [after for e, _, after in sides if e == edge]
        out += [starts[edge] + edge_ms] if edge in starts else []
        assert reached[edge] == (min(out, default=10**9) <= limit * 1000)
        onward = oracle.edge_starts([(edge, edge_ms)])
        into = [before for e, before, _ in sides if e == edge]
        into += [onward[e] + before for e, before, _ in sides if e in onward]
        assert reaching[edge] == (min(into, default=10**9) <= limit * 1000)
