"""What people said about an event, kept beside the event log and not in it.

The log is chained by hashes and can never be changed, so nothing personal may lie in it: a reason
in somebody's own words, who asked for a number and why. Such words lie in a table of their own. The
event carries their *seal*, a salted hash: while the words exist it proves that nobody changed them;
once words and salt are erased it says nothing about them, and the chain still verifies.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.database import Base, UtcDateTime, WriteSession


class PrivateDetailRow(Base):
    """Table ``private_details``; rows are added and erased, never changed."""

    __tablename__ = "private_details"

    seal: Mapped[str] = mapped_column(String(64), primary_key=True)
    incident_id: Mapped[int | None] = mapped_column(Integer, index=True)
    appointment_id: Mapped[int | None] = mapped_column(Integer, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    salt: Mapped[str] = mapped_column(String(32))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


def keep(
    session: WriteSession,
    at: datetime,
    body: dict[str, Any],
    *,
    incident_id: int | None = None,
    appointment_id: int | None = None,
) -> str:
    """Keep words of people and return the seal that the event's payload carries.

    Parameters
    ----------
    body
        JSON values only.
    incident_id, appointment_id
        Whose they are: what is erased together with that person's data.
    """
    salt = secrets.token_hex(16)
    seal = _seal(salt, body)
    session.add(
        PrivateDetailRow(
            seal=seal,
            incident_id=incident_id,
            appointment_id=appointment_id,
            at=at,
            salt=salt,
            body=body,
        )
    )
    session.flush()
    return seal


def read(session: Session, seal: str) -> dict[str, Any] | None:
    """Return what a seal stands for; ``None`` once it is erased."""
    row = session.get(PrivateDetailRow, seal)
    return None if row is None else row.body


def read_many(session: Session, seals: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what seals stand for, by seal, with one query; erased ones are left out."""
    wanted = set(seals)
    if not wanted:
        return {}
    rows = session.scalars(select(PrivateDetailRow).where(PrivateDetailRow.seal.in_(wanted)))
    return {row.seal: row.body for row in rows}


def broken_seals(session: Session) -> list[str]:
    """Return the seals of words that were changed since they were kept."""
    rows = session.scalars(select(PrivateDetailRow).order_by(PrivateDetailRow.at))
    return [row.seal for row in rows if row.seal != _seal(row.salt, row.body)]


def erase(session: WriteSession, *, incident_ids: list[int], appointment_ids: list[int]) -> int:
    """Erase what belongs to these incidents and appointments; return how many rows that were."""
    rows = session.scalars(
        delete(PrivateDetailRow)
        .where(
            PrivateDetailRow.incident_id.in_(incident_ids)
            | PrivateDetailRow.appointment_id.in_(appointment_ids)
        )
        .returning(PrivateDetailRow.seal)
    )
    return len(rows.all())


def _seal(salt: str, body: dict[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()
