"""Requests a second: a bucket for each token that was ever accepted, one for each address else.

A bucket fills at the rate and holds `BURST_S` seconds of it. Tokens that were never accepted draw
on their address, so that making up tokens is no way around: a token is accepted when a gate has
looked at it (`accept`), not when some address answered that asks nobody. The count is this
process's own.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem_of
from kernel.errors import TooManyRequests

BURST_S = 20.0
MAX_BUCKETS = 20_000
_ACCEPTED = "token_accepted"


def accept(scope: Scope) -> None:
    """Say that the request's token was looked at, and stands for somebody."""
    scope.setdefault("state", {})[_ACCEPTED] = True


class Buckets:
    """Token buckets by name; those longest unused are forgotten first."""

    def __init__(self, rate: float, now_s: Callable[[], float]) -> None:
        self.rate = rate
        self._now_s = now_s
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __contains__(self, name: str) -> bool:
        return name in self._levels

    def take(self, name: str) -> float:
        """Take one from a bucket; return 0, or how many seconds to wait for one."""
        now_s, most = self._now_s(), self.rate * BURST_S
        level, since_s = self._levels.pop(name, (most, now_s))
        level = min(most, level + (now_s - since_s) * self.rate)
        taken = level >= 1
        self._levels[name] = (level - 1 if taken else level, now_s)
        while len(self._levels) > MAX_BUCKETS:
            self._levels.popitem(last=False)
        return 0.0 if taken else (1 - level) / self.rate


class RateLimit:
    """ASGI middleware; pages and files are not limited, only the API is."""

    def __init__(
        self,
        app: ASGIApp,
        token_rate: float,
        address_rate: float,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self._tokens = Buckets(token_rate, now_s)
        self._addresses = Buckets(address_rate, now_s)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 429, or pass the request on."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self.app(scope, receive, send)
            return
        # However the scheme is written, it is the same token.
        bearer = Headers(scope=scope).get("authorization", "").partition(" ")[2].strip()
        name = hashlib.sha256(bearer.encode()).hexdigest() if bearer else ""
        state = scope.setdefault("state", {})
        client = scope.get("client")
        wait_s = (
            self._tokens.take(name)
            if name in self._tokens
            else self._addresses.take(client[0] if client else "")
        )
        if wait_s > 0:
            refusal = TooManyRequests(
                "Too many requests.",
                remedy="Ask less often.",
                wait_s=wait_s,
                zh=f"请求过于频繁，请 {max(1, math.ceil(wait_s))} 秒后再试。",
            )
            await problem_of(refusal)(scope, receive, send)
            return

        async def send_and_learn(message: Message) -> None:
            begins = message["type"] == "http.response.start" and name
            if begins and state.get(_ACCEPTED) and name not in self._tokens:
                self._tokens.take(name)
            await send(message)

        await self.app(scope, receive, send_and_learn)
