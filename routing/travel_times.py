"""What every travel-time engine offers. Seconds are free-flow unless the engine says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.position import Position
from routing.snap_hints import SnapHint

if TYPE_CHECKING:
    import geopandas as gpd

UNREACHABLE_S = np.int32(2**31 - 1)
"""Marks a pair without a way in a travel-time matrix."""


@dataclass(frozen=True, eq=False)
class Snapped:
    """Positions laid on edges of the connected network.

    Attributes
    ----------
    edge
        int32[n], directed edge.
    fraction
        float64[n] in [0, 1]: how far along the edge, by length.
    distance_m
        float64[n], from the position to the road.
    """

    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    distance_m: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.edge)

    def pick(self, rows: Sequence[int] | NDArray[np.intp]) -> Snapped:
        """Return the chosen rows."""
        return Snapped(self.edge[rows], self.fraction[rows], self.distance_m[rows])


class Turn(NamedTuple):
    """Where a driver is told something, and how far the way then goes on.

    Attributes
    ----------
    street
        The street turned onto: its name, else its number, else "".
    modifier
        ``depart`` at the beginning; then ``straight``, ``slight_left``, ``left``, ``sharp_left``,
        ``slight_right``, ``right``, ``sharp_right`` or ``uturn``.
    length_m
        Metres to the next turn, or to the end.
    at
        The first edge after the turn, as an index into the route's edges.
    """

    street: str
    modifier: str
    length_m: float
    at: int


@dataclass(frozen=True, eq=False)
class DrivenRoute:
    """One way from a to b.

    Attributes
    ----------
    duration_s, length_m
        Of the whole way.
    edges
        int32[k], in driving order.
    points
        float64[m, 2] (lon, lat), first and last are the snapped ends.
    elapsed_s
        float64[m], seconds from the start at each point, non-decreasing, last is ``duration_s``.
    streets
        (name or ref or "", metres) in driving order, neighbours of one name merged.
    turns
        What a driver is told on the way.
    """

    duration_s: float
    length_m: float
    edges: NDArray[np.int32]
    points: NDArray[np.float64]
    elapsed_s: NDArray[np.float64]
    streets: tuple[tuple[str, float], ...]
    turns: tuple[Turn, ...] = ()


class Metric(Protocol):
    """One consistent set of driving times of all edges, ready to be asked; never changes.

    Made by `TravelTimes.metric`; belongs to the engine that made it.
    """

    @property
    def edge_ms(self) -> NDArray[np.int32]:
        """int32[n_edges], milliseconds; `routing.weights.CLOSED_MS` on closed edges. Read-only."""
        ...

    def updated(self, edges: NDArray[np.integer], edge_ms: NDArray[np.integer]) -> Metric:
        """Return a metric in which the given edges take other times, the rest stays.

        Parameters
        ----------
        edges
            int[k], the changed edges.
        edge_ms
            int[k], their times; see `TravelTimes.metric`.

        Raises
        ------
        kernel.errors.InvalidInput
            When an edge does not exist or a time is out of range.
        """
        ...


class TravelTimes(Protocol):
    """Travel times on one road network.

    Every question may name the `Metric` it is answered from; without one it is the metric in force
    (`use`). A question under way keeps the metric it began with.

    Both directions of a two-way street are reachable from a position on it, as a car parked at the
    kerb may leave either way: an engine snaps a position to one edge and also uses its reverse.
    """

    @property
    def network(self) -> RoadNetwork:
        """The roads."""
        ...

    @property
    def current(self) -> Metric:
        """The metric in force; free flow until another one is put in force."""
        ...

    def metric(self, edge_ms: NDArray[np.integer]) -> Metric:
        """Return a metric of these driving times. Questions go on meanwhile.

        Parameters
        ----------
        edge_ms
            int[n_edges], milliseconds from 1 to a day, or `routing.weights.CLOSED_MS`.

        Raises
        ------
        kernel.errors.InvalidInput
            When there is not one for each edge or one is out of range.
        """
        ...

    def use(self, metric: Metric) -> None:
        """Put a metric in force: questions asked from now on are answered from it.

        Raises
        ------
        kernel.errors.InvalidInput
            When another engine made it.
        """
        ...

    def snap(
        self,
        positions: Sequence[Position],
        *,
        max_distance_m: float = 2000.0,
        hints: Sequence[SnapHint | None] | None = None,
    ) -> Snapped:
        """Lay positions on the nearest edge of the connected network.

        What else is known of a position, one hint for each, may lead to another road close by.

        Raises
        ------
        kernel.errors.OutsideNetwork
            When a position is farther than ``max_distance_m`` from every road; it names the
            position.
        """
        ...

    def matrix(
        self, sources: Snapped, targets: Snapped, *, metric: Metric | None = None
    ) -> NDArray[np.int32]:
        """Return int32[n_sources, n_targets] seconds; `UNREACHABLE_S` where there is no way."""
        ...

    def matrix_with_metres(
        self, sources: Snapped, targets: Snapped, *, metric: Metric | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the matrix, and the length of the same ways as int32 metres.

        Of equally fast ways the shortest one counts. Both are `UNREACHABLE_S` where there is none.
        """
        ...

    def route(
        self, source: Snapped, target: Snapped, *, metric: Metric | None = None
    ) -> DrivenRoute:
        """Return the fastest way between two single snapped positions.

        Raises
        ------
        kernel.errors.Unreachable
            When there is none.
        """
        ...

    def reach(
        self,
        sources: Snapped,
        seconds: int,
        *,
        inbound: bool = False,
        metric: Metric | None = None,
    ) -> NDArray[np.bool_]:
        """Return bool[n_edges]: edges whose end is reached from any source within ``seconds``.

        With ``inbound`` the edges from whose start any source can be reached.
        """
        ...

    def isochrone(
        self,
        sources: Snapped,
        seconds: Sequence[int],
        *,
        inbound: bool = False,
        metric: Metric | None = None,
    ) -> gpd.GeoDataFrame:
        """Return one row per limit (columns ``seconds``, ``geometry``), EPSG:4326 multipolygons."""
        ...
