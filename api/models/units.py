"""Units and the plan in force."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from api.models.region import GeoJson
from field_app.wire import Bilingual, WireModel


class Target(WireModel):
    """Where a unit is going."""

    lon: float
    lat: float


class UnitJob(WireModel):
    """What a unit is doing now."""

    incident_id: int | None
    incident_number: str
    state: str
    option: str | None
    target: Target
    eta_at: datetime | None


class UnitNext(WireModel):
    """What the plan in force gives a unit after that."""

    incident_id: int | None
    incident_number: str
    planned_arrival_at: datetime | None


class UnitOut(WireModel):
    """A dispatchable crew and vehicle on a shift."""

    id: int
    code: str
    name: str
    kind: str
    ownership: Literal["own", "contractor"]
    has: list[str]
    state: str
    lon: float | None
    lat: float | None
    position_at: datetime | None
    kwh: float
    shift_end_at: datetime | None
    job: UnitJob | None
    next: list[UnitNext]


class Units(WireModel):
    """All units of the region."""

    items: list[UnitOut]


class FeatureCollection(WireModel):
    """GeoJSON (RFC 7946): one line per leg, the current one first."""

    type: Literal["FeatureCollection"]
    features: list[GeoJson]


class PlanStop(WireModel):
    """One job on a unit's route."""

    job_id: int
    incident_id: int | None
    incident_number: str
    option: str | None
    arrival_at: datetime | None
    lock: str


class PlanRoute(WireModel):
    """One unit's ordered jobs."""

    unit_id: int
    unit_code: str
    stops: list[PlanStop]


class PlanUnassigned(WireModel):
    """A job the plan leaves out, and why."""

    job_id: int
    incident_id: int | None
    incident_number: str
    reason: str
    detail: str


class PlanOut(WireModel):
    """The plan in force: what it costs, by term, who decided it how fast, and what is proved.

    ``gap`` is how far its cost may be from the least possible one, as a share of it: of the model
    of that snapshot, not of the day to come. ``null`` where nothing was proved.
    """

    version: int
    created_at: datetime | None
    cost_cny: float
    terms: dict[str, float]
    engine: str
    decision_s: float | None
    lower_bound_cny: float | None
    gap: float | None
    routes: list[PlanRoute]
    unassigned: list[PlanUnassigned]


class AlarmOut(WireModel):
    """Something the dispatcher must know."""

    id: int
    at: datetime
    kind: str
    incident_id: int | None
    incident_number: str | None
    text: Bilingual
    acknowledged_at: datetime | None


class Alarms(WireModel):
    """Alarms nobody has acknowledged yet, newest first."""

    items: list[AlarmOut]
