"""The immutable input of one decision: a `World` turned into a `core.Problem`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

from sqlalchemy.orm import Session

from dispatch.availability import Drive, Free, drive_eta, free_part, start_position
from dispatch.context import DispatchContext
from dispatch.contractor_choice import guesses_of, may_be_left
from dispatch.core import model as core
from dispatch.coverage_price import Demand, Post, demand_of, end_prices
from dispatch.job import Job, JobOption, JobState
from dispatch.outside import Outside, TakenBack, told, weighed
from dispatch.own_time import OwnTime, work_in_hand, work_s
from dispatch.params import DispatchSettings
from dispatch.places import Places, RoadsideCache
from dispatch.pricing import (
    change_price,
    diversion_price,
    kept_prices,
    lateness_curve,
    left_out_cny,
    wait_price,
)
from dispatch.vehicles import vehicle_at_work, vehicle_of
from dispatch.world import PLANNED, World, holder, read_world
from fleet.model import Unit
from kernel.position import Position
from routing.speeds import VAN
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
        the problem's ids.
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


def build_snapshot(session: Session, context: DispatchContext) -> Snapshot:
    """Freeze the region as it is now."""
    demand = demand_of(context.city) if context.settings.prices.coverage_cny else None
    world, times = read_world(session, context), context.times_by_vehicle()
    return compose(world, context.settings, context.roadside, demand, times)


def job_key(job_id: int) -> str:
    """Return what the optimizer calls the job of that row id."""
    return f"J{job_id}"


def compose(
    world: World,
    settings: DispatchSettings,
    roadside: RoadsideCache,
    demand: Demand | None = None,
    times: Mapping[str, TravelTimes] | None = None,
) -> Snapshot:
    """Return the snapshot of a world: places, times between them, units, jobs, commitments.

    With ``demand``, where a unit ends has a price (`coverage_price`). ``times`` are those of now
    by vehicle class; without them all drive by the roadside's.
    """
    frame = _Frame(world, settings, roadside, times)
    units = {unit.code: unit for unit in frame.units}
    jobs = {job_key(job.id): job for job in world.jobs if job.state in PLANNED}
    free = {code: frame.free_part(unit) for code, unit in units.items()}
    kept = kept_prices(settings.prices, frame.units)
    ends = {} if demand is None else frame.end_prices(units, free, demand)
    problem = core.Problem(
        epoch=world.at,
        travel_s=frame.travel_s,
        units=tuple(
            frame.core_unit(unit, free[code], kept, ends.get(code, ()))
            for code, unit in units.items()
        ),
        jobs=tuple(frame.core_job(job) for job in jobs.values()),
        commitments=frame.commitments(jobs.values()),
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
        eta_at=frame.etas(jobs.values()),
        drive_s=frame.planned_drives(jobs.values()),
        outside={job_key(job_id): outside for job_id, outside in frame.outside.items()},
        taken_back=frame.taken_back(jobs.values()),
    )


class _Frame:
    """One world with its places numbered and the times between them known."""

    def __init__(
        self,
        world: World,
        settings: DispatchSettings,
        roadside: RoadsideCache,
        times: Mapping[str, TravelTimes] | None,
    ) -> None:
        self.world = world
        self.settings = settings
        self.roadside = roadside
        self.times = times
        self._vehicles: dict[frozenset[str], str] = {}
        self.units = [unit for unit in world.units if unit.position is not None]
        self._unit_of = {unit.id: unit for unit in self.units}
        self.binding = world.job_of_unit()
        self.places = self._places()
        self.travel_s = self.places.matrix(roadside, times)
        self.drive_s: Drive = self.travel_s.item
        self._weighed = self._outside()
        left = {job.id for job in world.jobs if may_be_left(job)}
        self.outside = {it: outside for it, outside in self._weighed.items() if it in left}

    def _places(self) -> Places:
        """Return the places of this decision and no others: a search looks at all of them."""
        places = Places(tuple(self.times or (VAN,)))
        for unit in self.units:
            job = self.binding.get(unit.id)
            starts = [start_position(unit, job)]
            if job is None or job.state is not JobState.ON_SITE:
                starts.append(unit.position)
            for position in starts:
                if position is not None:
                    places.add(position, is_goal=False)
            home = self._home_to_end_at(unit)
            if home is not None:
                places.add(home)
        for job in self.world.jobs:
            places.add(job.position, is_goal=job.state in PLANNED)
            for option in job.options:
                if option.destination is not None:
                    places.add(option.destination.position)
        return places

    def _home_to_end_at(self, unit: Unit) -> Position | None:
        """Return the unit's home where its shift ends soon."""
        if unit.home is None or unit.shift_end_at is None:
            return None
        is_soon = self._seconds(unit.shift_end_at) <= self.settings.timing.homeward_s
        return unit.home if is_soon else None

    # ------------------------------------------------------------------------------ units

    def free_part(self, unit: Unit) -> Free:
        job = self.binding.get(unit.id)
        timing = self.settings.timing
        return free_part(unit, job, self.world.at, timing, self.places, self.drive_s)

    def core_unit(
        self,
        unit: Unit,
        free: Free,
        kept: Mapping[int, float],
        coverage: tuple[core.Coverage, ...] = (),
    ) -> core.Unit:
        """Return a unit as the optimizer sees it, from where and when it is free."""
        shift_end_s = 10**7 if unit.shift_end_at is None else self._seconds(unit.shift_end_at)
        home = self._home_to_end_at(unit)
        return core.Unit(
            id=unit.code,
            has=unit.has,
            start_place=self.places.number(free.position, vehicle_of(unit)),
            available_s=max(0, self._seconds(free.at)),
            end_place=None if home is None else self.places.number(home, vehicle_of(unit)),
            shift_end_s=shift_end_s,
            kwh=self._kwh_left(unit),
            kept_cny=kept[unit.id],
            coverage=coverage,
        )

    def end_prices(
        self, units: Mapping[str, Unit], free: Mapping[str, Free], demand: Demand
    ) -> dict[str, tuple[core.Coverage, ...]]:
        """Return the price of ending at each place, by unit code."""
        prices = self.settings.prices
        times_s = self.places.times_to(demand.positions, self.roadside, self.times)
        posts = [
            Post(unit.skills, self.places.number(free[code].position, vehicle_of(unit)))
            for code, unit in units.items()
        ]
        found = end_prices(
            times_s <= prices.coverage_within_s,
            demand.share,
            posts,
            busy=prices.coverage_busy,
            coverage_cny=prices.coverage_cny,
        )
        return dict(zip(units, found, strict=True))

    def _kwh_left(self, unit: Unit) -> float:
        job = self.binding.get(unit.id)
        if job is None or job.state in PLANNED:
            return unit.kwh
        return max(0.0, unit.kwh - job.option_named(job.option).kwh)

    # ------------------------------------------------------------------------------- jobs

    def core_job(self, job: Job) -> core.Job:
        """Return a job as the optimizer sees it: options, times from now, prices."""
        prices = self.settings.prices
        is_visit = job.appointment_id is not None
        margin_s = 0 if is_visit else self._margin_s(job)
        curve = lateness_curve(prices, job.priority)
        waited_s = -self._seconds(job.created_at)
        wait = 0.0 if is_visit else wait_price(prices, job.priority, waited_s)
        target_s = self._seconds(job.target_at) - margin_s
        latest_s = None if job.latest_at is None else self._seconds(job.latest_at)
        if latest_s is not None and latest_s <= 0 and job.is_active:
            latest_s = None  # who was sent in time goes on
        return core.Job(
            id=job_key(job.id),
            options=tuple(self._core_option(job, option) for option in self.options(job)),
            target_s=target_s,
            earliest_s=0 if job.earliest_at is None else self._seconds(job.earliest_at),
            latest_s=latest_s,
            lateness=curve,
            wait_cny_per_min=wait,
            unassigned_cny=self._left_out_cny(job, curve, wait, -target_s),
            excluded_units=frozenset(
                self._unit_of[unit_id].code for unit_id in job.declined_by & self._unit_of.keys()
            ),
        )

    def _left_out_cny(
        self, job: Job, curve: core.LatenessCurve, wait_cny_per_min: float, late_s: int
    ) -> float:
        outside = self._weighed.get(job.id) if may_be_left(job) else None
        if outside is not None:
            return outside.cny
        return left_out_cny(self.settings.prices, curve, wait_cny_per_min, late_s)

    def _outside(self) -> dict[int, Outside]:
        """Return the best contractor for each job that may be left to one, by job row id.

        Or that might be if it were taken from the unit that is on its way to it.
        """
        vans = self.roadside.travel_times if self.times is None else self.times[VAN]
        jobs = tuple(it.taken_back() if _is_under_way(it) else it for it in self.world.jobs)
        world = replace(self.world, jobs=jobs)
        guesses = guesses_of(world, self.settings, self.roadside, vans)
        if not guesses:
            return {}
        held = ((holder(job), job) for job in self.world.jobs if job.state in PLANNED)
        free_in_s = {it.id: max(0.0, self._seconds(self.free_part(it).at)) for it in self.units}
        in_hand_s = work_in_hand(free_in_s, held, self._haul_s)
        price = self.settings.prices.own_time_cny_per_min
        time = OwnTime(self.units, in_hand_s, self._share_asked_for(), price)
        return weighed(world, self.settings, guesses, time, self._haul_s)

    def taken_back(self, jobs: Iterable[Job]) -> dict[str, TakenBack]:
        """Return what leaving out each job under way would mean if it were taken back."""
        return {
            job_key(job.id): TakenBack(
                self.core_job(job.taken_back()).unassigned_cny, self._weighed.get(job.id)
            )
            for job in jobs
            if _is_under_way(job)
        }

    def _share_asked_for(self) -> float:
        calls = [it for it in self.world.jobs if it.state in PLANNED and it.incident_id is not None]
        works_s = [work_s(it, self._haul_s) for it in calls]
        return self.world.calls.share_asked_for(works_s, len(self.units))

    def _margin_s(self, job: Job) -> int:
        """Return how much before the target to be there, seconds; less where a unit rolls later.

        Without a margin for who rolls, a plan would give its car to a unit that may well be late,
        find that so a minute later, and turn the next unit away for it.
        """
        margin_s = self.settings.timing.planning_margin_s
        if job.state is not JobState.ROLLING:
            return margin_s
        eta_at = self._eta(job)
        left_s = 0.0 if eta_at is None else (job.target_at - eta_at).total_seconds()
        return round(min(margin_s, max(0.0, left_s)))

    def options(self, job: Job) -> list[JobOption]:
        """Return the options to plan with: of tows the nearest open centres, and what is chosen."""
        chosen = job.option if job.is_active else job.planned_option
        by_way = sorted(job.options, key=_way)
        usable = {
            option.name
            for _, ways in groupby(by_way, key=_way)
            for option in self._best_ways(job, list(ways))
        }
        return [o for o in job.options if o.name in usable or o.name == chosen]

    def _best_ways(self, job: Job, ways: list[JobOption]) -> list[JobOption]:
        if ways[0].destination is None:
            return ways
        open_now = [option for option in ways if self._is_open(option)]
        near = sorted(open_now or ways, key=lambda option: (self._haul_s(job, option), option.name))
        return near[: self.settings.timing.n_nearest_centres]

    def _is_open(self, option: JobOption) -> bool:
        goal = option.destination
        centre = None if goal is None else self.world.centres.get(goal.centre_id or 0)
        return centre is None or centre.is_open(self.world.at)

    def _haul_s(self, job: Job, option: JobOption) -> int:
        goal = option.destination
        if goal is None:
            return 0
        number = partial(self.places.number, vehicle=self._vehicle_for(option))
        return self.drive_s(number(job.position), number(goal.position))

    def _vehicle_for(self, option: JobOption) -> str:
        if len(self.times or ()) < 2:
            return VAN
        if option.needs not in self._vehicles:
            able = {vehicle_of(unit) for unit in self.units if option.needs <= unit.has}
            self._vehicles[option.needs] = vehicle_at_work(able)
        return self._vehicles[option.needs]

    def _core_option(self, job: Job, option: JobOption) -> core.Option:
        number = partial(self.places.number, vehicle=self._vehicle_for(option))
        visits = [core.Visit(number(job.position), option.service.mean_s)]
        if option.destination is not None:
            goal = option.destination
            visits.append(core.Visit(number(goal.position), goal.service_s))
        return core.Option(option.name, option.needs, tuple(visits), option.price_cny, option.kwh)

    # ------------------------------------------------------------------------ commitments

    def commitments(self, jobs: Iterable[Job]) -> tuple[core.Commitment, ...]:
        """Return what the plan in force says, positions renumbered for each unit."""
        codes = {unit_id: unit.code for unit_id, unit in self._unit_of.items()}
        ranked = sorted(
            (job for job in jobs if holder(job) in codes and self._option_held(job) is not None),
            key=lambda job: (
                codes[holder(job) or 0],
                _rank(job),
                job.planned_sequence or 0,
                job.id,
            ),
        )
        found: list[core.Commitment] = []
        for _, mine in groupby(ranked, key=holder):
            for position, job in enumerate(mine):
                found.append(self._commitment(job, codes[holder(job) or 0], position))
        return tuple(found)

    def _option_held(self, job: Job) -> str | None:
        name = job.option if job.is_active else job.planned_option
        return name if name in {option.name for option in job.options} else None

    def _commitment(self, job: Job, code: str, position: int) -> core.Commitment:
        lock = core.Lock.FULL if job.is_active else job.lock
        commitment = core.Commitment(
            job_id=job_key(job.id),
            unit_id=code,
            lock=lock,
            position=position,
            option=self._option_held(job) or job.options[0].name,
        )
        if lock is not core.Lock.FULL:
            return commitment
        return replace(commitment, start_s=self._start_s(job), release_cny=self._release_cny(job))

    def _release_cny(self, job: Job) -> float | None:
        """Return the price of taking a job back; ``None``: a dispatcher fixed it by hand."""
        prices = self.settings.prices
        if job.lock is not core.Lock.FREE:
            return None
        late_s = self._start_s(job) - self._seconds(job.target_at)
        if job.state is JobState.ORDERED:
            return change_price(prices, job.priority, late_s)
        return diversion_price(prices, job.priority, late_s)

    def _start_s(self, job: Job) -> int:
        eta_at = self._eta(job) or job.planned_arrival_at or self.world.at
        return max(0, self._seconds(eta_at))

    def etas(self, jobs: Iterable[Job]) -> dict[int, datetime]:
        """Return when each bound unit reaches its job, by the job's row id."""
        etas = ((job.id, self._eta(job)) for job in jobs if job.is_active)
        return {job_id: eta_at for job_id, eta_at in etas if eta_at is not None}

    def _eta(self, job: Job) -> datetime | None:
        unit = self._unit_of.get(job.unit_id or 0)
        if unit is None:
            return None
        return drive_eta(unit, job, self.world.at, self.places, self.drive_s)

    def planned_drives(self, jobs: Iterable[Job]) -> dict[int, int]:
        """Return the drive from its planned unit's free part to each open job."""
        drives = {}
        for job in jobs:
            unit = self._unit_of.get(job.planned_unit_id or 0)
            if job.state is JobState.OPEN and unit is not None:
                number = partial(self.places.number, vehicle=vehicle_of(unit))
                start = number(self.free_part(unit).position)
                drives[job.id] = self.drive_s(start, number(job.position))
        return drives

    def _seconds(self, instant: datetime) -> int:
        return round((instant - self.world.at).total_seconds())


def _is_under_way(job: Job) -> bool:
    return job.state in (JobState.ORDERED, JobState.ROLLING)


def _way(option: JobOption) -> tuple[str, tuple[str, ...], bool]:
    return option.kind.value, tuple(sorted(option.needs)), option.destination is not None


def _rank(job: Job) -> int:
    return 0 if job.state is JobState.ROLLING else 1 if job.state is JobState.ORDERED else 2
