"""The engine ``ortools``: OR-Tools' routing search between two exact searches of our own.

The best of three starts (the plan in force, greedy, the optimal assignment), after descent, goes to
OR-Tools; the better of the two goes through ruin and recreate and a last descent. The plan
in force stays unless something is cheaper by exact cost, so that nothing changes without a gain.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from dispatch.core.descent import descend
from dispatch.core.finish import finished_plan
from dispatch.core.insertion import Pricer
from dispatch.core.model import Plan, Problem
from dispatch.core.ortools_search import improve
from dispatch.core.params import SolveParams
from dispatch.core.ruin import ruin_and_recreate
from dispatch.core.start import NOWHERE_YET, Start
from dispatch.core.tours import IMPROVEMENT_CNY, Tours, insert_fixed
from dispatch.core.warm import from_assignment, from_nothing, plan_in_force

SHARE_OF_ORTOOLS = 0.5
"""OR-Tools may use this share of the wall-clock limit."""

STEPS_PER_JOB = 40
"""More steps than this are not worth the time where there are few jobs."""


def ortools(problem: Problem, params: SolveParams, seed: int, start: Start = NOWHERE_YET) -> Plan:
    """Return the best plan found; the steps of ``params`` and ``seed`` fix it."""
    remaining_s = _stopwatch(params.wall_limit_s)
    pricer = Pricer.of(problem)
    in_force = plan_in_force(pricer, start.plan)
    tours = _best_start(pricer, in_force)
    ortools_s = remaining_s()
    most_steps = STEPS_PER_JOB * len(problem.jobs)
    suggested = improve(
        tours,
        min(params.ortools_steps, most_steps),
        seed,
        None if ortools_s is None else ortools_s * SHARE_OF_ORTOOLS,
    )
    if suggested is not None:
        descend(suggested, swaps=False)
        tours = _cheaper(tours, suggested)
    polished = ruin_and_recreate(
        tours,
        min(params.polish_steps, most_steps),
        random.Random(seed),
        lambda: remaining_s() == 0.0,
    )
    descend(polished)
    insert_fixed(polished)
    return finished_plan(_cheaper(in_force, polished), engine="ortools")


def _best_start(pricer: Pricer, in_force: Tours) -> Tours:
    best = in_force
    for start in (from_nothing(pricer), from_assignment(pricer)):
        best = _cheaper(best, start)
    best = best.copy()
    descend(best, swaps=False)
    return best


def _cheaper(first: Tours, second: Tours) -> Tours:
    """Return the cheaper one; the first if they cost the same."""
    return second if second.cost_cny < first.cost_cny - IMPROVEMENT_CNY else first


def _stopwatch(limit_s: float | None) -> Callable[[], float | None]:
    """Return a function that tells how much real time is left; ``None`` without a limit."""
    start_s = time.monotonic()

    def remaining_s() -> float | None:
        return None if limit_s is None else max(0.0, limit_s - (time.monotonic() - start_s))

    return remaining_s
