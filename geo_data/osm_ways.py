"""Reading the car roads of an OSM extract into flat arrays, as they are drawn."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import osmium.filter
import osmium.index
import osmium.io
import osmium.osm
from numpy.typing import NDArray

from geo_data.access import blocks_cars, direction, is_drivable
from geo_data.network import HIGHWAY_CLASSES
from geo_data.osm_file import reading
from geo_data.speeds import way_speeds_kph
from kernel.errors import BadData

_CLASS_INDEX = {highway: index for index, highway in enumerate(HIGHWAY_CLASSES)}
_WANTED = osmium.filter.TagFilter(
    ("type", "restriction"), *(("highway", kind) for kind in HIGHWAY_CLASSES)
)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a relation: type ``n``, ``w`` or ``r``, id, role."""

    type: str
    ref: int
    role: str


@dataclass(frozen=True, slots=True)
class RestrictionRelation:
    """A turn-restriction relation as it stands in the file."""

    id: int
    tags: dict[str, str]
    members: tuple[Member, ...]


class _Vocabulary:
    """Numbers strings in order of appearance."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {}

    def add(self, text: str | None) -> int:
        return self.index.setdefault(text, len(self.index)) if text else -1


@dataclass(frozen=True, eq=False)
class RawWays:
    """Car ways as drawn.

    Attributes
    ----------
    way_id, road_class, name, ref
        As in `RoadNetwork`, one row per way.
    direction
        int8[n_ways]: 1 along the drawing only, -1 against it only, 0 both.
    speed_forward_kph, speed_backward_kph
        float64[n_ways].
    ptr, node
        The nodes of way ``i`` are ``node[ptr[i]:ptr[i + 1]]``, indices into ``node_id``.
    node_id, node_lon, node_lat
        One row per node of any way; NaN where the extract does not hold the node.
    blocked
        bool[n_nodes]: no car can pass here.
    restrictions
        The turn-restriction relations.
    """

    way_id: NDArray[np.int64]
    road_class: NDArray[np.uint8]
    direction: NDArray[np.int8]
    speed_forward_kph: NDArray[np.float64]
    speed_backward_kph: NDArray[np.float64]
    name: NDArray[np.int32]
    ref: NDArray[np.int32]
    ptr: NDArray[np.int64]
    node: NDArray[np.int64]
    node_id: NDArray[np.int64]
    node_lon: NDArray[np.float64]
    node_lat: NDArray[np.float64]
    blocked: NDArray[np.bool_]
    names: tuple[str, ...]
    refs: tuple[str, ...]
    restrictions: tuple[RestrictionRelation, ...]


class _Columns:
    """Collects ways one by one into compact columns."""

    def __init__(self) -> None:
        self.way_id, self.node_ref, self.ptr = array("q"), array("q"), array("q", [0])
        self.road_class, self.direction = array("B"), array("b")
        self.speed_forward_kph, self.speed_backward_kph = array("d"), array("d")
        self.name, self.ref = array("i"), array("i")
        self.names, self.refs = _Vocabulary(), _Vocabulary()
        self.restrictions: list[RestrictionRelation] = []

    def add_way(self, way: osmium.osm.Way, tags: dict[str, str]) -> None:
        highway = tags["highway"]
        forward, backward = way_speeds_kph(tags, highway)
        self.way_id.append(way.id)
        self.road_class.append(_CLASS_INDEX[highway])
        self.direction.append(direction(tags))
        self.speed_forward_kph.append(forward)
        self.speed_backward_kph.append(backward)
        self.name.append(self.names.add(street_name(tags)))
        self.ref.append(self.refs.add(tags.get("ref")))
        self.node_ref.extend(node.ref for node in way.nodes)
        self.ptr.append(len(self.node_ref))

    def add_relation(self, relation: osmium.osm.Relation, tags: dict[str, str]) -> None:
        members = tuple(Member(m.type, m.ref, m.role) for m in relation.members)
        self.restrictions.append(RestrictionRelation(relation.id, tags, members))


def street_name(tags: dict[str, str]) -> str | None:
    """Return the name people read on the sign, as written (Chinese stays Chinese)."""
    return tags.get("name") or tags.get("name:zh") or tags.get("name:en")


def read_ways(path: Path) -> RawWays:
    """Read all car ways of an extract, their nodes and the turn restrictions.

    Raises
    ------
    BadData
        When the file cannot be read.
    """
    with reading(path):
        columns = _read_columns(path)
        node_id, node = np.unique(np.frombuffer(columns.node_ref, np.int64), return_inverse=True)
        lon, lat, blocked = _read_nodes(path, node_id)
    return RawWays(
        way_id=np.frombuffer(columns.way_id, np.int64),
        road_class=np.frombuffer(columns.road_class, np.uint8),
        direction=np.frombuffer(columns.direction, np.int8),
        speed_forward_kph=np.frombuffer(columns.speed_forward_kph, np.float64),
        speed_backward_kph=np.frombuffer(columns.speed_backward_kph, np.float64),
        name=np.frombuffer(columns.name, np.int32),
        ref=np.frombuffer(columns.ref, np.int32),
        ptr=np.frombuffer(columns.ptr, np.int64),
        node=node.astype(np.int64),
        node_id=node_id,
        node_lon=lon,
        node_lat=lat,
        blocked=blocked,
        names=tuple(columns.names.index),
        refs=tuple(columns.refs.index),
        restrictions=tuple(columns.restrictions),
    )


def _read_columns(path: Path) -> _Columns:
    columns = _Columns()
    wanted = osmium.osm.WAY | osmium.osm.RELATION
    for item in osmium.FileProcessor(path, wanted).with_filter(_WANTED):
        tags = {tag.k: tag.v for tag in item.tags}
        if isinstance(item, osmium.osm.Way):
            if is_drivable(tags):
                columns.add_way(item, tags)
        elif isinstance(item, osmium.osm.Relation) and tags.get("type") == "restriction":
            columns.add_relation(item, tags)
    return columns


def _read_nodes(
    path: Path, node_id: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    if len(node_id) and node_id[0] < 0:
        raise BadData(
            f"{path} has negative node ids ({node_id[0]}), as unsaved edits have.",
            remedy="Renumber it, e.g. with `osmium renumber`.",
        )
    ids: list[int] = node_id.tolist()
    # This index alone finds nodes in files that are not sorted by id.
    index = osmium.index.create_map("sparse_mem_map")
    with osmium.io.Reader(str(path), osmium.osm.NODE) as reader:
        osmium.apply(reader, osmium.filter.IdFilter(ids), osmium.NodeLocationsForWays(index))
    lon, lat = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    for row, osm_id in enumerate(ids):
        try:
            location = index.get(osm_id)
        except KeyError:  # the extract was clipped
            continue
        if location.valid():
            lon[row], lat[row] = location.lon, location.lat
    return lon, lat, np.isin(node_id, _blocking_nodes(path))


def _blocking_nodes(path: Path) -> list[int]:
    barriers = osmium.FileProcessor(path, osmium.osm.NODE).with_filter(
        osmium.filter.KeyFilter("barrier")
    )
    return [node.id for node in barriers if blocks_cars({tag.k: tag.v for tag in node.tags})]
