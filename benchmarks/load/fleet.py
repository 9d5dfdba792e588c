"""A fleet of any size, of the demo's kinds of units in the demo's proportions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from benchmarks.demo.fleet import CENTRE_SKILLS, DEMO_KINDS, N_CENTRES, SHIFT, Account
from geo_data.city import City
from geo_data.demand import sample_positions

_STREAM = 0x6C6F


def draw(city: City, *, n_units: int, start: datetime, seed: int) -> dict[str, Any]:
    """Return a body for ``PUT /fleet``; units stand where people live.

    Secrets stand in it: ``pin`` of units, ``secret`` of the users ``hotline`` and ``desk``.
    """
    rng = np.random.default_rng([seed, _STREAM])
    kinds = [kind for kind in DEMO_KINDS for _ in range(kind.count)]
    places = sample_positions(city, n_units + N_CENTRES, rng)
    units = []
    for number, (lon, lat) in enumerate(places[:n_units]):
        kind = kinds[number % len(kinds)]
        units.append(
            {
                "code": f"{kind.letter}-{number:04d}",
                "name": f"{kind.kind.capitalize()} {number}",
                "kind": kind.kind,
                "skills": list(kind.skills),
                "equipment": list(kind.equipment),
                "kwh_capacity": kind.kwh,
                "lon": float(lon),
                "lat": float(lat),
                "shift_start_at": start.isoformat(),
                "shift_end_at": (start + SHIFT).isoformat(),
                "pin": f"{int(rng.integers(10**6)):06d}",
            }
        )
    users = [("hotline", "call_taker"), ("desk", "dispatcher")]
    return {
        "units": units,
        "centres": [
            {
                "name": f"Service centre {number + 1}",
                "lon": float(lon),
                "lat": float(lat),
                "skills": list(CENTRE_SKILLS),
                "opening_hours": "24/7",
            }
            for number, (lon, lat) in enumerate(places[n_units:])
        ],
        "users": [
            {"user": user, "name": user, "role": role, "secret": f"{int(rng.integers(10**9)):09d}"}
            for user, role in users
        ],
    }


def account(body: dict[str, Any], user: str) -> Account:
    """Return what a user of a fleet logs in with."""
    found = next(it for it in body["users"] if it["user"] == user)
    return Account(user, found["secret"])
