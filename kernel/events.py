"""The append-only event log: what happened, in one order, each event chained to the one before.

``hash`` covers the event and ``prev_hash``, so that an edit, a gap or a reordering shows
(`verify_chain`). Appending takes a transaction-long lock: sequence order is commit order, and a
reader that has seen ``seq`` never finds a smaller one later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.database import Base, UtcDateTime, WriteSession

GENESIS = "0" * 64
"""The hash before the first event."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; ``seq`` grows by one."""

    seq: int
    at: datetime
    region: str
    kind: str
    incident_id: int | None
    job_id: int | None
    unit_id: int | None
    payload: dict[str, Any]


class EventRow(Base):
    """Table ``events``; never updated, never deleted."""

    __tablename__ = "events"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    region: Mapped[str] = mapped_column(String(60), index=True)
    kind: Mapped[str] = mapped_column(String(60))
    incident_id: Mapped[int | None] = mapped_column(Integer, index=True)
    job_id: Mapped[int | None] = mapped_column(Integer, index=True)
    unit_id: Mapped[int | None] = mapped_column(Integer, index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


def append(
    session: WriteSession,
    at: datetime,
    kind: str,
    *,
    region: str,
    incident_id: int | None = None,
    job_id: int | None = None,
    unit_id: int | None = None,
    payload: dict[str, Any] | None = None,
) -> Event:
    """Append one event inside the caller's transaction and return it.

    Parameters
    ----------
    at
        When it happened by the service's clock.
    payload
        JSON values only; personal data does not belong here.
    """
    session.take_turn()
    last_seq, last_hash = last(session)
    at = at.astimezone(UTC)
    event = Event(last_seq + 1, at, region, kind, incident_id, job_id, unit_id, dict(payload or {}))
    digest = _digest(event, last_hash)
    session.add(
        EventRow(
            seq=event.seq,
            at=at,
            region=region,
            kind=kind,
            incident_id=incident_id,
            job_id=job_id,
            unit_id=unit_id,
            payload=event.payload,
            prev_hash=last_hash,
            hash=digest,
        )
    )
    session.flush()
    session.appended.append(event)
    return event


def last(session: Session) -> tuple[int, str]:
    """Return the sequence number and hash of the newest event (0 and zeros before the first)."""
    row = session.execute(
        select(EventRow.seq, EventRow.hash).order_by(EventRow.seq.desc()).limit(1)
    ).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def read_after(
    session: Session,
    seq: int,
    *,
    region: str | None = None,
    incident_id: int | None = None,
    job_id: int | None = None,
    unit_id: int | None = None,
    kinds: Iterable[str] = (),
    limit: int = 500,
) -> list[Event]:
    """Return up to ``limit`` events with a sequence number above ``seq``, oldest first."""
    query = select(EventRow).where(EventRow.seq > seq).order_by(EventRow.seq).limit(limit)
    for column, value in (
        (EventRow.region, region),
        (EventRow.incident_id, incident_id),
        (EventRow.job_id, job_id),
        (EventRow.unit_id, unit_id),
    ):
        if value is not None:
            query = query.where(column == value)
    wanted = tuple(kinds)
    if wanted:
        query = query.where(EventRow.kind.in_(wanted))
    return [_event(row) for row in session.scalars(query)]


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain does not hold: at ``seq``, and what is wrong there."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit of the log has found.

    Attributes
    ----------
    n_events
        Events that fit, from the first on.
    head_hash
        Hash of the last of them. Kept elsewhere, it shows later whether the end was cut off or all
        of it written anew, which the log cannot show by itself.
    broken
        ``None`` when the chain holds.
    """

    n_events: int
    head_hash: str
    broken: Break | None


def audit(session: Session, *, known: tuple[int, str] | None = None) -> Audit:
    """Walk the whole log and return what was found.

    Parameters
    ----------
    known
        Sequence number and hash of an event as they were noted earlier, outside the database.
    """
    count, previous = 0, GENESIS
    query = select(EventRow).order_by(EventRow.seq).execution_options(yield_per=500)
    with session.scalars(query) as rows:
        for row in rows:
            reason = _misfit(row, count + 1, previous)
            if (
                reason is None
                and known is not None
                and row.seq == known[0]
                and row.hash != known[1]
            ):
                reason = "its hash is not the one that was noted: the log was written anew"
            if reason is not None:
                return Audit(count, previous, Break(row.seq, reason))
            count, previous = row.seq, row.hash
    if known is not None and count < known[0]:
        return Audit(count, previous, Break(count + 1, f"the log ends before event {known[0]}"))
    return Audit(count, previous, None)


def verify_chain(session: Session) -> int | None:
    """Return the sequence number of the first event that does not fit the chain, or ``None``."""
    broken = audit(session).broken
    return None if broken is None else broken.seq


def _misfit(row: EventRow, expected_seq: int, previous: str) -> str | None:
    """Return why an event does not follow the one before, or ``None``."""
    if row.seq != expected_seq:
        return f"event {expected_seq} is missing before it"
    if row.prev_hash != previous:
        return "it was chained to another event than the one before it"
    if row.hash != _digest(_event(row), previous):
        return "it is not what was written: its hash does not fit"
    return None


def _event(row: EventRow) -> Event:
    return Event(
        row.seq, row.at, row.region, row.kind, row.incident_id, row.job_id, row.unit_id, row.payload
    )


def _digest(event: Event, previous: str) -> str:
    body = json.dumps(
        [
            previous,
            event.seq,
            event.at.isoformat(timespec="microseconds"),
            event.region,
            event.kind,
            event.incident_id,
            event.job_id,
            event.unit_id,
            event.payload,
        ],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode()).hexdigest()
