"""The composition root: one region's service in this process, with or without its dispatcher."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

from fastapi import FastAPI

from api.app import create_app
from api.identity import NewUser, issue_token, put_user
from api.judging import ANY_PLAN_S, JUDGE_S, Judging
from api.known_tokens import KnownTokens
from api.models.identity import Role
from api.notices import Notices, Notify
from api.place_finder import CityFinder
from api.route_lines import RouteLines
from api.runtime import Runtime
from api.settings import Settings
from api.shared import SharedAnswers
from api.streams import EventFeed
from api.world import World, open_world
from dispatch.desk import IntakeDesk
from dispatch.live import Dispatcher
from dispatch.locate import Locator
from field_app.fixes import Fixes
from kernel.clock import Clock, SystemClock
from kernel.errors import InvalidInput


@dataclass
class Service:
    """A running service; `close` it, or use it as a context manager.

    Attributes
    ----------
    app
        The ASGI application.
    world
        The region, its database and, unless another process has it, its dispatcher.
    """

    runtime: Runtime
    app: FastAPI
    world: World
    notices: Notices
    held: contextlib.ExitStack
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def dispatcher(self) -> Dispatcher:
        """The region's dispatcher; drive it by hand when ``settings.drive`` is ``manual``."""
        return self.world.dispatcher

    def issue_token(
        self,
        role: Role,
        *,
        name: str | None = None,
        unit_id: int | None = None,
        contractor_id: int | None = None,
        life: timedelta | None = None,
    ) -> str:
        """Return a new bearer token of a role, for a user named after it or ``name``."""
        user = NewUser(
            region=self.runtime.region,
            login=name or f"{role} (token)",
            name=name or role,
            role=role,
            unit_id=unit_id,
            contractor_id=contractor_id,
        )
        with self.runtime.database.write() as session:
            return issue_token(
                session,
                put_user(session, user),
                self.runtime.clock.now(),
                life or self.runtime.settings.token_life,
            )

    def on_notice(self, callback: Notify) -> None:
        """Call back with ``unit:CODE``, ``contractor:USER`` or ``incident:ID`` when it has news."""
        self.notices.on_notice(callback)

    def end_streams(self) -> None:
        """End all server-sent event streams, so that the server can finish its connections."""
        self.runtime.feed.close()

    def close(self) -> None:
        """Stop streams and dispatcher, close the database, free it for another process."""
        self.end_streams()
        self._stop.set()
        self.world.retire()
        if self._thread is not None:
            self._thread.join()
        self.held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Let the dispatcher run by itself, as long as it is the region's elected one."""
        self._thread = threading.Thread(
            target=self.world.dispatch, args=(self._stop,), name="dispatcher"
        )
        self._thread.start()


GATHER_S = 0.25
"""A place that a phone reports waits so long for those of others, to be stored with them."""


def open_service(
    settings: Settings | None = None, clock: Clock | None = None, **overrides: Any
) -> Service:
    """Open the service of one region: lock, database, schema, city, travel times, dispatcher.

    Parameters
    ----------
    settings
        From the environment unless given.
    clock
        The wall clock unless given.
    overrides
        Settings by name; ``database`` is short for ``database_url``.

    Raises
    ------
    DatabaseInUse
        When another process holds the SQLite file.
    NotFound
        When there is no such city.
    """
    if "database" in overrides:
        overrides["database_url"] = overrides.pop("database")
    given = {} if settings is None else settings.model_dump(exclude_unset=True)
    settings = Settings(**given | overrides)
    with contextlib.ExitStack() as held:
        world = open_world(settings, clock or SystemClock(), held)
        if world.context.database.is_sqlite and not settings.with_dispatcher:
            raise InvalidInput.one(
                "/with_dispatcher",
                "serve.api_only",
                "On SQLite one process holds API and dispatcher.",
                "Leave --api-only out, or use PostgreSQL.",
            )
        service = _compose(settings, world, held)
        service.held = held.pop_all()
    if settings.drive == "thread":
        service.runtime.judging.start()
        if settings.with_dispatcher:
            service.start()
    return service


def _compose(settings: Settings, world: World, held: contextlib.ExitStack) -> Service:
    """Put the parts together; what must be closed goes onto ``held``."""
    context = world.context
    finder = CityFinder(context.city)
    held.callback(finder.close)
    locator = Locator(context.areas, context.travel_times, finder)
    feed = EventFeed(context.database)
    by_hand = settings.drive == "manual"  # whoever drives the dispatcher looks at each step
    judging = Judging(
        context,
        max_age_s=0.0 if by_hand else JUDGE_S,
        any_plan_s=0.0 if by_hand else ANY_PLAN_S,
        is_apart=settings.solver == "process" and not by_hand,
    )
    held.callback(judging.close)
    runtime = Runtime(
        settings=settings,
        context=context,
        desk=IntakeDesk(context.region, locator),
        feed=feed,
        lines=RouteLines(context),
        fixes=Fixes(context, gather_s=0.0 if by_hand else GATHER_S),
        known=KnownTokens(context.database, context.clock),
        judging=judging,
        shared=SharedAnswers(feed, 0.0 if by_hand else settings.list_age_s),
    )
    app = create_app(runtime, world, world.metrics)
    return Service(runtime, app, world, Notices(context.database), held)
