"""Photos: of the fault by owners, of the steps of their jobs by technicians."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dispatch.appointments import get_appointment, jobs_of_appointment
from dispatch.context import DispatchContext
from dispatch.evidence import OWNERS_STEP, PHOTO_ADDED, evidence_rules
from dispatch.incident import incident_number
from dispatch.job import FINAL
from dispatch.merging import joined, remaining
from dispatch.pictures import Picture
from dispatch.status import believable, job_of_unit
from dispatch.store import (
    AppointmentRow,
    IncidentRow,
    JobRow,
    PhotoRow,
    incident_row,
    open_job_row,
)
from kernel import events
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput, NotFound

PURGED = "photos.purged"


@dataclass(frozen=True, slots=True)
class PhotoSent:
    """One photo as it came.

    Attributes
    ----------
    client_id
        Chosen by the device, unique for its sender: a repeat carries the same one.
    taken_at
        By the device's clock, aware; ``None``: now.
    """

    client_id: str
    picture: Picture
    taken_at: datetime | None = None


def add_owners_photo(
    session: WriteSession,
    context: DispatchContext,
    photo: PhotoSent,
    *,
    incident_id: int | None = None,
    appointment_id: int | None = None,
) -> tuple[PhotoRow, bool]:
    """Keep a photo that an owner took; return it, and whether it is new.

    Raises
    ------
    Conflict
        When the incident or visit is over, or has all the photos it may have.
    InvalidInput
        When the time is not believed.
    """
    sender = f"incident:{incident_id}" if incident_id is not None else f"visit:{appointment_id}"
    known = _known(session, sender, photo.client_id)
    if known is not None:
        return known, False
    job = _job_at_work(session, incident_id, appointment_id)
    row = _row(context, photo, sender, OWNERS_STEP)
    row.incident_id, row.appointment_id = incident_id, appointment_id
    _refuse_full(session, context, row)
    return _keep(session, context, row, None if job is None else job.unit_id, job), True


def add_technicians_photo(
    session: WriteSession,
    context: DispatchContext,
    photo: PhotoSent,
    *,
    unit_id: int,
    job_id: int,
    step: str,
) -> tuple[PhotoRow, bool]:
    """Keep a photo of a job that is or was the unit's; return it, and whether it is new.

    It may come when the job is long over or another unit's: it was taken before.

    Raises
    ------
    NotFound
        When there is no such job, or it was never this unit's.
    Conflict
        When the incident or visit has all the photos it may have.
    InvalidInput
        When technicians take none of that step, or the time is not believed.
    """
    sender = f"unit:{unit_id}"
    known = _known(session, sender, photo.client_id)
    if known is not None:
        return known, False
    job = job_of_unit(session, context.region, job_id, unit_id)
    _refuse_step(step)
    row = _row(context, photo, sender, step)
    row.incident_id, row.appointment_id = job.incident_id, job.appointment_id
    row.unit_id, row.job_id = unit_id, job.id
    if job.unit_id == unit_id and job.ordered_at is not None:
        row.taken_at = min(max(row.taken_at, job.ordered_at), row.received_at)
    _refuse_full(session, context, row)
    return _keep(session, context, row, unit_id, job), True


def photo_of(
    session: Session,
    photo_id: int,
    *,
    incident_id: int | None = None,
    appointment_id: int | None = None,
) -> PhotoRow:
    """Return a photo of an incident (and all joined with it) or visit.

    Raises
    ------
    NotFound
        When it is another one's, or there is none.
    """
    row = session.get(PhotoRow, photo_id)
    mine = row is not None and (
        row.appointment_id == appointment_id
        if appointment_id is not None
        else row.incident_id is not None
        and incident_id is not None
        and remaining(session, row.incident_id) == remaining(session, incident_id)
    )
    if row is None or not mine:
        raise no_such_photo(photo_id)
    return row


def no_such_photo(photo_id: int) -> NotFound:
    """Return the error for a photo that is not there, or not for who asks."""
    return NotFound(
        "photo here",
        photo_id,
        remedy="Load the page again: photos are deleted after a time.",
        zh=f"没有编号为 {photo_id} 的照片，可能已到期删除，请刷新。",
    )


def purge_photos(session: WriteSession, now: datetime) -> int:
    """Delete what is past its purge date and return how many photos that were.

    An event of each region proves it: how many, taken when, and that nothing overdue is left.
    """
    overdue = PhotoRow.purge_at <= now
    region = func.coalesce(IncidentRow.region, AppointmentRow.region)
    query = (
        select(region, PhotoRow.taken_at)
        .outerjoin(IncidentRow, IncidentRow.id == PhotoRow.incident_id)
        .outerjoin(AppointmentRow, AppointmentRow.id == PhotoRow.appointment_id)
        .where(overdue)
        .order_by(region)
    )
    found = session.execute(query).all()
    if not found:
        return 0
    session.execute(delete(PhotoRow).where(overdue))
    left = session.scalar(select(func.count()).select_from(PhotoRow).where(overdue)) or 0
    for name, rows in groupby(found, key=lambda row: row[0]):
        _prove(session, now, name, [at for _, at in rows], left)
    return len(found)


def _prove(
    session: WriteSession, now: datetime, region: str, taken: Sequence[datetime], n_left: int
) -> None:
    payload = {
        "n_photos": len(taken),
        "oldest_at": min(taken).isoformat(),
        "newest_at": max(taken).isoformat(),
        "n_overdue_left": n_left,
    }
    events.append(session, now, PURGED, region=region, payload=payload)


def _known(session: Session, sender: str, client_id: str) -> PhotoRow | None:
    return session.scalars(select(PhotoRow).filter_by(sender=sender, client_id=client_id)).first()


def _job_at_work(
    session: WriteSession, incident_id: int | None, appointment_id: int | None
) -> JobRow | None:
    """Return the job that the owner's photo is about, whose unit is told; Conflict when over."""
    if appointment_id is not None:
        visit = get_appointment(session, appointment_id)
        jobs = jobs_of_appointment(session, appointment_id)
        ahead = next((job for job in jobs if job.state not in FINAL), None)
        if visit.cancelled_at is not None or ahead is None:
            raise _over(visit.code)
        return session.get_one(JobRow, ahead.id)
    incident = incident_row(session, remaining(session, incident_id or 0), lock=True)
    if incident.closed_at is not None:
        raise _over(incident_number(incident.id))
    return open_job_row(session, incident.id)


def _over(number: str) -> Conflict:
    return Conflict(
        f"{number} is over: photos are not needed any more.",
        remedy="Tell the hotline what is still to be seen.",
        zh=f"{number} 已结束，不再接收照片；如有需要，请致电热线。",
    )


def _refuse_step(step: str) -> None:
    known = evidence_rules().technicians
    if step not in known:
        raise InvalidInput.one(
            "/step",
            "photo.step",
            f"{step!r} is no step of a technician's photo.",
            f"Known: {', '.join(known)}.",
            zh=f"没有照片步骤“{step}”。可选：{'、'.join(known)}。",
        )


def _row(context: DispatchContext, photo: PhotoSent, sender: str, step: str) -> PhotoRow:
    now, picture = context.clock.now(), photo.picture
    taken_at = photo.taken_at or now
    return PhotoRow(
        sender=sender,
        client_id=photo.client_id,
        step=step,
        taken_at=believable(taken_at, now, context.settings.timing.reorder_future_s, "/taken_at"),
        received_at=now,
        purge_at=now + timedelta(days=context.settings.photos.kept_days),
        sha256=picture.sha256,
        n_bytes=len(picture.jpeg),
        width=picture.width,
        height=picture.height,
        picture=picture.jpeg,
    )


def _refuse_full(session: WriteSession, context: DispatchContext, row: PhotoRow) -> None:
    """Count those of all that were joined: the limit is the car's."""
    rules = context.settings.photos
    n, n_owners = session.execute(
        select(func.count(), func.count().filter(PhotoRow.unit_id.is_(None))).where(
            _beside(session, row)
        )
    ).one()
    if row.is_owners and n_owners >= rules.most_by_owner:
        raise _full(rules.most_by_owner, "photos by the owner are kept", "车主照片")
    if n >= rules.most_in_all:
        raise _full(rules.most_in_all, "photos are kept of one case", "同一事件的照片")


def _beside(session: Session, row: PhotoRow) -> Any:
    if row.incident_id is None:
        return PhotoRow.appointment_id == row.appointment_id
    return PhotoRow.incident_id.in_(joined(session, remaining(session, row.incident_id)))


def _full(most: int, what: str, zh: str) -> Conflict:
    return Conflict(
        f"No more than {most} {what}, and so many there are.",
        remedy="Tell the hotline what is still to be seen.",
        zh=f"{zh}最多 {most} 张，已达上限；如有需要，请致电热线。",
    )


def _keep(
    session: WriteSession,
    context: DispatchContext,
    row: PhotoRow,
    unit_id: int | None,
    job: JobRow | None,
) -> PhotoRow:
    session.add(row)
    session.flush()
    incident_id = row.incident_id
    events.append(
        session,
        row.received_at,
        PHOTO_ADDED,
        region=context.region,
        incident_id=None if incident_id is None else remaining(session, incident_id),
        job_id=None if job is None else job.id,
        unit_id=unit_id,
        payload={
            "photo_id": row.id,
            "step": row.step,
            "by": "owner" if row.is_owners else "technician",
            "at": row.taken_at.isoformat(),
        },
    )
    return row
