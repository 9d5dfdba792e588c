"""What a dispatcher has to see, stored and told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from dispatch.store import AlarmRow, IncidentRow, is_open
from kernel import events
from kernel.database import WriteSession
from kernel.words import Words


class AlarmKind(StrEnum):
    """Why a dispatcher is alarmed; `docs/how-to/dispatch.md` says what to do about each."""

    PROMISE_AT_RISK = "promise_at_risk"
    NO_CONTRACTOR = "no_contractor"
    ORDER_UNANSWERED = "order_unanswered"
    ORDER_NOT_BEGUN = "order_not_begun"
    UNIT_UNSEEN = "unit_unseen"
    WORK_OVERDUE = "work_overdue"
    CONTRACTOR_LATE = "contractor_late"
    CONTRACTOR_SILENT = "contractor_silent"
    DATA_DAMAGED = "data_damaged"
    LOCK_LIFTED = "lock_lifted"
    VISIT_NOT_BEGUN = "visit_not_begun"
    VISIT_OVERDUE = "visit_overdue"
    VISIT_MISSED = "visit_missed"
    VISIT_FAILED = "visit_failed"
    PLANNING_FAILED = "planning_failed"


def raise_alarm(
    session: WriteSession,
    now: datetime,
    region: str,
    kind: AlarmKind,
    text: Words,
    *,
    incident_id: int | None = None,
) -> None:
    """Store an alarm and tell it.

    One of that kind that an incident has already, and nobody has acknowledged, is raised anew; one
    that was acknowledged stays as it was seen.
    """
    row = None
    if incident_id is not None:
        unseen = select(AlarmRow).filter_by(
            incident_id=incident_id, kind=kind, acknowledged_at=None
        )
        row = session.scalars(unseen).first()
    if row is None:
        row = AlarmRow(region=region, incident_id=incident_id, kind=kind)
        session.add(row)
    raise_anew(session, now, row, text)


def raise_anew(session: WriteSession, now: datetime, row: AlarmRow, text: Words) -> None:
    """Give an alarm these words and this time, and tell it."""
    row.text, row.raised_at = text.as_dict(), now
    session.flush()
    events.append(
        session,
        now,
        "alarm.raised",
        region=row.region,
        incident_id=row.incident_id,
        payload={"alarm_id": row.id, "kind": row.kind, "text": text.as_dict()},
    )


def settle(session: WriteSession, now: datetime, row: AlarmRow, by: str | None) -> None:
    """Put an open alarm aside and tell it; by nobody where what it tells of is over."""
    row.acknowledged_at, row.acknowledged_by = now, by
    events.append(
        session,
        now,
        "alarm.acknowledged",
        region=row.region,
        incident_id=row.incident_id,
        payload={"alarm_id": row.id, "kind": row.kind, "acknowledged_by": by},
    )


def settle_over(
    session: WriteSession,
    now: datetime,
    region: str,
    kinds: Collection[AlarmKind],
    still: Collection[tuple[int, str]],
) -> None:
    """Put aside the alarms of these kinds whose reason is over.

    ``still`` are the open incidents, with the kind, of which they are true.
    """
    query = (
        select(AlarmRow)
        .join(IncidentRow, IncidentRow.id == AlarmRow.incident_id)
        .where(is_open(region), AlarmRow.kind.in_(kinds), AlarmRow.acknowledged_at.is_(None))
    )
    for row in session.scalars(query.order_by(AlarmRow.id)).all():
        if row.incident_id is not None and (row.incident_id, row.kind) not in still:
            settle(session, now, row, None)
