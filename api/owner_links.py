"""Owner links: an unguessable key that opens one incident or appointment, for a while."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dispatch.merging import joined, remaining
from dispatch.store import AppointmentRow, IncidentRow, OwnerLinkRow
from kernel.database import WriteSession
from kernel.errors import NotFound

LINK_LIFE = timedelta(days=30)
"""At most, from its making; appointments: from the end of their last window."""
AFTER_CLOSE = timedelta(hours=24)
"""What is left of it once all is over: time for a rating."""

_KEY = re.compile(r"[A-Za-z0-9_-]{20,43}")


@dataclass(frozen=True, slots=True)
class OwnerLink:
    """What a valid key opens: exactly one of the two.

    ``own_incident_id`` is the incident it was made for: of one that was joined with another, what
    its owner has sent stays with that owner.
    """

    key: str
    incident_id: int | None
    appointment_id: int | None
    own_incident_id: int | None = None

    @property
    def principal(self) -> str:
        """Name the holder in stored answers; never the key itself."""
        return (
            f"incident:{self.incident_id}" if self.incident_id else f"visit:{self.appointment_id}"
        )


def link_for_incident(session: WriteSession, incident_id: int, now: datetime) -> str:
    """Return the key of an incident's link; made if there is none."""
    return _link(session, now, now + LINK_LIFE, incident_id=incident_id)


def link_for_appointment(
    session: WriteSession, appointment_id: int, now: datetime, until: datetime
) -> str:
    """Return the key of an appointment's link, valid until 30 days after ``until``.

    One that there is, is valid for as long as that, too: the visit may have been moved.
    """
    key = _link(session, now, until + LINK_LIFE, appointment_id=appointment_id)
    row = session.get_one(OwnerLinkRow, key)
    row.expires_at = max(row.expires_at, until + LINK_LIFE)
    return key


def revoke_link(session: WriteSession, incident_id: int, now: datetime) -> None:
    """End the links that open an incident at once, whoever has them."""
    session.execute(
        update(OwnerLinkRow)
        .where(
            OwnerLinkRow.incident_id.in_(joined(session, incident_id)),
            OwnerLinkRow.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def keys_of_incidents(session: Session, incident_ids: list[int]) -> dict[int, str]:
    """Return the key for each incident that has a link."""
    rows = session.execute(
        select(OwnerLinkRow.incident_id, OwnerLinkRow.key).where(
            OwnerLinkRow.incident_id.in_(incident_ids), OwnerLinkRow.revoked_at.is_(None)
        )
    )
    return {incident_id: key for incident_id, key in rows if incident_id is not None}


def keys_of_appointments(session: Session, appointment_ids: list[int]) -> dict[int, str]:
    """Return the key for each appointment that has a link."""
    rows = session.execute(
        select(OwnerLinkRow.appointment_id, OwnerLinkRow.key).where(
            OwnerLinkRow.appointment_id.in_(appointment_ids), OwnerLinkRow.revoked_at.is_(None)
        )
    )
    return {appointment_id: key for appointment_id, key in rows if appointment_id is not None}


def open_link(session: Session, region: str, key: str, now: datetime) -> OwnerLink:
    """Return what a key opens in a region; of an incident that was joined the one that goes on.

    Raises
    ------
    NotFound
        When it is unknown, expired, revoked or another region's: which of them is not told, nor is
        the key repeated.
    """
    # Only what `token_urlsafe` makes is looked up: PostgreSQL takes no NUL in a text.
    row = session.get(OwnerLinkRow, key) if _KEY.fullmatch(key) else None
    link = None if row is None else _opened(session, row)
    if row is None or link is None or row.revoked_at or now >= _end(session, row, link, region):
        raise NotFound(
            "such link (any more)",
            "…",
            remedy="Ask the hotline for a new one; links expire.",
            zh="此链接已失效，请向热线索取新链接。",
        )
    return link


def _opened(session: Session, row: OwnerLinkRow) -> OwnerLink:
    incident_id = None if row.incident_id is None else remaining(session, row.incident_id)
    return OwnerLink(row.key, incident_id, row.appointment_id, row.incident_id)


def _end(session: Session, row: OwnerLinkRow, link: OwnerLink, region: str) -> datetime:
    """Return when a link ends; in another region than its own, it has never begun."""
    of_incident = select(IncidentRow.region, IncidentRow.closed_at).filter_by(id=link.incident_id)
    of_visit = select(AppointmentRow.region, AppointmentRow.cancelled_at).filter_by(
        id=link.appointment_id
    )
    own, over = session.execute(of_visit if link.incident_id is None else of_incident).one()
    if own != region:
        return row.created_at
    return row.expires_at if over is None else min(row.expires_at, over + AFTER_CLOSE)


def _link(
    session: WriteSession,
    now: datetime,
    expires_at: datetime,
    *,
    incident_id: int | None = None,
    appointment_id: int | None = None,
) -> str:
    row = session.scalar(
        select(OwnerLinkRow)
        .filter_by(incident_id=incident_id, appointment_id=appointment_id)
        .where(OwnerLinkRow.revoked_at.is_(None))
    )
    if row is None:
        row = OwnerLinkRow(
            key=secrets.token_urlsafe(24),
            incident_id=incident_id,
            appointment_id=appointment_id,
            created_at=now,
            expires_at=expires_at,
        )
        session.add(row)
        session.flush()
    return row.key
