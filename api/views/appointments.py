"""Booked visits as staff see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from api.models.appointments import AppointmentOut, Appointments
from api.models.rating import Rating
from api.owner_links import keys_of_appointments
from api.runtime import Runtime
from api.views.incidents import caller_out, location_out, unit_codes, units_of_jobs, vehicle_out
from api.views.photos import missing_out, photos_out
from api.views.ratings import rating_out
from api.views.visit_stages import offers_to_cancel, visit_stage
from dispatch.appointments import Appointment
from dispatch.evidence import missing_photos
from dispatch.job import Job
from dispatch.store import jobs_of_visits, photos_of_visits, ratings_of_visits
from dispatch.visit_moving import may_be_moved


def appointments_out(
    session: Session, runtime: Runtime, found: Sequence[Appointment]
) -> Appointments:
    """Return visits with how far they have come, and the unit at work or planned for each."""
    ids = [it.id for it in found]
    keys, jobs = keys_of_appointments(session, ids), jobs_of_visits(session, ids)
    ratings = ratings_of_visits(session, ids)
    photos = photos_of_visits(session, ids)
    missing = missing_photos(session, (job for mine in jobs.values() for job in mine))
    took = {row.unit_id for rows in photos.values() for row in rows}
    took |= units_of_jobs(job for mine in jobs.values() for job in mine)
    codes = unit_codes(session, took)
    base = runtime.settings.public_url.rstrip("/")
    return Appointments(
        items=[
            _appointment_out(
                it,
                jobs[it.id],
                runtime.clock.now(),
                codes,
                f"{base}/t/{keys[it.id]}" if it.id in keys else None,
                rating_out(ratings.get(it.id)),
            ).model_copy(
                update={
                    "photos": photos_out(photos.get(it.id, []), codes),
                    "missing_photos": missing_out(missing.get(it.id, []), codes),
                }
            )
            for it in found
        ]
    )


def _appointment_out(
    it: Appointment,
    jobs: Sequence[Job],
    now: datetime,
    codes: dict[int, str],
    url: str | None,
    rating: Rating | None,
) -> AppointmentOut:
    first = jobs[0] if jobs else None
    at_work = next((job for job in jobs if job.is_active), first)
    unit_id = None if at_work is None else (at_work.unit_id or at_work.planned_unit_id)
    returns = it.return_window
    return AppointmentOut(
        id=it.id,
        code=it.code,
        kind=it.kind.value,
        state=it.state,
        stage=visit_stage(now, jobs, is_cancelled=it.cancelled_at is not None),
        can_cancel=offers_to_cancel(it, jobs),
        can_move=may_be_moved(it, jobs),
        window=(it.window.start_at, it.window.end_at),
        return_window=None if returns is None else (returns.start_at, returns.end_at),
        caller=caller_out(it.caller),
        vehicle=vehicle_out(it.vehicle),
        location=location_out(it.place),
        unit_code=None if unit_id is None else codes.get(unit_id),
        planned_arrival_at=None if first is None else first.planned_arrival_at,
        note=it.note,
        track_url=url,
        rating=rating,
        photos=[],
        missing_photos=[],
    )
