"""The fleet's tables, and units in and out of them. Sessions come from `kernel.database`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    JSON,
    CheckConstraint,
    CursorResult,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
    update,
)
from sqlalchemy import cast as cast_to
from sqlalchemy.orm import Mapped, Session, mapped_column

from fleet.catalogue import catalogue
from fleet.model import Ownership, Unit, UnitKind, UnitSpec
from fleet.states import UNIT_MACHINE, UnitMove, UnitState
from kernel import events
from kernel.damaged import readable
from kernel.database import Base, UtcDateTime, WriteSession
from kernel.errors import Conflict, Fault, InvalidInput, NotFound
from kernel.geometry import PositionColumn
from kernel.position import Position


class UnitRow(Base):
    """Table ``units``."""

    __tablename__ = "units"
    __table_args__ = (
        UniqueConstraint("region", "code", name="unit_code_in_region"),
        CheckConstraint("kwh >= 0 AND kwh <= kwh_capacity", name="unit_kwh_in_stock"),
        CheckConstraint(
            "(ownership = 'contractor') = (contractor_id IS NOT NULL)", name="unit_ownership"
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80))
    region: Mapped[str] = mapped_column(String(60), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    ownership: Mapped[str] = mapped_column(String(20))
    skills: Mapped[list[str]] = mapped_column(JSON)
    crew_skills: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    equipment: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))
    position: Mapped[Position | None] = mapped_column(PositionColumn)
    position_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kwh: Mapped[float] = mapped_column(Float)
    kwh_capacity: Mapped[float] = mapped_column(Float)
    shift_start_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shift_end_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    home: Mapped[Position | None] = mapped_column(PositionColumn)
    contractor_id: Mapped[int | None] = mapped_column(ForeignKey("contractors.id"))
    crew_id: Mapped[int | None] = mapped_column(ForeignKey("crews.id"))
    plate: Mapped[str | None] = mapped_column(String(20))


class CrewRow(Base):
    """Table ``crews``."""

    __tablename__ = "crews"
    __table_args__ = (UniqueConstraint("region", "code", name="crew_code_in_region"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    region: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80))
    skills: Mapped[list[str]] = mapped_column(JSON)
    phone: Mapped[str | None] = mapped_column(String(20))


class ShiftRow(Base):
    """Table ``shifts``; one running shift per unit and per crew."""

    __tablename__ = "shifts"
    __table_args__ = (
        Index(
            "shift_one_running_per_unit",
            "unit_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "shift_one_running_per_crew",
            "crew_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL AND crew_id IS NOT NULL"),
            postgresql_where=text("ended_at IS NULL AND crew_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    crew_id: Mapped[int | None] = mapped_column(ForeignKey("crews.id"))
    start_at: Mapped[datetime] = mapped_column(UtcDateTime)
    end_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UnitPositionRow(Base):
    """Table ``unit_positions``: the trail, personal data with a purge date (PIPL, Art. 28)."""

    __tablename__ = "unit_positions"
    __table_args__ = (UniqueConstraint("unit_id", "at", name="unit_position_once"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    position: Mapped[Position] = mapped_column(PositionColumn)
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    speed_kph: Mapped[float | None] = mapped_column(Float)
    heading_deg: Mapped[float | None] = mapped_column(Float)
    purge_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ContractorRow(Base):
    """Table ``contractors``."""

    __tablename__ = "contractors"
    __table_args__ = (UniqueConstraint("region", "name", name="contractor_name_in_region"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    region: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(20))
    position: Mapped[Position] = mapped_column(PositionColumn)
    skills: Mapped[list[str]] = mapped_column(JSON)
    callout_cny: Mapped[float] = mapped_column(Float)
    cny_per_km: Mapped[float] = mapped_column(Float)
    answer_s: Mapped[int] = mapped_column(Integer)
    active: Mapped[bool]


class ServiceCentreRow(Base):
    """Table ``service_centres``."""

    __tablename__ = "service_centres"
    __table_args__ = (UniqueConstraint("region", "name", name="centre_name_in_region"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    region: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[Position] = mapped_column(PositionColumn)
    skills: Mapped[list[str]] = mapped_column(JSON)
    opening_hours: Mapped[str] = mapped_column(String(120))
    time_zone: Mapped[str] = mapped_column(String(60))


# ---------------------------------------------------------------------------------- units


def put_unit(session: WriteSession, now: datetime, spec: UnitSpec) -> Unit:
    """Register a unit, or change the one of that code; its state and position stay as they are.

    A new unit starts off shift, at home, fully stocked unless ``spec.kwh`` says otherwise.

    Raises
    ------
    InvalidInput
        With every fault of ``spec``: unknown skills or equipment, more kWh than fit ...
    """
    _check_spec(spec)
    row = session.scalar(select(UnitRow).filter_by(region=spec.region, code=spec.code))
    is_new = row is None
    if row is None:
        row = UnitRow(
            region=spec.region,
            code=spec.code,
            state=UnitState.OFF_SHIFT.value,
            kwh=spec.kwh_capacity,
            position=spec.home,
            position_at=now if spec.home else None,
        )
        session.add(row)
    row.name, row.kind, row.ownership = spec.name, spec.kind.value, spec.ownership.value
    row.skills, row.equipment = sorted(spec.skills), sorted(spec.equipment)
    row.kwh_capacity = spec.kwh_capacity
    row.kwh = min(row.kwh if spec.kwh is None else spec.kwh, spec.kwh_capacity)
    row.home, row.contractor_id, row.plate = spec.home, spec.contractor_id, spec.plate
    session.flush()
    if is_new:
        events.append(
            session, now, "unit.created", region=row.region, unit_id=row.id,
            payload={"code": row.code, "kind": row.kind},
        )  # fmt: skip
    return unit_of(row)


def get_unit(session: Session, unit_id: int) -> Unit:
    """Return one unit.

    Raises
    ------
    NotFound
        When there is none of that id.
    """
    return unit_of(unit_row(session, unit_id))


def unit_by_code(session: Session, region: str, code: str) -> Unit:
    """Return the unit of that code, e.g. ``T-07``.

    Raises
    ------
    NotFound
        When the region has none.
    """
    row = session.scalar(select(UnitRow).filter_by(region=region, code=code))
    if row is None:
        raise NotFound(
            "unit",
            code,
            remedy=f"See the units of {region!r}.",
            zh=f"区域 {region} 没有车辆 {code}，请查看车辆列表。",
        )
    return unit_of(row)


def units_of(
    session: Session,
    region: str,
    *,
    states: Iterable[UnitState] = (),
    ids: Collection[int] | None = None,
) -> tuple[Unit, ...]:
    """Return the units of a region in order of code, without those that cannot be read.

    Only those in ``states`` if any are given, and with ``ids`` only those of them.
    """
    query = select(*_UNIT).where(UnitRow.region == region).order_by(UnitRow.code)
    wanted = [state.value for state in states]
    if wanted:
        query = query.where(UnitRow.state.in_(wanted))
    if ids is not None:
        query = query.where(UnitRow.id.in_(ids))
    return readable(session, query, UnitRow.id, lambda row: _unit(*row))


def move_unit(session: WriteSession, unit_id: int, move: UnitMove) -> Unit:
    """Let a unit change its state, by compare-and-set on the state it was read in.

    Raises
    ------
    IllegalTransition
        When its state does not allow the move.
    Conflict
        When somebody else moved it meanwhile.
    """
    row = unit_row(session, unit_id)
    before = UnitState(row.state)
    after = UNIT_MACHINE.after(before, move, who=row.code)
    changed = cast(
        CursorResult[Any],
        session.execute(
            update(UnitRow)
            .where(UnitRow.id == unit_id, UnitRow.state == before.value)
            .values(state=after.value)
        ),
    )
    if changed.rowcount != 1:
        raise Conflict(
            f"Unit {row.code} was moved by somebody else.",
            remedy="Read it again.",
            zh=f"车辆 {row.code} 的状态刚被他人更改，请刷新后查看。",
        )
    return unit_of(row)


def unit_row(session: Session, unit_id: int) -> UnitRow:
    """Return the row of one unit, for the fleet's own modules; NotFound when there is none."""
    row = session.get(UnitRow, unit_id)
    if row is None:
        raise no_unit(unit_id)
    return row


def no_unit(unit_id: int) -> NotFound:
    """Return what is said where a unit is none, or another region's."""
    return NotFound(
        "unit",
        unit_id,
        remedy="Load the units again.",
        zh=f"没有编号为 {unit_id} 的车辆，请刷新后查看。",
    )


def unit_of(row: UnitRow) -> Unit:
    """Return the value of a row."""
    return Unit(
        id=row.id,
        code=row.code,
        name=row.name,
        region=row.region,
        kind=UnitKind(row.kind),
        ownership=Ownership(row.ownership),
        skills=frozenset(row.skills if row.crew_skills is None else row.crew_skills),
        equipment=frozenset(row.equipment),
        state=UnitState(row.state),
        position=row.position,
        position_at=row.position_at,
        kwh=row.kwh,
        kwh_capacity=row.kwh_capacity,
        shift_start_at=row.shift_start_at,
        shift_end_at=row.shift_end_at,
        home=row.home,
        contractor_id=row.contractor_id,
        plate=row.plate,
        crew_id=row.crew_id,
    )


_UNIT = (
    UnitRow.id,
    UnitRow.code,
    UnitRow.name,
    UnitRow.region,
    UnitRow.kind,
    UnitRow.ownership,
    cast_to(func.coalesce(UnitRow.crew_skills, UnitRow.skills), Text),
    cast_to(UnitRow.equipment, Text),
    UnitRow.state,
    UnitRow.position,
    UnitRow.position_at,
    UnitRow.kwh,
    UnitRow.kwh_capacity,
    UnitRow.shift_start_at,
    UnitRow.shift_end_at,
    UnitRow.home,
    UnitRow.contractor_id,
    UnitRow.plate,
    UnitRow.crew_id,
)
"""In the order of `Unit`. Hundreds of units are read for each plan, and tracked rows take twice the
time."""


def _unit(*columns: Any) -> Unit:
    values = list(columns)
    values[4], values[5], values[8] = (
        UnitKind(columns[4]),
        Ownership(columns[5]),
        UnitState(columns[8]),
    )
    values[6], values[7] = _names(columns[6]), _names(columns[7])
    return Unit(*values)


@lru_cache(maxsize=1_000)
def _names(array: str) -> frozenset[str]:
    """Return the names of a JSON array; ValueError where it is something else."""
    names = json.loads(array)
    if not isinstance(names, list) or not all(isinstance(it, str) for it in names):
        raise ValueError(f"{array!r} is no array of names")
    return frozenset(names)


def _check_spec(spec: UnitSpec) -> None:
    faults = catalogue().faults(spec.skills, spec.equipment)
    if not spec.code.strip():
        faults.append(
            Fault(
                "/code",
                "unit.code",
                "The code is empty.",
                "Give one such as T-07.",
                zh="车辆编号为空，请填写，例如 T-07。",
            )
        )
    if spec.kwh_capacity < 0 or (spec.kwh is not None and not 0 <= spec.kwh <= spec.kwh_capacity):
        faults.append(
            Fault(
                "/kwh",
                "unit.kwh",
                f"{spec.kwh!r} kWh do not fit into a capacity of {spec.kwh_capacity!r}.",
                "Give 0 <= kwh <= kwh_capacity.",
                zh=f"电量 {spec.kwh!r} kWh 与容量 {spec.kwh_capacity!r} kWh 不符，"
                "应在 0 与容量之间。",
            )
        )
    if (spec.ownership is Ownership.CONTRACTOR) != (spec.contractor_id is not None):
        faults.append(
            Fault(
                "/contractor_id",
                "unit.ownership",
                f"Ownership {spec.ownership} does not fit contractor_id {spec.contractor_id!r}.",
                "A contractor's unit names its contractor; an own unit names none.",
                zh=f"归属 {spec.ownership} 与外协编号 {spec.contractor_id!r} 不符："
                "外协车辆须填写外协，自有车辆不填。",
            )
        )
    if faults:
        raise InvalidInput(faults)
