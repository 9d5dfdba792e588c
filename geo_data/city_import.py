"""Making cities: from an OSM extract, from a place's name, and the two that are built in."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import geopandas as gpd
import shapely
import tzfpy
from shapely.geometry.base import BaseGeometry

from geo_data.city_store import CityDraft, check_city_name, total_bounds, write_city
from geo_data.demo_city import find_demo_wheel, read_demo
from geo_data.hexagons import hexagon_zones
from geo_data.interop import from_osmnx
from geo_data.network import RoadNetwork
from geo_data.osm_reader import read_osm
from geo_data.place import fetch_place, load_graph
from geo_data.zones import areas_of, mark_urban, service_areas
from kernel.errors import BadData, InvalidInput, NotFound

TOWN = Path(__file__).parent / "towns" / "linchuan.osm"
TOWN_URBAN = Path(__file__).parent / "towns" / "linchuan_urban.geojson"
TOWN_ATTRIBUTION = "An invented town, © Roadflare contributors, Apache-2.0"
REPOSITORY = Path(__file__).resolve().parent.parent

CHINA_TIME = "Asia/Shanghai"


def import_city_from_file(
    name: str,
    path: Path | str,
    data_dir: Path | str,
    *,
    urban_geojson: Path | str | None = None,
    title: Mapping[str, str] | None = None,
    timezone: str | None = None,
) -> Path:
    """Store a city made from an OSM extract and return its folder.

    Zones are hexagons with a guessed population (`geo_data.hexagons`). Without an urban polygon,
    dense zones are urban (`geo_data.zones`). Without a time zone, that of the middle holds.

    Raises
    ------
    InvalidInput
        When the name or the time zone is none.
    NotFound
        When there is no such file.
    BadData
        When a file cannot be used.
    """
    check_city_name(name)
    network = read_osm(path, name=name)
    urban = None if urban_geojson is None else read_polygons(urban_geojson)
    draft = _draft(name, network, urban, "osm", Path(path), title=title, timezone=timezone)
    return write_city(draft, data_dir)


def import_city_from_place(
    name: str,
    place: str,
    data_dir: Path | str,
    *,
    urban_geojson: Path | str | None = None,
    title: Mapping[str, str] | None = None,
    timezone: str | None = None,
    timeout_s: float = 20.0,
) -> Path:
    """Store a city fetched by the name of a place, e.g. ``"Guangzhou, China"``.

    The other parameters are those of `import_city_from_file`.

    Raises
    ------
    ExternalServiceError
        When there is no network, or OpenStreetMap's servers do not answer or know the place.
    """
    check_city_name(name)
    urban = None if urban_geojson is None else read_polygons(urban_geojson)
    with tempfile.TemporaryDirectory() as folder:
        graph = fetch_place(place, Path(folder) / "source.graphml", timeout_s=timeout_s)
        network = from_osmnx(load_graph(graph), name=name)
        both = title or {"en": place, "zh": place}
        draft = _draft(name, network, urban, "osmnx", graph, title=both, timezone=timezone)
        return write_city(draft, data_dir)


def import_demo(data_dir: Path | str) -> Path:
    """Store the demo city and return its folder.

    Raises
    ------
    NotFound
        When its wheel has not been fetched.
    """
    demo = read_demo(_demo_wheel(data_dir))
    bounds = total_bounds(demo.network, demo.zones)
    draft = CityDraft(
        name="demo",
        title={"en": "La Serena–Coquimbo", "zh": "拉塞雷纳–科金博"},
        network=demo.network,
        zones=demo.zones,
        areas=service_areas(demo.zones, bounds),
        timezone="America/Santiago",
        source_kind="demo",
    )
    return write_city(draft, data_dir)


def import_town(data_dir: Path | str) -> Path:
    """Store the invented town of Linchuan Bay and return its folder."""
    network = replace(read_osm(TOWN, name="town"), attribution=TOWN_ATTRIBUTION)
    draft = _draft(
        "town",
        network,
        read_polygons(TOWN_URBAN),
        "osm",
        TOWN,
        title={"en": "Linchuan Bay", "zh": "临川湾"},
        timezone="Asia/Shanghai",
    )
    return write_city(draft, data_dir)


def rebuild_network(folder: Path, facts: Mapping[str, str], data_dir: Path | str) -> RoadNetwork:
    """Read a stored city's roads from its source again.

    Raises
    ------
    BadData
        When the source is gone or gives another network than it once did.
    """
    kind, source = facts["source_kind"], folder / (facts["source"] or "")
    if kind == "demo":
        network = read_demo(_demo_wheel(data_dir)).network
    elif not source.is_file():
        raise BadData(
            f"The roads of {facts['name']!r} are damaged and their source is gone.",
            remedy="Import the city again: `roadflare city import`.",
        )
    elif kind == "osmnx":
        network = from_osmnx(load_graph(source), name=facts["name"])
    else:
        network = read_osm(source, name=facts["name"])
    if network.content_hash != facts["content_hash"]:
        raise BadData(
            f"The source of {facts['name']!r} is not what it was.",
            remedy="Import the city again: `roadflare city import`.",
        )
    return replace(network, attribution=facts["attribution"])


def read_polygons(path: Path | str) -> BaseGeometry:
    """Return the union of all polygons of a GeoJSON file (WGS-84).

    Raises
    ------
    NotFound
        When there is no such file.
    BadData
        When it holds no polygons.
    """
    path = Path(path)
    if not path.is_file():
        raise NotFound("file", str(path), remedy="Give a GeoJSON file with the urban polygons.")
    try:
        shapes = gpd.read_file(path, engine="pyogrio").to_crs("EPSG:4326").geometry
    except (RuntimeError, ValueError, AttributeError) as error:
        raise BadData(f"{path} is no GeoJSON ({error}).", remedy="Check the file.") from error
    polygons = shapes[shapes.geom_type.isin(["Polygon", "MultiPolygon"])]
    if polygons.empty:
        raise BadData(f"{path} holds no polygon.", remedy="Draw the urban area as polygons.")
    return shapely.union_all(shapely.make_valid(polygons.to_numpy()))


def timezone_at(lon: float, lat: float) -> str:
    """Return the IANA time zone of a position, from the borders of the zones in OpenStreetMap.

    Where China's zone overlaps a local one, China's official time holds.
    """
    zones = tzfpy.get_tzs(lon, lat)
    return CHINA_TIME if CHINA_TIME in zones else str(zones[0])


def _draft(
    name: str,
    network: RoadNetwork,
    urban: BaseGeometry | None,
    source_kind: str,
    source: Path,
    *,
    title: Mapping[str, str] | None,
    timezone: str | None,
) -> CityDraft:
    zones = mark_urban(hexagon_zones(network))
    bounds = total_bounds(network, zones)
    if urban is not None:
        zones["urban"] = zones.geometry.representative_point().within(urban)
    areas = service_areas(zones, bounds) if urban is None else areas_of(urban, bounds)
    middle = ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    return CityDraft(
        name=name,
        title={"en": name, "zh": name} | dict(title or {}),
        network=network,
        zones=zones,
        areas=areas,
        timezone=_known_timezone(timezone or timezone_at(*middle)),
        source_kind=source_kind,
        source=source,
    )


def _known_timezone(timezone: str) -> str:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput.one(
            "/timezone",
            "city.timezone",
            f"{timezone!r} is no time zone.",
            "Use an IANA name, e.g. Asia/Shanghai.",
        ) from error
    return timezone


def _demo_wheel(data_dir: Path | str) -> Path:
    data_dir = Path(data_dir)
    return find_demo_wheel(
        data_dir / "wheels", data_dir.parent / "wheels", REPOSITORY / ".cache" / "wheels"
    )
