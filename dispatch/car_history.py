"""What is known of a car: its incidents and booked visits, whatever channel they came by.

Whoever takes a call sees what was done before, and need not ask again what was said last time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from dispatch.appointments import Appointment, appointment_of
from dispatch.incident import Incident, Outcome, Vehicle
from dispatch.plates import normal_plate
from dispatch.store import AppointmentRow, IncidentRow, incident_of
from dispatch.vin import normal_vin

MOST_SHOWN = 12
"""Of incidents, and of visits, the newest ones."""


@dataclass(frozen=True, slots=True)
class CarHistory:
    """The newest incidents and visits of one car, newest first.

    ``vehicle`` is what was last said of each part of it; nothing where the car is not known.
    """

    vehicle: Vehicle
    incidents: tuple[Incident, ...]
    visits: tuple[Appointment, ...]


def car_history(session: Session, region: str, *, plate: str, vin: str) -> CarHistory:
    """Return the history of a car by its plate, its VIN, or both; empty texts say nothing.

    A plate moves to another car: where both VINs are known and differ, it is not this one.
    Incidents that were merged into another one are not told twice.
    """
    plate, vin = normal_plate(plate), normal_vin(vin)
    incidents = session.scalars(
        select(IncidentRow)
        .where(IncidentRow.region == region, _is_car(IncidentRow, plate, vin))
        .where(or_(IncidentRow.outcome.is_(None), IncidentRow.outcome != Outcome.MERGED.value))
        .order_by(IncidentRow.received_at.desc(), IncidentRow.id.desc())
        .limit(MOST_SHOWN)
    )
    visits = session.scalars(
        select(AppointmentRow)
        .where(AppointmentRow.region == region, _is_car(AppointmentRow, plate, vin))
        .order_by(AppointmentRow.window_start_at.desc(), AppointmentRow.id.desc())
        .limit(MOST_SHOWN)
    )
    found = tuple(map(incident_of, incidents)), tuple(map(appointment_of, visits))
    said = [(it.received_at, it.vehicle) for it in found[0]]
    said += [(it.booked_at, it.vehicle) for it in found[1]]
    return CarHistory(_last_said(said), *found)


def _is_car(row: type[IncidentRow | AppointmentRow], plate: str, vin: str) -> ColumnElement[bool]:
    by_vin = row.vin == (vin or None)
    by_plate = row.plate == (plate or None)
    if not vin:
        return by_plate
    return or_(by_vin, and_(by_plate, row.vin.is_(None)))


def _last_said(said: Iterable[tuple[datetime, Vehicle]]) -> Vehicle:
    parts = ("vin", "plate", "model", "purchased_on", "colour")
    newest_first = [it for _, it in sorted(said, key=lambda pair: pair[0], reverse=True)]
    known = {
        part: next((value for it in newest_first if (value := getattr(it, part)) is not None), None)
        for part in parts
    }
    return Vehicle(**known)
