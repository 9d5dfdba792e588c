"""Optimal assignment of free units to waiting jobs: the baseline to beat.

Kuhn, *The Hungarian method for the assignment problem* (1955), as in
``scipy.optimize.linear_sum_assignment``.
"""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import NDArray

from dispatch.core.compiled import Compiled
from dispatch.core.costing import late_price_function
from dispatch.core.finish import finished_plan
from dispatch.core.insertion import Pricer
from dispatch.core.model import Plan, Problem
from dispatch.core.nearest import free_units
from dispatch.core.params import SolveParams
from dispatch.core.start import NOWHERE_YET, Start
from dispatch.core.tours import LOCKED_OUT_CNY, Tours, base_tours, leave_cny

FORBIDDEN_CNY = 1e13
"""In place of infinity, which the assignment does not take; far above all that is possible."""

REUSED_AFTER_S = 1_800
"""A unit that takes another job first is free again after about this long, seconds."""


def hungarian(problem: Problem, params: SolveParams, seed: int, start: Start = NOWHERE_YET) -> Plan:
    """Return the cheapest plan that gives each free unit at most one job.

    Free are units without a job now, and units that roll and may be turned away at a price: that
    price is part of every other use of them. The others keep what they have.

    A job without a free unit is charged, besides its ``unassigned_cny``, the lateness and the wait
    that it will have when the next unit comes: without that, the jobs that are late already would
    be left to wait for ever, since helping them is dear and leaving them costs the same for all.
    """
    del params, seed, start
    tours = base_tours(Pricer.of(problem))
    assign(tours)
    return finished_plan(tours, engine="hungarian", one_job_ahead=True)


def assign(tours: Tours) -> None:
    """Replace the routes of free and divertible units by the optimal assignment."""
    compiled = tours.pricer.compiled
    divertible = [u for u in range(len(tours.routes)) if _divertible(tours, u)]
    units = list(dict.fromkeys(free_units(tours) + divertible))
    held = {compiled.job_of[c] for u in units for c in tours.routes[u]}
    jobs = sorted(tours.left | held)
    jobs = [j for j in jobs if compiled.fixed_unit[j] == -1]
    if not units or not jobs:
        return
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 (scipy.optimize is slow to load)

    prices, choices = _prices(tours, units, jobs)
    rows, columns = linear_sum_assignment(prices)
    for u in units:
        tours.change(u, ())
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if column < len(units) and prices[row, column] < LOCKED_OUT_CNY:
            tours.change(units[column], (choices[row][column],))


def _divertible(tours: Tours, u: int) -> bool:
    """Return whether a unit does nothing but roll to a job that it may be turned away from."""
    heads = tours.pricer.compiled.head[u]
    if len(heads) != 1 or heads[0].release_cny is None:
        return False
    return tours.routes[u] == (() if heads[0].barred else (heads[0].choice,))


def _prices(
    tours: Tours, units: list[int], jobs: list[int]
) -> tuple[NDArray[np.float64], list[list[int]]]:
    """Return the price of each (job, unit) with the option chosen; one column a job to leave it."""
    compiled, pricer = tours.pricer.compiled, tours.pricer
    prices = np.full((len(jobs), len(units) + len(jobs)), FORBIDDEN_CNY)
    choices = [[-1] * len(units) for _ in jobs]
    for row, j in enumerate(jobs):
        prices[row, len(units) + row] = leave_cny(compiled, j) + _cny_of_waiting(tours, units, j)
        for column, u in enumerate(units):
            found = pricer.best(u, (), j)
            if found.delta_cny < inf:
                prices[row, column] = found.delta_cny
                choices[row][column] = found.choice
    return prices, choices


def _cny_of_waiting(tours: Tours, free: list[int], j: int) -> float:
    """Return the lateness and wait of a job that no free unit takes now."""
    compiled = tours.pricer.compiled
    job = compiled.jobs[j]
    arrivals_s = [
        _next_arrival_s(compiled, u, compiled.first[c], reused=u in free)
        for u in range(len(compiled.units))
        for c in compiled.able[u][j]
    ]
    if not arrivals_s:
        return 0.0
    arrival_s = min(arrivals_s)
    late_s, waited_s = arrival_s - job.target_s, arrival_s - max(0, job.earliest_s)
    late_cny = late_price_function(job)(late_s) if late_s > 0 else 0.0
    return late_cny + job.wait_cny_per_min * max(0, waited_s) / 60


def _next_arrival_s(compiled: Compiled, u: int, place: int, *, reused: bool) -> int:
    unit = compiled.units[u]
    leg_s = min(compiled.rows[unit.start_place][place], REUSED_AFTER_S)
    return unit.available_s + leg_s + (REUSED_AFTER_S if reused else 0)
