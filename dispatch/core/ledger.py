"""What whole plans cost, term by term, quickly for plans that share most of their routes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dispatch.core.compiled import Compiled
from dispatch.core.links import linked_timetables
from dispatch.core.model import TERMS
from dispatch.core.schedule import Broken, Timetable, timetable
from dispatch.core.terms import route_charges, unassigned

Routes = Sequence[tuple[int, ...]]
"""Choice numbers in order, by unit number."""


@dataclass(slots=True)
class Ledger:
    """The times and terms of routes that were looked up before."""

    compiled: Compiled
    _known: dict[tuple[int, tuple[int, ...]], Timetable | Broken] = field(default_factory=dict)
    _charged: dict[int, tuple[Timetable, dict[str, float]]] = field(default_factory=dict)

    def times(self, routes: Routes) -> list[Timetable | Broken]:
        """Return the times of all routes, or the rules they break, by unit number."""
        linked = linked_timetables(self.compiled, routes)
        return [linked.get(u) or self.route_times(u, route) for u, route in enumerate(routes)]

    def terms(self, times: Iterable[Timetable], without: int = -1) -> dict[str, float]:
        """Return what routes and the jobs on none of them cost, all `TERMS`.

        The price of leaving out job ``without`` is not counted.
        """
        totals = dict.fromkeys(TERMS, 0.0)
        served, job_of = {without}, self.compiled.job_of
        for it in times:
            if it.stops:
                served.update(job_of[stop.choice] for stop in it.stops)
            if terms := self.route_terms(it):
                for name, cny in terms.items():
                    totals[name] += cny
        left = (j for j in range(len(self.compiled.jobs)) if j not in served)
        totals["unassigned"] += sum(it.cny for it in unassigned(self.compiled, left))
        return totals

    def arrivals_s(self, times: Iterable[Timetable]) -> dict[int, int]:
        """Return when each job on a route is reached."""
        job_of = self.compiled.job_of
        return {job_of[stop.choice]: stop.arrival_s for it in times for stop in it.stops}

    def route_terms(self, times: Timetable) -> dict[str, float]:
        """Return what one route costs; its timetable is kept, so that no other gets its id."""
        known = self._charged.get(id(times))
        if known is None:
            terms: dict[str, float] = {}
            for charge in route_charges(self.compiled, times):
                terms[charge.term] = terms.get(charge.term, 0.0) + charge.cny
            known = self._charged[id(times)] = (times, terms)
        return known[1]

    def route_times(self, u: int, route: tuple[int, ...]) -> Timetable | Broken:
        """Return the times of one unit's route, or the rule it breaks."""
        found = self._known.get((u, route))
        if found is None:
            found = self._known[u, route] = timetable(self.compiled, u, route)
        return found


def feasible(times: Sequence[Timetable | Broken]) -> list[Timetable] | None:
    """Return the times if no route breaks a rule."""
    kept = [it for it in times if isinstance(it, Timetable)]
    return kept if len(kept) == len(times) else None


def difference(after: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    """Return what changes by term, only where it is not nothing."""
    changed = {name: after[name] - before[name] for name in TERMS}
    return {name: cny for name, cny in changed.items() if abs(cny) > 1e-9}
