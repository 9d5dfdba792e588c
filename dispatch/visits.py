"""Planning the booked visits of one day with the same core that dispatches calls.

Windows are hard, crews start and end at home, overtime is paid and limited. What a live day adds
(calls, positions, late technicians) is not here: booked visits of today are part of every snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.core import model as core
from dispatch.core.checker import check
from dispatch.core.params import SolveParams
from dispatch.core.solve import solve
from dispatch.params import PlanPrices
from dispatch.places import Places, RoadsideCache
from dispatch.visit_file import Day, DayUnit, DayVisit, PlaceRef
from kernel.errors import RoadflareError
from kernel.position import Position
from routing.travel_times import UNREACHABLE_S, TravelTimes

OVERTIME_LIMIT_S = 3600
"""No crew is planned beyond this after its shift: a planned day does not break the working time."""

LEFT_OUT_CNY = 100_000.0
"""A visit that was booked is left out only when it is impossible."""


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day, what the optimizer was given, and the plan it gave."""

    day: Day
    problem: core.Problem
    plan: core.Plan


def plan_day(
    day: Day,
    prices: PlanPrices,
    travel_times: TravelTimes | None = None,
    *,
    engine: str = "ortools",
    seed: int = 0,
) -> PlannedDay:
    """Plan a day's visits and check the plan.

    Parameters
    ----------
    travel_times
        Of the day's city; not needed when the day brings its own matrix.
    """
    problem = day_problem(day, prices, travel_times)
    plan = solve(problem, engine=engine, params=SolveParams(wall_limit_s=None), seed=seed)
    if violations := check(problem, plan):
        told = " ".join(v.sentence for v in violations)
        raise RoadflareError(f"The checker refused the plan: {told}", remedy="Report this.")
    return PlannedDay(day, problem, plan)


def day_problem(
    day: Day, prices: PlanPrices, travel_times: TravelTimes | None = None
) -> core.Problem:
    """Return the problem of a day; times count from the first crew's start."""
    epoch = min(day.instant(unit.start) for unit in day.units)
    number, travel_s = _matrix(day, travel_times)
    builder = _Builder(day, epoch, number)
    return core.Problem(
        epoch=epoch,
        travel_s=travel_s,
        units=tuple(builder.unit(unit) for unit in day.units),
        jobs=tuple(job for visit in day.visits for job in builder.jobs(visit)),
        prices=core.Prices(
            drive_cny_per_min=prices.drive_cny_per_min,
            overtime_cny_per_min=prices.overtime_cny_per_min,
            change_cny=0.0,
        ),
    )


def day_document(planned: PlannedDay) -> dict[str, Any]:
    """Return the plan as JSON values: crews with their stops in order, and what is left out."""
    plan, epoch = planned.plan, planned.problem.epoch
    return {
        "day": planned.day.day.isoformat(),
        "time_zone": planned.day.time_zone,
        "cost_cny": round(plan.cost_cny, 2),
        "terms": {name: round(cny, 2) for name, cny in plan.terms.items()},
        "engine": plan.engine,
        "n_visits": len(planned.day.visits),
        "routes": [_route(planned, epoch, route) for route in plan.routes],
        "unassigned": [
            {"visit": _visit_id(it.job_id), "part": _part(it.job_id), "reason": it.reason,
             "detail": it.detail}
            for it in plan.unassigned
        ],
    }  # fmt: skip


def _matrix(
    day: Day, travel_times: TravelTimes | None
) -> tuple[dict[PlaceRef, int], NDArray[np.int32]]:
    """Return the number of each place, and the times between them."""
    if day.travel_s is not None:
        rows = [[UNREACHABLE_S if s is None else s for s in row] for row in day.travel_s]
        return {i: i for i in range(len(rows))}, np.array(rows, dtype=np.int32)
    if travel_times is None:
        raise ValueError("a day in a city needs the city's travel times")
    places = Places()
    number: dict[PlaceRef, int] = {}
    for _, place in day.places():
        if not isinstance(place, int):
            number[place] = places.add(Position(place.lon, place.lat))
    return number, places.matrix(RoadsideCache(travel_times))


@dataclass(frozen=True, slots=True)
class _Builder:
    day: Day
    epoch: datetime
    number: dict[PlaceRef, int]

    def unit(self, unit: DayUnit) -> core.Unit:
        home, end_s = self.number[unit.home], self._seconds(unit.end)
        return core.Unit(
            id=unit.id,
            has=frozenset(unit.skills),
            start_place=home,
            available_s=self._seconds(unit.start),
            end_place=home,
            shift_end_s=end_s,
            hard_end_s=end_s + OVERTIME_LIMIT_S,
        )

    def jobs(self, visit: DayVisit) -> list[core.Job]:
        there = core.Visit(self.number[visit.place], round(visit.duration_min * 60))
        if visit.destination is None:
            return [self._job(f"{visit.id}#work", visit, (there,), visit.window)]
        handover = core.Visit(self.number[visit.destination], round(visit.handover_min * 60))
        jobs = [self._job(f"{visit.id}#fetch", visit, (there, handover), visit.window)]
        if visit.return_window is not None:
            back = (handover, there)
            jobs.append(self._job(f"{visit.id}#return", visit, back, visit.return_window))
        return jobs

    def _job(
        self,
        job_id: str,
        visit: DayVisit,
        visits: tuple[core.Visit, ...],
        window: tuple[str, str],
    ) -> core.Job:
        latest_s = self._seconds(window[1])
        return core.Job(
            id=job_id,
            options=(core.Option(visit.kind, frozenset(visit.skills), visits),),
            target_s=latest_s,
            earliest_s=self._seconds(window[0]),
            latest_s=latest_s,
            unassigned_cny=LEFT_OUT_CNY,
        )

    def _seconds(self, clock: str) -> int:
        return round((self.day.instant(clock) - self.epoch).total_seconds())


def _route(planned: PlannedDay, epoch: datetime, route: core.Route) -> dict[str, Any]:
    last = route.jobs[-1]

    def shown(seconds: int) -> str:
        return planned.day.local(epoch + timedelta(seconds=seconds)).isoformat()

    return {
        "unit": route.unit_id,
        "drive_min": round(sum(job.drive_s for job in route.jobs) / 60, 1),
        "last_end_at": shown(last.end_s),
        "stops": [
            {
                "visit": _visit_id(job.job_id),
                "part": _part(job.job_id),
                "arrival_at": shown(job.arrival_s),
                "start_at": shown(job.start_s),
                "end_at": shown(job.end_s),
                "drive_min": round(job.drive_s / 60, 1),
                "window": _window(planned.day, job.job_id),
            }
            for job in route.jobs
        ],
    }


def _window(day: Day, job_id: str) -> list[str]:
    visit = next(visit for visit in day.visits if visit.id == _visit_id(job_id))
    window = visit.return_window if _part(job_id) == "return" else visit.window
    return list(window or ())


def _visit_id(job_id: str) -> str:
    return job_id.rpartition("#")[0]


def _part(job_id: str) -> str:
    return job_id.rpartition("#")[2]
