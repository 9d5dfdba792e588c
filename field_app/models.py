"""The bodies of the technician's endpoints."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, Strict

from field_app.wire import (
    AnyObject,
    Bilingual,
    Id,
    Instant,
    Latitude,
    Longitude,
    LongText,
    LonLat,
    ShortText,
    WireModel,
)

FieldEventKind = Literal[
    "accepted",
    "rolling",
    "arrived",
    "loaded",
    "done",
    "declined",
    "gone_on_arrival",
    "not_possible",
    "not_there",
]
"""What a technician can report about a job."""

NoPhoto = Literal["unsafe", "dark", "camera"]
"""Why a technician goes on without a photo that the step asks for."""

ClientId = Annotated[ShortText, Field(max_length=64)]
"""Chosen by the phone, unique per unit: repeats of one event carry the same one."""


class FieldUnit(WireModel):
    """The technician's own unit."""

    id: int
    code: str
    name: str
    kind: str
    state: str
    shift_end_at: datetime | None


class FieldPlace(WireModel):
    """Where the car is; ``note`` is what the caller added."""

    lon: float
    lat: float
    text: str
    note: str | None


class FieldDestination(WireModel):
    """Where the car is taken; ``gcj02`` is for the hand-off to Chinese navigation apps."""

    name: str
    lon: float
    lat: float
    gcj02: LonLat


class FieldVehicle(WireModel):
    """What to look for at the roadside; ``vin_end`` is the last six characters."""

    plate: str | None
    model: str | None
    colour: str | None
    vin_end: str | None


class FieldCaller(WireModel):
    """Whom to call; the name is told and the number is complete only for the current job."""

    name: str | None
    phone: str


class FieldPhoto(WireModel):
    """A photo that was sent; the picture itself is asked for by ``id``."""

    id: int
    step: str
    label: Bilingual
    by: Literal["owner", "technician"]
    taken_at: datetime
    width: int
    height: int


class FieldEvidence(WireModel):
    """What a job asks for: ``n`` photos of a step, before the report ``before``."""

    step: str
    label: Bilingual
    before: FieldEventKind
    n: int


class FieldJob(WireModel):
    """One job as the technician sees it; ``allowed`` are the event kinds that are legal now.

    Until ``take_back_until`` the arrival can be taken back (``not_there``), which is not among
    them: it is no step.
    ``photos`` are the owner's of the fault and the unit's own of this job, with the job in hand.
    """

    job_id: int
    incident_id: int | None
    number: str
    kind: str
    option: str | None
    label: Bilingual
    state: str
    allowed: list[FieldEventKind]
    take_back_until: datetime | None
    target_at: datetime | None
    planned_arrival_at: datetime | None
    location: FieldPlace
    gcj02: LonLat
    destination: FieldDestination | None
    vehicle: FieldVehicle
    caller: FieldCaller
    fault: str | None
    symptom: str | None
    safe_place: bool | None
    notes: str
    service_s: int
    evidence: list[FieldEvidence]
    photos: list[FieldPhoto]


class FieldJobs(WireModel):
    """The technician's list; ``version`` changes whenever anything of it does.

    ``timezone`` is the region's, by IANA name: times are told in it, wherever the phone was set up.
    """

    unit: FieldUnit
    now: datetime
    timezone: str
    version: int
    current: FieldJob | None
    next: list[FieldJob]
    visits: list[FieldJob]


class FieldEventIn(WireModel):
    """One thing the technician did, stamped by the phone."""

    client_id: ClientId
    at: Instant
    kind: FieldEventKind
    job_id: Id
    reason: LongText | None = None
    no_photo: NoPhoto | None = None
    data: AnyObject | None = None


class FieldEventsIn(WireModel):
    """A batch from the phone's queue, in any order."""

    events: Annotated[list[FieldEventIn], Field(min_length=1, max_length=200)]


class FieldEventResult(WireModel):
    """What became of one event: ``late`` ones are kept but changed nothing.

    ``code`` is stable and says why it was rejected, also of a duplicate that was rejected the first
    time; ``text`` says it to the technician. Both are ``null`` otherwise.
    """

    client_id: str
    status: Literal["applied", "duplicate", "late", "rejected"]
    detail: str
    code: str | None
    text: Bilingual | None


class FieldEventResults(WireModel):
    """One result for each event, in the order given."""

    results: list[FieldEventResult]
    version: int


class FieldPositionIn(WireModel):
    """One fix of the phone, WGS-84."""

    at: Instant
    lon: Longitude
    lat: Latitude
    accuracy_m: Annotated[float, Strict(), Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None
    speed_kph: Annotated[float, Strict(), Field(ge=0, le=1000, allow_inf_nan=False)] | None = None
    heading_deg: Annotated[float, Strict(), Field(ge=0, le=360, allow_inf_nan=False)] | None = None


class FieldPositionsIn(WireModel):
    """A batch of fixes, in any order."""

    positions: Annotated[list[FieldPositionIn], Field(min_length=1, max_length=1000)]


class FieldPositionsOut(WireModel):
    """How many fixes were kept, and the version of the list."""

    accepted: int
    version: int


class FieldShiftIn(WireModel):
    """Start or end of the shift, or a break; a repeat carries the same ``client_id``."""

    action: Literal["start", "end", "pause", "resume"]
    client_id: ClientId
    at: Instant
    lon: Longitude | None = None
    lat: Latitude | None = None


class DrivingRoute(WireModel):
    """The way from here to the job: ``elapsed_s[i]`` is when ``points[i]`` is reached."""

    duration_s: float
    length_m: float
    points: list[LonLat]
    elapsed_s: list[float]
    streets: list[tuple[str, float]]
