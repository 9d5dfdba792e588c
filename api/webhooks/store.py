"""Tables ``webhooks`` and ``webhook_deliveries``."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UtcDateTime

_PENDING = text("state = 'pending'")


class WebhookRow(Base):
    """Table ``webhooks``: an address that is told.

    The secret is never stored: it is derived from the installation's key and ``salt``. For a day
    after a change the one of ``old_salt`` signs too. Events up to ``cursor_seq`` have deliveries.
    """

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    region: Mapped[str] = mapped_column(String(60), index=True)
    url: Mapped[str] = mapped_column(String(500))
    kinds: Mapped[list[str]] = mapped_column(JSON)
    salt: Mapped[str] = mapped_column(String(32))
    old_salt: Mapped[str | None] = mapped_column(String(32))
    old_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cursor_seq: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_because: Mapped[str | None] = mapped_column(String(40))
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DeliveryRow(Base):
    """Table ``webhook_deliveries``; ``state`` is pending, delivered or failed."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_seq", name="delivery_once_per_event"),
        Index("delivery_due", "next_at", sqlite_where=_PENDING, postgresql_where=_PENDING),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    event_seq: Mapped[int] = mapped_column(ForeignKey("events.seq"))
    state: Mapped[str] = mapped_column(String(10))
    n_attempts: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[int | None] = mapped_column(Integer)
    fault: Mapped[str | None] = mapped_column(String(200))
