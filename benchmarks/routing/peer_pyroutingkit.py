"""RoutingKit's customizable contraction hierarchy (C++) behind `pyroutingkit`, on junctions."""

from __future__ import annotations

from importlib.metadata import version
from time import perf_counter
from typing import Any, ClassVar

import numpy as np
import pyroutingkit
from numpy.typing import NDArray

from benchmarks.routing.peer import NO_TURNS, TURNS, InProcess, elapsed_s
from benchmarks.routing.workload import CHECK_COLUMNS, CHECK_ROWS, Workload
from geo_data.network import RoadNetwork
from routing.turns import build_turn_graph
from routing.weights import UNREACHABLE_MS, to_seconds


class PyRoutingKit(InProcess):
    """Weights are the same whole milliseconds; one thread."""

    model: ClassVar[str] = NO_TURNS
    rows: ClassVar[int | None] = None
    pairs: ClassVar[int] = 1000
    version = version("pyroutingkit")

    def prepare(self, network: RoadNetwork, workload: Workload) -> dict[str, Any]:
        """Order, contract, customize."""
        self._workload = workload
        self._sources = workload.source_node.astype(np.uint32)
        self._targets = workload.target_node.astype(np.uint32)
        ends = network.edge_from, network.edge_to
        self._build(ends, network.node_lat, network.node_lon)
        self._customize(workload.weight_ms)
        return {}

    def _build(
        self,
        ends: tuple[NDArray[np.int32], NDArray[np.int32]],
        lat: NDArray[np.float64],
        lon: NDArray[np.float64],
    ) -> None:
        self._nodes = np.arange(len(lat), dtype=np.uint32)
        self._topology = pyroutingkit.CCHTopology()
        tail, head = (side.astype(np.uint32) for side in ends)
        self._topology.build(tail, head, lat.astype(np.float32), lon.astype(np.float32), len(lat))
        self._metric = pyroutingkit.CCHMetric(self._topology)

    def _customize(self, weight_ms: NDArray[np.int32]) -> None:
        self._metric.customize(weight_ms.astype(np.uint32), thread_count=1)

    def one_way_s(self, pair: int) -> float:
        """Query; this library always unpacks the path."""
        return elapsed_s(self._metric.query, int(self._sources[pair]), int(self._targets[pair]))

    def route_s(self, pair: int) -> float:
        """Query: junctions and edges, without any geometry."""
        return self.one_way_s(pair)

    def matrix_s(self, n_sources: int, n_targets: int) -> float:
        """Ask for the matrix between junctions."""
        return elapsed_s(
            self._metric.distances_many_to_many,
            self._sources[:n_sources],
            self._targets[:n_targets],
        )

    def one_to_all_s(self, pair: int) -> float | None:
        """Ask for one row over all junctions."""
        sources = self._sources[pair : pair + 1]
        return elapsed_s(self._metric.distances_many_to_many, sources, self._nodes)

    def reweight_all_s(self, weight_ms: NDArray[np.int32]) -> float | None:
        """Customize."""
        return elapsed_s(self._customize, weight_ms)

    def reweight_some_s(self, changed_ms: NDArray[np.int32]) -> float | None:
        """Customize what the changed edges touch."""
        return elapsed_s(
            self._metric.update_weights,
            self._workload.changed_edge.astype(np.uint32),
            changed_ms.astype(np.uint32),
        )

    def check(self) -> NDArray[np.int64] | None:
        """Return the seconds between junctions."""
        found_ms = self._metric.distances_many_to_many(
            self._sources[:CHECK_ROWS], self._targets[:CHECK_COLUMNS]
        ).astype(np.int64)
        return to_seconds(np.minimum(found_ms, int(UNREACHABLE_MS))).astype(np.int64)


class PyRoutingKitTurns(PyRoutingKit):
    """The same on the turn-expanded graph: from the end of one edge to the end of another.

    It knows no positions on edges and no two sides of a street, so that its times are not compared.
    """

    model: ClassVar[str] = TURNS

    def prepare(self, network: RoadNetwork, workload: Workload) -> dict[str, Any]:
        """Expand the turns, then order, contract, customize."""
        self._workload = workload
        self._sources = workload.source_edge.astype(np.uint32)
        self._targets = workload.target_edge.astype(np.uint32)
        graph = build_turn_graph(network)
        arcs = graph.outgoing
        before = np.repeat(np.arange(graph.n_states, dtype=np.int32), np.diff(arcs.ptr))
        self._edge_of_arc = graph.state_edge[arcs.state]
        edges = network.edge_to[graph.state_edge]
        self._build((before, arcs.state), network.node_lat[edges], network.node_lon[edges])
        self._customize(workload.weight_ms)
        return {}

    def _customize(self, weight_ms: NDArray[np.int32]) -> None:
        super()._customize(weight_ms[self._edge_of_arc])

    def reweight_some_s(self, changed_ms: NDArray[np.int32]) -> float | None:
        """Customize what the turns onto the changed edges touch."""
        begin = perf_counter()
        arcs = np.flatnonzero(np.isin(self._edge_of_arc, self._workload.changed_edge))
        new_ms = self._workload.with_changed(changed_ms)[self._edge_of_arc[arcs]]
        self._metric.update_weights(arcs.astype(np.uint32), new_ms.astype(np.uint32))
        return perf_counter() - begin

    def check(self) -> NDArray[np.int64] | None:
        """Nothing to compare: its places are not ours."""
        return None
