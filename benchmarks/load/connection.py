"""HTTP as a page or a phone speaks it: one kept connection, one token, each answer timed."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import httpx

from benchmarks.load.record import Record

API = "/api/v1"
_RIGHT = frozenset({HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED})
_TLS = ssl.create_default_context()  # made once: loading certificates takes longer than a request
_TIMEOUT = httpx.Timeout(30.0)
_LIMITS = httpx.Limits(max_connections=4, max_keepalive_connections=4, keepalive_expiry=60.0)


class Connection:
    """One client of the service.

    Attributes
    ----------
    record
        Where times go; changed between loads.
    """

    def __init__(self, url: str, record: Record) -> None:
        self.record = record
        self._token = ""
        self._http = httpx.AsyncClient(
            base_url=url + API, verify=_TLS, timeout=_TIMEOUT, limits=_LIMITS, trust_env=False
        )

    async def login(self, user: str, secret: str) -> None:
        """Speak as a user from now on."""
        answer = await self._http.post("/login", json={"user": user, "secret": secret})
        self._token = answer.raise_for_status().json()["token"]

    async def close(self) -> None:
        """Hang up."""
        await self._http.aclose()

    async def ask(
        self,
        what: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        if_match: str | None = None,
    ) -> httpx.Response | None:
        """Return a good answer, or ``None`` and note why there is none."""
        headers = {"Authorization": f"Bearer {self._token}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        if if_match is not None:
            headers["If-Match"] = if_match
        route = f"{method} {_template(path)}"
        began = time.perf_counter()
        try:
            answer = await self._http.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            self.record.error(f"{route}: {type(error).__name__}")
            return None
        self.record.took(what, route, (time.perf_counter() - began) * 1000)
        if answer.is_success:
            return answer
        if answer.status_code in _RIGHT:
            self.record.refused(f"{route}: {_code(answer)}")
        else:
            self.record.error(f"{route}: {answer.status_code} {_code(answer)}")
        return None

    async def stream(self, path: str) -> AsyncIterator[tuple[str, str]]:
        """Yield (event, data) of server-sent events for ever; connect again after what was seen."""
        seen = ""
        while True:
            headers = {"Authorization": f"Bearer {self._token}"}
            if seen:
                headers["Last-Event-ID"] = seen
            try:
                async with self._http.stream("GET", path, headers=headers, timeout=60.0) as answer:
                    if not answer.is_success:
                        self.record.error(f"stream {path}: {answer.status_code}")
                    kind = ""
                    async for line in answer.aiter_lines():
                        name, _, value = line.partition(": ")
                        if name == "id":
                            seen = value
                        elif name == "event":
                            kind = value
                        elif name == "data":
                            yield kind, value
            except httpx.HTTPError as error:
                self.record.error(f"stream {path}: {type(error).__name__}")
            await asyncio.sleep(1.0)


def _template(path: str) -> str:
    parts = path.partition("?")[0].split("/")
    return "/".join("{id}" if part.isdigit() else part for part in parts)


def _code(answer: httpx.Response) -> str:
    """Return why a request was refused: the problem's code, and what it points at."""
    try:
        problem = answer.json()
    except json.JSONDecodeError:
        return ""
    faults = [f"{it['pointer']} {it['code']}" for it in problem.get("faults", ())]
    return " ".join([str(problem.get("code", "")), *faults[:3]])
