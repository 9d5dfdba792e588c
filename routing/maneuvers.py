"""What a driver is told: onto which street to turn, which way, and how far to follow it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from routing.travel_times import Turn
from routing.turn_costs import bearing_deg

STRAIGHT_DEG, SLIGHT_DEG, TURN_DEG = 20.0, 40.0, 120.0
"""Deviations, to either side, up to which a turn is straight, slight, or plain; then it is sharp.

The bounds of OSRM's guidance (`getTurnDirection` in its ``toolkit.hpp``).
"""

SAME_STREET_DEG = 45.0
"""A turn that stays on the street is told from this deviation on, where there is a choice."""

_RIGHT = ("straight", "slight_right", "right", "sharp_right")
_LEFT = ("straight", "slight_left", "left", "sharp_left")


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
        self._street = np.where(network.edge_name >= 0, network.edge_name, numbered)
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
        driven = length_m > 0
        if len(edges) > 1 and not driven.all():
            if not driven.any():
                return ()
            edges, length_m = edges[driven], length_m[driven]
        skipped = int(np.argmax(driven))
        before, after = edges[:-1], edges[1:]
        street = self._street[edges]
        turn_deg = (self._first_deg[after] - self._last_deg[before] + 180.0) % 360.0 - 180.0
        back = self._reverse[before] == after
        told = (street[1:] != street[:-1]) | back
        told |= (np.abs(turn_deg) > SAME_STREET_DEG) & self._choice[before]
        begin = np.concatenate([[0], np.flatnonzero(told) + 1])
        metres = np.add.reduceat(length_m, begin).tolist()
        degrees, backs = turn_deg.tolist(), back.tolist()
        found = []
        for row, metre in zip(begin.tolist(), metres, strict=True):
            modifier = "depart" if row == 0 else _modifier(degrees[row - 1], back=backs[row - 1])
            found.append(Turn(self._texts[street[row]], modifier, metre, row + skipped))
        return tuple(found)

    @staticmethod
    def streets(turns: tuple[Turn, ...]) -> tuple[tuple[str, float], ...]:
        """Return (street, metres) in driving order, neighbours of one name merged."""
        merged: list[tuple[str, float]] = []
        for turn in turns:
            if merged and merged[-1][0] == turn.street:
                merged[-1] = (turn.street, merged[-1][1] + turn.length_m)
            else:
                merged.append((turn.street, turn.length_m))
        return tuple(merged)


def _modifier(turn_deg: float, *, back: bool) -> str:
    """Return the word for a turn by so many degrees, clockwise positive."""
    if back:
        return "uturn"
    size = abs(turn_deg)
    word = (size > STRAIGHT_DEG) + (size > SLIGHT_DEG) + (size > TURN_DEG)
    return (_RIGHT if turn_deg > 0 else _LEFT)[word]
