"""Table ``owner_links``: unguessable keys that show one incident or appointment to its owner."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UtcDateTime


class OwnerLinkRow(Base):
    """Table ``owner_links``."""

    __tablename__ = "owner_links"
    __table_args__ = (
        CheckConstraint(
            "(incident_id IS NULL) <> (appointment_id IS NULL)", name="link_to_one_thing"
        ),
    )

    key: Mapped[str] = mapped_column(String(43), primary_key=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
