"""One function in front of all engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dispatch.core.engines import ENGINES
from dispatch.core.linked_solve import solve_linked
from dispatch.core.model import Plan, Problem
from dispatch.core.params import SolveParams
from dispatch.core.start import Start, Warm
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
    start: Plan | None = None,
    warm: Warm | None = None,
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
    start
        The plan to begin with (`first.insert_first` gives one at once); the commitments without
        one. ``ortools`` and ``colgen`` heed it, and their plan is never dearer than what can be
        kept of it. A change is priced by the commitments alone.
    warm
        What `solve_warm` left for an earlier problem; ``colgen`` heeds it.

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
    begin = Start(start, warm)
    return _kept_links(
        problem,
        params,
        lambda plain, plain_params: ENGINES[engine](plain, plain_params, seed, begin),
        one_job_ahead=engine in ONE_JOB_AHEAD,
    )


def _kept_links(
    problem: Problem,
    params: SolveParams,
    engine: Callable[[Problem, SolveParams], Plan],
    *,
    one_job_ahead: bool,
) -> Plan:
    if not problem.links:
        return engine(problem, params)
    half = replace(params, wall_limit_s=_half(params.wall_limit_s), seconds=_half(params.seconds))
    return solve_linked(problem, lambda plain: engine(plain, half), one_job_ahead=one_job_ahead)


def solve_warm(
    problem: Problem,
    *,
    params: SolveParams = DEFAULT_PARAMS,
    seed: int = 0,
    start: Plan | None = None,
    warm: Warm | None = None,
) -> tuple[Plan, Warm]:
    """Return the plan of ``colgen``, and what it leaves for the next problem, minutes later.

    Arguments and errors are those of `solve`. Where jobs are linked, what is left is that of the
    first of the two solves.
    """
    from dispatch.core.colgen.engine import solve_traced  # noqa: PLC0415
    from dispatch.core.colgen.keep import warm_of  # noqa: PLC0415

    check_problem(problem)
    begin, left = Start(start, warm), []

    def engine(plain: Problem, plain_params: SolveParams) -> Plan:
        outcome = solve_traced(plain, plain_params, seed, begin)
        left.append(Warm() if outcome.search is None else warm_of(outcome.search))
        return outcome.plan

    plan = _kept_links(problem, params, engine, one_job_ahead=False)
    return plan, left[0]


def _half(limit_s: float | None) -> float | None:
    return None if limit_s is None else limit_s / 2
