"""What every engine is asked: the same network, positions and weights, drawn from one seed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo_data.cache import load_network, save_network
from geo_data.network import RoadNetwork
from routing.snap import points_on
from routing.travel_times import Snapped
from routing.turns import build_turn_graph
from routing.weights import edge_milliseconds

MATRIX_SIZES = (100, 500, 1000, 2000)
CHECK_ROWS, CHECK_COLUMNS = 64, 160
"""The first so many sources and targets are compared between engines: 10,240 pairs."""

_NETWORK_FILE, _DRAW_FILE = "network.npz", "workload.npz"


@dataclass(frozen=True, eq=False)
class Workload:
    """Positions and weights; ``n`` is the largest matrix size.

    Attributes
    ----------
    source_edge, source_fraction, target_edge, target_fraction
        Positions on connected edges, for engines that know positions on edges.
    source_lon, source_lat, target_lon, target_lat
        The same, for engines that snap.
    source_node, target_node
        Junctions, for engines that know nothing but junctions.
    arriving_edge, leaving_edge
        An edge that ends at each source junction, and one that begins at each target junction.
    weight_ms
        int32[n_edges], driving time of each edge.
    other_ms
        int32[n_edges], another one: each up to three times as long.
    changed_edge, changed_ms
        One edge in a hundred, and a third time for it.
    """

    source_edge: NDArray[np.int32]
    source_fraction: NDArray[np.float64]
    target_edge: NDArray[np.int32]
    target_fraction: NDArray[np.float64]
    source_lon: NDArray[np.float64]
    source_lat: NDArray[np.float64]
    target_lon: NDArray[np.float64]
    target_lat: NDArray[np.float64]
    source_node: NDArray[np.int32]
    target_node: NDArray[np.int32]
    arriving_edge: NDArray[np.int32]
    leaving_edge: NDArray[np.int32]
    weight_ms: NDArray[np.int32]
    other_ms: NDArray[np.int32]
    changed_edge: NDArray[np.int32]
    changed_ms: NDArray[np.int32]

    def sources(self) -> Snapped:
        """Return the source positions."""
        return _snapped(self.source_edge, self.source_fraction)

    def targets(self) -> Snapped:
        """Return the target positions."""
        return _snapped(self.target_edge, self.target_fraction)

    def source_junctions(self) -> Snapped:
        """Return the ends of the arriving edges: positions at the source junctions."""
        return _snapped(self.arriving_edge, np.ones(len(self.arriving_edge)))

    def target_junctions(self) -> Snapped:
        """Return the beginnings of the leaving edges: positions at the target junctions."""
        return _snapped(self.leaving_edge, np.zeros(len(self.leaving_edge)))

    def with_changed(self, changed_ms: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the other weights of all edges, with these of the changed edges."""
        weight_ms = self.other_ms.copy()
        weight_ms[self.changed_edge] = changed_ms
        return weight_ms


def draw_workload(network: RoadNetwork, seed: int, n: int = max(MATRIX_SIZES)) -> Workload:
    """Draw positions evenly over the connected edges of a network."""
    rng = np.random.default_rng(seed)
    connected = np.flatnonzero(build_turn_graph(network).connected)
    source, target, arriving, leaving = (
        rng.choice(connected, n, replace=n > len(connected)).astype(np.int32) for _ in range(4)
    )
    source_fraction, target_fraction = rng.random(n), rng.random(n)
    source_lonlat = points_on(network, _snapped(source, source_fraction))
    target_lonlat = points_on(network, _snapped(target, target_fraction))
    weight_ms = edge_milliseconds(network)
    changed = rng.choice(network.n_edges, max(1, network.n_edges // 100), replace=False)
    return Workload(
        source_edge=source,
        source_fraction=source_fraction,
        target_edge=target,
        target_fraction=target_fraction,
        source_lon=source_lonlat[:, 0],
        source_lat=source_lonlat[:, 1],
        target_lon=target_lonlat[:, 0],
        target_lat=target_lonlat[:, 1],
        source_node=network.edge_to[arriving],
        target_node=network.edge_from[leaving],
        arriving_edge=arriving,
        leaving_edge=leaving,
        weight_ms=weight_ms,
        other_ms=_slower(weight_ms, rng),
        changed_edge=np.sort(changed).astype(np.int32),
        changed_ms=_slower(weight_ms[np.sort(changed)], rng),
    )


def save_workload(folder: Path, network: RoadNetwork, workload: Workload) -> None:
    """Write what the engines' processes read."""
    save_network(folder / _NETWORK_FILE, network)
    np.savez(folder / _DRAW_FILE, allow_pickle=False, **vars(workload))


def load_workload(folder: Path) -> tuple[RoadNetwork, Workload]:
    """Read what `save_workload` wrote."""
    with np.load(folder / _DRAW_FILE, allow_pickle=False) as arrays:
        workload = Workload(**{field.name: arrays[field.name] for field in fields(Workload)})
    return load_network(folder / _NETWORK_FILE), workload


def _snapped(edge: NDArray[np.int32], fraction: NDArray[np.float64]) -> Snapped:
    return Snapped(edge=edge, fraction=fraction, distance_m=np.zeros(len(edge)))


def _slower(weight_ms: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int32]:
    return np.round(weight_ms * rng.uniform(1.0, 3.0, len(weight_ms))).astype(np.int32)
