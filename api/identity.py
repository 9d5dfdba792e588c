"""Users, secrets and tokens: who is speaking."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from api.models.identity import Role
from api.store import LoginAttemptRow, TokenRow, UserRow
from kernel.database import Database, WriteSession
from kernel.errors import NotAllowed, NotAuthenticated

MAX_FAILURES = 5
LOCKOUT = timedelta(minutes=5)
_REMEDY = "Log in with POST /api/v1/login."

# OWASP's smallest argon2id setting: a technician's PIN is checked on a phone call's schedule.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash(secrets.token_hex(8))


# Asked by every request: built once.
_TOKEN = (
    select(TokenRow, UserRow)
    .join(UserRow, UserRow.id == TokenRow.user_id)
    .where(TokenRow.digest == bindparam("digest"))
)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who speaks, and with which right; ``token_id`` names the token it was proved with."""

    user_id: int
    token_id: int
    role: Role
    name: str
    region: str
    unit_id: int | None
    contractor_id: int | None
    expires_at: datetime

    @property
    def key(self) -> str:
        """Name this principal in stored answers."""
        return f"user:{self.user_id}"


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to add, or to change where ``login`` is known; without a secret nobody can log in."""

    region: str
    login: str
    name: str
    role: Role
    secret_hash: str | None = None
    unit_id: int | None = None
    contractor_id: int | None = None


def hash_secret(secret: str) -> str:
    """Return the argon2id hash of a secret; slow on purpose, so never inside a transaction."""
    return _hasher.hash(secret)


def put_user(session: WriteSession, user: NewUser) -> int:
    """Add or change a user and return its id; a changed secret or role revokes its tokens."""
    row = session.scalar(select(UserRow).filter_by(region=user.region, login=user.login))
    if row is None:
        row = UserRow(region=user.region, login=user.login, name=user.name, role=user.role)
        session.add(row)
    elif row.role != user.role or user.secret_hash is not None:
        session.execute(delete(TokenRow).where(TokenRow.user_id == row.id))
    row.name, row.role = user.name, user.role
    row.unit_id, row.contractor_id = user.unit_id, user.contractor_id
    if user.secret_hash is not None:
        row.secret_hash = user.secret_hash
    session.flush()
    return row.id


def issue_token(session: WriteSession, user_id: int, now: datetime, ttl: timedelta) -> str:
    """Return a new bearer token of the user; only its digest is stored."""
    token = secrets.token_urlsafe(32)
    accept_token(session, user_id, token, now, ttl)
    return token


def accept_token(
    session: WriteSession, user_id: int, token: str, now: datetime, ttl: timedelta
) -> None:
    """Let a token that was made elsewhere stand for the user; known already: anew."""
    session.execute(delete(TokenRow).where(TokenRow.digest == _digest(token)))
    session.add(
        TokenRow(digest=_digest(token), user_id=user_id, issued_at=now, expires_at=now + ttl)
    )
    session.flush()


def principal_of(session: Session, token: str, now: datetime) -> Principal:
    """Return who a bearer token stands for.

    Raises
    ------
    NotAuthenticated
        When it is unknown, expired or revoked, or its user is disabled.
    """
    found = session.execute(_TOKEN, {"digest": _digest(token)}).first()
    if found is None:
        raise NotAuthenticated("The token is not known.", remedy=_REMEDY)
    row, user = found
    if row.revoked_at is not None or user.disabled_at is not None:
        raise NotAuthenticated("The token was revoked.", remedy=_REMEDY)
    if row.expires_at <= now:
        raise NotAuthenticated(f"The token expired at {row.expires_at:%FT%TZ}.", remedy=_REMEDY)
    return Principal(
        user.id,
        row.id,
        cast(Role, user.role),
        user.name,
        user.region,
        user.unit_id,
        user.contractor_id,
        row.expires_at,
    )


def revoke(session: WriteSession, token_id: int, now: datetime) -> None:
    """Make a token worthless from now on."""
    session.execute(update(TokenRow).where(TokenRow.id == token_id).values(revoked_at=now))


def purge_tokens(session: WriteSession, now: datetime) -> None:
    """Forget expired tokens and old failures."""
    session.execute(delete(TokenRow).where(TokenRow.expires_at <= now))
    session.execute(delete(LoginAttemptRow).where(LoginAttemptRow.last_at <= now - LOCKOUT))


@dataclass(frozen=True, slots=True)
class Login:
    """A token and whom it stands for."""

    token: str
    principal: Principal


def log_in(
    database: Database,
    *,
    region: str,
    login: str,
    secret: str,
    address: str,
    now: datetime,
    ttl: timedelta,
) -> Login:
    """Check a secret and return a token.

    After five failures in a row from one address a user is locked out there for five minutes;
    other addresses are not, so that nobody can lock out a colleague.

    Raises
    ------
    NotAuthenticated
        When user or secret is wrong; which of them is not told.
    NotAllowed
        While locked out.
    """
    attempt = hashlib.sha256(f"{region}\n{login}\n{address}".encode()).hexdigest()
    with database.read() as reading:
        _refuse_when_locked(reading, attempt, now)
        row = reading.scalar(select(UserRow).filter_by(region=region, login=login))
    if not _fits(row, secret) or row is None:
        with database.write() as session:
            _count_failure(session, attempt, now)
        raise NotAuthenticated("User or secret is wrong.", remedy="Check both, then try again.")
    with database.write() as session:
        session.execute(delete(LoginAttemptRow).where(LoginAttemptRow.key == attempt))
        token = issue_token(session, row.id, now, ttl)
        return Login(token, principal_of(session, token, now))


def _fits(row: UserRow | None, secret: str) -> bool:
    """Check a secret; an unknown user takes as long as a known one."""
    stored = row.secret_hash if row is not None and row.disabled_at is None else None
    try:
        _hasher.verify(stored or _NOBODY, secret)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def _refuse_when_locked(session: Session, attempt: str, now: datetime) -> None:
    row = session.scalar(select(LoginAttemptRow).filter_by(key=attempt))
    if row is not None and row.n_failures >= MAX_FAILURES and now < row.last_at + LOCKOUT:
        until = row.last_at + LOCKOUT
        raise NotAllowed(
            f"Too many wrong secrets; locked until {until:%FT%TZ}.",
            remedy="Wait, or ask an administrator for a new secret.",
        )


def _count_failure(session: WriteSession, attempt: str, now: datetime) -> None:
    row = session.scalar(select(LoginAttemptRow).filter_by(key=attempt))
    if row is None:
        row = LoginAttemptRow(key=attempt, n_failures=0, last_at=now)
        session.add(row)
    elif now >= row.last_at + LOCKOUT:
        row.n_failures = 0
    row.n_failures += 1
    row.last_at = now


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
