"""Lines of driving for maps: computed on the real roads, remembered while nobody has moved."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

from dispatch.context import DispatchContext
from field_app.driving import way
from field_app.models import DrivingRoute
from kernel.errors import RoutingError
from kernel.position import Position
from routing.live_times import Stamp
from routing.speeds import VAN

_KEPT = 2000
_Question = tuple[Position, Position, Stamp | None]


class RouteLines:
    """GeoJSON lines between positions; thread-safe."""

    def __init__(self, context: DispatchContext) -> None:
        self._context = context
        self._known: OrderedDict[_Question, DrivingRoute | None] = OrderedDict()
        self._turn = Lock()

    def between(self, start: Position, goal: Position, vehicle: str = VAN) -> DrivingRoute | None:
        """Return the fastest way of now, ``None`` where there is none."""
        traffic = self._context.traffic
        key = (start, goal, None if traffic is None else traffic.stamp(vehicle))
        with self._turn:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = self._compute(start, goal, vehicle)
        with self._turn:
            self._known[key] = found
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    def _compute(self, start: Position, goal: Position, vehicle: str) -> DrivingRoute | None:
        try:
            return way(self._context, start, goal, vehicle)
        except RoutingError:
            return None  # a unit off the roads is no reason to show nothing at all


def line_string(route: DrivingRoute) -> dict[str, Any]:
    """Return the line of a route as GeoJSON geometry (RFC 7946)."""
    return {"type": "LineString", "coordinates": route.points}
