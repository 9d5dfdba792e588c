"""Hypothesis: small road networks with everything that goes wrong in real ones."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from geo_data.network import RoadNetwork
from routing.travel_times import Snapped

FRACTIONS = st.one_of(
    st.sampled_from([0.0, 0.5, 1.0]), st.floats(0.0, 1.0, allow_nan=False, allow_subnormal=False)
)


@st.composite
def networks(draw: st.DrawFn, *, with_bans: bool = True) -> RoadNetwork:
    """Return a network: maybe disconnected, with one-way and parallel roads and loops."""
    n_nodes = draw(st.integers(1, 6))
    node = st.integers(0, n_nodes - 1)
    road = st.tuples(node, node, st.booleans(), st.integers(1, 40), st.integers(1, 40))
    roads = draw(st.lists(road, min_size=1, max_size=9))
    tail, head, length, reverse = [], [], [], []
    for a, b, two_way, tenths, tenths_back in roads:
        first = len(tail)
        for start, end, metres in ((a, b, tenths), (b, a, tenths_back))[: 2 if two_way else 1]:
            tail.append(start)
            head.append(end)
            # Thousandths of a second that round, and some that vanish but for the least of 1 ms.
            length.append(metres * 0.0037)
        reverse += [first + 1, first] if two_way else [-1]
    bans = draw(st.lists(_ban_pairs(tail, head), max_size=2)) if with_bans else []
    bans = [ban for pair in bans for ban in pair]
    return _network(n_nodes, tail, head, length, reverse, tuple(b for b in bans if len(b) > 1))


@st.composite
def _ban_pairs(draw: st.DrawFn, tail: list[int], head: list[int]) -> list[tuple[int, ...]]:
    """Return a ban, and another one that begins somewhere along it and may leave it."""
    first = draw(_walks(tail, head, begin=(draw(st.integers(0, len(tail) - 1)),)))
    start = draw(st.integers(0, len(first) - 1))
    stop = draw(st.integers(start + 1, len(first)))
    return [first, draw(_walks(tail, head, begin=first[start:stop]))]


@st.composite
def _walks(
    draw: st.DrawFn, tail: list[int], head: list[int], *, begin: tuple[int, ...]
) -> tuple[int, ...]:
    walk = list(begin)
    for _ in range(draw(st.integers(1, 3))):
        onward = [e for e, start in enumerate(tail) if start == head[walk[-1]]]
        if not onward:
            break
        walk.append(draw(st.sampled_from(onward)))
    return tuple(walk)


def _network(n_nodes, tail, head, length, reverse, bans) -> RoadNetwork:
    n = len(tail)
    lon, lat = np.cos(np.arange(n_nodes)) * 1e-3, np.sin(np.arange(n_nodes)) * 1e-3
    ends = np.column_stack([tail, head]).ravel()
    return RoadNetwork(
        name="generated",
        node_lon=lon,
        node_lat=lat,
        node_osm_id=np.arange(n_nodes),
        edge_from=np.array(tail, dtype=np.int32),
        edge_to=np.array(head, dtype=np.int32),
        edge_length_m=np.array(length),
        edge_speed_kph=np.full(n, 36.0),
        edge_class=np.zeros(n, dtype=np.uint8),
        edge_name=np.full(n, -1, dtype=np.int32),
        edge_ref=np.full(n, -1, dtype=np.int32),
        edge_way_id=np.arange(n, dtype=np.int64),
        edge_reverse=np.array(reverse, dtype=np.int32),
        shape_ptr=np.arange(0, 2 * n + 1, 2, dtype=np.int64),
        shape_lon=lon[ends],
        shape_lat=lat[ends],
        banned_turns=bans,
        names=(),
        refs=(),
        content_hash="generated",
    )


@st.composite
def positions_on(draw: st.DrawFn, network: RoadNetwork, *, at_most: int = 6) -> Snapped:
    """Return positions anywhere on a network's edges, also on those cut off from the rest."""
    edge = st.integers(0, network.n_edges - 1)
    rows = draw(st.lists(st.tuples(edge, FRACTIONS), min_size=1, max_size=at_most))
    return Snapped(
        edge=np.array([r[0] for r in rows], dtype=np.int32),
        fraction=np.array([r[1] for r in rows]),
        distance_m=np.zeros(len(rows)),
    )
