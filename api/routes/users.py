"""Who may log in, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, cast

from fastapi import APIRouter, Path, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.access import FOR_ADMINS, Admin
from api.identity import end_all
from api.models.identity import Role, UserOut, Users
from api.runtime import Runtime
from api.store import SessionRow, UserRow
from api.writing import Repeat, Repeatable, Run
from kernel.database import WriteSession
from kernel.errors import Conflict, NotFound

router = APIRouter(prefix="/users", tags=["users"])

UserId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", dependencies=[FOR_ADMINS])
def list_users(runtime: Run) -> Users:
    """Return who may log in in this region."""
    query = select(UserRow).where(UserRow.region == runtime.region).order_by(UserRow.login)
    with runtime.database.read() as session:
        return Users(items=[_user_out(session, row) for row in session.scalars(query)])


@router.post("/{user_id}/sign-out", response_model=UserOut)
def sign_out(user_id: UserId, who: Admin, repeat: Repeat, runtime: Run) -> Response:
    """End all sessions and tokens of a user: every device must log in again."""
    return _changed(runtime, repeat, who.key, user_id, _nothing)


@router.post("/{user_id}/disable", response_model=UserOut)
def disable(user_id: UserId, who: Admin, repeat: Repeat, runtime: Run) -> Response:
    """Let a user in no more, and end all sessions; oneself one cannot disable."""

    def act(_session: WriteSession, row: UserRow) -> None:
        if row.id == who.user_id:
            raise Conflict(
                "That is yourself.",
                remedy="Let another administrator do it.",
                zh="不能操作自己的账号，请由其他管理员处理。",
            )
        row.disabled_at = row.disabled_at or runtime.clock.now()

    return _changed(runtime, repeat, who.key, user_id, act)


@router.post("/{user_id}/enable", response_model=UserOut)
def enable(user_id: UserId, who: Admin, repeat: Repeat, runtime: Run) -> Response:
    """Let a disabled user in again."""

    def act(_session: WriteSession, row: UserRow) -> None:
        row.disabled_at = None

    return _changed(runtime, repeat, who.key, user_id, act)


def _nothing(_session: WriteSession, _row: UserRow) -> None:
    """Leave the user as it is."""


def _changed(
    runtime: Runtime,
    repeat: Repeatable,
    principal: str,
    user_id: int,
    act: Callable[[WriteSession, UserRow], None],
) -> Response:
    """Change a user of the region, end all its sessions, and return it as it is then."""

    def acted(session: WriteSession) -> UserOut:
        row = session.get(UserRow, user_id)
        if row is None or row.region != runtime.region:
            raise NotFound(
                "user",
                user_id,
                remedy="Load the users again.",
                zh=f"没有编号为 {user_id} 的用户，请刷新后查看。",
            )
        act(session, row)
        end_all(session, row.id)
        session.flush()
        return _user_out(session, row)

    return repeat.answer(runtime, principal, acted)


def _user_out(session: Session, row: UserRow) -> UserOut:
    open_ones = (
        select(func.count())
        .select_from(SessionRow)
        .where(SessionRow.user_id == row.id, SessionRow.revoked_at.is_(None))
    )
    return UserOut(
        id=row.id,
        user=row.login,
        name=row.name,
        role=cast(Role, row.role),
        unit_id=row.unit_id,
        contractor_id=row.contractor_id,
        disabled_at=row.disabled_at,
        n_sessions=session.scalar(open_ones) or 0,
    )
