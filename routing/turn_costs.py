"""Seconds that a turn itself costs, by its angle. Zero by default: no table we could cite fits all.

The angle is that between the last piece of the edge driven and the first piece of the next one.
Signals are not charged: their times are data, not a guess from tags.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.errors import InvalidInput

STRAIGHT_DEG = 45.0
"""Up to this deviation, in degrees to either side, a turn counts as driving straight on."""


@dataclass(frozen=True, slots=True)
class TurnCosts:
    """Seconds added to every turn of a kind, >= 0.

    Attributes
    ----------
    left_s, right_s
        Turns that deviate by more than `STRAIGHT_DEG` to that side.
    u_turn_s
        From an edge onto its own reverse, where that is possible at all.
    """

    left_s: float = 0.0
    right_s: float = 0.0
    u_turn_s: float = 0.0

    def __post_init__(self) -> None:
        for name in ("left_s", "right_s", "u_turn_s"):
            value = getattr(self, name)
            if not 0 <= value <= 3600:
                raise InvalidInput.one(
                    f"/{name}", "turn_costs.range", f"{value!r} is not within 0 to 3600 seconds."
                )


NO_TURN_COSTS = TurnCosts()
"""Turns cost nothing."""


def turn_milliseconds(
    network: RoadNetwork, costs: TurnCosts, before: NDArray[np.int32], after: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Return int64[n], the cost of turning from each edge of ``before`` onto that of ``after``."""
    cost_ms = np.zeros(len(before), dtype=np.int64)
    if costs == NO_TURN_COSTS:
        return cost_ms
    angle = (
        bearing_deg(network, after, at_end=False) - bearing_deg(network, before, at_end=True)
    ) % 360
    cost_ms[(angle > STRAIGHT_DEG) & (angle <= 180)] = round(costs.right_s * 1000)
    cost_ms[(angle > 180) & (angle < 360 - STRAIGHT_DEG)] = round(costs.left_s * 1000)
    cost_ms[network.edge_reverse[before] == after] = round(costs.u_turn_s * 1000)
    return cost_ms


def bearing_deg(
    network: RoadNetwork, edge: NDArray[np.integer], *, at_end: bool
) -> NDArray[np.float64]:
    """Return the compass direction of the last or first piece of each edge, degrees."""
    start = network.shape_ptr[edge + 1] - 2 if at_end else network.shape_ptr[edge]
    lat = np.radians(network.shape_lat[start])
    east = (network.shape_lon[start + 1] - network.shape_lon[start]) * np.cos(lat)
    north = network.shape_lat[start + 1] - network.shape_lat[start]
    return np.asarray(np.degrees(np.arctan2(east, north)), dtype=np.float64)
