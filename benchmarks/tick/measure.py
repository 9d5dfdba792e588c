"""Minutes of a wave, one after another, each solved from where the last one ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.tick.minute import a_minute_later, changes, draw_tide
from dispatch.core.checker import check
from dispatch.core.first import insert_first
from dispatch.core.model import Plan, Problem
from dispatch.core.params import SolveParams
from dispatch.core.solve import solve_warm

FIRST_PLAN_S = 5.0
"""For the plan in force when the first minute begins."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One minute: seconds until the plan was made and checked, and until the first one was."""

    tick_s: float
    first_s: float
    gap: float | None
    n_changes: int
    saved: float
    """Share of the cost of the first plan that the search took away."""


def measure_ticks(
    units: int,
    jobs: int,
    seeds: Iterable[int],
    *,
    n_ticks: int,
    n_moves: int,
    seconds: float,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Return the figures of ``n_ticks`` minutes of each wave, ``n_moves`` jobs out and in."""
    found = []
    for seed in seeds:
        found += _minutes(units, jobs, seed, n_ticks, n_moves, seconds)
        tell(f"seed {seed}: {_figures(found)}")
    return _figures(found)


def _minutes(
    units: int, jobs: int, seed: int, n_ticks: int, n_moves: int, seconds: float
) -> list[Tick]:
    tide = draw_tide(units, jobs, n_ticks * n_moves, seed)
    problem = tide.whole
    plan, warm = solve_warm(problem, params=SolveParams.within(FIRST_PLAN_S))
    ticks = []
    for number in range(n_ticks):
        new = tide.waiting[number * n_moves : (number + 1) * n_moves]
        problem = a_minute_later(problem, plan, new)
        started_s = time.perf_counter()
        first = insert_first(problem, plan)
        _checked(problem, first)
        first_s = time.perf_counter() - started_s
        plan, warm = solve_warm(problem, params=SolveParams.within(seconds), start=first, warm=warm)
        _checked(problem, plan)
        ticks.append(
            Tick(
                tick_s=time.perf_counter() - started_s,
                first_s=first_s,
                gap=_gap(plan),
                n_changes=changes(problem, plan),
                saved=1 - plan.cost_cny / first.cost_cny,
            )
        )
    return ticks


def _checked(problem: Problem, plan: Plan) -> None:
    violations = [it for it in check(problem, plan) if not it.code.startswith("reason.")]
    if violations:
        raise AssertionError(f"the plan of {plan.engine} breaks {violations[0].sentence}")


def _gap(plan: Plan) -> float | None:
    bound = plan.lower_bound_cny
    return None if bound is None else max(0.0, (plan.cost_cny - bound) / plan.cost_cny)


def _figures(ticks: list[Tick]) -> dict[str, Any]:
    gaps = [it.gap for it in ticks if it.gap is not None]
    return {
        "ticks": len(ticks),
        "tick_s": _quantiles([it.tick_s for it in ticks], 3),
        "gap": {
            "certified": len(gaps),
            **(_quantiles(gaps, 5) if gaps else {"p50": None, "p99": None}),
        },
        "first_feasible_ms": _quantiles([1000 * it.first_s for it in ticks], 1),
        "changes": round(float(np.mean([it.n_changes for it in ticks])), 2),
        "saved": round(float(np.mean([it.saved for it in ticks])), 4),
    }


def _quantiles(values: list[float], digits: int) -> dict[str, float]:
    return {f"p{it}": round(float(np.percentile(values, it)), digits) for it in (50, 99)}
