"""What a gazetteer knows: streets and crossings of the roads, addresses and places of a source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import numpy as np
import osmium
import osmium.filter
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from geo_data.city_store import City
from geo_data.network import RoadNetwork
from geo_data.osm_features import poi_class
from geo_data.osm_file import existing_osm_file, reading
from kernel.position import Position, distance_m

SAME_STREET_M = 500.0
"""Stretches of one name whose middles are closer than this are one street (two carriageways)."""

SAME_CROSSING_M = 150.0
_KEYS = ("addr:housenumber", "amenity", "shop", "tourism", "aeroway", "railway", "place")
_OTHER_NAMES = ("name:zh", "name:en", "alt_name", "old_name", "short_name", "int_name")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that has a name and a place.

    Attributes
    ----------
    kind
        ``address``, ``street``, ``crossing``, ``poi`` or ``place``.
    label
        As written on the spot.
    names
        All ways to say it, the label first.
    category
        For points of interest and places their class, e.g. ``charging_station``; else empty.
    """

    kind: str
    label: str
    names: tuple[str, ...]
    position: Position
    category: str = ""


@dataclass(slots=True)
class Aliases:
    """Other names of streets, by the name on the sign."""

    of: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, others: list[str]) -> None:
        """Remember other names of a street."""
        known = self.of[name]
        known += [other for other in others if other != name and other not in known]

    def names(self, name: str) -> tuple[str, ...]:
        """Return the name and all others of it."""
        return (name, *self.of.get(name, ()))


def city_entries(city: City) -> Iterator[Entry]:
    """Yield all entries of a city: from its source where it has one, and from its network."""
    aliases = Aliases()
    if city.source is not None and city.source.suffix != ".graphml":
        aliases = read_aliases(city.source)
        yield from source_entries(city.source, aliases)
    yield from street_entries(city.network, aliases)
    yield from crossing_entries(city.network, aliases)


def street_entries(network: RoadNetwork, aliases: Aliases) -> Iterator[Entry]:
    """Yield each named street where its middle is; stretches that do not touch apart."""
    middles: defaultdict[int, list[Position]] = defaultdict(list)
    for edges in _stretches(network):
        middles[int(network.edge_name[edges[0]])].append(_middle(network, edges))
    for name, positions in sorted(middles.items()):
        text = network.names[name]
        for position in _apart(positions, SAME_STREET_M):
            yield Entry("street", text, aliases.names(text), position)


def _stretches(network: RoadNetwork) -> list[NDArray[np.int64]]:
    """Return the edges of each connected stretch of one name, the longest stretch first."""
    named = np.flatnonzero(network.edge_name >= 0)
    name = network.edge_name[named].astype(np.int64)
    ends = np.concatenate([network.edge_from[named], network.edge_to[named]])
    keys, row = np.unique(np.tile(name, 2) * network.n_nodes + ends, return_inverse=True)
    start, end = np.split(row, 2)
    links = csr_matrix((np.ones(len(named)), (start, end)), shape=(len(keys), len(keys)))
    n_stretches, label = connected_components(links, directed=False)
    stretch = label[start]
    length_m = np.bincount(stretch, network.edge_length_m[named], minlength=n_stretches)
    order = np.argsort(stretch, kind="stable")
    parts = np.split(named[order], np.cumsum(np.bincount(stretch, minlength=n_stretches))[:-1])
    return [parts[number] for number in np.argsort(-length_m, kind="stable")]


def _middle(network: RoadNetwork, edges: NDArray[np.int64]) -> Position:
    """Return the point of the edges' shapes, or of a single step its half, nearest their centre."""
    first, last = network.shape_ptr[edges], network.shape_ptr[edges + 1]
    rows = np.repeat(first, last - first) + _counted(last - first)
    points = np.column_stack([network.shape_lon[rows], network.shape_lat[rows]])
    if len(edges) <= 2 and len(rows) == 2 * len(edges):
        points = points[:2].mean(axis=0, keepdims=True)
    scale = np.array([np.cos(np.radians(points[0, 1])), 1.0])
    offset = np.linalg.norm((points - points.mean(axis=0)) * scale, axis=1)
    lon, lat = points[int(np.argmin(offset))]
    return Position(float(lon), float(lat))


def _counted(count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0, 1, ... up to each count, one after the other."""
    return np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)


def crossing_entries(network: RoadNetwork, aliases: Aliases) -> Iterator[Entry]:
    """Yield "A / B" for each place where two streets of different names meet, once per place."""
    met: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for node, names in _names_at_nodes(network):
        for two in combinations(names, 2):
            met[two].append(node)
    for pair, nodes in sorted(met.items()):
        a, b = network.names[pair[0]], network.names[pair[1]]
        spots = (Position(float(network.node_lon[n]), float(network.node_lat[n])) for n in nodes)
        both = zip(aliases.names(a), aliases.names(b), strict=False)
        spoken = tuple(f"{one} / {other}" for one, other in both)
        for position in _apart(spots, SAME_CROSSING_M):
            yield Entry("crossing", f"{a} / {b}", spoken, position)


def _names_at_nodes(network: RoadNetwork) -> Iterator[tuple[int, list[int]]]:
    named = np.flatnonzero(network.edge_name >= 0)
    node = np.concatenate([network.edge_from[named], network.edge_to[named]])
    name = np.tile(network.edge_name[named], 2)
    pairs = np.unique(np.column_stack([node, name]), axis=0)
    nodes, first = np.unique(pairs[:, 0], return_index=True)
    for number, names in zip(nodes.tolist(), np.split(pairs[:, 1], first[1:]), strict=True):
        if len(names) > 1:
            yield number, names.tolist()


def _apart(positions: Iterable[Position], least_m: float) -> list[Position]:
    """Return the positions, in order, that are not close to an earlier one."""
    kept: list[Position] = []
    for position in positions:
        if all(distance_m(position, other) >= least_m for other in kept):
            kept.append(position)
    return kept


def read_aliases(path: Path) -> Aliases:
    """Return the other names that streets have in an extract.

    Raises
    ------
    BadData
        When the file cannot be read.
    """
    aliases = Aliases()
    wanted = osmium.filter.KeyFilter("highway", "addr:street:en")
    path = existing_osm_file(path)
    with reading(path):
        for item in osmium.FileProcessor(path).with_filter(wanted):
            tags = {tag.k: tag.v for tag in item.tags}
            if "highway" in tags and "name" in tags:
                aliases.add(tags["name"], _other_names(tags))
            elif "addr:street" in tags and "addr:street:en" in tags:
                aliases.add(tags["addr:street"], [tags["addr:street:en"]])
    return aliases


def source_entries(path: Path, aliases: Aliases) -> Iterator[Entry]:
    """Yield addresses, points of interest and places of an extract.

    Raises
    ------
    BadData
        When the file cannot be read.
    """
    path = existing_osm_file(path)
    # This index alone finds nodes in files that are not sorted by id.
    items = osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.WAY)
    items = items.with_locations("sparse_mem_map").with_filter(osmium.filter.KeyFilter(*_KEYS))
    with reading(path):
        for item in items:
            tags = {tag.k: tag.v for tag in item.tags}
            if isinstance(item, (osmium.osm.Node, osmium.osm.Way)) and (
                position := _position(item)
            ):
                yield from _entries_of(tags, position, aliases)


def _entries_of(tags: Mapping[str, str], position: Position, aliases: Aliases) -> Iterator[Entry]:
    street = tags.get("addr:street") or tags.get("addr:place")
    if street and "addr:housenumber" in tags:
        number = tags["addr:housenumber"]
        names = tuple(f"{name} {number}" for name in aliases.names(street))
        yield Entry("address", f"{street} {number}", names, position)
    kind = poi_class(tags) or (tags.get("amenity") or tags.get("shop") or tags.get("tourism"))
    if "name" in tags and ("place" in tags or kind):
        names = (tags["name"], *_other_names(tags))
        what = "place" if "place" in tags else "poi"
        yield Entry(what, tags["name"], names, position, tags.get("place") or kind or "")


def _other_names(tags: Mapping[str, str]) -> list[str]:
    found = [part for key in _OTHER_NAMES if key in tags for part in tags[key].split(";")]
    return list(dict.fromkeys(part.strip() for part in found if part.strip() != tags.get("name")))


def _position(item: osmium.osm.Node | osmium.osm.Way) -> Position | None:
    if isinstance(item, osmium.osm.Node):
        places = [item.location] if item.location.valid() else []
    else:
        places = [node.location for node in item.nodes if node.location.valid()]
    if not places:
        return None
    lon, lat = (sum(getattr(p, axis) for p in places) / len(places) for axis in ("lon", "lat"))
    return Position(lon, lat)
