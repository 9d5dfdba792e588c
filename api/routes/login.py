"""Logging in and out, who one is, what time it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api import sessions
from api.access import Anybody, Open
from api.identity import revoke
from api.login_guard import Attempt
from api.models.identity import ClockOut, LoginIn, LoginOut, Me, RefreshIn
from api.writing import Run
from kernel.clock import ScaledClock

router = APIRouter(tags=["identity"])

_OPEN_REFRESH = Depends(Open("the refresh token says who asks, and is used up by asking"))


@router.post("/login", dependencies=[Depends(Open("this is where one gets in"))])
def login(body: LoginIn, request: Request, runtime: Run) -> LoginOut:
    """Exchange a user's secret (technicians: unit code and PIN) for a pair of tokens."""
    address = request.client.host if request.client else ""
    attempt = Attempt(runtime.region, body.user, address)
    now, lives = runtime.clock.now(), runtime.settings.lives
    return _login_out(sessions.log_in(runtime.database, attempt, body.secret, now, lives))


@router.post("/refresh", dependencies=[_OPEN_REFRESH])
def refresh(body: RefreshIn, runtime: Run) -> LoginOut:
    """Exchange a refresh token for the next pair; used a second time, it ends the session."""
    now, lives = runtime.clock.now(), runtime.settings.lives
    opened = sessions.refresh(runtime.database, body.refresh_token, runtime.region, now, lives)
    return _login_out(opened)


@router.post("/logout", status_code=204)
def logout(who: Anybody, runtime: Run) -> Response:
    """End this session; a machine's token, which has none, becomes worthless."""
    now = runtime.clock.now()
    with runtime.database.write(appends=False) as session:
        if who.session_id is None:
            revoke(session, who.token_id, now)
        else:
            sessions.end_session(session, who.session_id, now, "logout")
    return Response(status_code=204)


@router.get("/me")
def me(who: Anybody) -> Me:
    """Return whom the token stands for."""
    return Me(
        role=who.role,
        name=who.name,
        region=who.region,
        unit_id=who.unit_id,
        contractor_id=who.contractor_id,
        expires_at=who.expires_at,
    )


_OPEN_CLOCK = Annotated[None, Depends(Open("the time is no secret, and pages count down with it"))]


@router.get("/clock")
def clock(runtime: Run, _open: _OPEN_CLOCK) -> ClockOut:
    """Return the service's time."""
    speed = runtime.clock.speed if isinstance(runtime.clock, ScaledClock) else 1.0
    return ClockOut(now=runtime.clock.now(), speed=speed)


def _login_out(opened: sessions.Opened) -> LoginOut:
    who = opened.principal
    return LoginOut(
        token=opened.token,
        refresh_token=opened.refresh_token,
        refresh_expires_at=opened.refresh_until,
        role=who.role,
        name=who.name,
        region=who.region,
        unit_id=who.unit_id,
        expires_at=who.expires_at,
    )
