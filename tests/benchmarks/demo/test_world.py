"""A day is a function of its seed, and what callers say is well-formed."""

from __future__ import annotations

import numpy as np

from benchmarks.demo.cars import _VALUES, _WEIGHTS, draw_vin
from benchmarks.demo.technician import _place_on


def test_vins_carry_their_check_digit() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        vin = draw_vin(rng)
        assert len(vin) == 17
        assert not set(vin) & set("IOQ")
        total = sum(_VALUES[c] * w for c, w in zip(vin, _WEIGHTS, strict=True)) % 11
        assert vin[8] == ("X" if total == 10 else str(total))


def test_known_vin_check_digit() -> None:
    vin = "11111111111111111"  # the standard's own example
    total = sum(_VALUES[c] * w for c, w in zip(vin, _WEIGHTS, strict=True)) % 11
    assert total == 1


def test_place_on_a_way_is_linear_between_its_points() -> None:
    points = [[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]]
    elapsed = [0.0, 10.0, 20.0]
    assert _place_on(points, elapsed, 0) == (0.0, 0.0)
    assert _place_on(points, elapsed, 5) == (0.5, 0.0)
    assert _place_on(points, elapsed, 15) == (1.0, 1.0)
    assert _place_on(points, elapsed, 99) == (1.0, 2.0)
    assert _place_on([[0.0, 0.0], [0.0, 0.0]], [0.0, 0.0], 0) == (0.0, 0.0)
