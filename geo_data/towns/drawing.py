"""A drawing board for invented maps: metres in, OSM XML out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias
from xml.sax.saxutils import quoteattr

Point: TypeAlias = tuple[float, float]
Tags: TypeAlias = Mapping[str, str]

WEST, SOUTH = 119.61, 25.36
_METRES_PER_DEG = 111_195.0


def bent(point: Point) -> Point:
    """Return the point on a town that is no chessboard: straight lines become gentle curves."""
    x, y = point
    return x + 70 * math.sin(y / 800), y + 45 * math.sin(x / 1100)


def degrees(point: Point) -> Point:
    """Return (lon, lat) of a point given in metres east and north of the town's origin."""
    x, y = bent(point)
    lat = SOUTH + y / _METRES_PER_DEG
    return WEST + x / (_METRES_PER_DEG * math.cos(math.radians(SOUTH))), lat


def named(zh: str, en: str) -> dict[str, str]:
    """Return the name tags of something that has a Chinese and an English name."""
    return {"name": zh, "name:zh": zh, "name:en": en}


class Drawing:
    """Collects nodes, ways and relations; one node per point."""

    def __init__(self) -> None:
        self._nodes: dict[Point, tuple[int, dict[str, str]]] = {}
        self._ways: dict[int, tuple[list[int], Tags]] = {}
        self._relations: list[tuple[Sequence[tuple[str, str, int]], Tags]] = []

    def node(self, point: Point, tags: Tags | None = None) -> int:
        """Return the id of the node at a point, adding tags to it."""
        number, known = self._nodes.setdefault(point, (len(self._nodes) + 1, {}))
        known.update(tags or {})
        return number

    def way(self, points: Iterable[Point], tags: Tags) -> int:
        """Draw a line and return its id."""
        number = len(self._ways) + 1001
        self._ways[number] = ([self.node(point) for point in points], tags)
        return number

    def area(self, corners: Sequence[Point], tags: Tags) -> int:
        """Draw a closed line and return its id."""
        return self.way([*corners, corners[0]], tags)

    def box(self, middle: Point, width_m: float, height_m: float, tags: Tags) -> int:
        """Draw a rectangle and return its id."""
        (x, y), w, h = middle, width_m / 2, height_m / 2
        return self.area([(x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)], tags)

    def restriction(self, start: int, via: tuple[str, int], end: int, tags: Tags) -> None:
        """Add a turn restriction; ``via`` is ``("node", id)`` or ``("way", id)``."""
        members = [("way", "from", start), (via[0], "via", via[1]), ("way", "to", end)]
        self._relations.append((members, {"type": "restriction"} | dict(tags)))

    def multipolygon(self, outer: Sequence[Point], inner: Sequence[Point], tags: Tags) -> None:
        """Draw an area with a hole."""
        members = [("way", "outer", self.area(outer, {})), ("way", "inner", self.area(inner, {}))]
        self._relations.append((members, {"type": "multipolygon"} | dict(tags)))

    def way_between(self, start: Point, end: Point) -> int:
        """Return the road drawn between two neighbouring points, in either direction."""
        ends = [self.node(start), self.node(end)]
        for number, (nodes, tags) in self._ways.items():
            if "highway" in tags and [nodes[0], nodes[-1]] in (ends, ends[::-1]):
                return number
        raise LookupError(f"no road from {start} to {end}")

    def xml(self) -> str:
        """Return the whole drawing as OSM XML."""
        lines = [
            "<?xml version='1.0' encoding='UTF-8'?>",
            '<osm version="0.6" generator="Roadflare">',
        ]
        for point, (number, tags) in self._nodes.items():
            lon, lat = degrees(point)
            lines += _element(f'node id="{number}" lat="{lat:.7f}" lon="{lon:.7f}"', [], tags)
        for number, (nodes, way_tags) in self._ways.items():
            lines += _element(
                f'way id="{number}"', [f'<nd ref="{node}"/>' for node in nodes], way_tags
            )
        for number, (members, more) in enumerate(self._relations, start=9001):
            inner = [f'<member type="{t}" ref="{i}" role="{role}"/>' for t, role, i in members]
            lines += _element(f'relation id="{number}"', inner, more)
        return "\n".join([*lines, "</osm>", ""])


def _element(head: str, inner: Iterable[str], tags: Tags) -> list[str]:
    body = [*inner, *(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())]
    if not body:
        return [f"<{head} version='1'/>"]
    return [f"<{head} version='1'>", *(f" {line}" for line in body), f"</{head.partition(' ')[0]}>"]
