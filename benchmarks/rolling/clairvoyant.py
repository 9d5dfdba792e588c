"""A dispatcher who knows the whole day before it begins: every call, every minute of work and road.

It stands for what own units alone could do at best. All calls are told to a service of their own,
at their times, whose dispatcher never runs; what intake and triage make of them becomes one problem
of the core, from the start of the day, with the truth of the street in it: real times of work and
driving. A job may be begun from its call on; a unit may wait for it there, since it knows. Nobody
may be handed to a contractor, and calls that their owner will take back, or that are helped on the
phone, need nobody.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np

from benchmarks.demo.compare import DayRequest, draw
from benchmarks.demo.connection import Connection
from benchmarks.demo.fleet import DemoFleet
from benchmarks.demo.one_thread import one_thread
from benchmarks.demo.world import Call, Day
from benchmarks.rolling.outcome import DayOutcome
from benchmarks.service import open_service
from dispatch.context import DispatchContext
from dispatch.core import model as core
from dispatch.core.checker import check
from dispatch.core.params import SolveParams
from dispatch.core.solve import solve
from dispatch.params import DispatchSettings, load_settings
from dispatch.snapshot import Snapshot, compose
from dispatch.world import World, read_world
from fleet.shifts import start_shift
from fleet.store import units_of
from geo_data.city import City
from geo_data.city_store import city_folder
from kernel.clock import VirtualClock
from kernel.database import Database
from kernel.errors import BadData
from kernel.position import Position
from routing.engine import open_engine
from routing.travel_times import UNREACHABLE_S
from sla.areas import ServiceAreas


def foresee(city: City, data_dir: Path, request: DayRequest, seconds: float) -> DayOutcome:
    """Return the outcome of a day for who knew it all, after so many seconds of solving.

    Raises
    ------
    BadData
        When the checker refuses the plan.
    """
    day, fleet = draw(city, request)
    with tempfile.TemporaryDirectory(prefix="roadflare-day-") as folder, one_thread():
        url = f"sqlite:///{folder}/day.sqlite"
        told = asyncio.run(_tell(city, data_dir, url, day, fleet))
        snapshot = _snapshot(city, data_dir, url, day, fleet)
    calls = {
        name: told[job.incident_id]
        for name, job in snapshot.jobs.items()
        if job.incident_id in told and told[job.incident_id].truth.cancel_after_s is None
    }
    problem = true_problem(snapshot.problem, calls, day)
    plan = solve(problem, engine="colgen", params=SolveParams.within(seconds))
    violations = [it for it in check(problem, plan) if not it.code.startswith("reason.")]
    if violations:
        raise BadData(
            f"The clairvoyant plan breaks {violations[0].code}.",
            remedy="Tell us, with the seed and the load.",
        )
    areas = _areas(city)
    urban = {n for n, call in told.items() if (area := areas.at(call.position)) and area.urban}
    return _outcome(
        problem,
        plan,
        len(told),
        urban,
        {name: job.incident_id for name, job in snapshot.jobs.items()},
    )


def _areas(city: City) -> ServiceAreas:
    return ServiceAreas(city.area_table.columns | {"geometry": list(city.area_table.geometry)})


async def _tell(
    city: City, data_dir: Path, url: str, day: Day, fleet: DemoFleet
) -> dict[int, Call]:
    """Make all calls of a day, each at its time, and return them by incident."""
    clock = VirtualClock(day.start)
    service = open_service(clock, city=city.name, data_dir=data_dir, database=url, drive="manual")
    told: dict[int, Call] = {}
    try:
        transport = httpx.ASGITransport(app=service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            await Connection(client, service.issue_token("admin")).put("/fleet", fleet.body)
            for call in day.calls:
                clock.move_to(call.at)
                hotline = Connection(client, service.issue_token("call_taker"))
                answer = await hotline.post("/incidents", call.intake(), key=f"call-{call.number}")
                told.setdefault(int(answer["id"]), call)
    finally:
        service.close()
    return told


def _snapshot(city: City, data_dir: Path, url: str, day: Day, fleet: DemoFleet) -> Snapshot:
    """Freeze the start of the day, with all jobs of the day in it."""
    settings = with_foresight(load_settings())
    database = Database(url)
    try:
        context = DispatchContext(
            database=database,
            clock=VirtualClock(day.start),
            city=city,
            travel_times=open_engine(city.network, folder=city_folder(city.name, data_dir)),
            areas=_areas(city),
            settings=settings,
        )
        places = {it["code"]: Position(it["lon"], it["lat"]) for it in fleet.body["units"]}
        with database.write() as session:
            for unit in units_of(session, city.name):
                if unit.code in places:
                    start_shift(session, day.start, unit.id, position=places[unit.code])
        with database.read() as session:
            world: World = read_world(session, context)
        return compose(replace(world, contractors=()), settings, context.roadside)
    finally:
        database.close()


def with_foresight(settings: DispatchSettings) -> DispatchSettings:
    """Return settings without what is only there because the future is not known."""
    return replace(
        settings,
        prices=replace(settings.prices, scarcity_cny=0.0, coverage_cny=0.0),
        timing=replace(settings.timing, planning_margin_s=0),
    )


def true_problem(problem: core.Problem, calls: Mapping[str, Call], day: Day) -> core.Problem:
    """Return the problem with the street's truth, of the jobs of ``calls`` (by job id) alone."""
    travel_s = problem.travel_s.astype(np.float64)
    known = problem.travel_s < UNREACHABLE_S
    jobs = [job for job in problem.jobs if job.id in calls]
    for job in jobs:
        truth = calls[job.id].truth
        place = job.options[0].visits[0].place
        goals = sorted({o.visits[1].place for o in job.options if len(o.visits) > 1} - {place})
        travel_s[place, goals] = problem.travel_s[place, goals] * truth.travel_factor
        others = np.arange(len(travel_s)) != place
        travel_s[others, place] *= truth.travel_factor
        travel_s[others, place] += truth.reaction_s
    return replace(
        problem,
        travel_s=np.where(known, np.rint(travel_s), UNREACHABLE_S).astype(np.int32),
        jobs=tuple(_true_job(job, calls[job.id], day) for job in jobs),
        commitments=(),
    )


def _true_job(job: core.Job, call: Call, day: Day) -> core.Job:
    return replace(
        job,
        earliest_s=round((call.at - day.start).total_seconds()),
        options=tuple(_true_option(option, call) for option in job.options),
    )


def _true_option(option: core.Option, call: Call) -> core.Option:
    truth, visits = call.truth, option.visits
    if len(visits) == 1:
        return replace(option, visits=(replace(visits[0], service_s=truth.repair_s),))
    return replace(
        option,
        visits=(
            replace(visits[0], service_s=truth.loading_s),
            replace(visits[1], service_s=truth.unload_s),
        ),
    )


def _outcome(
    problem: core.Problem,
    plan: core.Plan,
    n_incidents: int,
    urban: Collection[int],
    incident_of: Mapping[str, int | None],
) -> DayOutcome:
    jobs = {job.id: job for job in problem.jobs}
    planned = [it for route in plan.routes for it in route.jobs]
    late = [it.job_id for it in planned if it.start_s > jobs[it.job_id].target_s]
    late += [it.job_id for it in plan.unassigned]
    bound = plan.lower_bound_cny
    waited = {it.job_id: float(it.start_s - jobs[it.job_id].earliest_s) for it in planned}
    return DayOutcome(
        n_incidents=n_incidents,
        n_kept=n_incidents - len(late),
        response_s=tuple(waited.values()),
        driven_s=float(sum(it.drive_s for it in planned)),
        n_own=len(planned),
        n_late=len(late),
        n_urban=len(urban),
        n_urban_kept=len(urban) - sum(incident_of[name] in urban for name in late),
        urban_response_s=tuple(s for name, s in waited.items() if incident_of[name] in urban),
        bound={
            "cost": round(plan.cost_cny, 2),
            "lower_bound": None if bound is None else round(bound, 2),
            "gap": None if bound is None else round((plan.cost_cny - bound) / plan.cost_cny, 5),
        },
    )
