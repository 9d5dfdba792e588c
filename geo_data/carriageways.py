"""Roads with a number as long lines to measure along, one per direction of travel."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo_data.network import HIGHWAY_CLASSES, RoadNetwork
from geo_data.pieces import segment_lengths_m

_LINKS = tuple(i for i, kind in enumerate(HIGHWAY_CLASSES) if kind.endswith("_link"))


@dataclass(frozen=True, eq=False)
class Carriageway:
    """One unbroken line of a numbered road, in the direction of travel.

    Attributes
    ----------
    points
        float64[k, 2], (lon, lat).
    measure_m
        float64[k], metres from the first point.
    """

    points: NDArray[np.float64]
    measure_m: NDArray[np.float64]

    @property
    def heading_deg(self) -> float:
        """Overall direction from the first to the last point, degrees clockwise from north."""
        (lon_a, lat_a), (lon_b, lat_b) = self.points[0], self.points[-1]
        east = (lon_b - lon_a) * np.cos(np.radians((lat_a + lat_b) / 2))
        return float(np.degrees(np.arctan2(east, lat_b - lat_a)) % 360)

    def at(self, measure_m: float) -> tuple[float, float]:
        """Return the (lon, lat) so far along the line."""
        return (
            float(np.interp(measure_m, self.measure_m, self.points[:, 0])),
            float(np.interp(measure_m, self.measure_m, self.points[:, 1])),
        )

    def nearest(self, lon: float, lat: float) -> tuple[float, float]:
        """Return (measure_m, distance_m) of the point of the line nearest to a place."""
        scale = 111_195.0 * np.array([np.cos(np.radians(lat)), 1.0])
        xy = (self.points - (lon, lat)) * scale
        step = np.diff(xy, axis=0)
        squared = np.maximum((step**2).sum(axis=1), 1e-12)
        share = np.clip(-(xy[:-1] * step).sum(axis=1) / squared, 0, 1)
        away = np.linalg.norm(xy[:-1] + share[:, np.newaxis] * step, axis=1)
        best = int(np.argmin(away))
        low, high = self.measure_m[best : best + 2]
        return float(low + share[best] * (high - low)), float(away[best])


def carriageways(network: RoadNetwork, ref: str) -> list[Carriageway]:
    """Return the carriageways of a road number, ramps left out, the longest first.

    A road may carry several numbers (``G15;G1523``). Where it forks, the straighter way goes on.
    """
    numbers = {i for i, text in enumerate(network.refs) if ref in split_refs(text)}
    edges = np.flatnonzero(
        np.isin(network.edge_ref, list(numbers)) & ~np.isin(network.edge_class, _LINKS)
    ).tolist()
    lines = [_line(network, chain) for chain in _chains(network, edges)]
    return sorted(lines, key=lambda line: -line.measure_m[-1])


def split_refs(text: str) -> set[str]:
    """Return the single road numbers of a `ref` value."""
    return {part.strip() for part in text.split(";") if part.strip()}


def _chains(network: RoadNetwork, edges: list[int]) -> list[list[int]]:
    """Return the edges strung together so that each is used once."""
    leaving: defaultdict[int, list[int]] = defaultdict(list)
    arrivals: defaultdict[int, int] = defaultdict(int)
    for edge in edges:
        leaving[int(network.edge_from[edge])].append(edge)
        arrivals[int(network.edge_to[edge])] += 1

    def is_start(edge: int) -> bool:
        node = int(network.edge_from[edge])
        back = network.edge_reverse[edge] >= 0
        return arrivals[node] <= (1 if back else 0)

    free = set(edges)
    starts = sorted(edges, key=lambda edge: (not is_start(edge), edge))
    return [_follow(network, first, leaving, free) for first in starts if first in free]


def _follow(
    network: RoadNetwork, first: int, leaving: dict[int, list[int]], free: set[int]
) -> list[int]:
    chain = [first]
    free.remove(first)
    while True:
        last = chain[-1]
        ways_on = [
            edge
            for edge in leaving[int(network.edge_to[last])]
            if edge in free and edge != network.edge_reverse[last]
        ]
        if not ways_on:
            return chain
        chain.append(min(ways_on, key=lambda edge: _bend(network, last, edge)))
        free.remove(chain[-1])


def _bend(network: RoadNetwork, before: int, after: int) -> float:
    into, out = (
        np.diff(network.shape(before)[-2:], axis=0)[0],
        np.diff(network.shape(after)[:2], axis=0)[0],
    )
    turn = np.arctan2(out[1], out[0]) - np.arctan2(into[1], into[0])
    return float(abs((turn + np.pi) % (2 * np.pi) - np.pi))


def _line(network: RoadNetwork, chain: list[int]) -> Carriageway:
    shapes = [network.shape(edge) for edge in chain]
    points = np.concatenate([shapes[0], *(shape[1:] for shape in shapes[1:])])
    steps = segment_lengths_m(points[:, 0], points[:, 1])
    return Carriageway(points, np.concatenate([[0.0], np.cumsum(steps)]))
