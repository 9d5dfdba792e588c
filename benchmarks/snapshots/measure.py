"""All solvers on one snapshot: seconds, cost by the one evaluator, bound and gap."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from benchmarks.snapshots.peers import PEERS, Sequences
from dispatch.core.checker import check
from dispatch.core.colgen.routes import RouteModel
from dispatch.core.colgen.ruin import Ruin
from dispatch.core.evaluate import evaluate, plan_from_tours
from dispatch.core.insertion import Pricer
from dispatch.core.model import Plan, Problem
from dispatch.core.params import SolveParams
from dispatch.core.solve import solve
from dispatch.core.tours import base_tours

OURS = "colgen"
QUICK = ("greedy", "hungarian", "nearest")
"""Policies that take the time they take."""

SHIPPED = "ortools+ruin"
"""Our engine ``ortools``: OR-Tools between our own descents and ruin and recreate. The peer
``ortools`` is OR-Tools alone."""

ALL_ENGINES = (OURS, SHIPPED, *PEERS, *QUICK)

ONE_AHEAD = ("hungarian", "nearest")
"""Policies that give each free unit one job, and decide again when units are free again."""

CADENCE_S = 60


def measure(
    problem: Problem, engines: Iterable[str], seconds: float, peer_seconds: float
) -> dict[str, Any]:
    """Return what each engine makes of a problem, and the best bound."""
    results = {
        name: _result(problem, name, seconds if name == OURS else peer_seconds) for name in engines
    }
    bounds = [it["lower_bound"] for it in results.values() if it.get("lower_bound") is not None]
    best = max(bounds, default=None)
    for it in results.values():
        known = best is not None and it.get("cost")
        it["gap_best"] = (it["cost"] - best) / it["cost"] if known else None
    return {"best_bound": best, "results": results}


def _result(problem: Problem, engine: str, seconds: float) -> dict[str, Any]:
    started_s = time.perf_counter()
    try:
        plan = _solver(engine)(problem, seconds)
    except Exception as error:  # noqa: BLE001 - a peer may fail in any way; the table says so
        return {"seconds": time.perf_counter() - started_s, "cost": None, "failed": repr(error)}
    violations = check(problem, plan)
    took_s = time.perf_counter() - started_s
    bound = plan.lower_bound_cny
    known = bound is not None and plan.cost_cny > 0
    gap = (plan.cost_cny - bound) / plan.cost_cny if known and bound is not None else None
    found = {
        "seconds": round(took_s, 3),
        "cost": plan.cost_cny,
        "lower_bound": bound,
        "gap": gap,
        "unassigned": len(plan.unassigned),
    }
    wrong = [it.code for it in violations if not it.code.startswith("reason.")]
    return found | ({"violations": wrong} if wrong else {})


def _solver(engine: str) -> Callable[[Problem, float], Plan]:
    if engine in PEERS:
        return lambda problem, seconds: adopted(problem, PEERS[engine](problem, seconds), engine)
    if engine in ONE_AHEAD:
        return lambda problem, _: played_out(problem, engine)
    name = "ortools" if engine == SHIPPED else engine
    return lambda problem, seconds: solve(problem, engine=name, params=SolveParams.within(seconds))


def adopted(problem: Problem, sequences: Sequences, engine: str) -> Plan:
    """Return the plan of a peer's sequences; what it left out is inserted where that is cheaper."""
    pricer = Pricer.of(problem)
    compiled = pricer.compiled
    tours: list[tuple[int, ...]] = [()] * len(compiled.units)
    for unit_id, sequence in sequences.items():
        tours[compiled.unit_index[unit_id]] = tuple(
            compiled.choice_index[compiled.job_index[job_id], option] for job_id, option in sequence
        )
    model = RouteModel.of(pricer, base_tours(pricer))
    ruin = Ruin.of(model.arrays, seed=0)
    routes = ruin.completed([model.route(u, tour) for u, tour in enumerate(tours)])
    return plan_from_tours(compiled, [model.tour(it) for it in routes], engine=engine)


def played_out(problem: Problem, engine: str) -> Plan:
    """Return the plan of a policy that plans one job ahead and is asked each minute."""
    sequences: Sequences = {unit.id: [] for unit in problem.units}
    rest = replace(problem, commitments=())
    while True:
        plan = solve(rest, engine=engine)
        for route in plan.routes:
            sequences[route.unit_id] += [(it.job_id, it.option) for it in route.jobs]
        rest = _afterwards(rest, plan)
        busy = [unit.available_s for unit in rest.units if unit.available_s > 0]
        if not rest.jobs or (not plan.routes and not busy):
            return evaluate(problem, sequences, engine=engine)
        if not plan.routes:
            rest = _later(rest, -(-min(busy) // CADENCE_S) * CADENCE_S)


def _afterwards(problem: Problem, plan: Plan) -> Problem:
    """Return what is left of a problem, each unit where and when its jobs end."""
    jobs = {job.id: job for job in problem.jobs}
    ends = {}
    for route in plan.routes:
        last = route.jobs[-1]
        option = next(it for it in jobs[last.job_id].options if it.name == last.option)
        ends[route.unit_id] = option.visits[-1].place, last.end_s
    served = {it.job_id for route in plan.routes for it in route.jobs}
    units = tuple(
        replace(unit, start_place=ends[unit.id][0], available_s=ends[unit.id][1])
        if unit.id in ends
        else unit
        for unit in problem.units
    )
    return replace(
        problem, units=units, jobs=tuple(job for job in problem.jobs if job.id not in served)
    )


def _later(problem: Problem, seconds: int) -> Problem:
    """Return the problem as it stands so many seconds later."""
    units = tuple(
        replace(
            unit,
            available_s=max(0, unit.available_s - seconds),
            shift_end_s=unit.shift_end_s - seconds,
            hard_end_s=None if unit.hard_end_s is None else unit.hard_end_s - seconds,
        )
        for unit in problem.units
    )
    jobs = tuple(
        replace(
            job,
            target_s=job.target_s - seconds,
            earliest_s=job.earliest_s - seconds,
            latest_s=None if job.latest_s is None else job.latest_s - seconds,
        )
        for job in problem.jobs
    )
    return replace(problem, units=units, jobs=jobs)


def check_names(engines: Iterable[str]) -> tuple[str, ...]:
    """Return the names of engines, all of them for none.

    Raises
    ------
    ValueError
        When a name is unknown.
    """
    names = tuple(engines) or ALL_ENGINES
    unknown = [name for name in names if name not in ALL_ENGINES]
    if unknown:
        raise ValueError(f"unknown engine {unknown[0]!r}; use {', '.join(ALL_ENGINES)}")
    return names
