"""Best insertion in the order of regret: fast, and the fallback when a stronger engine fails.

The job whose second best place (or being left out) is dearest compared with its best one goes
first: Potvin and Rousseau, *A parallel route building algorithm* (1993).
"""

from __future__ import annotations

from math import inf

from dispatch.core.finish import finished_plan
from dispatch.core.insertion import NOWHERE, Insertion, Pricer, inserted
from dispatch.core.model import Plan, Problem
from dispatch.core.params import SolveParams
from dispatch.core.start import NOWHERE_YET, Start
from dispatch.core.tours import IMPROVEMENT_CNY, Tours, base_tours, leave_cny


def greedy(problem: Problem, params: SolveParams, seed: int, start: Start = NOWHERE_YET) -> Plan:
    """Return the plan of regret-2 insertion; ``params``, ``seed`` and ``start`` change nothing."""
    del params, seed, start
    tours = base_tours(Pricer.of(problem))
    insert_by_regret(tours)
    return finished_plan(tours, engine="greedy")


def insert_by_regret(tours: Tours) -> None:
    """Insert the jobs left out, as long as that is cheaper than leaving them out."""
    offers = {j: _offers(tours, j) for j in sorted(tours.left)}
    while offers:
        job, unit = _next_job(tours, offers)
        if job == -1:
            return
        found = offers.pop(job)[unit]
        tours.change(unit, inserted(tours.routes[unit], found))
        for j, row in offers.items():
            row[unit] = tours.pricer.best(unit, tours.routes[unit], j)


def _offers(tours: Tours, job: int) -> list[Insertion]:
    fixed = tours.pricer.compiled.fixed_unit[job]
    return [
        NOWHERE if fixed not in (-1, u) else tours.pricer.best(u, route, job)
        for u, route in enumerate(tours.routes)
    ]


def _next_job(tours: Tours, offers: dict[int, list[Insertion]]) -> tuple[int, int]:
    """Return the job of greatest regret and its best unit, or (-1, -1) if none is worth it."""
    chosen, at, greatest = -1, -1, -inf
    for job, row in offers.items():
        best = second = leave_cny(tours.pricer.compiled, job)
        unit = -1
        for u, it in enumerate(row):
            delta = it.delta_cny
            if delta < best - IMPROVEMENT_CNY:
                best, second, unit = delta, best, u
            elif delta < second:
                second = delta
        if unit != -1 and second - best > greatest:
            chosen, at, greatest = job, unit, second - best
    return chosen, at
