"""What API and dispatcher processes have in common: database, region, travel times, dispatcher."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from api.empty_database import open_migrated
from api.holding import hold
from api.housekeeping import Housekeeper, tidy
from api.identity import NewUser, accept_token, put_user
from api.metrics import Metrics
from api.settings import Settings
from dispatch.context import DispatchContext
from dispatch.live import Dispatcher
from dispatch.params import CITY_FILE, load_settings
from dispatch.regions import put_region
from dispatch.solver_process import InlineSolver
from geo_data.city import load_city
from geo_data.city_store import city_folder
from kernel.clock import Clock
from kernel.database import Database
from routing.engine import open_engine
from routing.live_times import LiveTimes
from routing.signals import signals_of
from routing.speeds_file import read_speeds
from routing.turn_costs import NO_TURN_COSTS
from sla.areas import ServiceAreas

if TYPE_CHECKING:
    from geo_data.city import City
    from kernel.election import Election
    from kernel.following import Follower
    from routing.travel_times import TravelTimes


@dataclass(frozen=True, slots=True)
class World:
    """One region in this process.

    Attributes
    ----------
    election
        For the region's one dispatcher; ``None`` on SQLite, where there is no other process.
    follower
        Hears what other processes commit; ``None`` on SQLite.
    metrics
        What this process counts.
    """

    context: DispatchContext
    dispatcher: Dispatcher
    election: Election | None
    follower: Follower | None
    metrics: Metrics

    @property
    def is_dispatching(self) -> bool:
        """Return whether this process has the region's dispatcher now."""
        return self.election is None or self.election.is_leader

    def dispatch(self, stop: threading.Event) -> None:
        """Run the dispatcher whenever it is the elected one, until ``stop`` is set."""
        if self.election is None:
            self.dispatcher.run_forever(stop)
            return

        def elected(lost: threading.Event) -> None:
            self.dispatcher.take_over()
            self.dispatcher.run_forever(lost)

        self.election.whenever_elected(elected, stop)

    def retire(self) -> None:
        """Let the dispatcher end soon; whoever drives it sets ``stop`` before."""
        if self.election is not None:
            self.election.resign()
        self.dispatcher.wake("closing")


def open_world(settings: Settings, clock: Clock, held: contextlib.ExitStack) -> World:
    """Open lock, database, schema, city, travel times and dispatcher of one region.

    Parameters
    ----------
    held
        Gets what must be closed.

    Raises
    ------
    DatabaseInUse
        When another process holds the SQLite file.
    NotFound
        When there is no such city.
    """
    lock = hold(settings.database)
    if lock is not None:
        held.callback(lock.close)
    database = open_migrated(settings.database, settings.data_dir)
    held.callback(database.close)
    city = load_city(settings.city, settings.data_dir)
    travel_times, traffic = _open_travel_times(settings, city, database, clock)
    held.callback(traffic.close)
    context = DispatchContext(
        database=database,
        clock=clock,
        city=city,
        travel_times=travel_times,
        traffic=traffic,
        areas=ServiceAreas(city.area_table.columns | {"geometry": list(city.area_table.geometry)}),
        settings=load_settings(_dispatch_file(settings)),
    )
    _prepare(context, settings)
    metrics = Metrics()
    dispatcher = Dispatcher(
        context,
        engine=settings.engine,
        decision_charge_s=settings.decision_charge_s,
        cadence_s=settings.cadence_s,
        runner=InlineSolver() if settings.solver == "inline" else None,
        on_decision=metrics.decided,
    )
    held.callback(dispatcher.close)
    traffic.on_change(lambda: dispatcher.wake("roads"))
    if settings.drive == "thread":
        keeper = Housekeeper(database, clock, keep_personal=settings.keep_personal)
        held.callback(keeper.close)
        _tell_webhooks(context, settings, held)
    return World(context, dispatcher, *_company(database, context.region, held), metrics)


def _open_travel_times(
    settings: Settings, city: City, database: Database, clock: Clock
) -> tuple[TravelTimes, LiveTimes]:
    """Return the engine, and the travel times of now that stand on it."""
    table = None if settings.speeds is None else read_speeds(settings.speeds)
    engine = open_engine(
        city.network,
        folder=city_folder(settings.city, settings.data_dir),
        turn_costs=NO_TURN_COSTS if table is None else table.turn_costs,
    )
    signals = None if table is None else signals_of(city, table)
    by_hand = settings.drive == "manual"
    return engine, LiveTimes(
        engine, database, clock, city.name, table, signals=signals, at_once=by_hand
    )


def _tell_webhooks(
    context: DispatchContext, settings: Settings, held: contextlib.ExitStack
) -> None:
    """Deliver webhooks, where the installation has a key to sign them with."""
    if settings.webhook_key is None:
        return
    from api.webhooks.sending import Sender  # noqa: PLC0415 (most installations have none)
    from api.webhooks.worker import Teller  # noqa: PLC0415

    key = settings.webhook_key.get_secret_value()
    sender = Sender(key, to_private=settings.webhooks_to_private)
    teller = Teller(context.database, context.clock, context.region, sender)
    teller.start()
    held.callback(teller.close)


def _company(
    database: Database, region: str, held: contextlib.ExitStack
) -> tuple[Election | None, Follower | None]:
    """Return what is needed among several processes."""
    if database.is_sqlite:
        return None, None
    from kernel.election import Election  # noqa: PLC0415 (not for SQLite)
    from kernel.following import Follower  # noqa: PLC0415 (not for SQLite)

    follower = Follower(database)
    held.callback(follower.close)
    return Election(database.engine.url, f"dispatcher {region}"), follower


def _dispatch_file(settings: Settings) -> Path | None:
    """Return the file with the city's own prices and times, if it has one."""
    if settings.dispatch_settings is not None:
        return settings.dispatch_settings
    own = city_folder(settings.city, settings.data_dir) / CITY_FILE
    return own if own.exists() else None


def _prepare(context: DispatchContext, settings: Settings) -> None:
    """Make sure of the region's row, forget what has had its time, let the first admin in."""
    now = context.clock.now()
    with context.database.write() as session:
        put_region(session, context.region, time_zone=context.city.timezone)
        tidy(session, now, keep_personal=settings.keep_personal)
        if settings.admin_token is not None:
            admin = NewUser(context.region, "admin (environment)", "admin", "admin")
            token = settings.admin_token.get_secret_value()
            accept_token(session, put_user(session, admin), token, now, settings.token_life)
