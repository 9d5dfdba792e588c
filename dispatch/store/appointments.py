"""Table ``appointments``: booked visits, pickup and delivery or charger installation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UtcDateTime
from kernel.geometry import PositionColumn
from kernel.position import Position


class AppointmentRow(Base):
    """Table ``appointments``; ``window_*`` bound the start of work, both inclusive."""

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("window_start_at <= window_end_at", name="appointment_window"),
        CheckConstraint(
            "return_start_at IS NULL OR return_start_at <= return_end_at",
            name="appointment_return_window",
        ),
        Index("appointment_by_plate", "plate"),
        Index("appointment_by_vin", "vin"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    region: Mapped[str] = mapped_column(String(60), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(6), unique=True)
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    window_start_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    window_end_at: Mapped[datetime] = mapped_column(UtcDateTime)
    return_start_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    return_end_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    duration_s: Mapped[int] = mapped_column(Integer)
    position: Mapped[Position] = mapped_column(PositionColumn)
    place_text: Mapped[str] = mapped_column(Text)
    place_note: Mapped[str | None] = mapped_column(Text)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("service_centres.id"))
    caller_name: Mapped[str | None] = mapped_column(String(200))
    caller_phone: Mapped[str] = mapped_column(String(20))
    vin: Mapped[str | None] = mapped_column(String(17))
    plate: Mapped[str | None] = mapped_column(String(20))
    model: Mapped[str | None] = mapped_column(String(200))
    colour: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(Text)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[str | None] = mapped_column(Text)
