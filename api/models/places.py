"""What the gazetteer answers."""

from __future__ import annotations

from field_app.wire import WireModel


class PlaceOut(WireModel):
    """A place, WGS-84; ``confidence`` is 0 to 1."""

    lon: float
    lat: float
    text: str
    confidence: float


class Places(WireModel):
    """Best first."""

    items: list[PlaceOut]
