"""Zones where no census is at hand: a grid of hexagons, weighted by the homes the roads suggest."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo_data.network import HIGHWAY_CLASSES, RoadNetwork
from geo_data.pieces import segment_lengths_m
from kernel.position import EARTH_RADIUS_M

HEXAGON_KM2 = 1.0
PEOPLE_PER_KM: Mapping[str, float] = {
    "residential": 450.0,
    "living_street": 450.0,
    "tertiary": 200.0,
    "unclassified": 150.0,
    "secondary": 100.0,
}
"""People per km of street of a class. A guess, and a rough one: it gives the demo city the people
it has (451,899), and a place of towers or of farms may differ by a factor of five. The
`zones.geojson` in the city's folder may be edited to override it."""

_SIZE_M = 1000.0 * np.sqrt(HEXAGON_KM2 / (1.5 * np.sqrt(3.0)))  # centre to corner


def hexagon_zones(network: RoadNetwork) -> gpd.GeoDataFrame:
    """Return hexagons of about 1 km² over all roads, with a guessed population.

    Columns ``zone_id``, ``name``, ``population``, ``geometry``. Hexagons without any road are
    left out; see `PEOPLE_PER_KM` for the guess.
    """
    edge, middle, length_m = _segments(network)
    plane = _Plane(network)
    cells = _cells(plane.to_m(middle))
    per_km = np.array([PEOPLE_PER_KM.get(kind, 0.0) for kind in HIGHWAY_CLASSES])
    once = np.where(network.edge_reverse[edge] < 0, 1.0, 0.5)
    people = per_km[network.edge_class[edge]] * length_m / 1000 * once
    unique, row = np.unique(cells, axis=0, return_inverse=True)
    population = np.bincount(row.ravel(), weights=people, minlength=len(unique))
    number = np.arange(1, len(unique) + 1)
    return gpd.GeoDataFrame(
        {
            "zone_id": number,
            "name": [f"Zone {n}" for n in number],
            "population": np.round(population, 1),
        },
        geometry=[shapely.Polygon(plane.to_deg(_corners(cell))) for cell in unique],
        crs="EPSG:4326",
    )


def _segments(
    network: RoadNetwork,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return (edge, middle, length_m) of every straight step of every edge."""
    edge = np.repeat(np.arange(network.n_edges), np.diff(network.shape_ptr))
    inside = edge[1:] == edge[:-1]
    points = np.column_stack([network.shape_lon, network.shape_lat])
    middle = (points[1:] + points[:-1]) / 2
    length_m = segment_lengths_m(network.shape_lon, network.shape_lat)
    return edge[:-1][inside], middle[inside], length_m[inside]


class _Plane:
    """Degrees to metres and back, flat around the middle of the network."""

    def __init__(self, network: RoadNetwork) -> None:
        self.origin = np.array(
            [
                (network.node_lon.min() + network.node_lon.max()) / 2,
                (network.node_lat.min() + network.node_lat.max()) / 2,
            ]
        )
        metres_per_deg = np.radians(1) * EARTH_RADIUS_M
        self.scale = metres_per_deg * np.array([np.cos(np.radians(self.origin[1])), 1.0])

    def to_m(self, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        metres: NDArray[np.float64] = (degrees - self.origin) * self.scale
        return metres

    def to_deg(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        degrees: NDArray[np.float64] = metres / self.scale + self.origin
        return degrees


def _cells(xy_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the axial coordinates (q, r) of the pointy-top hexagon each point lies in.

    Cube rounding, after Red Blob Games, "Hexagonal Grids".
    """
    q = (np.sqrt(3) / 3 * xy_m[:, 0] - xy_m[:, 1] / 3) / _SIZE_M
    r = (2 / 3 * xy_m[:, 1]) / _SIZE_M
    cube = np.column_stack([q, r, -q - r])
    rounded = np.rint(cube)
    worst = np.argmax(np.abs(rounded - cube), axis=1)
    rows = np.arange(len(cube))
    rounded[rows, worst] -= rounded.sum(axis=1)
    cells: NDArray[np.int64] = rounded[:, :2].astype(np.int64)
    return cells


def _corners(cell: NDArray[np.int64]) -> NDArray[np.float64]:
    q, r = cell
    centre = _SIZE_M * np.array([np.sqrt(3) * (q + r / 2), 1.5 * r])
    angle = np.radians(np.arange(30, 390, 60))
    corners: NDArray[np.float64] = centre + _SIZE_M * np.column_stack(
        [np.cos(angle), np.sin(angle)]
    )
    return corners
