"""The last step: the cheapest plan out of listed routes, by CP-SAT."""

from __future__ import annotations

from dataclasses import dataclass

from ortools.sat.python import cp_model

from dispatch.core.colgen.arrays import Floats
from dispatch.core.colgen.closing import Listed

UNITS_PER_CNY = 10_000
"""CP-SAT counts in whole numbers: hundredths of a fen."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The routes chosen (``None``: no plan was found) and whether no cheaper choice exists."""

    routes: list[int] | None
    proved: bool


def choose(
    listed: Listed,
    leave_cny: Floats,
    n_units: int,
    *,
    hint: set[int],
    seconds: float,
    effort: float,
    seed: int,
) -> Chosen:
    """Return the cheapest choice of routes in which no job or unit occurs twice.

    ``effort`` is CP-SAT's deterministic time, which repeats; ``seconds`` the safety net.
    """
    model = cp_model.CpModel()
    taken = [model.new_bool_var("") for _ in range(len(listed))]
    by_job: list[list[cp_model.IntVar]] = [[] for _ in leave_cny]
    by_unit: list[list[cp_model.IntVar]] = [[] for _ in range(n_units)]
    for r, (unit, jobs) in enumerate(zip(listed.unit.tolist(), listed.jobs.tolist(), strict=True)):
        by_unit[unit].append(taken[r])
        for j in jobs:
            if j >= 0:
                by_job[j].append(taken[r])
        model.add_hint(taken[r], r in hint)
    left = [model.new_bool_var("") for _ in leave_cny]
    for ways, out in zip(by_job, left, strict=True):
        model.add_exactly_one([*ways, out])
    for ways in by_unit:
        if len(ways) > 1:
            model.add_at_most_one(ways)
    prices = [_whole(cny) for cny in listed.cny.tolist()]
    leave = [_whole(cny) for cny in leave_cny.tolist()]
    model.minimize(
        cp_model.LinearExpr.weighted_sum(taken, prices)
        + cp_model.LinearExpr.weighted_sum(left, leave)
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = effort
    if seconds < float("inf"):
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Chosen(None, proved=status == cp_model.INFEASIBLE)
    chosen = [r for r, variable in enumerate(taken) if solver.boolean_value(variable)]
    return Chosen(chosen, proved=status == cp_model.OPTIMAL)


def _whole(cny: float) -> int:
    return round(cny * UNITS_PER_CNY)
