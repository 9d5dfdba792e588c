"""Rescue waves: random snapshots like those of a motoring club on a bad day.

After the instances of Krumke, Rambau, Torres, *Real-time dispatching of guided and unguided
automobile service units with soft time windows* (2002): calls in clusters, units that are still
busy, vans, tow trucks and chargers, soft deadlines, overtime, and a contractor as the last resort.
Everything follows from the seed, in this order of draws; a test holds the arrays.

Minutes and kilometres here; in the problem seconds, to which all times are whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.core.model import Job, LatenessCurve, Option, Prices, Problem, Unit, Visit

SIDE_KM = 60.0
SPEED_KPH = 40.0
DETOUR = 1.3
N_CLUSTERS = 12
SCATTERED = 0.3
"""Share of points that lie anywhere."""

DRIVE_CNY_PER_MIN, OVERTIME_CNY_PER_MIN = 0.5, 1.0
UNIT_KINDS = (("repair",), ("repair", "tow"), ("repair", "charge"))
JOB_KINDS = ("repair", "tow", "charge")
SERVICE_MIN = ((15.0, 35.0), (25.0, 45.0), (25.0, 40.0))
EPOCH = datetime(2026, 1, 5, 8, tzinfo=UTC)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Wave:
    """A wave as arrays: kilometres, minutes from now, numbers of kinds; ``late_cny`` a minute."""

    unit_km: Floats
    home_km: Floats
    job_km: Floats
    ready_min: Floats
    shift_min: Floats
    unit_kind: Ints
    job_kind: Ints
    service_min: Floats
    target_min: Floats
    late_cny: Floats
    contractor_cny: Floats


def draw_wave(n_units: int, n_jobs: int, seed: int) -> Wave:
    """Return the wave of a seed."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0.1 * SIDE_KM, 0.9 * SIDE_KM, (N_CLUSTERS, 2))
    weights = rng.dirichlet(np.full(N_CLUSTERS, 1.5))

    def points(n: int) -> Floats:
        cluster = rng.choice(N_CLUSTERS, n, p=weights)
        found = centres[cluster] + rng.normal(0, SIDE_KM * 0.06, (n, 2))
        scattered = rng.random(n) < SCATTERED
        found[scattered] = rng.uniform(0, SIDE_KM, (int(scattered.sum()), 2))
        return np.clip(found, 0, SIDE_KM)

    unit_km, home_km, job_km = points(n_units), points(n_units), points(n_jobs)
    free = rng.random(n_units) < 0.25
    ready = np.where(free, 0, rng.uniform(0, 35, n_units)).round(1)
    shift = rng.uniform(120, 480, n_units).round(0)
    unit_kind = rng.choice(3, n_units, p=[0.6, 0.25, 0.15])
    job_kind = rng.choice(3, n_jobs, p=[0.72, 0.18, 0.10])
    service = [[rng.uniform(*SERVICE_MIN[k]) for k in range(3)][kind] for kind in job_kind]
    age = rng.uniform(0, 30, n_jobs)
    promise = np.where(rng.random(n_jobs) < 0.7, 30, 60)
    late = np.where(rng.random(n_jobs) < 0.1, 3.0, 1.0)
    return Wave(
        unit_km=unit_km,
        home_km=home_km,
        job_km=job_km,
        ready_min=ready,
        shift_min=shift,
        unit_kind=unit_kind,
        job_kind=job_kind,
        service_min=np.array(service).round(1),
        target_min=(promise - age).round(1),
        late_cny=late,
        contractor_cny=np.where(late > 1, 400.0, 250.0),
    )


def wave_problem(wave: Wave) -> Problem:
    """Return the snapshot of a wave; places are units, their homes, and jobs, in this order."""
    n_units, n_jobs = len(wave.unit_km), len(wave.job_km)
    units = tuple(
        Unit(
            id=f"u{u}",
            has=frozenset(UNIT_KINDS[wave.unit_kind[u]]),
            start_place=u,
            available_s=_seconds(wave.ready_min[u]),
            end_place=n_units + u,
            shift_end_s=_seconds(wave.shift_min[u]),
        )
        for u in range(n_units)
    )
    jobs = tuple(_job(wave, j, 2 * n_units + j) for j in range(n_jobs))
    places = np.concatenate([wave.unit_km, wave.home_km, wave.job_km])
    prices = Prices(DRIVE_CNY_PER_MIN, OVERTIME_CNY_PER_MIN, change_cny=0.0)
    return Problem(EPOCH, travel_s(places), units, jobs, prices=prices)


def travel_s(places_km: Floats) -> NDArray[np.int32]:
    """Return travel times: straight lines with a detour, rounded to a tenth of a minute."""
    apart = places_km[:, None] - places_km[None, :]
    minutes = np.sqrt((apart**2).sum(axis=-1)) * DETOUR / SPEED_KPH * 60
    rounded: NDArray[np.int32] = (np.rint(minutes * 10) * 6).astype(np.int32)
    return rounded


def _job(wave: Wave, j: int, place: int) -> Job:
    kind = JOB_KINDS[wave.job_kind[j]]
    visit = Visit(place, _seconds(wave.service_min[j]))
    return Job(
        id=f"j{j}",
        options=(Option(kind, frozenset({kind}), (visit,)),),
        target_s=_seconds(wave.target_min[j]),
        lateness=LatenessCurve(((0, float(wave.late_cny[j])),)),
        unassigned_cny=float(wave.contractor_cny[j]),
    )


def _seconds(minutes: float) -> int:
    return round(float(minutes) * 60)
