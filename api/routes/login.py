"""Logging in and out, who one is, what time it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api import sessions
from api.access import Anybody, Bearer, Open
from api.login_guard import Attempt
from api.models.identity import ClockOut, LoginIn, LoginOut, Me, RefreshIn
from api.remembered import Remembered
from api.writing import Run
from field_app.repeating import IdempotencyKey
from kernel.clock import ScaledClock

router = APIRouter(tags=["identity"])

_OPEN_REFRESH = Depends(Open("the refresh token says who asks, and is used up by asking"))
_OPEN_LOGOUT = Depends(Open("whoever has a token may end it; ending it twice is no fault"))


@router.post("/login", dependencies=[Depends(Open("this is where one gets in"))])
def login(
    body: LoginIn,
    request: Request,
    response: Response,
    runtime: Run,
    idempotency_key: IdempotencyKey = None,
) -> LoginOut:
    """Exchange a user's secret (technicians: unit code and PIN) for a pair of tokens."""
    address = request.client.host if request.client else ""
    attempt = Attempt(runtime.region, body.user, address)
    once = _once("login", runtime.region, idempotency_key, body, body.secret)
    now, lives = runtime.clock.now(), runtime.settings.lives
    return _login_out(sessions.log_in(runtime.database, attempt, once, now, lives), response)


@router.post("/refresh", dependencies=[_OPEN_REFRESH])
def refresh(
    body: RefreshIn, response: Response, runtime: Run, idempotency_key: IdempotencyKey = None
) -> LoginOut:
    """Exchange a refresh token for the next pair; used a second time, it ends the session."""
    once = _once("refresh", runtime.region, idempotency_key, body, body.refresh_token)
    now, lives = runtime.clock.now(), runtime.settings.lives
    return _login_out(
        sessions.refresh(runtime.database, once, runtime.region, now, lives), response
    )


@router.post("/logout", status_code=204, dependencies=[_OPEN_LOGOUT])
def logout(bearer: Bearer, runtime: Run, _idempotency_key: IdempotencyKey = None) -> Response:
    """End this session; a machine's token, which has none, becomes worthless.

    A repeat gets the same answer, with a key or without: what has ended stays so.
    """
    with runtime.database.write(appends=False) as session:
        sessions.log_out(session, bearer, runtime.region, runtime.clock.now())
    return Response(status_code=204)


def _once(
    endpoint: str, region: str, key: str | None, body: LoginIn | RefreshIn, secret: str
) -> sessions.Once:
    sent = body.model_dump_json().encode()
    return Remembered(endpoint, region, key, sent, secret, sessions.Opened)


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


def _login_out(opened: sessions.Opened, response: Response) -> LoginOut:
    if opened.replayed:
        response.headers["Idempotency-Replayed"] = "true"
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
