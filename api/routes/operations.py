"""For machines that watch over this one: is it alive, is it ready, what are its numbers."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from api.access import Open
from api.metrics import scraped
from api.readiness import readiness
from api.runtime import runtime_in
from kernel.errors import NotAllowed
from kernel.metrics import CONTENT_TYPE

router = APIRouter(include_in_schema=False)
_WATCHED = Depends(Open("it tells whether a process works, and nothing about anybody"))
_LOCAL = frozenset({"127.0.0.1", "::1"})


@router.get("/healthz", dependencies=[_WATCHED])
def healthz() -> Response:
    """Say that the process answers; whoever gets no answer starts it anew."""
    return Response("ok\n", media_type="text/plain")


@router.get("/readyz", dependencies=[_WATCHED])
def readyz(request: Request) -> Response:
    """Say whether requests may be sent here now; 503 with the reasons if not."""
    runtime = runtime_in(request.app)
    reasons = readiness(request.app.state.world, closing=runtime.feed.closed)
    text = "\n".join(reasons) if reasons else "ready"
    return Response(f"{text}\n", status_code=503 if reasons else 200, media_type="text/plain")


@router.get(
    "/metrics", dependencies=[Depends(Open("a token of its own, or this machine only; see below"))]
)
def metrics(request: Request, authorization: Annotated[str, Header()] = "") -> Response:
    """Return the numbers that Prometheus scrapes.

    With ``ROADFLARE_METRICS_TOKEN`` it must be given; without, only this machine is answered, and
    no proxy on it.
    """
    _admit(request, authorization)
    try:
        page = scraped(request.app.state.metrics, request.app.state.world)
    except SQLAlchemyError:
        return Response("database unreachable\n", status_code=503, media_type="text/plain")
    return Response(page, media_type=CONTENT_TYPE)


def _admit(request: Request, authorization: str) -> None:
    token = runtime_in(request.app).settings.metrics_token
    if token is None:
        here = request.client is None or request.client.host in _LOCAL
        if here and "x-forwarded-for" not in request.headers and "forwarded" not in request.headers:
            return
    elif hmac.compare_digest(authorization.encode(), f"Bearer {token.get_secret_value()}".encode()):
        return
    raise NotAllowed(
        "These numbers are not for everybody.",
        remedy="Set ROADFLARE_METRICS_TOKEN and send it as a bearer token, or ask locally.",
        zh="运行指标不对所有人开放，请设置 ROADFLARE_METRICS_TOKEN 并以其访问，或在本机查看。",
    )
