"""One path: from the source, walk down the tree of the target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernel.errors import Unreachable
from routing.phantoms import NO_EDGE, Phantoms
from routing.turns import TurnGraph
from routing.weights import NO_WAY_MS


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """Edges from a source to a target with the times they are entered.

    Attributes
    ----------
    edges
        int32[k], in driving order.
    enter_ms
        int64[k], when each edge is entered, from the source's departure; turn costs fall before it.
    first_before_ms, last_before_ms
        Where on the first edge the way begins and on the last one ends, as time from its start.
    duration_ms
        Of the whole way.
    """

    edges: NDArray[np.int32]
    enter_ms: NDArray[np.int64]
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
    return _path(edges, enter_ms, before_ms, last, total_ms)


def no_way() -> Unreachable:
    """Return the error of a route that does not exist."""
    return Unreachable(
        "No way leads from the source to the target.",
        remedy="Snap both ends to the connected network, and see which edges are closed.",
    )


def straight_ahead(
    source_edge: NDArray[np.int32],
    source_ms: NDArray[np.integer],
    target_edge: NDArray[np.int32],
    target_ms: NDArray[np.integer],
) -> Path | None:
    """Return the way along one edge to a target ahead on it, if there is one.

    Takes the edges of two single points and the times from those edges' starts, each [1, 2] as in
    `routing.phantoms.Phantoms`.
    """
    ahead = [
        (there_ms - here_ms, edge, here_ms, there_ms)
        for edge, here_ms in zip(source_edge[0].tolist(), source_ms[0].tolist(), strict=True)
        for other, there_ms in zip(target_edge[0].tolist(), target_ms[0].tolist(), strict=True)
        if edge == other != NO_EDGE and there_ms >= here_ms
    ]
    if not ahead:
        return None
    duration_ms, edge, here_ms, there_ms = min(ahead)
    return _path([edge], [0], here_ms, there_ms, duration_ms)


def _path(edges: list[int], enter_ms: list[int], first_ms: int, last_ms: int, total: int) -> Path:
    return Path(
        np.array(edges, dtype=np.int32),
        np.array(enter_ms, dtype=np.int64),
        first_ms,
        last_ms,
        total,
    )


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
