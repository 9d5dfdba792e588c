from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidInput
from routing.slices import Slice, minute_of, slice_at, zone_of

MORNING = Slice("morning", frozenset(range(5)), 7 * 60, 9 * 60 + 30)
NIGHT = Slice("night", frozenset([4, 5]), 22 * 60, 6 * 60)
WEEK = (MORNING, NIGHT)
GREENWICH = ZoneInfo("UTC")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def name_at(text: str, zone: ZoneInfo = GREENWICH) -> str | None:
    part = slice_at(WEEK, datetime.fromisoformat(text), "van", zone)
    return None if part is None else part.name


@pytest.mark.parametrize(
    ("departure", "expected"),
    [
        ("2025-05-05 07:00Z", "morning"),  # a Monday; the begin is inclusive
        ("2025-05-05 09:29Z", "morning"),
        ("2025-05-05 09:30Z", None),  # the end is not
        ("2025-05-05 06:59Z", None),
        ("2025-05-10 08:00Z", None),  # a Saturday
        ("2025-05-09 22:00Z", "night"),  # Friday night
        ("2025-05-10 05:59Z", "night"),  # is still it on Saturday morning
        ("2025-05-11 05:59Z", "night"),
        ("2025-05-11 22:00Z", None),
        ("2025-05-09 05:59Z", None),  # nobody began a night on Thursday
    ],
)
def test_the_week(departure, expected):
    assert name_at(departure) == expected


def test_clocks_are_local():
    assert name_at("2025-05-05 00:30Z", SHANGHAI) == "morning"
    assert name_at("2025-05-05 08:30Z", SHANGHAI) is None
    assert name_at("2025-05-05 08:30+08:00", SHANGHAI) == "morning"


def test_the_first_that_holds_for_the_vehicle_counts():
    heavy = Slice("heavy", frozenset(range(7)), 0, 1440, vehicles=frozenset(["tow_truck"]))
    noon = datetime(2025, 5, 5, 12, tzinfo=UTC)
    assert slice_at((heavy, MORNING), noon, "tow_truck", SHANGHAI) is heavy
    assert slice_at((heavy, MORNING), noon, "van", SHANGHAI) is None


def test_factors_by_class():
    part = Slice("x", frozenset(), 0, 1, {"primary": 0.5, "default": 0.8})
    assert [part.factor_of(name) for name in ("primary", "service")] == [0.5, 0.8]
    assert MORNING.factor_of("primary") == 1.0


@given(st.integers(0, 10 * 365 * 1440))
def test_a_whole_day_holds_always(minute):
    part = Slice("all", frozenset(range(7)), 0, 1440)
    departure = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    assert slice_at((part,), departure, "van", SHANGHAI) is part


def test_naive_departures_are_refused():
    with pytest.raises(InvalidInput, match="no time zone"):
        slice_at(WEEK, datetime(2025, 5, 5, tzinfo=UTC).replace(tzinfo=None), "van", SHANGHAI)


@pytest.mark.parametrize(("text", "minute"), [("00:00", 0), ("7:05", 425), ("24:00", 1440)])
def test_clock_times(text, minute):
    assert minute_of(text, "/from") == minute


@pytest.mark.parametrize("text", ["24:01", "7", "7:60", "25:00", "", None, 7])
def test_what_is_no_clock_time(text):
    with pytest.raises(InvalidInput, match="no time of day"):
        minute_of(text, "/from")


@pytest.mark.parametrize("name", ["Asia/Nowhere", "", "../etc", 5])
def test_what_is_no_time_zone(name):
    with pytest.raises(InvalidInput, match="no time zone"):
        zone_of(name, "/timezone")
