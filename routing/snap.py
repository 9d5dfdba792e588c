"""Positions to the nearest edge of the connected network, or the one that fits what is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.errors import InvalidInput, OutsideNetwork
from kernel.position import Position
from routing.projection import LocalMetres
from routing.shapes import Geometries, edge_lines
from routing.snap_hints import NO_HINT, SnapHint, is_at_kerb, misfit_m
from routing.travel_times import Snapped

PREFERENCE_SLACK_M = 40.0
"""With anything known of the road, roads this much farther than the nearest one also compete."""


class Snapper:
    """Lays positions on edges, never on a road that is cut off from the rest.

    Parameters
    ----------
    network
        The roads.
    connected
        bool[n_edges], the edges that may be used; both directions of a road or none.
    """

    def __init__(self, network: RoadNetwork, connected: NDArray[np.bool_]) -> None:
        self._network = network
        self._metres = LocalMetres.around(network)
        # The edge of the lower number stands for both directions of a road.
        edges = np.flatnonzero(connected)
        reverse = network.edge_reverse[edges]
        self._edges = edges[(reverse < 0) | (reverse >= edges)].astype(np.int32)

    @cached_property
    def _lines(self) -> Geometries:
        return edge_lines(self._network, self._metres, self._edges)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._lines)

    def snap(
        self,
        positions: Sequence[Position],
        *,
        max_distance_m: float = 2000.0,
        heading_deg: Sequence[float | None] | None = None,
        street: Sequence[str | None] | None = None,
        hints: Sequence[SnapHint | None] | None = None,
    ) -> Snapped:
        """Return the best edge for every position.

        Parameters
        ----------
        positions
            Where to look.
        max_distance_m
            No road farther than this is taken.
        heading_deg
            Per position, the compass direction the car points to, where it is known: roads that
            run the other way count as farther, and the edge driven that way is returned.
        street
            Per position, the street's name or number, where it is known: roads of another name
            count as farther.
        hints
            Per position, all that is known of the road; ``heading_deg`` and ``street`` are the
            same said shortly, and go first.

        Raises
        ------
        OutsideNetwork
            When a position is farther than ``max_distance_m`` from every road; it names the first.
        InvalidInput
            When there are not as many of them as positions, or a heading is not finite.
        """
        known = _hints(len(positions), hints, heading_deg, street)
        lon = np.array([p.lon for p in positions], dtype=np.float64)
        lat = np.array([p.lat for p in positions], dtype=np.float64)
        points = np.asarray(shapely.points(self._metres.to_xy(lon, lat)), dtype=np.object_)
        line, distance_m = self._nearest(points, positions, max_distance_m)
        edge = self._edges[line]
        fraction = self._fractions(line, points)
        for row, hint in known.items():
            edge[row], fraction[row], distance_m[row] = self._preferred(
                points[row], distance_m[row], max_distance_m, hint
            )
        return Snapped(edge=edge, fraction=fraction, distance_m=distance_m)

    def _nearest(
        self, points: Geometries, positions: Sequence[Position], max_distance_m: float
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the nearest line of each point (the lowest edge of equally near ones), metres."""
        if not len(points):
            return np.empty(0, dtype=np.intp), np.empty(0)
        pairs, distances = self._tree.query_nearest(points, return_distance=True)
        order = np.lexsort((pairs[1], pairs[0]))
        first = order[np.unique(pairs[0][order], return_index=True)[1]]
        line, distance_m = pairs[1][first], distances[first]
        far = np.flatnonzero(distance_m > max_distance_m)
        if len(far):
            raise self._outside(positions[far[0]], distance_m[far[0]], max_distance_m)
        return line, distance_m

    def _outside(
        self, position: Position, distance_m: float, max_distance_m: float
    ) -> OutsideNetwork:
        return OutsideNetwork(
            f"The position lon {position.lon}, lat {position.lat} is {distance_m / 1000:.1f} km "
            f"from the nearest road of {self._network.name!r}, "
            f"farther than {max_distance_m / 1000:g} km.",
            remedy="Check that longitude and latitude are not swapped, and the city.",
            zh=f"经度 {position.lon}、纬度 {position.lat} 距最近的道路 "
            f"{distance_m / 1000:.1f} 公里，超过 {max_distance_m / 1000:g} 公里。"
            "请核对位置，并检查经纬度是否颠倒。",
        )

    def _fractions(self, line: NDArray[np.intp], points: Geometries) -> NDArray[np.float64]:
        fraction = shapely.line_locate_point(self._lines[line], points, normalized=True)
        # A shape whose points all coincide has no length to be a fraction of.
        return np.clip(np.nan_to_num(fraction, nan=0.0), 0.0, 1.0)

    def _preferred(
        self, point: shapely.Point, nearest_m: float, max_distance_m: float, hint: SnapHint
    ) -> tuple[int, float, float]:
        """Return (edge, fraction, metres) of the road that fits best among the near ones."""
        within_m = min(nearest_m + PREFERENCE_SLACK_M, max_distance_m)
        lines = np.sort(self._tree.query(point, predicate="dwithin", distance=within_m))
        fractions = self._fractions(lines, np.full(len(lines), point))
        distances = shapely.distance(self._lines[lines], point)
        best = (np.inf, True, -1, 0.0, 0.0)
        for line, fraction, distance_m in zip(lines, fractions, distances, strict=True):
            for edge, along in self._directions(int(self._edges[line]), float(fraction)):
                misfit = misfit_m(self._network, self._metres, edge, along, hint)
                far_side = self._is_far_side(edge, along, point, hint)
                rank = (float(distance_m) + misfit, far_side, edge, along, float(distance_m))
                best = min(best, rank)
        return best[2:]

    def _is_far_side(
        self, edge: int, fraction: float, point: shapely.Point, hint: SnapHint
    ) -> bool:
        side = hint.driving_side
        if side is None:
            return False
        return not is_at_kerb(self._network, self._metres, edge, fraction, point, side)

    def _directions(self, edge: int, fraction: float) -> list[tuple[int, float]]:
        reverse = int(self._network.edge_reverse[edge])
        if reverse < 0:
            return [(edge, fraction)]
        return [(edge, fraction), (reverse, 1.0 - fraction)]


def points_on(network: RoadNetwork, snapped: Snapped) -> NDArray[np.float64]:
    """Return float64[n, 2], the (lon, lat) of positions on edges."""
    metres = LocalMetres.around(network)
    lines = edge_lines(network, metres, np.asarray(snapped.edge))
    points = shapely.line_interpolate_point(lines, snapped.fraction, normalized=True)
    return metres.to_lonlat(shapely.get_coordinates(points).reshape(-1, 2))


def _hints(
    n: int,
    hints: Sequence[SnapHint | None] | None,
    heading_deg: Sequence[float | None] | None,
    street: Sequence[str | None] | None,
) -> dict[int, SnapHint]:
    """Return the rows that anything is known of."""
    for what, values in (("hints", hints), ("heading_deg", heading_deg), ("street", street)):
        if values is not None and len(values) != n:
            raise InvalidInput.one(
                f"/{what}",
                "snap.length",
                f"{len(values)} values were given for {n} positions.",
                "Give one for each, None where it is not known.",
                zh=f"给出了 {len(values)} 个值，而位置有 {n} 个，请一一对应。",
            )
    found = {}
    for row in range(n):
        hint = (hints[row] if hints is not None else None) or NO_HINT
        if heading_deg is not None and heading_deg[row] is not None:
            hint = replace(hint, heading_deg=heading_deg[row])
        if street is not None and street[row] is not None:
            hint = replace(hint, road=street[row])
        if hint != NO_HINT:
            found[row] = hint
    return found
