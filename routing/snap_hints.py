"""What is known of a car besides its position, and how well a road fits that."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely

from geo_data.network import HIGHWAY_CLASSES, RoadNetwork
from kernel.errors import InvalidInput
from routing.projection import LocalMetres

WRONG_STREET_M = 30.0
"""Metres a road of another name or number counts as farther away."""

OPPOSITE_HEADING_M = 30.0
"""Metres a road driven the opposite way counts as farther away; less in proportion to the angle."""

WRONG_KIND_M = 30.0
"""Metres a motorway counts as farther away for who is on none, and the other way round."""

TOLERANCE_DEG = 20.0
"""A heading may be off by so much for nothing: receivers at low speed are no better."""

_ON_CENTRE_LINE_M = 0.5
_MOTORWAYS = {HIGHWAY_CLASSES.index(name) for name in ("motorway", "motorway_link")}


@dataclass(frozen=True, slots=True)
class SnapHint:
    """What a caller or a device knows of the road. Whatever is None is not known.

    Attributes
    ----------
    heading_deg
        Compass direction that the car points to. Roads that run the other way count as farther,
        and the edge driven that way is returned: on a motorway, the right carriageway.
    tolerance_deg
        Deviation from the heading that counts for nothing.
    road
        Name or number. Roads called otherwise count as farther.
    motorway
        Whether it is a motorway or one of its links.
    driving_side
        The side of the road that traffic keeps to. Of a two-way road the edge is returned along
        whose kerb the position lies, unless a heading says otherwise.
    """

    heading_deg: float | None = None
    tolerance_deg: float = TOLERANCE_DEG
    road: str | None = None
    motorway: bool | None = None
    driving_side: Literal["right", "left"] | None = None

    def __post_init__(self) -> None:
        if self.heading_deg is not None and not math.isfinite(self.heading_deg):
            raise InvalidInput.one(
                "/heading_deg",
                "snap.heading",
                f"{self.heading_deg!r} is not a compass direction.",
                zh=f"{self.heading_deg!r} 不是罗盘方向，请填写 0 至 360 度。",
            )
        if not 0 <= self.tolerance_deg <= 180:
            raise InvalidInput.one(
                "/tolerance_deg",
                "snap.tolerance",
                f"A tolerance of {self.tolerance_deg!r} degrees is not within 0 to 180.",
                zh=f"容差 {self.tolerance_deg!r} 度不在 0 至 180 之间。",
            )


NO_HINT = SnapHint()
"""Nothing is known but the position."""


def misfit_m(
    network: RoadNetwork, metres: LocalMetres, edge: int, fraction: float, hint: SnapHint
) -> float:
    """Return by how many metres an edge counts as farther away than it is."""
    misfit = 0.0
    if hint.road is not None and not _is_called(network, edge, hint.road):
        misfit += WRONG_STREET_M
    if hint.motorway is not None and hint.motorway != (int(network.edge_class[edge]) in _MOTORWAYS):
        misfit += WRONG_KIND_M
    if hint.heading_deg is not None:
        start, end = _piece(network, metres, edge, fraction)
        bearing = math.degrees(math.atan2(end[0] - start[0], end[1] - start[1]))
        turn = abs((hint.heading_deg - bearing + 180.0) % 360.0 - 180.0)
        if turn > hint.tolerance_deg:
            misfit += OPPOSITE_HEADING_M * turn / 180.0
    return misfit


def is_at_kerb(
    network: RoadNetwork,
    metres: LocalMetres,
    edge: int,
    fraction: float,
    point: shapely.Point,
    driving_side: Literal["right", "left"],
) -> bool:
    """Return whether a point lies on the side of an edge that its traffic keeps to.

    Points on the centre line lie at the kerb of both directions.
    """
    start, end = _piece(network, metres, edge, fraction)
    along = end - start
    across = along[0] * (point.y - start[1]) - along[1] * (point.x - start[0])
    left_m = float(across) / max(float(np.hypot(*along)), 1e-9)
    return (left_m if driving_side == "left" else -left_m) > -_ON_CENTRE_LINE_M


def _is_called(network: RoadNetwork, edge: int, road: str) -> bool:
    """Return whether a road bears a name or a number; spaces and case do not count."""
    name, ref = int(network.edge_name[edge]), int(network.edge_ref[edge])
    called = {_plain(network.names[name])} if name >= 0 else set()
    if ref >= 0:
        called |= {_plain(part) for part in network.refs[ref].split(";")}
    return _plain(road) in called


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def _piece(
    network: RoadNetwork, metres: LocalMetres, edge: int, fraction: float
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    """Return both ends, in metres, of the straight piece of an edge at a fraction of its length."""
    shape = network.shape(edge)
    xy = metres.to_xy(shape[:, 0], shape[:, 1])
    step = np.diff(xy, axis=0)
    along = np.cumsum(np.hypot(step[:, 0], step[:, 1]))
    piece = min(int(np.searchsorted(along, fraction * along[-1])), len(step) - 1)
    return xy[piece], xy[piece + 1]
