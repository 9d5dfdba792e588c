"""RoutingKit's customizable contraction hierarchy (C++) behind `pyroutingkit`, on junctions."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, ClassVar

import numpy as np
import pyroutingkit
from numpy.typing import NDArray

from benchmarks.routing.peer import NO_TURNS, InProcess, elapsed_s
from benchmarks.routing.workload import CHECK_COLUMNS, CHECK_ROWS, Workload
from geo_data.network import RoadNetwork
from routing.weights import UNREACHABLE_MS, to_seconds


class PyRoutingKit(InProcess):
    """Weights are the same whole milliseconds; one thread."""

    model: ClassVar[str] = NO_TURNS
    rows: ClassVar[int | None] = None
    pairs: ClassVar[int] = 1000
    version = version("pyroutingkit")

    def prepare(self, network: RoadNetwork, workload: Workload) -> dict[str, Any]:
        """Order, contract, customize."""
        self._network, self._workload = network, workload
        self._sources = workload.source_node.astype(np.uint32)
        self._targets = workload.target_node.astype(np.uint32)
        self._nodes = np.arange(network.n_nodes, dtype=np.uint32)
        self._topology = pyroutingkit.CCHTopology()
        self._topology.build(
            network.edge_from.astype(np.uint32),
            network.edge_to.astype(np.uint32),
            network.node_lat.astype(np.float32),
            network.node_lon.astype(np.float32),
            network.n_nodes,
        )
        self._metric = pyroutingkit.CCHMetric(self._topology)
        self._customize(workload.weight_ms)
        return {}

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
