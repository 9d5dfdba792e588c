from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from fleet.opening_hours import OpeningHours
from kernel.errors import InvalidInput

CHINA = ZoneInfo("Asia/Shanghai")
MONDAY, SATURDAY, SUNDAY = 2, 7, 8


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("text", "when", "is_open"),
    [
        ("24/7", local(SUNDAY, 3), True),
        ("08:00-20:00", local(SUNDAY, 8), True),
        ("08:00-20:00", local(SUNDAY, 20), False),
        ("Mo-Fr 08:00-20:00; Sa 09:00-14:00", local(MONDAY, 19, 59), True),
        ("Mo-Fr 08:00-20:00; Sa 09:00-14:00", local(SATURDAY, 15), False),
        ("Mo-Fr 08:00-20:00; Sa 09:00-14:00", local(SUNDAY, 10), False),
        ("Sa 20:00-02:00", local(SUNDAY, 1, 59), True),
        ("Sa 20:00-02:00", local(SUNDAY, 2), False),
        ("Sa-Mo 08:00-24:00", local(MONDAY, 23), True),
    ],
)
def test_open(text: str, when: datetime, is_open: bool) -> None:
    assert OpeningHours(text, "Asia/Shanghai").is_open(when) is is_open


def test_the_time_zone_decides() -> None:
    evening_in_china = local(MONDAY, 19)
    assert not OpeningHours("18:00-22:00", "UTC").is_open(evening_in_china)


@pytest.mark.parametrize(
    "text", ["", "always", "Mo 8-20", "Xx 08:00-20:00", "25:00-26:00", "08:70-09:00", "Mo-"]
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="not understood"):
        OpeningHours(text)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", ""])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        OpeningHours("24/7", zone)
