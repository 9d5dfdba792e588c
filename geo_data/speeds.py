"""Free-flow speeds in kph: what a `maxspeed` value says, and what to assume where there is none."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

KPH_PER_MPH = 1.609344
SLOWEST_KPH = 5.0
FASTEST_KPH = 130.0

DEFAULT_SPEED_KPH: Mapping[str, float] = {
    "motorway": 90.0,
    "motorway_link": 45.0,
    "trunk": 85.0,
    "trunk_link": 40.0,
    "primary": 65.0,
    "primary_link": 30.0,
    "secondary": 55.0,
    "secondary_link": 25.0,
    "tertiary": 40.0,
    "tertiary_link": 20.0,
    "unclassified": 25.0,
    "residential": 25.0,
    "living_street": 10.0,
    "service": 15.0,
    "road": 25.0,
}
"""Speed assumed by highway class. The guess ignores signals, lanes and congestion and so may be
wrong by half on a single road; a `maxspeed` tag overrides it. Source: OSRM's `profiles/car.lua`;
`road` (class unknown), which OSRM does not drive on, is taken as `unclassified`."""

COUNTRY_LIMIT_KPH: Mapping[str, float] = {
    "cn:urban": 50.0,
    "cn:rural": 70.0,
    "cn:trunk": 100.0,
    "cn:motorway": 120.0,
    "gb:nsl_single": 60 * KPH_PER_MPH,
    "gb:nsl_dual": 70 * KPH_PER_MPH,
    "gb:motorway": 70 * KPH_PER_MPH,
    "de:rural": 100.0,
    "fr:rural": 80.0,
    "cl:rural": 100.0,
}
"""Limits that a country's law implies (`CN:urban`: Regulations on the Implementation of the Road
Traffic Safety Law, Art. 45 and 78)."""

CONTEXT_LIMIT_KPH: Mapping[str, float] = {
    "urban": 50.0,
    "rural": 90.0,
    "trunk": 100.0,
    "motorway": 120.0,
    "living_street": 20.0,
    "bicycle_road": 30.0,
}
"""The same for countries not listed above."""

_NUMBER = re.compile(r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?$")
_ZONE = re.compile(r"zone:?(\d+)$")


def default_speed_kph(highway: str) -> float:
    """Return the speed assumed on a road of this OSM `highway` class, kph."""
    return DEFAULT_SPEED_KPH[highway]


def parse_speed_kph(value: str | None) -> float | None:
    """Read one OSM speed value, kph; None where it gives no usable number.

    Numbers are kph unless they carry a unit; `CN:urban` and its like are looked up; of several
    values (`50;60`) the lowest counts; `none`, `signals` and nonsense give None. Values outside
    5-130 kph are held to that range, zero is nonsense. Source: OSM wiki, `Key:maxspeed`.
    """
    if not value:
        return None
    speeds = [speed for part in re.split(r"[;|]", value) if (speed := _one_speed_kph(part))]
    return min(speeds) if speeds else None


def _one_speed_kph(text: str) -> float | None:
    text = text.strip().lower()
    if text == "walk":
        return SLOWEST_KPH
    if number := _NUMBER.match(text):
        return _plausible(float(number[1]) * _kph_per(number[2]))
    return _implied_kph(text)


def _kph_per(unit: str | None) -> float:
    return {"mph": KPH_PER_MPH, "knots": 1.852}.get(unit or "", 1.0)


def _implied_kph(text: str) -> float | None:
    if text in COUNTRY_LIMIT_KPH:
        return COUNTRY_LIMIT_KPH[text]
    if zone := _ZONE.search(text):
        return _plausible(float(zone[1]))
    context = text.rpartition(":")[2]
    return CONTEXT_LIMIT_KPH.get(context) if ":" in text else None


def _plausible(speed_kph: float) -> float | None:
    if not math.isfinite(speed_kph) or speed_kph <= 0:
        return None
    return min(max(speed_kph, SLOWEST_KPH), FASTEST_KPH)


def way_speeds_kph(tags: Mapping[str, str], highway: str) -> tuple[float, float]:
    """Return the free-flow speed (forward, backward) of a way, kph.

    The most specific tag wins: `maxspeed:forward` / `:backward`, `maxspeed`, then the hints
    `maxspeed:type`, `source:maxspeed`, `zone:maxspeed`, then the class.
    """
    both = next(
        (
            speed
            for key in ("maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed")
            if (speed := parse_speed_kph(tags.get(key)))
        ),
        default_speed_kph(highway),
    )
    forward = parse_speed_kph(tags.get("maxspeed:forward")) or both
    backward = parse_speed_kph(tags.get("maxspeed:backward")) or both
    return forward, backward
