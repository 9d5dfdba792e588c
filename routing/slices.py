"""Times of the week that have speeds of their own: the morning peak, the night, the weekend."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kernel.errors import InvalidInput

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 1440
ALL_CLASSES = "default"
"""As a road class: every class that is not named itself."""

_CLOCK = re.compile(r"^([01]?\d|2[0-4]):([0-5]\d)$")


@dataclass(frozen=True, slots=True)
class Slice:
    """Part of the week with factors on the free-flow speeds.

    Attributes
    ----------
    name
        For people, unique in a table.
    days
        Numbers of the days on which it begins, Monday is 0.
    begin_min, end_min
        Minutes after local midnight, begin inclusive, end exclusive. Where the end is not after the
        begin it lies on the next day.
    factor
        Factor on the speed by road class; `ALL_CLASSES` for those not named, else 1.
    vehicles
        Vehicle classes it holds for; None for all.
    """

    name: str
    days: frozenset[int]
    begin_min: int
    end_min: int
    factor: Mapping[str, float] = field(default_factory=dict)
    vehicles: frozenset[str] | None = None

    def holds_at(self, day: int, minute: int) -> bool:
        """Return whether it holds at a minute of a local day (Monday is 0)."""
        if self.begin_min < self.end_min:
            return day in self.days and self.begin_min <= minute < self.end_min
        began_today = day in self.days and minute >= self.begin_min
        return began_today or ((day - 1) % 7 in self.days and minute < self.end_min)

    def factor_of(self, road_class: str) -> float:
        """Return the factor on the speed of a road class."""
        return self.factor.get(road_class, self.factor.get(ALL_CLASSES, 1.0))


def slice_at(
    slices: Sequence[Slice], departure: datetime, vehicle: str, zone: ZoneInfo
) -> Slice | None:
    """Return the first slice that holds for a vehicle departing then; None at free flow.

    Raises
    ------
    InvalidInput
        When the departure is naive.
    """
    if departure.tzinfo is None:
        raise InvalidInput.one(
            "/departure",
            "departure.naive",
            f"{departure} has no time zone.",
            "Give an aware datetime, in UTC as everywhere.",
        )
    local = departure.astimezone(zone)
    minute = 60 * local.hour + local.minute
    for part in slices:
        for_it = part.vehicles is None or vehicle in part.vehicles
        if for_it and part.holds_at(local.weekday(), minute):
            return part
    return None


def minute_of(text: object, pointer: str) -> int:
    """Return the minutes after midnight of a clock time such as ``07:30``; 24:00 is 1440.

    Raises
    ------
    InvalidInput
        When it is none.
    """
    found = _CLOCK.match(text) if isinstance(text, str) else None
    minute = MINUTES_A_DAY + 1 if found is None else 60 * int(found[1]) + int(found[2])
    if minute > MINUTES_A_DAY:
        raise InvalidInput.one(
            pointer, "slice.clock", f"{text!r} is no time of day.", "Write 07:30, or 24:00."
        )
    return minute


def zone_of(name: object, pointer: str) -> ZoneInfo:
    """Return the time zone of an IANA name.

    Raises
    ------
    InvalidInput
        When it is none.
    """
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput.one(
            pointer, "slice.timezone", f"{name!r} is no time zone.", "Write Asia/Shanghai."
        ) from error
