"""Everything a call taker asks about places, for one city: names, kilometre posts, positions."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Self

from geo_data.city_store import City
from geo_data.gazetteer import Hit, ensure_gazetteer, gazetteer_path
from geo_data.km_posts import KmPlace, KmPosts, parse_km
from geo_data.reverse import Describer, Description
from kernel.errors import InvalidInput, NotFound
from kernel.position import Position

_KM_TEXT = re.compile(r"^\s*([A-Za-z]{1,2}\d+)\s+([kK]?\d[\d.]*(?:\+\d{1,3})?)(?:\s+(\S.*))?$")


class Atlas:
    """Finds and describes places; may be used from several threads. A context manager.

    Opening it builds the gazetteer of a city that has none yet, which takes some seconds.
    """

    def __init__(self, city: City) -> None:
        self._gazetteer = ensure_gazetteer(city)
        self._describer = Describer(city.network, gazetteer_path(city))
        self._posts = KmPosts(city)

    def search(self, text: str, *, limit: int = 5, near: Position | None = None) -> list[Hit]:
        """Return the places that a text may mean, the best fit first.

        Besides what `Gazetteer.search` understands, ``G1523 K1203+400 eastbound`` is a place.

        Raises
        ------
        InvalidInput
            When the text is empty or too long.
        """
        with suppress(NotFound, InvalidInput):  # then it may still be the name of something
            if place := self.kilometre_text(text):
                return [_hit(place)]
        return self._gazetteer.search(text, limit=limit, near=near)

    def kilometre_text(self, text: str) -> KmPlace | None:
        """Return the place of a text like ``G1523 K1203+400 east``; None if it is no such text.

        Raises
        ------
        NotFound, InvalidInput
            As `locate_km`.
        """
        if not (found := _KM_TEXT.match(text)):
            return None
        return self.locate_km(found[1], parse_km(found[2]), found[3])

    def locate_km(self, ref: str, km: float, direction: str | None = None) -> KmPlace:
        """Return the place of a kilometre on a numbered road, see `KmPosts.locate_km`."""
        return self._posts.locate_km(ref, km, direction)

    def describe(self, position: Position) -> Description:
        """Return where a position is, as people would say it."""
        return self._describer.describe(position)

    def close(self) -> None:
        """Close the gazetteer's file."""
        self._gazetteer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _hit(place: KmPlace) -> Hit:
    return Hit("km_post", place.label, (place.label,), place.position, 1.0)
