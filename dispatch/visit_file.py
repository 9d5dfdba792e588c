"""``DAY.json``: the booked visits of one day and the crews that make them, as a file.

::

    {
      "day": "2026-03-03",
      "time_zone": "Asia/Shanghai",
      "city": "demo",                                  places are {"lon": ..., "lat": ...}; or
      "travel_s": [[0, 600], [620, null]],             places are numbers of this matrix (seconds,
                                                       from row to column; null: no way)
      "units": [{"id": "E-01", "skills": ["charger_install"], "home": PLACE,
                 "start": "08:00", "end": "17:00"}],
      "visits": [
        {"id": "A-17", "kind": "installation", "place": PLACE, "window": ["09:00", "11:00"],
         "duration_min": 90, "skills": ["charger_install"]},
        {"id": "A-18", "kind": "transfer", "place": PLACE, "window": ["08:30", "09:30"],
         "duration_min": 15, "skills": ["valet"], "destination": PLACE, "handover_min": 10,
         "return_window": ["15:00", "17:00"]}]
    }

Times are local, ``HH:MM``; windows bound the start of work, both ends inclusive. A transfer fetches
the car at ``place`` and hands it over at ``destination``; with ``return_window`` it is brought
back, as a job of its own that may go to another crew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kernel.errors import BadData, Fault, InvalidInput, NotFound

_Minutes = Annotated[float, Field(ge=0, le=1440, allow_inf_nan=False)]
_Name = Annotated[str, Field(min_length=1, max_length=80)]
_Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
_Window = tuple[_Clock, _Clock]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Coordinates(_Strict):
    """A place, WGS-84 degrees."""

    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


PlaceRef = Coordinates | Annotated[int, Field(ge=0)]


class DayUnit(_Strict):
    """A crew: what it has, where it starts and ends, when it works."""

    id: _Name
    skills: list[_Name]
    home: PlaceRef
    start: _Clock = "08:00"
    end: _Clock = "18:00"


class DayVisit(_Strict):
    """One booked visit."""

    id: _Name
    kind: Literal["installation", "transfer"]
    place: PlaceRef
    window: Annotated[_Window, Field(strict=False)]
    duration_min: _Minutes
    skills: list[_Name]
    destination: PlaceRef | None = None
    handover_min: _Minutes = 10
    return_window: Annotated[_Window, Field(strict=False)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse windows that end before they start and transfers that lead nowhere."""
        for window in (self.window, self.return_window):
            if window is not None and window[0] > window[1]:
                raise ValueError(f"the window {window[0]}-{window[1]} ends before it starts")
        if (self.kind == "transfer") != (self.destination is not None):
            raise ValueError("a transfer needs a destination, an installation has none")
        if self.return_window is not None and self.destination is None:
            raise ValueError("only a transfer is brought back")
        if self.return_window is not None and self.return_window[0] <= self.window[1]:
            raise ValueError("the car would be brought back before it is fetched")
        return self


class Day(_Strict):
    """The whole file."""

    day: Annotated[date, Field(strict=False)]
    time_zone: str = "UTC"
    city: _Name | None = None
    travel_s: list[list[Annotated[int, Field(ge=0, lt=2**31 - 1)] | None]] | None = None
    units: Annotated[list[DayUnit], Field(min_length=1, max_length=500)]
    visits: Annotated[list[DayVisit], Field(max_length=2000)]

    def instant(self, clock: str) -> datetime:
        """Return the instant of a local time of the day, in UTC.

        Between times of one zone Python counts what clocks show, not what passes: an hour wrong on
        the days on which clocks are changed. A time that comes twice is the first one.
        """
        local = datetime.combine(self.day, time.fromisoformat(clock), ZoneInfo(self.time_zone))
        return local.astimezone(UTC)

    def local(self, instant: datetime) -> datetime:
        """Return an instant as the crews' clocks show it."""
        return instant.astimezone(ZoneInfo(self.time_zone))

    def places(self) -> Iterator[tuple[str, PlaceRef]]:
        """Yield every place with its JSON pointer."""
        for i, unit in enumerate(self.units):
            yield f"/units/{i}/home", unit.home
        for i, visit in enumerate(self.visits):
            yield f"/visits/{i}/place", visit.place
            if visit.destination is not None:
                yield f"/visits/{i}/destination", visit.destination


def day_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a DAY.json; what no schema can say, `read_day` checks."""
    schema = Day.model_json_schema()
    return schema | {"title": "A day of booked visits", "description": (__doc__ or "").strip()}


def read_day(path: Path) -> Day:
    """Read and check a file.

    Raises
    ------
    NotFound
        When there is none.
    BadData
        When it is no JSON in UTF-8.
    InvalidInput
        With every fault of its content.
    """
    if not path.is_file():
        raise NotFound("file", str(path), remedy="Give the path of a DAY.json.")
    try:
        day = Day.model_validate_json(path.read_bytes())
    except ValidationError as error:
        if any(fault["type"] == "json_invalid" for fault in error.errors()):
            raise BadData(f"{path} is no JSON: {error.errors()[0]['msg']}.") from error
        raise InvalidInput(_faults(error)) from error
    if faults := list(_cross_faults(day)):
        raise InvalidInput(faults)
    return day


def _faults(error: ValidationError) -> Iterator[Fault]:
    for fault in error.errors():
        pointer = "".join(f"/{part}" for part in fault["loc"])
        given = repr(fault["input"])[:60]
        yield Fault(pointer, f"day.{fault['type']}", f"{given}: {fault['msg']}.")


def _cross_faults(day: Day) -> Iterator[Fault]:
    """Yield what no single field shows."""
    try:
        ZoneInfo(day.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        message = f"There is no time zone {day.time_zone!r}."
        yield Fault("/time_zone", "day.time_zone", message, "Give one such as Asia/Shanghai.")
    for what, ids in (
        ("units", [unit.id for unit in day.units]),
        ("visits", [visit.id for visit in day.visits]),
    ):
        for i, name in enumerate(ids):
            if name in ids[:i]:
                yield Fault(f"/{what}/{i}/id", "day.twice", f"{name!r} occurs twice.", "Rename it.")
    for i, unit in enumerate(day.units):
        if unit.start >= unit.end:
            message = f"{unit.id} would end at {unit.end}, before {unit.start}."
            yield Fault(f"/units/{i}/end", "day.shift", message, "Give a later end.")
    yield from _place_faults(day)


def _place_faults(day: Day) -> Iterator[Fault]:
    if (day.city is None) == (day.travel_s is None):
        message = "Exactly one of city and travel_s is needed."
        yield Fault("", "day.travel", message, "Name a city, or give a travel-time matrix.")
        return
    size = 0 if day.travel_s is None else len(day.travel_s)
    if day.travel_s is not None and any(len(row) != size for row in day.travel_s):
        yield Fault("/travel_s", "day.matrix", f"Not every row has {size} entries.", "Square it.")
    for pointer, place in day.places():
        if isinstance(place, int) != (day.travel_s is not None):
            message = "With a city, places are coordinates; with a matrix, its row numbers."
            yield Fault(pointer, "day.place", message, "Say all places in one way.")
        elif isinstance(place, int) and place >= size:
            message = f"The matrix has no row {place}."
            yield Fault(pointer, "day.place", message, f"Give 0 to {size - 1}.")
