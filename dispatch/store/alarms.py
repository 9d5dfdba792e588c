"""Table ``alarms``: what a dispatcher must look at until it is acknowledged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UtcDateTime

_OPEN = text("acknowledged_at IS NULL AND incident_id IS NOT NULL")

_UNSEEN = text("acknowledged_at IS NULL")


class AlarmRow(Base):
    """Table ``alarms``; one of a kind per incident at a time."""

    __tablename__ = "alarms"
    __table_args__ = (
        Index(
            "alarm_one_open_per_kind",
            "incident_id",
            "kind",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("alarm_by_kind", "kind", "raised_at"),
        Index("alarm_unseen", "region", "kind", sqlite_where=_UNSEEN, postgresql_where=_UNSEEN),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    region: Mapped[str] = mapped_column(String(60))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    text: Mapped[dict[str, str]] = mapped_column(JSON)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[str | None] = mapped_column(String(80))
