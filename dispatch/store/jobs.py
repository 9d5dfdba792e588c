"""Table ``jobs``: work of incidents and appointments, and what the plan in force says of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.core.model import Lock
from dispatch.job import ACTIVE, FINAL, Job, JobState
from dispatch.job_option import options_from_json
from kernel.damaged import readable
from kernel.database import Base, UtcDateTime
from kernel.errors import NotFound
from kernel.geometry import PositionColumn
from kernel.position import Position

ACTIVE_SQL = "state IN ('ordered', 'rolling', 'on_site', 'loaded')"
FINAL_SQL = tuple(sorted(state.value for state in FINAL))
UNFINISHED_SQL = tuple(state.value for state in JobState if state not in FINAL)
"""Asked for by name: an index finds these, however many are finished."""


class JobRow(Base):
    """Table ``jobs``; every change of a loaded row raises ``version`` (a bulk UPDATE does not)."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "job_one_active_per_unit",
            "unit_id",
            unique=True,
            sqlite_where=text(ACTIVE_SQL),
            postgresql_where=text(ACTIVE_SQL),
        ),
        Index("job_by_state", "region", "state"),
        Index("job_by_unit", "unit_id", "state"),
        Index("job_by_planned_unit", "planned_unit_id", "state"),
        CheckConstraint(
            "(incident_id IS NULL) <> (appointment_id IS NULL)", name="job_serves_one_thing"
        ),
        CheckConstraint(f"NOT ({ACTIVE_SQL}) OR unit_id IS NOT NULL", name="job_active_has_unit"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    region: Mapped[str] = mapped_column(String(60))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    position: Mapped[Position] = mapped_column(PositionColumn)
    place_text: Mapped[str] = mapped_column(Text)
    priority: Mapped[int] = mapped_column(Integer)
    target_at: Mapped[datetime] = mapped_column(UtcDateTime)
    earliest_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    latest_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lock: Mapped[int] = mapped_column(Integer, default=Lock.FREE.value)
    planned_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    planned_option: Mapped[str | None] = mapped_column(String(80))
    planned_sequence: Mapped[int | None] = mapped_column(Integer)
    planned_arrival_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    option: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ordered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rolling_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    loaded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    declined_by: Mapped[list[int]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(Integer, default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


def get_job(session: Session, job_id: int) -> Job:
    """Return one job.

    Raises
    ------
    NotFound
        When there is none of that id.
    """
    return job_of(job_row(session, job_id))


def jobs_of(
    session: Session,
    region: str,
    *,
    states: Iterable[JobState] = (),
    incident_id: int | None = None,
    appointment_id: int | None = None,
    unit_id: int | None = None,
    ids: Collection[int] | None = None,
) -> tuple[Job, ...]:
    """Return jobs of a region in order of creation, restricted by whatever is given.

    Those that cannot be read are left out.
    """
    query = select(JobRow).where(JobRow.region == region).order_by(JobRow.id)
    if ids is not None:
        query = query.where(JobRow.id.in_(ids))
    wanted = [state.value for state in states]
    if wanted:
        query = query.where(JobRow.state.in_(wanted))
    for column, value in (
        (JobRow.incident_id, incident_id),
        (JobRow.appointment_id, appointment_id),
        (JobRow.unit_id, unit_id),
    ):
        if value is not None:
            query = query.where(column == value)
    return readable(session, query, JobRow.id, lambda row: job_of(row[0]))


def jobs_of_visits(session: Session, appointment_ids: Collection[int]) -> dict[int, list[Job]]:
    """Return the jobs of each of these visits, in the order in which they are done."""
    found: dict[int, list[Job]] = {it: [] for it in appointment_ids}
    query = select(JobRow).where(JobRow.appointment_id.in_(appointment_ids)).order_by(JobRow.id)
    for row in session.scalars(query):
        found[row.appointment_id or 0].append(job_of(row))
    return found


def job_of_incident(session: Session, incident_id: int) -> Job | None:
    """Return the job that counts for an incident: the newest unfinished one, else the newest."""
    query = (
        select(JobRow)
        .where(JobRow.incident_id == incident_id)
        .order_by(JobRow.state.in_(FINAL_SQL), JobRow.id.desc())
        .limit(1)
    )
    row = session.scalars(query).first()
    return None if row is None else job_of(row)


def open_job_row(session: Session, incident_id: int) -> JobRow | None:
    """Return the row of an incident's unfinished job, if it has one."""
    query = select(JobRow).where(
        JobRow.incident_id == incident_id, JobRow.state.in_(UNFINISHED_SQL)
    )
    return session.scalars(query.order_by(JobRow.id.desc()).limit(1)).first()


def active_job_row(session: Session, region: str, unit_id: int) -> JobRow | None:
    """Return the row of the job that a unit of a region is bound to, if there is one."""
    active = sorted(state.value for state in ACTIVE)
    query = select(JobRow).where(
        JobRow.region == region, JobRow.state.in_(active), JobRow.unit_id == unit_id
    )
    return session.scalars(query).first()


def job_row(session: Session, job_id: int, *, lock: bool = False) -> JobRow:
    """Return the row of one job; NotFound when there is none.

    With ``lock`` the row is held until the transaction ends (PostgreSQL; SQLite has one writer).
    """
    row = session.get(JobRow, job_id, with_for_update=True if lock else None)
    if row is None:
        raise NotFound(
            "job",
            job_id,
            remedy="Load the list of jobs again.",
            zh=f"没有编号为 {job_id} 的任务，请刷新后查看。",
        )
    return row


def job_of(row: JobRow) -> Job:
    """Return the value of a row."""
    return Job(
        id=row.id,
        region=row.region,
        incident_id=row.incident_id,
        appointment_id=row.appointment_id,
        purpose=row.purpose,
        state=JobState(row.state),
        options=options_from_json(row.options, in_work=row.option, planned=row.planned_option),
        position=row.position,
        place_text=row.place_text,
        priority=row.priority,
        target_at=row.target_at,
        earliest_at=row.earliest_at,
        latest_at=row.latest_at,
        lock=Lock(row.lock),
        planned_unit_id=row.planned_unit_id,
        planned_option=row.planned_option,
        planned_sequence=row.planned_sequence,
        planned_arrival_at=row.planned_arrival_at,
        unit_id=row.unit_id,
        option=row.option,
        created_at=row.created_at,
        ordered_at=row.ordered_at,
        accepted_at=row.accepted_at,
        rolling_at=row.rolling_at,
        arrived_at=row.arrived_at,
        loaded_at=row.loaded_at,
        done_at=row.done_at,
        version=row.version,
        declined_by=frozenset(row.declined_by),
    )
