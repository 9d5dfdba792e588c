"""What is known to differ on the road right now: closures, and speeds that were measured."""

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


@dataclass(frozen=True, eq=False)
class Overlay:
    """Speeds of single edges that replace those of the slice. Immutable: changes make a new one.

    Attributes
    ----------
    speed_kph
        By edge; `CLOSED_KPH` where it is closed.
    until
        It counts for departures before this instant (exclusive); None for as long as it stands.
        Who departs tomorrow does not meet the jam of today.
    """

    speed_kph: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    until: datetime | None = None

    def __len__(self) -> int:
        return len(self.speed_kph)

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
                )
        return self._with({int(edge): float(speed) for edge, speed in speed_kph.items()})

    def with_closed(self, edges: Iterable[int]) -> Overlay:
        """Return the overlay with these edges closed."""
        return self._with({int(edge): CLOSED_KPH for edge in edges})

    def without(self, edges: Iterable[int]) -> Overlay:
        """Return the overlay in which these edges are as the slice says again."""
        gone = {int(edge) for edge in edges}
        left = {edge: speed for edge, speed in self.speed_kph.items() if edge not in gone}
        return replace(self, speed_kph=MappingProxyType(left))

    def counts_at(self, departure: datetime) -> bool:
        """Return whether it counts for a departure."""
        return bool(self.speed_kph) and (self.until is None or departure < self.until)

    def _with(self, changed: Mapping[int, float]) -> Overlay:
        return replace(self, speed_kph=MappingProxyType({**self.speed_kph, **changed}))


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
    edges = np.fromiter(overlay.speed_kph.keys(), dtype=np.int64, count=len(overlay))
    speed_kph = np.fromiter(overlay.speed_kph.values(), dtype=np.float64, count=len(overlay))
    wrong = edges[(edges < 0) | (edges >= network.n_edges)]
    if len(wrong):
        raise InvalidInput.one(
            "/overlay", "overlay.edge", f"Edge {wrong[0]} is not one of {network.n_edges}.",
            "An overlay belongs to the network it was made for.",
        )  # fmt: skip
    open_ = speed_kph > CLOSED_KPH
    time_ms = np.full(len(edges), int(CLOSED_MS), dtype=np.int64)
    exact_ms = network.edge_length_m[edges[open_]] * 3600.0 / speed_kph[open_]
    if (exact_ms > MAX_EDGE_MS).any():
        slowest = edges[open_][np.argmax(exact_ms)]
        raise InvalidInput.one(
            "/overlay", "overlay.slow", f"Edge {slowest} would take longer than a day.",
            "Close it instead.",
        )  # fmt: skip
    time_ms[open_] = np.maximum(np.floor(exact_ms + 0.5), 1)
    result = edge_ms.copy()
    result[edges] = np.where(edge_ms[edges] == CLOSED_MS, CLOSED_MS, time_ms)
    return result


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
            "/way", "overlay.way", f"Way {way_id} is no car road of {network.name!r}."
        )
    return edges
