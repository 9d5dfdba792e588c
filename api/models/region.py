"""The region a service works in, and what planners seed it with."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, Strict

from field_app.wire import (
    Bilingual,
    Instant,
    Latitude,
    Longitude,
    LonLat,
    ShortText,
    WireModel,
)

UnitKind = Literal["tow", "charge", "repair", "valet", "electrician"]
"""What a unit is for."""

GeoJson = dict[str, Any]
"""A GeoJSON object (RFC 7946)."""

Kwh = Annotated[float, Strict(), Field(ge=0, le=10_000, allow_inf_nan=False)]
Price = Annotated[float, Strict(), Field(ge=0, le=1e6, allow_inf_nan=False)]
Names = Annotated[list[ShortText], Field(max_length=100)]


class ServiceCentreOut(WireModel):
    """A workshop cars are taken to."""

    id: int
    name: str
    lon: float
    lat: float
    skills: list[str]


class RegionOut(WireModel):
    """What a map of the region needs.

    ``basemap`` is the address of its tiles, ``timezone`` the IANA name of the zone its people live
    in: consoles tell times in it, wherever they stand.
    """

    name: str
    title: Bilingual
    bounds: tuple[float, float, float, float]
    center: LonLat
    attribution: str
    basemap: str | None
    timezone: str
    areas: GeoJson
    centres: list[ServiceCentreOut]


Pin = Annotated[str, Strict(), Field(min_length=4, max_length=200)]
"""A secret of a person or a phone; kept only as its argon2 hash."""


class FleetUnitIn(WireModel):
    """A unit to add, or to change where the code is known.

    ``lon``, ``lat`` are its post: it starts there and ends its shift there. The shift is the
    planned one; the technician starts it. With ``pin`` its phone can log in by the unit's code.
    """

    code: Annotated[ShortText, Field(max_length=20)]
    name: Annotated[ShortText, Field(max_length=80)]
    kind: UnitKind
    ownership: Literal["own", "contractor"] = "own"
    contractor: ShortText | None = None
    skills: Names = Field(default_factory=list)
    equipment: Names = Field(default_factory=list)
    kwh: Kwh | None = None
    kwh_capacity: Kwh = 0.0
    lon: Longitude
    lat: Latitude
    plate: Annotated[ShortText, Field(max_length=20)] | None = None
    shift_start_at: Instant | None = None
    shift_end_at: Instant | None = None
    pin: Pin | None = None


class FleetContractorIn(WireModel):
    """A contractor to add, or to change where the name is known; with its login."""

    name: Annotated[ShortText, Field(max_length=80)]
    phone: Annotated[ShortText, Field(max_length=20)] | None = None
    lon: Longitude
    lat: Latitude
    skills: Names
    callout_cny: Price
    cny_per_km: Price
    answer_s: Annotated[int, Strict(), Field(ge=10, le=3600)] = 90
    user: ShortText | None = None
    secret: Pin | None = None


class FleetCentreIn(WireModel):
    """A service centre to add, or to change where the name is known."""

    name: Annotated[ShortText, Field(max_length=80)]
    lon: Longitude
    lat: Latitude
    skills: Names = Field(default_factory=list)
    opening_hours: Annotated[ShortText, Field(max_length=120)] = "24/7"


class FleetUserIn(WireModel):
    """A user to add, or to give another role or secret."""

    user: ShortText
    name: ShortText
    role: Literal["call_taker", "dispatcher", "planner", "admin"]
    secret: Pin


class FleetIn(WireModel):
    """Seeds a region, or extends it: nothing is taken away."""

    units: list[FleetUnitIn] = Field(default_factory=list, max_length=2000)
    contractors: list[FleetContractorIn] = Field(default_factory=list, max_length=500)
    centres: list[FleetCentreIn] = Field(default_factory=list, max_length=500)
    users: list[FleetUserIn] = Field(default_factory=list, max_length=2000)


class FleetOut(WireModel):
    """The ids of what was given, by code or name."""

    units: dict[str, int]
    contractors: dict[str, int]
    centres: dict[str, int]
    users: dict[str, int]
