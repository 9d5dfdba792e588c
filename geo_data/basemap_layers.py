"""The layers of a city's basemap: what is drawn, with which attributes, from which zoom on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_data.city_store import City
from geo_data.lines import edge_lines
from geo_data.network import HIGHWAY_CLASSES, RoadNetwork
from geo_data.osm_features import MapFeature, read_features

ROAD_MIN_ZOOM: Mapping[str, int] = {
    "motorway": 8,
    "trunk": 8,
    "primary": 9,
    "secondary": 10,
    "motorway_link": 11,
    "trunk_link": 11,
    "primary_link": 12,
    "tertiary": 11,
    "secondary_link": 12,
    "tertiary_link": 12,
    "unclassified": 12,
    "residential": 12,
    "living_street": 12,
    "road": 12,
    "service": 14,
}
_PLACE_MIN_ZOOM = {"city": 8, "town": 9, "village": 11, "suburb": 11, "island": 11}
_LAYER_MIN_ZOOM = {"water": 8, "landuse": 11, "waterways": 11, "buildings": 14, "pois": 13}
_NAMES_FROM_ZOOM = 12

FIELDS: Mapping[str, Mapping[str, str]] = {
    "water": {"class": "String", "name": "String", "name_en": "String", "name_zh": "String"},
    "waterways": {"class": "String", "name": "String", "name_en": "String", "name_zh": "String"},
    "landuse": {"class": "String", "name": "String", "name_en": "String", "name_zh": "String"},
    "zones": {"zone_id": "Number", "name": "String", "urban": "Boolean"},
    "buildings": {"class": "String", "name": "String", "name_en": "String", "name_zh": "String"},
    "roads": {"class": "String", "name": "String", "ref": "String", "oneway": "Boolean"},
    "places": {"class": "String", "name": "String", "name_en": "String", "name_zh": "String"},
    "pois": {"class": "String", "name": "String", "name_en": "String", "name_zh": "String"},
}
"""All layers in drawing order, each with its attributes. A layer may be absent from a tile."""


@dataclass(frozen=True, eq=False)
class Layer:
    """Features of one layer, ready to be cut into tiles.

    Attributes
    ----------
    name
        A key of `FIELDS`.
    geometry
        object[n], shapely geometries in degrees.
    properties
        One mapping per feature.
    min_zoom
        int[n]: the feature is left out of coarser tiles.
    """

    name: str
    geometry: NDArray[np.object_]
    properties: list[dict[str, Any]]
    min_zoom: NDArray[np.int64]


def city_layers(city: City) -> list[Layer]:
    """Return the layers of a city that have anything in them, in drawing order."""
    layers = {"roads": road_layer(city.network), "zones": _zone_layer(city)}
    if city.source is not None and city.source.suffix != ".graphml":
        layers |= _source_layers(city)
    return [layers[name] for name in FIELDS if name in layers and len(layers[name].geometry)]


def road_layer(network: RoadNetwork) -> Layer:
    """Return the roads, joined into long lines as far as their attributes agree.

    A two-way road is drawn once. Long lines keep tiles small and give labels room.
    """
    number = np.arange(network.n_edges)
    once = np.flatnonzero((network.edge_reverse < 0) | (network.edge_reverse > number))
    lines = edge_lines(network)
    groups: defaultdict[tuple[int, int, int, bool], list[int]] = defaultdict(list)
    keys = zip(
        network.edge_class[once].tolist(),
        network.edge_name[once].tolist(),
        network.edge_ref[once].tolist(),
        (network.edge_reverse[once] < 0).tolist(),
        strict=True,
    )
    for edge, key in zip(once.tolist(), keys, strict=True):
        groups[key].append(edge)
    geometry: list[Any] = []
    properties: list[dict[str, Any]] = []
    for (road_class, name, ref, one_way), edges in groups.items():
        whole = shapely.line_merge(shapely.multilinestrings(lines[edges]), directed=one_way)
        parts = shapely.get_parts(whole).tolist()
        geometry += parts
        properties += [_road_properties(network, road_class, name, ref, one_way=one_way)] * len(
            parts
        )
    min_zoom = np.array([ROAD_MIN_ZOOM[row["class"]] for row in properties], dtype=np.int64)
    return Layer("roads", np.array(geometry, dtype=object), properties, min_zoom)


def shown(layer: str, properties: dict[str, Any], zoom: int) -> dict[str, Any]:
    """Return the attributes that matter at a zoom: streets are named where there is room."""
    if layer != "roads" or zoom >= _NAMES_FROM_ZOOM:
        return properties
    return {key: value for key, value in properties.items() if key in ("class", "ref")}


def _road_properties(
    network: RoadNetwork, road_class: int, name: int, ref: int, *, one_way: bool
) -> dict[str, Any]:
    properties: dict[str, Any] = {"class": HIGHWAY_CLASSES[road_class]}
    if name >= 0:
        properties["name"] = network.names[name]
    if ref >= 0:
        properties["ref"] = network.refs[ref]
    if one_way:
        properties["oneway"] = True
    return properties


def _zone_layer(city: City) -> Layer:
    rows = [
        {"zone_id": int(row.zone_id), "name": str(row.name), "urban": bool(row.urban)}
        for row in city.zones[["zone_id", "name", "urban"]].itertuples(index=False)
    ]
    return Layer("zones", city.zones.geometry.to_numpy(), rows, np.full(len(rows), 9))


def _source_layers(city: City) -> dict[str, Layer]:
    found: defaultdict[str, list[MapFeature]] = defaultdict(list)
    if city.source is not None:
        for feature in read_features(city.source):
            found[feature.layer].append(feature)
    return {name: _layer(name, features) for name, features in found.items()}


def _layer(name: str, features: list[MapFeature]) -> Layer:
    return Layer(
        name,
        np.array([feature.geometry for feature in features], dtype=object),
        [dict(feature.properties) for feature in features],
        np.array([_feature_min_zoom(feature) for feature in features], dtype=np.int64),
    )


def _feature_min_zoom(feature: MapFeature) -> int:
    if feature.layer == "places":
        return _PLACE_MIN_ZOOM.get(feature.properties["class"], 13)
    return _LAYER_MIN_ZOOM[feature.layer]
