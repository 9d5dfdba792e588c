"""Who is told what happens, by webhook."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api.access import FOR_ADMINS, Admin
from api.models.webhooks import (
    Deliveries,
    DeliveryOut,
    WebhookIn,
    WebhookOut,
    Webhooks,
    WebhookSecret,
)
from api.runtime import Runtime
from api.webhooks import outbox
from api.webhooks.addresses import read_url
from api.webhooks.signing import derived_secret
from api.webhooks.store import DeliveryRow, WebhookRow
from api.writing import Repeat, Run
from kernel import events
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput, NotFound

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

WebhookId = Annotated[int, Path(ge=1, le=2**31 - 1)]
DeliveryState = Literal["pending", "delivered", "failed"]
OLD_SECRET_HOLDS = timedelta(hours=24)


@router.post("", status_code=201, response_model=WebhookOut)
def add_webhook(body: WebhookIn, who: Admin, repeat: Repeat, runtime: Run) -> Response:
    """Tell an address what happens from now on; its secret is asked for by itself."""
    _key(runtime)
    fault = read_url(body.url, to_private=runtime.settings.webhooks_to_private)
    if fault is not None:
        raise InvalidInput([fault])

    def act(session: WriteSession) -> WebhookOut:
        newest, _ = events.last(session)
        row = WebhookRow(
            region=runtime.region,
            url=body.url,
            kinds=sorted(set(body.kinds)),
            salt=secrets.token_hex(16),
            cursor_seq=newest,
            created_at=runtime.clock.now(),
        )
        session.add(row)
        session.flush()
        return _webhook_out(session, row)

    return repeat.answer(runtime, who.key, act, status=201)


@router.get("", dependencies=[FOR_ADMINS])
def list_webhooks(runtime: Run) -> Webhooks:
    """Return all webhooks of the region."""
    query = select(WebhookRow).where(WebhookRow.region == runtime.region).order_by(WebhookRow.id)
    with runtime.database.read() as session:
        return Webhooks(items=[_webhook_out(session, row) for row in session.scalars(query)])


@router.get("/{webhook_id}/secret", dependencies=[FOR_ADMINS])
def webhook_secret(webhook_id: WebhookId, runtime: Run) -> WebhookSecret:
    """Return the signing secret, for the receiver."""
    with runtime.database.read() as session:
        row = _mine(session, runtime, webhook_id)
        return WebhookSecret(
            secret=derived_secret(_key(runtime), row.salt), old_until=row.old_until
        )


@router.get("/{webhook_id}/deliveries", dependencies=[FOR_ADMINS])
def list_deliveries(
    webhook_id: WebhookId,
    runtime: Run,
    state: Annotated[DeliveryState | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Deliveries:
    """Return what was told or is to be told, newest first; kept for a week."""
    query = select(DeliveryRow).where(DeliveryRow.webhook_id == webhook_id)
    if state is not None:
        query = query.where(DeliveryRow.state == state)
    with runtime.database.read() as session:
        _mine(session, runtime, webhook_id)
        rows = session.scalars(query.order_by(DeliveryRow.event_seq.desc()).limit(limit))
        return Deliveries(items=[_delivery_out(row) for row in rows])


@router.post("/{webhook_id}/rotate-secret", response_model=WebhookOut)
def rotate_secret(webhook_id: WebhookId, who: Admin, repeat: Repeat, runtime: Run) -> Response:
    """Change the secret; for a day the old one signs too."""

    def act(session: WriteSession) -> WebhookOut:
        row = _mine(session, runtime, webhook_id)
        row.old_salt, row.salt = row.salt, secrets.token_hex(16)
        row.old_until = runtime.clock.now() + OLD_SECRET_HOLDS
        session.flush()
        return _webhook_out(session, row)

    return repeat.answer(runtime, who.key, act)


@router.post("/{webhook_id}/enable", response_model=WebhookOut)
def enable_webhook(webhook_id: WebhookId, who: Admin, repeat: Repeat, runtime: Run) -> Response:
    """Tell a disabled webhook again, all it has missed first; also: try failures anew now."""

    def act(session: WriteSession) -> WebhookOut:
        row = _mine(session, runtime, webhook_id)
        row.disabled_at = row.disabled_because = None
        outbox.retry_now(session, runtime.clock.now(), row.id)
        session.flush()
        session.expire_all()
        return _webhook_out(session, row)

    return repeat.answer(runtime, who.key, act)


@router.delete("/{webhook_id}", status_code=204)
def remove_webhook(webhook_id: WebhookId, _who: Admin, runtime: Run) -> Response:
    """Tell an address nothing more, and forget it."""
    with runtime.database.write(appends=False) as session:
        row = _mine(session, runtime, webhook_id)
        session.execute(delete(DeliveryRow).where(DeliveryRow.webhook_id == row.id))
        session.delete(row)
    return Response(status_code=204)


def _mine(session: Session, runtime: Runtime, webhook_id: int) -> WebhookRow:
    row = session.get(WebhookRow, webhook_id)
    if row is None or row.region != runtime.region:
        raise NotFound(
            "webhook",
            webhook_id,
            remedy="Load the webhooks again.",
            zh=f"没有编号为 {webhook_id} 的 Webhook，请刷新后查看。",
        )
    return row


def _key(runtime: Runtime) -> str:
    key = runtime.settings.webhook_key
    if key is None:
        raise Conflict(
            "This installation has no key to sign webhooks with.",
            remedy="Set ROADFLARE_WEBHOOK_KEY, at least 16 random characters, and start again.",
            zh="本系统没有签名密钥，请设置 ROADFLARE_WEBHOOK_KEY（至少 16 个随机字符）后重新启动。",
        )
    return key.get_secret_value()


def _webhook_out(session: Session, row: WebhookRow) -> WebhookOut:
    counted = session.execute(
        select(DeliveryRow.state, func.count())
        .where(DeliveryRow.webhook_id == row.id)
        .group_by(DeliveryRow.state)
    )
    n = dict(counted.all())
    return WebhookOut(
        id=row.id,
        url=row.url,
        kinds=row.kinds,
        created_at=row.created_at,
        delivered_at=row.delivered_at,
        disabled_at=row.disabled_at,
        disabled_because=row.disabled_because,
        n_waiting=n.get("pending", 0),
        n_failed=n.get("failed", 0),
    )


def _delivery_out(row: DeliveryRow) -> DeliveryOut:
    return DeliveryOut(
        id=row.id,
        event_seq=row.event_seq,
        state=cast(DeliveryState, row.state),
        n_attempts=row.n_attempts,
        next_at=row.next_at,
        ended_at=row.ended_at,
        status=row.status,
        fault=row.fault,
    )
