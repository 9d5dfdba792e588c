"""Areas within a travel time: the roads reached, and the land beside them."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from routing.projection import LocalMetres
from routing.reach import EdgeTimes
from routing.shapes import Geometries, cut_lines, edge_lines

BESIDE_ROAD_M = 100.0
"""Land this far from a reached road belongs to the area: half a block, as one walks to a car."""

MAX_HOLE_M2 = 250_000.0
"""Holes up to half a kilometre square are filled: courtyards and blocks, not lakes and hills."""

_SIMPLIFY_M = 10.0
"""Bends smaller than this vanish beside a strip of `BESIDE_ROAD_M`."""


def isochrone_frame(
    network: RoadNetwork, times: EdgeTimes, seconds: Sequence[int]
) -> gpd.GeoDataFrame:
    """Return one row per limit, in the order given: ``seconds`` and its EPSG:4326 ``geometry``.

    A larger limit's area contains every smaller one's, but for rounding of coordinates (well under
    a millimetre). Where nothing is reached the geometry is an empty multipolygon.
    """
    metres = LocalMetres.around(network)
    drawn = np.zeros(network.n_edges, dtype=bool)
    area = shapely.MultiPolygon()
    areas: dict[int, shapely.MultiPolygon] = {}
    for limit in sorted(set(seconds)):
        area = _grown(area, _newly_reached(network, metres, times, limit * 1000, drawn))
        areas[limit] = _polygons(shapely.transform(area, metres.to_lonlat))
    shapes = [areas[limit] for limit in seconds]
    return gpd.GeoDataFrame({"seconds": list(seconds)}, geometry=shapes, crs="EPSG:4326")


def _newly_reached(
    network: RoadNetwork,
    metres: LocalMetres,
    times: EdgeTimes,
    limit_ms: int,
    drawn: NDArray[np.bool_],
) -> Geometries:
    """Return lines of the reached pieces not drawn yet; mark the edges now drawn whole.

    A road of two directions is drawn once where one of them is reached from end to end.
    """
    edge, begin, end = times.parts_within(limit_ms)
    whole = np.unique(edge[(begin == 0.0) & (end == 1.0)])
    new = whole[~drawn[whole]]
    reverse = network.edge_reverse[new]
    twin = (reverse >= 0) & (reverse < new) & np.isin(reverse, whole)
    lines = edge_lines(network, metres, new[~twin])
    drawn[new] = True
    drawn[network.edge_reverse[new][network.edge_reverse[new] >= 0]] = True
    part = ~drawn[edge]
    pieces = cut_lines(edge_lines(network, metres, edge[part]), begin[part], end[part])
    return np.concatenate([lines, pieces])


def _grown(area: shapely.MultiPolygon, lines: Geometries) -> shapely.MultiPolygon:
    """Return the land beside the lines together with the area before, small holes filled."""
    strips = shapely.buffer(shapely.simplify(lines, _SIMPLIFY_M), BESIDE_ROAD_M, quad_segs=2)
    together = shapely.union_all([*strips, area])
    filled = [_without_small_holes(part) for part in _polygons(together).geoms]
    # A filled hole may have held an island of the area: the union swallows it.
    return _polygons(shapely.union_all(filled))


def _without_small_holes(polygon: shapely.Polygon) -> shapely.Polygon:
    large = [r for r in polygon.interiors if shapely.Polygon(r).area > MAX_HOLE_M2]
    return shapely.Polygon(polygon.exterior, large)


def _polygons(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """Return the polygons of a shape, made valid where rounding has spoilt them."""
    valid = shape if shapely.is_valid(shape) else shapely.make_valid(shape)
    parts = shapely.get_parts(valid)
    return shapely.MultiPolygon([p for p in parts if isinstance(p, shapely.Polygon)])
