"""Logging in and out, who one is, what time it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.access import Anybody, Open
from api.identity import log_in, revoke
from api.models.identity import ClockOut, LoginIn, LoginOut, Me
from api.writing import Run
from kernel.clock import ScaledClock

router = APIRouter(tags=["identity"])


@router.post("/login", dependencies=[Depends(Open("this is where one gets in"))])
def login(body: LoginIn, request: Request, runtime: Run) -> LoginOut:
    """Exchange a user's secret (technicians: unit code and PIN) for a token."""
    done = log_in(
        runtime.database,
        region=runtime.region,
        login=body.user,
        secret=body.secret,
        address=request.client.host if request.client else "",
        now=runtime.clock.now(),
        ttl=runtime.settings.token_life,
    )
    who = done.principal
    return LoginOut(
        token=done.token,
        role=who.role,
        name=who.name,
        region=who.region,
        unit_id=who.unit_id,
        expires_at=who.expires_at,
    )


@router.post("/logout", status_code=204)
def logout(who: Anybody, runtime: Run) -> Response:
    """Make the token worthless."""
    with runtime.database.write() as session:
        revoke(session, who.token_id, runtime.clock.now())
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
