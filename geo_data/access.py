"""Which OSM ways a rescue car may drive, and in which direction.

The rules, after the OSM wiki's `Key:access` and `Key:oneway`:

* the class must be one of `HIGHWAY_CLASSES`; areas are no roads;
* of the access tags the most specific one decides: `motorcar`, `motor_vehicle`, `vehicle`,
  `access`; ``no``, ``private`` and the values for other users close a way, ``destination``,
  ``customers``, ``permissive``, ``delivery`` and the rest keep it open;
* `service` roads stay when they lead somewhere (no `service` tag, or an alley); parking aisles,
  driveways, drive-throughs and emergency accesses go;
* `motorway` and roundabouts are one-way unless tagged otherwise; ``oneway=-1`` runs against the
  drawing; a ``reversible`` way has no direction to rely on and is closed;
* bollards, blocks and closed gates on a node cut the way there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from geo_data.network import HIGHWAY_CLASSES

Direction: TypeAlias = Literal[-1, 0, 1]

_CAR_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
_CLOSED = frozenset([
    "no", "private", "agricultural", "forestry", "emergency", "military", "psv", "bus",
    "foot", "bicycle", "use_sidepath", "restricted", "official", "employees",
    "residents_only",
])  # fmt: skip
_USELESS_SERVICE = frozenset(["parking_aisle", "driveway", "drive-through", "emergency_access"])
_CLASSES = frozenset(HIGHWAY_CLASSES)
_BLOCKING = frozenset([
    "bollard", "block", "jersey_barrier", "cycle_barrier", "motorcycle_barrier", "log",
    "fence", "debris", "turnstile", "kissing_gate", "stile", "wall", "chain", "planter",
    "bus_trap",
])  # fmt: skip
_GATES = frozenset(["gate", "lift_gate", "swing_gate", "sliding_gate", "bump_gate"])
_ONEWAY_KEYS = ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway")
_FORWARD = frozenset(["yes", "true", "1"])
_BACKWARD = frozenset(["-1", "reverse"])


def car_access(tags: Mapping[str, str]) -> str | None:
    """Return the value of the most specific access tag for cars, None where there is none."""
    return next((tags[key] for key in _CAR_KEYS if key in tags), None)


def is_drivable(tags: Mapping[str, str]) -> bool:
    """Tell whether a way with these tags is part of the car network (rules above)."""
    highway = tags.get("highway")
    if highway not in _CLASSES or tags.get("area") == "yes":
        return False
    if highway == "service" and tags.get("service") in _USELESS_SERVICE:
        return False
    return car_access(tags) not in _CLOSED and _oneway(tags) != "reversible"


def direction(tags: Mapping[str, str]) -> Direction:
    """Return 1 where cars drive along the drawing only, -1 against it only, 0 for both."""
    value = _oneway(tags)
    if value in _FORWARD:
        return 1
    if value in _BACKWARD:
        return -1
    return 0


def blocks_cars(tags: Mapping[str, str]) -> bool:
    """Tell whether a node with these tags stops a car that wants to pass."""
    barrier = tags.get("barrier")
    access = car_access(tags)
    if barrier in _BLOCKING:
        return access is None or access in _CLOSED
    return barrier in _GATES and access in _CLOSED


def _oneway(tags: Mapping[str, str]) -> str:
    for key in _ONEWAY_KEYS:
        if key in tags:
            return tags[key]
    implied = tags.get("highway") == "motorway" or tags.get("junction") in (
        "roundabout",
        "circular",
    )
    return "yes" if implied else "no"
