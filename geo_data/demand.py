"""Where cars break down: near where people live, and on the main roads they drive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from geo_data.city_store import City
from geo_data.network import HIGHWAY_CLASSES, RoadNetwork
from geo_data.pieces import segment_lengths_m

MAIN_ROAD_SHARE = 0.2
"""Share of the incidents on main roads, wherever people live. A guess: clubs count a fifth to a
quarter of their calls outside the streets of homes and works."""

MAIN_ROAD_TRAFFIC: Mapping[str, float] = {
    "motorway": 4.0,
    "motorway_link": 2.0,
    "trunk": 3.0,
    "trunk_link": 1.5,
    "primary": 2.0,
    "primary_link": 1.0,
    "secondary": 1.0,
}
"""Relative traffic per metre of road; the same order as the classes' usual daily volumes."""

STRAY_M = 1500.0
"""A road without a way to the city's network is left out where that network is farther than this:
a clipped extract has such roads at its rim, and no unit can get there."""

M_PER_DEGREE = 111_195.0
"""Metres per degree of latitude on a sphere of 6,371 km."""


def sample_positions(city: City, n: int, rng: Generator) -> NDArray[np.float64]:
    """Draw places where incidents happen, float64[n, 2] (lon, lat), each on a road.

    Most fall into zones in proportion to population, and there on any road in proportion to its
    length; `MAIN_ROAD_SHARE` of them fall on main roads by length and traffic. Zones without roads
    or people get none, nor do roads that are cut off and far away (`STRAY_M`). The same generator
    state gives the same places.

    Raises
    ------
    ValueError
        When ``n`` is negative.
    """
    if n < 0:
        raise ValueError(f"n must not be negative, not {n}")
    demand = _demand(city)
    on_main = rng.random(n) < MAIN_ROAD_SHARE
    pick = rng.random(n)
    along = rng.random(n)[:, np.newaxis]
    step = np.where(on_main, demand.main.at(pick), demand.homes.at(pick))
    start, end = demand.start[step], demand.end[step]
    return start + along * (end - start)


class _Choice:
    """Chooses rows in proportion to weights, by inverting the cumulative distribution."""

    def __init__(self, weight: NDArray[np.float64]) -> None:
        self.cumulative = np.cumsum(weight)

    def at(self, pick: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return the row for each ``pick`` in [0, 1)."""
        rows: NDArray[np.intp] = np.searchsorted(
            self.cumulative, pick * self.cumulative[-1], side="right"
        )
        return rows


@dataclass(frozen=True, eq=False)
class _Demand:
    """All straight steps of the roads, each once, and two ways to choose among them."""

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    homes: _Choice
    main: _Choice


@lru_cache(maxsize=4)
def _demand(city: City) -> _Demand:
    network = city.network
    edge, start, end, length_m = _steps(network)
    length_m = np.where(_astray(network, edge, (start + end) / 2), 0.0, length_m)
    homes = _by_population(city, (start + end) / 2, length_m)
    traffic = np.array([MAIN_ROAD_TRAFFIC.get(kind, 0.0) for kind in HIGHWAY_CLASSES])
    main = length_m * traffic[network.edge_class[edge]]
    if not homes.any():
        homes = length_m  # nobody lives in the zones: any road will do
    if not main.any():
        main = homes
    return _Demand(start, end, _Choice(homes), _Choice(main))


def _steps(
    network: RoadNetwork,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return (edge, start, end, length_m) of each straight step, a two-way road only once."""
    number = np.arange(network.n_edges)
    once = (network.edge_reverse < 0) | (network.edge_reverse > number)
    edge = np.repeat(number, np.diff(network.shape_ptr))
    step = np.flatnonzero((edge[1:] == edge[:-1]) & once[edge[:-1]])
    points = np.column_stack([network.shape_lon, network.shape_lat])
    length_m = segment_lengths_m(network.shape_lon, network.shape_lat)[step]
    return edge[step], points[step], points[step + 1], length_m


def _astray(
    network: RoadNetwork, edge: NDArray[np.int64], middle: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which steps are cut off from the largest part of the network and far from it."""
    part = _parts(network)[network.edge_from]
    cut_off = np.flatnonzero(part[edge] != np.argmax(np.bincount(part)))
    inside = np.setdiff1d(np.arange(len(edge)), cut_off)
    scale = M_PER_DEGREE * np.array([np.cos(np.radians(middle[:, 1].mean())), 1.0])
    points: NDArray[np.object_] = np.asarray(shapely.points(middle * scale))
    near, _ = shapely.STRtree(points[inside]).query(
        points[cut_off], predicate="dwithin", distance=STRAY_M
    )
    astray = np.zeros(len(edge), dtype=bool)
    astray[np.delete(cut_off, np.unique(near))] = True
    return astray


def _parts(network: RoadNetwork) -> NDArray[np.int64]:
    """Return the part of the network each node is in, int[n_nodes], whatever the direction.

    Every node takes the smallest number it can hear of until nothing changes; numbers are followed
    to their root in between, so that a long road takes few rounds.
    """
    part = np.arange(network.n_nodes)
    ends = np.concatenate([network.edge_from, network.edge_to])
    others = np.concatenate([network.edge_to, network.edge_from])
    while True:
        heard = part.copy()
        np.minimum.at(heard, ends, part[others])
        np.minimum.at(heard, part[ends], heard[others])
        heard = heard[heard]
        if np.array_equal(heard, part):
            return part
        part = heard


def _by_population(
    city: City, middle: NDArray[np.float64], length_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the people of each zone, spread over its roads by length."""
    zones = city.zone_table
    tree = shapely.STRtree(zones.geometry)
    step, zone = tree.query(shapely.points(middle), predicate="within")
    road_m = np.bincount(zone, weights=length_m[step], minlength=len(zones))
    people_per_m = np.array(zones.columns["population"]) / np.maximum(road_m, 1e-9)
    weight = np.zeros(len(middle))
    np.add.at(weight, step, length_m[step] * people_per_m[zone])
    return weight
