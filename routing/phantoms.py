"""Positions on edges as the engine uses them: both directions of the street, in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.errors import InvalidInput
from routing.travel_times import Snapped
from routing.weights import CLOSED_MS

NO_EDGE = -1
"""Stands where a one-way road has no second direction."""


@dataclass(frozen=True, eq=False)
class Phantoms:
    """Points on the road, each on one or two directed edges.

    Attributes
    ----------
    edge
        int32[n, 2]: the edge snapped to and its reverse, the lower number first; `NO_EDGE` in the
        second column on a one-way road or beside a closed direction, in both where all is closed.
    before_ms
        int64[n, 2]: time from the start of that edge to the point; 0 where there is no edge.
    after_ms
        int64[n, 2]: time from the point to the end of that edge; 0 where there is no edge.
    """

    edge: NDArray[np.int32]
    before_ms: NDArray[np.int64]
    after_ms: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.edge)

    def sides(self, row: int) -> list[tuple[int, int, int]]:
        """Return (edge, before_ms, after_ms) of each direction that one point lies on."""
        return [
            (int(self.edge[row, c]), int(self.before_ms[row, c]), int(self.after_ms[row, c]))
            for c in (0, 1)
            if self.edge[row, c] != NO_EDGE
        ]

    def key(self, row: int) -> tuple[int, int, int, int]:
        """Return what identifies the point: equal keys, equal travel times."""
        return (
            int(self.edge[row, 0]),
            int(self.before_ms[row, 0]),
            int(self.edge[row, 1]),
            int(self.before_ms[row, 1]),
        )


def make_phantoms(network: RoadNetwork, edge_ms: NDArray[np.int32], snapped: Snapped) -> Phantoms:
    """Return the two directions of every snapped position.

    Raises
    ------
    InvalidInput
        When an edge is not of this network or a fraction is not within 0 to 1.
    """
    first, fraction = check_snapped(network, snapped)
    second = network.edge_reverse[first].astype(np.int32)
    second[second == first] = NO_EDGE
    first_before = _round_half_up(fraction * edge_ms[first])
    # The reverse side is computed from the rounded remainder, so that driving on and driving back
    # add up exactly where both directions are equally fast.
    second_ms = np.where(second == NO_EDGE, 0, edge_ms[second])
    second_after = np.where(
        second_ms == edge_ms[first], first_before, _round_half_up(fraction * second_ms)
    )
    edge = np.column_stack([first, second])
    before = np.column_stack([first_before, second_ms - second_after])
    after = np.column_stack([edge_ms[first] - first_before, second_after])
    edge[edge_ms[edge] == CLOSED_MS] = NO_EDGE
    missing = edge == NO_EDGE
    before[missing] = 0
    after[missing] = 0
    swap = ~missing[:, 1] & ((edge[:, 1] < edge[:, 0]) | missing[:, 0])
    for column_pair in (edge, before, after):
        column_pair[swap] = column_pair[swap][:, ::-1]
    return Phantoms(edge=edge, before_ms=before, after_ms=after)


def check_snapped(
    network: RoadNetwork, snapped: Snapped
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the edges and fractions of positions, sure to be of this network.

    Raises
    ------
    InvalidInput
        When an edge is not of this network or a fraction is not within 0 to 1.
    """
    edge = np.ascontiguousarray(snapped.edge, dtype=np.int32)
    fraction = np.ascontiguousarray(snapped.fraction, dtype=np.float64)
    # Asking arrays of one for their extremes would take half as long as the way itself.
    if edge.shape == (1,) == fraction.shape and (
        0 <= edge[0] < network.n_edges and 0.0 <= fraction[0] <= 1.0
    ):
        return edge, fraction
    if edge.ndim != 1 or edge.shape != fraction.shape:
        raise InvalidInput.one(
            "/fraction",
            "snapped.length",
            f"{fraction.shape} fractions were given for {edge.shape} edges.",
            "Give one fraction for each edge.",
        )
    if len(edge) and not (edge.min() >= 0 and edge.max() < network.n_edges):
        row = int(np.flatnonzero((edge < 0) | (edge >= network.n_edges))[0])
        raise InvalidInput.one(
            f"/edge/{row}",
            "snapped.edge",
            f"Edge {edge[row]} is not one of the {network.n_edges} of {network.name!r}.",
            "Snap the position on this network.",
        )
    if len(edge) and not (fraction.min() >= 0 and fraction.max() <= 1):
        row = int(np.flatnonzero(~((fraction >= 0) & (fraction <= 1)))[0])
        raise InvalidInput.one(
            f"/fraction/{row}",
            "snapped.fraction",
            f"Fraction {fraction[row]!r} is not within 0 to 1.",
        )
    return edge, fraction


def _round_half_up(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.floor(values + 0.5).astype(np.int64)
