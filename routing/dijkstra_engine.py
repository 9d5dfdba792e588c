"""Travel times by Dijkstra on the turn graph, with the trees of recent targets kept.

In live dispatch the targets (incidents, service centres) stay where they are and the units move. A
tree holds the time from *everywhere* to one target, so that a new matrix mostly gathers from trees
that are there already.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.position import Position
from routing.matrix import from_source_ms, straight_ahead_ms, to_target_ms
from routing.phantoms import Phantoms, make_phantoms
from routing.questions import check_limits, check_single, foreign_metric
from routing.reach import EdgeTimes
from routing.route import RouteLayout
from routing.snap import Snapper
from routing.snap_hints import SnapHint
from routing.travel_times import DrivenRoute, Metric, Snapped
from routing.tree_cache import Tree, TreeCache
from routing.tree_lengths import fastest_lengths
from routing.tree_path import find_path
from routing.tree_reach import edge_times
from routing.trees import trees_from, trees_to
from routing.turn_costs import NO_TURN_COSTS, TurnCosts
from routing.turns import TurnGraph, build_turn_graph
from routing.weights import (
    changed_edge_ms,
    check_edge_ms,
    edge_centimetres,
    to_metres,
    to_seconds,
)

if TYPE_CHECKING:
    import geopandas as gpd

DEFAULT_CACHE_BYTES = 128 * 2**20
"""About 900 trees of the demo city."""

_TREES_AT_ONCE = 64

_FORWARD_ADVANTAGE = 4
"""Search from the sources, and keep nothing, where that takes this many times fewer trees."""


class DijkstraMetric:
    """Driving times as `DijkstraEngine` uses them: a weighted turn graph, and its recent trees.

    Parameters
    ----------
    graph
        The turns with the driving times.
    cache_bytes
        Memory for trees of recent targets.
    """

    def __init__(self, graph: TurnGraph, cache_bytes: int) -> None:
        self.graph = graph
        self.trees = TreeCache(cache_bytes)

    @property
    def edge_ms(self) -> NDArray[np.int32]:
        """int32[n_edges], milliseconds; `routing.weights.CLOSED_MS` on closed edges."""
        return self.graph.edge_ms

    def updated(self, edges: NDArray[np.integer], edge_ms: NDArray[np.integer]) -> DijkstraMetric:
        """Return a metric in which the given edges take other times, the rest stays."""
        changed = changed_edge_ms(self.edge_ms, edges, edge_ms)
        return DijkstraMetric(self.graph.reweighted(changed), self.trees.max_bytes)


class DijkstraEngine:
    """The first engine behind `routing.travel_times.TravelTimes`; exact, turn-aware, thread-safe.

    Parameters
    ----------
    network
        The roads.
    turn_costs
        Seconds per kind of turn; none by default.
    cache_bytes
        Memory for trees of recent targets.

    Raises
    ------
    kernel.errors.BadData
        When the network has no edges, or lengths or speeds that are not positive numbers.
    """

    def __init__(
        self,
        network: RoadNetwork,
        *,
        turn_costs: TurnCosts = NO_TURN_COSTS,
        cache_bytes: int = DEFAULT_CACHE_BYTES,
    ) -> None:
        self._network = network
        self._graph = build_turn_graph(network, turn_costs)
        self._current = DijkstraMetric(self._graph, cache_bytes)

    @property
    def network(self) -> RoadNetwork:
        """The roads."""
        return self._network

    @property
    def connected(self) -> NDArray[np.bool_]:
        """bool[n_edges]: the edges that positions are snapped to, each reachable from each."""
        return self._graph.connected

    @property
    def current(self) -> DijkstraMetric:
        """The metric in force."""
        return self._current

    def metric(self, edge_ms: NDArray[np.integer]) -> DijkstraMetric:
        """Return a metric of these driving times; see `routing.travel_times.TravelTimes`."""
        checked = check_edge_ms(edge_ms, self._network.n_edges)
        return DijkstraMetric(self._graph.reweighted(checked), self._current.trees.max_bytes)

    def use(self, metric: Metric) -> None:
        """Put a metric in force."""
        self._current = self._own(metric)

    def _own(self, metric: Metric | None) -> DijkstraMetric:
        if metric is None:
            return self._current
        if not isinstance(metric, DijkstraMetric) or metric.graph.copies is not self._graph.copies:
            raise foreign_metric()
        return metric

    @cached_property
    def _snapper(self) -> Snapper:
        return Snapper(self._network, self._graph.connected)

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
        begin, end = self._phantoms(own, sources), self._phantoms(own, targets)
        best = straight_ahead_ms(begin, end)
        if best.size:
            self._improve_by_trees(own, best, begin, end)
        return to_seconds(best)

    def _improve_by_trees(
        self, own: DijkstraMetric, best: NDArray[np.int64], begin: Phantoms, end: Phantoms
    ) -> None:
        missing: dict[tuple[int, ...], list[int]] = {}
        for column in range(len(end)):
            tree = own.trees.get(end.key(column))
            if tree is None:
                missing.setdefault(end.key(column), []).append(column)
            else:
                best[:, column] = np.minimum(best[:, column], to_target_ms(tree, begin))
        source_rows: dict[tuple[int, ...], list[int]] = {}
        for row in range(len(begin)):
            source_rows.setdefault(begin.key(row), []).append(row)
        if len(missing) > _FORWARD_ADVANTAGE * len(source_rows):
            self._search_from_sources(own.graph, best, begin, end, list(source_rows.values()))
        else:
            self._search_to_targets(own, best, begin, end, list(missing.values()))

    def _search_to_targets(
        self,
        own: DijkstraMetric,
        best: NDArray[np.int64],
        begin: Phantoms,
        end: Phantoms,
        columns: list[list[int]],
    ) -> None:
        for first in range(0, len(columns), _TREES_AT_ONCE):
            chunk = columns[first : first + _TREES_AT_ONCE]
            trees = self._target_trees(own, end, [same[0] for same in chunk])
            for tree, same in zip(trees, chunk, strict=True):
                time_ms = to_target_ms(tree, begin)
                best[:, same] = np.minimum(best[:, same], time_ms[:, None])

    def _search_from_sources(
        self,
        graph: TurnGraph,
        best: NDArray[np.int64],
        begin: Phantoms,
        end: Phantoms,
        rows: list[list[int]],
    ) -> None:
        for first in range(0, len(rows), _TREES_AT_ONCE):
            chunk = rows[first : first + _TREES_AT_ONCE]
            starts = [[(e, after) for e, _, after in begin.sides(same[0])] for same in chunk]
            for tree, same in zip(trees_from(graph, starts), chunk, strict=True):
                best[same] = np.minimum(best[same], from_source_ms(graph, tree, end))

    @staticmethod
    def _target_trees(own: DijkstraMetric, end: Phantoms, rows: Sequence[int]) -> list[Tree]:
        """Search and keep the trees to the given targets."""
        starts = [[(edge, before) for edge, before, _ in end.sides(row)] for row in rows]
        trees = [tree.copy() for tree in trees_to(own.graph, starts)]
        for row, tree in zip(rows, trees, strict=True):
            own.trees.put(end.key(row), tree)
        return trees

    def matrix_with_metres(
        self, sources: Snapped, targets: Snapped, *, metric: Metric | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the matrix, and the length of the same ways as int32 metres; very slow."""
        own = self._own(metric)
        begin, end = self._phantoms(own, sources), self._phantoms(own, targets)
        edge_cm = edge_centimetres(self._network)
        ms, cm = fastest_lengths(own.graph, edge_cm, begin, end)
        return to_seconds(ms), to_metres(ms, cm)

    def route(
        self, source: Snapped, target: Snapped, *, metric: Metric | None = None
    ) -> DrivenRoute:
        """Return the fastest way between two single snapped positions.

        Its duration is exact to the millisecond; rounded half up it equals the matrix entry.

        Raises
        ------
        kernel.errors.Unreachable
            When there is none.
        """
        check_single(source, target)
        own = self._own(metric)
        begin, end = self._phantoms(own, source), self._phantoms(own, target)
        tree = own.trees.get(end.key(0))
        if tree is None:
            tree = self._target_trees(own, end, [0])[0]
        path = find_path(own.graph, tree, begin, end)
        return self._layout.lay_out(path, own.edge_ms)

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
        times = self._edge_times(self._own(metric), sources, seconds, inbound=inbound)
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
        own = self._own(metric)
        times = self._edge_times(own, sources, max(seconds, default=0), inbound=inbound)
        return isochrone_frame(self._network, times, [int(limit) for limit in seconds])

    def _edge_times(
        self, own: DijkstraMetric, points: Snapped, seconds: int, *, inbound: bool
    ) -> EdgeTimes:
        phantoms = self._phantoms(own, points)
        return edge_times(own.graph, phantoms, int(seconds) * 1000, inbound=inbound)

    def _phantoms(self, own: DijkstraMetric, snapped: Snapped) -> Phantoms:
        return make_phantoms(self._network, own.edge_ms, snapped)
