"""What owners think of the help they had, or of a visit: stars and a remark, once it is over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from dispatch.appointments import get_appointment, jobs_of_appointment
from dispatch.form import Form
from dispatch.incident import HELPED
from dispatch.job import JobState
from dispatch.store import RatingRow, get_incident
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput


def rate_incident(
    session: WriteSession, now: datetime, incident_id: int, stars: int, text: str = ""
) -> None:
    """Keep the owner's rating of help that was given; a second one replaces the first.

    Raises
    ------
    InvalidInput
        When ``stars`` is not 1 to 5.
    Conflict
        When the incident is still open, or ended without help.
    """
    said = _read(stars, text)
    incident = get_incident(session, incident_id)
    if incident.is_open:
        raise Conflict(
            f"{incident.number} is not over yet.",
            remedy="Rate it when it is closed.",
            zh=f"{incident.number} 尚未结束，请在结束后评价。",
        )
    if incident.outcome not in HELPED:
        raise Conflict(
            f"{incident.number} ended without help ({incident.outcome}).",
            remedy="Tell the hotline what you think.",
            zh=f"{incident.number} 未提供救援，无法评价；如有意见，欢迎致电热线。",
        )
    _keep(session, _row(session, incident_id=incident_id), now, stars, said)


def rate_visit(
    session: WriteSession, now: datetime, appointment_id: int, stars: int, text: str = ""
) -> None:
    """Keep the owner's rating of a visit that is done; a second one replaces the first.

    Raises
    ------
    InvalidInput
        When ``stars`` is not 1 to 5.
    Conflict
        When a job of the visit is not done.
    """
    said = _read(stars, text)
    visit = get_appointment(session, appointment_id)
    jobs = jobs_of_appointment(session, appointment_id)
    undone = next((job for job in jobs if job.state is not JobState.DONE), None)
    if undone is not None:
        raise Conflict(
            f"Visit {visit.code} is not done (job {undone.id} is {undone.state}).",
            remedy="Rate it when it is done; else tell the hotline what you think.",
            zh=f"预约 {visit.code} 尚未完成，请在完成后评价；如有意见，欢迎致电热线。",
        )
    _keep(session, _row(session, appointment_id=appointment_id), now, stars, said)


def _read(stars: int, text: str) -> str:
    """Return the remark; InvalidInput with every fault."""
    form = Form({"stars": stars, "text": text})
    form.number("/stars", 1, 5, whole=True)
    said = form.text("/text") or ""
    if form.faults:
        raise InvalidInput(form.faults)
    return said


def _row(session: WriteSession, **of: int) -> RatingRow:
    """Return the row of one incident or appointment; a new one where it was not rated yet."""
    row = session.scalars(select(RatingRow).filter_by(**of)).first()
    if row is None:
        row = RatingRow(**of)
        session.add(row)
    return row


def _keep(session: WriteSession, row: RatingRow, now: datetime, stars: int, said: str) -> None:
    row.stars, row.text, row.at = stars, said, now
    session.flush()
