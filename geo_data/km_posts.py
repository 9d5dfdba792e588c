"""Kilometre posts (桩号): a road number, a kilometre and a direction become a position.

Posts of the extract (`highway=milestone` with `distance` or `pk`, and `ref`) are laid on their
carriageway; between two posts the place is found by linear reference along the road itself.
Source of the tags: OSM wiki, `Tag:highway=milestone`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import osmium.filter
from numpy.typing import NDArray

from geo_data.carriageways import Carriageway, carriageways, split_refs
from geo_data.city_store import City
from geo_data.directions import COMPASS_ZH, compass_point, compass_word, off_deg
from geo_data.osm_file import existing_osm_file, reading
from kernel.errors import InvalidInput, NotFound
from kernel.position import Position

FARTHEST_POST_M = 60.0
"""A post counts for a carriageway within this distance: it may stand on the other one."""

_UP = frozenset(["up", "上行", "increasing", "+", "forward"])
_ZH = {"up": "上行", "down": "下行"}
_DOWN = frozenset(["down", "下行", "decreasing", "-", "backward"])
_KM = re.compile(r"^\s*[kK]?\s*(\d+(?:\.\d+)?)(?:\s*\+\s*(\d{1,3}))?\s*(?:km)?\s*$")


@dataclass(frozen=True, slots=True)
class Post:
    """One kilometre post."""

    ref: str
    km: float
    position: Position


@dataclass(frozen=True, slots=True)
class KmPlace:
    """A place on a numbered road.

    Attributes
    ----------
    position
        On the carriageway.
    direction
        ``up`` where kilometres count upwards in the direction of travel, else ``down``.
    heading
        Where that carriageway leads overall: a key of `geo_data.directions.COMPASS`.
    gap_m
        Distance between the two posts that it lies between; the smaller the surer.
    """

    ref: str
    km: float
    position: Position
    direction: str
    heading: str
    gap_m: float

    @property
    def label(self) -> str:
        """For people, e.g. ``G1523 K1203+400 eastbound``."""
        km, metres = divmod(round(self.km * 1000), 1000)
        return f"{self.ref} K{km}+{metres:03d} {self.heading}bound"


def parse_km(text: str) -> float:
    """Read a kilometre as people say it: ``1203``, ``1203.4``, ``K1203+400``.

    Raises
    ------
    InvalidInput
        When it is none.
    """
    if not (found := _KM.match(text)):
        raise InvalidInput.one(
            "/km",
            "km.unreadable",
            f"{text!r} is no kilometre.",
            "Write 1203.4 or K1203+400.",
            zh=f"无法识别桩号“{text}”，请按 1203.4 或 K1203+400 填写。",
        )
    return float(found[1]) + (int(found[2]) / 1000 if found[2] else 0.0)


def read_posts(path: Path) -> list[Post]:
    """Return the kilometre posts of an extract; posts without number or road are left out.

    Raises
    ------
    BadData
        When the file cannot be read.
    """
    wanted = osmium.filter.TagFilter(("highway", "milestone"))
    path = existing_osm_file(path)
    posts = []
    with reading(path):
        for node in osmium.FileProcessor(path, osmium.osm.NODE).with_filter(wanted):
            tags = {tag.k: tag.v for tag in node.tags}
            km = _KM.match(tags.get("distance") or tags.get("pk") or "")
            if km and isinstance(node, osmium.osm.Node) and node.location.valid():
                position = Position(node.location.lon, node.location.lat)
                value = float(km[1]) + (int(km[2]) / 1000 if km[2] else 0.0)
                posts += [
                    Post(ref, value, position) for ref in sorted(split_refs(tags.get("ref", "")))
                ]
    return posts


@dataclass(frozen=True, eq=False)
class _Scale:
    """A carriageway with the kilometres of its posts, in the order of travel."""

    line: Carriageway
    measure_m: NDArray[np.float64]
    km: NDArray[np.float64]

    @property
    def direction(self) -> str:
        return "up" if self.km[-1] > self.km[0] else "down"

    @property
    def heading(self) -> str:
        return compass_word(self.line.heading_deg)

    def place(self, ref: str, km: float) -> KmPlace | None:
        """Return the place between the first two neighbouring posts that enclose ``km``."""
        for i in range(len(self.km) - 1):
            low, high = sorted(self.km[i : i + 2])
            if low <= km <= high:
                share = (km - self.km[i]) / (self.km[i + 1] - self.km[i])
                gap_m = self.measure_m[i + 1] - self.measure_m[i]
                lon, lat = self.line.at(self.measure_m[i] + share * gap_m)
                place = Position(lon, lat)
                return KmPlace(ref, km, place, self.direction, self.heading, round(float(gap_m), 1))
        return None


class KmPosts:
    """The numbered roads of a city on which kilometre posts are known."""

    def __init__(self, city: City) -> None:
        self._scales: dict[str, list[_Scale]] = {}
        if city.source is None or city.source.suffix == ".graphml":
            return
        by_ref: defaultdict[str, list[Post]] = defaultdict(list)
        for post in read_posts(city.source):
            by_ref[post.ref].append(post)
        for ref, posts in sorted(by_ref.items()):
            scales = [_scale(line, posts) for line in carriageways(city.network, ref)]
            if known := [scale for scale in scales if scale is not None]:
                self._scales[ref] = known

    @property
    def ranges_km(self) -> Mapping[str, tuple[float, float]]:
        """The roads known here, each with its first and last kilometre."""
        return {
            ref: (
                float(min(scale.km.min() for scale in scales)),
                float(max(scale.km.max() for scale in scales)),
            )
            for ref, scales in self._scales.items()
        }

    def locate_km(self, ref: str, km: float, direction: str | None = None) -> KmPlace:
        """Return the place of a kilometre on a numbered road.

        Parameters
        ----------
        ref
            Road number, e.g. ``G1523``.
        direction
            ``up`` / ``上行`` (kilometres count upwards) or ``down`` / ``下行``, or where the
            carriageway leads: ``north``, ``NE``, ``eastbound``, ``往东``. May be left out where the
            road is one for both directions.

        Raises
        ------
        NotFound
            When the road, or the kilometre on it, is not known here; the message says what is.
        InvalidInput
            When the direction is unknown, or missing where the carriageways differ.
        """
        ref = ref.strip().upper()
        ranges = self.ranges_km
        if ref not in ranges:
            known = ", ".join(f"{r} (K{a:g}-K{b:g})" for r, (a, b) in ranges.items())
            raise NotFound(
                "road with kilometre posts",
                ref,
                remedy=f"Known here: {known or 'none'}.",
                zh=f"道路 {ref} 没有桩号数据，现有：{known or '无'}。",
            )
        places = [p for scale in self._scales[ref] if (p := scale.place(ref, km))]
        if not places:
            low, high = ranges[ref]
            raise NotFound(
                "kilometre post",
                f"{ref} K{km:g}",
                remedy=f"Known here: K{low:g} to K{high:g}.",
                zh=f"没有 {ref} K{km:g}，现有 K{low:g} 至 K{high:g}。",
            )
        return _chosen(places, direction)


def _scale(line: Carriageway, posts: Sequence[Post]) -> _Scale | None:
    """Lay the posts on a carriageway; None if fewer than two fit."""
    found: dict[float, tuple[float, float]] = {}
    for post in posts:
        measure_m, away_m = line.nearest(post.position.lon, post.position.lat)
        if away_m <= FARTHEST_POST_M and away_m < found.get(post.km, (0.0, np.inf))[1]:
            found[post.km] = (measure_m, away_m)
    laid = sorted((measure_m, km) for km, (measure_m, _) in found.items())
    if len(laid) < 2:
        return None
    return _Scale(line, np.array([m for m, _ in laid]), np.array([km for _, km in laid]))


def _chosen(places: list[KmPlace], direction: str | None) -> KmPlace:
    choices = ", ".join(sorted({f"{p.direction} ({p.heading}bound)" for p in places}))
    choices_zh = "、".join(
        sorted({f"{_ZH[p.direction]}（{COMPASS_ZH[p.heading]}）" for p in places})
    )
    wanted = (direction or "").strip().lower()
    if not wanted:
        spots = {(round(p.position.lon, 5), round(p.position.lat, 5)) for p in places}
        if len(spots) == 1:
            return places[0]
        raise InvalidInput.one(
            "/direction",
            "km.direction_missing",
            "The direction is missing.",
            f"Say {choices}.",
            zh=f"未说明方向，可选：{choices_zh}。",
        )
    fitting = [place for place in places if _leads(place, wanted)]
    if not fitting:
        raise InvalidInput.one(
            "/direction",
            "km.direction",
            f"{direction!r} is no direction here.",
            f"Say {choices}.",
            zh=f"此处没有“{direction}”方向，可选：{choices_zh}。",
        )
    return fitting[0]


def _leads(place: KmPlace, wanted: str) -> bool:
    if wanted in _UP or wanted in _DOWN:
        return place.direction == ("up" if wanted in _UP else "down")
    point = compass_point(wanted)
    return point is not None and off_deg(place.heading, point) <= 45
