"""Planned visits: a car fetched and brought back, or a charger installed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, Strict

from api.models.incident_in import CallerIn, LocationIn, VehicleIn
from api.models.incident_out import CallerOut, LocationOut, VehicleOut
from api.models.photos import MissingPhotoOut, PhotoOut
from api.models.rating import Rating
from api.models.tracking import VisitStage
from field_app.wire import Id, Instant, LongText, WireModel

AppointmentKind = Literal["pickup_delivery", "installation"]


class WindowIn(WireModel):
    """When work may start, both ends inclusive."""

    start_at: Instant
    end_at: Instant


class AppointmentIn(WireModel):
    """A visit to book; ``return_window`` only for pickup and delivery."""

    kind: AppointmentKind
    window: WindowIn
    return_window: WindowIn | None = None
    caller: CallerIn
    vehicle: VehicleIn = VehicleIn()
    location: LocationIn
    location_note: LongText | None = None
    centre_id: Id | None = None
    duration_s: Annotated[int, Strict(), Field(ge=60, le=12 * 3600)] | None = None
    note: LongText | None = None


class AppointmentMoveIn(WireModel):
    """Other slots of a visit; what is left out stays as it is."""

    window: WindowIn | None = None
    return_window: WindowIn | None = None


class AppointmentOut(WireModel):
    """A booked visit; ``code`` is what the owner is told.

    ``stage`` is what its owner is told; ``unit_code`` is the unit at work on it, or else the one
    that is planned for its first job. ``rating`` is the owner's, of a visit that is done;
    ``missing_photos`` are those that its jobs asked for and have not.
    """

    id: int
    code: str
    kind: AppointmentKind
    state: str
    stage: VisitStage
    can_cancel: bool
    can_move: bool
    window: tuple[datetime, datetime]
    return_window: tuple[datetime, datetime] | None
    caller: CallerOut
    vehicle: VehicleOut
    location: LocationOut
    unit_code: str | None
    planned_arrival_at: datetime | None
    note: str | None
    track_url: str | None
    rating: Rating | None
    photos: list[PhotoOut]
    missing_photos: list[MissingPhotoOut]


class Appointments(WireModel):
    """The visits of one day, in order of time."""

    items: list[AppointmentOut]
