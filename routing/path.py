"""One path: from the source, walk down the tree of the target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernel.errors import Unreachable
from routing.phantoms import Phantoms
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
    total_ms, edge, before_ms = min(starts, default=(int(UNREACHABLE_MS), 0, 0))
    if direct is not None and direct.duration_ms <= total_ms:
        return direct
    if total_ms >= UNREACHABLE_MS:
        raise no_way()
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


def no_way() -> Unreachable:
    """Return the error of a route that does not exist."""
    return Unreachable(
        "No way leads from the source to the target.",
        remedy="Snap both ends to the connected network, and see which edges are closed.",
    )


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
