"""The owner's page."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, Strict

from api.models.incident_out import Outcome, TimelineItem
from api.models.photos import PhotoOut
from api.models.rating import Rating
from api.models.region import GeoJson
from field_app.wire import Bilingual, LongText, WireModel

Stage = Literal[
    "received",
    "assigned",
    "finishing_other_job",
    "on_the_way",
    "at_car",
    "towing",
    "fetched",
    "at_centre",
    "returning",
    "done",
    "failed",
    "cancelled",
]
"""What the owner is told; a unit with another job first is never shown driving.

``done`` only says that it is over: how it ended is the ``outcome``. Only visits
are ``fetched`` (the car is on its way to the service centre), ``at_centre``, ``returning`` (it is
driven back to the owner) or ``failed``.
"""


VisitStage = Literal[
    "received",
    "assigned",
    "on_the_way",
    "at_car",
    "fetched",
    "at_centre",
    "returning",
    "done",
    "failed",
    "cancelled",
]
"""Those of the stages that a booked visit goes through."""


class TrackPlace(WireModel):
    """Where the owner waits."""

    lon: float
    lat: float
    text: str


class TrackUnit(WireModel):
    """Who comes; the position only while it is on the way to this owner.

    ``kind`` is an own unit's, or ``contractor``.
    """

    name: str
    kind: str
    lon: float | None
    lat: float | None
    plate: str | None


class Track(WireModel):
    """All an owner may see through the link, and nothing of anybody else.

    ``photos`` are those that came through this link.
    """

    number: str
    state: str
    stage: Stage
    outcome: Outcome | None
    promised_at: datetime | None
    promise_reason: Bilingual | None
    eta_range: tuple[datetime, datetime] | None
    eta_at: datetime | None
    location: TrackPlace
    unit: TrackUnit | None
    route: GeoJson | None
    free: bool
    free_reason: Bilingual | None
    timeline: list[TimelineItem]
    can_cancel: bool
    can_rate: bool
    rating: Rating | None
    photos: list[PhotoOut]
    can_add_photos: bool
    now: datetime
    timezone: str
    basemap: str | None
    bounds: tuple[float, float, float, float]
    attribution: str
    kind: Literal["incident", "appointment"]
    visit: Literal["pickup_delivery", "installation"] | None
    window: tuple[datetime, datetime] | None
    return_window: tuple[datetime, datetime] | None
    code: str | None


class RatingIn(WireModel):
    """One to five stars and a remark."""

    stars: Annotated[int, Strict(), Field(ge=1, le=5)]
    text: LongText = ""
