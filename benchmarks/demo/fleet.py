"""The demo's fleet: who is on duty, where they start, what they carry.

Drawn apart from the calls, so that another load meets the same fleet. Posts lie where people live.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from benchmarks.demo.customs import Customs, customs_of
from geo_data.city import City
from geo_data.demand import sample_positions

REPAIR = ("repair", "tyre", "lockout", "hv_safety")
REPAIR_KIT = ("jump_pack", "tyre_kit", "lockout_kit", "diagnostics", "safety_cones")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of unit: code letter, how many, skills, equipment, names, energy in stock."""

    kind: str
    letter: str
    count: int
    skills: tuple[str, ...]
    equipment: tuple[str, ...]
    kwh: float = 0.0


DEMO_KINDS = (
    Kind("repair", "R", 7, REPAIR, REPAIR_KIT),
    Kind(
        "charge",
        "C",
        5,
        ("boost", "repair", "tyre", "hv_safety"),
        ("generator", "jump_pack", "tyre_kit", "diagnostics", "safety_cones"),
        kwh=160.0,
    ),
    Kind(
        "tow",
        "T",
        5,
        ("tow", "repair", "tyre", "hv_safety", "motorway"),
        (
            *("flatbed", "winch", "wheel_dollies", "jump_pack", "tyre_kit", "diagnostics"),
            *("safety_cones", "battery_watch"),
        ),
    ),
)
"""Seventeen units for 452,000 people; see `benchmarks.demo.load` for the calls they face."""

N_CENTRES = 3
CENTRE_SKILLS = ("repair", "tyre", "hv_safety", "boost", "bodywork")
SHIFT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in, and with what."""

    user: str
    secret: str


@dataclass(frozen=True, slots=True)
class DemoFleet:
    """Body for ``PUT /fleet`` and the accounts in it."""

    body: dict[str, Any]
    technicians: tuple[Account, ...]
    provider: Account
    call_taker: Account
    dispatcher: Account


def draw_fleet(
    city: City, *, start: datetime, seed: int = 1, contractors: bool = True
) -> DemoFleet:
    """Draw a fleet; ``seed`` places the posts, the same with and without contractors."""
    customs = customs_of(city)
    rng = np.random.default_rng([seed, 0x666C])
    pin = np.random.default_rng([seed, 0x7069])
    units, technicians = [], []
    for kind in DEMO_KINDS:
        for number in range(1, kind.count + 1):
            code = f"{kind.letter}-{number:02d}"
            account = Account(code, f"{int(pin.integers(10**6)):06d}")
            lon, lat = sample_positions(city, 1, rng)[0]
            technicians.append(account)
            units.append(_unit(customs, kind, account, float(lon), float(lat), start))
    provider = Account("norte", f"{int(pin.integers(10**9)):09d}")
    call_taker = Account("hotline", f"{int(pin.integers(10**9)):09d}")
    dispatcher = Account("dispatcher", f"{int(pin.integers(10**9)):09d}")
    lon, lat = sample_positions(city, 1, rng)[0]
    outside = [_contractor(customs, provider, float(lon), float(lat))]
    body = {
        "units": units,
        "contractors": outside if contractors else [],
        "centres": [
            _centre(customs, n, sample_positions(city, 1, rng)[0]) for n in range(N_CENTRES)
        ],
        "users": [
            {"user": call_taker.user, "name": customs.hotline, "role": "call_taker"}
            | {"secret": call_taker.secret},
            {"user": dispatcher.user, "name": customs.dispatcher, "role": "dispatcher"}
            | {"secret": dispatcher.secret},
        ],
    }
    return DemoFleet(body, tuple(technicians), provider, call_taker, dispatcher)


def _unit(
    customs: Customs, kind: Kind, account: Account, lon: float, lat: float, start: datetime
) -> dict[str, Any]:
    return {
        "code": account.user,
        "name": f"{customs.kinds[kind.kind]} {account.user[2:]}",
        "kind": kind.kind,
        "skills": list(kind.skills),
        "equipment": list(kind.equipment),
        "kwh_capacity": kind.kwh,
        "lon": lon,
        "lat": lat,
        "shift_start_at": start.isoformat(),
        "shift_end_at": (start + SHIFT).isoformat(),
        "pin": account.secret,
    }


def _contractor(customs: Customs, account: Account, lon: float, lat: float) -> dict[str, Any]:
    return {
        "name": customs.contractor,
        "phone": customs.contractor_phone,
        "lon": lon,
        "lat": lat,
        "skills": sorted({*REPAIR, "tow", "boost", "motorway", "flatbed", *REPAIR_KIT}),
        "callout_cny": 300.0,
        "cny_per_km": 8.0,
        "user": account.user,
        "secret": account.secret,
    }


def _centre(
    customs: Customs, number: int, place: np.ndarray[Any, np.dtype[np.float64]]
) -> dict[str, Any]:
    return {
        "name": f"{customs.centre} {number + 1}",
        "lon": float(place[0]),
        "lat": float(place[1]),
        "skills": list(CENTRE_SKILLS),
        "opening_hours": "24/7",
    }
