"""Where and when a unit is next free to choose, and the ETA of a unit that is under way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.job import Job, JobState
from dispatch.job_option import JobOption
from dispatch.params import Timing
from dispatch.places import Places
from dispatch.vehicles import vehicle_at_work, vehicle_of
from fleet.model import Unit
from kernel.position import Position
from routing.travel_times import UNREACHABLE_S

Drive = Callable[[int, int], int]
"""``drive_s(from, to)``: seconds between two places, by the numbers of `Places`."""


@dataclass(frozen=True, slots=True)
class Free:
    """Where a unit's free part starts, and when."""

    position: Position
    at: datetime


def start_position(unit: Unit, job: Job | None) -> Position | None:
    """Return where the unit's free part starts; ``None`` where its place is unknown.

    A unit at work starts at its job or, when the car goes elsewhere, at the destination.
    """
    if job is None or job.state not in (JobState.ON_SITE, JobState.LOADED):
        return unit.position
    destination = job.option_named(job.option).destination
    return destination.position if destination else job.position


def free_part(
    unit: Unit, job: Job | None, now: datetime, timing: Timing, places: Places, drive_s: Drive
) -> Free:
    """Return where and when the unit is next free to choose.

    Parameters
    ----------
    unit
        With a known position.
    job
        Its active job, if any.
    places, drive_s
        Know the unit's position and its job's places.
    """
    position = start_position(unit, job)
    if position is None:
        raise ValueError(f"{unit.code} has no known position")
    if job is None or job.state not in (JobState.ON_SITE, JobState.LOADED):
        return Free(position, now)
    return Free(position, work_end(unit, job, now, timing, places, drive_s))


def work_end(
    unit: Unit, job: Job, now: datetime, timing: Timing, places: Places, drive_s: Drive
) -> datetime:
    """Return when a unit on site or loaded is expected to have finished its job.

    Work that is overdue is expected to take the longer the longer it is overdue.
    """
    option = job.option_named(job.option)
    grace = now + timedelta(seconds=timing.on_site_grace_s)
    if job.state is JobState.LOADED:
        origin = unit.position or job.position
        return max(grace, now + _delivery(unit, origin, option, places, drive_s))
    began = job.arrived_at or now
    expected = began + timedelta(seconds=option.service.mean_s)
    at_car = max(grace, expected, now + (now - expected) * timing.overdue_share)
    return at_car + _delivery(unit, job.position, option, places, drive_s)


def _delivery(
    unit: Unit, origin: Position, option: JobOption, places: Places, drive_s: Drive
) -> timedelta:
    goal = option.destination
    if goal is None:
        return timedelta()
    vehicle = vehicle_at_work({vehicle_of(unit)})
    way_s = drive_s(places.number(origin, vehicle), places.number(goal.position, vehicle))
    known_s = 0 if way_s == UNREACHABLE_S else way_s
    return timedelta(seconds=known_s + goal.service_s)


def drive_eta(
    unit: Unit, job: Job, now: datetime, places: Places, drive_s: Drive
) -> datetime | None:
    """Return when the unit would be at the job if it drove there now; ``None`` without a way."""
    if unit.position is None:
        return None
    vehicle = vehicle_of(unit)
    way_s = drive_s(places.number(unit.position, vehicle), places.number(job.position, vehicle))
    return None if way_s == UNREACHABLE_S else now + timedelta(seconds=way_s)
