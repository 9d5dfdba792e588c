"""The composition root: one region's whole service in this process."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

import structlog
from fastapi import FastAPI

from api.app import create_app
from api.empty_database import open_migrated
from api.holding import hold
from api.idempotency import purge_answers
from api.identity import NewUser, accept_token, issue_token, purge_tokens, put_user
from api.models.identity import Role
from api.notices import Notices, Notify
from api.place_finder import CityFinder
from api.route_lines import RouteLines
from api.runtime import Runtime
from api.settings import Settings
from api.streams import EventFeed
from dispatch.context import DispatchContext
from dispatch.desk import IntakeDesk
from dispatch.live import Dispatcher
from dispatch.locate import Locator
from dispatch.params import load_settings
from dispatch.regions import put_region
from dispatch.solver_process import InlineSolver
from fleet.positions import purge_trail
from geo_data.city import load_city
from kernel.clock import Clock, SystemClock
from kernel.database import Database
from routing.engine import open_engine
from sla.areas import ServiceAreas

_log = structlog.get_logger("api")


@dataclass
class Service:
    """A running service; `close` it, or use it as a context manager.

    Attributes
    ----------
    app
        The ASGI application.
    dispatcher
        The region's dispatcher; drive it by hand when ``settings.drive`` is ``manual``.
    """

    runtime: Runtime
    app: FastAPI
    dispatcher: Dispatcher
    notices: Notices
    held: contextlib.ExitStack
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

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
        self.dispatcher.wake("closing")
        if self._thread is not None:
            self._thread.join()
        self.held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Let the dispatcher run by itself."""
        self._thread = threading.Thread(
            target=self.dispatcher.run_forever, args=(self._stop,), name="dispatcher"
        )
        self._thread.start()


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
        lock = hold(settings.database)
        if lock is not None:
            held.callback(lock.close)
        database = open_migrated(settings.database, settings.data_dir)
        held.callback(database.close)
        service = _compose(settings, clock or SystemClock(), database, held)
        service.held = held.pop_all()
    if settings.drive == "thread":
        service.start()
    return service


def _compose(
    settings: Settings, clock: Clock, database: Database, held: contextlib.ExitStack
) -> Service:
    """Put the parts together; what must be closed goes onto ``held``."""
    city = load_city(settings.city, settings.data_dir)
    context = DispatchContext(
        database=database,
        clock=clock,
        city=city,
        travel_times=open_engine(city.network),
        areas=ServiceAreas(city.area_table.columns | {"geometry": list(city.area_table.geometry)}),
        settings=load_settings(),
    )
    _prepare(context, settings)
    finder = CityFinder(city)
    held.callback(finder.close)
    locator = Locator(context.areas, context.travel_times, finder)
    dispatcher = Dispatcher(
        context,
        engine=settings.engine,
        decision_charge_s=settings.decision_charge_s,
        cadence_s=settings.cadence_s,
        runner=InlineSolver() if settings.solver == "inline" else None,
    )
    held.callback(dispatcher.close)
    runtime = Runtime(
        settings=settings,
        context=context,
        desk=IntakeDesk(context.region, locator),
        feed=EventFeed(database),
        lines=RouteLines(context),
    )
    return Service(runtime, create_app(runtime), dispatcher, Notices(database), held)


def _prepare(context: DispatchContext, settings: Settings) -> None:
    """Make sure of the region's row, forget what has had its time, let the first admin in."""
    now = context.clock.now()
    with context.database.write() as session:
        put_region(session, context.region, time_zone=context.city.timezone)
        purge_tokens(session, now)
        purge_answers(session, now)
        purge_trail(session, now)
        if settings.admin_token is not None:
            admin = NewUser(context.region, "admin (environment)", "admin", "admin")
            token = settings.admin_token.get_secret_value()
            accept_token(session, put_user(session, admin), token, now, settings.token_life)
