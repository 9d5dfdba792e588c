"""The cheapest plan that locks allow, by trying everything, at the true price of what it leaves."""

from itertools import permutations, product

from dispatch.core.compiled import Compiled, compile_problem
from dispatch.core.costing import route_cost_function
from dispatch.core.model import Problem

INFINITY = float("inf")


def cheapest_allowed(problem: Problem, job_id: str | None = None, unit_id: str | None = None):
    """Return the least cost over all plans that the locks allow; infinite where there is none.

    With a job and a unit: over those in which that unit does it. No links.
    """
    compiled = compile_problem(problem)
    n_jobs, allowed = len(compiled.jobs), _Allowed(compiled)
    served = {0: 0.0}
    for u, unit in enumerate(compiled.units):
        routes = {}
        for subset in range(1 << n_jobs):
            jobs = [j for j in range(n_jobs) if subset >> j & 1]
            if job_id is None or (compiled.job_index[job_id] in jobs) == (unit.id == unit_id):
                routes[subset] = allowed.least(u, jobs)
        merged: dict[int, float] = {}
        for done, so_far in served.items():
            for subset, cny in routes.items():
                if not done & subset and so_far + cny < INFINITY:
                    both = done | subset
                    merged[both] = min(so_far + cny, merged.get(both, INFINITY))
        served = merged
    left_cny = [job.unassigned_cny for job in compiled.jobs]
    return min(
        (
            so_far + sum(cny for j, cny in enumerate(left_cny) if not done >> j & 1)
            for done, so_far in served.items()
        ),
        default=INFINITY,
    )


class _Allowed:
    """What one unit may do and leave out."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.cost = route_cost_function(compiled)

    def least(self, u: int, jobs: list[int]) -> float:
        """Return the least cost of doing these jobs, infinite where others have to be done."""
        compiled = self.compiled
        locked = [compiled.fixed_choice[j] for j, v in enumerate(compiled.fixed_unit) if v == u]
        done = [c for c in locked if compiled.job_of[c] in jobs]
        left = [c for c in locked if c not in done]
        if left and (self._fits(u, locked) or any(self._fits(u, [*done, c]) for c in left)):
            return INFINITY
        if any(self._is_happening(u, c, done) for c in left):
            return INFINITY
        priced = (
            (self.cost(u, route), route)
            for order in permutations(jobs)
            for route in product(*(compiled.choices[j] for j in order))
        )
        for cny, route in sorted(it for it in priced if it[0] < INFINITY):
            if not any(self._goes_into(u, c, route) for c in left):
                return cny
        return INFINITY

    def _fits(self, u: int, choices: list[int]) -> bool:
        return any(self.cost(u, order) < INFINITY for order in permutations(choices))

    def _goes_into(self, u: int, choice: int, route: tuple[int, ...]) -> bool:
        longer = ((*route[:i], choice, *route[i:]) for i in range(len(route) + 1))
        return any(self.cost(u, it) < INFINITY for it in longer)

    def _is_happening(self, u: int, choice: int, done: list[int]) -> bool:
        compiled = self.compiled
        if not compiled.is_fact[compiled.job_of[choice]]:
            return False
        facts = [it.choice for it in compiled.head[u] if compiled.is_fact[it.job]]
        before = [c for c in facts[: facts.index(choice)] if c in done]
        return self.cost(u, (*before, choice)) < INFINITY
