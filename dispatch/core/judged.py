"""One job of a plan, and what each unit would mean for it, one after the other; see `explain`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from math import inf

from dispatch.core.changes import Change, applied
from dispatch.core.evaluate import tours_of
from dispatch.core.forced import forced, without_jobs
from dispatch.core.insertion import Pricer, inserted
from dispatch.core.keeping import (
    can_do_all,
    detours,
    goes_in,
    locked_to,
    orders_kept,
    parts_kept,
    with_detour,
)
from dispatch.core.ledger import Ledger, Routes, difference, feasible
from dispatch.core.lessened import lessened
from dispatch.core.model import Plan, Problem
from dispatch.core.remedy import changes_beside, least, must_do, size, smallest_change
from dispatch.core.schedule import Broken, Timetable
from dispatch.core.together import Together
from dispatch.core.verdict import UnitVerdict, forbidden, possible_words
from kernel.errors import NotFound

Resolve = Callable[[Problem], Plan]
"""Solves a problem; the same problem always in the same way."""


def _sides(
    pairs: list[tuple[Timetable, Timetable]],
) -> tuple[list[Timetable], list[Timetable]]:
    return [before for before, _ in pairs], [after for _, after in pairs]


@dataclass(slots=True)
class Case:
    """One job of one plan, with everything that all units are compared to."""

    pricer: Pricer
    ledger: Ledger
    job: int
    routes: list[tuple[int, ...]]
    without: list[tuple[int, ...]]
    cost: dict[str, float]
    cost_without: dict[str, float]
    arrivals_s: dict[int, int]
    times_without: list[Timetable]
    terms_without: dict[str, float]
    total_without_cny: float
    broken: frozenset[int]
    """Units whose route is not possible without the job: by its place the next can be reached."""

    @classmethod
    def of(
        cls,
        pricer: Pricer,
        ledger: Ledger,
        routes: list[tuple[int, ...]],
        times: list[Timetable],
        job_id: str,
    ) -> Case:
        """Return the case of a job of a plan, given by its routes and their times.

        Raises
        ------
        NotFound
            When the problem has no such job.
        """
        compiled = pricer.compiled
        if job_id not in compiled.job_index:
            raise NotFound("job", job_id, remedy="Name a job of the problem.")
        job = compiled.job_index[job_id]
        without = [tuple(c for c in r if compiled.job_of[c] != job) for r in routes]
        together = Together.of(pricer, without)
        alone = together.routes
        each = ledger.times(alone)
        broken = frozenset(u for u, it in enumerate(each) if isinstance(it, Broken))
        times_without = [it for it in each if isinstance(it, Timetable)]
        terms_without = ledger.terms(times_without, job)
        cost_without = dict(terms_without)
        held = [h for heads in compiled.head for h in heads if h.job == job]
        cost_without["release"] -= sum(h.release_cny or 0.0 for h in held)
        return cls(
            pricer=pricer,
            ledger=ledger,
            job=job,
            routes=routes,
            without=alone,
            cost=ledger.terms(times),
            cost_without=cost_without,
            arrivals_s=ledger.arrivals_s(times_without),
            times_without=times_without,
            terms_without=terms_without,
            total_without_cny=together.cost_cny,
            broken=broken,
        )

    def verdict(self, u: int, resolve: Resolve | None) -> UnitVerdict:
        """Return the verdict on a unit."""
        compiled = self.pricer.compiled
        if any(compiled.job_of[c] == self.job for c in self.routes[u]):
            return self._allowed(u, self.routes, "chosen", "insertion")
        changes = self._changes(u)
        if changes is None:
            return self._forbidden(u, (Change("unlock", job=compiled.jobs[self.job].id),))
        changes += self._left_behind(changes)
        if changes:
            detour = None if resolve is None else self._by_a_detour(u, resolve)
            return detour or self._forbidden(u, self._with_ties(u, changes))
        if resolve is None and (fits := self._fits_in(u)) is not None:
            return fits
        offers = [self._inserted(u)]
        if resolve is not None:
            offers.append(self._resolved(u, resolve))
        priced = [(cny, it) for it in offers if it and (cny := self._cny(it)) < inf]
        if not priced:
            return self._forbidden(u, self._untied(u))
        _, routes = min(priced)
        return self._allowed(u, routes, "possible", "insertion" if resolve is None else "resolve")

    def _changes(self, u: int) -> tuple[Change, ...] | None:
        """Return the smallest change after which a unit can do the job; none where it fits in."""
        compiled = self.pricer.compiled
        is_free = compiled.fixed_unit[self.job] in (-1, u) and not compiled.links
        if is_free and self.pricer.best(u, self.without[u], self.job).choice != -1:
            return ()
        found = smallest_change(compiled, u, self.routes[u], self.job)
        if not found:
            return found
        if compiled.links:
            return found
        if can_do_all(self.pricer, u):
            kept = [it for orders in orders_kept(self.pricer, u, self.job) for it in orders]
            return least((found, *(smallest_change(compiled, u, it, self.job) for it in kept)))
        parts = parts_kept(self.pricer, u, self.job)
        offers = {it for part in parts for it in changes_beside(compiled, u, part, self.job)}
        small = (smallest_change(compiled, u, it, self.job) for it in parts)
        offers |= {it for it in small if it is not None}
        enough = (it for it in sorted(offers, key=size) if self._suffices(u, it))
        return next(enough, found)

    def _suffices(self, u: int, changes: tuple[Change, ...]) -> bool:
        """Return whether a unit that cannot do all locked to it can do the job after changes."""
        return goes_in(Pricer.of(applied(self.pricer.compiled.problem, changes)), u, self.job)

    def _left_behind(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        """Return what it takes that the others can do what they must without the job."""
        compiled = self.pricer.compiled
        found: list[Change] = []
        for v in sorted(self.broken):
            kept = must_do(compiled, v, self.routes[v], self.job)
            if kept:
                last = compiled.job_of[kept[-1]]
                found += smallest_change(compiled, v, kept, last) or ()
        return tuple(it for it in dict.fromkeys(found) if it not in changes)

    def _by_a_detour(self, u: int, resolve: Resolve) -> UnitVerdict | None:
        """Return the verdict on a unit that is only there in time by jobs of other units."""
        if not self.pricer.compiled.able[u][self.job]:
            return None
        routes = self._resolved(u, resolve)
        if routes is None or self._cny(routes) == inf:
            return None
        return self._allowed(u, routes, "possible", "resolve")

    def _enough(self, u: int, changes: tuple[Change, ...]) -> bool:
        """Return whether a unit can do the job after changes, as far as it is known.

        The plan may break a rule then: what was a fact is none without its lock. Without the job it
        need not.
        """
        if not (self.pricer.compiled.links or can_do_all(self.pricer, u)):
            return self._suffices(u, changes)
        pricer = Pricer.of(applied(self.pricer.compiled.problem, changes))
        ledger = Ledger(pricer.compiled)
        for routes in (self.routes, self.without):
            times = feasible(ledger.times(routes))
            if times is not None:
                return Case.of(pricer, ledger, routes, times, self._job_id).can_do(u)
        return False

    def can_do(self, u: int) -> bool:
        """Return whether a unit can do the job without any change."""
        if self._changes(u) != () or self._left_behind(()):
            return False
        routes = self._inserted(u)
        return routes is not None and self._cny(routes) < inf

    def _with_ties(self, u: int, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        """Return changes, and what else it takes where ties to other jobs stand against it."""
        compiled = self.pricer.compiled
        if self.job not in compiled.linked:
            return changes
        pricer = Pricer.of(applied(compiled.problem, changes))
        if self._makes_room(u, Together.of(pricer, self.without)) is not None:
            return changes
        return self._untied(u, changes)

    def _untied(self, u: int, changes: tuple[Change, ...] = ()) -> tuple[Change, ...]:
        """Return changes and that the job is tied no more, or others too if that is not enough."""
        compiled = self.pricer.compiled
        untied = (*changes, Change("unlink", job=self._job_id))
        if self._enough(u, untied):
            return untied
        others = (compiled.jobs[j].id for j in sorted(compiled.linked) if j != self.job)
        return (*untied, *(Change("unlink", job=it) for it in others))

    def _fits_in(self, u: int) -> UnitVerdict | None:
        """Return the verdict where only this unit's route changes; ``None`` where others may."""
        compiled = self.pricer.compiled
        if compiled.links or len(self.times_without) != len(self.without):
            return None
        found = self.pricer.best(u, self.without[u], self.job)
        if found.choice == -1:
            return None
        route = inserted(self.without[u], found)
        times = self.ledger.route_times(u, route)
        if isinstance(times, Broken):
            return None
        terms = dict(self.terms_without)
        for name, cny in self.ledger.route_terms(self.times_without[u]).items():
            terms[name] -= cny
        for name, cny in self.ledger.route_terms(times).items():
            terms[name] += cny
        arrivals_s = self.ledger.arrivals_s([times])
        return self._said(u, route, "possible", "insertion", terms, arrivals_s)

    def _cny(self, routes: Routes) -> float:
        times = feasible(self._times(routes))
        return inf if times is None else sum(self._terms(times).values())

    def _times(self, routes: Routes) -> list[Timetable | Broken]:
        """Return the times of routes; without links, only of those that are not as before."""
        if self.pricer.compiled.links or len(self.times_without) != len(routes):
            return self.ledger.times(routes)
        return [
            was if route is before else self.ledger.route_times(u, route)
            for u, (route, before, was) in enumerate(
                zip(routes, self.without, self.times_without, strict=True)
            )
        ]

    def _terms(self, times: list[Timetable]) -> dict[str, float]:
        """Return what routes cost by term: what it was without the job, and what changed since.

        Where a route is not possible without the job (by its place the next is sooner reached than
        directly), there is nothing to begin with, and all of them are added up.
        """
        if len(self.times_without) != len(times):
            return self.ledger.terms(times)
        changed = [it for it in zip(self.times_without, times, strict=True) if it[0] is not it[1]]
        job_of = self.pricer.compiled.job_of
        was, now = ({job_of[s.choice] for it in side for s in it.stops} for side in _sides(changed))
        if now != was | {self.job}:
            return self.ledger.terms(times)
        totals = dict(self.terms_without)
        for before, after in changed:
            for name, cny in self.ledger.route_terms(before).items():
                totals[name] -= cny
            for name, cny in self.ledger.route_terms(after).items():
                totals[name] += cny
        return totals

    def _inserted(self, u: int) -> list[tuple[int, ...]] | None:
        """Return the routes with the job at the unit's cheapest place, making room if need be."""
        whole = Together(self.pricer, list(self.without), self.total_without_cny)
        if self.broken:
            return self._makes_room(u, whole)
        found = whole.best(u, self.job)
        if found.choice == -1:
            return self._makes_room(u, whole)
        whole.routes[u] = inserted(whole.routes[u], found)
        return whole.routes

    def _makes_room(self, u: int, whole: Together) -> list[tuple[int, ...]] | None:
        """Return the routes with the job on a unit that others have to leave for it.

        A route that is not possible without the job gives up what it need not do, too.
        """
        compiled = whole.pricer.compiled
        pricer = Pricer.of(forced(compiled.problem, self._job_id, compiled.units[u].id))
        kept = must_do(compiled, u, whole.routes[u], self.job)
        if (routes := self._beside(u, pricer, whole.routes, kept)) is not None:
            return routes
        offers = [self._beside(u, pricer, whole.routes, it) for it in self._else_kept(u, kept)]
        priced = [(self._cny(it), it) for it in offers if it is not None]
        return min(priced)[1] if priced else None

    def _else_kept(self, u: int, kept: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Return what a unit may keep instead, or drive by, where there is no room beside a job."""
        compiled = self.pricer.compiled
        if compiled.links:
            return []
        orders = [
            kept,
            *(
                it
                for orders in orders_kept(self.pricer, u, self.job)
                for it in orders
                if it != kept
            ),
        ]
        by = [
            longer
            for it in orders
            for longer in with_detour(it, detours(compiled, u, it, self.job))
        ]
        return [*orders[1:], *by]

    def _beside(
        self, u: int, pricer: Pricer, routes: Routes, kept: tuple[int, ...]
    ) -> list[tuple[int, ...]] | None:
        """Return the routes with the job beside what its unit keeps, and the rest where it fits."""
        compiled = pricer.compiled
        held = {compiled.job_of[c] for c in kept}
        cleared = Together.of(
            pricer,
            [
                kept
                if v == u
                else must_do(compiled, v, route, self.job)
                if v in self.broken
                else tuple(c for c in route if compiled.job_of[c] not in held)
                for v, route in enumerate(routes)
            ],
        )
        found = cleared.best(u, self.job)
        if found.choice != -1:
            cleared.insert(u, found)
        cleared.complete(one_job_ahead=False)
        return cleared.routes if self._does(u, cleared.routes) else None

    def _resolved(self, u: int, resolve: Resolve) -> list[tuple[int, ...]] | None:
        """Return the best routes with the job forced onto a unit.

        Of jobs locked to it that it cannot all do, each set is tried that it may keep.
        """
        compiled = self.pricer.compiled
        again = forced(compiled.problem, self._job_id, compiled.units[u].id)
        offers = [[tuple(it) for it in tours_of(compiled, resolve(again))]]
        for left in self._left_for(u):
            less = without_jobs(again, {compiled.jobs[j].id for j in left})
            tours = [tuple(it) for it in tours_of(compiled, resolve(less))]
            whole = Together.of(Pricer.of(again), tours)
            whole.complete(one_job_ahead=False)
            offers.append(whole.routes)
        priced = [(self._cny(it), it) for it in offers if self._does(u, it)]
        return min(priced)[1] if priced else None

    def _left_for(self, u: int) -> list[set[int]]:
        """Return the jobs locked to a unit that it leaves out for others, if it cannot do all."""
        compiled = self.pricer.compiled
        locked = {compiled.job_of[c] for c in locked_to(compiled, u)} - {self.job}
        sets = [] if compiled.links else orders_kept(self.pricer, u, self.job)
        kept = [{compiled.job_of[c] for c in orders[0]} for orders in sets]
        return [locked - it for it in kept if locked - it]

    @property
    def _job_id(self) -> str:
        return self.pricer.compiled.jobs[self.job].id

    def _does(self, u: int, routes: Routes) -> bool:
        return any(self.pricer.compiled.job_of[c] == self.job for c in routes[u])

    def _allowed(self, u: int, routes: Routes, verdict: str, method: str) -> UnitVerdict:
        compiled = self.pricer.compiled
        times = [it for it in self._times(routes) if isinstance(it, Timetable)]
        arrivals_s = self.ledger.arrivals_s(times)
        left_out = tuple(compiled.jobs[j].id for j in self.arrivals_s if j not in arrivals_s)
        said = self._said(u, routes[u], verdict, method, self._terms(times), arrivals_s)
        return replace(said, left_out=left_out)

    def _said(
        self,
        u: int,
        route: tuple[int, ...],
        verdict: str,
        method: str,
        terms: dict[str, float],
        arrivals_s: dict[int, int],
    ) -> UnitVerdict:
        """Return the verdict on a unit; ``arrivals_s`` need only hold jobs that may be delayed."""
        compiled = self.pricer.compiled
        extra = difference(terms, self.cost)
        position = next(i for i, c in enumerate(route) if compiled.job_of[c] == self.job)
        own = difference(terms, self.cost_without)
        delays_s = {
            compiled.jobs[j].id: at_s - self.arrivals_s[j]
            for j, at_s in arrivals_s.items()
            if at_s > self.arrivals_s.get(j, at_s)
        }
        option = compiled.options[route[position]].name
        arrival_s, extra_cny = arrivals_s[self.job], sum(extra.values())
        return UnitVerdict(
            unit_id=compiled.units[u].id,
            verdict=verdict,
            words=possible_words(compiled.units[u].id, option, verdict, arrival_s, extra_cny),
            method=method,
            option=option,
            position=position,
            arrival_s=arrival_s,
            extra_cny=extra_cny,
            extra_terms=extra,
            job_cny=sum(own.values()),
            terms=own,
            delays_s=delays_s,
        )

    def _forbidden(self, u: int, changes: tuple[Change, ...]) -> UnitVerdict:
        """Return the verdict on a unit; of the changes, only what cannot be spared is named."""
        spared = lessened(changes, partial(self._enough, u))
        return forbidden(self.pricer.compiled.units[u].id, spared)
