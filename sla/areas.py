"""Service areas: polygons with a target; the promise depends on where the car stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from kernel.errors import BadData
from kernel.position import Position

if TYPE_CHECKING:
    import geopandas as gpd

URBAN = "urban"
COLUMNS = ("name", "kind", "target_s", "geometry")


@dataclass(frozen=True, slots=True)
class ServiceArea:
    """One area: its name, its kind (``urban``, ``rural``, ``motorway`` ...), its target."""

    name: str
    kind: str
    target_s: int

    @property
    def urban(self) -> bool:
        """Whether the urban promise holds here."""
        return self.kind == URBAN


class ServiceAreas:
    """The areas of one region.

    Parameters
    ----------
    table
        One row per area: ``name``, ``kind``, ``target_s`` (seconds, > 0) and ``geometry``
        (polygons or multipolygons, EPSG:4326), as a GeoDataFrame or a mapping of such columns.
        Areas may overlap: the shortest target holds, then the earlier row.
    elsewhere
        Holds where no area is; ``None``: nowhere else is served.

    Raises
    ------
    BadData
        When a column is missing, a target is not positive, a geometry is empty, invalid or no
        polygon, or the coordinates are not longitude and latitude.
    """

    def __init__(
        self,
        table: gpd.GeoDataFrame | Mapping[str, Sequence[Any]],
        elsewhere: ServiceArea | None = None,
    ) -> None:
        _check(table)
        self.elsewhere = elsewhere
        rows = zip(*(table[column] for column in COLUMNS), strict=True)
        ranked = sorted(rows, key=lambda row: float(row[2]))  # stable: then the earlier row
        self._areas = tuple(
            ServiceArea(str(name), str(kind), int(target_s)) for name, kind, target_s, _ in ranked
        )
        self._shapes = tuple(shape for *_, shape in ranked)
        self._tree = shapely.STRtree(self._shapes)

    @cached_property
    def table(self) -> gpd.GeoDataFrame:
        """The areas as a GeoDataFrame, shortest target first; made when first asked for."""
        import geopandas  # noqa: PLC0415 (half a second, and a running service does not want it)

        columns = {name: [getattr(area, name) for area in self._areas] for name in COLUMNS[:-1]}
        return geopandas.GeoDataFrame(columns, geometry=list(self._shapes), crs="EPSG:4326")

    @property
    def areas(self) -> tuple[ServiceArea, ...]:
        """All areas, shortest target first, without ``elsewhere``."""
        return self._areas

    def at(self, position: Position) -> ServiceArea | None:
        """Return the area that holds at a position (edges included), ``None`` where none does."""
        point = shapely.Point(position.lon, position.lat)
        rows = self._tree.query(point, predicate="intersects")
        return self._areas[int(np.min(rows))] if len(rows) else self.elsewhere

    def to_geojson(self) -> dict[str, Any]:
        """Return a GeoJSON feature collection with name, kind and target_s as properties."""
        features = [
            {
                "type": "Feature",
                "properties": {"name": area.name, "kind": area.kind, "target_s": area.target_s},
                "geometry": shapely.geometry.mapping(shape),
            }
            for area, shape in zip(self._areas, self._shapes, strict=True)
        ]
        return {"type": "FeatureCollection", "features": features}


def areas_from_geojson(
    source: Path | Mapping[str, Any], elsewhere: ServiceArea | None = None
) -> ServiceAreas:
    """Read service areas from a GeoJSON file or an already parsed feature collection.

    Raises
    ------
    BadData
        When it is no GeoJSON, or see `ServiceAreas`.
    """
    import geopandas  # noqa: PLC0415 (see `ServiceAreas.table`)

    try:
        if isinstance(source, Path):
            table = geopandas.read_file(source)
        else:
            table = geopandas.GeoDataFrame.from_features(source["features"], crs="EPSG:4326")
    except Exception as error:
        raise BadData(
            f"The service areas cannot be read: {error}", remedy="Give a GeoJSON of polygons."
        ) from error
    return ServiceAreas(table, elsewhere)


def _check(table: gpd.GeoDataFrame | Mapping[str, Sequence[Any]]) -> None:
    if missing := [name for name in COLUMNS if name not in table]:
        raise BadData(
            f"The service areas have no column {', '.join(missing)}.",
            remedy=f"Each feature needs the properties {', '.join(COLUMNS[:-1])}.",
        )
    crs = getattr(table, "crs", None)
    if crs is not None and crs.to_epsg() != 4326:
        raise BadData(f"The service areas are in {crs.name}.", remedy="Give them in EPSG:4326.")
    bad = [
        f"{name!r} ({target!r} s)"
        for name, target in zip(table["name"], table["target_s"], strict=True)
        if not (isinstance(target, int | float | np.number) and np.isfinite(target) and target > 0)
    ]
    if bad:
        raise BadData(f"Targets must be positive: {', '.join(bad)}.", remedy="Give seconds.")
    for name, shape in zip(table["name"], table["geometry"], strict=True):
        _check_shape(str(name), shape)


def _check_shape(name: str, shape: BaseGeometry | None) -> None:
    if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        kind = "nothing" if shape is None else shape.geom_type
        raise BadData(f"Area {name!r} is {kind}.", remedy="Give a polygon that encloses something.")
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        raise BadData(f"Area {name!r} is not valid: {reason}.", remedy="Repair the polygon.")
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadData(
            f"Area {name!r} reaches {shape.bounds}.", remedy="Give longitude before latitude."
        )
