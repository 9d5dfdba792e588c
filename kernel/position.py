"""A place on the earth: (lon, lat) in WGS-84, nothing else inside the system."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kernel.errors import InvalidInput

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG), metres."""


@dataclass(frozen=True, slots=True)
class Position:
    """A WGS-84 position in degrees; validates itself.

    Raises
    ------
    InvalidInput
        When a value is not finite or out of range.
    """

    lon: float
    lat: float

    def __post_init__(self) -> None:
        for name, value, limit in (("lon", self.lon, 180.0), ("lat", self.lat, 90.0)):
            if not math.isfinite(value) or abs(value) > limit:
                raise InvalidInput.one(
                    f"/{name}",
                    f"position.{name}",
                    f"{name} {value!r} is not within ±{limit:g}°.",
                    "Give degrees, longitude first; check that the two are not swapped.",
                    zh=f"{'经度' if name == 'lon' else '纬度'} {value!r} 超出 ±{limit:g}°。"
                    "请以度填写，并检查经纬度是否颠倒。",
                )


def distance_m(a: Position, b: Position) -> float:
    """Return the great-circle distance between two positions, metres (haversine)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    h = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))
