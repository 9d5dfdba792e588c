"""The engine ``colgen``: a near-optimal plan with a proved lower bound.

Why a unit with breaks due is never the worse for being earlier, where no job makes it wait (the
pricing drops labels by that): let unit A stand where B stands, having taken at most B's breaks, and
be no later than B even if it took what it lacks at once. Taking breaks first and then working for a
time is never earlier than working first, so that is still true after a job, whichever breaks are
taken before it; and A takes none that B puts off, since it is done no later than B. A wait would
break the argument: B may rest while A waits and rests afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dispatch.core.colgen.budget import Budget
from dispatch.core.colgen.entries import torn_units
from dispatch.core.colgen.keep import known_duals, known_routes
from dispatch.core.colgen.master import Master
from dispatch.core.colgen.pricing import Pricing
from dispatch.core.colgen.routes import RouteModel
from dispatch.core.colgen.ruin import Ruin
from dispatch.core.colgen.search import Search
from dispatch.core.finish import finished_plan
from dispatch.core.insertion import Pricer
from dispatch.core.model import Plan, Problem
from dispatch.core.params import SolveParams
from dispatch.core.start import NOWHERE_YET, Start
from dispatch.core.tours import Tours, base_tours, leave_cny
from dispatch.core.warm import followed

ENGINE = "colgen"

Trace = list[tuple[str, float, float, float]]
"""What was done, the seconds until then, the cost and the bound."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plan, how the search went, and what it leaves for the next one."""

    plan: Plan
    trace: Trace
    search: Search | None = None
    """The search as it ended; `keep.warm_of` makes a start of it."""


def colgen(problem: Problem, params: SolveParams, seed: int, start: Start = NOWHERE_YET) -> Plan:
    """Return the best plan found and the best bound proved; steps and ``seed`` fix both."""
    return solve_traced(problem, params, seed, start).plan


def solve_traced(
    problem: Problem, params: SolveParams, seed: int, start: Start = NOWHERE_YET
) -> Outcome:
    """Return the plan of `colgen` with the trace of the search; links are kept around it."""
    budget = Budget.of(params)
    pricer = Pricer.of(problem)
    if not problem.units or not problem.jobs:
        plan = finished_plan(base_tours(pricer), engine=ENGINE)
        return Outcome(replace(plan, lower_bound_cny=plan.cost_cny), [])
    search = _search(pricer, params, budget, seed, start)
    search.run()
    plan = _plan(search)
    if not np.isfinite(search.bound_cny):
        return Outcome(plan, search.trace, search)
    bound = min(search.bound_cny + search.model.idle_cny, plan.cost_cny)
    return Outcome(replace(plan, lower_bound_cny=bound), search.trace, search)


def _search(pricer: Pricer, params: SolveParams, budget: Budget, seed: int, start: Start) -> Search:
    base, in_force = base_tours(pricer), followed(pricer, start.plan)
    model = RouteModel.of(pricer, base)
    ruin = Ruin.of(model.arrays, seed)
    routes = ruin.completed([model.route(u, tour) for u, tour in enumerate(in_force.routes)])
    cost = ruin.cost(ruin.tour(routes))
    leave = _leave_cny(model, base, cost)
    return Search(
        model=model,
        params=params,
        budget=budget,
        ruin=ruin,
        pricing=Pricing.of(model.arrays, params.most_labels),
        master=Master(leave, len(pricer.compiled.units)),
        leave_cny=leave,
        best=routes,
        cost_cny=cost,
        seed=seed,
        routes=known_routes(model, start.warm),
        known_duals=known_duals(model, start.warm),
        exact=not torn_units(pricer, base),
    )


def _leave_cny(model: RouteModel, base: Tours, cost: float) -> np.ndarray:
    """Return the price of leaving each job out, for the bound.

    A job that a lock binds is done wherever all of them can be: any high price keeps it in. Where
    one may be left out, its true price is the only one that holds for each plan; but for facts.
    """
    compiled = model.compiled
    prices = np.array([job.unassigned_cny for job in compiled.jobs], dtype=np.float64)
    bound = np.array(compiled.fixed_unit) != -1
    if torn_units(model.pricer, base):
        bound = np.array([it and j not in base.left for j, it in enumerate(compiled.is_fact)])
        cost = base.cost_cny - sum(leave_cny(compiled, j) - prices[j] for j in base.left)
    prices[bound] = np.maximum(prices[bound], 2 * abs(cost) + 1_000)
    return prices


def _plan(search: Search) -> Plan:
    tours = [search.model.tour(route) for route in search.best]
    return finished_plan(Tours.of(search.model.pricer, tours), engine=ENGINE)
