"""What a driver is told: onto which street to turn, which way, and how far to follow it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.jit import jit
from routing.travel_times import Turn
from routing.turn_costs import bearing_deg

STRAIGHT_DEG, SLIGHT_DEG, TURN_DEG = 20.0, 40.0, 120.0
"""Deviations, to either side, up to which a turn is straight, slight, or plain; then it is sharp.

The bounds of OSRM's guidance (`getTurnDirection`).
"""

SAME_STREET_DEG = 45.0
"""A turn that stays on the street is told from this deviation on, where there is a choice."""

MODIFIERS = (
    "sharp_left", "left", "slight_left", "straight", "slight_right", "right", "sharp_right",
    "uturn", "depart",
)  # fmt: skip
_STRAIGHT, _U_TURN, _DEPART = 3, 7, 8


class Maneuvers:
    """Finds the turns of ways through one network.

    Parameters
    ----------
    network
        The roads.
    """

    def __init__(self, network: RoadNetwork) -> None:
        everything = np.arange(network.n_edges)
        self._reverse = network.edge_reverse
        self._first_deg = bearing_deg(network, everything, at_end=False)
        self._last_deg = bearing_deg(network, everything, at_end=True)
        self._texts = (*network.names, *network.refs, "")
        numbered = np.where(network.edge_ref >= 0, len(network.names) + network.edge_ref, -1)
        street = np.where(network.edge_name >= 0, network.edge_name, numbered)
        self._street = street.astype(np.int32)
        n_out = np.bincount(network.edge_from, minlength=network.n_nodes)
        self._choice = n_out[network.edge_to] - (network.edge_reverse >= 0) > 1

    def along(self, edges: NDArray[np.int32], length_m: NDArray[np.float64]) -> tuple[Turn, ...]:
        """Return the turns of a way; the first one is how it departs.

        Parameters
        ----------
        edges
            int32[k], in driving order.
        length_m
            float64[k], how much of each is driven. An edge only touched, where a way begins or
            ends at a junction, is passed over.
        """
        found = _turns(
            edges, length_m, self._street, self._first_deg, self._last_deg, self._reverse,
            self._choice,
        )  # fmt: skip
        street, modifier, metres, at = (column.tolist() for column in found)
        return tuple(
            Turn(self._texts[s], MODIFIERS[m], length, i)
            for s, m, length, i in zip(street, modifier, metres, at, strict=True)
        )


def streets_of(turns: tuple[Turn, ...]) -> tuple[tuple[str, float], ...]:
    """Return (street, metres) in driving order, neighbours of one name merged."""
    merged: list[tuple[str, float]] = []
    for street, _, length_m, _ in turns:
        if merged and merged[-1][0] == street:
            merged[-1] = (street, merged[-1][1] + length_m)
        else:
            merged.append((street, length_m))
    return tuple(merged)


@jit
def _turns(
    edges: NDArray[np.int32],
    length_m: NDArray[np.float64],
    street: NDArray[np.int32],
    first_deg: NDArray[np.float64],
    last_deg: NDArray[np.float64],
    reverse: NDArray[np.int32],
    choice: NDArray[np.bool_],
) -> tuple[NDArray[np.int32], NDArray[np.int8], NDArray[np.float64], NDArray[np.int32]]:
    """Return per turn the street's number, the modifier's, metres, and the edge after it."""
    k = len(edges)
    streets, at = np.empty(k, np.int32), np.empty(k, np.int32)
    modifiers, metres = np.empty(k, np.int8), np.zeros(k, np.float64)
    n, before = 0, -1
    for i in range(k):
        if length_m[i] <= 0 and k > 1:
            continue
        modifier, told = _DEPART, True
        if n > 0:
            turn_deg = (first_deg[edges[i]] - last_deg[before] + 180.0) % 360.0 - 180.0
            back = reverse[before] == edges[i]
            modifier = _U_TURN if back else _modifier(turn_deg)
            bend = abs(turn_deg) > SAME_STREET_DEG and choice[before]
            told = back or bend or street[edges[i]] != street[before]
        if told:
            streets[n], modifiers[n], at[n] = street[edges[i]], modifier, i
            n += 1
        metres[n - 1] += length_m[i]
        before = edges[i]
    return streets[:n], modifiers[:n], metres[:n], at[:n]


@jit
def _modifier(turn_deg: float) -> int:
    """Return the modifier of a turn by so many degrees, clockwise positive."""
    size = abs(turn_deg)
    steps = int(size > STRAIGHT_DEG) + int(size > SLIGHT_DEG) + int(size > TURN_DEG)
    return _STRAIGHT + steps if turn_deg > 0 else _STRAIGHT - steps
