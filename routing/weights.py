"""Driving time of every edge as whole milliseconds, and how milliseconds become seconds.

Inside the engine a weight is an integer number of milliseconds: sums are exact, so two engines (or
a route and its matrix entry) agree to the last bit. Outside, a matrix holds whole seconds, rounded
half up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.errors import BadData, InvalidInput
from routing.travel_times import UNREACHABLE_S

UNREACHABLE_MS = np.int32(2**31 - 1)
"""Marks "no way" in arrays of int32 milliseconds."""

NO_WAY_MS = 2**30
"""A way that takes so long, twelve days, or longer counts as none, so that sums stay int32."""

MAX_EDGE_MS = 86_400_000
"""An edge that takes longer than a day is a mistake in the data, not a road."""

CLOSED_MS = UNREACHABLE_MS
"""As the time of an edge: it may not be driven, and positions do not lie on it."""


def edge_milliseconds(network: RoadNetwork) -> NDArray[np.int32]:
    """Return int32[n_edges], the free-flow time of each edge, rounded half up, at least 1 ms.

    Raises
    ------
    BadData
        When a length or a speed is not a positive finite number, or an edge would take more than a
        day; it names the first such edge.
    """
    for what, values in (
        ("length_m", network.edge_length_m),
        ("speed_kph", network.edge_speed_kph),
    ):
        wrong = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
        if len(wrong):
            raise BadData(
                f"Edge {wrong[0]} of {network.name!r} has {what} {values[wrong[0]]!r}.",
                remedy="Import the city again; lengths and speeds must be positive.",
            )
    exact_ms = network.edge_length_m * 3600.0 / network.edge_speed_kph
    slow = np.flatnonzero(exact_ms > MAX_EDGE_MS)
    if len(slow):
        raise BadData(
            f"Edge {slow[0]} of {network.name!r} would take {exact_ms[slow[0]] / 3.6e6:.1f} hours.",
            remedy="Correct its length or speed in the source.",
        )
    return np.maximum(np.floor(exact_ms + 0.5), 1.0).astype(np.int32)


def check_edge_ms(edge_ms: NDArray[np.integer], n_edges: int) -> NDArray[np.int32]:
    """Return the times of all edges as int32[n_edges], in an array of their own.

    Parameters
    ----------
    edge_ms
        Whole milliseconds, 1 to `MAX_EDGE_MS`, or `CLOSED_MS`.
    n_edges
        How many there must be.

    Raises
    ------
    InvalidInput
        When there are fewer or more, they are not whole numbers, or one is out of range; it names
        the first.
    """
    given = np.asarray(edge_ms)
    if given.shape != (n_edges,) or not np.issubdtype(given.dtype, np.integer):
        raise InvalidInput.one(
            "/edge_ms",
            "edge_ms.shape",
            f"{given.dtype}{list(given.shape)} was given for {n_edges} edges.",
            "Give one whole number of milliseconds for each edge.",
        )
    wrong = np.flatnonzero(((given < 1) | (given > MAX_EDGE_MS)) & (given != CLOSED_MS))
    if len(wrong):
        raise InvalidInput.one(
            f"/edge_ms/{wrong[0]}",
            "edge_ms.range",
            f"{given[wrong[0]]} ms is no time for an edge.",
            f"Give 1 to {MAX_EDGE_MS} milliseconds, or CLOSED_MS for a closed edge.",
        )
    return given.astype(np.int32)


def changed_edge_ms(
    edge_ms: NDArray[np.int32], edges: NDArray[np.integer], new_ms: NDArray[np.integer]
) -> NDArray[np.int32]:
    """Return the times of all edges with some of them replaced.

    Raises
    ------
    InvalidInput
        When an edge does not exist, there are not as many times as edges, or a time is out of
        range.
    """
    edges = np.asarray(edges, dtype=np.int64)
    if edges.ndim != 1 or np.any((edges < 0) | (edges >= len(edge_ms))):
        raise InvalidInput.one(
            "/edges", "edge_ms.edges", f"Not all of these are edges 0 to {len(edge_ms) - 1}."
        )
    changed = edge_ms.copy()
    changed[edges] = check_edge_ms(new_ms, len(edges))
    return changed


def to_seconds(milliseconds: NDArray[np.integer]) -> NDArray[np.int32]:
    """Return whole seconds, rounded half up; anything from `NO_WAY_MS` on is unreachable."""
    seconds = ((milliseconds + 500) // 1000).astype(np.int32)
    seconds[milliseconds >= NO_WAY_MS] = UNREACHABLE_S
    return seconds


def edge_centimetres(network: RoadNetwork) -> NDArray[np.int32]:
    """Return int32[n_edges], the length of each edge, rounded half up."""
    return np.floor(network.edge_length_m * 100.0 + 0.5).astype(np.int32)


def to_metres(
    milliseconds: NDArray[np.integer], centimetres: NDArray[np.integer]
) -> NDArray[np.int32]:
    """Return whole metres, rounded half up; `UNREACHABLE_S` where the time says "no way"."""
    metres = ((centimetres + 50) // 100).astype(np.int32)
    metres[milliseconds >= NO_WAY_MS] = UNREACHABLE_S
    return metres
