"""The state that engines work on: one tour for each unit, and the jobs that are left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations
from math import inf

from dispatch.core.compiled import Compiled
from dispatch.core.insertion import NOWHERE, Insertion, Pricer, inserted

LOCKED_OUT_CNY = 1e10
"""Inside the engines a job that is locked to a unit is never left out to save money."""

FACT_OUT_CNY = 1e11
"""Nor is what is happening left out for other locks, of which one unit has few."""

IMPROVEMENT_CNY = 1e-6
"""A change has to save more than this; less is rounding."""

MOST_ORDERS = 6
"""So many jobs locked to one unit are tried in every order; of more, one is inserted."""


@dataclass(slots=True)
class Tours:
    """Sequences of choices by unit, and the jobs in none of them, with the cost kept up to date.

    ``known[u]`` are the insertions into the route of unit ``u`` that were priced before, by job.
    """

    pricer: Pricer
    routes: list[tuple[int, ...]]
    left: set[int]
    cost_cny: float
    known: list[dict[int, Insertion]]

    @classmethod
    def of(cls, pricer: Pricer, routes: Iterable[tuple[int, ...]]) -> Tours:
        """Return the state of feasible routes."""
        compiled, listed = pricer.compiled, list(routes)
        served = {compiled.job_of[c] for route in listed for c in route}
        left = {j for j in range(len(compiled.jobs)) if j not in served}
        cost = sum(pricer.route_cny(u, route) for u, route in enumerate(listed))
        cost += sum(leave_cny(compiled, j) for j in left)
        known = [pricer.memory(u, route) for u, route in enumerate(listed)]
        return cls(pricer, listed, left, cost, known)

    def copy(self) -> Tours:
        """Return an independent copy."""
        routes, known = list(self.routes), list(self.known)
        return Tours(self.pricer, routes, set(self.left), self.cost_cny, known)

    def become(self, other: Tours) -> None:
        """Take over the state of other tours of the same problem."""
        self.routes, self.known = list(other.routes), list(other.known)
        self.left, self.cost_cny = set(other.left), other.cost_cny

    def change(self, u: int, route: tuple[int, ...]) -> None:
        """Replace the route of unit ``u``; the jobs left out follow from the difference."""
        pricer, compiled = self.pricer, self.pricer.compiled
        old = self.routes[u]
        self.cost_cny += pricer.route_cny(u, route) - pricer.route_cny(u, old)
        self.routes[u] = route
        self.known[u] = pricer.memory(u, route)
        for c in old:
            if c not in route:
                self._leave(compiled.job_of[c])
        for c in route:
            if c not in old:
                self._serve(compiled.job_of[c])

    def _leave(self, job: int) -> None:
        self.left.add(job)
        self.cost_cny += leave_cny(self.pricer.compiled, job)

    def _serve(self, job: int) -> None:
        if job in self.left:
            self.left.remove(job)
            self.cost_cny -= leave_cny(self.pricer.compiled, job)

    def where(self) -> dict[int, int]:
        """Return the unit of each job served."""
        job_of = self.pricer.compiled.job_of
        return {job_of[c]: u for u, route in enumerate(self.routes) for c in route}


def leave_cny(compiled: Compiled, job: int) -> float:
    """Return what the engines charge for leaving a job out."""
    if compiled.fixed_unit[job] != -1:
        return FACT_OUT_CNY if compiled.is_fact[job] else LOCKED_OUT_CNY
    return compiled.jobs[job].unassigned_cny


def base_tours(pricer: Pricer) -> Tours:
    """Return what every plan begins with: the heads, and the jobs whose unit is fixed.

    Of heads what is under way for good comes first, then what a unit may be turned away from.
    Jobs that cannot be done where they are locked are left out.
    """
    compiled = pricer.compiled
    routes: list[tuple[int, ...]] = []
    for u in range(len(compiled.units)):
        route: tuple[int, ...] = ()
        heads = compiled.head[u]
        for first in (
            [it for it in heads if compiled.is_fact[it.job]],
            [it for it in heads if it.fact],
            heads,
        ):
            for head in first:
                if head.choice in route:
                    continue
                longer = _in_head_order(compiled, u, (*route, head.choice))
                if pricer.route_cny(u, longer) < inf:
                    route = longer
        routes.append(route)
    tours = Tours.of(pricer, routes)
    insert_fixed(tours)
    return tours


def insert_fixed(tours: Tours) -> None:
    """Insert every job that is locked to a unit and left out wherever it can be done there.

    Where there is no room, what no lock binds makes room for it.
    """
    compiled, pricer = tours.pricer.compiled, tours.pricer
    again = True
    while again:
        again = False
        for j in sorted(tours.left):
            u = compiled.fixed_unit[j]
            if u == -1 or j not in tours.left:
                continue
            found = pricer.best(u, tours.routes[u], j)
            if found.choice != -1:
                route = inserted(tours.routes[u], found)
            else:
                route = _cheapest(pricer, u, orders_of_locked(compiled, u, tours.routes[u], j))
            if route:
                tours.change(u, route)
                again = True


def orders_of_locked(
    compiled: Compiled, u: int, route: tuple[int, ...], job: int
) -> Iterator[tuple[int, ...]]:
    """Yield routes of all jobs locked to a unit, then of those on its route and another one."""
    fixed, choice = compiled.fixed_unit, compiled.fixed_choice[job]
    every = [compiled.fixed_choice[j] for j in range(len(fixed)) if fixed[j] == u]
    beside = [c for c in route if fixed[compiled.job_of[c]] == u]
    for choices in (every, [*beside, choice]):
        if len(choices) <= MOST_ORDERS:
            yield from permutations(choices)
    if len(beside) >= MOST_ORDERS:
        yield from ((*beside[:i], choice, *beside[i:]) for i in range(len(beside) + 1))


def _cheapest(pricer: Pricer, u: int, routes: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the longest possible route, of equally long ones the cheapest; none if there is none.

    What is possible costs less than infinity.
    """
    priced = [(-len(route), pricer.cost(u, route), route) for route in routes]
    possible = [it for it in priced if it[1] < inf]
    return min(possible)[2] if possible else ()


def insert_what_pays(tours: Tours) -> None:
    """Insert every job that is left out although that costs more than its cheapest insertion."""
    compiled, pricer = tours.pricer.compiled, tours.pricer
    again = True
    while again:
        again = False
        for j in sorted(tours.left):
            offers = [(pricer.best(u, tours.routes[u], j), u) for u in compiled.units_able[j]]
            found, u = min(offers, default=(NOWHERE, -1))
            if found.delta_cny < leave_cny(compiled, j) - IMPROVEMENT_CNY:
                tours.change(u, inserted(tours.routes[u], found))
                again = True


def _in_head_order(compiled: Compiled, u: int, choices: tuple[int, ...]) -> tuple[int, ...]:
    order = {head.choice: i for i, head in enumerate(compiled.head[u])}
    return tuple(sorted(choices, key=order.__getitem__))
