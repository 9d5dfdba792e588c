"""Tables ``incidents`` and ``incident_calls``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Text,
    and_,
    literal_column,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from dispatch.entitlement import entitlement_from_json
from dispatch.incident import (
    Caller,
    Channel,
    Incident,
    IncidentState,
    IntakeWarning,
    Outcome,
    Place,
    Vehicle,
)
from dispatch.triage import triage_from_json
from kernel.database import Base, UtcDateTime
from kernel.errors import NotFound
from kernel.geometry import PositionColumn, index_spatially
from kernel.position import Position
from kernel.words import Words

_CLOSED_SQL = "'closed'"


def _one_open(column: str) -> Index:
    """Return the constraint that one car has at most one open incident."""
    where = text(f"state <> {_CLOSED_SQL} AND {column} IS NOT NULL")
    return Index(
        f"incident_one_open_per_{column}",
        column,
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


_LEADS_BACK = "state = 'closed' AND caller_phone <> ''"
"""Closed incidents that still tell whose they were."""
_IS_MERGED = text("merged_into IS NOT NULL")


class IncidentRow(Base):
    """Table ``incidents``."""

    __tablename__ = "incidents"
    __table_args__ = (
        _one_open("vin"),
        _one_open("plate"),
        Index("incident_by_state", "region", "state", "received_at"),
        Index("incident_by_outcome", "outcome", "closed_at"),
        Index("incident_by_plate", "plate"),
        Index("incident_by_vin", "vin"),
        Index(
            "incident_by_merged_into",
            "merged_into",
            sqlite_where=_IS_MERGED,
            postgresql_where=_IS_MERGED,
        ),
        Index(
            "incident_to_forget",
            "closed_at",
            sqlite_where=text(_LEADS_BACK),
            postgresql_where=text(_LEADS_BACK),
        ),
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="incident_outcome"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="incident_closed_at"),
        CheckConstraint("(outcome = 'merged') = (merged_into IS NOT NULL)", name="incident_merged"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    region: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(20))
    case_ref: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(30))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    target_at: Mapped[datetime] = mapped_column(UtcDateTime)
    promised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    promise_reason: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    eta_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    eta_low_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    eta_high_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    risk: Mapped[str] = mapped_column(String(20))
    urban: Mapped[bool]
    area: Mapped[str] = mapped_column(String(120))
    position: Mapped[Position] = mapped_column(PositionColumn)
    place_text: Mapped[str] = mapped_column(Text)
    place_confidence: Mapped[float] = mapped_column(Float)
    place_source: Mapped[str] = mapped_column(String(20))
    place_note: Mapped[str | None] = mapped_column(Text)
    caller_name: Mapped[str | None] = mapped_column(String(200))
    caller_phone: Mapped[str] = mapped_column(String(20), index=True)
    vin: Mapped[str | None] = mapped_column(String(17))
    plate: Mapped[str | None] = mapped_column(String(20))
    model: Mapped[str | None] = mapped_column(String(200))
    purchased_on: Mapped[date | None] = mapped_column(Date)
    colour: Mapped[str | None] = mapped_column(String(200))
    fault: Mapped[str] = mapped_column(String(30))
    scenario: Mapped[str | None] = mapped_column(Text)
    symptom: Mapped[str | None] = mapped_column(Text)
    effect: Mapped[str | None] = mapped_column(Text)
    state_of_charge_pct: Mapped[float | None] = mapped_column(Float)
    drivable: Mapped[bool | None]
    safe_place: Mapped[bool | None]
    n_people: Mapped[int | None] = mapped_column(Integer)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    entitlement: Mapped[dict[str, Any]] = mapped_column(JSON)
    triage: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str | None] = mapped_column(Text)
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    n_calls: Mapped[int] = mapped_column(Integer, default=1)


index_spatially(IncidentRow.__table__, "position")  # type: ignore[arg-type]


def is_open(region: str) -> ColumnElement[bool]:
    """Return what a query asks for the open incidents of a region.

    By the states that they may be in: an index finds these, however many are closed.
    """
    return and_(IncidentRow.region == region, IncidentRow.state.in_(_OPEN))


_OPEN = [state.value for state in IncidentState if state is not IncidentState.CLOSED]


def is_open_about(column: InstrumentedAttribute[str | None], value: str) -> ColumnElement[bool]:
    """Return what a query asks for the open incident of the car with that VIN or plate.

    In the words of the index (`_one_open`), or no database would know that it finds it.
    """
    return and_(IncidentRow.state != literal_column(_CLOSED_SQL), column == value)


class IncidentCallRow(Base):
    """Table ``incident_calls``: every call for an incident on any channel, also the first."""

    __tablename__ = "incident_calls"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    channel: Mapped[str] = mapped_column(String(20))
    case_ref: Mapped[str | None] = mapped_column(String(200))
    caller_name: Mapped[str | None] = mapped_column(String(200))
    caller_phone: Mapped[str] = mapped_column(String(20))
    said: Mapped[dict[str, Any]] = mapped_column(JSON)


def get_incident(session: Session, incident_id: int) -> Incident:
    """Return one incident.

    Raises
    ------
    NotFound
        When there is none of that id.
    """
    return incident_of(incident_row(session, incident_id))


def incidents_of(
    session: Session,
    region: str,
    *,
    which: str = "open",
    limit: int = 500,
    ids: Sequence[int] | None = None,
) -> tuple[Incident, ...]:
    """Return incidents of a region, newest call first; ``which`` is open, closed or all.

    With ``ids``, these instead.
    """
    query = which_incidents(select(IncidentRow), region, which, limit)
    if ids is not None:  # found by their ids alone, or all of the region might be read
        query = select(IncidentRow).where(IncidentRow.id.in_(ids)).order_by(*_NEWEST_FIRST)
    return tuple(incident_of(row) for row in session.scalars(query) if row.region == region)


def which_incidents(query: Select[Any], region: str, which: str, limit: int) -> Select[Any]:
    """Return a query of incidents restricted to a region and to open, closed or all of them."""
    is_closed = and_(IncidentRow.region == region, IncidentRow.state == IncidentState.CLOSED.value)
    if which == "open":
        query = query.where(is_open(region))
    elif which == "closed":
        query = query.where(is_closed)
    else:  # each part by an index: SQLite would rather read and sort all of the region
        closed = select(IncidentRow.id).where(is_closed).order_by(*_NEWEST_FIRST).limit(limit)
        parts = (select(IncidentRow.id).where(is_open(region)), select(closed.subquery()))
        query = query.where(IncidentRow.id.in_(union_all(*parts)))
    return query.order_by(*_NEWEST_FIRST).limit(limit)


_NEWEST_FIRST = (IncidentRow.received_at.desc(), IncidentRow.id.desc())


def other_callers(session: Session, incident: Incident) -> list[Caller]:
    """Return who called about an incident from another number than its caller's, last one first.

    Each number once, by the name it gave last; not those that were erased.
    """
    query = select(IncidentCallRow).where(
        IncidentCallRow.incident_id == incident.id,
        IncidentCallRow.caller_phone.not_in(("", incident.caller.phone)),
    )
    names: dict[str, str | None] = {}
    for call in session.scalars(
        query.order_by(IncidentCallRow.received_at.desc(), IncidentCallRow.id.desc())
    ):
        names[call.caller_phone] = names.get(call.caller_phone) or call.caller_name
    return [Caller(phone, name) for phone, name in names.items()]


def incident_row(session: Session, incident_id: int, *, lock: bool = False) -> IncidentRow:
    """Return the row of one incident; NotFound when there is none.

    With ``lock`` the row is held until the transaction ends (PostgreSQL; SQLite has one writer).
    """
    row = session.get(IncidentRow, incident_id, with_for_update=True if lock else None)
    if row is None:
        raise no_incident(incident_id)
    return row


def no_incident(incident_id: int) -> NotFound:
    """Return what is said where an incident is none, or another region's."""
    return NotFound(
        "incident",
        incident_id,
        remedy="Check its number, or load the list of incidents again.",
        zh=f"没有编号为 {incident_id} 的事件，请核对编号，或刷新后查看。",
    )


def incident_of(row: IncidentRow) -> Incident:
    """Return the value of a row."""
    return Incident(
        id=row.id,
        region=row.region,
        channel=Channel(row.channel),
        case_ref=row.case_ref,
        state=IncidentState(row.state),
        outcome=None if row.outcome is None else Outcome(row.outcome),
        received_at=row.received_at,
        target_at=row.target_at,
        promised_at=row.promised_at,
        promise_reason=None if row.promise_reason is None else Words(**row.promise_reason),
        eta_at=row.eta_at,
        eta_low_at=row.eta_low_at,
        eta_high_at=row.eta_high_at,
        arrived_at=row.arrived_at,
        closed_at=row.closed_at,
        risk=row.risk,
        urban=row.urban,
        area=row.area,
        place=Place(
            row.position, row.place_text, row.place_confidence, row.place_source, row.place_note
        ),
        caller=Caller(row.caller_phone, row.caller_name),
        vehicle=Vehicle(row.vin, row.plate, row.model, row.purchased_on, row.colour),
        fault=row.fault,
        scenario=row.scenario,
        symptom=row.symptom,
        effect=row.effect,
        state_of_charge_pct=row.state_of_charge_pct,
        drivable=row.drivable,
        safe_place=row.safe_place,
        n_people=row.n_people,
        warnings=tuple(IntakeWarning(w["code"], Words(w["zh"], w["en"])) for w in row.warnings),
        entitlement=entitlement_from_json(row.entitlement),
        triage=triage_from_json(row.triage),
        note=row.note,
        merged_into=row.merged_into,
        n_calls=row.n_calls,
    )
