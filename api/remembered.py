"""Answers that hold tokens, given again without keeping the tokens.

A client that repeats ``POST /login`` or ``/refresh`` with its ``Idempotency-Key`` gets the same
answer. What is stored of it is who it was for, until when, and a salt: the tokens are derived from
that salt, the key and the secret that was sent (HMAC-SHA256, RFC 2104), so that they are made again
from the same request and from nothing else. The key itself is not stored, only its digest, and the
request's body only as an HMAC under the key: nobody can try out PINs on a stolen database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api.idempotency import Once, claim, refuse_another_request
from api.store import AnswerRow
from kernel.database import WriteSession
from kernel.errors import InvalidInput

SHORTEST_KEY = 16
"""Characters of a key that tokens are derived from; a UUID has 36."""

Made = TypeVar("Made")


@dataclass(frozen=True)
class Remembered(Generic[Made]):
    """One request whose answer of type ``kind`` holds tokens.

    Attributes
    ----------
    endpoint, region
        Where it was sent: a key means something there only.
    key
        What the client chose; ``None``: nothing is remembered, and tokens are random.
    body
        The request's body.
    secret
        What in it proves who asks.
    kind
        The class of the answer: a dataclass with `tokens` left empty when it is stored.
    """

    endpoint: str
    region: str
    key: str | None
    body: bytes
    secret: str
    kind: type[Made]
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def __post_init__(self) -> None:
        """Refuse keys that could be guessed.

        Raises
        ------
        InvalidInput
            When the key is shorter than `SHORTEST_KEY`.
        """
        if self.key is not None and len(self.key) < SHORTEST_KEY:
            raise InvalidInput.one(
                "",
                "idempotency.short",
                f"The Idempotency-Key {self.key!r} has fewer than {SHORTEST_KEY} characters.",
                "Use a random UUID for each login and each refresh.",
                zh=f"请求编号少于 {SHORTEST_KEY} 个字符，请使用随机 UUID。",
            )

    def token(self, purpose: str) -> str:
        """Return a token; the same one for the same request, once it is remembered."""
        if self.key is None:
            return secrets.token_urlsafe(32)
        return self._derived(self._salt, purpose)

    def claim(self, session: WriteSession, now: datetime) -> bool:
        """Return whether nobody has answered this request yet; then this transaction will."""
        return self.key is None or claim(session, self._once(now))

    def fill(self, session: WriteSession, answer: Made) -> None:
        """Keep an answer whose tokens came from `token`; they must be empty in it."""
        if self.key is None:
            return
        body = base64.b64encode(self._salt) + b" " + TypeAdapter(self.kind).dump_json(answer)
        session.execute(update(AnswerRow).where(*self._mine()).values(status=200, body=body))

    def forget(self, session: WriteSession) -> None:
        """Take the claim back: there is no answer to keep."""
        if self.key is not None:
            session.execute(delete(AnswerRow).where(*self._mine()))

    def known(self, session: Session) -> tuple[Made, Remembered[Made]] | None:
        """Return the answer given before, without tokens, and what makes them; or ``None``.

        Raises
        ------
        InvalidInput
            When the key was used with another request.
        """
        if self.key is None:
            return None
        row = session.scalar(select(AnswerRow).where(*self._mine()))
        if row is None:
            return None
        if not hmac.compare_digest(row.request_digest, self._digest()):
            raise refuse_another_request(self.key)
        salt, _, answer = row.body.partition(b" ")
        made: Made = TypeAdapter(self.kind).validate_json(answer)
        again: dict[str, Any] = {"_salt": base64.b64decode(salt)}
        return made, Remembered(
            self.endpoint, self.region, self.key, self.body, self.secret, self.kind, **again
        )

    def _once(self, now: datetime) -> Once:
        return Once(self.endpoint, self._key_digest(), self._digest(), now)

    def _mine(self) -> tuple[Any, Any]:
        return AnswerRow.principal == self.endpoint, AnswerRow.key == self._key_digest()

    def _key_digest(self) -> str:
        return hashlib.sha256(f"{self.endpoint} {self.region} {self.key}".encode()).hexdigest()

    def _digest(self) -> str:
        return hmac.new((self.key or "").encode(), self.body, hashlib.sha256).hexdigest()

    def _derived(self, salt: bytes, purpose: str) -> str:
        known = f"{self.key} {self.secret}".encode()
        made = hmac.new(known, salt + purpose.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made).decode().rstrip("=")
