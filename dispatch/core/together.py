"""Tours whose jobs wait for each other: what they cost, where a job fits, all routes in view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from dispatch.core.insertion import NOWHERE, Insertion, Pricer, inserted
from dispatch.core.links import linked_timetables, linked_units
from dispatch.core.schedule import Broken
from dispatch.core.terms import route_charges
from dispatch.core.tours import IMPROVEMENT_CNY, leave_cny, orders_of_locked

MOST_PARTNERS = 8
"""Of two jobs that are only done together, the first is tried in this many cheapest ways."""


@dataclass(slots=True)
class Together:
    """One tour for each unit; links hold, and so does every rule of a route."""

    pricer: Pricer
    routes: list[tuple[int, ...]]
    cost_cny: float = inf

    @classmethod
    def of(cls, pricer: Pricer, routes: Iterable[Sequence[int]]) -> Together:
        """Return tours, with the jobs taken out that do not come together."""
        it = cls(pricer, [tuple(route) for route in routes])
        while not it._take_out():
            pass
        it.cost_cny = it.cost_of(it.routes)
        return it

    def left(self) -> list[int]:
        """Return the jobs that are on no route."""
        compiled = self.pricer.compiled
        served = {compiled.job_of[c] for route in self.routes for c in route}
        return [j for j in range(len(compiled.jobs)) if j not in served]

    def total_cny(self) -> float:
        """Return the cost with the jobs left out."""
        return self.cost_cny + sum(leave_cny(self.pricer.compiled, j) for j in self.left())

    def cost_of(self, routes: Sequence[tuple[int, ...]]) -> float:
        """Return what routes cost, without the jobs left out; infinite where a rule is broken."""
        compiled, linked = self.pricer.compiled, linked_timetables(self.pricer.compiled, routes)
        total = 0.0
        for u, route in enumerate(routes):
            times = linked.get(u)
            if isinstance(times, Broken):
                return inf
            if times is None:
                total += self.pricer.route_cny(u, route)
            else:
                total += sum(charge.cny for charge in route_charges(compiled, times))
        return total

    def best(self, u: int, job: int) -> Insertion:
        """Return the cheapest insertion of a job into the route of one unit."""
        compiled = self.pricer.compiled
        if job not in compiled.linked and u not in linked_units(compiled, self.routes):
            return self.pricer.best(u, self.routes[u], job)
        best = NOWHERE
        for choice in compiled.able[u][job]:
            for position in range(len(self.routes[u]) + 1):
                delta = self._delta(u, Insertion(0.0, choice, position))
                if delta < best.delta_cny:
                    best = Insertion(delta, choice, position)
        return best

    def insert(self, u: int, found: Insertion) -> None:
        """Make an insertion."""
        self.routes[u] = inserted(self.routes[u], found)
        self.cost_cny = self.cost_of(self.routes)

    def complete(self, *, one_job_ahead: bool) -> None:
        """Insert what is left out while that saves money; locked jobs always.

        ``one_job_ahead``: into routes of units that are free now and idle, but for locked jobs.
        """
        compiled = self.pricer.compiled
        while True:
            units = self.open_units(one_job_ahead=one_job_ahead)
            offers = [self._offer(j, units) for j in self.left()]
            saved, u, found = max(offers, key=lambda it: it[0], default=(0.0, -1, NOWHERE))
            if saved > IMPROVEMENT_CNY:
                self.insert(u, found)
            elif not any(
                self._insert_both({it.before, it.after}, it.before, one_job_ahead=one_job_ahead)
                for it in compiled.links
            ):
                return

    def insert_locked(self) -> None:
        """Let what no lock binds make room for jobs left out that one does, where that helps.

        On the unit's route all of it, on others what links tie to anything.
        """
        compiled = self.pricer.compiled
        for j in self.left():
            u = compiled.fixed_unit[j]
            if u != -1 and j in self.left() and (found := self._with_room_for(u, j)) is not None:
                self.routes, self.cost_cny = found, self.cost_of(found)

    def _with_room_for(self, u: int, job: int) -> list[tuple[int, ...]] | None:
        compiled, fixed = self.pricer.compiled, self.pricer.compiled.fixed_unit
        others = [
            tuple(
                c for c in route if fixed[j := compiled.job_of[c]] != -1 or j not in compiled.linked
            )
            for route in self.routes
        ]
        trials = [
            [*others[:u], order, *others[u + 1 :]]
            for order in orders_of_locked(compiled, u, self.routes[u], job)
        ]
        priced = [(-len(it[u]), self.cost_of(it), it) for it in trials]
        _, cny, found = min(priced, key=lambda it: (it[1] == inf, *it), default=(0, inf, None))
        return None if cny == inf else found

    def open_units(self, *, one_job_ahead: bool) -> list[int]:
        """Return the units that may be given a job."""
        units = self.pricer.compiled.units
        return [
            u
            for u, route in enumerate(self.routes)
            if not one_job_ahead or (not route and units[u].available_s == 0)
        ]

    def _offer(self, job: int, units: Sequence[int]) -> tuple[float, int, Insertion]:
        compiled = self.pricer.compiled
        fixed = compiled.fixed_unit[job]
        among = [u for u in compiled.units_able[job] if fixed != -1 or u in units]
        offers = [(self.best(u, job), u) for u in among]
        found, u = min(offers, default=(NOWHERE, -1))
        return leave_cny(compiled, job) - found.delta_cny, u, found

    def _insert_both(self, pair: set[int], before: int, *, one_job_ahead: bool) -> bool:
        """Take two linked jobs out and insert them as one, if that saves money."""
        rest = self._without(pair)
        if rest is None:
            return False
        units, limit = rest.open_units(one_job_ahead=one_job_ahead), self.total_cny()
        (after,) = pair - {before}
        alone = [
            (self.pricer.best(u, rest.routes[u], before), u)
            for u in self.pricer.compiled.units_able[before]
            if u in units or self.pricer.compiled.fixed_unit[before] != -1
        ]
        for first, u in sorted(alone)[:MOST_PARTNERS]:
            if first.choice == -1:
                continue
            trial = Together(self.pricer, list(rest.routes))
            trial.routes[u] = inserted(trial.routes[u], first)
            both = trial._with_partner(after, [v for v in units if v != u or not one_job_ahead])
            if both is not None and both.total_cny() < limit - IMPROVEMENT_CNY:
                self.routes, self.cost_cny = both.routes, both.cost_cny
                return True
        return False

    def _without(self, pair: set[int]) -> Together | None:
        """Return the tours without two jobs; ``None`` where a head would be disturbed."""
        compiled = self.pricer.compiled
        if any(head.job in pair for heads in compiled.head for head in heads):
            return None
        routes = [tuple(c for c in r if compiled.job_of[c] not in pair) for r in self.routes]
        cost = self.cost_of(routes)
        return None if cost == inf else Together(self.pricer, routes, cost)

    def _with_partner(self, job: int, units: Sequence[int]) -> Together | None:
        """Return the cheapest tours with a job whose partner is there already."""
        compiled = self.pricer.compiled
        best: Together | None = None
        for u in compiled.units_able[job]:
            if u not in units and compiled.fixed_unit[job] == -1:
                continue
            for choice in compiled.able[u][job]:
                for position in range(len(self.routes[u]) + 1):
                    routes = list(self.routes)
                    routes[u] = inserted(routes[u], Insertion(0.0, choice, position))
                    cost = self.cost_of(routes)
                    if cost < (inf if best is None else best.cost_cny):
                        best = Together(self.pricer, routes, cost)
        return best

    def _delta(self, u: int, insertion: Insertion) -> float:
        routes = list(self.routes)
        routes[u] = inserted(routes[u], insertion)
        return self.cost_of(routes) - self.cost_cny

    def _take_out(self) -> bool:
        """Take one job out that breaks a rule; return whether there was none."""
        compiled = self.pricer.compiled
        for u, times in linked_timetables(compiled, self.routes).items():
            if isinstance(times, Broken):
                self.routes[u] = tuple(
                    c for c in self.routes[u] if c != self._culprit(u, times.choice)
                )
                return False
        return True

    def _culprit(self, u: int, broken: int) -> int:
        """Return the linked job that made a route break a rule: the last one up to there."""
        compiled, route = self.pricer.compiled, self.routes[u]
        facts = {h.choice for h in compiled.head[u] if h.fact}
        waiting = [
            c
            for c in route[: route.index(broken) + 1]
            if compiled.job_of[c] in compiled.linked and c not in facts
        ]
        return waiting[-1] if waiting else broken
