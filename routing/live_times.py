"""Travel times of a running service: slices of the week, and the road reports in force.

The table of reports is the truth. A process reads it when it starts and whenever an event says that
it has changed, in this process or another one; laying it on the roads is `TrafficTimes`' thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import numpy as np
import structlog
from numpy.typing import NDArray
from sqlalchemy.exc import SQLAlchemyError

from kernel.clock import Clock
from kernel.database import Database
from kernel.errors import RoadflareError
from kernel.events import Event
from routing.road_reports import RoadReport, overlay_of
from routing.speeds import VAN, SpeedTable
from routing.store import CLEARED, REPORTED, reports_in_force
from routing.traffic import TrafficTimes
from routing.travel_times import TravelTimes

Stamp = tuple[int, str, str | None]
"""Number of the overlay, vehicle class and name of the slice: equal ones mean equal answers."""

_log = structlog.get_logger(__name__)


class LiveTimes:
    """What a region's process asks for travel times of now. May be shared between threads.

    Parameters
    ----------
    engine
        The roads.
    database, clock, region
        Whose reports count, and when they run out.
    table
        Speeds. Without one all vehicles drive as the map says, at all times: the engine's answers.
    signals
        bool[n_edges], edges that end at traffic signals.
    at_once
        Wait until a change is laid on the roads; for whoever drives a service by hand.
    """

    def __init__(
        self,
        engine: TravelTimes,
        database: Database,
        clock: Clock,
        region: str,
        table: SpeedTable | None = None,
        *,
        signals: NDArray[np.bool_] | None = None,
        at_once: bool = False,
    ) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock
        self._region = region
        self._table = table or SpeedTable()
        self._at_once = at_once
        self._told: list[Callable[[], None]] = []
        self._turn = threading.Lock()
        self._reports: tuple[RoadReport, ...] = ()
        self._last_put = 0
        self._traffic = TrafficTimes(
            engine, self._table, signals=signals, on_laid=None if at_once else self._tell
        )
        self.vehicles: tuple[str, ...] = (VAN,) if table is None else tuple(self._table.vehicles)
        database.on_commit(self._hear)
        self.refresh()
        self._traffic.wait(self._last_put)

    def at(self, departure: datetime, vehicle: str = VAN) -> TravelTimes:
        """Return the travel times of a departure; see `TrafficTimes.at`.

        Without a table every vehicle class is a van.
        """
        self._forget_what_ran_out()
        return self._traffic.at(departure, self._class(vehicle))

    def now(self, vehicle: str = VAN) -> TravelTimes:
        """Return the travel times of who leaves now."""
        return self.at(self._clock.now(), vehicle)

    def stamp(self, vehicle: str = VAN) -> Stamp:
        """Return what tells the answers of now from those of other times."""
        self._forget_what_ran_out()
        chosen = self._class(vehicle)
        part = self._table.slice_at(self._clock.now(), chosen)
        return (self._traffic.version, chosen, None if part is None else part.name)

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call back, in a thread of its own, whenever other reports have come into force."""
        self._told.append(callback)

    def refresh(self) -> None:
        """Read the reports in force, and let them be laid on the roads if they have changed."""
        with self._turn:
            with self._database.read() as session:
                found = reports_in_force(session, self._region, self._clock.now())
            self._put(tuple(found))

    def close(self) -> None:
        """End the thread."""
        self._traffic.close()

    def _class(self, vehicle: str) -> str:
        return vehicle if vehicle in self.vehicles else VAN

    def _forget_what_ran_out(self) -> None:
        now = self._clock.now()
        if all(report.counts_at(now) for report in self._reports):
            return
        with self._turn:
            self._put(tuple(report for report in self._reports if report.counts_at(now)))

    def _put(self, reports: tuple[RoadReport, ...]) -> None:
        if reports == self._reports:
            return
        self._last_put = self._traffic.put(overlay_of(self._engine, reports))
        self._reports = reports
        if self._at_once:
            self._traffic.wait(self._last_put)
            self._tell()

    def _hear(self, happened: tuple[Event, ...]) -> None:
        if not any(e.region == self._region and e.kind in (REPORTED, CLEARED) for e in happened):
            return
        try:
            self.refresh()
        except (SQLAlchemyError, RoadflareError):  # what was committed is; the next event tries it
            _log.exception("roads.not_refreshed")

    def _tell(self) -> None:
        for callback in tuple(self._told):
            callback()
