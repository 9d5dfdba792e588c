"""Prices of taking an order back: in minutes of whoever loses the unit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.params import load_settings
from dispatch.pricing import change_price, diversion_price, lateness_curve

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
