"""Road reports on the wire: closures, slower traffic, until when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, Strict

from field_app.wire import Instant, Latitude, Longitude, Number, ShortText, WireModel

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


class RoadReportOut(WireModel):
    """A report, with the roads it is about as GeoJSON (MultiLineString)."""

    id: int
    effect: Literal["closed", "factor", "speed"]
    value: float | None
    until: datetime | None
    note: str
    made_at: datetime
    made_by: str
    n_edges: int
    geometry: dict[str, Any]


class RoadReports(WireModel):
    """Those in force, oldest first."""

    items: list[RoadReportOut]
