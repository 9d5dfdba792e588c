"""Table of the road reports: the truth about closures and slower traffic for every process."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel import events
from kernel.database import Base, UtcDateTime, WriteSession
from kernel.errors import NotFound
from routing.road_reports import Effect, NewReport, RoadReport, Where

REPORTED, CLEARED = "road.reported", "road.cleared"
"""Kinds of events."""


class RoadReportRow(Base):
    """Table ``road_reports``; rows stay after they are taken back, for whoever asks why."""

    __tablename__ = "road_reports"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    region: Mapped[str] = mapped_column(String(60), index=True)
    effect: Mapped[str] = mapped_column(String(10))
    value: Mapped[float | None] = mapped_column(Float)
    place: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(200))
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def add_report(session: WriteSession, region: str, report: NewReport) -> RoadReport:
    """Store a report and return it; every process of the region hears of it by its event."""
    row = RoadReportRow(
        region=region,
        effect=report.effect.value,
        value=report.value,
        place=report.where.document(),
        note=report.note,
        made_at=report.made_at,
        made_by=report.made_by,
        until=report.until,
    )
    session.add(row)
    session.flush()
    told = {"report_id": row.id, "effect": row.effect, "value": row.value, "where": row.place}
    told["until"] = None if report.until is None else report.until.isoformat()
    events.append(session, report.made_at, REPORTED, region=region, payload=told)
    return _report(row)


def clear_report(session: WriteSession, region: str, now: datetime, report_id: int) -> RoadReport:
    """Take a report back and return it; doing so twice is harmless.

    Raises
    ------
    NotFound
        When the region has none of that number.
    """
    row = session.get(RoadReportRow, report_id)
    if row is None or row.region != region:
        raise NotFound(
            "road report",
            report_id,
            remedy="Load the road reports again.",
            zh=f"没有编号为 {report_id} 的路况，请刷新后查看。",
        )
    if row.cleared_at is None:
        row.cleared_at = now
        events.append(session, now, CLEARED, region=region, payload={"report_id": report_id})
    return _report(row)


def reports_in_force(session: Session, region: str, now: datetime) -> list[RoadReport]:
    """Return the reports that count now, oldest first."""
    query = select(RoadReportRow).where(
        RoadReportRow.region == region, RoadReportRow.cleared_at.is_(None)
    )
    found = [_report(row) for row in session.scalars(query.order_by(RoadReportRow.id))]
    return [report for report in found if report.counts_at(now)]


def _report(row: RoadReportRow) -> RoadReport:
    return RoadReport(
        id=row.id,
        effect=Effect(row.effect),
        value=row.value,
        where=Where.read(row.place),
        note=row.note,
        made_at=row.made_at,
        made_by=row.made_by,
        until=row.until,
    )
