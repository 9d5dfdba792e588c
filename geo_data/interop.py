"""OSMnx and NetworkX, both ways: planners live there."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo_data.check import check_network
from geo_data.network import HIGHWAY_CLASSES, RoadNetwork
from geo_data.pieces import Pieces, assemble
from geo_data.speeds import default_speed_kph, parse_speed_kph
from kernel.errors import BadData

if TYPE_CHECKING:
    import networkx as nx

READER_VERSION = 1


def to_networkx(network: RoadNetwork) -> nx.MultiDiGraph[int]:
    """Return the network as OSMnx would have it.

    Nodes are OSM ids with ``x``, ``y``; edges carry ``osmid``, ``length`` (m), ``speed_kph``,
    ``travel_time`` (s), ``highway``, ``oneway``, ``geometry`` and, where known, ``name``, ``ref``.
    Turn restrictions have no place there and are lost.
    """
    import networkx as nx  # noqa: PLC0415 (takes a while, and only planners need it)

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(
        crs="epsg:4326", created_with="Roadflare", simplified=True
    )
    ids = network.node_osm_id.tolist()
    for osm_id, lon, lat in zip(
        ids, network.node_lon.tolist(), network.node_lat.tolist(), strict=True
    ):
        graph.add_node(osm_id, x=lon, y=lat)
    for edge in range(network.n_edges):
        start, end = ids[network.edge_from[edge]], ids[network.edge_to[edge]]
        graph.add_edge(start, end, **_attributes(network, edge))
    return graph


def _attributes(network: RoadNetwork, edge: int) -> dict[str, Any]:
    length_m = float(network.edge_length_m[edge])
    speed_kph = float(network.edge_speed_kph[edge])
    attributes = {
        "osmid": int(network.edge_way_id[edge]),
        "highway": HIGHWAY_CLASSES[network.edge_class[edge]],
        "length": length_m,
        "speed_kph": speed_kph,
        "travel_time": length_m / (speed_kph / 3.6),
        "oneway": bool(network.edge_reverse[edge] < 0),
        "geometry": shapely.LineString(network.shape(edge)),
    }
    if (name := int(network.edge_name[edge])) >= 0:
        attributes["name"] = network.names[name]
    if (ref := int(network.edge_ref[edge])) >= 0:
        attributes["ref"] = network.refs[ref]
    return attributes


def from_osmnx(graph: nx.MultiDiGraph[Any], *, name: str = "osmnx") -> RoadNetwork:
    """Return an OSMnx graph as a road network.

    ``speed_kph`` of an edge counts where `osmnx.add_edge_speeds` set it, else its ``maxspeed``,
    else its class. Edges of classes that carry no cars are left out; where OSMnx merged several
    values into a list, the first one counts. Lengths are measured on the geometry again. OSMnx
    knows no turn restrictions, so there are none.

    Raises
    ------
    BadData
        When the graph has no road, is projected, or lacks coordinates.
    """
    roads = _Roads(graph)
    if not roads.rows:
        raise BadData(
            f"The graph {name!r} holds no road a car can drive.",
            remedy="Fetch it with network_type='drive'.",
        )
    lines = shapely.from_ragged_array(
        shapely.GeometryType.LINESTRING,
        np.concatenate(roads.shapes),
        (np.cumsum([0, *map(len, roads.shapes)]),),
    )
    return check_network(_assemble(roads, np.asarray(lines), name))


class _Roads:
    """Edges of a graph, two of opposite direction joined into one two-way road."""

    def __init__(self, graph: nx.MultiDiGraph[Any]) -> None:
        self.nodes = {node: row for row, node in enumerate(graph.nodes)}
        self.xy = self._coordinates(graph)
        self.rows: list[dict[str, Any]] = []
        self.shapes: list[np.ndarray[Any, np.dtype[np.float64]]] = []
        self._waiting: dict[object, list[int]] = defaultdict(list)
        for start, end, data in graph.edges(data=True):
            if (highway := _first(data.get("highway"))) in HIGHWAY_CLASSES:
                self._add(self.nodes[start], self.nodes[end], data, str(highway))

    def _coordinates(self, graph: nx.MultiDiGraph[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
        try:
            xy = np.array([(node["x"], node["y"]) for _, node in graph.nodes(data=True)], float)
        except KeyError as error:
            raise BadData(f"A node of the graph has no {error}.") from error
        if xy.size and (not np.isfinite(xy).all() or (np.abs(xy) > (180, 90)).any()):
            raise BadData(
                "The graph's coordinates are not degrees.",
                remedy="Use the graph before osmnx.project_graph.",
            )
        return xy

    def _add(self, start: int, end: int, data: Mapping[str, Any], highway: str) -> None:
        geometry = data.get("geometry")
        line = self.xy[[start, end]] if geometry is None else shapely.get_coordinates(geometry)
        line = np.concatenate([self.xy[[start]], line[1:-1], self.xy[[end]]])
        way_id, speed_kph = int(_first(data.get("osmid")) or 0), _speed_kph(data, highway)
        if data.get("oneway") is not True:
            opposite = self._waiting[end, start, way_id, line[::-1].tobytes()]
            if opposite:
                self.rows[opposite.pop()].update(backward=True, speed_backward_kph=speed_kph)
                return
            self._waiting[start, end, way_id, line.tobytes()].append(len(self.rows))
        self.shapes.append(line)
        self.rows.append(
            {
                "start": start,
                "end": end,
                "backward": False,
                "speed_kph": speed_kph,
                "speed_backward_kph": speed_kph,
                "road_class": HIGHWAY_CLASSES.index(highway),
                "name": _first(data.get("name")),
                "ref": _first(data.get("ref")),
                "way_id": way_id,
            }
        )

    def column(self, key: str, dtype: type[np.generic]) -> Any:
        """Return one attribute of all roads."""
        return np.array([row[key] for row in self.rows], dtype=dtype)

    def texts(self, key: str) -> tuple[tuple[str, ...], Any]:
        """Return the distinct texts of one attribute, and their numbers, -1 for none."""
        index: dict[str, int] = {}
        rows = [index.setdefault(str(r[key]), len(index)) if r[key] else -1 for r in self.rows]
        return tuple(index), np.array(rows, dtype=np.int32)


def _assemble(roads: _Roads, lines: np.ndarray[Any, np.dtype[Any]], name: str) -> RoadNetwork:
    points = shapely.get_coordinates(lines)
    last = np.cumsum(shapely.get_num_coordinates(lines), dtype=np.int64) - 1
    (names, name_index), (refs, ref_index) = roads.texts("name"), roads.texts("ref")
    pieces = Pieces(
        node_id=np.array([_node_id(node) for node in roads.nodes], dtype=np.int64),
        node_lon=roads.xy[:, 0],
        node_lat=roads.xy[:, 1],
        start=roads.column("start", np.int64),
        end=roads.column("end", np.int64),
        forward=np.ones(len(roads.rows), dtype=np.bool_),
        backward=roads.column("backward", np.bool_),
        speed_forward_kph=roads.column("speed_kph", np.float64),
        speed_backward_kph=roads.column("speed_backward_kph", np.float64),
        road_class=roads.column("road_class", np.uint8),
        name=name_index,
        ref=ref_index,
        way_id=roads.column("way_id", np.int64),
        shape_first=np.concatenate([[0], last[:-1] + 1]),
        shape_last=last,
        shape_lon=points[:, 0],
        shape_lat=points[:, 1],
    )
    digest = _digest(pieces, names, refs)
    return assemble(pieces, name=name, names=names, refs=refs, content_hash=digest)


def _digest(pieces: Pieces, *texts: Iterable[str]) -> str:
    digest = hashlib.sha256(repr(("osmnx", READER_VERSION, *texts)).encode())
    for column in vars(pieces).values():
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


def _node_id(node: object) -> int:
    try:
        return int(node)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError) as error:
        raise BadData(f"Node {node!r} of the graph is no OSM id.") from error


def _first(value: Any) -> Any:
    """Return the first of a list, else the value; NaN, which OSMnx uses for none, is None."""
    if isinstance(value, (list, tuple)):
        return _first(value[0]) if value else None
    return None if value is None or value != value else value  # noqa: PLR0124


def _speed_kph(data: Mapping[str, Any], highway: str) -> float:
    given = _first(data.get("speed_kph"))
    if given is not None and float(given) > 0:
        return float(given)
    tagged = parse_speed_kph(str(_first(data.get("maxspeed")) or ""))
    return tagged or default_speed_kph(highway)
