"""A hotline in an invented harbour town: sea in the south, city in the middle, a motorway east.

::

    lat 23.3  +-----------+--------------+
              |  country  |              |
    lat 23.2  |    +------+-----+        |
              |    | city       |  ║ km   |   ║ motorway at lon 113.6, G4
    lat 23.0  |    +------------+  ║      |
              | ~ ~ ~ sea (no roads) ~ ~  |
    lat 22.8  +---------------------------+
            113.0   113.2     113.5     114.0
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from dispatch.amending import amend
from dispatch.desk import IntakeDesk
from dispatch.incident import Incident
from dispatch.intake import Taken, take_call
from dispatch.job import Job
from dispatch.locate import Found, Locator
from dispatch.regions import put_region
from dispatch.store import job_of_incident
from fleet.registers import CentreSpec, put_centre
from geo_data.network import HIGHWAY_CLASSES
from kernel import events
from kernel.clock import VirtualClock
from kernel.database import Base, Database
from kernel.errors import NotFound, OutsideNetwork
from kernel.position import Position
from routing.travel_times import Snapped
from sla.areas import ServiceAreas

REGION = "harbour"
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MOTORWAY, STREET = HIGHWAY_CLASSES.index("motorway"), HIGHWAY_CLASSES.index("residential")
COAST_LAT = 23.0

CALL: dict[str, Any] = {
    "channel": "phone",
    "caller": {"name": "Wang", "phone": "13812341234"},
    "vehicle": {"vin": "LRFABCDE3JK012345", "plate": "粤BD12345", "model": "Comet"},
    "location": {"lon": 113.3, "lat": 23.1, "datum": "WGS-84"},
    "fault": "flat_battery",
    "state_of_charge_pct": 0,
    "drivable": False,
    "safe_place": True,
}


class HarbourRoads:
    """A street under every point on land; a pin in the hills (lat > 23.25) is 400 m from it."""

    network = SimpleNamespace(edge_class=np.array([STREET, MOTORWAY]))

    def snap(self, positions: Sequence[Position], *, max_distance_m: float = 2000.0) -> Snapped:
        rows = [self._row(position, max_distance_m) for position in positions]
        edge, distance_m = zip(*rows, strict=True)
        return Snapped(np.array(edge), np.zeros(len(rows)), np.array(distance_m))

    def _row(self, position: Position, max_distance_m: float) -> tuple[int, float]:
        if position.lat < COAST_LAT:
            raise OutsideNetwork(f"{position} is more than {max_distance_m} m from any road.")
        if abs(position.lon - 113.6) < 1e-4:
            return 1, 3.0
        return 0, 400.0 if position.lat > 23.25 else 5.0


class HarbourGazetteer:
    """Knows two addresses and the kilometre posts 10 to 20 of the G4."""

    def search(self, text: str, *, limit: int = 5) -> list[Found]:
        known = {
            "Harbour Road 1": Found("Harbour Road 1", Position(113.31, 23.11), 0.95),
            "港口": Found("港口路", Position(113.32, 23.12), 0.4),
        }
        return [known[text]][:limit] if text in known else []

    def kilometre_post(self, ref: str, km: float, direction: str) -> Found:
        if ref != "G4" or not 10 <= km <= 20:
            raise NotFound("kilometre post", f"{ref} {km:g}", remedy="Say it by address.")
        text = f"G4 K{km:g} → {direction}"
        return Found(text, Position(113.6, 23.0 + km / 100), 0.9)

    def describe(self, position: Position) -> str:
        return f"near {position.lon:.2f}, {position.lat:.2f}"


@dataclass
class Office:
    """One hotline with its database and its clock."""

    database: Database
    clock: VirtualClock
    desk: IntakeDesk

    def take(self, raw: dict[str, Any] | None = None, **changes: Any) -> Taken:
        """Take the usual call, with some members changed."""
        with self.database.write() as session:
            said = call(**changes) if raw is None else raw
            return take_call(session, self.clock.now(), self.desk, said)

    def amend(self, incident_id: int, **raw: Any) -> Incident:
        with self.database.write() as session:
            return amend(session, self.clock.now(), self.desk, incident_id, raw)

    def job(self, incident_id: int) -> Job | None:
        with self.database.read() as session:
            return job_of_incident(session, incident_id)

    def told(self) -> list[str]:
        """Return the kinds of all events."""
        with self.database.read() as session:
            return [event.kind for event in events.read_after(session, 0)]


def call(**changes: Any) -> dict[str, Any]:
    """Return the usual call; a dict in ``changes`` is merged into the member of that name."""
    raw = deepcopy(CALL)
    for name, value in changes.items():
        merged = name in ("caller", "vehicle") and isinstance(value, dict)
        raw[name] = {**raw[name], **value} if merged else value
    return raw


def open_office(url: str) -> Office:
    database = Database(url)
    with database.write() as session:
        Base.metadata.create_all(session.connection())
        put_region(session, REGION, time_zone="Asia/Shanghai")
        for name, lon, skills in (
            ("East", 113.4, {"repair", "boost", "tyre"}),
            ("West", 113.25, {"repair", "boost", "tyre", "bodywork"}),
        ):
            put_centre(session, CentreSpec(REGION, name, Position(lon, 23.1), frozenset(skills)))
    locator = Locator(_areas(), HarbourRoads(), HarbourGazetteer())  # type: ignore[arg-type]
    return Office(database, VirtualClock(START), IntakeDesk(REGION, locator))


def _areas() -> ServiceAreas:
    city = shapely.box(113.2, 23.0, 113.5, 23.2)
    country = shapely.box(113.0, 22.8, 114.0, 23.3).difference(city)
    return ServiceAreas(
        gpd.GeoDataFrame(
            {"name": ["city", "country"], "kind": ["urban", "other"], "target_s": [1800, 3600]},
            geometry=[city, country],
            crs="EPSG:4326",
        )
    )
