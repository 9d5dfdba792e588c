"""What is known to differ on the road right now: closures, measured speeds, slower traffic."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.errors import InvalidInput
from routing.weights import CLOSED_MS, MAX_EDGE_MS

FASTEST_KPH = 200.0
"""Nobody measured more on a public road; whoever reports it mistook the unit."""

CLOSED_KPH = 0.0

FACTOR = (0.05, 2.0)
"""On a speed: a twentieth is a standstill, and no congestion doubles speeds."""


@dataclass(frozen=True, eq=False)
class Overlay:
    """What changes the slice's speed on single edges. Immutable: changes make a new one.

    Attributes
    ----------
    speed_kph
        By edge; `CLOSED_KPH` where it is closed.
    factor
        By edge that is not in ``speed_kph``: on the speed that the slice gives.
    until
        It counts for departures before this instant (exclusive); None for as long as it stands.
        Who departs tomorrow does not meet the jam of today.
    """

    speed_kph: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    until: datetime | None = None
    factor: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))

    def __len__(self) -> int:
        return len(self.speed_kph) + len(self.factor)

    def with_speeds(self, speed_kph: Mapping[int, float]) -> Overlay:
        """Return the overlay with these edges driven at these speeds.

        Raises
        ------
        InvalidInput
            Naming the first speed that is not above 0 and at most `FASTEST_KPH`.
        """
        for edge, speed in speed_kph.items():
            if not (math.isfinite(speed) and 0 < speed <= FASTEST_KPH):
                raise InvalidInput.one(
                    f"/speed_kph/{edge}",
                    "overlay.speed",
                    f"{speed!r} km/h on edge {edge} is no speed.",
                    f"Give more than 0 and at most {FASTEST_KPH:g} km/h, or close the edge.",
                    zh=f"{speed!r} km/h 不是有效车速，"
                    f"请填写大于 0 且不超过 {FASTEST_KPH:g} km/h，或封闭该路段。",
                )
        return self._with({int(edge): float(speed) for edge, speed in speed_kph.items()})

    def with_closed(self, edges: Iterable[int]) -> Overlay:
        """Return the overlay with these edges closed."""
        return self._with({int(edge): CLOSED_KPH for edge in edges})

    def with_factors(self, factor: Mapping[int, float]) -> Overlay:
        """Return the overlay with these edges driven at so many times the slice's speed.

        Raises
        ------
        InvalidInput
            Naming the first factor that is not within `FACTOR`.
        """
        for edge, value in factor.items():
            if not FACTOR[0] <= value <= FACTOR[1]:
                raise InvalidInput.one(
                    f"/factor/{edge}",
                    "overlay.factor",
                    f"{value!r} times the speed of edge {edge} is out of range.",
                    f"Give {FACTOR[0]:g} to {FACTOR[1]:g}, or close the edge.",
                    zh=f"车速倍数 {value!r} 超出范围，请填写 {FACTOR[0]:g} 至 {FACTOR[1]:g}，"
                    "或封闭该路段。",
                )
        changed = {int(edge): float(value) for edge, value in factor.items()}
        kept = {edge: speed for edge, speed in self.speed_kph.items() if edge not in changed}
        return replace(
            self,
            speed_kph=MappingProxyType(kept),
            factor=MappingProxyType({**self.factor, **changed}),
        )

    def without(self, edges: Iterable[int]) -> Overlay:
        """Return the overlay in which these edges are as the slice says again."""
        gone = {int(edge) for edge in edges}
        speeds, factors = (
            MappingProxyType({edge: value for edge, value in known.items() if edge not in gone})
            for known in (self.speed_kph, self.factor)
        )
        return replace(self, speed_kph=speeds, factor=factors)

    def counts_at(self, departure: datetime) -> bool:
        """Return whether it counts for a departure."""
        return len(self) > 0 and (self.until is None or departure < self.until)

    def _with(self, changed: Mapping[int, float]) -> Overlay:
        kept = {edge: value for edge, value in self.factor.items() if edge not in changed}
        return replace(
            self,
            speed_kph=MappingProxyType({**self.speed_kph, **changed}),
            factor=MappingProxyType(kept),
        )


NO_OVERLAY = Overlay()
"""The roads are as the slice says."""


def overlaid_ms(
    network: RoadNetwork, edge_ms: NDArray[np.int32], overlay: Overlay
) -> NDArray[np.int32]:
    """Return int32[n_edges], the times of a slice with an overlay on top.

    An edge that is closed to the vehicle stays closed, however fast others drive there.

    Raises
    ------
    InvalidInput
        When the overlay names an edge that does not exist, or one would take longer than a day.
    """
    result = edge_ms.copy()
    _lay_factors(network, result, overlay.factor)
    _lay_speeds(network, result, overlay.speed_kph)
    result[edge_ms == CLOSED_MS] = CLOSED_MS
    return result


def _lay_factors(
    network: RoadNetwork, edge_ms: NDArray[np.int32], factor: Mapping[int, float]
) -> None:
    edges, value = _columns(network, factor)
    open_ = edge_ms[edges] != CLOSED_MS
    edges = edges[open_]
    edge_ms[edges] = _whole_ms(edges, edge_ms[edges] / value[open_])


def _lay_speeds(
    network: RoadNetwork, edge_ms: NDArray[np.int32], speed_kph: Mapping[int, float]
) -> None:
    edges, speed = _columns(network, speed_kph)
    edge_ms[edges] = CLOSED_MS
    edges, speed = edges[speed > CLOSED_KPH], speed[speed > CLOSED_KPH]
    edge_ms[edges] = _whole_ms(edges, network.edge_length_m[edges] * 3600.0 / speed)


def _columns(
    network: RoadNetwork, values: Mapping[int, float]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return edges that exist, and what is said of each."""
    edges = np.fromiter(values.keys(), dtype=np.int64, count=len(values))
    wrong = edges[(edges < 0) | (edges >= network.n_edges)]
    if len(wrong):
        raise InvalidInput.one(
            "/overlay", "overlay.edge", f"Edge {wrong[0]} is not one of {network.n_edges}.",
            "An overlay belongs to the network it was made for.",
            zh=f"路段 {wrong[0]} 不在本路网（共 {network.n_edges} 段）内，请核对路况所属的城市。",
        )  # fmt: skip
    return edges, np.fromiter(values.values(), dtype=np.float64, count=len(values))


def _whole_ms(edges: NDArray[np.int64], exact_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return whole milliseconds, at least one."""
    if (exact_ms > MAX_EDGE_MS).any():
        slowest = edges[np.argmax(exact_ms)]
        raise InvalidInput.one(
            "/overlay", "overlay.slow", f"Edge {slowest} would take longer than a day.",
            "Close it instead.",
            zh=f"路段 {slowest} 按此车速需行驶一天以上，请改为封闭。",
        )  # fmt: skip
    whole: NDArray[np.float64] = np.maximum(np.floor(exact_ms + 0.5), 1)
    return whole


def edges_of_way(network: RoadNetwork, way_id: int) -> NDArray[np.int64]:
    """Return the edges of an OSM way, both directions; a feed that names ways can be laid on them.

    Raises
    ------
    InvalidInput
        When the network has none.
    """
    edges = np.flatnonzero(network.edge_way_id == way_id)
    if not len(edges):
        raise InvalidInput.one(
            "/way",
            "overlay.way",
            f"Way {way_id} is no car road of {network.name!r}.",
            zh=f"道路 {way_id} 不是本区域的车行道。",
        )
    return edges
