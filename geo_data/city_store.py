"""A city on disk: ``<data>/cities/<name>/`` with its roads, zones, service areas and source."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from geo_data.cache import cache_path, cached_network, save_network
from geo_data.network import RoadNetwork
from geo_data.polygon_table import PolygonTable, read_polygon_table
from geo_data.versions import STORED_CITY
from kernel.errors import BadData, InvalidInput

if TYPE_CHECKING:
    import geopandas as gpd

ZONE_COLUMNS = ("zone_id", "name", "population", "urban")
AREA_COLUMNS = ("name", "kind", "target_s")
_SWAP_ATTEMPTS = 5
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
"""It is a folder, a part of addresses, and the region of every table, which has 60 characters."""


@dataclass(frozen=True, eq=False)
class City:
    """A place that Roadflare can serve.

    Attributes
    ----------
    name
        Key: lower-case letters, digits, hyphens.
    title
        For people, by language: ``en`` and ``zh``.
    network
        Its roads.
    zone_table
        Columns ``zone_id`` (int), ``name``, ``population`` (float, people; a guess where no census
        was given), ``urban`` (bool); polygons, WGS-84.
    area_table
        Service areas: columns ``name``, ``kind`` ('urban' or 'other'), ``target_s`` (int, seconds
        from call to arrival); polygons that do not overlap and fill ``bounds``.
    bounds
        (min lon, min lat, max lon, max lat) of roads and zones.
    timezone
        IANA name.
    attribution
        Credit line to show wherever the data is shown.
    folder
        Where it is stored; the basemap and the gazetteer lie there too.
    source
        The extract it was made from, for what the road network does not hold; None where the
        source has nothing more.
    """

    name: str
    title: Mapping[str, str]
    network: RoadNetwork
    zone_table: PolygonTable
    area_table: PolygonTable
    bounds: tuple[float, float, float, float]
    timezone: str
    attribution: str
    folder: Path
    source: Path | None = None

    @property
    def zones(self) -> gpd.GeoDataFrame:
        """The zones as a GeoDataFrame."""
        return self.zone_table.frame

    @property
    def areas(self) -> gpd.GeoDataFrame:
        """The service areas as a GeoDataFrame."""
        return self.area_table.frame


@dataclass(frozen=True, eq=False)
class CityDraft:
    """A city that is about to be stored.

    ``source`` is copied into the city's folder, under its suffixes; ``source_kind`` says who can
    read it again.
    """

    name: str
    title: Mapping[str, str]
    network: RoadNetwork
    zones: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    timezone: str
    source_kind: str
    source: Path | None = None


def check_city_name(name: str) -> str:
    """Return the name if it can be a folder and part of an address.

    Raises
    ------
    InvalidInput
        Otherwise.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput.one(
            "/name",
            "city.name",
            f"{name!r} cannot name a city.",
            "Use 1 to 60 of a-z, 0-9, - and _, a letter or digit first, e.g. la_serena.",
        )
    return name


def city_folder(name: str, data_dir: Path | str) -> Path:
    """Return where a city lies, whether it exists or not."""
    return Path(data_dir) / "cities" / check_city_name(name)


def stored_cities(data_dir: Path | str) -> tuple[str, ...]:
    """Return the names of the cities in a data folder, sorted."""
    return tuple(sorted(path.parent.name for path in Path(data_dir).glob("cities/*/city.json")))


def total_bounds(
    network: RoadNetwork, zones: gpd.GeoDataFrame | None = None
) -> tuple[float, float, float, float]:
    """Return (min lon, min lat, max lon, max lat) of all roads and zones."""
    lon, lat = network.shape_lon, network.shape_lat
    boxes = [[lon.min(), lat.min(), lon.max(), lat.max()]]
    if zones is not None and len(zones):
        boxes.append(zones.total_bounds.tolist())
    both = np.array(boxes)
    west, south = both[:, :2].min(axis=0).tolist()
    east, north = both[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def write_city(draft: CityDraft, data_dir: Path | str) -> Path:
    """Store a city in place of any older one of its name, and return its folder.

    A reader sees the old city, or the new one, or for an instant none, but never half of one.
    """
    folder = city_folder(draft.name, data_dir)
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{draft.name}-", dir=folder.parent))
    try:
        _fill(new, draft)
        _swap(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return folder


def _fill(folder: Path, draft: CityDraft) -> None:
    source = None
    if draft.source is not None:
        source = "source" + draft.source.name[draft.source.name.index(".") :]
        shutil.copyfile(draft.source, folder / source)
    facts = {
        "version": STORED_CITY,
        "name": draft.name,
        "title": dict(draft.title),
        "timezone": draft.timezone,
        "attribution": draft.network.attribution,
        "bounds": total_bounds(draft.network, draft.zones),
        "content_hash": draft.network.content_hash,
        "source_kind": draft.source_kind,
        "source": source,
    }
    save_network(cache_path(folder, draft.network.content_hash), draft.network)
    _write_geojson(folder / "zones.geojson", draft.zones[[*ZONE_COLUMNS, "geometry"]])
    _write_geojson(folder / "areas.geojson", draft.areas[[*AREA_COLUMNS, "geometry"]])
    text = json.dumps(facts, ensure_ascii=False, indent=1)
    (folder / "city.json").write_text(text + "\n", encoding="utf-8")
    folder.chmod(0o755)  # mkdtemp is for its owner alone


def _write_geojson(path: Path, frame: gpd.GeoDataFrame) -> None:
    frame.to_file(path, driver="GeoJSON", engine="pyogrio", COORDINATE_PRECISION=7)


def _swap(new: Path, folder: Path) -> None:
    """Put ``new`` in the place of ``folder``, though another process may do the same."""
    old = new.with_name(f"{new.name}-old")
    for attempt in range(_SWAP_ATTEMPTS):
        with suppress(FileNotFoundError):  # the first of its name
            folder.rename(old)
        try:
            new.rename(folder)
            break
        except OSError:  # the other one was faster
            if attempt == _SWAP_ATTEMPTS - 1:
                raise
        finally:
            shutil.rmtree(old, ignore_errors=True)


def read_facts(folder: Path) -> dict[str, Any]:
    """Return ``city.json``.

    Raises
    ------
    BadData
        When it is not what `write_city` writes.
    """
    path = folder / "city.json"
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        ZoneInfo(facts["timezone"])
        facts["title"] = {language: facts["title"][language] for language in ("en", "zh")}
        west, south, east, north = facts["bounds"]
        facts["bounds"] = (west, south, east, north)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadData(f"{path} is damaged ({error!r}).", remedy=_REMEDY) from error
    return facts


def read_city(folder: Path, build: Callable[[], RoadNetwork]) -> City:
    """Read a stored city; ``build`` makes its network anew where the stored one is damaged."""
    facts = read_facts(folder)
    return City(
        name=facts["name"],
        title=facts["title"],
        network=cached_network(folder, facts["content_hash"], build),
        zone_table=read_polygon_table(folder / "zones.geojson", ZONE_COLUMNS, remedy=_REMEDY),
        area_table=read_polygon_table(folder / "areas.geojson", AREA_COLUMNS, remedy=_REMEDY),
        bounds=facts["bounds"],
        timezone=facts["timezone"],
        attribution=facts["attribution"],
        folder=folder,
        source=folder / facts["source"] if facts["source"] else None,
    )


_REMEDY = "Import the city again: `roadflare city import`."
