"""What is still to be told to whom: deliveries are made from the event log, each exactly once.

The log is the outbox: an event is there if and only if its transaction committed. `spread` makes a
delivery for each event above a webhook's cursor and moves the cursor, in one transaction. `claim`
takes what is due for a while (`CLAIM`); what a process that died had claimed falls due again. So
every event is delivered at least once, and a receiver tells repeats by ``webhook-id``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api.webhooks.store import DeliveryRow, WebhookRow
from kernel import events
from kernel.database import WriteSession
from kernel.events import Event

RETRY_AFTER_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Waits before each further attempt: ten attempts within three days and four hours."""

JITTER = 0.1
CLAIM = timedelta(seconds=60)
"""Longer than any attempt takes, see `api.webhooks.sending.TIMEOUT_S`."""
LONGEST_WAIT_S = 86_400
KEPT = timedelta(days=7)
BATCH = 200


@dataclass(frozen=True, slots=True)
class Due:
    """One delivery that was claimed, with all that its attempt needs."""

    id: int
    webhook_id: int
    url: str
    salts: tuple[str, ...]
    event: Event
    n_attempts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went; ``status`` is ``None`` when there was no answer."""

    status: int | None
    fault: str | None = None
    retry_after_s: float | None = None

    @property
    def is_success(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


def spread(session: WriteSession, now: datetime, region: str) -> int:
    """Make deliveries of new events; return how many."""
    query = select(WebhookRow).where(WebhookRow.region == region, WebhookRow.disabled_at.is_(None))
    made = 0
    for hook in session.scalars(query.order_by(WebhookRow.id).with_for_update()):
        found = events.read_after(session, hook.cursor_seq, region=region, limit=BATCH)
        wanted = [event for event in found if is_wanted(event.kind, hook.kinds)]
        session.add_all(
            DeliveryRow(
                webhook_id=hook.id,
                event_seq=event.seq,
                state="pending",
                n_attempts=0,
                created_at=now,
                next_at=now,
            )
            for event in wanted
        )
        if found:
            hook.cursor_seq = found[-1].seq
        made += len(wanted)
    session.flush()
    return made


def is_wanted(kind: str, kinds: list[str]) -> bool:
    """Return whether a webhook asks for a kind: none named means all, ``job.*`` all of jobs."""
    return not kinds or any(
        kind == one or (one.endswith(".*") and kind.startswith(one[:-1])) for one in kinds
    )


def claim(
    session: WriteSession, now: datetime, region: str, limit: int, *, after: int = 0
) -> list[Due]:
    """Take the oldest due delivery of each webhook, at most ``limit``, for `CLAIM`.

    ``after`` is the webhook that was told last: those with a higher number come first, so that each
    has its turn, however far another is behind.
    """
    is_due = (DeliveryRow.state == "pending") & (DeliveryRow.next_at <= now)
    hooks = session.scalars(
        select(WebhookRow).where(
            WebhookRow.region == region,
            WebhookRow.disabled_at.is_(None),
            WebhookRow.id.in_(select(DeliveryRow.webhook_id).where(is_due)),
        )
    ).all()
    taken: list[Due] = []
    for hook in sorted(hooks, key=lambda it: (it.id <= after, it.id)):
        if len(taken) >= limit:
            break
        row = session.scalars(
            select(DeliveryRow)
            .where(is_due, DeliveryRow.webhook_id == hook.id)
            .order_by(DeliveryRow.next_at, DeliveryRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if row is None:
            continue
        row.next_at = now + CLAIM
        row.n_attempts += 1
        taken.append(_due(session, row, hook, now))
    session.flush()
    return taken


def settle(session: WriteSession, now: datetime, due: Due, outcome: Outcome) -> None:
    """Write down how an attempt went: done, again later, or given up."""
    row = session.get(DeliveryRow, due.id)
    hook = session.get(WebhookRow, due.webhook_id)
    if row is None or hook is None or row.state != "pending":
        return  # deleted, or settled by who claimed it after us
    row.status, row.fault = outcome.status, outcome.fault
    if outcome.is_success:
        row.state, row.ended_at = "delivered", now
        hook.delivered_at = now
        return
    if outcome.status == 410:
        row.state, row.ended_at = "failed", now
        disable(session, now, hook, "gone")
        return
    wait_s = wait_before(row.id, due.n_attempts, outcome.retry_after_s)
    if wait_s is not None:
        row.next_at = now + timedelta(seconds=wait_s)
        return
    row.state, row.ended_at = "failed", now
    if hook.delivered_at is None or hook.delivered_at < row.created_at:
        disable(session, now, hook, "three_days_of_failures")


def disable(session: WriteSession, now: datetime, hook: WebhookRow, because: str) -> None:
    """Tell a webhook nothing more until somebody enables it; the log says so."""
    hook.disabled_at, hook.disabled_because = now, because
    events.append(
        session,
        now,
        "webhook.disabled",
        region=hook.region,
        payload={"webhook_id": hook.id, "because": because},
    )


def wait_before(delivery_id: int, n_attempts: int, asked_s: float | None) -> float | None:
    """Return the wait after ``n_attempts`` failed ones; ``None`` when it is given up.

    Up to `JITTER` longer, by the delivery's number: not all at once, and the same each time.
    ``asked_s`` is the receiver's ``Retry-After``.
    """
    if n_attempts > len(RETRY_AFTER_S):
        return None
    drawn = hashlib.sha256(f"{delivery_id}:{n_attempts}".encode()).digest()[0] / 255
    wait_s = RETRY_AFTER_S[n_attempts - 1] * (1 + JITTER * drawn)
    return max(wait_s, min(asked_s or 0.0, LONGEST_WAIT_S))


def purge_deliveries(session: WriteSession, now: datetime) -> None:
    """Forget deliveries that ended a week ago."""
    session.execute(delete(DeliveryRow).where(DeliveryRow.ended_at <= now - KEPT))


def retry_now(session: WriteSession, now: datetime, webhook_id: int) -> int:
    """Let everything that failed or waits be tried anew at once; return how many."""
    rows = session.scalars(
        update(DeliveryRow)
        .where(DeliveryRow.webhook_id == webhook_id, DeliveryRow.state != "delivered")
        .values(state="pending", n_attempts=0, next_at=now, ended_at=None, created_at=now)
        .returning(DeliveryRow.id)
    )
    return len(rows.all())


def _due(session: Session, row: DeliveryRow, hook: WebhookRow, now: datetime) -> Due:
    event = events.read_after(session, row.event_seq - 1, limit=1)[0]
    old = hook.old_salt if hook.old_until is not None and now < hook.old_until else None
    salts = (hook.salt,) if old is None else (hook.salt, old)
    return Due(row.id, hook.id, hook.url, salts, event, row.n_attempts)
