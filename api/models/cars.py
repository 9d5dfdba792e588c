"""What is known of a car."""

from __future__ import annotations

from datetime import datetime

from api.models.appointments import AppointmentKind
from api.models.incident_in import FaultKind
from api.models.incident_out import IncidentState, Outcome, VehicleOut
from api.models.tracking import VisitStage
from field_app.wire import WireModel


class CarIncident(WireModel):
    """One call for help about a car, in short."""

    id: int
    number: str
    state: IncidentState
    outcome: Outcome | None
    received_at: datetime
    fault: FaultKind
    place: str


class CarVisit(WireModel):
    """One booked visit, in short; ``starts_at`` is when its first window opens."""

    id: int
    code: str
    kind: AppointmentKind
    stage: VisitStage
    starts_at: datetime


class CarHistory(WireModel):
    """The newest incidents and visits of a car, newest first, and what was last said of it."""

    vehicle: VehicleOut
    incidents: list[CarIncident]
    visits: list[CarVisit]
