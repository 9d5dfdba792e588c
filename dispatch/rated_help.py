"""What owners thought of the help of some days: their ratings, and how many of them said it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from dispatch.incident import HELPED, incident_number
from dispatch.job import JobState
from dispatch.store import AppointmentRow, IncidentRow, JobRow, RatingRow

_HELPED = sorted(outcome.value for outcome in HELPED)


@dataclass(frozen=True, slots=True)
class RatedHelp:
    """One rating and what it is of: an incident, or else a visit.

    Attributes
    ----------
    text
        Empty where the owner said nothing, or has been erased since.
    number
        What people call the incident or visit.
    begins_at
        When the call came in, or the visit's window begins.
    """

    stars: int
    text: str
    number: str
    incident_id: int | None
    appointment_id: int | None
    begins_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """How many owners were asked what they think, and how many of these have said it."""

    n_asked: int
    n_answered: int


def ratings_since(session: Session, region: str, since: datetime) -> list[RatedHelp]:
    """Return the ratings of a region that were given at ``since`` or later, oldest first."""
    query = (
        select(
            RatingRow, IncidentRow.received_at, AppointmentRow.code, AppointmentRow.window_start_at
        )
        .outerjoin(IncidentRow, IncidentRow.id == RatingRow.incident_id)
        .outerjoin(AppointmentRow, AppointmentRow.id == RatingRow.appointment_id)
        .where(or_(IncidentRow.region == region, AppointmentRow.region == region))
        .where(RatingRow.at >= since)
        .order_by(RatingRow.at, RatingRow.id)
    )
    return [
        RatedHelp(
            row.stars,
            row.text,
            code if row.incident_id is None else incident_number(row.incident_id),
            row.incident_id,
            row.appointment_id,
            window_start_at if row.incident_id is None else received_at,
        )
        for row, received_at, code, window_start_at in session.execute(query)
    ]


def asked_since(session: Session, region: str, since: datetime) -> Asked:
    """Return how many were helped, or had a visit done, at ``since`` or later, and rated that."""
    helped = select(IncidentRow.id).where(
        IncidentRow.region == region,
        IncidentRow.outcome.in_(_HELPED),
        IncidentRow.closed_at >= since,
    )
    visited = (
        select(JobRow.appointment_id)
        .where(JobRow.region == region, JobRow.appointment_id.is_not(None))
        .group_by(JobRow.appointment_id)
        .having(_all_done(), func.max(JobRow.done_at) >= since)
    )
    of_these = or_(RatingRow.incident_id.in_(helped), RatingRow.appointment_id.in_(visited))
    return Asked(
        n_asked=_n_rows(session, helped) + _n_rows(session, visited),
        n_answered=_n_rows(session, select(RatingRow.id).where(of_these)),
    )


def _all_done() -> ColumnElement[bool]:
    done = JobState.DONE.value
    return (func.min(JobRow.state) == done) & (func.max(JobRow.state) == done)


def _n_rows(session: Session, query: Select[Any]) -> int:
    return session.scalars(select(func.count()).select_from(query.subquery())).one()
