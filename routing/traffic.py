"""Travel times of a departure and a vehicle: slices of the week, and what happens right now.

Each (vehicle, slice) has a metric, made when it is first asked for and kept; equal ones are shared.
An overlay is laid on all of them by a thread of its own: readers go on with the metrics they hold,
and the next question finds either all of the overlay or nothing of it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from routing.bound_times import BoundTimes
from routing.overlay import NO_OVERLAY, Overlay, overlaid_ms
from routing.slices import Slice
from routing.speeds import VAN, SpeedTable, edge_times_ms
from routing.travel_times import Metric, TravelTimes
from routing.weights import CLOSED_MS

_log = logging.getLogger(__name__)

Key = tuple[str, str | None]
"""Vehicle class, and name of the slice or None at free flow."""


@dataclass(frozen=True, eq=False)
class _Live:
    """An overlay with the metrics that hold it. Replaced as a whole, never changed."""

    version: int = 0
    overlay: Overlay = NO_OVERLAY
    metrics: dict[Key, Metric] = field(default_factory=dict)


class TrafficTimes:
    """Travel times that know the vehicle, the time of the week and the live overlay.

    May be shared between threads. Close it, or use it in a ``with`` block: it holds a thread from
    the first overlay on.

    Parameters
    ----------
    engine
        Makes the metrics and answers from them; its own metric in force is left alone.
    table
        Speeds; the empty table is the map's free flow for every departure.
    signals
        bool[n_edges], edges that end at traffic signals (`geo_data.signals`).
    on_laid
        Called, in the thread that lays overlays, when another one has come into force.
    """

    def __init__(
        self,
        engine: TravelTimes,
        table: SpeedTable | None = None,
        *,
        signals: NDArray[np.bool_] | None = None,
        on_laid: Callable[[], None] | None = None,
    ) -> None:
        self._engine = engine
        self._table = table or SpeedTable()
        self._on_laid = on_laid
        self._signals = signals
        self._plain: dict[Key, Metric] = {}
        self._live = _Live()
        self._making = threading.Lock()
        self._changed = threading.Condition()
        self._wanted: tuple[int, Overlay] | None = None
        self._last_version = 0
        self._failure: Exception | None = None
        self._thread: threading.Thread | None = None
        self._closing = False

    # ------------------------------------------------------------------------ asking

    def at(self, departure: datetime, vehicle: str = VAN) -> TravelTimes:
        """Return the travel times of a departure: one consistent set, whatever happens later.

        The speeds of the slice at the departure hold for the whole drive: drives here last minutes,
        and a slice hours.

        Raises
        ------
        InvalidInput
            When the vehicle class is unknown or the departure naive.
        """
        self._table.vehicle(vehicle)
        part = self._table.slice_at(departure, vehicle)
        key = (vehicle, None if part is None else part.name)
        live = self._live  # once: the next line may find another one
        if not live.overlay.counts_at(departure):
            return BoundTimes(self._engine, self._plain_metric(key, part))
        plain = self._plain_metric(key, part)
        metric = live.metrics.get(key)
        if metric is None:
            metric = self._laid(plain, live.overlay)
            live.metrics.setdefault(key, metric)
        closed = (metric.edge_ms == CLOSED_MS) & (plain.edge_ms != CLOSED_MS)
        return BoundTimes(self._engine, metric, closed if closed.any() else None)

    def prepare(self) -> None:
        """Make the metrics of all vehicles and slices now, so that no question waits for one."""
        for vehicle in self._table.vehicles:
            for part in (None, *self._table.slices):
                if part is None or part.vehicles is None or vehicle in part.vehicles:
                    self._plain_metric((vehicle, None if part is None else part.name), part)

    def _plain_metric(self, key: Key, part: Slice | None) -> Metric:
        metric = self._plain.get(key)
        if metric is not None:
            return metric
        with self._making:
            if key not in self._plain:
                time_ms = edge_times_ms(
                    self._engine.network, self._table, key[0], part, self._signals
                )
                self._plain[key] = self._equal_metric(time_ms) or self._engine.metric(time_ms)
            return self._plain[key]

    def _equal_metric(self, time_ms: NDArray[np.int32]) -> Metric | None:
        known = (self._engine.current, *self._plain.values())
        return next((m for m in known if np.array_equal(m.edge_ms, time_ms)), None)

    # ----------------------------------------------------------------------- overlays

    @property
    def overlay(self) -> Overlay:
        """The overlay in force."""
        return self._live.overlay

    @property
    def version(self) -> int:
        """Number of the overlay in force: what `put` returned for it; 0 before the first."""
        return self._live.version

    def put(self, overlay: Overlay) -> int:
        """Ask for an overlay to replace the one in force, and return its number at once.

        A thread lays it on the metrics in use. Of overlays that follow each other faster than that
        only the last one comes into force.

        Raises
        ------
        InvalidInput
            When it does not fit the network; the overlay in force stays.
        """
        # Before the thread has it, where nobody would hear the complaint.
        overlaid_ms(self._engine.network, self._engine.current.edge_ms, overlay)
        with self._changed:
            if self._closing:
                raise RuntimeError("these traffic times are closed")
            self._last_version += 1
            self._wanted = (self._last_version, overlay)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._lay_overlays, name="traffic-overlay", daemon=True
                )
                self._thread.start()
            self._changed.notify_all()
            return self._last_version

    def wait(self, version: int, timeout_s: float | None = None) -> bool:
        """Wait until an overlay, or a later one, is in force; return whether it is.

        Raises
        ------
        Exception
            What stopped the laying, if anything did.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self.version >= version or self._failure is not None, timeout_s
            )
            if self._failure is not None:
                raise self._failure
            return self.version >= version

    def _lay_overlays(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted is not None or self._closing)
                if self._closing or self._wanted is None:
                    return
                (version, overlay), self._wanted = self._wanted, None
            try:
                live = self._with_overlay(version, overlay)
            except Exception as error:  # noqa: BLE001 (told to whoever waits, and logged)
                _log.exception("Overlay %d could not be laid; the one before stays.", version)
                with self._changed:
                    self._failure = error
                    self._changed.notify_all()
                continue
            with self._changed:
                self._live, self._failure = live, None
                self._changed.notify_all()
            if self._on_laid is not None:
                self._on_laid()

    def _with_overlay(self, version: int, overlay: Overlay) -> _Live:
        """Return the overlay with the metrics of every slice that was asked for so far."""
        if not len(overlay):
            return _Live(version, overlay)
        # From the metrics that hold the overlay before: mostly few edges differ.
        before = self._live.metrics
        metrics = {
            key: self._laid(plain, overlay, before.get(key))
            for key, plain in list(self._plain.items())
        }
        return _Live(version, overlay, metrics)

    def _laid(self, plain: Metric, overlay: Overlay, start: Metric | None = None) -> Metric:
        start = start or plain
        time_ms = overlaid_ms(self._engine.network, plain.edge_ms, overlay)
        edges = np.flatnonzero(time_ms != start.edge_ms)
        return start.updated(edges, time_ms[edges]) if len(edges) else start

    # ------------------------------------------------------------------------- closing

    def close(self) -> None:
        """End the thread; questions may go on."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def metric_bytes(metric: Metric, beside: Metric) -> int:
    """Return the memory that a metric takes beside another one of its engine.

    Arrays that both share are counted for neither: they belong to the engine.
    """
    shared = {id(value) for value in _arrays(beside)}
    return sum(array.nbytes for array in _arrays(metric) if id(array) not in shared)


def _arrays(holder: object) -> list[NDArray[np.generic]]:
    """Return the arrays that an object holds, directly or in objects it holds itself."""
    found: list[NDArray[np.generic]] = []
    names = [*getattr(holder, "__dict__", {}), *getattr(type(holder), "__slots__", ())]
    for value in (getattr(holder, name) for name in names):
        if isinstance(value, np.ndarray):
            found.append(value)
        elif type(value).__module__.startswith("routing."):
            found += _arrays(value)
    return found
