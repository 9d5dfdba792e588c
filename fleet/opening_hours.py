"""Opening hours: a small, strict subset of OSM's ``opening_hours`` in a named time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kernel.errors import InvalidInput

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_RULE = re.compile(
    r"(?:(?P<first>[A-Z][a-z])(?:-(?P<last>[A-Z][a-z]))? )?"
    r"(?P<from>\d\d:\d\d)-(?P<to>\d\d:\d\d)"
)
_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a place is open.

    Attributes
    ----------
    text
        ``24/7``, or rules joined by ``; ``: ``Mo-Fr 08:00-20:00; Sa 09:00-14:00`` (days in OSM's
        two letters; without days: daily). A rule that ends before it starts runs past midnight.
        Opening minute included, closing minute not. See the OSM wiki, Key:opening_hours.
    time_zone
        IANA name in which the text is meant.

    Raises
    ------
    InvalidInput
        When the text or the time zone is not understood.
    """

    text: str = "24/7"
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise InvalidInput.one(
                "/time_zone",
                "time_zone.unknown",
                f"There is no time zone {self.time_zone!r}.",
                "Give an IANA name such as Asia/Shanghai.",
                zh=f"没有时区“{self.time_zone}”，请填写 IANA 时区名，例如 Asia/Shanghai。",
            ) from None
        self._intervals()

    def is_open(self, at: datetime) -> bool:
        """Return whether the place is open at the aware instant ``at``."""
        local = at.astimezone(ZoneInfo(self.time_zone))
        minute = local.hour * 60 + local.minute
        today, yesterday = local.weekday(), (local.weekday() - 1) % 7
        return any(
            (day == today and start <= minute < end)
            or (day == yesterday and start <= minute + _MINUTES_A_DAY < end)
            for day, start, end in self._intervals()
        )

    def _intervals(self) -> list[tuple[int, int, int]]:
        """Return (weekday, start minute, end minute), the end past 1440 when it is tomorrow."""
        if self.text == "24/7":
            return [(day, 0, _MINUTES_A_DAY) for day in range(7)]
        return [interval for rule in self.text.split("; ") for interval in _read_rule(rule)]


def _read_rule(rule: str) -> list[tuple[int, int, int]]:
    match = _RULE.fullmatch(rule)
    if match is None or not {match["first"], match["last"]} <= {*DAYS, None}:
        raise _not_understood(rule)
    first = DAYS.index(match["first"]) if match["first"] else 0
    last = DAYS.index(match["last"]) if match["last"] else (first if match["first"] else 6)
    start, end = _minute(match["from"], rule), _minute(match["to"], rule)
    if end <= start:
        end += _MINUTES_A_DAY
    return [((first + k) % 7, start, end) for k in range((last - first) % 7 + 1)]


def _minute(text: str, rule: str) -> int:
    hour, minute = int(text[:2]), int(text[3:])
    if hour * 60 + minute > _MINUTES_A_DAY or minute > 59:
        raise _not_understood(rule)
    return hour * 60 + minute


def _not_understood(rule: str) -> InvalidInput:
    return InvalidInput.one(
        "/opening_hours",
        "opening_hours.syntax",
        f"The opening hours {rule!r} are not understood.",
        "Write 24/7, or rules such as 'Mo-Fr 08:00-20:00; Sa 09:00-14:00'.",
        zh=f"无法识别营业时间“{rule}”，请填写 24/7，或例如“Mo-Fr 08:00-20:00; Sa 09:00-14:00”。",
    )
