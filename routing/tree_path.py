"""One path, by Dijkstra: from the source, walk down the tree of the target."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.path import Path, no_way, path_of, straight_ahead
from routing.phantoms import Phantoms
from routing.turns import TurnGraph
from routing.weights import NO_WAY_MS


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
    direct = straight_ahead(source.edge, source.before_ms, target.edge, target.before_ms)
    starts = [
        (int(tree[edge]) + after_ms, edge, before_ms)
        for edge, before_ms, after_ms in source.sides(0)
    ]
    total_ms, edge, before_ms = min(starts, default=(NO_WAY_MS, 0, 0))
    if direct is not None and direct.duration_ms <= total_ms:
        return direct
    if total_ms >= NO_WAY_MS:
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
    return path_of(edges, enter_ms, before_ms, last, total_ms)


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
