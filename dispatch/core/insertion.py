"""Where a job fits best into a route, by exact cost; remembered, since routes recur often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from dispatch.core.compiled import Compiled, compile_problem
from dispatch.core.costing import RouteCost, route_cost_function
from dispatch.core.model import Problem


class Insertion(NamedTuple):
    """The cheapest way to put a job into a route; ``delta_cny`` is infinite where there is none."""

    delta_cny: float
    choice: int
    position: int


NOWHERE = Insertion(inf, -1, -1)


@dataclass(slots=True)
class Pricer:
    """A compiled problem with the cost of routes and the best insertions seen so far.

    Holds nothing but what follows from the problem, so that sharing it changes no result.
    """

    compiled: Compiled
    cost: RouteCost
    _costs: dict[tuple[int, tuple[int, ...]], float] = field(default_factory=dict)
    _insertions: dict[tuple[int, tuple[int, ...]], dict[int, Insertion]] = field(
        default_factory=dict
    )

    @classmethod
    def of(cls, problem: Problem) -> Pricer:
        """Return the pricer of a valid problem."""
        return cls.of_compiled(compile_problem(problem))

    @classmethod
    def of_compiled(cls, compiled: Compiled) -> Pricer:
        """Return the pricer of a compiled problem."""
        return cls(compiled, route_cost_function(compiled))

    def route_cny(self, u: int, route: tuple[int, ...]) -> float:
        """Return what a route costs, CNY; infinite where it breaks a rule."""
        key = (u, route)
        known = self._costs.get(key)
        if known is None:
            known = self._costs[key] = self.cost(u, route)
        return known

    def memory(self, u: int, route: tuple[int, ...]) -> dict[int, Insertion]:
        """Return the insertions into a route that are known, by job; `best` fills it."""
        known = self._insertions.get((u, route))
        if known is None:
            known = self._insertions[u, route] = {}
        return known

    def best(self, u: int, route: tuple[int, ...], job: int) -> Insertion:
        """Return the cheapest insertion of a job (any option) into a route that lacks it."""
        known = self.memory(u, route)
        found = known.get(job)
        if found is None:
            found = known[job] = self._search(u, route, job)
        return found

    def _search(self, u: int, route: tuple[int, ...], job: int) -> Insertion:
        able, cost = self.compiled.able[u][job], self.cost
        if not able:
            return NOWHERE
        base = self.route_cny(u, route)
        best = NOWHERE
        for position in range(len(route) + 1):
            before, after = route[:position], route[position:]
            for c in able:
                delta = cost(u, (*before, c, *after)) - base
                if delta < best.delta_cny:
                    best = Insertion(delta, c, position)
        return best


def inserted(route: Sequence[int], insertion: Insertion) -> tuple[int, ...]:
    """Return the route with the insertion made."""
    return (*route[: insertion.position], insertion.choice, *route[insertion.position :])
