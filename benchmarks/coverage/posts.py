"""Posts, where units wait for calls: read from a file, or the demo fleet's."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.demo.fleet import draw_fleet
from geo_data.city import City
from kernel.errors import BadData, Fault, InvalidInput
from kernel.position import Position

FORMATS = "CSV with the columns name,kind,lon,lat; GeoJSON points with name and kind; JSON rows"


@dataclass(frozen=True, slots=True)
class Post:
    """A place where units of one kind wait."""

    name: str
    kind: str
    position: Position


def demo_posts(city: City) -> tuple[Post, ...]:
    """Return where the demo fleet's units start in a city."""
    units = draw_fleet(city, start=datetime(2026, 6, 1, tzinfo=UTC)).body["units"]
    return tuple(Post(u["code"], u["kind"], Position(u["lon"], u["lat"])) for u in units)


def read_posts(path: Path) -> tuple[Post, ...]:
    """Read posts from a file.

    Raises
    ------
    BadData
        When the file cannot be read as one of the formats.
    InvalidInput
        When rows are wrong; all of them are named.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(text.splitlines())) if path.suffix == ".csv" else _json(text)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise BadData(f"{path} is no list of posts: {error}.", remedy=f"Give {FORMATS}.") from error
    return _posts(rows)


def _json(text: str) -> list[Mapping[str, Any]]:
    found = json.loads(text)
    if isinstance(found, dict) and found.get("type") == "FeatureCollection":
        return [_flat(feature) for feature in found["features"]]
    if isinstance(found, dict):
        found = found.get("posts")
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ValueError("neither rows nor a FeatureCollection")
    return found


def _flat(feature: Mapping[str, Any]) -> dict[str, Any]:
    geometry = feature.get("geometry") or {}
    if geometry.get("type") != "Point":
        raise ValueError(f"a post must be a Point, not {geometry.get('type')!r}")
    lon, lat = geometry["coordinates"][:2]
    return {**(feature.get("properties") or {}), "lon": lon, "lat": lat}


def _posts(rows: Iterable[Mapping[str, Any]]) -> tuple[Post, ...]:
    posts: list[Post] = []
    faults: list[Fault] = []
    for index, row in enumerate(rows):
        try:
            place = Position(float(row["lon"]), float(row["lat"]))
            posts.append(Post(str(row.get("name") or index), str(row["kind"]), place))
        except (KeyError, TypeError, ValueError, InvalidInput) as error:
            faults.append(
                Fault(f"/{index}", "post.row", f"{dict(row)!r}: {error!r}.", f"Give {FORMATS}.")
            )
    if not posts and not faults:
        faults.append(Fault("", "post.none", "There is no post.", f"Give {FORMATS}."))
    if faults:
        raise InvalidInput(faults)
    return tuple(posts)
