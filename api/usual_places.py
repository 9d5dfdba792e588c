"""The usual report of a place, taken on the shortest way: it is most of all requests.

Five hundred phones send a hundred of them a second. Finding the route, its dependencies and their
parameters anew for each takes longer than taking the report. What is not usual (a key
against repeats, a token that has to be looked up, a role that may not, a body with a fault, a place
that cannot be believed, a database that fails) goes on to the endpoint, which declares the rule and
answers as if this were not here.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Response
from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api import rate_limit
from api.access import TECHNICIANS
from api.body import json_of
from api.runtime import Runtime
from field_app.models import FieldPositionsIn, FieldPositionsOut

PATH = "/api/v1/field/positions"


@dataclass(frozen=True, slots=True)
class _Route:
    """What the request log needs to know of the endpoint."""

    path: str


_ROUTE = _Route(PATH)


class UsualPlaces:
    """ASGI middleware, behind the door that has read the body."""

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        self.app = app
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a report, or pass the request on."""
        is_place = scope["type"] == "http" and scope["path"] == PATH
        taken = await self._taken(scope) if is_place and scope["method"] == "POST" else None
        if taken is None:
            await self.app(scope, receive, send)
            return
        rate_limit.accept(scope)
        scope["route"] = _ROUTE
        answer = Response(taken.model_dump_json(), media_type="application/json")
        await answer(scope, receive, send)

    async def _taken(self, scope: Scope) -> FieldPositionsOut | None:
        """Return what was taken; ``None`` for whatever is not usual."""
        sent = json_of(scope)
        headers = Headers(scope=scope)
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if sent is None or "idempotency-key" in headers or scheme.lower() != "bearer":
            return None
        who = self._runtime.known.recall(bearer)
        if who is None or who.region != self._runtime.region or who.role not in TECHNICIANS:
            return None
        if who.unit_id is None:
            return None
        try:
            body = FieldPositionsIn.model_validate(sent)
        except ValidationError:
            return None
        try:
            return await self._runtime.fixes.take(who.unit_id, body)
        except Exception:  # noqa: BLE001 - the endpoint tries once more, and tells why it fails
            return None
