"""Prices of taking an order back, in minutes of whoever loses the unit, and of what is not sure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.params import load_settings
from dispatch.pricing import (
    change_price,
    diversion_price,
    expected_lateness_cny,
    lateness_curve,
    mean_beyond,
)

PRICES = replace(
    load_settings().prices,
    wait_cny_per_min=1.0,
    change_cny=2.0,
    diversion_cny=60.0,
    lateness_steps=((0, 6.0), (900, 12.0), (2700, 24.0)),
    priority_factor=(1.0, 2.0),
)


@pytest.mark.parametrize("late_s", [-3600, 0])
def test_who_is_in_time_is_put_off_at_the_price_of_the_city(late_s: float) -> None:
    assert change_price(PRICES, 0, late_s) == PRICES.change_cny
    assert diversion_price(PRICES, 1, late_s) == 2 * PRICES.diversion_cny


@pytest.mark.parametrize("priority", [0, 1])
@pytest.mark.parametrize("late_s", [1, 900, 901, 2700, 2701, 36_000])
def test_the_same_minutes_must_be_gained_however_late_somebody_is(
    priority: int, late_s: int
) -> None:
    curve = lateness_curve(PRICES, priority)
    a_minute = 60 * (curve.price(late_s) - curve.price(late_s - 1))
    if late_s == 1:
        a_minute -= 60 * curve.breach_cny  # the promise itself, broken in this second
    waiting = change_price(PRICES, priority, late_s) - PRICES.change_cny
    assert waiting == pytest.approx(2 * a_minute)
    assert diversion_price(PRICES, priority, late_s) == pytest.approx(10 * a_minute)


def test_a_city_whose_waiting_is_free_still_has_a_price_of_change() -> None:
    free = replace(PRICES, wait_cny_per_min=0.0, lateness_steps=((0, 0.0),))
    assert change_price(free, 0, 7200) == free.change_cny
    assert diversion_price(free, 0, 7200) == free.diversion_cny


@pytest.mark.parametrize(
    ("low_s", "high_s"),
    [(-1800, -600), (-600, 0), (-300, 900), (0, 1), (100, 4000), (2700, 2700), (-60, -60)],
)
def test_the_expected_lateness_is_the_mean_of_the_curve(low_s: float, high_s: float) -> None:
    curve = lateness_curve(PRICES, 1)
    fine = 20_000
    many = [curve.price(low_s + (high_s - low_s) * (i + 0.5) / fine) for i in range(fine)]
    found = expected_lateness_cny(curve, low_s, high_s)
    assert found == pytest.approx(sum(many) / fine, rel=1e-3, abs=0.05)


@pytest.mark.parametrize(
    ("low", "high", "mean"), [(0, 10, 5), (-10, 10, 2.5), (3, 3, 3), (-9, -1, 0)]
)
def test_the_mean_of_what_is_beyond(low: float, high: float, mean: float) -> None:
    assert mean_beyond(low, high) == pytest.approx(mean)
    assert mean_beyond(low + 7, high + 7, 7) == pytest.approx(mean)
