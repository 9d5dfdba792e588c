"""The city's atlas, as `dispatch` asks it: names, kilometre posts, descriptions."""

from __future__ import annotations

from dispatch.locate import Found
from geo_data.atlas import Atlas
from geo_data.city import City
from geo_data.datum import in_china
from geo_data.directions import COMPASS
from kernel.position import Position
from routing.snap_hints import SnapHint

_BENDS_DEG = 90.0
"""A carriageway may run so much off the direction that it is signed for."""


class CityFinder:
    """Finds and describes places of one city, in the language that is spoken there."""

    def __init__(self, city: City) -> None:
        west, south, east, north = city.bounds
        middle = ((west + east) / 2, (south + north) / 2)
        self._language = "zh" if in_china(*middle) else "en"
        self._middle = Position(*middle)
        self._atlas = Atlas(city)

    def search(self, text: str, *, limit: int = 5) -> list[Found]:
        """Return places that a text may mean, best first."""
        hits = self._atlas.search(text, limit=limit, near=self._middle)
        return [Found(hit.label, hit.position, hit.confidence) for hit in hits]

    def kilometre_post(self, ref: str, km: float, direction: str) -> Found:
        """Return the place of a kilometre post.

        Raises
        ------
        NotFound, InvalidInput
            When the road, the kilometre or the direction is not known.
        """
        place = self._atlas.locate_km(ref, km, direction)
        hint = SnapHint(
            heading_deg=COMPASS[place.heading], tolerance_deg=_BENDS_DEG, road=place.ref
        )
        return Found(place.label, place.position, 1.0, hint)

    def describe(self, position: Position) -> str:
        """Return what people call a position."""
        return self._atlas.describe(position).text[self._language]

    def close(self) -> None:
        """Close the atlas."""
        self._atlas.close()
