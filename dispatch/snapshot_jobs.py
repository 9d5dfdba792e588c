"""The jobs of a snapshot as the optimizer sees them: ways to do each, times from now, prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from itertools import groupby

from dispatch.contractor_choice import guesses_of
from dispatch.core import model as core
from dispatch.frame import Frame
from dispatch.job import Job, JobState
from dispatch.job_option import JobOption
from dispatch.outside import Outside, TakenBack, weighed
from dispatch.own_time import OwnTime, work_in_hand, work_s
from dispatch.pricing import lateness_curve, left_out_cny, wait_price
from dispatch.snapshot_commitments import release_price
from dispatch.world import PLANNED, holder
from routing.speeds import VAN


class SnapshotJobs:
    """The jobs of one frame, and the best contractor for each that may be left to one.

    Parameters
    ----------
    jobs
        Those to plan, by the problem's ids.
    """

    def __init__(self, frame: Frame, jobs: Mapping[str, Job]) -> None:
        self._frame = frame
        self._jobs = jobs
        self._weighed = self._weigh(frame.world.jobs)

    def outside(self) -> dict[str, Outside]:
        """Return what the best contractor would mean for jobs that may be left to one, by id."""
        return {
            key: self._weighed[job.id] for key, job in self._jobs.items() if job.id in self._weighed
        }

    def core_job(self, key: str, job: Job) -> core.Job:
        """Return a job as the optimizer sees it: options, times from now, prices."""
        return self._core_job(key, job, self._weighed.get(job.id))

    def _core_job(self, key: str, job: Job, outside: Outside | None) -> core.Job:
        prices = self._frame.settings.prices
        is_visit = job.appointment_id is not None
        margin_s = 0 if is_visit else self._margin_s(job)
        curve = lateness_curve(prices, job.priority)
        waited_s = -self._frame.seconds(job.created_at)
        wait = 0.0 if is_visit else wait_price(prices, job.priority, waited_s)
        target_s = self._frame.seconds(job.target_at) - margin_s
        left_cny = left_out_cny(prices, curve, wait, -target_s) if outside is None else outside.cny
        latest_s = None if job.latest_at is None else self._frame.seconds(job.latest_at)
        if latest_s is not None and latest_s <= 0 and job.is_active:
            latest_s = None  # who was sent in time goes on
        return core.Job(
            id=key,
            options=tuple(self._core_option(job, option) for option in self._options(job)),
            target_s=target_s,
            earliest_s=0 if job.earliest_at is None else self._frame.seconds(job.earliest_at),
            latest_s=latest_s,
            lateness=curve,
            wait_cny_per_min=wait,
            unassigned_cny=left_cny,
            excluded_units=frozenset(
                self._frame.unit_of[unit_id].code
                for unit_id in job.declined_by & self._frame.unit_of.keys()
            ),
        )

    def taken_back(self) -> dict[str, TakenBack]:
        """Return what leaving out each job under way would mean if it were taken back, by id."""
        back = {
            key: job.taken_back()
            for key, job in self._jobs.items()
            if job.state in (JobState.ORDERED, JobState.ROLLING)
        }
        weighed = self._weigh(tuple(back.values()))
        found = {}
        for key, job in back.items():
            outside = weighed.get(job.id)
            left_out_cny = self._core_job(key, job, outside).unassigned_cny
            price = release_price(self._frame, self._jobs[key])
            found[key] = TakenBack(price, left_out_cny, outside)
        return found

    def _weigh(self, jobs: tuple[Job, ...]) -> dict[int, Outside]:
        """Return the best contractor for each of these that may be left to one, by job row id."""
        frame = self._frame
        vans = frame.roadside.travel_times if frame.times is None else frame.times[VAN]
        world = replace(frame.world, jobs=jobs)
        guesses = guesses_of(world, frame.settings, frame.roadside, vans)
        if not guesses:
            return {}
        held = ((holder(job), job) for job in frame.world.jobs if job.state in PLANNED)
        free_in_s = {it.id: max(0.0, frame.seconds(frame.free_part(it).at)) for it in frame.units}
        in_hand_s = work_in_hand(free_in_s, held, frame.haul_s)
        price = frame.settings.prices.own_time_cny_per_min
        time = OwnTime(frame.units, in_hand_s, self._share_asked_for(), price)
        return weighed(world, frame.settings, guesses, time, frame.haul_s)

    def _share_asked_for(self) -> float:
        frame, jobs = self._frame, self._frame.world.jobs
        calls = [it for it in jobs if it.state in PLANNED and it.incident_id is not None]
        works_s = [work_s(it, frame.haul_s) for it in calls]
        return frame.world.calls.share_asked_for(works_s, len(frame.units))

    def _margin_s(self, job: Job) -> int:
        """Return how much before the target to be there, seconds; less where a unit rolls later.

        Without a margin for who rolls, a plan would give its car to a unit that may well be late,
        find that so a minute later, and turn the next unit away for it.
        """
        margin_s = self._frame.settings.timing.planning_margin_s
        if job.state is not JobState.ROLLING:
            return margin_s
        eta_at = self._frame.eta(job)
        left_s = 0.0 if eta_at is None else (job.target_at - eta_at).total_seconds()
        return round(min(margin_s, max(0.0, left_s)))

    def _options(self, job: Job) -> list[JobOption]:
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
        near = sorted(
            open_now or ways, key=lambda option: (self._frame.haul_s(job, option), option.name)
        )
        return near[: self._frame.settings.timing.n_nearest_centres]

    def _is_open(self, option: JobOption) -> bool:
        goal = option.destination
        centre = None if goal is None else self._frame.world.centres.get(goal.centre_id or 0)
        return centre is None or centre.is_open(self._frame.world.at)

    def _core_option(self, job: Job, option: JobOption) -> core.Option:
        number = partial(self._frame.places.number, vehicle=self._frame.vehicle_for(option))
        visits = [core.Visit(number(job.position), option.service.mean_s)]
        if option.destination is not None:
            goal = option.destination
            visits.append(core.Visit(number(goal.position), goal.service_s))
        return core.Option(option.name, option.needs, tuple(visits), option.price_cny, option.kwh)


def _way(option: JobOption) -> tuple[str, tuple[str, ...], bool]:
    return option.kind.value, tuple(sorted(option.needs)), option.destination is not None
