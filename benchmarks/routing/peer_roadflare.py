"""Roadflare's own engine, with turns."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.routing.peer import NO_TURNS, TURNS, InProcess, elapsed_s
from benchmarks.routing.workload import CHECK_COLUMNS, CHECK_ROWS, Workload, draw_workload
from geo_data.city_import import TOWN
from geo_data.network import RoadNetwork
from geo_data.osm_reader import read_osm
from routing.engine import open_engine
from routing.traffic import metric_bytes
from routing.travel_times import Snapped, TravelTimes

_A_DAY_S = 86_400


class Roadflare(InProcess):
    """The engine as dispatch opens it."""

    model: ClassVar[str] = TURNS
    rows: ClassVar[int | None] = None
    pairs: ClassVar[int] = 1000
    version = "here"

    def warm(self) -> None:
        """Have everything compiled, as it is at installation, by asking it of a small town."""
        network = read_osm(TOWN)
        workload = draw_workload(network, seed=1, n=100)
        self.prepare(network, workload)
        for question in (self.one_way_s, self.route_s, self.one_to_all_s):
            question(0)
        self.matrix_s(100, 100)
        self.reweight_all_s(workload.other_ms)
        self.reweight_some_s(workload.changed_ms)

    def prepare(self, network: RoadNetwork, workload: Workload) -> dict[str, Any]:
        """Open the engine."""
        self._workload = workload
        self._engine = self._open(network)
        self._sources, self._targets = workload.sources(), workload.targets()
        return {}

    def _open(self, network: RoadNetwork) -> TravelTimes:
        return open_engine(network)

    def one_way_s(self, pair: int) -> float:
        """Ask for a matrix of one by one."""
        source, target = self._sources.pick([pair]), self._targets.pick([pair])
        return elapsed_s(self._engine.matrix, source, target)

    def route_s(self, pair: int) -> float:
        """Ask for a route: edges, geometry with times, streets."""
        source, target = self._sources.pick([pair]), self._targets.pick([pair])
        return elapsed_s(self._engine.route, source, target)

    def matrix_s(self, n_sources: int, n_targets: int) -> float:
        """Ask for a matrix of positions on edges."""
        sources, targets = _first(self._sources, n_sources), _first(self._targets, n_targets)
        return elapsed_s(self._engine.matrix, sources, targets)

    def one_to_all_s(self, pair: int) -> float | None:
        """Ask which edges are reached within a day."""
        return elapsed_s(self._engine.reach, self._sources.pick([pair]), _A_DAY_S)

    def reweight_all_s(self, weight_ms: NDArray[np.int32]) -> float | None:
        """Make a metric and put it in force."""
        return elapsed_s(lambda: self._engine.use(self._engine.metric(weight_ms)))

    def reweight_some_s(self, changed_ms: NDArray[np.int32]) -> float | None:
        """Make a metric from the one in force and put it in force."""
        edges = self._workload.changed_edge
        return elapsed_s(lambda: self._engine.use(self._engine.current.updated(edges, changed_ms)))

    def more(self) -> dict[str, Any]:
        """Return what only Roadflare is asked: memory of a slice, questions during a change."""
        other = self._engine.metric(self._workload.other_ms)
        slice_mb = metric_bytes(other, beside=self._engine.current) / 2**20
        ends = self._sources.pick([0]), self._targets.pick([0])
        first_route_s = elapsed_s(lambda: self._engine.route(*ends, metric=other))
        with_routes_mb = metric_bytes(other, beside=self._engine.current) / 2**20
        return {
            "slice_mb": slice_mb,
            "slice_with_routes_mb": with_routes_mb,
            "first_route_s": first_route_s,
            "p2p_meanwhile_us": self._meanwhile_us(),
        }

    def _meanwhile_us(self) -> dict[str, float]:
        """Return how long questions take while another thread makes metrics all the time."""
        done = threading.Event()

        def change() -> None:
            while not done.is_set():
                self._engine.metric(self._workload.other_ms)

        changing = threading.Thread(target=change)
        changing.start()
        try:
            found = [self.one_way_s(pair) for pair in range(self.pairs)]
        finally:
            done.set()
            changing.join()
        return {f"p{percent}": 1e6 * float(np.percentile(found, percent)) for percent in (50, 99)}

    def check(self) -> NDArray[np.int64] | None:
        """Return the seconds between positions on edges."""
        sources = _first(self._check_sources(), CHECK_ROWS)
        targets = _first(self._check_targets(), CHECK_COLUMNS)
        return self._engine.matrix(sources, targets).astype(np.int64)

    def _check_sources(self) -> Snapped:
        return self._workload.sources()

    def _check_targets(self) -> Snapped:
        return self._workload.targets()


class RoadflareNoTurns(Roadflare):
    """The same engine, any turn allowed; compared from junction to junction."""

    model: ClassVar[str] = NO_TURNS

    def _open(self, network: RoadNetwork) -> TravelTimes:
        return open_engine(replace(network, banned_turns=()))

    def _check_sources(self) -> Snapped:
        return self._workload.source_junctions()

    def _check_targets(self) -> Snapped:
        return self._workload.target_junctions()


def _first(positions: Snapped, n: int) -> Snapped:
    return positions.pick(np.arange(min(n, len(positions))))
