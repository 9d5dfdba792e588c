"""Planning again from a plan at hand: what to recommend, and what would follow from a change.

The plan at hand stays as far as it is possible, unless the solver finds something cheaper by exact
cost: planning again with nothing changed changes nothing but for a gain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from dispatch.core.changes import Change, applied, duration, turned_away_cny, with_prices_of
from dispatch.core.compiled import compile_problem
from dispatch.core.diff import PlanDiff, diff
from dispatch.core.evaluate import plan_from_tours, tours_of
from dispatch.core.explain import Resolve, explain
from dispatch.core.insertion import Pricer
from dispatch.core.model import Commitment, Lock, Plan, Problem, Route
from dispatch.core.solve import ONE_JOB_AHEAD
from dispatch.core.together import Together
from dispatch.core.tours import IMPROVEMENT_CNY, leave_cny
from dispatch.core.validate import check_problem
from dispatch.core.verdict import UnitVerdict
from kernel.words import Words


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One unit worth considering: its place in the list (from 1), and how it compares."""

    rank: int
    verdict: UnitVerdict
    words: Words


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What follows from some changes: the problem and plan then, and the difference.

    Units that the changes turn away are paid for in the difference; the plan is that of a problem
    in which they have been.
    """

    problem: Problem
    plan: Plan
    diff: PlanDiff
    words: Words


def recommend(
    problem: Problem, plan: Plan, job_id: str, k: int = 3, *, resolve: Resolve | None = None
) -> tuple[Recommendation, ...]:
    """Return the ``k`` best units for a job, cheapest first, each compared with the best one.

    Fewer where fewer could do it. See `explain` for the parameters and errors.
    """
    able = [it for it in explain(problem, plan, job_id, resolve=resolve) if it.rule is None]
    return tuple(
        Recommendation(rank, it, _compared(it, able[0]))
        for rank, it in enumerate(able[: max(0, k)], start=1)
    )


def _compared(it: UnitVerdict, best: UnitVerdict) -> Words:
    if it is best:
        return Words(f"推荐 {it.unit_id}：{it.words.zh}", f"{it.unit_id} is best. {it.words.en}")
    cny = (it.extra_cny or 0.0) - (best.extra_cny or 0.0)
    later_s = (it.arrival_s or 0) - (best.arrival_s or 0)
    time = duration(abs(later_s))
    zh = f"{it.unit_id}：比 {best.unit_id} {'晚' if later_s > 0 else '早'} {time.zh}"
    en = f"{it.unit_id}: {time.en} {'later' if later_s > 0 else 'earlier'} than {best.unit_id}"
    if later_s == 0:
        zh = f"{it.unit_id}：与 {best.unit_id} 同时到达"
        en = f"{it.unit_id}: there at the same time as {best.unit_id}"
    return Words(zh=f"{zh}，多花 {cny:.0f} 元。", en=f"{en}, {cny:.0f} CNY more.")


def replan(problem: Problem, plan: Plan, resolve: Resolve) -> Plan:
    """Return a plan for a problem that may have changed since ``plan`` was made.

    What is still possible of the plan at hand stays, with what is left out inserted where that
    pays, unless the solver's own plan is cheaper.
    """
    kept, solved = _kept(problem, plan), resolve(problem)
    cheaper = _searched_cny(problem, solved) < _searched_cny(problem, kept) - IMPROVEMENT_CNY
    return solved if cheaper else kept


def what_if(problem: Problem, plan: Plan, changes: Sequence[Change], resolve: Resolve) -> WhatIf:
    """Return what planning again after some changes would do.

    Raises
    ------
    NotFound
        When a change names a unit or job that the problem lacks.
    InvalidInput
        When the changed problem is not well-formed, e.g. a unit is added twice.
    """
    changed = applied(problem, changes)
    check_problem(changed)
    after = replan(changed, plan, resolve)
    if any(it.kind == "fix" for it in changes):
        changed = with_prices_of(changed, problem)
        compiled = compile_problem(changed)
        tours, one_job_ahead = tours_of(compiled, after), after.engine in ONE_JOB_AHEAD
        after = plan_from_tours(compiled, tours, engine=after.engine, one_job_ahead=one_job_ahead)
    found = diff(plan, _paid(after, turned_away_cny(problem, changes)))
    if not changes:
        return WhatIf(changed, after, found, found.words)
    zh, en = "，".join(it.words.zh for it in changes), ", ".join(it.words.en for it in changes)
    words = Words(zh=f"如果{zh}：{found.words.zh}", en=f"If {en}: {found.words.en}")
    return WhatIf(changed, after, found, words)


def _paid(plan: Plan, release_cny: float) -> Plan:
    """Return a plan that costs so much more for units turned away."""
    terms = dict(plan.terms) | {"release": plan.terms.get("release", 0.0) + release_cny}
    return replace(plan, cost_cny=plan.cost_cny + release_cny, terms=terms)


def in_force(problem: Problem, plan: Plan) -> Problem:
    """Return the problem in which a plan is in force: what binds still binds, the rest is free."""
    binding = {c.job_id: c for c in problem.commitments if c.lock is not Lock.FREE}
    free = tuple(
        Commitment(it.job_id, route.unit_id, Lock.FREE, position, it.option)
        for route in plan.routes
        for position, it in enumerate(route.jobs)
        if it.job_id not in binding
    )
    return replace(problem, commitments=(*binding.values(), *free))


def _kept(problem: Problem, plan: Plan) -> Plan:
    """Return the plan at hand as far as it is possible, completed."""
    pricer = Pricer.of(problem)
    compiled = pricer.compiled
    routes: list[tuple[int, ...]] = [()] * len(compiled.units)
    for route in plan.routes:
        u = compiled.unit_index.get(route.unit_id)
        if u is not None:
            routes[u] = _possible(pricer, u, route)
    whole, one_job_ahead = Together.of(pricer, routes), plan.engine in ONE_JOB_AHEAD
    whole.complete(one_job_ahead=one_job_ahead)
    return plan_from_tours(compiled, whole.routes, engine=plan.engine, one_job_ahead=one_job_ahead)


def _possible(pricer: Pricer, u: int, route: Route) -> tuple[int, ...]:
    """Return the jobs of a route that the unit may still do in that order."""
    compiled = pricer.compiled
    known = [
        compiled.choice_index.get((compiled.job_index.get(it.job_id, -1), it.option), -1)
        for it in route.jobs
    ]
    whole = tuple(c for c in known if c != -1)
    if pricer.route_cny(u, whole) < inf:
        return whole
    kept: tuple[int, ...] = ()
    for c in whole:
        if pricer.route_cny(u, (*kept, c)) < inf:
            kept = (*kept, c)
    return kept


def _searched_cny(problem: Problem, plan: Plan) -> float:
    """Return a plan's cost with locked jobs never left out for money."""
    compiled = compile_problem(problem)
    left = [compiled.job_index[it.job_id] for it in plan.unassigned]
    return plan.cost_cny + sum(leave_cny(compiled, j) for j in left if compiled.fixed_unit[j] != -1)
