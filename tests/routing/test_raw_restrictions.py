"""From OSM relations to travel times: all of the way against a Dijkstra that reads the relations.

Generated maps of one junction per letter, with one-way, parallel and cut-off roads, and relations
of every kind: over a junction, over ways, prescribing and forbidding, with and without `except`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine import open_engine
from routing.travel_times import UNREACHABLE_S, Snapped
from routing.weights import edge_milliseconds
from tests.geo_data.drawn import draw, node_id, read_drawn
from tests.routing.raw_oracle import Edge, RawOracle, Relation

#  Letters at distances that differ, so that each detour takes its own time.
GRID = "A B   C\n\n D  E\nF    G H"
LETTERS = "ABCDEFGH"
EXCEPTED = ("", "", "", "bus", "bicycle;psv", "motorcar", "bus;motor_vehicle")
Ways = dict[int, tuple[str, dict[str, str]]]


@st.composite
def maps(pick: st.DrawFn) -> tuple[Ways, list[Relation]]:
    pair = st.tuples(st.sampled_from(LETTERS), st.sampled_from(LETTERS), st.integers(0, 3))
    roads = [it for it in pick(st.lists(pair, min_size=3, max_size=13)) if it[0] != it[1]]
    ways: Ways = {
        number: (a + b, {"oneway": "yes"} if kind == 0 else {})
        for number, (a, b, kind) in enumerate(roads, start=1)
    }
    relations = [pick(relation(ways)) for _ in range(pick(st.integers(0, 4)))] if ways else []
    return ways, [it for it in relations if it is not None]


@st.composite
def relation(pick: st.DrawFn, ways: Ways) -> Relation | None:
    """Return a relation along a walk that can be driven; None where the walk ends too soon."""
    edges = [
        *((way, ends[0], ends[1]) for way, (ends, _) in ways.items()),
        *((way, ends[1], ends[0]) for way, (ends, tags) in ways.items() if not tags),
    ]
    walk = [pick(st.sampled_from(edges))]
    for _ in range(pick(st.integers(1, 3))):
        used = {edge[0] for edge in walk}
        passed = {edge[1] for edge in walk} | {walk[-1][2]}
        onward = [
            e for e in edges if e[1] == walk[-1][2] and e[0] not in used and e[2] not in passed
        ]
        if not onward:
            break
        walk.append(pick(st.sampled_from(onward)))
    if len(walk) < 2:
        return None
    kind = pick(st.sampled_from(["no_left_turn", "no_straight_on", "only_right_turn"]))
    via = walk[0][2] if len(walk) == 2 else tuple(edge[0] for edge in walk[1:-1])
    return Relation(kind, walk[0][0], via, walk[-1][0], pick(st.sampled_from(EXCEPTED)))


def as_osm(it: Relation):
    tags = {"restriction": it.kind} | ({"except": it.excepted} if it.excepted else {})
    via = [("via", "n", node_id(it.via))] if isinstance(it.via, str) else []
    via = via or [("via", "w", way) for way in it.via]
    return tags, [("from", "w", it.start), *via, ("to", "w", it.end)]


def assert_equal(ways: Ways, relations: list[Relation], folder: Path) -> int:
    """Compare all pairs of middles of edges; return how many there are a way between."""
    network = read_drawn(folder, GRID, ways, restrictions=[as_osm(it) for it in relations])
    network.edge_length_m[:] *= 400  # a few milliseconds of an edge count
    letters = [chr(number) for number in network.node_osm_id.tolist()]
    edges: list[Edge] = [
        (int(way), letters[a], letters[b])
        for way, a, b in zip(network.edge_way_id, network.edge_from, network.edge_to, strict=True)
    ]
    drawn = {(w, e[0], e[1]) for w, (e, _) in ways.items()}
    drawn |= {(w, e[1], e[0]) for w, (e, tags) in ways.items() if not tags}
    assert set(edges) == drawn
    ms = dict(zip(edges, edge_milliseconds(network).tolist(), strict=True))
    oracle = RawOracle(ms, relations)
    everywhere = Snapped(
        np.arange(len(edges), dtype=np.int32), np.full(len(edges), 0.5), np.zeros(len(edges))
    )
    found = open_engine(network).matrix(everywhere, everywhere)
    n_reached = 0
    for row, source in enumerate(edges):
        times = [expected_ms(oracle, source, target) for target in edges]
        expected = [int(UNREACHABLE_S) if t is None else (t + 500) // 1000 for t in times]
        assert found[row].tolist() == expected, source
        n_reached += sum(time is not None for time in times)
    return n_reached


def sides(oracle: RawOracle, edge: Edge) -> list[tuple[Edge, int, int]]:
    """Return (edge, ms before its middle, ms after it) for both directions of a road.

    The middle of the reverse is the same place: what lies before it there lies after it here.
    """
    before = (oracle.ms[edge] + 1) // 2
    found = [(edge, before, oracle.ms[edge] - before)]
    back = (edge[0], edge[2], edge[1])
    if back in oracle.ms:
        found.append((back, oracle.ms[back] - before, before))
    return found


def expected_ms(oracle: RawOracle, source: Edge, target: Edge) -> int | None:
    ways = []
    for edge, here, after in sides(oracle, source):
        starts = oracle.from_middle_ms(edge, after)
        for end, before, _ in sides(oracle, target):
            ways += [starts[end] + before] if end in starts else []
            ways += [before - here] if end == edge and before >= here else []
    return min(ways, default=None)


@pytest.mark.parametrize("n_maps", [30, pytest.param(500, marks=pytest.mark.long)])
@pytest.mark.timeout(600)
def test_generated_maps(n_maps, tmp_path):
    n_compared = []

    @given(drawn=maps())
    @settings(max_examples=n_maps, deadline=None)
    def compare(drawn):
        ways, relations = drawn
        if ways:
            n_compared.append(assert_equal(ways, relations, tmp_path))

    compare()
    assert sum(n_compared) > 20 * n_maps


CROSS: Ways = {
    1: ("AB", {}),
    2: ("BC", {}),
    3: ("BD", {}),
    4: ("DE", {}),
    5: ("CE", {}),
    6: ("BE", {}),
}


@pytest.mark.parametrize(
    "relation",
    [
        Relation("no_straight_on", 1, "B", 2),
        Relation("no_straight_on", 1, "B", 2, "motorcar"),
        Relation("no_straight_on", 1, "B", 2, "bus"),
        Relation("only_right_turn", 1, "B", 3),
        Relation("only_right_turn", 1, "B", 3, "bus;motor_vehicle"),
        Relation("no_left_turn", 1, (3,), 4),
        Relation("no_left_turn", 1, (3, 4), 5),
        Relation("only_left_turn", 1, (3, 4), 5),
        Relation("only_left_turn", 1, (3, 4), 5, "motorcar"),
    ],
    ids=lambda it: f"{it.kind} {it.via} {it.excepted}",
)
def test_drawn_cases(relation, tmp_path):
    assert assert_equal(CROSS, [relation], tmp_path) > 100


def test_an_exception_for_cars_is_no_restriction_for_them(tmp_path):
    bound = Relation("only_right_turn", 1, "B", 3)
    free = Relation("only_right_turn", 1, "B", 3, "motorcar")
    assert 'k="except" v="motorcar"' in draw(GRID, CROSS, restrictions=[as_osm(free)])
    times = {}
    for name, it in (("bound", [bound]), ("free", [free]), ("none", [])):
        network = read_drawn(tmp_path, GRID, CROSS, restrictions=[as_osm(r) for r in it])
        n = network.n_edges
        everywhere = Snapped(np.arange(n, dtype=np.int32), np.full(n, 0.5), np.zeros(n))
        times[name] = open_engine(network).matrix(everywhere, everywhere).tolist()
    assert times["free"] == times["none"]
    assert times["bound"] != times["none"]
