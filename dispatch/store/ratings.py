"""Table ``ratings``: what the owner thought of the help."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.database import Base, UtcDateTime


class RatingRow(Base):
    """Table ``ratings``; one per incident or appointment."""

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("stars BETWEEN 1 AND 5", name="rating_stars"),
        CheckConstraint(
            "(incident_id IS NULL) <> (appointment_id IS NULL)", name="rating_of_one_thing"
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), unique=True)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), unique=True)
    stars: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


def rating_of_incident(session: Session, incident_id: int) -> RatingRow | None:
    """Return the owner's rating of an incident, if there is one."""
    return session.scalars(select(RatingRow).filter_by(incident_id=incident_id)).first()


def ratings_of_visits(session: Session, appointment_ids: Collection[int]) -> dict[int, RatingRow]:
    """Return the owners' ratings of visits, by appointment, of those that are rated."""
    query = select(RatingRow).where(RatingRow.appointment_id.in_(appointment_ids))
    return {row.appointment_id or 0: row for row in session.scalars(query)}
