"""Clocks, positions and errors."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from kernel.clock import ScaledClock, VirtualClock
from kernel.errors import Fault, InvalidInput, NotFound
from kernel.position import Position, distance_m

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_virtual_clock_stands_still_and_never_runs_back() -> None:
    clock = VirtualClock(NOON)
    assert clock.now() == NOON
    clock.advance(90)
    assert clock.now() == NOON + timedelta(seconds=90)
    with pytest.raises(ValueError, match="backwards"):
        clock.move_to(NOON)


def test_scaled_clock_starts_where_told() -> None:
    clock = ScaledClock(10.0, NOON)
    assert timedelta(0) <= clock.now() - NOON < timedelta(minutes=5)
    with pytest.raises(ValueError, match="positive"):
        ScaledClock(0)


@pytest.mark.parametrize("lon_lat", [(181, 0), (0, 91), (math.nan, 0), (0, math.inf)])
def test_position_refuses_what_is_not_on_earth(lon_lat: tuple[float, float]) -> None:
    with pytest.raises(InvalidInput, match="Give degrees"):
        Position(*lon_lat)


def test_one_degree_of_latitude_is_111_km() -> None:
    assert distance_m(Position(0, 0), Position(0, 1)) == pytest.approx(111_195, abs=1)
    assert distance_m(Position(10, 20), Position(10, 20)) == 0


def test_errors_name_value_and_remedy() -> None:
    error = InvalidInput([Fault("/vin", "vin.length", "'123' has 3 characters.", "Give 17.")])
    assert str(error) == "/vin: '123' has 3 characters. Give 17."
    assert "'x'" in str(NotFound("unit", "x", remedy="Load the units again."))
    with pytest.raises(ValueError, match="at least one"):
        InvalidInput([])
