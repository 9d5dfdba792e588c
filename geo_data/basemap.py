"""One ``.pmtiles`` file per city: the console's map without any server of maps.

Vector tiles (Mapbox Vector Tile 2) of zoom 8 to 14 in a PMTiles 3 archive; finer zooms overzoom
the last one. Layers and attributes stand in `geo_data.basemap_layers.FIELDS`.
"""

from __future__ import annotations

import gzip
import math
import os
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, TypeAlias

import mapbox_vector_tile
import numpy as np
import shapely
from mapbox_vector_tile.encoder import on_invalid_geometry_make_valid
from numpy.typing import NDArray
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo_data.basemap_layers import FIELDS, Layer, city_layers, shown
from geo_data.city_store import City

FORMAT_VERSION = 1
MIN_ZOOM, MAX_ZOOM = 8, 14
EXTENT = 4096
_BUFFER = 64  # tile units beyond the edge, so that strokes and labels do not break there
_OPTIONS = {
    "extents": EXTENT,
    "y_coord_down": True,
    "on_invalid_geometry": on_invalid_geometry_make_valid,
}

_BUILDING = Lock()

Tile: TypeAlias = tuple[int, int, int]


def ensure_basemap(city: City) -> Path:
    """Return the city's basemap file, building it if there is none yet (some seconds)."""
    path = basemap_path(city)
    with _BUILDING:  # the first pages of a service ask at the same time
        if path.exists():
            return path
        partial = path.with_name(f"{path.name}.{os.getpid()}.part")
        with partial.open("wb") as file:
            write_basemap(city, file)
        partial.replace(path)
    return path


def basemap_path(city: City) -> Path:
    """Return where the city's basemap lies; the name changes with the content."""
    return city.folder / f"basemap-v{FORMAT_VERSION}-{city.network.content_hash[:12]}.pmtiles"


def write_basemap(city: City, file: BinaryIO) -> None:
    """Write the basemap of a city."""
    layers = [_Projected(layer) for layer in city_layers(city)]
    writer = Writer(file)  # type: ignore[no-untyped-call]
    tiles = sorted(_tiles(layers), key=lambda tile: zxy_to_tileid(*tile))
    for tile in tiles:
        if data := _encode(layers, tile):
            packed = gzip.compress(data, mtime=0)
            writer.write_tile(zxy_to_tileid(*tile), packed)  # type: ignore[no-untyped-call]
    writer.finalize(_header(city), _metadata(city, layers))  # type: ignore[no-untyped-call]


class _Projected:
    """A layer in Web Mercator, as the unit square of the whole world with y pointing down."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.geometry: NDArray[np.object_] = shapely.transform(layer.geometry, _to_unit)
        self.tree = shapely.STRtree(self.geometry)
        self.by_zoom: dict[int, NDArray[np.object_]] = {}

    def at_zoom(self, zoom: int) -> NDArray[np.object_]:
        """Return the geometries in tile units of this zoom, simplified to one unit, kept."""
        if zoom not in self.by_zoom:
            scale = EXTENT * 2.0**zoom
            scaled = shapely.transform(self.geometry, lambda xy: xy * scale)
            self.by_zoom = {zoom: shapely.simplify(scaled, 1.0)}
        return self.by_zoom[zoom]


def _to_unit(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    lat = np.radians(np.clip(degrees[:, 1], -85.05, 85.05))
    x = degrees[:, 0] / 360 + 0.5
    y = 0.5 - np.log(np.tan(np.pi / 4 + lat / 2)) / (2 * np.pi)
    return np.column_stack([x, y])


def _tiles(layers: list[_Projected]) -> Iterator[Tile]:
    """Yield every tile of the archive's zooms that roads or zones may touch."""
    frame = [part for part in layers if part.layer.name in ("roads", "zones")]
    west, north, east, south = shapely.total_bounds(np.concatenate([f.geometry for f in frame]))
    for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
        n = 2**zoom
        for x in range(math.floor(west * n), math.floor(east * n) + 1):
            for y in range(math.floor(north * n), math.floor(south * n) + 1):
                yield zoom, x, y


def _encode(layers: list[_Projected], tile: Tile) -> bytes | None:
    parts = [
        {"name": part.layer.name, "features": features}
        for part in layers
        if (features := _features(part, tile))
    ]
    if not parts:
        return None
    encoded: bytes = mapbox_vector_tile.encode(parts, default_options=_OPTIONS)
    return encoded


def _features(part: _Projected, tile: Tile) -> list[dict[str, Any]]:
    (zoom, x, y), name = tile, part.layer.name
    low, high = -_BUFFER / EXTENT, 1 + _BUFFER / EXTENT
    box = shapely.box(
        (x + low) / 2**zoom, (y + low) / 2**zoom, (x + high) / 2**zoom, (y + high) / 2**zoom
    )
    rows = np.sort(part.tree.query(box))
    rows = rows[part.layer.min_zoom[rows] <= zoom]
    if not len(rows):
        return []
    origin = np.array([x, y]) * float(EXTENT)
    edge = EXTENT + _BUFFER
    shapes = shapely.clip_by_rect(
        shapely.transform(part.at_zoom(zoom)[rows], lambda xy: xy - origin),
        -_BUFFER,
        -_BUFFER,
        edge,
        edge,
    )
    return [
        {"geometry": shape, "properties": shown(name, part.layer.properties[row], zoom)}
        for row, shape in zip(rows.tolist(), _rounded(shapes), strict=True)
        if not shape.is_empty
    ]


def _rounded(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    rounded: NDArray[np.object_] = shapely.transform(shapes, np.rint)
    return rounded


def _header(city: City) -> dict[str, Any]:
    west, south, east, north = (round(value * 1e7) for value in city.bounds)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_zoom": MIN_ZOOM,
        "max_zoom": MAX_ZOOM,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": 12,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


def _metadata(city: City, layers: list[_Projected]) -> dict[str, Any]:
    names = [part.layer.name for part in layers]
    return {
        "name": city.name,
        "attribution": city.attribution,
        "format": "pbf",
        "vector_layers": [
            {"id": name, "fields": dict(FIELDS[name]), "minzoom": MIN_ZOOM, "maxzoom": MAX_ZOOM}
            for name in names
        ],
    }
