"""What a dispatcher has to see, stored and told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from dispatch.store import AlarmRow
from kernel import events
from kernel.database import WriteSession
from kernel.words import Words


def raise_alarm(
    session: WriteSession,
    now: datetime,
    region: str,
    kind: str,
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
