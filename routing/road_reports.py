"""What people report of roads right now: closures, slower traffic, until when, and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

import numpy as np
import shapely
import structlog
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from kernel.errors import InvalidInput, RoadflareError
from kernel.position import Position
from kernel.words import ago
from routing.overlay import FACTOR, FASTEST_KPH, NO_OVERLAY, Overlay, edges_of_way
from routing.snap_hints import SnapHint
from routing.travel_times import TravelTimes

SLOWEST_KPH = 1.0
"""Slower than walking is closed."""

FARTHEST_FROM_ROAD_M = 100.0
"""A report of a spot is about the road it lies on; farther off it is about none."""

_log = structlog.get_logger(__name__)


class Effect(StrEnum):
    """What is reported."""

    CLOSED = "closed"
    FACTOR = "factor"
    SPEED = "speed"


_EFFECT_ZH = {Effect.CLOSED: "封闭", Effect.FACTOR: "车速倍数", Effect.SPEED: "当前车速"}


@dataclass(frozen=True, slots=True)
class Where:
    """The roads that a report is about: exactly one of ``way_ids``, ``area`` and ``at``.

    Attributes
    ----------
    way_ids
        OSM ways, both directions.
    area
        (lon, lat) corners of a polygon, not closed: every road that it touches.
    at, heading_deg
        The road at a spot, from junction to junction: both directions, or with a compass heading
        only the one that runs that way.
    """

    way_ids: tuple[int, ...] = ()
    area: tuple[tuple[float, float], ...] = ()
    at: Position | None = None
    heading_deg: float | None = None

    def __post_init__(self) -> None:
        if sum((bool(self.way_ids), bool(self.area), self.at is not None)) != 1:
            raise InvalidInput.one(
                "/where", "roads.where", "Which roads is not said, or said twice.",
                "Give one of way_ids, area and at.",
                zh="未说明是哪条道路，或重复说明，请只用一种方式指定道路。",
            )  # fmt: skip
        if self.area and not _polygon(self.area).is_valid:
            raise InvalidInput.one(
                "/where/area", "roads.area", "The corners make no area.",
                "Give at least three, in order around it, as [lon, lat].",
                zh="所画的角点不构成区域，请按顺序至少标注三个点。",
            )  # fmt: skip

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        if self.way_ids:
            return {"way_ids": list(self.way_ids)}
        if self.area:
            return {"area": [list(corner) for corner in self.area]}
        spot = self.at or Position(0, 0)
        return {"at": [spot.lon, spot.lat], "heading_deg": self.heading_deg}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Return what `document` wrote."""
        return cls(
            way_ids=tuple(document.get("way_ids", ())),
            area=tuple((lon, lat) for lon, lat in document.get("area", ())),
            at=Position(*document["at"]) if "at" in document else None,
            heading_deg=document.get("heading_deg"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """What somebody says of roads.

    Attributes
    ----------
    value
        Factor on the speed of the slice, or km/h; None for a closure.
    until
        It counts before this instant; None for as long as nobody takes it back.

    Raises
    ------
    InvalidInput
        When a closure has a value, another report none, or it is out of range.
    """

    where: Where
    effect: Effect
    value: float | None = None
    until: datetime | None = None
    note: str = ""
    made_at: datetime
    made_by: str

    def __post_init__(self) -> None:
        effect, value = self.effect, self.value
        if effect is Effect.CLOSED:
            fits, remedy = value is None, "Leave the value out: a closed road has no speed."
            remedy_zh = "封闭的道路没有车速，请勿填写。"
        else:
            low, high = FACTOR if effect is Effect.FACTOR else (SLOWEST_KPH, FASTEST_KPH)
            fits = value is not None and low <= value <= high
            unit = " km/h" if effect is Effect.SPEED else ""
            remedy = f"Give {low:g} to {high:g}{unit}."
            remedy_zh = f"请填写 {low:g} 至 {high:g}{unit}。"
        if not fits:
            raise InvalidInput.one(
                "/value",
                f"roads.{effect}",
                f"{value!r} is no value of {effect.value!r}.",
                remedy,
                zh=f"{'空值' if value is None else value} 不能用于“{_EFFECT_ZH[effect]}”。"
                f"{remedy_zh}",
            )
        if self.until is not None and self.until <= self.made_at:
            over = ago(self.made_at - self.until)
            raise InvalidInput.one(
                "/until", "roads.until", f"It would have ended {over.en}.",
                "Give a later time, or none for as long as nobody takes it back.",
                zh=f"结束时间为{over.zh}，已过。请填写更晚的时间，或选择直至撤回。",
            )  # fmt: skip

    def counts_at(self, instant: datetime) -> bool:
        """Return whether it has not run out."""
        return self.until is None or instant < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadReport(NewReport):
    """A report with its number; later ones have higher numbers."""

    id: int


def edges_at(engine: TravelTimes, where: Where) -> NDArray[np.int64]:
    """Return the edges that a report is about, at least one.

    Raises
    ------
    InvalidInput
        When a way is unknown, or the area touches no road.
    OutsideNetwork
        When the spot is farther than `FARTHEST_FROM_ROAD_M` from every road.
    """
    network = engine.network
    if where.way_ids:
        return np.concatenate([edges_of_way(network, way) for way in where.way_ids])
    if where.area:
        return _edges_in(network, where.area)
    hint = None if where.heading_deg is None else SnapHint(heading_deg=where.heading_deg)
    spots = [where.at or Position(0, 0)]
    edge = engine.snap(spots, max_distance_m=FARTHEST_FROM_ROAD_M, hints=[hint]).edge[0]
    back = network.edge_reverse[edge]
    both = [edge] if hint is not None or back < 0 else [edge, back]
    return np.array(both, dtype=np.int64)


def overlay_of(engine: TravelTimes, reports: Iterable[RoadReport]) -> Overlay:
    """Return the overlay of reports: of two on one road the later, but a closure before all else.

    A report that fits the roads no longer (the city was imported anew) is left out, and logged.
    """
    overlay, closed = NO_OVERLAY, list[int]()
    for report in sorted(reports, key=lambda report: report.id):
        try:
            edges = edges_at(engine, report.where).tolist()
        except RoadflareError as error:
            _log.warning("roads.report_left_out", report=report.id, reason=str(error))
            continue
        if report.effect is Effect.CLOSED:
            closed += edges
        elif report.effect is Effect.FACTOR:
            overlay = overlay.with_factors(dict.fromkeys(edges, report.value or 1.0))
        else:
            overlay = overlay.with_speeds(dict.fromkeys(edges, report.value or FASTEST_KPH))
    return overlay.with_closed(closed)


def lines_of(network: RoadNetwork, edges: NDArray[np.int64]) -> list[list[tuple[float, float]]]:
    """Return the (lon, lat) lines of edges, each road once where both directions are among them."""
    known = set(edges.tolist())
    lines = []
    for edge in edges.tolist():
        back = int(network.edge_reverse[edge])
        if back < edge and back in known:
            continue
        lines.append([(lon, lat) for lon, lat in network.shape(edge).round(6).tolist()])
    return lines


def _polygon(corners: tuple[tuple[float, float], ...]) -> shapely.Polygon:
    return shapely.Polygon(corners) if len(corners) > 2 else shapely.Polygon([(0, 0)] * 4)


def _edges_in(network: RoadNetwork, area: tuple[tuple[float, float], ...]) -> NDArray[np.int64]:
    polygon = _polygon(area)
    west, south, east, north = polygon.bounds
    begin = network.shape_ptr[:-1]
    near = np.flatnonzero(
        (np.minimum.reduceat(network.shape_lon, begin) <= east)
        & (np.maximum.reduceat(network.shape_lon, begin) >= west)
        & (np.minimum.reduceat(network.shape_lat, begin) <= north)
        & (np.maximum.reduceat(network.shape_lat, begin) >= south)
    )
    lines = np.array([shapely.LineString(network.shape(int(edge))) for edge in near], dtype=object)
    shapely.prepare(polygon)
    edges = near[shapely.intersects(polygon, lines)] if len(near) else near
    if not len(edges):
        raise InvalidInput.one(
            "/where/area", "roads.area", f"The area touches no road of {network.name!r}.",
            "Check that longitude comes first.",
            zh="所画区域没有经过任何道路，请核对位置，经度在前。",
        )  # fmt: skip
    return edges.astype(np.int64)
