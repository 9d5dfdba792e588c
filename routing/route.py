"""One route: walk down the tree of its target, then lay out geometry, times and streets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.errors import Unreachable
from routing.phantoms import Phantoms
from routing.projection import LocalMetres
from routing.travel_times import DrivenRoute
from routing.turns import TurnGraph
from routing.weights import UNREACHABLE_MS


@dataclass(frozen=True, slots=True)
class Path:
    """Edges from a source to a target with the times they are entered.

    Attributes
    ----------
    edges
        In driving order.
    enter_ms
        When each edge is entered, from the source's departure; turn costs fall before it.
    first_before_ms, last_before_ms
        Where on the first edge the way begins and on the last one ends, as time from its start.
    duration_ms
        Of the whole way.
    """

    edges: tuple[int, ...]
    enter_ms: tuple[int, ...]
    first_before_ms: int
    last_before_ms: int
    duration_ms: int


def find_path(
    graph: TurnGraph, tree: NDArray[np.int32], source: Phantoms, target: Phantoms
) -> Path:
    """Return the fastest path between two single points, given the tree to the target.

    Of equally fast ones it takes, at each junction, the end of the way first and then the edge of
    the lowest number, so that the answer is always the same.

    Raises
    ------
    Unreachable
        When there is none.
    """
    direct = _straight_ahead(source, target)
    starts = [
        (int(tree[edge]) + after_ms, edge, before_ms)
        for edge, before_ms, after_ms in source.sides(0)
    ]
    total_ms, edge, before_ms = min(starts)
    if direct is not None and direct.duration_ms <= total_ms:
        return direct
    if total_ms >= UNREACHABLE_MS:
        raise Unreachable(
            f"No way leads from edge {source.edge[0, 0]} to edge {target.edge[0, 0]}.",
            remedy="Snap both ends to the connected network.",
        )
    edges, enter_ms = [edge], [0]
    clock_ms, state = total_ms - int(tree[edge]), edge
    last: int | None = None
    while last is None:
        last, entered_ms, next_state = _next_turn(graph, tree, state, target)
        state = next_state
        edges.append(int(graph.state_edge[state]))
        enter_ms.append(clock_ms + entered_ms)
        clock_ms = total_ms - int(tree[state])
    return Path(tuple(edges), tuple(enter_ms), before_ms, last, total_ms)


def _straight_ahead(source: Phantoms, target: Phantoms) -> Path | None:
    """Return the way along one edge to a target ahead on it, if there is one."""
    ahead = [
        (there_ms - here_ms, edge, here_ms, there_ms)
        for edge, here_ms, _ in source.sides(0)
        for other, there_ms, _ in target.sides(0)
        if edge == other and there_ms >= here_ms
    ]
    if not ahead:
        return None
    duration_ms, edge, here_ms, there_ms = min(ahead)
    return Path((edge,), (0,), here_ms, there_ms, duration_ms)


def _next_turn(
    graph: TurnGraph, tree: NDArray[np.int32], state: int, target: Phantoms
) -> tuple[int | None, int, int]:
    """Return (place on the last edge or None, ms of the turn itself, state turned into)."""
    left_ms = int(tree[state])
    sides = {edge: before_ms for edge, before_ms, _ in target.sides(0)}
    arcs = graph.outgoing
    onward: tuple[int, int] | None = None
    for i in range(int(arcs.ptr[state]), int(arcs.ptr[state + 1])):
        following = int(arcs.state[i])
        edge = int(graph.state_edge[following])
        weight_ms = int(arcs.weight_ms[i])
        turn_ms = weight_ms - int(graph.edge_ms[edge])
        if edge in sides and turn_ms + sides[edge] == left_ms:
            return sides[edge], turn_ms, following
        if onward is None and weight_ms + int(tree[following]) == left_ms:
            onward = (turn_ms, following)
    if onward is None:
        raise AssertionError(f"the tree has no way on from state {state}")
    return None, *onward


def lay_out(network: RoadNetwork, edge_ms: NDArray[np.int32], path: Path) -> DrivenRoute:
    """Return the geometry, times, length and street names of a path."""
    metres = LocalMetres.around(network)
    points: list[NDArray[np.float64]] = []
    elapsed: list[NDArray[np.float64]] = []
    lengths_m = []
    last = len(path.edges) - 1
    for i, edge in enumerate(path.edges):
        whole_ms = int(edge_ms[edge])
        begin_ms = path.first_before_ms if i == 0 else 0
        end_ms = path.last_before_ms if i == last else whole_ms
        piece, share = _cut(network.shape(edge), metres, begin_ms / whole_ms, end_ms / whole_ms)
        points.append(piece)
        elapsed.append(path.enter_ms[i] + share * (end_ms - begin_ms))
        lengths_m.append(float(network.edge_length_m[edge]) * (end_ms - begin_ms) / whole_ms)
    all_points, all_elapsed = _without_repeats(np.vstack(points), np.concatenate(elapsed) / 1000.0)
    all_elapsed[-1] = path.duration_ms / 1000.0
    return DrivenRoute(
        duration_s=path.duration_ms / 1000.0,
        length_m=float(sum(lengths_m)),
        edges=np.array(path.edges, dtype=np.int32),
        points=all_points,
        elapsed_s=all_elapsed,
        streets=_streets(network, path.edges, lengths_m),
    )


def _cut(
    shape: NDArray[np.float64], metres: LocalMetres, begin: float, end: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the part of a line between two fractions, and how far along it each point is."""
    xy = metres.to_xy(shape[:, 0], shape[:, 1])
    step = np.diff(xy, axis=0)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(step[:, 0], step[:, 1]))])
    along = along / along[-1] if along[-1] > 0 else np.linspace(0.0, 1.0, len(along))
    inside = (along > begin) & (along < end)
    at = np.concatenate([[begin], along[inside], [end]])
    part = np.column_stack([np.interp(at, along, shape[:, 0]), np.interp(at, along, shape[:, 1])])
    share = (at - begin) / (end - begin) if end > begin else np.zeros(len(at))
    return part, share


def _without_repeats(
    points: NDArray[np.float64], elapsed_s: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Drop points that repeat the one before at the same time; a route keeps at least two."""
    repeats = np.zeros(len(points), dtype=bool)
    repeats[1:-1] = (points[1:-1] == points[:-2]).all(axis=1) & (elapsed_s[1:-1] == elapsed_s[:-2])
    return points[~repeats], elapsed_s[~repeats]


def _streets(
    network: RoadNetwork, edges: tuple[int, ...], lengths_m: list[float]
) -> tuple[tuple[str, float], ...]:
    streets: list[tuple[str, float]] = []
    for edge, length_m in zip(edges, lengths_m, strict=True):
        name = street_name(network, edge)
        if streets and streets[-1][0] == name:
            streets[-1] = (name, streets[-1][1] + length_m)
        elif length_m > 0 or len(edges) == 1:
            # An edge may only be touched where a way begins or ends at a junction.
            streets.append((name, length_m))
    return tuple(streets)


def street_name(network: RoadNetwork, edge: int) -> str:
    """Return the name of an edge's street, else its road number, else an empty string."""
    name, ref = int(network.edge_name[edge]), int(network.edge_ref[edge])
    if name >= 0:
        return network.names[name]
    return network.refs[ref] if ref >= 0 else ""
