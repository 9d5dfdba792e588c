"""Coordinates with their datum: WGS-84 inside, GCJ-02 and BD-09 at the edge, in China only.

GCJ-02 is what Chinese phones and maps give (AMap, Tencent, WeChat): WGS-84 shifted by 100-700 m.
BD-09 is Baidu's further shift of it. Outside China both are WGS-84.

Sources. The shift from WGS-84 to GCJ-02 is not published; the constants and series are those that
were recovered and first published in the eviltransform project (googollee/eviltransform, MIT
licence), on the ellipsoid of Krasovsky 1940. GCJ-02 to BD-09 after the same project. The way back
has no closed form and is found by fixed-point iteration until it stands still, which is exact to
well under a millimetre.

China is the rectangle that all known implementations use, `CHINA`; neighbours inside it (parts of
Mongolia, Vietnam, Korea and others) are shifted, too, as they are by the phones' own libraries.
Hong Kong, Macau and Taiwan lie in it: give their coordinates as WGS-84 when the device does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from kernel.errors import InvalidInput
from kernel.position import Position

LonLat: TypeAlias = tuple[float, float]

CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""(min lon, min lat, max lon, max lat), inclusive, WGS-84 degrees. Source: eviltransform."""

_AXIS_M = 6378245.0  # Krasovsky 1940
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BAIDU_TURN = math.pi * 3000.0 / 180.0
_STILL_DEG = 1e-11
_MAX_STEPS = 50


class Datum(StrEnum):
    """The datum of a coordinate that comes from outside."""

    WGS_84 = "WGS-84"
    GCJ_02 = "GCJ-02"
    BD_09 = "BD-09"


@dataclass(frozen=True, slots=True)
class TypedCoordinate:
    """A coordinate that says which datum it is in; degrees, validates itself.

    Raises
    ------
    InvalidInput
        When a value is not finite or out of range, or the datum is none of `Datum`.
    """

    lon: float
    lat: float
    datum: Datum

    def __post_init__(self) -> None:
        Position(self.lon, self.lat)
        if self.datum not in tuple(Datum):
            raise InvalidInput.one(
                "/datum",
                "datum.unknown",
                f"{self.datum!r} is no datum we know.",
                f"Use one of {', '.join(Datum)}; a coordinate without its datum is an error.",
                zh=f"未知的坐标系“{self.datum}”，请注明 {'、'.join(Datum)} 之一。",
            )
        object.__setattr__(self, "datum", Datum(self.datum))

    def to(self, datum: Datum) -> TypedCoordinate:
        """Return the same place in another datum."""
        if datum == self.datum:
            return self
        lon, lat = _FROM_WGS_84[datum](_TO_WGS_84[self.datum]((self.lon, self.lat)))
        return TypedCoordinate(lon, lat, datum)

    def position(self) -> Position:
        """Return the place as everything inside the system knows it: WGS-84."""
        there = self.to(Datum.WGS_84)
        return Position(there.lon, there.lat)

    @classmethod
    def of(cls, position: Position, datum: Datum) -> TypedCoordinate:
        """Return a position of ours in the datum that somebody else wants."""
        return cls(position.lon, position.lat, Datum.WGS_84).to(datum)


def in_china(lon: float, lat: float) -> bool:
    """Tell whether a WGS-84 place lies in the rectangle where GCJ-02 differs."""
    west, south, east, north = CHINA
    return west <= lon <= east and south <= lat <= north


def wgs84_to_gcj02(place: LonLat) -> LonLat:
    """Return (lon, lat) in GCJ-02 of a WGS-84 place; the same outside `CHINA`."""
    return _gcj02_inside(place) if in_china(*place) else place


def gcj02_to_wgs84(place: LonLat) -> LonLat:
    """Return (lon, lat) in WGS-84 of a GCJ-02 place; the same outside `CHINA`."""
    return _inverse(_gcj02_inside, place)


def gcj02_to_bd09(place: LonLat) -> LonLat:
    """Return (lon, lat) in BD-09 of a GCJ-02 place in China."""
    lon, lat = place
    radius = math.hypot(lon, lat) + 2e-5 * math.sin(lat * _BAIDU_TURN)
    angle = math.atan2(lat, lon) + 3e-6 * math.cos(lon * _BAIDU_TURN)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def wgs84_to_bd09(place: LonLat) -> LonLat:
    """Return (lon, lat) in BD-09 of a WGS-84 place; the same outside `CHINA`."""
    return _bd09_inside(place) if in_china(*place) else place


def bd09_to_wgs84(place: LonLat) -> LonLat:
    """Return (lon, lat) in WGS-84 of a BD-09 place; the same outside `CHINA`."""
    return _inverse(_bd09_inside, place)


def _gcj02_inside(place: LonLat) -> LonLat:
    east_deg, north_deg = _shift_deg(*place)
    return place[0] + east_deg, place[1] + north_deg


def _bd09_inside(place: LonLat) -> LonLat:
    return gcj02_to_bd09(_gcj02_inside(place))


def _inverse(shift: Callable[[LonLat], LonLat], place: LonLat) -> LonLat:
    """Return the place that ``shift`` moves to ``place``.

    The shift differs by at most some centimetres between places a metre apart, so that each step
    gains two digits. Within a kilometre of the rectangle's edge, where the shift jumps, the way
    back can be wrong by the shift; that edge runs through no city.
    """
    if not in_china(*place):
        return place
    lon, lat = place
    for _ in range(_MAX_STEPS):
        shifted = shift((lon, lat))
        step = (place[0] - shifted[0], place[1] - shifted[1])
        lon, lat = lon + step[0], lat + step[1]
        if max(map(abs, step)) < _STILL_DEG:
            break
    return (lon, lat) if in_china(lon, lat) else place


def _shift_deg(lon: float, lat: float) -> LonLat:
    """Return (east, north): degrees from a WGS-84 place to its GCJ-02 coordinates."""
    east_m, north_m = _shift_m(lon - 105.0, lat - 35.0)
    phi = math.radians(lat)
    bend = 1 - _ECCENTRICITY_SQUARED * math.sin(phi) ** 2
    meridian_m = _AXIS_M * (1 - _ECCENTRICITY_SQUARED) / bend**1.5  # radii of curvature
    transverse_m = _AXIS_M / math.sqrt(bend)
    return (
        math.degrees(east_m / (transverse_m * math.cos(phi))),
        math.degrees(north_m / meridian_m),
    )


def _shift_m(x: float, y: float) -> LonLat:
    """Return (east, north) in metres at x degrees east and y degrees north of 105 E, 35 N."""
    common = 20 * math.sin(6 * math.pi * x) + 20 * math.sin(2 * math.pi * x)
    east = common + sum(_wave(*term, x) for term in _EAST_WAVES)
    north = common + sum(_wave(*term, y) for term in _NORTH_WAVES)
    root = math.sqrt(abs(x))
    return (
        300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + east * 2 / 3,
        -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + north * 2 / 3,
    )


_EAST_WAVES = ((20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0))  # (metres, half period)
_NORTH_WAVES = ((20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0))


def _wave(height_m: float, half_period_deg: float, at_deg: float) -> float:
    return height_m * math.sin(math.pi * at_deg / half_period_deg)


_FROM_WGS_84: dict[Datum, Callable[[LonLat], LonLat]] = {
    Datum.WGS_84: lambda place: place,
    Datum.GCJ_02: wgs84_to_gcj02,
    Datum.BD_09: wgs84_to_bd09,
}
_TO_WGS_84: dict[Datum, Callable[[LonLat], LonLat]] = {
    Datum.WGS_84: lambda place: place,
    Datum.GCJ_02: gcj02_to_wgs84,
    Datum.BD_09: bd09_to_wgs84,
}
