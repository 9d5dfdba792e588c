"""Zones with people in them: which are urban, and the service areas they make."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

URBAN_DENSITY_PER_KM2 = 1500.0
"""A zone with at least this many people per km² is urban. Source: the Degree of Urbanisation
(UN Statistical Commission 2020; Eurostat), where 1,500 per km² marks the urban centre."""

URBAN_TARGET_S = 1800
OTHER_TARGET_S = 3600
_GEOD = Geod(ellps="WGS84")


def areas_km2(shapes: gpd.GeoSeries) -> NDArray[np.float64]:
    """Return the area of each polygon on the ellipsoid, km²."""
    return np.array([abs(_GEOD.geometry_area_perimeter(shape)[0]) / 1e6 for shape in shapes])


def mark_urban(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the zones with a column ``urban`` (bool) by density of population.

    Where no zone is that dense, every one with people is: extracts are cut around towns, and a
    zone cut at the border of the extract looks emptier than it is.

    A density says nothing about the traffic or the roads of a zone; replace the service areas
    with polygons of your own where the promise is drawn otherwise.
    """
    density = zones["population"].to_numpy() / areas_km2(zones.geometry)
    urban = density >= URBAN_DENSITY_PER_KM2
    if not urban.any():
        urban = density > 0
    return zones.assign(urban=urban)[["zone_id", "name", "population", "urban", "geometry"]]


def service_areas(
    zones: gpd.GeoDataFrame, bounds: tuple[float, float, float, float]
) -> gpd.GeoDataFrame:
    """Dissolve zones into the service areas: urban, and all the rest of the bounds.

    Returns columns ``name``, ``kind`` ('urban' or 'other'), ``target_s``, ``geometry``; no two
    areas overlap.
    """
    urban = shapely.union_all(zones.geometry[zones["urban"].astype(bool)].to_numpy())
    return areas_of(urban, bounds)


def areas_of(urban: BaseGeometry, bounds: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """Return the service areas for a given urban polygon, as `service_areas` does."""
    rest = shapely.box(*bounds).difference(urban)
    rows = [("urban", "urban", URBAN_TARGET_S, urban), ("other", "other", OTHER_TARGET_S, rest)]
    rows = [row for row in rows if not row[3].is_empty]
    name, kind, target_s, geometry = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"name": name, "kind": kind, "target_s": target_s}, geometry=list(geometry), crs="EPSG:4326"
    )
