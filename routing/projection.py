"""Degrees to metres around one place, and back.

Equirectangular about the network's mean latitude: straight lines stay straight, and within 50 km of
the middle lengths are right to about 1 % at 60° latitude, better nearer to the equator. That is for
finding the nearest road and drawing areas; travel times use the lengths of the edges themselves.
A network across the antimeridian would be torn apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.position import EARTH_RADIUS_M

METRES_PER_DEGREE = float(np.radians(EARTH_RADIUS_M))


@dataclass(frozen=True, slots=True)
class LocalMetres:
    """A flat map about (lon, lat) degrees."""

    lon: float
    lat: float

    @classmethod
    def around(cls, network: RoadNetwork) -> LocalMetres:
        """Return the flat map about the middle of a network."""
        return cls(float(network.node_lon.mean()), float(network.node_lat.mean()))

    @property
    def _scale(self) -> NDArray[np.float64]:
        return METRES_PER_DEGREE * np.array([np.cos(np.radians(self.lat)), 1.0])

    def to_xy(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64[n, 2] metres east and north of the middle."""
        return (np.column_stack([lon, lat]) - [self.lon, self.lat]) * self._scale

    def to_lonlat(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64[n, 2] (lon, lat) of points given in metres."""
        return xy / self._scale + [self.lon, self.lat]
