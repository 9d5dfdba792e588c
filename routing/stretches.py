"""What people call the roads of a report: names, between which streets, how long, which way."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.position import Position
from routing.road_reports import Where, edges_at
from routing.travel_times import TravelTimes


@dataclass(frozen=True, slots=True)
class Direction:
    """One direction in which a road may be driven.

    Attributes
    ----------
    heading_deg
        Compass direction of who drives it, where the middle of the road is.
    line
        (lon, lat) points in driving order.
    """

    heading_deg: float
    line: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The road at a place, from junction to junction.

    Attributes
    ----------
    roads
        Its name, else its number; empty where it has neither.
    between
        The streets that it ends at, one per end; "" where no other name is met.
    middle
        Where to report it; with the heading of a direction only that one is meant.
    directions
        One on a one-way road, else two; the first is the one on which a click was snapped.
    """

    roads: tuple[str, ...]
    between: tuple[str, ...]
    length_m: float
    middle: Position
    directions: tuple[Direction, ...]


def stretch_at(engine: TravelTimes, position: Position) -> Stretch:
    """Return the road at a place.

    Raises
    ------
    OutsideNetwork
        When there is none near; see `edges_at`.
    """
    network, edges = engine.network, edges_at(engine, Where(at=position))
    middle, _ = _middle(network, int(edges[0]))
    return Stretch(
        roads=road_names(network, edges),
        between=ends_of(network, edges),
        length_m=length_m(network, edges),
        middle=middle,
        directions=tuple(_direction(network, int(edge)) for edge in edges),
    )


def road_names(network: RoadNetwork, edges: NDArray[np.int64]) -> tuple[str, ...]:
    """Return the names, else numbers, of the roads that edges belong to, the longest road first."""
    long_m: defaultdict[str, float] = defaultdict(float)
    signs = np.column_stack([network.edge_name[edges], network.edge_ref[edges]])
    found, row = np.unique(signs, axis=0, return_inverse=True)
    metres = np.bincount(row.ravel(), network.edge_length_m[edges], minlength=len(found))
    for (name, ref), metres_here in zip(found.tolist(), metres.tolist(), strict=True):
        long_m[_called(network, name, ref)] += metres_here
    long_m.pop("", None)
    return tuple(sorted(long_m, key=lambda road: (-long_m[road], road)))


def ends_of(network: RoadNetwork, edges: NDArray[np.int64]) -> tuple[str, ...]:
    """Return the streets that one stretch ends at, one per end, "" where no other name is met.

    Empty where the edges are more than one stretch in its directions.
    """
    first = int(edges[0])
    if len(edges) > 2 or (len(edges) == 2 and int(edges[1]) != int(network.edge_reverse[first])):
        return ()
    own = _called(network, int(network.edge_name[first]), int(network.edge_ref[first]))
    return tuple(
        _street_met(network, int(node), own)
        for node in (network.edge_from[first], network.edge_to[first])
    )


def length_m(network: RoadNetwork, edges: NDArray[np.int64]) -> float:
    """Return how long the roads are together, each counted once where both directions are there."""
    back = network.edge_reverse[edges]
    again = (back >= 0) & (back < edges) & np.isin(back, edges)
    return round(float(network.edge_length_m[edges[~again]].sum()), 1)


def _called(network: RoadNetwork, name: int, ref: int) -> str:
    if name >= 0:
        return network.names[name]
    return network.refs[ref] if ref >= 0 else ""


def _street_met(network: RoadNetwork, node: int, own: str) -> str:
    here = np.flatnonzero((network.edge_from == node) | (network.edge_to == node))
    others = (name for name in road_names(network, here) if name != own)
    return next(others, "")


def _direction(network: RoadNetwork, edge: int) -> Direction:
    _, heading_deg = _middle(network, edge)
    line = tuple((lon, lat) for lon, lat in network.shape(edge).round(6).tolist())
    return Direction(heading_deg, line)


def _middle(network: RoadNetwork, edge: int) -> tuple[Position, float]:
    """Return the point half-way along an edge, and the compass direction there."""
    points = network.shape(edge)
    flat = points * [np.cos(np.radians(points[0, 1])), 1.0]
    steps = np.diff(flat, axis=0)
    far = np.concatenate([[0.0], np.cumsum(np.hypot(*steps.T))])
    row = int(np.clip(np.searchsorted(far, far[-1] / 2, side="right") - 1, 0, len(steps) - 1))
    share = (far[-1] / 2 - far[row]) / (far[row + 1] - far[row]) if far[row + 1] > far[row] else 0.0
    lon, lat = points[row] + share * (points[row + 1] - points[row])
    heading_deg = float(np.degrees(np.arctan2(*steps[row]))) % 360
    return Position(round(float(lon), 7), round(float(lat), 7)), round(heading_deg, 1) % 360
