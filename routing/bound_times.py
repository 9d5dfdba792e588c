"""Travel times by one metric and no other: what a question of one departure is answered from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.errors import InvalidInput
from kernel.position import Position
from routing.closures import to_open_road
from routing.snap_hints import SnapHint
from routing.travel_times import DrivenRoute, Metric, Snapped, TravelTimes

if TYPE_CHECKING:
    import geopandas as gpd


class BoundTimes:
    """An engine with a metric of its own; a `TravelTimes` whose answers all agree.

    Parameters
    ----------
    engine
        Answers.
    metric
        Made by that engine.
    closed
        bool[n_edges], edges that were closed under those who are on them: they leave them, and are
        reached, over the nearest open end (`routing.closures`).
    """

    def __init__(
        self, engine: TravelTimes, metric: Metric, closed: NDArray[np.bool_] | None = None
    ) -> None:
        self._engine = engine
        self._metric = metric
        self._closed = closed

    @property
    def network(self) -> RoadNetwork:
        """The roads."""
        return self._engine.network

    @property
    def current(self) -> Metric:
        """The metric that all answers are given from."""
        return self._metric

    def metric(self, edge_ms: NDArray[np.integer]) -> Metric:
        """Return a metric of these driving times; see `routing.travel_times.TravelTimes`."""
        return self._engine.metric(edge_ms)

    def use(self, metric: Metric) -> None:  # noqa: ARG002 (the protocol has it)
        """Refuse: these times are bound to their metric.

        Raises
        ------
        InvalidInput
            Always.
        """
        raise InvalidInput.one(
            "/metric", "metric.bound", "These travel times keep the metric they were made with.",
            "Ask for the times of another departure, or use the engine itself.",
        )  # fmt: skip

    def snap(
        self,
        positions: Sequence[Position],
        *,
        max_distance_m: float = 2000.0,
        hints: Sequence[SnapHint | None] | None = None,
    ) -> Snapped:
        """Lay positions on roads; see `routing.snap.Snapper.snap`."""
        return self._engine.snap(positions, max_distance_m=max_distance_m, hints=hints)

    def matrix(
        self, sources: Snapped, targets: Snapped, *, metric: Metric | None = None
    ) -> NDArray[np.int32]:
        """Return int32[n_sources, n_targets] seconds; `UNREACHABLE_S` where there is no way."""
        begin, end = self._from(sources), self._to(targets)
        return self._engine.matrix(begin, end, metric=metric or self._metric)

    def matrix_with_metres(
        self, sources: Snapped, targets: Snapped, *, metric: Metric | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the matrix, and the length of the same ways as int32 metres."""
        begin, end = self._from(sources), self._to(targets)
        return self._engine.matrix_with_metres(begin, end, metric=metric or self._metric)

    def route(
        self, source: Snapped, target: Snapped, *, metric: Metric | None = None
    ) -> DrivenRoute:
        """Return the fastest way between two single snapped positions.

        Raises
        ------
        kernel.errors.Unreachable
            When there is none.
        """
        begin, end = self._from(source), self._to(target)
        return self._engine.route(begin, end, metric=metric or self._metric)

    def reach(
        self,
        sources: Snapped,
        seconds: int,
        *,
        inbound: bool = False,
        metric: Metric | None = None,
    ) -> NDArray[np.bool_]:
        """Return bool[n_edges]: edges whose end is reached from any source within ``seconds``."""
        chosen = metric or self._metric
        points = self._to(sources) if inbound else self._from(sources)
        return self._engine.reach(points, seconds, inbound=inbound, metric=chosen)

    def isochrone(
        self,
        sources: Snapped,
        seconds: Sequence[int],
        *,
        inbound: bool = False,
        metric: Metric | None = None,
    ) -> gpd.GeoDataFrame:
        """Return one row per limit (columns ``seconds``, ``geometry``), EPSG:4326 multipolygons."""
        chosen = metric or self._metric
        points = self._to(sources) if inbound else self._from(sources)
        return self._engine.isochrone(points, seconds, inbound=inbound, metric=chosen)

    def _from(self, places: Snapped) -> Snapped:
        if self._closed is None:
            return places
        return to_open_road(self.network, self._closed, places, inbound=False)

    def _to(self, places: Snapped) -> Snapped:
        if self._closed is None:
            return places
        return to_open_road(self.network, self._closed, places, inbound=True)
