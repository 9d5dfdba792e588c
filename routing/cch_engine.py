"""Travel times by a customizable contraction hierarchy over the turns of the roads."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.position import Position
from routing.cch.customise import KEY_BITS, NO_WAY, NO_WAY_KEY
from routing.cch.lanes import many_to_many
from routing.cch.metric import CchMetric
from routing.cch.pairs import find_way, least_ms
from routing.cch.positions import (
    arrivals,
    as_keys,
    both_sides,
    departures,
    go_straight_ahead,
    go_straight_ahead_keys,
    whole_seconds,
)
from routing.cch.topology import CchTopology
from routing.cch.trees import onto_edges, sweep_all
from routing.path import Path, no_way
from routing.phantoms import check_snapped, make_phantoms
from routing.questions import check_limits, check_single, foreign_metric
from routing.reach import EdgeTimes
from routing.route import RouteLayout
from routing.snap import Snapper
from routing.snap_hints import SnapHint
from routing.travel_times import UNREACHABLE_S, DrivenRoute, Metric, Snapped
from routing.weights import (
    UNREACHABLE_MS,
    check_edge_ms,
    edge_centimetres,
    edge_milliseconds,
    to_metres,
    to_seconds,
)

if TYPE_CHECKING:
    import geopandas as gpd

FEW_PAIRS = 48
"""Up to so many pairs are searched one by one."""

Ints = NDArray[np.int32]
Positions = tuple[Ints, NDArray[np.float64]]


class _Scratch(threading.local):
    """Room for searches, one for each thread; searches leave it as they found it."""

    def __init__(self, n_vertices: int) -> None:
        self.at = np.full((2, n_vertices), NO_WAY, dtype=np.int32)
        self.key_at = np.full((2, n_vertices), NO_WAY_KEY, dtype=np.int64)
        self.came = np.empty((2, n_vertices), dtype=np.int32)
        self.path = np.empty((2, n_vertices), dtype=np.int32)


class CchEngine:
    """The engine behind `routing.travel_times.TravelTimes`; exact, turn-aware, thread-safe.

    Parameters
    ----------
    network
        The roads.
    topology
        The hierarchy of that network; see `routing.cch.store`.

    Raises
    ------
    kernel.errors.BadData
        When lengths or speeds are not positive numbers.
    """

    def __init__(self, network: RoadNetwork, topology: CchTopology) -> None:
        self._network = network
        self._topology = topology
        self._edge_cm = edge_centimetres(network)
        self._current = CchMetric(topology, edge_milliseconds(network), self._edge_cm)
        self._scratch = _Scratch(topology.n_vertices)

    @property
    def network(self) -> RoadNetwork:
        """The roads."""
        return self._network

    @property
    def connected(self) -> NDArray[np.bool_]:
        """bool[n_edges]: the edges that positions are snapped to, each reachable from each."""
        return self._topology.connected

    @property
    def current(self) -> CchMetric:
        """The metric in force."""
        return self._current

    def metric(self, edge_ms: NDArray[np.integer]) -> CchMetric:
        """Return a metric of these driving times; see `routing.travel_times.TravelTimes`."""
        checked = check_edge_ms(edge_ms, self._network.n_edges)
        return CchMetric(self._topology, checked, self._edge_cm)

    def use(self, metric: Metric) -> None:
        """Put a metric in force."""
        self._current = self._own(metric)

    def _own(self, metric: Metric | None) -> CchMetric:
        if metric is None:
            return self._current
        if not isinstance(metric, CchMetric) or metric.topology is not self._topology:
            raise foreign_metric()
        return metric

    @cached_property
    def _snapper(self) -> Snapper:
        return Snapper(self._network, self._topology.connected)

    @cached_property
    def _layout(self) -> RouteLayout:
        return RouteLayout(self._network)

    def snap(
        self,
        positions: Sequence[Position],
        *,
        max_distance_m: float = 2000.0,
        heading_deg: Sequence[float | None] | None = None,
        street: Sequence[str | None] | None = None,
        hints: Sequence[SnapHint | None] | None = None,
    ) -> Snapped:
        """Lay positions on the best edge; see `routing.snap.Snapper.snap`."""
        return self._snapper.snap(
            positions,
            max_distance_m=max_distance_m,
            heading_deg=heading_deg,
            street=street,
            hints=hints,
        )

    def matrix(
        self, sources: Snapped, targets: Snapped, *, metric: Metric | None = None
    ) -> NDArray[np.int32]:
        """Return int32[n_sources, n_targets] seconds; `UNREACHABLE_S` where there is no way.

        Seconds are rounded half up from exact milliseconds.
        """
        own = self._own(metric)
        begin, end = check_snapped(self._network, sources), check_snapped(self._network, targets)
        if len(sources) * len(targets) <= FEW_PAIRS:
            best = self._few(own, begin, end)
        else:
            best = self._many(own, begin, end)
        return whole_seconds(best, int(UNREACHABLE_S))

    def _few(self, own: CchMetric, sources: Positions, targets: Positions) -> Ints:
        t, scratch = self._topology, self._scratch
        return least_ms(
            *sources, *targets, self._network.edge_reverse, own.edge_ms,
            t.edge_vertex, t.turn_ptr, t.turn_from, t.turn_ms,
            t.parent, t.up_ptr, t.up_head, t.down_ptr, t.down_tail, own.weight,
            scratch.at[0], scratch.at[1], scratch.came, scratch.path,
        )  # fmt: skip

    def _many(self, own: CchMetric, sources: Positions, targets: Positions) -> Ints:
        t = self._topology
        edges, before, after = self._sides(own, sources)
        end_edges, end_before, _ = self._sides(own, targets)
        begin = departures(edges, after, t.edge_vertex)[:3]
        end = arrivals(end_edges, end_before, t.turn_ptr, t.turn_from, t.turn_ms)[:3]
        up, down = (t.up_ptr, t.up_head, own.up), (t.down_ptr, t.down_tail, own.down)
        if len(end_edges) <= len(edges):
            best = many_to_many(_near_first(*end), t.parent, *down, *end, *up, *begin)
        else:
            order = _near_first(*begin)
            best = many_to_many(order, t.parent, *up, *begin, *down, *end).T.copy()
        go_straight_ahead(edges, before, end_edges, end_before, best)
        return best

    def matrix_with_metres(
        self, sources: Snapped, targets: Snapped, *, metric: Metric | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the matrix in seconds, and the length of the same ways in metres.

        Of equally fast ways the shortest one counts, as in `route`. Both are `UNREACHABLE_S`
        where there is no way.
        """
        own = self._own(metric)
        begin, end = check_snapped(self._network, sources), check_snapped(self._network, targets)
        best = self._many_keys(own, begin, end)
        ms, cm = best >> KEY_BITS, best & (2**KEY_BITS - 1)
        return to_seconds(ms), to_metres(ms, cm)

    def _many_keys(
        self, own: CchMetric, sources: Positions, targets: Positions
    ) -> NDArray[np.int64]:
        t, key = self._topology, own.keys.key
        edges, before, after = self._sides(own, sources)
        end_edges, end_before, _ = self._sides(own, targets)
        if not (len(edges) and len(end_edges)):
            return np.empty((len(edges), len(end_edges)), dtype=np.int64)
        ptr, vertex, at, edge, part = departures(edges, after, t.edge_vertex)
        begin = (ptr, vertex, as_keys(at, edge, part, own.edge_ms, own.edge_cm))
        ptr, vertex, at, edge, part = arrivals(
            end_edges, end_before, t.turn_ptr, t.turn_from, t.turn_ms
        )
        end = (ptr, vertex, as_keys(at, edge, part, own.edge_ms, own.edge_cm))
        up = (t.up_ptr, t.up_head, key[: t.n_up])
        down = (t.down_ptr, t.down_tail, key[t.n_up : -1])
        best = many_to_many(_near_first(*end), t.parent, *down, *end, *up, *begin)
        go_straight_ahead_keys(edges, before, end_edges, end_before, own.edge_ms, own.edge_cm, best)
        return best

    def _sides(self, own: CchMetric, positions: Positions) -> tuple[Ints, Ints, Ints]:
        return both_sides(*positions, self._network.edge_reverse, own.edge_ms)

    def route(
        self, source: Snapped, target: Snapped, *, metric: Metric | None = None
    ) -> DrivenRoute:
        """Return the fastest way between two single snapped positions.

        Its duration is exact to the millisecond; rounded half up it equals the matrix entry. Of
        equally fast ways it is the shortest one.

        Raises
        ------
        kernel.errors.Unreachable
            When there is none.
        """
        check_single(source, target)
        begin, end = check_snapped(self._network, source), check_snapped(self._network, target)
        own = self._own(metric)
        return self._layout.lay_out(self._way(own, begin, end), own.edge_ms)

    def _way(self, own: CchMetric, source: Positions, target: Positions) -> Path:
        t, scratch, keys = self._topology, self._scratch, own.keys
        total_ms, first_ms, last_ms, edges, enter_ms = find_way(
            *source, *target, self._network.edge_reverse, own.edge_ms, own.edge_cm,
            t.edge_vertex, t.turn_ptr, t.turn_from, t.turn_ms,
            t.parent, t.up_ptr, t.up_head, t.down_ptr, t.down_tail, keys.key, keys.via,
            scratch.key_at[0], scratch.key_at[1], scratch.came, scratch.path,
        )  # fmt: skip
        if total_ms >= NO_WAY:
            raise no_way()
        return Path(edges, enter_ms, first_ms, last_ms, total_ms)

    def reach(
        self,
        sources: Snapped,
        seconds: int,
        *,
        inbound: bool = False,
        metric: Metric | None = None,
    ) -> NDArray[np.bool_]:
        """Return bool[n_edges]: edges whose end is reached from any source within ``seconds``.

        With ``inbound`` the edges from whose start any source can be reached. ``seconds`` is
        inclusive.
        """
        check_limits([seconds])
        times = self._edge_times(self._own(metric), sources, inbound=inbound)
        return times.whole_edge_within(int(seconds) * 1000)

    def isochrone(
        self,
        sources: Snapped,
        seconds: Sequence[int],
        *,
        inbound: bool = False,
        metric: Metric | None = None,
    ) -> gpd.GeoDataFrame:
        """Return one row per limit (columns ``seconds``, ``geometry``), EPSG:4326 multipolygons."""
        # GeoPandas takes a second to import, and a dispatcher draws no areas.
        from routing.isochrone import isochrone_frame  # noqa: PLC0415

        check_limits(seconds)
        times = self._edge_times(self._own(metric), sources, inbound=inbound)
        return isochrone_frame(self._network, times, [int(limit) for limit in seconds])

    def _edge_times(self, own: CchMetric, points: Snapped, *, inbound: bool) -> EdgeTimes:
        t = self._topology
        edges, before, after = self._sides(own, check_snapped(self._network, points))
        up, down = (t.up_ptr, t.up_head, own.up), (t.down_ptr, t.down_tail, own.down)
        if inbound:
            _, vertex, at, _, _ = arrivals(edges, before, t.turn_ptr, t.turn_from, t.turn_ms)
            through = sweep_all(vertex, at, *down, *up)[t.edge_vertex]
        else:
            _, vertex, at, _, _ = departures(edges, after, t.edge_vertex)
            through = onto_edges(
                sweep_all(vertex, at, *up, *down), t.turn_ptr, t.turn_from, t.turn_ms
            )
        through_ms = through.astype(np.int64)
        through_ms[(through >= NO_WAY) | (own.edge_ms >= NO_WAY)] = UNREACHABLE_MS
        points_on = make_phantoms(self._network, own.edge_ms, points)
        return EdgeTimes(inbound, through_ms, points_on, own.edge_ms)


def _near_first(seed_ptr: Ints, seed: Ints, _at: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return an order in which searches that begin at neighbouring vertices follow each other."""
    first = np.append(seed, 0)[seed_ptr[:-1]]
    return np.argsort(first, kind="stable").astype(np.int64)
