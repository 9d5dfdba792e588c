"""One log line and one count for each request: method, route, status, time; never who or what.

The route is the template (``/api/v1/track/{key}``), because paths and queries hold keys, phone
numbers and addresses.
"""

from __future__ import annotations

import secrets
import time

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics

_log = structlog.get_logger("api.requests")
API = "/api/v1"
_ID = b"x-request-id"
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class RequestLog:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status, is_stream = time.perf_counter(), 500, False
        given = Headers(scope=scope).get(_ID.decode(), "")
        request_id = given if _is_plain(given) else secrets.token_hex(8)
        structlog.contextvars.bind_contextvars(request_id=request_id)

        async def send_with_id(message: Message) -> None:
            nonlocal status, is_stream
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"] = list(message.get("headers", ()))
                given = {name.lower(): value for name, value in headers}
                if _ID not in given:
                    headers.append((_ID, request_id.encode()))
                is_stream = given.get(b"content-type", b"").startswith(b"text/event-stream")
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            spent_s = time.perf_counter() - started
            self._tell(scope, status, spent_s, is_stream=is_stream)
            structlog.contextvars.unbind_contextvars("request_id")

    def _tell(self, scope: Scope, status: int, spent_s: float, *, is_stream: bool) -> None:
        route = _template(scope)
        method = str(scope["method"])
        self.metrics.requests.add(method, route, str(status))
        if not is_stream:
            self.metrics.request_s.observe(spent_s, route)
        if route not in _QUIET or status >= 400:
            _log.info(
                "request", method=method, route=route, status=status, ms=round(spent_s * 1000, 1)
            )


def _template(scope: Scope) -> str:
    """Return the address with names in place of values; ``(none)`` where there is none."""
    route = scope.get("route")
    if route is None:
        return "(none)"
    # A route knows its address below some of the routers around it only. What is before that has
    # no names in it, and as many segments as are left.
    below, whole = str(route.path), str(scope["path"])
    if not whole.startswith(f"{API}/") or below.startswith(API):
        return below
    segments = whole.split("/")
    return "/".join(segments[: len(segments) - below.count("/")]) + below


def _is_plain(text: str) -> bool:
    return 0 < len(text) <= 64 and text.isascii() and text.replace("-", "").isalnum()
