"""Packaged solvers on our snapshots, each as close to the model as it can be told.

They know one way to do a job, one visit, no commitments. Nextroute prices lateness by the second;
PyVRP and VROOM know hard windows only: theirs end `GRACE_S` after the target, and what they leave
out is inserted by our own cheapest insertion afterwards, to their advantage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import numpy as np

from benchmarks.snapshots.routing_peer import ortools
from dispatch.core.model import UNREACHABLE_S, Job, Problem, Unit

Sequences = dict[str, list[tuple[str, str]]]
"""Job and option in order, by unit."""

Peer = Callable[[Problem, float], Sequences]
"""``peer(problem, seconds)``."""

GRACE_S = 1_800
PER_CNY = 120
"""Peers count in whole numbers: this many for a CNY, so that half a CNY a minute is 1 a second."""

FAR_S = 10**6

SOMEWHERE = {"lon": 121.0, "lat": 31.0}
"""Nextroute asks for coordinates, also where it is given a matrix."""


def nextroute(problem: Problem, seconds: float) -> Sequences:
    """Return Nextroute's plan."""
    import nextroute as library  # noqa: PLC0415

    rate = problem.prices.drive_cny_per_min / 60 * PER_CNY
    document = {
        "stops": [_nextroute_stop(problem, job) for job in problem.jobs],
        "vehicles": [_nextroute_vehicle(problem, unit) for unit in problem.units],
        "duration_matrix": _nextroute_matrix(problem),
    }
    options = library.Options(
        SOLVE_DURATION=seconds,
        SOLVE_PARALLELRUNS=1,
        MODEL_OBJECTIVES_TRAVELDURATION=rate,
        MODEL_OBJECTIVES_VEHICLESDURATION=0.0,
        MODEL_OBJECTIVES_LATEARRIVALPENALTY=1.0,
        MODEL_OBJECTIVES_UNPLANNEDPENALTY=1.0,
    )
    output = library.solve(document, options).to_dict()
    option_of = {job.id: job.options[0].name for job in problem.jobs}
    found: Sequences = {}
    for vehicle in output["solutions"][-1].get("vehicles", []):
        ids = [stop["stop"]["id"] for stop in vehicle.get("route") or []]
        found[vehicle["id"]] = [(it, option_of[it]) for it in ids if it in option_of]
    return found


def _nextroute_stop(problem: Problem, job: Job) -> dict[str, object]:
    at = problem.epoch + timedelta(seconds=job.target_s)
    return {
        "id": job.id,
        "location": SOMEWHERE,
        "duration": job.options[0].visits[0].service_s,
        "compatibility_attributes": [_kind(job)],
        "target_arrival_time": at.isoformat(),
        "early_arrival_time_penalty": 0.0,
        "late_arrival_time_penalty": job.lateness.steps[0][1] / 60 * PER_CNY,
        "unplanned_penalty": round(job.unassigned_cny * PER_CNY),
    }


def _nextroute_vehicle(problem: Problem, unit: Unit) -> dict[str, object]:
    start = problem.epoch + timedelta(seconds=unit.available_s)
    kinds = sorted({_kind(job) for job in problem.jobs if job.options[0].needs <= unit.has})
    vehicle: dict[str, object] = {
        "id": unit.id,
        "start_time": start.isoformat(),
        "start_location": SOMEWHERE,
        "speed": 10.0,
        "compatibility_attributes": kinds or ["nothing"],
    }
    if unit.end_place is not None:
        vehicle["end_location"] = SOMEWHERE
    return vehicle


def _nextroute_matrix(problem: Problem) -> list[list[float]]:
    places = [job.options[0].visits[0].place for job in problem.jobs]
    for unit in problem.units:
        end = unit.start_place if unit.end_place is None else unit.end_place
        places += [unit.start_place, end]
    rows: list[list[float]] = _ways(problem, places).astype(float).tolist()
    return rows


def _kind(job: Job) -> str:
    return "+".join(sorted(job.options[0].needs)) or "anything"


def _ways(problem: Problem, places: list[int]) -> np.ndarray:
    ways = problem.travel_s[np.ix_(places, places)].astype(np.int64)
    return np.where(ways == UNREACHABLE_S, FAR_S, ways)


def pyvrp(problem: Problem, seconds: float) -> Sequences:
    """Return PyVRP's plan."""
    import pyvrp as library  # noqa: PLC0415
    from pyvrp.stop import MaxRuntime  # noqa: PLC0415

    model = library.Model()
    used = sorted(_places(problem))
    at = {place: model.add_location(0, 0, name=str(place)) for place in used}
    ways = _ways(problem, used)
    rate = round(problem.prices.drive_cny_per_min / 60 * PER_CNY)
    first_free = min((unit.available_s for unit in problem.units), default=0)
    for job in problem.jobs:
        visit = job.options[0].visits[0]
        model.add_client(
            at[visit.place],
            service_duration=visit.service_s,
            tw_late=max(job.target_s + GRACE_S, first_free),
            prize=round(job.unassigned_cny * PER_CNY),
            required=False,
            name=job.id,
        )
    for has in dict.fromkeys(unit.has for unit in problem.units):
        profile = model.add_profile()
        barred = {
            j.options[0].visits[0].place for j in problem.jobs if not j.options[0].needs <= has
        }
        for x, start in enumerate(used):
            for y, end in enumerate(used):
                way = FAR_S if end in barred and x != y else int(ways[x, y])
                model.add_edge(at[start], at[end], way, way, profile=profile)
        for unit in (it for it in problem.units if it.has == has):
            end_place = unit.start_place if unit.end_place is None else unit.end_place
            model.add_vehicle_type(
                start_depot=model.add_depot(at[unit.start_place]),
                end_depot=model.add_depot(at[end_place]),
                tw_early=unit.available_s,
                unit_distance_cost=rate,
                profile=profile,
                name=unit.id,
            )
    result = model.solve(MaxRuntime(seconds), seed=0, display=False)
    names = [it.name for it in model.data().vehicle_types()]
    clients = [it.name for it in model.data().clients()]
    option_of = {job.id: job.options[0].name for job in problem.jobs}
    found: Sequences = {}
    for route in result.best.routes():
        ids = [clients[it.idx] for it in route.schedule() if it.is_client()]
        found[names[route.vehicle_type()]] = [(it, option_of[it]) for it in ids]
    return found


def vroom(problem: Problem, seconds: float) -> Sequences:
    """Return VROOM's plan."""
    import vroom as library  # noqa: PLC0415

    used = sorted(_places(problem))
    at = {place: i for i, place in enumerate(used)}
    model = library.Input()
    model.set_durations_matrix("car", _ways(problem, used).astype(np.uint32))
    skills = {name: i + 1 for i, name in enumerate(sorted(_skills(problem)))}
    for number, job in enumerate(problem.jobs):
        visit = job.options[0].visits[0]
        model.add_job(
            library.Job(
                id=number,
                location=at[visit.place],
                default_service=visit.service_s,
                skills={skills[it] for it in job.options[0].needs},
                priority=min(100, round(job.unassigned_cny / 10)),
                time_windows=[library.TimeWindow(0, max(1, job.target_s + GRACE_S))],
            )
        )
    for number, unit in enumerate(problem.units):
        model.add_vehicle(
            library.Vehicle(
                id=number,
                start=at[unit.start_place],
                end=None if unit.end_place is None else at[unit.end_place],
                skills={skills[it] for it in unit.has if it in skills},
                time_window=library.TimeWindow(unit.available_s, 10**6),
            )
        )
    solution = model.solve(5, nb_threads=1, timeout=timedelta(seconds=seconds))
    found: Sequences = {}
    for row in solution.routes.itertuples():
        if row.type == "job":
            job = problem.jobs[int(row.id)]
            route = found.setdefault(problem.units[int(row.vehicle_id)].id, [])
            route.append((job.id, job.options[0].name))
    return found


def _places(problem: Problem) -> set[int]:
    places = {job.options[0].visits[0].place for job in problem.jobs}
    for unit in problem.units:
        places |= {unit.start_place, unit.start_place if unit.end_place is None else unit.end_place}
    return places


def _skills(problem: Problem) -> set[str]:
    return {need for job in problem.jobs for need in job.options[0].needs}


PEERS: Mapping[str, Peer] = {
    "ortools": ortools,
    "nextroute": nextroute,
    "pyvrp": pyvrp,
    "vroom": vroom,
}
"""Solvers that are compared with, never depended on."""
