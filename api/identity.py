"""Users, secrets and tokens: who is speaking."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from api.models.identity import Role
from api.store import RefreshTokenRow, SessionRow, TokenRow, UserRow
from kernel.database import WriteSession
from kernel.errors import NotAuthenticated

_REMEDY = "Log in with POST /api/v1/login."

# OWASP's smallest argon2id setting: a technician's PIN is checked on a phone call's schedule.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


# Asked by every request: built once.
_TOKENS = (
    select(
        TokenRow.digest,
        TokenRow.id,
        TokenRow.session_id,
        TokenRow.expires_at,
        TokenRow.revoked_at,
        SessionRow.revoked_at.label("session_revoked_at"),
        UserRow.id.label("user_id"),
        UserRow.disabled_at,
        UserRow.role,
        UserRow.name,
        UserRow.region,
        UserRow.unit_id,
        UserRow.contractor_id,
    )
    .join(UserRow, UserRow.id == TokenRow.user_id)
    .outerjoin(SessionRow, SessionRow.id == TokenRow.session_id)
    .where(TokenRow.digest.in_(bindparam("digests", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who speaks, and with which right.

    ``token_id`` names the token it was proved with, ``session_id`` the login it came of; ``None``
    for tokens that were issued without one, to machines.
    """

    user_id: int
    token_id: int
    session_id: int | None
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
        end_all(session, row.id)
    row.name, row.role = user.name, user.role
    row.unit_id, row.contractor_id = user.unit_id, user.contractor_id
    if user.secret_hash is not None:
        row.secret_hash = user.secret_hash
    session.flush()
    return row.id


def end_all(session: WriteSession, user_id: int) -> None:
    """Forget every session and token of a user: each device must log in again."""
    session.execute(delete(TokenRow).where(TokenRow.user_id == user_id))
    mine = select(SessionRow.id).where(SessionRow.user_id == user_id)
    session.execute(delete(RefreshTokenRow).where(RefreshTokenRow.session_id.in_(mine)))
    session.execute(delete(SessionRow).where(SessionRow.user_id == user_id))


def issue_token(
    session: WriteSession,
    user_id: int,
    now: datetime,
    ttl: timedelta,
    *,
    session_id: int | None = None,
) -> str:
    """Return a new bearer token of the user; only its digest is stored."""
    token = secrets.token_urlsafe(32)
    accept_token(session, user_id, token, now, ttl, session_id=session_id)
    return token


def accept_token(
    session: WriteSession,
    user_id: int,
    token: str,
    now: datetime,
    ttl: timedelta,
    *,
    session_id: int | None = None,
) -> None:
    """Let a token that was made elsewhere stand for the user; known already: anew."""
    digest = digest_of_token(token)
    session.execute(delete(TokenRow).where(TokenRow.digest == digest))
    session.add(
        TokenRow(
            digest=digest,
            user_id=user_id,
            session_id=session_id,
            issued_at=now,
            expires_at=now + ttl,
        )
    )
    session.flush()


def principal_of(session: Session, token: str, now: datetime) -> Principal:
    """Return who a bearer token stands for.

    Raises
    ------
    NotAuthenticated
        When it is unknown, expired or revoked, or its user is disabled.
    """
    found = session.execute(_TOKENS, {"digests": [digest_of_token(token)]}).first()
    if found is None:
        raise NotAuthenticated(
            "The token is not known.", remedy=_REMEDY, zh="登录无效，请重新登录。"
        )
    return _principal(found, now)


def principals_of(
    session: Session, digests: Collection[str], now: datetime
) -> dict[str, Principal]:
    """Return whom tokens stand for, by `digest_of_token`, without those that hold no more."""
    found: dict[str, Principal] = {}
    for row in session.execute(_TOKENS, {"digests": list(digests)}):
        with contextlib.suppress(NotAuthenticated):
            found[row.digest] = _principal(row, now)
    return found


def _principal(found: Any, now: datetime) -> Principal:
    if found.revoked_at or found.session_revoked_at or found.disabled_at:
        raise NotAuthenticated(
            "The token was revoked.", remedy=_REMEDY, zh="登录已被注销，请重新登录。"
        )
    if found.expires_at <= now:
        raise NotAuthenticated(
            f"The token expired at {found.expires_at:%FT%TZ}.",
            remedy=_REMEDY,
            zh="登录已过期，请重新登录。",
        )
    return Principal(
        user_id=found.user_id,
        token_id=found.id,
        session_id=found.session_id,
        role=cast(Role, found.role),
        name=found.name,
        region=found.region,
        unit_id=found.unit_id,
        contractor_id=found.contractor_id,
        expires_at=found.expires_at,
    )


def token_holds(session: Session, token_id: int, now: datetime) -> bool:
    """Return whether a token that was good once still is."""
    query = (
        select(TokenRow.id)
        .join(UserRow, UserRow.id == TokenRow.user_id)
        .outerjoin(SessionRow, SessionRow.id == TokenRow.session_id)
        .where(
            TokenRow.id == token_id,
            TokenRow.revoked_at.is_(None),
            TokenRow.expires_at > now,
            SessionRow.revoked_at.is_(None),
            UserRow.disabled_at.is_(None),
        )
    )
    return session.scalar(query) is not None


def revoke(session: WriteSession, token_id: int, now: datetime) -> None:
    """Make a token worthless from now on."""
    session.execute(update(TokenRow).where(TokenRow.id == token_id).values(revoked_at=now))


def secret_fits(row: UserRow | None, secret: str) -> bool:
    """Check a secret; an unknown user takes as long as a known one."""
    stored = row.secret_hash if row is not None and row.disabled_at is None else None
    nobody = _nobody()
    try:
        _hasher.verify(stored or nobody, secret)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _nobody() -> str:
    """Return a hash that no secret fits; made at the first login, whoever it is by."""
    return _hasher.hash(secrets.token_hex(8))


def digest_of_token(token: str) -> str:
    """Return what is stored of a token: long and random ones need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
