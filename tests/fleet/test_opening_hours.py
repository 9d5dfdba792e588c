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
    ("text", "zone", "instant", "is_open"),
    [
        # The gap: in Berlin 02:00 to 03:00 does not exist on 29 March 2026.
        ("02:15-02:45", "Europe/Berlin", "2026-03-29T00:59:00+00:00", False),  # 01:59
        ("02:15-02:45", "Europe/Berlin", "2026-03-29T01:00:00+00:00", False),  # 03:00
        ("00:00-03:00", "Europe/Berlin", "2026-03-29T00:59:59+00:00", True),
        ("00:00-03:00", "Europe/Berlin", "2026-03-29T01:00:00+00:00", False),  # an hour shorter
        # The fold: 02:00 to 03:00 comes twice on 25 October 2026.
        ("02:15-02:45", "Europe/Berlin", "2026-10-25T00:30:00+00:00", True),  # for the first time
        ("02:15-02:45", "Europe/Berlin", "2026-10-25T00:59:00+00:00", False),
        ("02:15-02:45", "Europe/Berlin", "2026-10-25T01:30:00+00:00", True),  # and the second
        ("22:00-06:00", "Europe/Berlin", "2026-10-25T04:59:59+00:00", True),  # 05:59:59
        ("22:00-06:00", "Europe/Berlin", "2026-10-25T05:00:00+00:00", False),
        # In Chile it is midnight that is missing (6 September) or comes twice (5 April).
        ("Sa 20:00-24:00", "America/Santiago", "2026-09-06T03:59:59+00:00", True),
        ("Sa 20:00-24:00", "America/Santiago", "2026-09-06T04:00:00+00:00", False),
        ("Su 00:00-08:00", "America/Santiago", "2026-09-06T04:00:00+00:00", True),  # 01:00
        ("Sa 20:00-24:00", "America/Santiago", "2026-04-05T03:59:59+00:00", True),  # 23:59 again
        ("Su 00:00-08:00", "America/Santiago", "2026-04-05T03:59:59+00:00", False),
        ("Su 00:00-08:00", "America/Santiago", "2026-04-05T04:00:00+00:00", True),
    ],
)
def test_the_gap_and_the_fold(text: str, zone: str, instant: str, is_open: bool) -> None:
    assert OpeningHours(text, zone).is_open(datetime.fromisoformat(instant)) is is_open


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
