"""The immutable input of one decision: a `World` turned into a `core.Problem`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from dispatch.context import DispatchContext
from dispatch.core import model as core
from dispatch.coverage_price import Demand, demand_of
from dispatch.frame import Frame
from dispatch.job import Job, JobState
from dispatch.outside import Outside, TakenBack, told
from dispatch.params import DispatchSettings
from dispatch.places import RoadsideCache
from dispatch.pricing import kept_prices
from dispatch.snapshot_commitments import commitments
from dispatch.snapshot_jobs import SnapshotJobs
from dispatch.snapshot_units import core_unit, end_prices
from dispatch.vehicles import vehicle_of
from dispatch.world import PLANNED, World, read_world
from fleet.model import Unit
from routing.travel_times import TravelTimes


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One decision's input, and the way back from its ids to rows.

    Attributes
    ----------
    problem
        Times count from ``world.at``.
    units, jobs
        By the problem's ids: a unit's code, ``J`` and a job's id. Jobs at work are not in it, nor
        are units whose place is unknown.
    free_at
        When each unit was taken to be free, by the problem's ids.
    eta_at
        Arrival at each ordered or rolling job if its unit drives on now, by the job's row id.
    drive_s
        Driving from where the unit of the plan in force will be free, for open jobs that it has,
        by the job's row id.
    outside
        What the best contractor would mean for each job that may be left to one, by the problem's
        ids.
    taken_back
        What leaving out each ordered or rolling job would mean if it were taken from its unit, by
        the problem's ids; nothing unless that was asked for.
    """

    world: World
    problem: core.Problem
    units: Mapping[str, Unit]
    jobs: Mapping[str, Job]
    free_at: Mapping[str, datetime]
    eta_at: Mapping[int, datetime]
    drive_s: Mapping[int, int]
    outside: Mapping[str, Outside]
    taken_back: Mapping[str, TakenBack]

    @property
    def at(self) -> datetime:
        """The instant that was frozen: the problem's epoch."""
        return self.world.at

    def arrival_at(self, job_id: int, unit_id: int | None) -> datetime | None:
        """Return when the unit reaches a job if it drives on; ``None`` where another one had it."""
        job = self.jobs.get(job_key(job_id))
        return self.eta_at.get(job_id) if job is not None and job.unit_id == unit_id else None

    def leave_at(self, job: Job) -> datetime | None:
        """Return when the planned unit of an open appointment must leave to begin in time."""
        if job.planned_arrival_at is None or job.id not in self.drive_s:
            return None
        begin_at = max(job.planned_arrival_at, job.earliest_at or job.planned_arrival_at)
        return begin_at - timedelta(seconds=self.drive_s[job.id])

    def left_out(self, plan: core.Plan) -> tuple[core.Unassigned, ...]:
        """Return what a plan leaves out, and what of it to contractors (`dispatch.outside`)."""
        return tuple(told(it, self.outside.get(it.job_id), self.at) for it in plan.unassigned)

    def instant(self, seconds: int) -> datetime:
        """Return the time that the problem calls ``seconds``."""
        return self.world.at + timedelta(seconds=seconds)


def build_snapshot(
    session: Session, context: DispatchContext, *, to_divert: bool = False
) -> Snapshot:
    """Freeze the region as it is now, with ``to_divert`` also what taking jobs back would mean."""
    demand = demand_of(context.city) if context.settings.prices.coverage_cny else None
    world, times = read_world(session, context), context.times_by_vehicle()
    return compose(world, context.settings, context.roadside, demand, times, to_divert=to_divert)


def job_key(job_id: int) -> str:
    """Return what the optimizer calls the job of that row id."""
    return f"J{job_id}"


def compose(
    world: World,
    settings: DispatchSettings,
    roadside: RoadsideCache,
    demand: Demand | None = None,
    times: Mapping[str, TravelTimes] | None = None,
    *,
    to_divert: bool = False,
) -> Snapshot:
    """Return the snapshot of a world: places, times between them, units, jobs, commitments.

    With ``demand``, where a unit ends has a price (`coverage_price`). ``times`` are those of now
    by vehicle class; without them all drive by the roadside's. ``to_divert`` is whether it is asked
    what taking jobs back would mean.
    """
    frame = Frame(world, settings, roadside, times)
    units = {unit.code: unit for unit in frame.units}
    jobs = {job_key(job.id): job for job in world.jobs if job.state in PLANNED}
    free = {code: frame.free_part(unit) for code, unit in units.items()}
    kept = kept_prices(settings.prices, frame.units)
    ends = {} if demand is None else end_prices(frame, units, free, demand)
    planned = SnapshotJobs(frame, jobs)
    problem = core.Problem(
        epoch=world.at,
        travel_s=frame.travel_s,
        units=tuple(
            core_unit(frame, unit, free[code], kept, ends.get(code, ()))
            for code, unit in units.items()
        ),
        jobs=tuple(planned.core_job(key, job) for key, job in jobs.items()),
        commitments=commitments(frame, jobs),
        prices=core.Prices(
            drive_cny_per_min=settings.prices.drive_cny_per_min,
            overtime_cny_per_min=settings.prices.overtime_cny_per_min,
            change_cny=settings.prices.change_cny,
        ),
    )
    return Snapshot(
        world=world,
        problem=problem,
        units=units,
        jobs=jobs,
        free_at={code: part.at for code, part in free.items()},
        eta_at=_etas(frame, jobs.values()),
        drive_s=_planned_drives(frame, jobs.values()),
        outside=planned.outside(),
        taken_back=planned.taken_back() if to_divert else {},
    )


def _etas(frame: Frame, jobs: Iterable[Job]) -> dict[int, datetime]:
    """Return when each bound unit reaches its job, by the job's row id."""
    etas = ((job.id, frame.eta(job)) for job in jobs if job.is_active)
    return {job_id: eta_at for job_id, eta_at in etas if eta_at is not None}


def _planned_drives(frame: Frame, jobs: Iterable[Job]) -> dict[int, int]:
    """Return the drive from its planned unit's free part to each open job."""
    drives = {}
    for job in jobs:
        unit = frame.unit_of.get(job.planned_unit_id or 0)
        if job.state is JobState.OPEN and unit is not None:
            number = partial(frame.places.number, vehicle=vehicle_of(unit))
            start = number(frame.free_part(unit).position)
            drives[job.id] = frame.drive_s(start, number(job.position))
    return drives
