"""Photos on the technician's phone: what a job asks for, what was taken, what the owner sent."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

from fastapi import Response
from sqlalchemy.orm import Session

from dispatch.context import DispatchContext
from dispatch.evidence import evidence_rules
from dispatch.job import Job
from dispatch.job_option import JobKind
from dispatch.photos import PhotoSent, add_technicians_photo, no_such_photo
from dispatch.store import (
    PhotoRow,
    active_job_row,
    has_photos,
    job_of,
    photos_of_incidents,
    photos_of_visits,
)
from field_app.models import FieldEvidence, FieldPhoto
from field_app.photo_body import picture_response
from field_app.wire import Bilingual
from fleet.store import get_unit
from kernel.database import WriteSession


def evidence_of(kind: JobKind) -> list[FieldEvidence]:
    """Return what jobs of a kind ask for."""
    return [
        FieldEvidence(
            step=it.step.name,
            label=Bilingual(**it.step.label.as_dict()),
            before=it.before.value,
            n=it.n,
        )
        for it in evidence_rules().of(kind)
    ]


def take_photo(
    session: WriteSession,
    context: DispatchContext,
    photo: PhotoSent,
    unit_id: int,
    job_id: int,
    step: str,
) -> FieldPhoto:
    """Keep a photo of a unit's job, as `add_technicians_photo` does, and return it."""
    row, _ = add_technicians_photo(
        session, context, photo, unit_id=unit_id, job_id=job_id, step=step
    )
    return _shown(row)


def photos_in_hand(session: Session, jobs: Sequence[Job]) -> dict[int, list[FieldPhoto]]:
    """Return what the technicians see who have these jobs in hand, by job."""
    if not has_photos(session):
        return {}
    rows = _rows_in_hand(session, jobs)
    return {job_id: [_shown(row) for row in mine] for job_id, mine in rows.items()}


def photo_in_hand(session: Session, unit_id: int, job_id: int, photo_id: int) -> Response:
    """Return a picture of the job that a unit has in hand.

    Raises
    ------
    NotFound
        When it is another job's, or another unit took it.
    """
    row = active_job_row(session, get_unit(session, unit_id).region, unit_id)
    jobs = [] if row is None or row.id != job_id else [job_of(row)]
    for photo in _rows_in_hand(session, jobs).get(job_id, ()):
        if photo.id == photo_id:
            return picture_response(photo)
    raise no_such_photo(photo_id)


def photo_ids(
    session: Session, incident_ids: Collection[int], appointment_ids: Collection[int]
) -> dict[tuple[str, int | None], Hashable]:
    """Return which photos there are of incidents and bookings: another set, another list."""
    if not has_photos(session):
        return {}
    return {
        **{
            ("incident", key): tuple(row.id for row in rows)
            for key, rows in photos_of_incidents(session, incident_ids).items()
        },
        **{
            ("booking", key): tuple(row.id for row in rows)
            for key, rows in photos_of_visits(session, appointment_ids).items()
        },
    }


def _rows_in_hand(session: Session, jobs: Sequence[Job]) -> dict[int, list[PhotoRow]]:
    incidents = photos_of_incidents(session, [it.incident_id for it in jobs if it.incident_id])
    visits = photos_of_visits(session, [it.appointment_id for it in jobs if it.appointment_id])
    return {
        job.id: [row for row in _of(job, incidents, visits) if row.is_owners or _took(job, row)]
        for job in jobs
    }


def _of(
    job: Job, incidents: dict[int, list[PhotoRow]], visits: dict[int, list[PhotoRow]]
) -> list[PhotoRow]:
    if job.incident_id is not None:
        return incidents.get(job.incident_id, [])
    return visits.get(job.appointment_id or 0, [])


def _took(job: Job, row: PhotoRow) -> bool:
    return row.job_id == job.id and row.unit_id == job.unit_id


def _shown(row: PhotoRow) -> FieldPhoto:
    return FieldPhoto(
        id=row.id,
        step=row.step,
        label=Bilingual(**evidence_rules().label(row.step).as_dict()),
        by="owner" if row.is_owners else "technician",
        taken_at=row.taken_at,
        width=row.width,
        height=row.height,
    )
