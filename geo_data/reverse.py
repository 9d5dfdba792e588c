"""Saying where a position is: street, house, nearest crossing."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_data.lines import edge_lines
from geo_data.network import RoadNetwork
from kernel.position import Position

FARTHEST_STREET_M = 1000.0
FARTHEST_CROSSING_M = 2000.0
FARTHEST_HOUSE_M = 40.0


@dataclass(frozen=True, slots=True)
class Description:
    """Where a position is.

    Attributes
    ----------
    street, street_m
        The nearest named street and how far it is; ``street`` is empty where none is near.
    house
        The nearest address, if one is within `FARTHEST_HOUSE_M`; else empty.
    crossing, crossing_m
        The nearest crossing on that street (else any), and how far it is; empty where none is near.
    text
        One line for people, by language: ``en`` and ``zh``.
    """

    street: str
    street_m: float
    house: str
    crossing: str
    crossing_m: float
    text: Mapping[str, str]


class Describer:
    """Describes positions in one city; what that takes is read at the first question.

    Parameters
    ----------
    network
        Where the streets are.
    gazetteer
        The file that `geo_data.gazetteer.build_gazetteer` wrote: houses and crossings.
    """

    def __init__(self, network: RoadNetwork, gazetteer: Path) -> None:
        self._network = network
        self._gazetteer = gazetteer
        self._named = np.flatnonzero(network.edge_name >= 0)

    @cached_property
    def _lines(self) -> shapely.STRtree:
        return shapely.STRtree(edge_lines(self._network)[self._named])

    @cached_property
    def _houses(self) -> _Labels:
        return self._labels("address")

    @cached_property
    def _crossings(self) -> _Labels:
        return self._labels("crossing")

    def _labels(self, kind: str) -> _Labels:
        uri = f"{self._gazetteer.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            return _Labels(database, kind)

    def describe(self, position: Position) -> Description:
        """Return where a position is, as people would say it."""
        street, street_m = self._street(position)
        house, _ = self._houses.nearest(position, FARTHEST_HOUSE_M)
        crossing, crossing_m = self._crossings.nearest(position, FARTHEST_CROSSING_M, on=street)
        text = _sentences(house or street, crossing, crossing_m, position)
        return Description(street, street_m, house, crossing, crossing_m, text)

    def _street(self, position: Position) -> tuple[str, float]:
        box = _box(position, FARTHEST_STREET_M)
        rows = self._lines.query(box)
        if not len(rows):
            return "", np.inf
        lines = shapely.transform(self._lines.geometries[rows], _metres_from(position))
        away_m = shapely.distance(lines, shapely.Point(0, 0))
        best = int(np.argmin(away_m))
        if away_m[best] > FARTHEST_STREET_M:
            return "", np.inf
        name = self._network.edge_name[self._named[rows[best]]]
        return self._network.names[name], round(float(away_m[best]), 1)


class _Labels:
    """Labels with their places, of one kind."""

    def __init__(self, database: sqlite3.Connection, kind: str) -> None:
        query = "select label, lon, lat from entries where kind = ? order by id"
        rows = database.execute(query, (kind,)).fetchall()
        self.labels = [row[0] for row in rows]
        self.places = np.array([row[1:] for row in rows]).reshape(-1, 2)
        self.tree = shapely.STRtree(np.array(shapely.points(self.places), dtype=object))

    def nearest(self, position: Position, within_m: float, *, on: str = "") -> tuple[str, float]:
        """Return the nearest label and its distance; one that names ``on``, if there is any."""
        near = self.tree.query(_box(position, within_m))
        away_m = np.linalg.norm(_metres_from(position)(self.places[near]), axis=1)
        pairs = zip(away_m.tolist(), near.tolist(), strict=True)
        found = sorted((away, self.labels[row]) for away, row in pairs if away <= within_m)
        fitting = [pair for pair in found if on and on in pair[1].split(" / ")]
        if not found:
            return "", np.inf
        away, label = (fitting or found)[0]
        return label, round(away, 1)


def _sentences(here: str, crossing: str, crossing_m: float, position: Position) -> dict[str, str]:
    if not here and not crossing:
        spot = f"{position.lat:.5f}, {position.lon:.5f}"
        return {"en": spot, "zh": spot}
    metres = round(crossing_m, -1) if crossing_m >= 100 else round(crossing_m)
    en, zh = [here] if here else [], [here] if here else []
    if crossing and crossing_m < 15:
        en.append(f"at {crossing}")
        zh.append(f"{crossing}路口")
    elif crossing:
        en.append(f"{metres:.0f} m from {crossing}")
        zh.append(f"距{crossing}路口{metres:.0f}米")
    return {"en": ", ".join(en), "zh": "，".join(zh)}


def _box(position: Position, reach_m: float) -> shapely.Polygon:
    lat = reach_m / 111_000
    lon = lat / max(float(np.cos(np.radians(position.lat))), 0.01)
    box: shapely.Polygon = shapely.box(
        position.lon - lon, position.lat - lat, position.lon + lon, position.lat + lat
    )
    return box


class _metres_from:  # noqa: N801 (used like a function)
    """Turns degrees into metres around a position, flat."""

    def __init__(self, position: Position) -> None:
        self.origin = np.array([position.lon, position.lat])
        self.scale = 111_195.0 * np.array([np.cos(np.radians(position.lat)), 1.0])

    def __call__(self, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        metres: NDArray[np.float64] = (degrees - self.origin) * self.scale
        return metres
