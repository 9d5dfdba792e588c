"""HTTP with a token: all that an agent has."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx

API = "/api/v1"


class Refused(Exception):
    """The service answered with a problem.

    Attributes
    ----------
    status
        HTTP status.
    problem
        The problem details, as far as they were JSON.
    """

    def __init__(self, method: str, path: str, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{method} {path}: {status} {problem.get('detail') or problem}")
        self.status = status
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Connection:
    """A client and the token it speaks with.

    Network failures are tried again (every call is a read or carries its own identity, so that a
    repeat is harmless); ``patience`` is how often.
    """

    client: httpx.AsyncClient
    token: str | None = None
    patience: int = 0

    async def login(self, user: str, secret: str) -> Connection:
        """Return a connection with the token of a user, a technician or a provider."""
        answer = await self.post("/login", {"user": user, "secret": secret})
        return Connection(self.client, str(answer["token"]), self.patience)

    async def get(self, path: str, **query: Any) -> Any:
        """Return the JSON answer of a GET."""
        return await self._send("GET", path, None, {}, query)

    async def send_picture(self, path: str, picture: bytes, **query: Any) -> Any:
        """Return the JSON answer of a POST of a JPEG."""
        return await self._send("POST", path, picture, {"Content-Type": "image/jpeg"}, query)

    async def post(self, path: str, body: dict[str, Any], *, key: str | None = None) -> Any:
        """Return the JSON answer of a POST; ``key`` is its idempotency key."""
        return await self._send("POST", path, body, {"Idempotency-Key": key} if key else {}, {})

    async def put(self, path: str, body: dict[str, Any]) -> Any:
        """Return the JSON answer of a PUT."""
        return await self._send("PUT", path, body, {}, {})

    async def _send(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | bytes | None,
        headers: dict[str, str],
        query: dict[str, Any],
    ) -> Any:
        if self.token:
            headers = headers | {"Authorization": f"Bearer {self.token}"}
        given: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        for attempt in range(self.patience + 1):
            try:
                answer = await self.client.request(
                    method, API + path, headers=headers, params=query, **given
                )
            except httpx.TransportError:
                if attempt == self.patience:
                    raise
                await asyncio.sleep(min(2.0**attempt * 0.2, 5.0))
                continue
            if answer.is_error:
                raise Refused(method, path, answer.status_code, _problem(answer))
            return answer.json() if answer.content else None
        raise AssertionError("unreachable")


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {"detail": answer.text[:300]}
    return found if isinstance(found, dict) else {"detail": found}
