"""Road reports on the wire: closures, slower traffic, until when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, Strict

from field_app.wire import Instant, Latitude, Longitude, LonLat, Number, ShortText, WireModel

WayId = Annotated[int, Strict(), Field(ge=-(2**53), le=2**53)]
Corner = tuple[Longitude, Latitude]


class Spot(WireModel):
    """The road at a place; with a heading only the direction that runs that way."""

    lon: Longitude
    lat: Latitude
    heading_deg: Annotated[float, Strict(), Field(ge=0, lt=360)] | None = None


class RoadsWhere(WireModel):
    """Exactly one of the three: OSM ways, the corners ``[lon, lat]`` of an area, or a spot."""

    way_ids: Annotated[list[WayId], Field(max_length=1000)] = Field(default_factory=list)
    area: Annotated[list[Corner], Field(max_length=500)] = Field(default_factory=list)
    at: Spot | None = None


class RoadReportIn(WireModel):
    """What is reported; ``value`` is the factor on the speed (0.05 to 2) or the km/h."""

    where: RoadsWhere
    effect: Literal["closed", "factor", "speed"]
    value: Number | None = None
    until: Instant | None = None
    note: ShortText | None = None


class RoadDirection(WireModel):
    """One direction of a road: the compass direction in its middle, and its points in order."""

    heading_deg: float
    line: list[LonLat]


class RoadAt(WireModel):
    """The road at a place, from junction to junction, before anything is reported of it.

    ``roads`` is its name or number; ``between`` the streets at its two ends, "" where none has
    another name. A report at ``lon``, ``lat`` is about all its ``directions``, with the heading of
    one about that one.
    """

    lon: float
    lat: float
    roads: list[str]
    between: list[str]
    length_m: float
    directions: list[RoadDirection]


class RoadReportOut(WireModel):
    """A report, with the roads it is about as GeoJSON (MultiLineString).

    ``roads`` are their names or numbers, the longest first; ``between`` the streets at the ends of
    a single stretch; ``heading_deg`` is given where only the direction that runs so is meant.
    """

    id: int
    effect: Literal["closed", "factor", "speed"]
    value: float | None
    until: datetime | None
    note: str
    made_at: datetime
    made_by: str
    n_edges: int
    roads: list[str]
    between: list[str]
    length_m: float
    heading_deg: float | None
    geometry: dict[str, Any]


class RoadReports(WireModel):
    """Those in force, oldest first."""

    items: list[RoadReportOut]
