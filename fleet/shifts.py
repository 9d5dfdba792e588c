"""Shifts and crews: who is on duty with which unit, from when to when."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fleet.catalogue import catalogue
from fleet.model import Crew, Shift, Unit
from fleet.states import UnitMove, UnitState
from fleet.store import CrewRow, ShiftRow, UnitRow, get_unit, move_unit, unit_row
from kernel import events
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput, NotFound
from kernel.position import Position
from kernel.words import ago

DEFAULT_SHIFT = timedelta(hours=12)
"""How long a shift is taken to last when nobody says."""

_EVENT_OF_MOVE = {
    UnitMove.START_SHIFT: "unit.shift_started",
    UnitMove.END_SHIFT: "unit.shift_ended",
    UnitMove.PAUSE: "unit.paused",
    UnitMove.RESUME: "unit.resumed",
}


def start_shift(
    session: WriteSession,
    now: datetime,
    unit_id: int,
    *,
    end_at: datetime | None = None,
    crew_id: int | None = None,
    position: Position | None = None,
) -> Unit:
    """Put a unit on duty from ``now``, until ``end_at`` or for `DEFAULT_SHIFT`.

    A crew brings its own skills; without one the unit's registered skills hold. ``position`` is
    where the shift starts, if the phone knows.

    Raises
    ------
    IllegalTransition
        When the unit is on shift already.
    InvalidInput
        When the shift would end before it starts.
    Conflict
        When the crew is on duty with another unit.
    """
    end_at = end_at or now + DEFAULT_SHIFT
    if end_at <= now:
        raise InvalidInput.one(
            "/end_at",
            "shift.ends_in_past",
            f"The shift would have ended {ago(now - end_at).en}.",
            "Give an end in the future.",
            zh=f"班次已于{ago(now - end_at).zh}结束，请填写更晚的时间。",
        )
    crew = None if crew_id is None else _free_crew(session, crew_id)
    _move(session, now, unit_id, UnitMove.START_SHIFT)
    row = unit_row(session, unit_id)
    row.shift_start_at, row.shift_end_at = now, end_at
    row.crew_id, row.crew_skills = crew_id, None if crew is None else list(crew.skills)
    if position is not None and (row.position_at is None or row.position_at <= now):
        row.position, row.position_at = position, now
    session.add(ShiftRow(unit_id=unit_id, crew_id=crew_id, start_at=now, end_at=end_at))
    session.flush()
    return get_unit(session, unit_id)


def plan_shift(session: WriteSession, unit_id: int, start_at: datetime, end_at: datetime) -> None:
    """Note when a unit that is off shift is to work next; its technician starts the shift."""
    row = unit_row(session, unit_id)
    if row.state == UnitState.OFF_SHIFT.value:
        row.shift_start_at, row.shift_end_at = start_at, end_at
        session.flush()


def end_shift(session: WriteSession, now: datetime, unit_id: int) -> Unit:
    """Take a unit off duty; IllegalTransition while it rolls or works."""
    _move(session, now, unit_id, UnitMove.END_SHIFT)
    running = session.scalars(select(ShiftRow).filter_by(unit_id=unit_id, ended_at=None)).first()
    if running is not None:
        running.ended_at = now
    row = unit_row(session, unit_id)
    row.shift_start_at = row.shift_end_at = None
    row.crew_id = row.crew_skills = None
    session.flush()
    return get_unit(session, unit_id)


def pause(session: WriteSession, now: datetime, unit_id: int) -> Unit:
    """Let an idle unit rest: it is not planned until it resumes."""
    return _move(session, now, unit_id, UnitMove.PAUSE)


def resume(session: WriteSession, now: datetime, unit_id: int) -> Unit:
    """End a unit's rest."""
    return _move(session, now, unit_id, UnitMove.RESUME)


def put_crew(
    session: WriteSession,
    region: str,
    code: str,
    *,
    name: str,
    skills: frozenset[str],
    phone: str | None = None,
) -> Crew:
    """Register a crew, or change the one of that code; InvalidInput for unknown skills."""
    if faults := catalogue().faults(skills, ()):
        raise InvalidInput(faults)
    row = session.scalars(select(CrewRow).filter_by(region=region, code=code)).first()
    if row is None:
        row = CrewRow(region=region, code=code)
        session.add(row)
    row.name, row.skills, row.phone = name, sorted(skills), phone
    session.flush()
    return _crew(row)


def crews_of(session: Session, region: str) -> tuple[Crew, ...]:
    """Return the crews of a region in order of code."""
    query = select(CrewRow).where(CrewRow.region == region).order_by(CrewRow.code)
    return tuple(_crew(row) for row in session.scalars(query))


def shifts_of(session: Session, unit_id: int) -> tuple[Shift, ...]:
    """Return a unit's shifts, oldest first."""
    query = select(ShiftRow).where(ShiftRow.unit_id == unit_id).order_by(ShiftRow.start_at)
    return tuple(
        Shift(row.id, row.unit_id, row.crew_id, row.start_at, row.end_at, row.ended_at)
        for row in session.scalars(query)
    )


def units_past_shift_end(session: Session, region: str, now: datetime) -> tuple[Unit, ...]:
    """Return units that are free and whose planned shift end has passed: they may go home."""
    query = select(UnitRow.id).where(
        UnitRow.region == region,
        UnitRow.state.in_([UnitState.IDLE.value, UnitState.PAUSED.value]),
        UnitRow.shift_end_at <= now,
    )
    return tuple(get_unit(session, unit_id) for unit_id in session.scalars(query.order_by("id")))


def _move(session: WriteSession, now: datetime, unit_id: int, move: UnitMove) -> Unit:
    unit = move_unit(session, unit_id, move)
    events.append(session, now, _EVENT_OF_MOVE[move], region=unit.region, unit_id=unit.id)
    return unit


def _free_crew(session: Session, crew_id: int) -> CrewRow:
    crew = session.get(CrewRow, crew_id)
    if crew is None:
        raise NotFound(
            "crew",
            crew_id,
            remedy="Load the fleet again.",
            zh=f"没有编号为 {crew_id} 的班组，请刷新后查看。",
        )
    query = select(UnitRow.code).where(UnitRow.crew_id == crew_id)
    other = session.scalars(query).first()
    if other is not None:
        raise Conflict(
            f"Crew {crew.code} is on duty with {other}.",
            remedy="End that shift first.",
            zh=f"班组 {crew.code} 正在 {other} 上当班，请先结束该班次。",
        )
    return crew


def _crew(row: CrewRow) -> Crew:
    return Crew(row.id, row.region, row.code, row.name, frozenset(row.skills), row.phone)
