"""SciPy's Dijkstra: the plain answer, on junctions and on the turn-expanded graph."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.routing.peer import NO_TURNS, TURNS, InProcess, elapsed_s
from benchmarks.routing.workload import CHECK_COLUMNS, CHECK_ROWS, Workload
from geo_data.network import RoadNetwork
from routing.dijkstra_engine import DijkstraEngine
from routing.weights import UNREACHABLE_MS, to_seconds


class SciPy(InProcess):
    """A sparse matrix of junctions; the quickest of parallel edges counts."""

    model: ClassVar[str] = NO_TURNS
    rows: ClassVar[int | None] = 25
    pairs: ClassVar[int] = 25
    version = scipy.__version__

    def prepare(self, network: RoadNetwork, workload: Workload) -> dict[str, Any]:
        """Build the sparse matrix."""
        self._workload = workload
        pair = network.edge_from.astype(np.int64) * network.n_nodes + network.edge_to
        self._order = np.argsort(pair, kind="stable")
        pair, self._first = np.unique(pair[self._order], return_index=True)
        tail, head = np.divmod(pair, network.n_nodes)
        ptr = np.searchsorted(tail, np.arange(network.n_nodes + 1))
        self._shape = (network.n_nodes, network.n_nodes)
        self._index = head.astype(np.int32), ptr.astype(np.int32)
        self._reweigh(workload.weight_ms)
        return {}

    def _reweigh(self, weight_ms: NDArray[np.int32]) -> None:
        least = np.minimum.reduceat(weight_ms[self._order], self._first)
        self._graph = csr_array((least.astype(np.float64), *self._index), shape=self._shape)

    def _search(self, sources: NDArray[np.int32]) -> NDArray[np.float64]:
        return np.asarray(dijkstra(self._graph, directed=True, indices=sources))

    def one_way_s(self, pair: int) -> float:
        """Search everywhere: there is no stopping at a target."""
        return elapsed_s(self._search, self._workload.source_node[pair : pair + 1])

    def route_s(self, pair: int) -> float:
        """Search with predecessors."""
        source = self._workload.source_node[pair : pair + 1]
        return elapsed_s(
            lambda: dijkstra(self._graph, directed=True, indices=source, return_predecessors=True)
        )

    def matrix_s(self, n_sources: int, n_targets: int) -> float:
        """Search from every source and pick the targets."""
        targets = self._workload.target_node[:n_targets]
        sources = self._workload.source_node[:n_sources]
        return elapsed_s(lambda: self._search(sources)[:, targets])

    def one_to_all_s(self, pair: int) -> float | None:
        """Search everywhere."""
        return self.one_way_s(pair)

    def reweight_all_s(self, weight_ms: NDArray[np.int32]) -> float | None:
        """Build the sparse matrix anew; what can be is kept."""
        return elapsed_s(self._reweigh, weight_ms)

    def reweight_some_s(self, changed_ms: NDArray[np.int32]) -> float | None:
        """Build the sparse matrix anew."""
        return elapsed_s(self._reweigh, self._workload.with_changed(changed_ms))

    def check(self) -> NDArray[np.int64] | None:
        """Return the seconds between junctions."""
        found_ms = self._search(self._workload.source_node[:CHECK_ROWS])
        found_ms = found_ms[:, self._workload.target_node[:CHECK_COLUMNS]]
        return to_seconds(np.minimum(found_ms, float(UNREACHABLE_MS)).astype(np.int64)).astype(
            np.int64
        )


class SciPyTurns(InProcess):
    """The turn-expanded graph, searched from one virtual state per position."""

    model: ClassVar[str] = TURNS
    rows: ClassVar[int | None] = 10
    pairs: ClassVar[int] = 10
    version = scipy.__version__

    def prepare(self, network: RoadNetwork, workload: Workload) -> dict[str, Any]:
        """Expand the turns."""
        self._network, self._workload = network, workload
        self._engine = DijkstraEngine(network, cache_bytes=0)
        return {}

    def _reweigh(self, weight_ms: NDArray[np.int32]) -> None:
        speed_kph = self._network.edge_length_m * 3600.0 / weight_ms
        network = replace(self._network, edge_speed_kph=speed_kph)
        self._engine = DijkstraEngine(network, cache_bytes=0)

    def one_way_s(self, pair: int) -> float:
        """Search everywhere."""
        source, target = self._workload.sources().pick([pair]), self._workload.targets()
        return elapsed_s(self._engine.matrix, source, target.pick([pair]))

    def route_s(self, pair: int) -> float:
        """Search everywhere and walk down the tree."""
        source, target = self._workload.sources().pick([pair]), self._workload.targets()
        return elapsed_s(self._engine.route, source, target.pick([pair]))

    def matrix_s(self, n_sources: int, n_targets: int) -> float:
        """Search from every source."""
        source = self._workload.sources().pick(np.arange(n_sources))
        target = self._workload.targets().pick(np.arange(n_targets))
        return elapsed_s(self._engine.matrix, source, target)

    def one_to_all_s(self, pair: int) -> float | None:
        """Search everywhere."""
        return self.one_way_s(pair)

    def reweight_all_s(self, weight_ms: NDArray[np.int32]) -> float | None:
        """Expand the turns anew."""
        return elapsed_s(self._reweigh, weight_ms)

    def reweight_some_s(self, changed_ms: NDArray[np.int32]) -> float | None:
        """Expand the turns anew."""
        return elapsed_s(self._reweigh, self._workload.with_changed(changed_ms))

    def check(self) -> NDArray[np.int64] | None:
        """Return the seconds between positions on edges."""
        source = self._workload.sources().pick(np.arange(CHECK_ROWS))
        target = self._workload.targets().pick(np.arange(CHECK_COLUMNS))
        return self._engine.matrix(source, target).astype(np.int64)
