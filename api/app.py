"""The ASGI application: endpoints, problem details, security headers, pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.middleware.cors import CORSMiddleware

from api.access import TechnicianPrincipal
from api.body import BodyDoor
from api.headers import SecurityHeaders
from api.metrics import Metrics
from api.models.problem import Problem
from api.pages import pages
from api.problems import MEDIA_TYPE, install_problems
from api.rate_limit import RateLimit
from api.request_log import RequestLog
from api.routes import (
    alarms,
    appointments,
    cars,
    decisions,
    events,
    incidents,
    login,
    operations,
    photos,
    places,
    provider,
    region,
    roads,
    tracking,
    units,
    users,
    webhooks,
)
from api.runtime import Runtime
from api.settings import Settings
from api.streaming import stream_changes, while_logged_in
from api.streams import Fits, Reader
from api.usual_places import UsualPlaces
from api.world import World
from api.writing import Repeatable, Run
from field_app.access import Technician
from field_app.endpoints import router as field_router
from field_app.repeating import Repeated
from kernel.database import WriteSession
from kernel.errors import NotAllowed

PREFIX = "/api/v1"
_PROBLEM = {
    "description": "Problem details (RFC 9457).",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def create_app(
    runtime: Runtime | None, world: World | None = None, metrics: Metrics | None = None
) -> FastAPI:
    """Return the application; without a runtime it can only describe itself."""
    app = FastAPI(
        title="Roadflare",
        version="1",
        summary="From a motorist's call to a unit on the road",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.runtime, app.state.world = runtime, world
    app.state.metrics = metrics or Metrics()
    app.include_router(_endpoints(), prefix=PREFIX)
    app.include_router(operations.router)
    app.include_router(pages())
    install_problems(app)
    if runtime is not None:
        app.add_middleware(UsualPlaces, runtime=runtime)
    app.add_middleware(BodyDoor)
    if runtime is not None:
        _guard(app, runtime.settings)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog, metrics=app.state.metrics)
    _describe(app)
    return app


def _guard(app: FastAPI, settings: Settings) -> None:
    """Slow down who asks too often; let pages of other origins in where that is configured."""
    app.add_middleware(
        RateLimit, token_rate=settings.token_rate, address_rate=settings.address_rate
    )
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=_CROSS_ORIGIN_HEADERS,
            expose_headers=["ETag", "Idempotency-Replayed", "Retry-After", "X-Request-ID"],
            max_age=600,
        )


_CROSS_ORIGIN_HEADERS = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "Last-Event-ID",
]


def _endpoints() -> APIRouter:
    root = APIRouter(responses={"4XX": _PROBLEM, "5XX": _PROBLEM})
    nouns = (
        login,
        users,
        webhooks,
        region,
        roads,
        incidents,
        decisions,
        units,
        events,
        alarms,
        places,
        cars,
        tracking,
        photos,
        appointments,
        provider,
    )
    root.include_router(field_router(_technician))  # asked most, so looked for first
    for noun in nouns:
        root.include_router(noun.router)
    return root


async def _technician(who: TechnicianPrincipal, runtime: Run) -> Technician:
    if who.unit_id is None:
        raise NotAllowed(
            "This token belongs to no unit.",
            remedy="Log in with a unit's code.",
            zh="该登录不属于任何车辆，请用车辆编号登录。",
        )

    def stream(read: Reader, fits: Fits, *, name: str, after: int | None) -> Response:
        may = while_logged_in(runtime, who)
        return stream_changes(runtime, read, name=name, after=after, may=may, fits=fits)

    def write(
        repeat: Repeated,
        act: Callable[[WriteSession], BaseModel],
        *,
        status: int = 200,
        appends: bool = True,
    ) -> Response:
        return Repeatable(repeat).answer(runtime, who.key, act, status=status, appends=appends)

    return Technician(
        unit_id=who.unit_id,
        context=runtime.context,
        stream=stream,
        write=write,
        fixes=runtime.fixes,
    )


def _describe(app: FastAPI) -> None:
    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                routes=app.routes,
            )
            _add_problem(schema)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _add_problem(schema: dict[str, Any]) -> None:
    template = "#/components/schemas/{model}"
    problem = Problem.model_json_schema(ref_template=template)
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    components |= problem.pop("$defs", {}) | {"Problem": problem}
