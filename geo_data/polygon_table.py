"""A small table of polygons, read without pandas, which takes longer to load than a city."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from kernel.errors import BadData

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(eq=False)
class PolygonTable:
    """Columns of one length; ``geometry`` holds polygons in EPSG:4326.

    Attributes
    ----------
    columns
        Values by name, in order, without the geometry.
    geometry
        object[n] of shapely geometries.
    """

    columns: dict[str, list[Any]]
    geometry: NDArray[np.object_] = field(repr=False)

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame) -> PolygonTable:
        """Return the table of a frame's columns."""
        names = [name for name in frame.columns if name != frame.geometry.name]
        columns = {str(name): frame[name].tolist() for name in names}
        return cls(columns, np.asarray(frame.geometry, dtype=object))

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """The same as a GeoDataFrame, EPSG:4326; made when first asked for."""
        import geopandas  # noqa: PLC0415 (half a second, and few callers want it)

        return geopandas.GeoDataFrame(self.columns, geometry=self.geometry, crs="EPSG:4326")

    def __len__(self) -> int:
        return len(self.geometry)


def read_polygon_table(path: Path, names: tuple[str, ...], *, remedy: str) -> PolygonTable:
    """Read a GeoJSON file of polygons with the properties ``names``.

    Raises
    ------
    BadData
        When it is damaged, lacks a property, or holds a polygon that crosses itself; with
        ``remedy``.
    """
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        rows = [feature["properties"] for feature in features]
        columns = {name: [row[name] for row in rows] for name in names}
        texts = [json.dumps(feature["geometry"]) for feature in features]
        geometry = np.array(shapely.from_geojson(texts), dtype=object).reshape(len(texts))
    except (OSError, ValueError, KeyError, TypeError, shapely.GEOSException) as error:
        raise BadData(f"{path} is damaged ({error}).", remedy=remedy) from error
    if not shapely.is_valid(geometry).all():
        raise BadData(f"{path} holds polygons that cross themselves.", remedy=remedy)
    return PolygonTable(columns, geometry)
