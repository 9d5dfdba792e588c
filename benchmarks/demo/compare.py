"""The same day under three policies: what the optimizer is worth."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.demo.fleet import DemoFleet, draw_fleet
from benchmarks.demo.load import CALLS_PER_HOUR, WARM_UP_MIN
from benchmarks.demo.one_thread import one_thread
from benchmarks.demo.virtual_day import VirtualDay
from benchmarks.demo.world import Day, draw_day
from benchmarks.service import open_service
from dispatch.core.warm_up import warm_up
from geo_data.city import City
from kernel.clock import VirtualClock

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""A Monday morning in the demo city (08:00 there)."""

DECISION_CHARGE_S = 1.0
"""What a decision costs in simulated time."""

POLICIES: dict[str, dict[str, Any]] = {
    "optimizer": {"engine": "colgen"},
    "nearest": {"engine": "nearest"},
    "hungarian": {"engine": "hungarian", "cadence_s": 60.0},
}
_BASELINE_KEYS = (
    "incidents",
    "urban_share_within_target",
    "share_within_target",
    "response_s",
    "unassigned",
    "after_warm_up",
    "by_contractor",
    "decision_s",
    "checker_failures",
    "plan_changes",
    "events",
)


@dataclass(frozen=True, slots=True)
class DayRequest:
    """Which day to play; without contractors, own units are all the help there is."""

    minutes: float = 60.0
    seed: int = 7
    calls_per_hour: float = CALLS_PER_HOUR
    warm_up_min: float = WARM_UP_MIN
    contractors: bool = True


def play_day(
    city: City,
    data_dir: Path,
    request: DayRequest,
    policies: tuple[str, ...] = tuple(POLICIES),
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Play the day under each policy and return the report, the optimizer's figures on top.

    Parameters
    ----------
    policies
        Names in `POLICIES`; ``optimizer`` must be among them.
    tell
        Gets a line of progress for people.
    """
    day, fleet = draw(city, request)
    reports = {}
    for policy in policies:
        tell(f"{policy}: {len(day.calls)} calls, {len(fleet.technicians)} units")
        played = play_policy(city, data_dir, day, fleet, request.seed, policy)
        reports[policy] = played.report
    found = {
        "city": city.name,
        "seed": request.seed,
        "minutes": request.minutes,
        "warm_up_min": request.warm_up_min,
        "calls_per_hour": request.calls_per_hour,
        "units": len(fleet.technicians),
        "engine": POLICIES["optimizer"]["engine"],
        **reports["optimizer"],
    }
    for policy in policies:
        if policy != "optimizer":
            found[policy] = {key: reports[policy][key] for key in _BASELINE_KEYS}
    return found


def draw(city: City, request: DayRequest) -> tuple[Day, DemoFleet]:
    """Return the calls and the fleet of a day, the same for every policy."""
    warm = timedelta(minutes=request.warm_up_min)
    day = draw_day(
        city,
        start=START - warm,
        minutes=request.minutes + request.warm_up_min,
        calls_per_hour=request.calls_per_hour,
        seed=request.seed,
    )
    return day, draw_fleet(city, start=START - warm, contractors=request.contractors)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one policy's day.

    Attributes
    ----------
    report
        See `benchmarks.demo.report`.
    incidents
        All of them, as the service tells them at the end.
    driven_s
        What all own units drove, to cars and with them, seconds.
    """

    report: dict[str, Any]
    incidents: list[dict[str, Any]]
    driven_s: float


def play_policy(
    city: City,
    data_dir: Path,
    day: Day,
    fleet: DemoFleet,
    seed: int,
    policy: str,
    **settings: Any,
) -> Played:
    """Play a day under one policy, with other settings of the service on top."""
    warm_up()  # no decision of the day is to wait for the compiler
    clock = VirtualClock(day.start)
    with tempfile.TemporaryDirectory(prefix="roadflare-day-") as folder, one_thread():
        service = open_service(
            clock,
            city=city.name,
            data_dir=data_dir,
            database=f"sqlite:///{folder}/day.sqlite",
            drive="manual",
            solver="inline",
            decision_charge_s=DECISION_CHARGE_S,
            access_life=timedelta(days=2),  # the agents of a day log in once
            **POLICIES[policy] | settings,
        )
        try:
            played = VirtualDay(service, clock, day, fleet, seed, counted_from=START)
            found = asyncio.run(played.play())
        finally:
            service.close()
    return Played(found, played.incidents, sum(crew.driven_s for crew in played.crews))
