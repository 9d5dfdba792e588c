"""Where the car stands: a pin with its datum, an address, or a kilometre post, turned into a place.

What cannot be the place of a car is refused with a remedy: swapped coordinates, (0, 0), the sea,
another region. What is merely doubtful is taken with a warning: help must not wait for a form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeGuard

from dispatch.incident import IntakeWarning, Place
from geo_data.datum import Datum, TypedCoordinate
from geo_data.gazetteer import CONFIRM_BELOW
from geo_data.network import HIGHWAY_CLASSES
from kernel.errors import Fault, InvalidInput, NotFound, OutsideNetwork
from kernel.position import Position
from kernel.words import Words
from routing.snap import points_on
from routing.snap_hints import SnapHint
from routing.travel_times import Snapped, TravelTimes
from sla.areas import ServiceArea, ServiceAreas

FARTHEST_FROM_ROAD_M = 1000.0
"""Beyond this no unit can help: a slip of the finger, or the sea."""

DOUBTFUL_FROM_ROAD_M = 150.0
"""A car this far from any road is asked for again."""

SURE = CONFIRM_BELOW
"""Below this confidence the call taker asks for a pin."""

_FIELD_ZH = {"lon": "经度", "lat": "纬度", "ref": "道路编号", "direction": "方向"}
_ZERO_DEG = 0.01
_MOTORWAY_M = 30.0
_MOTORWAYS = {HIGHWAY_CLASSES.index(name) for name in ("motorway", "motorway_link")}


@dataclass(frozen=True, slots=True)
class Found:
    """A place that somebody's words may mean; ``confidence`` 0 to 1.

    ``hint`` is what those words say of the road, besides the position.
    """

    text: str
    position: Position
    confidence: float
    hint: SnapHint | None = None


class PlaceFinder(Protocol):
    """A gazetteer, as dispatch uses it."""

    def search(self, text: str, *, limit: int = 5) -> Sequence[Found]:
        """Return places that a text may mean, best first."""
        ...

    def kilometre_post(self, ref: str, km: float, direction: str) -> Found:
        """Return the place of a kilometre post; NotFound or InvalidInput when there is none."""
        ...

    def describe(self, position: Position) -> str:
        """Return what people call a place: street and crossing, or the nearest name."""
        ...


@dataclass(frozen=True, slots=True)
class Located:
    """A place, what is promised there, and what is doubtful about it."""

    place: Place
    area: ServiceArea
    on_motorway: bool
    warnings: tuple[IntakeWarning, ...]


class Locator:
    """Finds places within one region.

    Parameters
    ----------
    areas
        Positions outside of all of them are outside of the region.
    travel_times
        Knows the roads.
    """

    def __init__(self, areas: ServiceAreas, travel_times: TravelTimes, finder: PlaceFinder) -> None:
        self.areas = areas
        self.travel_times = travel_times
        self.finder = finder

    def locate(
        self, raw: Mapping[str, Any], note: str | None = None, pointer: str = "/location"
    ) -> Located:
        """Return the place that the ``location`` of an input means.

        Raises
        ------
        InvalidInput
            With all faults; their pointers start with ``pointer``.
        """
        if "address" in raw:
            found, source = self._address(raw["address"], pointer), "address"
        elif "ref" in raw or "km" in raw:
            found, source = self._kilometre_post(raw, pointer), "km_post"
        else:
            found, source = self._pin(raw, pointer), "pin"
        return self._on_road(found, source, note, pointer)

    # ------------------------------------------------------------------ the three ways

    def _pin(self, raw: Mapping[str, Any], pointer: str) -> Found:
        lon, lat, datum = _coordinates(raw, pointer)
        if abs(lon) < _ZERO_DEG and abs(lat) < _ZERO_DEG:
            raise InvalidInput.one(
                pointer,
                "location.zero",
                f"({lon!r}, {lat!r}) lies in the Gulf of Guinea: the device knew no place.",
                "Ask for an address, or share the position again.",
                zh=f"（{lon!r}, {lat!r}）位于几内亚湾：设备未取得定位。请询问地址，"
                "或请车主重新发送位置。",
            )
        if not self._serves(lon, lat) and self._serves(lat, lon):
            raise InvalidInput.one(
                pointer,
                "location.swapped",
                f"lon {lon!r} and lat {lat!r} look swapped.",
                f"Give lon {lat!r}, lat {lon!r}: longitude is the east-west one.",
                zh=f"经度 {lon!r} 与纬度 {lat!r} 似乎颠倒了。请填写经度 {lat!r}、纬度 {lon!r}。",
            )
        position = _to_wgs84(lon, lat, datum, pointer)
        return Found(self.finder.describe(position), position, 1.0, _hint(raw, pointer))

    def _address(self, text: object, pointer: str) -> Found:
        if not isinstance(text, str) or not text.strip():
            raise InvalidInput.one(
                f"{pointer}/address",
                "location.address",
                f"{text!r} is no address.",
                "Give a text.",
                zh=f"{text!r} 不是地址，请填写文字。",
            )
        try:
            matches = self.finder.search(text.strip(), limit=1)
        except InvalidInput as error:  # its pointers are those of a search box
            raise InvalidInput.one(
                f"{pointer}/address",
                "location.address",
                str(error),
                "Give a shorter text.",
                zh=error.text.zh,
            ) from error
        if not matches:
            raise InvalidInput.one(
                f"{pointer}/address",
                "location.address_unknown",
                f"{text!r} is not found here.",
                "Give a street, a crossing 'A / B' or a known place, or set a pin on the map.",
                zh=f"本区域找不到“{text}”。请填写街道、路口（A / B）或地名，或在地图上标注。",
            )
        return matches[0]

    def _kilometre_post(self, raw: Mapping[str, Any], pointer: str) -> Found:
        ref, km, direction = raw.get("ref"), raw.get("km"), raw.get("direction")
        faults = [
            Fault(
                f"{pointer}/{name}",
                f"location.{name}",
                f"{value!r} is no text.",
                "Give it.",
                zh=f"{_FIELD_ZH[name]}未填写，请补充。",
            )
            for name, value in (("ref", ref), ("direction", direction))
            if not isinstance(value, str) or not value.strip()
        ]
        if not _is_number(km) or km < 0:
            faults.append(
                Fault(
                    f"{pointer}/km",
                    "location.km",
                    f"{km!r} is no kilometre.",
                    "Give >= 0.",
                    zh=f"{km!r} 不是桩号，请填写不小于 0 的公里数。",
                )
            )
        if faults or not _is_number(km):
            raise InvalidInput(faults)
        try:
            return self.finder.kilometre_post(str(ref).strip(), km, str(direction).strip())
        except (NotFound, InvalidInput) as error:
            raise InvalidInput.one(
                pointer,
                "location.km_post_unknown",
                f"{ref} km {km:g} towards {direction} is not found: {error}",
                "Check the road number on the post, or set a pin on the map.",
                zh=f"找不到 {ref} K{km:g}（{direction}方向）。{error.zh}请核对桩牌上的道路编号，"
                "或在地图上标注。",
            ) from error

    # ------------------------------------------------------------------------- checks

    def _serves(self, lon: float, lat: float) -> bool:
        if abs(lon) > 180 or abs(lat) > 90:
            return False
        return self.areas.at(Position(lon, lat)) is not None

    def _on_road(self, found: Found, source: str, note: str | None, pointer: str) -> Located:
        position = found.position
        area = self.areas.at(position)
        if area is None:
            raise InvalidInput.one(
                pointer,
                "location.outside_region",
                f"({position.lon:.5f}, {position.lat:.5f}) is outside the region served here.",
                "Check the place and its datum, or pass the call on to that region.",
                zh=f"（{position.lon:.5f}, {position.lat:.5f}）不在本服务区域内。"
                "请核对位置及坐标系，或将来电转给该区域。",
            )
        try:
            snapped = self._snap(position, found.hint)
            position = self._on_hinted_road(position, snapped, found.hint)
        except OutsideNetwork as error:
            raise InvalidInput.one(
                pointer,
                "location.far_from_road",
                f"({position.lon:.5f}, {position.lat:.5f}) is more than "
                f"{FARTHEST_FROM_ROAD_M:g} m from any road: in the sea, or a typing error.",
                "Set the pin on the road where the car stands.",
                zh=f"（{position.lon:.5f}, {position.lat:.5f}）"
                f"{FARTHEST_FROM_ROAD_M:g} 米内没有道路，可能在海上或填写有误。"
                "请在地图上标注车辆所在的道路。",
            ) from error
        distance_m = float(snapped.distance_m[0])
        sure = distance_m <= DOUBTFUL_FROM_ROAD_M
        confidence = found.confidence if sure else min(found.confidence, 0.5)
        return Located(
            place=Place(position, found.text, confidence, source, note),
            area=area,
            on_motorway=source == "km_post" or self._on_motorway(snapped),
            warnings=_doubts(confidence, distance_m),
        )

    def is_on_motorway(self, place: Place) -> bool:
        """Return whether a place that was located before lies on a motorway."""
        if place.source == "km_post":
            return True
        return self._on_motorway(self._snap(place.position))

    def _snap(self, position: Position, hint: SnapHint | None = None) -> Snapped:
        if hint is None:
            return self.travel_times.snap([position], max_distance_m=FARTHEST_FROM_ROAD_M)
        return self.travel_times.snap([position], max_distance_m=FARTHEST_FROM_ROAD_M, hints=[hint])

    def _on_hinted_road(
        self, position: Position, snapped: Snapped, hint: SnapHint | None
    ) -> Position:
        """Return the position, moved onto the hinted road where another one is nearer.

        Only the position is kept: who lays it on roads again must come to the same carriageway.
        """
        if hint is None:
            return position
        network = self.travel_times.network
        edge, nearest = int(snapped.edge[0]), int(self._snap(position).edge[0])
        if nearest in (edge, int(network.edge_reverse[edge])):
            return position
        lon, lat = points_on(network, snapped)[0].tolist()
        return Position(lon, lat)

    def _on_motorway(self, snapped: Snapped) -> bool:
        road_class = int(self.travel_times.network.edge_class[int(snapped.edge[0])])
        return road_class in _MOTORWAYS and float(snapped.distance_m[0]) <= _MOTORWAY_M


def _doubts(confidence: float, distance_m: float) -> tuple[IntakeWarning, ...]:
    if distance_m > DOUBTFUL_FROM_ROAD_M:
        text = Words(
            zh=f"位置距最近道路{distance_m:.0f}米，请与车主确认。",
            en=f"The place is {distance_m:.0f} m from the nearest road: confirm it with the owner.",
        )
        return (IntakeWarning("location.far_from_road", text),)
    if confidence < SURE:
        text = Words(
            zh="地址匹配不确定，请与车主确认或在地图上标注。",
            en="The address is uncertain: confirm it with the owner, or set a pin.",
        )
        return (IntakeWarning("location.uncertain", text),)
    return ()


def _coordinates(raw: Mapping[str, Any], pointer: str) -> tuple[float, float, str]:
    faults = [
        Fault(
            f"{pointer}/{name}",
            f"location.{name}",
            f"{raw.get(name)!r} is no coordinate.",
            "Give degrees as a number.",
            zh=f"{raw.get(name)!r} 不是坐标，请填写以度为单位的数字。",
        )
        for name in ("lon", "lat")
        if not _is_number(raw.get(name))
    ]
    datum = raw.get("datum")
    if datum not in tuple(Datum):
        faults.append(
            Fault(
                f"{pointer}/datum",
                "location.datum",
                "Coordinates without a datum can be 700 m off."
                if datum is None
                else f"The datum {datum!r} is not known.",
                "Say WGS-84 (devices), GCJ-02 (AMap, Tencent, WeChat) or BD-09 (Baidu).",
                zh=(
                    "未说明坐标系，偏差可达 700 米。"
                    if datum is None
                    else f"未知的坐标系“{datum}”。"
                )
                + "请注明 WGS-84（设备）、GCJ-02（高德、腾讯、微信）或 BD-09（百度）。",
            )
        )
    if faults:
        raise InvalidInput(faults)
    return float(raw["lon"]), float(raw["lat"]), str(datum)


def _hint(raw: Mapping[str, Any], pointer: str) -> SnapHint | None:
    """Return what a device or a caller says of the road at a pin, if anything."""
    heading_deg, road = raw.get("heading_deg"), raw.get("road")
    faults = []
    if heading_deg is not None and not (_is_number(heading_deg) and 0 <= heading_deg <= 360):
        message = f"{heading_deg!r} is no compass direction."
        faults.append(
            Fault(
                f"{pointer}/heading_deg",
                "location.heading",
                message,
                "Give 0 to 360 degrees.",
                zh=f"{heading_deg!r} 不是罗盘方向，请填写 0 至 360 度。",
            )
        )
    if road is not None and not (isinstance(road, str) and road.strip()):
        message = f"{road!r} is no road."
        faults.append(
            Fault(
                f"{pointer}/road",
                "location.road",
                message,
                "Give name or number.",
                zh=f"{road!r} 不是道路，请填写路名或编号。",
            )
        )
    if faults:
        raise InvalidInput(faults)
    if heading_deg is None and road is None:
        return None
    return SnapHint(heading_deg=heading_deg, road=road)


def _to_wgs84(lon: float, lat: float, datum: str, pointer: str) -> Position:
    faults = [
        Fault(
            f"{pointer}/{name}",
            f"location.{name}",
            f"{name} {value!r} is not within ±{limit}°.",
            "Give degrees; check that lon and lat are not swapped.",
            zh=f"{_FIELD_ZH[name]} {value!r} 超出 ±{limit}°。请以度填写，并检查经纬度是否颠倒。",
        )
        for name, value, limit in (("lon", lon, 180), ("lat", lat, 90))
        if abs(value) > limit
    ]
    if faults:
        raise InvalidInput(faults)
    return TypedCoordinate(lon, lat, Datum(datum)).position()


def _is_number(value: object) -> TypeGuard[float]:
    is_flag = isinstance(value, bool)  # to Python, False is 0
    return isinstance(value, int | float) and not is_flag and -1e9 < value < 1e9
