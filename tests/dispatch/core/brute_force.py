"""The cheapest cost of a small problem, by trying everything."""

from itertools import permutations, product

from dispatch.core.compiled import compile_problem
from dispatch.core.costing import route_cost_function
from dispatch.core.insertion import Pricer
from dispatch.core.model import Problem
from dispatch.core.together import Together
from dispatch.core.tours import leave_cny

INFINITY = float("inf")


def optimum(problem: Problem) -> float:
    """Return the least cost over all plans; a job that a lock binds is left out last of all."""
    if problem.links:
        return _optimum_together(problem)
    compiled = compile_problem(problem)
    n_jobs, cost = len(compiled.jobs), route_cost_function(compiled)
    subsets = range(1 << n_jobs)

    def best_route(u, subset):
        jobs = [j for j in range(n_jobs) if subset >> j & 1]
        orders = permutations(jobs)
        return min(
            cost(u, sequence)
            for order in orders
            for sequence in product(*(compiled.choices[j] for j in order))
        )

    served = {0: 0.0}
    for u in range(len(compiled.units)):
        routes = [best_route(u, subset) for subset in subsets]
        merged: dict[int, float] = {}
        for done, so_far in served.items():
            for subset in subsets:
                if not done & subset and so_far + routes[subset] < INFINITY:
                    total = so_far + routes[subset]
                    both = done | subset
                    merged[both] = min(total, merged.get(both, INFINITY))
        served = merged

    def all_in(done, so_far):
        return so_far + sum(leave_cny(compiled, j) for j in range(n_jobs) if not done >> j & 1)

    return min(all_in(done, so_far) for done, so_far in served.items())


def _optimum_together(problem: Problem) -> float:
    """Return the least cost where the cost of one route depends on the others."""
    pricer = Pricer.of(problem)
    compiled = pricer.compiled
    whole = Together(pricer, [])

    def best(routes, j, left_cny):
        if j == len(compiled.jobs):
            return whole.cost_of(routes) + left_cny
        least = best(routes, j + 1, left_cny + leave_cny(compiled, j))
        for u, route in enumerate(routes):
            for c in compiled.choices[j]:
                for i in range(len(route) + 1):
                    longer = (*route[:i], c, *route[i:])
                    least = min(
                        least, best([*routes[:u], longer, *routes[u + 1 :]], j + 1, left_cny)
                    )
        return least

    return best([()] * len(compiled.units), 0, 0.0)


def cost_as_searched(problem: Problem, plan) -> float:
    """Return a plan's cost with the price that the search sets on leaving out a locked job."""
    compiled = compile_problem(problem)
    extra = 0.0
    for left in plan.unassigned:
        j = compiled.job_index[left.job_id]
        if compiled.fixed_unit[j] != -1:
            extra += leave_cny(compiled, j) - compiled.jobs[j].unassigned_cny
    return plan.cost_cny + extra
