"""One path through a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernel.errors import Unreachable
from routing.phantoms import NO_EDGE


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


def no_way() -> Unreachable:
    """Return the error of a route that does not exist."""
    return Unreachable(
        "No way leads from the source to the target.",
        remedy="Snap both ends to the connected network, and see which edges are closed.",
        zh="没有道路可从起点到达终点，请核对两端位置以及封闭的道路。",
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
    return path_of([edge], [0], here_ms, there_ms, duration_ms)


def path_of(edges: list[int], enter_ms: list[int], first_ms: int, last_ms: int, total: int) -> Path:
    """Return a path given as lists."""
    return Path(
        np.array(edges, dtype=np.int32),
        np.array(enter_ms, dtype=np.int64),
        first_ms,
        last_ms,
        total,
    )
