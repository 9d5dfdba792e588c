"""Tables ``regions`` (version of the plan in force) and ``plans`` (every plan committed)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UtcDateTime


class RegionRow(Base):
    """Table ``regions``; commits compare and set ``plan_version``."""

    __tablename__ = "regions"
    __table_args__ = (CheckConstraint("plan_version >= 0", name="region_plan_version"),)

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    time_zone: Mapped[str] = mapped_column(String(60))
    plan_version: Mapped[int] = mapped_column(Integer, default=0)


class PlanRow(Base):
    """Table ``plans``: what was decided, by which engine, at which price."""

    __tablename__ = "plans"
    __table_args__ = (UniqueConstraint("region", "version", name="plan_version_in_region"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("regions.name"))
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cost_cny: Mapped[float] = mapped_column(Float)
    terms: Mapped[dict[str, float]] = mapped_column(JSON)
    engine: Mapped[str] = mapped_column(String(40))
    decision_s: Mapped[float] = mapped_column(Float)
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
