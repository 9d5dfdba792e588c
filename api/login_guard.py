"""Guessing secrets: slowed down until it is hopeless, without locking anybody out for good.

Failures are counted per user and address, per user anywhere, and per address. The first lock holds
that user at that address only, longer with each further failure. The other two slow guessing that
is spread over addresses or users down to one try every few seconds; an address from which the user
has logged in lately does not feel them. So a stranger who guesses cannot keep a colleague out.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.store import LoginAttemptRow
from kernel.database import WriteSession
from kernel.errors import TooManyRequests

MAX_FAILURES = 5
"""Failures in a row of a user at an address before it is locked there."""
FIRST_LOCK = timedelta(minutes=1)
"""Doubled with each further failure, up to `LONGEST_LOCK`."""
LONGEST_LOCK = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(hours=24)
"""Failures this long ago do not count."""

MAX_SPREAD = 30
"""Failures of one user from anywhere, or of anybody at one address, before both are slowed."""
PACE = timedelta(seconds=10)
KNOWN_FOR = timedelta(days=30)
"""An address is the user's own for this long after the last login there."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to log in: who, and from where."""

    region: str
    login: str
    address: str

    @property
    def here(self) -> str:
        """Key of this user at this address."""
        return _key(self.region, self.login, self.address)

    @property
    def spread(self) -> tuple[str, str]:
        """Keys of this user anywhere, and of anybody at this address."""
        return _key(self.region, self.login, "*"), _key(self.region, "*", self.address)


def refuse_guessing(session: Session, attempt: Attempt, now: datetime) -> None:
    """Return when the secret may be looked at.

    Raises
    ------
    TooManyRequests
        While the user is locked at this address, or guessing is slowed down.
    """
    rows = _rows(session, (attempt.here, *attempt.spread))
    here = rows.get(attempt.here)
    if here is not None:
        _refuse_until(here.last_at + lock_after(here.n_failures), now)
        if here.succeeded_at is not None and now < here.succeeded_at + KNOWN_FOR:
            return
    for key in attempt.spread:
        row = rows.get(key)
        if row is not None and row.n_failures >= MAX_SPREAD:
            _refuse_until(row.last_at + PACE, now)


def lock_after(n_failures: int) -> timedelta:
    """Return how long a user is locked at an address after that many failures in a row."""
    if n_failures < MAX_FAILURES:
        return timedelta(0)
    doublings = min(n_failures - MAX_FAILURES, 10)
    grown: timedelta = FIRST_LOCK * 2**doublings
    return min(grown, LONGEST_LOCK)


def count_failure(session: WriteSession, attempt: Attempt, now: datetime) -> None:
    """Remember a wrong secret."""
    keys = (attempt.here, *attempt.spread)
    rows = _rows(session, keys)
    for key in keys:
        row = rows.get(key)
        if row is None:
            row = LoginAttemptRow(key=key, n_failures=0, last_at=now)
            session.add(row)
        elif now >= row.last_at + FORGOTTEN_AFTER:
            row.n_failures = 0
        row.n_failures += 1
        row.last_at = now


def count_success(session: WriteSession, attempt: Attempt, now: datetime) -> None:
    """Forget this user's failures at this address, and know it from now on."""
    row = _rows(session, (attempt.here,)).get(attempt.here)
    if row is None:
        row = LoginAttemptRow(key=attempt.here)
        session.add(row)
    row.n_failures, row.last_at, row.succeeded_at = 0, now, now


def purge_attempts(session: WriteSession, now: datetime) -> None:
    """Forget failures and addresses that do not count any more."""
    session.execute(
        delete(LoginAttemptRow).where(
            LoginAttemptRow.last_at <= now - FORGOTTEN_AFTER,
            LoginAttemptRow.succeeded_at.is_(None)
            | (LoginAttemptRow.succeeded_at <= now - KNOWN_FOR),
        )
    )


def _rows(session: Session, keys: Iterable[str]) -> dict[str, LoginAttemptRow]:
    query = select(LoginAttemptRow).where(LoginAttemptRow.key.in_(list(keys)))
    return {row.key: row for row in session.scalars(query)}


def _refuse_until(until: datetime, now: datetime) -> None:
    if now < until:
        raise TooManyRequests(
            f"Too many wrong secrets; try again after {until:%FT%TZ}.",
            remedy="Wait, or ask an administrator for a new secret.",
            wait_s=(until - now).total_seconds(),
            zh="密码错误次数过多，"
            f"请等待 {math.ceil((until - now) / timedelta(minutes=1))} 分钟后再试，"
            "或请管理员重设密码。",
        )


def _key(region: str, login: str, address: str) -> str:
    return hashlib.sha256(f"{region}\n{login}\n{address}".encode()).hexdigest()
