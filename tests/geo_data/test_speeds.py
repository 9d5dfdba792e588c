from __future__ import annotations

import pytest

from geo_data.network import HIGHWAY_CLASSES
from geo_data.speeds import DEFAULT_SPEED_KPH, parse_speed_kph, way_speeds_kph


@pytest.mark.parametrize(
    ("value", "kph"),
    [
        ("60", 60),
        ("62.5", 62.5),
        ("30 mph", 48.28032),
        ("30mph", 48.28032),
        ("50 km/h", 50),
        ("60;50", 50),
        ("CN:urban", 50),
        ("CN:motorway", 120),
        ("GB:nsl_single", 96.56064),
        ("XX:living_street", 20),
        ("DE:zone:30", 30),
        ("IT:zone30", 30),
        ("walk", 5),
        ("999", 130),
        ("1", 5),
        ("0", None),
        ("none", None),
        ("signals", None),
        ("urban", None),
        ("-50", None),
        ("fast", None),
        ("", None),
        (None, None),
    ],
)
def test_values_of_maxspeed(value: str | None, kph: float | None) -> None:
    assert parse_speed_kph(value) == (None if kph is None else pytest.approx(kph))


def test_every_class_has_a_default() -> None:
    assert set(DEFAULT_SPEED_KPH) == set(HIGHWAY_CLASSES)


def test_an_implied_limit_counts_where_no_number_stands() -> None:
    assert way_speeds_kph({"maxspeed:type": "CN:urban"}, "primary") == (50, 50)
    assert way_speeds_kph({"maxspeed": "signals", "source:maxspeed": "CN:rural"}, "primary") == (
        70,
        70,
    )
