"""Finding places."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.access import FOR_CALL_TAKERS
from api.models.places import PlaceOut, Places
from api.writing import Run
from kernel.position import Position

router = APIRouter(tags=["places"])

MAX_PLACES = 8


@router.get("/geocode", dependencies=[FOR_CALL_TAKERS])
def geocode(runtime: Run, q: Annotated[str, Query(min_length=1, max_length=200)]) -> Places:
    """Return places a text may mean, best first."""
    found = runtime.desk.locator.finder.search(q.strip(), limit=MAX_PLACES)
    return Places(
        items=[
            PlaceOut(
                lon=it.position.lon, lat=it.position.lat, text=it.text, confidence=it.confidence
            )
            for it in found
        ]
    )


@router.get("/reverse", dependencies=[FOR_CALL_TAKERS])
def reverse(
    runtime: Run,
    lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
    lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
) -> PlaceOut:
    """Return what people call a position."""
    text = runtime.desk.locator.finder.describe(Position(lon, lat))
    return PlaceOut(lon=lon, lat=lat, text=text, confidence=1.0)
