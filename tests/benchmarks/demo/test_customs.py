"""An invented day is told as people of its country would, and is the same day everywhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from benchmarks.demo.cars import draw_car
from benchmarks.demo.compare import DayRequest, play_day
from benchmarks.demo.customs import customs_in
from benchmarks.demo.world import FAULT_SHARES
from dispatch.phone import is_assigned, read_phone
from dispatch.plates import Plate, read_plate
from geo_data.city import load_city


@pytest.mark.parametrize("country", ["CL", "CN", "FI", "US"])
def test_plates_and_numbers_are_taken_in_their_country(country: str) -> None:
    customs, rng = customs_in(country), np.random.default_rng(7)
    for number in (0, 7, 10**7 - 1):
        assert read_phone(customs.phone(number), country) == customs.phone(number)
    for _ in range(100):
        car = draw_car(rng, date(2026, 6, 1), customs)
        plate = read_plate(car.plate, country)
        assert isinstance(plate, Plate), car.plate
        assert plate.new_energy == (country == "CN")
    assert customs.symptoms.keys() == FAULT_SHARES.keys()
    assert is_assigned(customs.contractor_phone)


def test_the_rest_of_a_car_is_the_same_everywhere() -> None:
    def drawn(country: str) -> tuple[str, ...]:
        rng = np.random.default_rng(3)
        cars = [draw_car(rng, date(2026, 6, 1), customs_in(country)) for _ in range(5)]
        return tuple(f"{it.vin} {it.model} {it.purchased_on}" for it in cars)

    assert drawn("CL") == drawn("CN") == drawn("FI")


@pytest.mark.timeout(300)
def test_a_chinese_town_is_played(town_data: Path) -> None:
    town = load_city("town", town_data)
    short = DayRequest(minutes=6, seed=3, calls_per_hour=40, warm_up_min=2)
    report = play_day(town, town_data, short, policies=("optimizer",))
    assert report["incidents"] > 2
    assert report["checker_failures"] == 0
