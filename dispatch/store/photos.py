"""Table ``photos``: pictures of a car and its fault, and of what was done with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.store.incidents import IncidentRow
from kernel.database import Base, UtcDateTime


class PhotoRow(Base):
    """Table ``photos``; rows are added and deleted, never changed.

    What a technician took has unit and job, what an owner took has neither. The picture itself is
    read only where it is asked for.
    """

    __tablename__ = "photos"
    __table_args__ = (
        CheckConstraint(
            "(incident_id IS NULL) <> (appointment_id IS NULL)", name="photo_of_one_thing"
        ),
        CheckConstraint("(unit_id IS NULL) = (job_id IS NULL)", name="photo_of_a_units_job"),
        CheckConstraint("width > 0 AND height > 0 AND n_bytes > 0", name="photo_is_a_picture"),
        UniqueConstraint("sender", "client_id", name="photo_once"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    sender: Mapped[str] = mapped_column(String(40))
    client_id: Mapped[str] = mapped_column(String(80))
    step: Mapped[str] = mapped_column(String(20))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    purge_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    n_bytes: Mapped[int] = mapped_column(Integer)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    picture: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    @property
    def is_owners(self) -> bool:
        """Whether the owner took it, and not a technician."""
        return self.unit_id is None


_ANY = select(PhotoRow.id).limit(1)


def has_photos(session: Session) -> bool:
    """Return whether there is any photo at all: asked before what takes longer, at each report."""
    return session.scalar(_ANY) is not None


def photos_of_incidents(
    session: Session, incident_ids: Collection[int]
) -> dict[int, list[PhotoRow]]:
    """Return the photos of each incident and of all that were joined with it, as taken."""
    if not incident_ids:
        return {}
    itself = select(IncidentRow.id.label("id"), IncidentRow.id.label("goes_on"))
    tree = itself.where(IncidentRow.id.in_(incident_ids)).cte("together", recursive=True)
    tree = tree.union_all(
        select(IncidentRow.id, tree.c.goes_on).where(IncidentRow.merged_into == tree.c.id)
    )
    query = (
        select(tree.c.goes_on, PhotoRow)
        .join(PhotoRow, PhotoRow.incident_id == tree.c.id)
        .order_by(PhotoRow.taken_at, PhotoRow.id)
    )
    return _by_key(session.execute(query))


def photos_of_visits(
    session: Session, appointment_ids: Collection[int]
) -> dict[int, list[PhotoRow]]:
    """Return the photos of each of these visits, as taken."""
    if not appointment_ids:
        return {}
    query = (
        select(PhotoRow.appointment_id, PhotoRow)
        .where(PhotoRow.appointment_id.in_(appointment_ids))
        .order_by(PhotoRow.taken_at, PhotoRow.id)
    )
    return _by_key((key or 0, row) for key, row in session.execute(query))


def _by_key(found: Iterable[tuple[int, PhotoRow]]) -> dict[int, list[PhotoRow]]:
    photos: dict[int, list[PhotoRow]] = {}
    for key, row in found:
        photos.setdefault(key, []).append(row)
    return photos
