"""What a day cost: each part by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.rolling.price import day_cny
from dispatch.params import load_settings

PRICES = replace(
    load_settings().prices,
    drive_cny_per_min=0.5,
    wait_cny_per_min=1.0,
    breach_cny=400.0,
    lateness_steps=((0, 6.0), (900, 12.0)),
    priority_factor=(1.0, 2.0),
)
YARD = {"name": "Norte", "lon": 0.0, "lat": 0.0, "callout_cny": 300.0, "cny_per_km": 8.0}


def incident(arrived: str | None = "08:10", priority: int = 0, **details: Any) -> dict[str, Any]:
    day = "2026-06-01T{}:00Z"
    return {
        "received_at": day.format("08:00"),
        "target_at": day.format("08:30"),
        "arrived_at": None if arrived is None else day.format(arrived),
        "closed_at": day.format("09:30"),
        "outcome": "repaired",
        "triage": {"priority": priority},
        "contractor": None,
        "location": {"lon": 0.0, "lat": 0.0},
    } | details


@pytest.mark.parametrize(
    ("told", "cny"),
    [
        (incident(), 10),
        (incident(priority=1), 20),
        (incident("08:40"), 40 + 400 + 60),
        (incident("08:50"), 50 + 400 + 90 + 60),
        (incident("08:50", priority=1), 2 * (50 + 400 + 90 + 60)),
        (incident(None, outcome="solved_remotely"), 0),
        (incident(None, outcome="cancelled_by_owner"), 400),
    ],
)
def test_an_owner_costs_waiting_lateness_and_the_promise(told: dict[str, Any], cny: float) -> None:
    assert day_cny([told], 0.0, [YARD], PRICES) == pytest.approx(cny)


def test_driving_and_contractors_are_paid() -> None:
    assert day_cny([], 1200.0, [], PRICES) == pytest.approx(10)
    there = {"lon": 0.0, "lat": 0.0899322}  # ten kilometres north
    for state, cny in (("done", 380), ("accepted", 380), ("rejected", 0), ("offered", 0)):
        taken = incident(contractor={"name": "Norte", "state": state}, location=there)
        assert day_cny([taken], 0.0, [YARD], PRICES) == pytest.approx(10 + cny, abs=0.5)
