"""Sessions: a login gives a short access token and a refresh token that is used once.

Each refresh gives a new pair and ends the old one. A refresh token that comes a second time is in
two hands, and one of them is a thief's: the whole session ends (RFC 9700, 4.14.2). Only where the
answer was lost on the way may it come again, within `LOST_ANSWER` and before its successor was
used; the pair that was lost then ends, so that no two pairs of a session ever hold at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from api.identity import (
    Principal,
    accept_token,
    digest_of_token,
    principal_of,
    revoke,
    secret_fits,
)
from api.lives import Lives
from api.login_guard import Attempt, count_failure, count_success, refuse_guessing
from api.remembered import Remembered
from api.store import RefreshTokenRow, SessionRow, TokenRow, UserRow
from kernel.database import Database, WriteSession
from kernel.errors import InvalidInput, NotAllowed, NotAuthenticated

LOST_ANSWER = timedelta(seconds=60)
_REMEDY = "Log in with POST /api/v1/login."


@dataclass(frozen=True, slots=True)
class Opened:
    """A pair of tokens and whom they stand for; ``refresh_until`` is when the second one ends.

    ``replayed`` where the very same request was answered with it before.
    """

    token: str
    refresh_token: str
    refresh_until: datetime
    principal: Principal
    replayed: bool = False


Once = Remembered[Opened]
"""A login or a refresh, known again when it is repeated."""


def log_in(database: Database, attempt: Attempt, once: Once, now: datetime, lives: Lives) -> Opened:
    """Check the secret of ``once`` and open a session; a repeat gets the answer it got before.

    A user is also known when the name is written in other cases: phones capitalise as they like.
    Guesses are counted for all ways of writing it together.

    Raises
    ------
    NotAuthenticated
        When user or secret is wrong; which of them is not told.
    TooManyRequests
        While guessing is held up, see `api.login_guard`.
    """
    named, attempt = attempt.login, replace(attempt, login=attempt.login.lower())
    with database.read() as reading:
        refuse_guessing(reading, attempt, now)
        row = _user_named(reading, attempt.region, named)
        reused = _reuse(reading, once)
    if not secret_fits(row, once.secret) or row is None:
        with database.write(appends=False) as session:
            count_failure(session, attempt, now)  # also where the key is known: no way to try out
        raise reused or NotAuthenticated(
            "User or secret is wrong.",
            remedy="Check both, then try again.",
            zh="用户名或密码有误，请核对后再试。",
        )
    with database.write(appends=False) as session:
        if not once.claim(session, now) and (known := _known(session, once)) is not None:
            return known
        count_success(session, attempt, now)
        opened = SessionRow(user_id=row.id, started_at=now, ends_at=now + lives.session)
        session.add(opened)
        session.flush()
        return _pair(session, opened, once, now, lives)


def _user_named(session: Session, region: str, name: str) -> UserRow | None:
    """Return the user of that very name, else the only one who differs from it in case."""
    alike = or_(UserRow.login == name, func.lower(UserRow.login) == name.lower())
    rows = session.scalars(select(UserRow).where(UserRow.region == region, alike)).all()
    exact = [row for row in rows if row.login == name]
    if exact or len(rows) == 1:
        return (exact or rows)[0]
    return None


def _reuse(session: Session, once: Once) -> InvalidInput | None:
    """Return what is wrong with the key, if it was used with another request."""
    try:
        _known(session, once)
    except InvalidInput as error:
        return error
    return None


def refresh(database: Database, once: Once, region: str, now: datetime, lives: Lives) -> Opened:
    """Exchange a refresh token for a new pair; a repeat gets the pair that it got before.

    Raises
    ------
    NotAuthenticated
        When it is unknown, expired or revoked; also when it was used before, and then its whole
        session has ended.
    """
    with database.write(appends=False) as session:
        if not once.claim(session, now) and (known := _known(session, once)) is not None:
            return known
        found = _found(session, once.secret, region, now)
        used = session.execute(
            update(RefreshTokenRow)
            .where(RefreshTokenRow.id == found.id, RefreshTokenRow.used_at.is_(None))
            .values(used_at=now)
            .returning(RefreshTokenRow.id)
        ).first()
        opened = session.get_one(SessionRow, found.session_id)
        if used is not None or _answer_was_lost(session, found, now):
            _end_pairs(session, opened.id, now)
            return _pair(session, opened, once, now, lives)
        once.forget(session)
        end_session(session, opened.id, now, "reuse")
    raise NotAuthenticated(
        "The refresh token was used before; its session has ended.",
        remedy=_REMEDY,
        zh="登录凭证已被使用过，会话已结束，请重新登录。",
    )


def log_out(session: WriteSession, token: str, region: str, now: datetime) -> None:
    """End the session of a token, or the token of a machine; what has ended already stays so.

    Raises
    ------
    NotAuthenticated
        When the token is not known.
    NotAllowed
        When it is for another region.
    """
    query = select(TokenRow, UserRow.region).join(UserRow, UserRow.id == TokenRow.user_id)
    found = session.execute(query.where(TokenRow.digest == digest_of_token(token))).first()
    if found is None:
        raise NotAuthenticated(
            "The token is not known.",
            remedy="It has ended, or never was.",
            zh="登录无效或已结束，请重新登录。",
        )
    row, of_region = found
    if of_region != region:
        raise NotAllowed(
            f"The token is for {of_region!r}, this service is {region!r}.",
            remedy="Ask the service of your region.",
            zh=f"该登录属于区域 {of_region}，本服务负责 {region}。请登录本区域的调度台。",
        )
    if row.session_id is None:
        revoke(session, row.id, now)
    else:
        end_session(session, row.session_id, now, "logout")


def end_session(session: WriteSession, session_id: int, now: datetime, because: str) -> None:
    """End a session with all its tokens; ``because``: logout, reuse or admin."""
    session.execute(
        update(SessionRow)
        .where(SessionRow.id == session_id, SessionRow.revoked_at.is_(None))
        .values(revoked_at=now, revoked_because=because)
    )


def purge_sessions(session: WriteSession, now: datetime) -> None:
    """Forget tokens that have expired, and sessions with nothing left."""
    session.execute(delete(TokenRow).where(TokenRow.expires_at <= now))
    session.execute(delete(RefreshTokenRow).where(RefreshTokenRow.expires_at <= now))
    empty = ~SessionRow.id.in_(select(RefreshTokenRow.session_id)) & ~SessionRow.id.in_(
        select(TokenRow.session_id).where(TokenRow.session_id.is_not(None))
    )
    session.execute(delete(SessionRow).where(empty))


def _found(session: WriteSession, token: str, region: str, now: datetime) -> RefreshTokenRow:
    row = session.scalar(select(RefreshTokenRow).filter_by(digest=digest_of_token(token)))
    if row is None:
        raise NotAuthenticated(
            "The refresh token is not known.", remedy=_REMEDY, zh="登录凭证无效，请重新登录。"
        )
    opened = session.get_one(SessionRow, row.session_id)
    user = session.get_one(UserRow, opened.user_id)
    if opened.revoked_at is not None or user.disabled_at is not None or user.region != region:
        raise NotAuthenticated(
            "The session was ended.", remedy=_REMEDY, zh="会话已结束，请重新登录。"
        )
    if min(row.expires_at, opened.ends_at) <= now:
        raise NotAuthenticated(
            "The refresh token has expired.", remedy=_REMEDY, zh="登录已过期，请重新登录。"
        )
    return row


def _answer_was_lost(session: WriteSession, found: RefreshTokenRow, now: datetime) -> bool:
    """Return whether a used token may come again: lately used, its successor never."""
    if found.used_at is None or now >= found.used_at + LOST_ANSWER:
        return False
    later = select(RefreshTokenRow).where(
        RefreshTokenRow.session_id == found.session_id, RefreshTokenRow.id > found.id
    )
    return all(row.used_at is None or row.used_at < found.used_at for row in session.scalars(later))


def _end_pairs(session: WriteSession, session_id: int, now: datetime) -> None:
    """End what was given out and not used yet; that it comes again is never excused."""
    session.execute(delete(TokenRow).where(TokenRow.session_id == session_id))
    session.execute(
        update(RefreshTokenRow)
        .where(RefreshTokenRow.session_id == session_id, RefreshTokenRow.used_at.is_(None))
        .values(used_at=now - LOST_ANSWER)
    )


def _pair(
    session: WriteSession, opened: SessionRow, once: Once, now: datetime, lives: Lives
) -> Opened:
    bearer, token = once.token("access"), once.token("refresh")
    until = min(now + lives.idle, opened.ends_at)
    session.add(
        RefreshTokenRow(digest=digest_of_token(token), session_id=opened.id, expires_at=until)
    )
    access = min(lives.access, opened.ends_at - now)
    accept_token(session, opened.user_id, bearer, now, access, session_id=opened.id)
    pair = Opened(bearer, token, until, principal_of(session, bearer, now))
    once.fill(session, replace(pair, token="", refresh_token="", replayed=True))
    return pair


def _known(session: Session, once: Once) -> Opened | None:
    """Return the pair that this very request was answered with, its tokens made again."""
    known = once.known(session)
    if known is None:
        return None
    pair, again = known
    return replace(pair, token=again.token("access"), refresh_token=again.token("refresh"))
