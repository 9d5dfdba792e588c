"""One request, one effect: a key chosen by the client makes a repeat harmless.

The answer is stored in the transaction of its effect, so that a crash leaves both or neither.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.store import AnswerRow
from kernel.database import WriteSession
from kernel.errors import InvalidInput

KEPT = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Once:
    """One request as far as repeats matter; ``key`` is ``None`` where the client gave none."""

    principal: str
    key: str | None
    request_digest: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; ``replayed`` when it was given before."""

    status: int
    body: bytes
    replayed: bool = False


def answer_once(
    session: WriteSession, once: Once, act: Callable[[WriteSession], tuple[int, BaseModel]]
) -> Answer:
    """Run ``act`` unless this very request was answered before; then give that answer again.

    Raises
    ------
    InvalidInput
        When the key was used with another request.
    """
    if once.key is None:
        status, model = act(session)
        return Answer(status, _json(model))
    if not claim(session, once):
        return _stored(session, once)
    status, model = act(session)
    body = _json(model)
    session.execute(
        update(AnswerRow)
        .where(AnswerRow.principal == once.principal, AnswerRow.key == once.key)
        .values(status=status, body=body)
    )
    return Answer(status, body)


def purge_answers(session: WriteSession, now: datetime) -> None:
    """Forget answers older than `KEPT`."""
    session.execute(delete(AnswerRow).where(AnswerRow.at <= now - KEPT))


def _json(model: BaseModel) -> bytes:
    return model.model_dump_json().encode()


def claim(session: WriteSession, once: Once) -> bool:
    """Insert the key and return whether it is new.

    A second request with it waits here until the first one has committed.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    claimed = session.execute(
        insert(AnswerRow)
        .values(
            principal=once.principal,
            key=once.key,
            request_digest=once.request_digest,
            status=0,
            body=b"",
            at=once.now,
        )
        .on_conflict_do_nothing(index_elements=["principal", "key"])
        .returning(AnswerRow.id)
    )
    return claimed.first() is not None


def _stored(session: Session, once: Once) -> Answer:
    row = session.scalars(select(AnswerRow).filter_by(principal=once.principal, key=once.key)).one()
    if row.request_digest != once.request_digest:
        raise refuse_another_request(once.key)
    return Answer(row.status, row.body, replayed=True)


def refuse_another_request(key: str | None) -> InvalidInput:
    """Return the error of a key that was used with another request."""
    return InvalidInput.one(
        "",
        "idempotency.reused",
        f"The Idempotency-Key {key!r} was used with another request.",
        "Use a new key for a new request.",
        zh="同一请求编号已用于另一内容，请重新提交。",
    )
