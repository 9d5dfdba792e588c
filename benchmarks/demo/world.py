"""One day of one city, drawn from a seed before anything starts: who calls, and what is true there.

The service never sees this. Callers tell part of it over HTTP; technicians find the rest when
they stand at the car. Nothing here depends on what the service decides: all policies meet one day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.random import Generator

from benchmarks.demo.cars import Car, draw_car
from benchmarks.demo.customs import Customs, customs_of
from geo_data.city import City
from geo_data.demand import sample_positions
from kernel.position import Position

FAULT_SHARES = {
    "flat_battery": 0.30,
    "breakdown": 0.28,
    "tyre": 0.20,
    "accident": 0.08,
    "keys_locked_in": 0.08,
    "other": 0.06,
}
"""Roughly the mix European clubs publish for electric cars, with more flat traction batteries."""

REPAIR_MEDIAN_S = {
    "flat_battery": 1500,
    "breakdown": 1140,
    "tyre": 1080,
    "accident": 1200,
    "keys_locked_in": 720,
    "other": 960,
}
"""Median time at the car of a repair or a boost, seconds; lognormal around it."""

LOADING_MEDIAN_S = {"accident": 1900}
"""Median time to load a car for towing; after a crash the battery is watched first."""

_OTHER_LOADING_S = 840
_SERVICE_SPREAD = 0.35
_TRAVEL_SPREAD = 0.10
_UNLOAD_MEDIAN_S = 540
_CANCEL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Truth:
    """What only the street knows.

    Attributes
    ----------
    repair_s, loading_s
        Time at the car, seconds: of a repair or boost, and of loading it for a tow.
    unload_s
        Time at the destination of a tow, seconds.
    travel_factor
        Real driving time over the free-flow one, for every leg of this call.
    reaction_s
        From the order's arrival on the phone until the unit moves.
    cancel_after_s
        The owner gives up this long after calling when nobody is on the way; ``None``: never.
    """

    repair_s: int
    loading_s: int
    unload_s: int
    travel_factor: float
    reaction_s: int
    cancel_after_s: int | None


@dataclass(frozen=True, slots=True)
class Call:
    """One motorist's call.

    ``number`` counts from 0 in order of time; ``at`` is when the phone rings.
    """

    number: int
    at: datetime
    position: Position
    fault: str
    symptom: str
    phone: str
    car: Car
    state_of_charge_pct: int
    drivable: bool
    safe_place: bool
    truth: Truth

    def intake(self) -> dict[str, Any]:
        """Return the body for ``POST /incidents``: what the caller says, no more."""
        return {
            "channel": "phone",
            "case_ref": f"call-{self.number:04d}",
            "caller": {"phone": self.phone},
            "vehicle": self.car.body(),
            "location": {"lon": self.position.lon, "lat": self.position.lat, "datum": "WGS-84"},
            "fault": self.fault,
            "symptom": self.symptom,
            "state_of_charge_pct": self.state_of_charge_pct,
            "drivable": self.drivable,
            "safe_place": self.safe_place,
        }


@dataclass(frozen=True, slots=True)
class Day:
    """All calls between ``start`` and ``end`` (exclusive), in order of time."""

    start: datetime
    end: datetime
    calls: tuple[Call, ...]


def draw_day(
    city: City, *, start: datetime, minutes: float, calls_per_hour: float, seed: int
) -> Day:
    """Draw the calls of one day: Poisson in time, by population and traffic in space.

    Two days of one seed and different ``minutes`` share their beginning.
    """
    clock, places, details = (
        np.random.default_rng([seed, stream]) for stream in (0x7469, 0x706C, 0x6465)
    )
    end = start + timedelta(minutes=minutes)
    times = _arrivals(clock, start, end, calls_per_hour)
    positions = [sample_positions(city, 1, places)[0] for _ in times]
    customs = customs_of(city)
    calls = tuple(
        _draw_call(customs, details, number, at, Position(float(lon), float(lat)))
        for number, (at, (lon, lat)) in enumerate(zip(times, positions, strict=True))
    )
    return Day(start, end, calls)


def _arrivals(rng: Generator, start: datetime, end: datetime, per_hour: float) -> list[datetime]:
    times: list[datetime] = []
    at = start
    while True:
        at += timedelta(seconds=max(1, round(rng.exponential(3600 / per_hour))))
        if at >= end:
            return times
        times.append(at)


def _draw_call(
    customs: Customs, rng: Generator, number: int, at: datetime, position: Position
) -> Call:
    fault = str(rng.choice(list(FAULT_SHARES), p=list(FAULT_SHARES.values())))
    symptoms = customs.symptoms[fault]
    return Call(
        number=number,
        at=at,
        position=position,
        fault=fault,
        symptom=symptoms[int(rng.integers(len(symptoms)))],
        phone=customs.phone(int(rng.integers(10**7))),
        car=draw_car(rng, date(at.year, at.month, at.day), customs),
        state_of_charge_pct=0 if fault == "flat_battery" else int(rng.integers(12, 95)),
        drivable=fault == "keys_locked_in",
        safe_place=bool(rng.random() < 0.85),
        truth=_draw_truth(rng, fault),
    )


def _draw_truth(rng: Generator, fault: str) -> Truth:
    spread = _lognormal(rng, _SERVICE_SPREAD)
    return Truth(
        repair_s=round(REPAIR_MEDIAN_S[fault] * spread),
        loading_s=round(LOADING_MEDIAN_S.get(fault, _OTHER_LOADING_S) * spread),
        unload_s=round(_UNLOAD_MEDIAN_S * _lognormal(rng, 0.2)),
        travel_factor=round(_lognormal(rng, _TRAVEL_SPREAD), 4),
        reaction_s=int(rng.integers(10, 45)),
        cancel_after_s=(int(rng.integers(300, 1500)) if rng.random() < _CANCEL_SHARE else None),
    )


def _lognormal(rng: Generator, sigma: float) -> float:
    return math.exp(float(np.clip(rng.normal(0.0, sigma), -2 * sigma, 2 * sigma)))
