"""One function in front of all engines."""

from __future__ import annotations

from dataclasses import replace

from dispatch.core.engines import ENGINES
from dispatch.core.linked_solve import solve_linked
from dispatch.core.model import Plan, Problem
from dispatch.core.params import SolveParams
from dispatch.core.validate import check_problem
from kernel.errors import InvalidInput

DEFAULT_PARAMS = SolveParams()

ONE_JOB_AHEAD = frozenset({"hungarian", "nearest"})
"""Policies that give jobs to free units only."""


def solve(
    problem: Problem,
    *,
    engine: str = "ortools",
    params: SolveParams = DEFAULT_PARAMS,
    seed: int = 0,
) -> Plan:
    """Return a plan: who does what, in which order, at what cost, and what is left out and why.

    Parameters
    ----------
    problem
        What is known at this instant.
    engine
        One of `engines.ENGINES`.
    params
        How hard to try.
    seed
        Fixes every random choice: equal arguments give equal plans.

    Raises
    ------
    InvalidInput
        When the problem is malformed or the engine unknown. Nothing else: what cannot be done is
        left out with its reason.
    """
    if engine not in ENGINES:
        raise InvalidInput.one(
            "/engine",
            "engine.unknown",
            f"There is no engine {engine!r}.",
            f"Use one of {', '.join(ENGINES)}.",
        )
    check_problem(problem)
    if not problem.links:
        return ENGINES[engine](problem, params, seed)
    half = replace(params, wall_limit_s=_half(params.wall_limit_s), seconds=_half(params.seconds))
    return solve_linked(
        problem,
        lambda plain: ENGINES[engine](plain, half, seed),
        one_job_ahead=engine in ONE_JOB_AHEAD,
    )


def _half(limit_s: float | None) -> float | None:
    return None if limit_s is None else limit_s / 2
