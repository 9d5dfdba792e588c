"""Where units are and were: batches from phones, late and out of order as they come.

A movement trail is sensitive personal data (PIPL, Art. 28): it is taken on duty only, and each row
carries the date on which `purge_trail` deletes it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from fleet.model import PositionReport
from fleet.states import UnitState
from fleet.store import ShiftRow, UnitPositionRow, UnitRow, no_unit
from kernel import events
from kernel.database import WriteSession
from kernel.errors import Conflict, Fault, NotFound
from kernel.position import Position

CLOCK_SKEW = timedelta(minutes=5)
"""A phone's clock may be ahead by this much; its time is then held to now."""

OLDEST = timedelta(days=2)
"""Older reports are refused: no offline queue is kept that long."""

KEPT = timedelta(days=30)
"""How long the trail is kept: disputes about an arrival are raised within a month."""

WORST_ACCURACY_M = 5000.0
"""A place known no better than this says nothing."""


@dataclass(frozen=True, slots=True)
class PositionsTaken:
    """What became of a batch.

    Attributes
    ----------
    n_accepted
        Reports stored now or known already (repeats are harmless).
    refused
        One fault for each report that was not believed; pointers are ``/positions/<index>/...``.
    moved
        Whether the unit's latest known place changed.
    """

    n_accepted: int
    refused: tuple[Fault, ...]
    moved: bool


class UnitBusy(Conflict):
    """Another transaction holds the unit; its batch was left for later."""

    def __init__(self, unit_id: int) -> None:
        super().__init__(f"Unit {unit_id} is written by somebody else.", remedy="Send it again.")
        self.unit_id = unit_id


def take_positions(
    session: WriteSession,
    now: datetime,
    unit_id: int,
    reports: Sequence[PositionReport],
    *,
    kept: timedelta = KEPT,
) -> PositionsTaken:
    """Store a batch in the trail and move the unit to the newest place, never back in time.

    Reports that cannot be believed are refused one by one; the others are taken.

    Raises
    ------
    NotFound
        When there is no such unit.
    """
    session.flush()
    (taken,) = take_many(session, now, [(unit_id, reports)], kept=kept)
    if not isinstance(taken, PositionsTaken):
        raise taken
    return taken


def take_many(
    session: WriteSession,
    now: datetime,
    batches: Sequence[tuple[int, Sequence[PositionReport]]],
    *,
    kept: timedelta = KEPT,
    wait: bool = True,
) -> list[PositionsTaken | NotFound | UnitBusy]:
    """Do what `take_positions` does for batches of many units, with as few statements as for one.

    Parameters
    ----------
    wait
        Whether to wait for units that another transaction holds. Without, nothing of theirs is
        stored (`UnitBusy`), and this transaction can hold up others but waits for none: it needs
        no turn among the writers (PostgreSQL; SQLite has one writer).
    """
    units = _hold(session, {unit_id for unit_id, _ in batches}, wait=wait)
    rows: list[dict[str, Any]] = []
    moves: dict[int, dict[str, Any]] = {}
    found: list[PositionsTaken | NotFound | UnitBusy] = []
    missing = _missing(session, [unit_id for unit_id, _ in batches if unit_id not in units])
    for unit_id, reports in batches:
        if unit_id not in units:
            found.append(missing[unit_id])
            continue
        good, refused = _judged(reports, now, _on_duty_until(session, units[unit_id], now))
        rows += _trail_rows(unit_id, good, now + kept)
        known_at = moves[unit_id]["seen_at"] if unit_id in moves else units[unit_id].position_at
        move = _move_to_newest(known_at, good)
        if move is not None:
            moves[unit_id] = {"unit": unit_id, "seen_at": move[0], "place": move[1]}
        found.append(PositionsTaken(len(reports) - len(refused), refused, move is not None))
    _store_new(session, rows)
    if moves:
        session.connection().execute(_MOVE, [moves[unit_id] for unit_id in sorted(moves)])
    for unit_id in moves:
        row = session.identity_map.get(session.identity_key(UnitRow, unit_id))
        if row is not None:
            session.expire(row, ["position", "position_at"])
    return found


def trail(
    session: Session, unit_id: int, since: datetime, until: datetime
) -> tuple[tuple[datetime, Position], ...]:
    """Return (time, place) of a unit within ``[since, until]``, oldest first."""
    query = (
        select(UnitPositionRow.at, UnitPositionRow.position)
        .where(UnitPositionRow.unit_id == unit_id, UnitPositionRow.at.between(since, until))
        .order_by(UnitPositionRow.at)
    )
    return tuple((at, position) for at, position in session.execute(query))


def purge_trail(session: WriteSession, now: datetime) -> int:
    """Delete what is past its purge date and return how many rows that were.

    An event of each region proves it: how many places of which units were deleted, of what time,
    and that nothing overdue is left.
    """
    overdue = UnitPositionRow.purge_at <= now
    found = session.execute(
        select(
            UnitRow.region,
            UnitPositionRow.unit_id,
            func.count(),
            func.min(UnitPositionRow.at),
            func.max(UnitPositionRow.at),
        )
        .join(UnitRow, UnitRow.id == UnitPositionRow.unit_id)
        .where(overdue)
        .group_by(UnitRow.region, UnitPositionRow.unit_id)
        .order_by(UnitRow.region, UnitPositionRow.unit_id)
    ).all()
    result = session.execute(delete(UnitPositionRow).where(overdue))
    left = session.scalar(select(func.count()).select_from(UnitPositionRow).where(overdue))
    for region, rows in groupby(found, key=lambda row: row[0]):
        _prove(session, now, region, [row[1:] for row in rows], left or 0)
    return cast(CursorResult[Any], result).rowcount


def _prove(
    session: WriteSession,
    now: datetime,
    region: str,
    rows: Sequence[Sequence[Any]],
    n_left: int,
) -> None:
    events.append(
        session,
        now,
        "trail.purged",
        region=region,
        payload={
            "n_positions": sum(row[1] for row in rows),
            "by_unit": {str(unit_id): n for unit_id, n, _, _ in rows},
            "oldest_at": min(row[2] for row in rows).isoformat(),
            "newest_at": max(row[3] for row in rows).isoformat(),
            "kept_days": KEPT.days,
            "n_overdue_left": n_left,
        },
    )


def _hold(session: Session, unit_ids: Collection[int], *, wait: bool) -> dict[int, Any]:
    """Return id, state and time of the place of units, by id, and hold them until the end.

    Whoever writes to a unit's trail holds the unit: two that store the same place cannot wait for
    each other.
    """
    query = _HELD if wait else _HELD_IF_FREE
    return {row.id: row for row in session.execute(query, {"units": sorted(unit_ids)})}


def _missing(session: Session, unit_ids: Sequence[int]) -> dict[int, NotFound | UnitBusy]:
    """Return why each of these units is not held."""
    if not unit_ids:
        return {}
    there = set(session.scalars(select(UnitRow.id).where(UnitRow.id.in_(unit_ids))))
    return {it: UnitBusy(it) if it in there else no_unit(it) for it in unit_ids}


def _on_duty_until(session: Session, row: Any, now: datetime) -> datetime | None:
    """Return until when reports may be taken; ``None`` when the unit was never on duty."""
    if row.state != UnitState.OFF_SHIFT.value:
        return now + CLOCK_SKEW
    return session.scalar(select(func.max(ShiftRow.ended_at)).where(ShiftRow.unit_id == row.id))


def _judged(
    reports: Sequence[PositionReport], now: datetime, on_duty_until: datetime | None
) -> tuple[dict[datetime, PositionReport], tuple[Fault, ...]]:
    """Return the reports that are believed, by time, and why others are not."""
    refused: list[Fault] = []
    good: dict[datetime, PositionReport] = {}
    for index, report in enumerate(reports):
        fault = _fault(report, index, now, on_duty_until)
        if fault is not None:
            refused.append(fault)
        else:
            good[min(report.at, now)] = report
    return good, tuple(refused)


def _fault(
    report: PositionReport, index: int, now: datetime, on_duty_until: datetime | None
) -> Fault | None:
    """Return why a report is not believed, or ``None``."""
    at = f"/positions/{index}"
    return _place_fault(report, at) or _time_fault(report, f"{at}/at", now, on_duty_until)


def _place_fault(report: PositionReport, at: str) -> Fault | None:
    values = (report.lon, report.lat)
    if not all(math.isfinite(v) for v in values) or abs(report.lon) > 180 or abs(report.lat) > 90:
        return Fault(
            at,
            "position.range",
            f"{values} is no place.",
            "Give WGS-84 degrees.",
            zh=f"{values} 不是有效位置，请发送 WGS-84 坐标。",
        )
    if values == (0.0, 0.0):
        return Fault(
            at,
            "position.zero",
            "(0, 0) means 'not known'.",
            "Leave the report out.",
            zh="（0, 0）表示未取得定位，请勿发送。",
        )
    if report.accuracy_m is not None and not 0 <= report.accuracy_m <= WORST_ACCURACY_M:
        text = f"An accuracy of {report.accuracy_m!r} m says nothing."
        return Fault(
            f"{at}/accuracy_m",
            "position.accuracy",
            text,
            "Leave the report out.",
            zh=f"定位精度 {report.accuracy_m:g} 米过低，请勿发送。",
        )
    return None


def _time_fault(
    report: PositionReport, pointer: str, now: datetime, on_duty_until: datetime | None
) -> Fault | None:
    if report.at > now + CLOCK_SKEW:
        text = f"{report.at:%Y-%m-%dT%H:%M:%SZ} lies in the future."
        return Fault(
            pointer,
            "position.future",
            text,
            "Set the phone's clock.",
            zh=f"{report.at:%Y-%m-%dT%H:%M:%SZ} 晚于当前时间，请校准手机时间。",
        )
    if report.at < now - OLDEST:
        text = f"{report.at:%Y-%m-%dT%H:%M:%SZ} is more than {OLDEST.days} days ago."
        return Fault(
            pointer,
            "position.too_old",
            text,
            "Drop reports as old as that.",
            zh=f"{report.at:%Y-%m-%dT%H:%M:%SZ} 已超过 {OLDEST.days} 天，请勿发送。",
        )
    if on_duty_until is None or report.at > on_duty_until:
        text = "The unit was off shift: its place is not recorded."
        return Fault(
            pointer,
            "position.off_shift",
            text,
            "Start the shift first.",
            zh="车辆未出勤，不记录位置。请先开始班次。",
        )
    return None


def _move_to_newest(
    known_at: datetime | None, good: Mapping[datetime, PositionReport]
) -> tuple[datetime, Position] | None:
    """Return the newest time and place; ``None`` when the unit was seen later than that."""
    newest = max(good, default=None)
    if newest is None or (known_at is not None and newest <= known_at):
        return None
    return newest, Position(good[newest].lon, good[newest].lat)


def _trail_rows(
    unit_id: int, good: Mapping[datetime, PositionReport], purge_at: datetime
) -> list[dict[str, Any]]:
    return [
        {
            "unit_id": unit_id,
            "at": at,
            "position": Position(report.lon, report.lat),
            "accuracy_m": report.accuracy_m,
            "speed_kph": report.speed_kph,
            "heading_deg": report.heading_deg,
            "purge_at": purge_at,
        }
        for at, report in sorted(good.items())
    ]


def _store_new(session: WriteSession, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    known = insert(UnitPositionRow).on_conflict_do_nothing(index_elements=["unit_id", "at"])
    session.connection().execute(known, rows)


_KNOWN = (
    select(UnitRow.id, UnitRow.state, UnitRow.position_at)
    .where(UnitRow.id.in_(bindparam("units", expanding=True)))
    .order_by(UnitRow.id)
)
_HELD = _KNOWN.with_for_update(key_share=True)
_HELD_IF_FREE = _KNOWN.with_for_update(key_share=True, skip_locked=True)

# The newest place wins, whoever stores his first.
_MOVE = (
    update(UnitRow.__table__)  # type: ignore[arg-type]
    .where(
        UnitRow.id == bindparam("unit"),
        or_(UnitRow.position_at.is_(None), UnitRow.position_at < bindparam("seen_at")),
    )
    .values(position=bindparam("place"), position_at=bindparam("seen_at"))
)
