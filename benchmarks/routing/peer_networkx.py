"""NetworkX: pure Python, where planners live; a sample of rows only."""

from __future__ import annotations

from typing import Any, ClassVar

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from benchmarks.routing.peer import NO_TURNS, InProcess, elapsed_s
from benchmarks.routing.workload import CHECK_COLUMNS, Workload
from geo_data.network import RoadNetwork
from routing.travel_times import UNREACHABLE_S

_CHECK_ROWS = 4


class NetworkX(InProcess):
    """A directed graph of junctions; the quickest of parallel edges counts."""

    model: ClassVar[str] = NO_TURNS
    rows: ClassVar[int | None] = 3
    pairs: ClassVar[int] = 10
    version = nx.__version__

    def prepare(self, network: RoadNetwork, workload: Workload) -> dict[str, Any]:
        """Build the graph."""
        self._workload = workload
        self._ends = network.edge_from.tolist(), network.edge_to.tolist()
        self._graph: nx.DiGraph[int] = nx.DiGraph()
        self._graph.add_nodes_from(range(network.n_nodes))
        self._reweigh(workload.weight_ms)
        return {}

    def _reweigh(self, weight_ms: NDArray[np.int32]) -> None:
        # The slowest first: the quickest of parallel edges is written last and stays.
        order = np.argsort(-weight_ms, kind="stable").tolist()
        tail, head = self._ends
        weights = weight_ms.tolist()
        self._graph.add_weighted_edges_from((tail[e], head[e], weights[e]) for e in order)

    def _row(self, source: int) -> dict[int, float]:
        return nx.single_source_dijkstra_path_length(self._graph, source)

    def one_way_s(self, pair: int) -> float:
        """Search from both ends."""
        ends = int(self._workload.source_node[pair]), int(self._workload.target_node[pair])
        return elapsed_s(lambda: nx.bidirectional_dijkstra(self._graph, *ends))

    def route_s(self, pair: int) -> float:
        """Search from both ends: junctions, without any geometry."""
        return self.one_way_s(pair)

    def matrix_s(self, n_sources: int, n_targets: int) -> float:
        """Search from every source and pick the targets."""
        targets = self._workload.target_node[:n_targets].tolist()

        def rows() -> list[list[float]]:
            found = map(self._row, self._workload.source_node[:n_sources].tolist())
            return [[row.get(target, np.inf) for target in targets] for row in found]

        return elapsed_s(rows)

    def one_to_all_s(self, pair: int) -> float | None:
        """Search everywhere."""
        return elapsed_s(self._row, int(self._workload.source_node[pair]))

    def reweight_all_s(self, weight_ms: NDArray[np.int32]) -> float | None:
        """Write every weight."""
        return elapsed_s(self._reweigh, weight_ms)

    def reweight_some_s(self, changed_ms: NDArray[np.int32]) -> float | None:
        """Write every weight: an edge may be hidden behind a quicker parallel one."""
        return elapsed_s(self._reweigh, self._workload.with_changed(changed_ms))

    def check(self) -> NDArray[np.int64] | None:
        """Return the seconds between junctions, a few rows."""
        targets = self._workload.target_node[:CHECK_COLUMNS].tolist()
        found = map(self._row, self._workload.source_node[:_CHECK_ROWS].tolist())
        unreachable_ms = int(UNREACHABLE_S) * 1000
        rows = [[row.get(target, unreachable_ms) for target in targets] for row in found]
        found_ms = np.array(rows, dtype=np.int64)
        return np.asarray(np.minimum((found_ms + 500) // 1000, int(UNREACHABLE_S)))
