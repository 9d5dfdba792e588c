"""What an OSM extract holds besides roads, for the map: water, land use, buildings, places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import osmium
import osmium.filter
import osmium.geom
import shapely
from shapely.geometry.base import BaseGeometry

from geo_data.osm_file import existing_osm_file, reading

POI_KINDS: Mapping[str, frozenset[str]] = {
    "amenity": frozenset([
        "hospital", "charging_station", "fuel", "police", "fire_station", "bus_station", "school",
        "university", "parking", "townhall",
    ]),
    "shop": frozenset(["mall", "car_repair", "car", "supermarket"]),
    "tourism": frozenset(["hotel"]),
    "aeroway": frozenset(["terminal"]),
    "railway": frozenset(["station"]),
    "highway": frozenset(["services"]),
}  # fmt: skip
"""Tags of points that help a driver or a dispatcher find their bearings."""

_GREEN = frozenset(["park", "garden", "golf_course", "nature_reserve", "pitch"])
_LANDUSE = frozenset(
    ["residential", "industrial", "commercial", "retail", "forest", "grass", "farmland", "military"]
)
_KEYS = ("natural", "waterway", "landuse", "leisure", "building", "place", *POI_KINDS)


@dataclass(frozen=True, slots=True)
class MapFeature:
    """One thing on the map.

    Attributes
    ----------
    layer
        ``water``, ``waterways``, ``landuse``, ``buildings``, ``places`` or ``pois``.
    geometry
        In degrees WGS-84.
    properties
        ``class`` and, where known, ``name``, ``name_en``, ``name_zh``.
    """

    layer: str
    geometry: BaseGeometry
    properties: dict[str, str]


def read_features(path: Path | str) -> Iterator[MapFeature]:
    """Read all map features of an extract; what is clipped or drawn wrongly is left out.

    Raises
    ------
    BadData
        When the file cannot be read.
    """
    path = existing_osm_file(path)
    factory = osmium.geom.WKBFactory()
    wanted = osmium.filter.KeyFilter(*_KEYS)
    # This index alone finds nodes in files that are not sorted by id.
    items = osmium.FileProcessor(path).with_locations("sparse_mem_map").with_areas(wanted)
    with reading(path):
        for item in items.with_filter(wanted):
            tags = {tag.k: tag.v for tag in item.tags}
            if (layer := _layer(item, tags)) and (geometry := _geometry(factory, item)):
                yield MapFeature(layer[0], geometry, {"class": layer[1]} | names_of(tags))


def names_of(tags: Mapping[str, str]) -> dict[str, str]:
    """Return ``name``, ``name_en``, ``name_zh`` as far as the tags have them."""
    keys = {"name": "name", "name_en": "name:en", "name_zh": "name:zh"}
    return {short: tags[key] for short, key in keys.items() if key in tags}


def poi_class(tags: Mapping[str, str]) -> str | None:
    """Return the kind of a point of interest, e.g. ``charging_station``; None for other things."""
    return next((tags[k] for k, kinds in POI_KINDS.items() if tags.get(k) in kinds), None)


def _layer(item: object, tags: Mapping[str, str]) -> tuple[str, str] | None:
    if isinstance(item, osmium.osm.Area):
        return _area_layer(tags)
    if isinstance(item, osmium.osm.Way):
        is_line = tags.get("waterway") in ("river", "canal", "stream") and not item.is_closed()
        return ("waterways", tags["waterway"]) if is_line else None
    if "place" in tags and "name" in tags:
        return "places", tags["place"]
    kind = poi_class(tags)
    return ("pois", kind) if kind else None


def _area_layer(tags: Mapping[str, str]) -> tuple[str, str] | None:
    if tags.get("natural") in ("water", "bay") or tags.get("waterway") == "riverbank":
        return "water", tags.get("water", "water")
    if "building" in tags:
        return "buildings", tags["building"]
    if tags.get("leisure") in _GREEN:
        return "landuse", tags["leisure"]
    if tags.get("natural") in ("wood", "scrub", "beach", "sand", "grassland"):
        return "landuse", tags["natural"]
    return ("landuse", tags["landuse"]) if tags.get("landuse") in _LANDUSE else None


def _geometry(factory: osmium.geom.WKBFactory, item: object) -> BaseGeometry | None:
    try:
        if isinstance(item, osmium.osm.Area):
            return shapely.from_wkb(bytes.fromhex(factory.create_multipolygon(item)))
        if isinstance(item, osmium.osm.Way):
            return shapely.from_wkb(bytes.fromhex(factory.create_linestring(item)))
        if isinstance(item, osmium.osm.Node):
            return shapely.Point(item.location.lon, item.location.lat)
    except (RuntimeError, osmium.InvalidLocationError):
        return None  # clipped, or a polygon that is none
    return None
