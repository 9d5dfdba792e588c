"""Small road networks written down as text, with whole seconds on every road."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geo_data.network import RoadNetwork
from kernel.position import EARTH_RADIUS_M, Position
from routing.travel_times import Snapped

METRES_PER_SECOND = 10.0
KPH = 36.0
METRES_PER_DEGREE = math.radians(EARTH_RADIUS_M)
ROAD = re.compile(r"(\w)([->])(\w)(?:\s+([\d.]+)s)?(?:\s+'([^']*)')?$")


@dataclass(frozen=True)
class Drawn:
    """A network and the numbers of its edges by their label: "AB" runs from A to B."""

    network: RoadNetwork
    edge: dict[str, int]

    def at(self, *places: str) -> Snapped:
        """Return positions given as "AB" (its start) or "AB 0.25" (a quarter along)."""
        parts = [place.split() for place in places]
        return Snapped(
            edge=np.array([self.edge[p[0]] for p in parts], dtype=np.int32),
            fraction=np.array([float(p[1]) if len(p) > 1 else 0.0 for p in parts]),
            distance_m=np.zeros(len(parts)),
        )

    def labels(self, edges) -> list[str]:
        """Return the labels of edges."""
        by_number = {number: label for label, number in self.edge.items()}
        return [by_number[int(e)] for e in edges]


def near(x_m: float, y_m: float) -> Position:
    """Return the position so many metres east and north of (0, 0)."""
    return Position(x_m / METRES_PER_DEGREE, y_m / METRES_PER_DEGREE)


def draw(
    roads: str,
    *,
    places: Mapping[str, tuple[float, float]] | None = None,
    bans: tuple[str, ...] = (),
) -> Drawn:
    """Return the network of roads such as "A-B 10s 'High Street'; B>C 5s".

    A-B can be driven both ways, B>C only from B to C, at 36 km/h. Places are (x, y) metres; roads
    are straight between them, and without seconds as long as they are drawn.
    """
    rows = [_road(text.strip()) for text in roads.split(";") if text.strip()]
    letters = sorted({end for road in rows for end in road[:2]})
    xy = places or {c: (100.0 * math.cos(i), 100.0 * math.sin(i)) for i, c in enumerate(letters)}
    node = {letter: i for i, letter in enumerate(letters)}
    names = sorted({road[4] for road in rows if road[4]})
    ends, seconds, reverse, name = [], [], [], []
    for start, end, two_way, time_s, street in rows:
        if time_s is None:
            time_s = math.dist(xy[start], xy[end]) / METRES_PER_SECOND  # noqa: PLW2901
        first = len(ends)
        for a, b in ((start, end), (end, start))[: 2 if two_way else 1]:
            ends.append((a, b))
            seconds.append(time_s)
            name.append(names.index(street) if street else -1)
        reverse += [first + 1, first] if two_way else [-1]
    edge = {a + b: number for number, (a, b) in reversed(list(enumerate(ends)))}
    shape = np.array([xy[letter] for pair in ends for letter in pair]) / METRES_PER_DEGREE
    points = np.array([xy[letter] for letter in letters]) / METRES_PER_DEGREE
    network = RoadNetwork(
        name="drawn",
        node_lon=points[:, 0],
        node_lat=points[:, 1],
        node_osm_id=np.arange(len(letters)),
        edge_from=np.array([node[a] for a, _ in ends], dtype=np.int32),
        edge_to=np.array([node[b] for _, b in ends], dtype=np.int32),
        edge_length_m=np.array(seconds) * METRES_PER_SECOND,
        edge_speed_kph=np.full(len(ends), KPH),
        edge_class=np.zeros(len(ends), dtype=np.uint8),
        edge_name=np.array(name, dtype=np.int32),
        edge_ref=np.full(len(ends), -1, dtype=np.int32),
        edge_way_id=np.arange(len(ends), dtype=np.int64),
        edge_reverse=np.array(reverse, dtype=np.int32),
        shape_ptr=np.arange(0, 2 * len(ends) + 1, 2, dtype=np.int64),
        shape_lon=shape[:, 0],
        shape_lat=shape[:, 1],
        banned_turns=tuple(tuple(edge[label] for label in ban.split()) for ban in bans),
        names=tuple(names),
        refs=(),
        content_hash="drawn",
    )
    return Drawn(network, edge)


def _road(text: str) -> tuple[str, str, bool, float | None, str]:
    found = ROAD.match(text)
    if found is None:
        raise ValueError(f"not a road: {text!r}")
    start, arrow, end, seconds, street = found.groups()
    return start, end, arrow == "-", float(seconds) if seconds else None, street or ""
