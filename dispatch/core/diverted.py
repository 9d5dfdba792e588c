"""A unit that leaves the job it is on its way to for another one: who does what then.

The unit does the other job first. What it had is given anew, one job after the other, each where it
costs least, or left out if that costs less; then jobs of the routes that this changed are moved as
long as that saves anything. All else stays as it is. So a plan begins that is made once the unit
has been diverted. For problems without links.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf

from dispatch.core.explain import Explainer
from dispatch.core.insertion import NOWHERE, Insertion, Pricer, inserted
from dispatch.core.ledger import Routes, feasible
from dispatch.core.locks import is_fixed, is_head
from dispatch.core.model import Lock, Plan, Problem
from dispatch.core.schedule import Timetable
from dispatch.core.tours import IMPROVEMENT_CNY, leave_cny
from dispatch.core.validate import MOST_CNY


@dataclass(frozen=True, slots=True)
class Diversion:
    """A unit is sent from one job to another; ``option`` is how it does the other one."""

    unit_id: str
    leaves: str
    goes_to: str
    option: str


@dataclass(frozen=True, slots=True)
class Handed:
    """What becomes of a job for which a diversion matters.

    Attributes
    ----------
    was_s
        When it is reached if the unit is not diverted.
    unit_id, arrival_s
        Who does it then and is there when; ``None``: it is left out.
    """

    job_id: str
    was_s: int
    unit_id: str | None
    arrival_s: int | None


@dataclass(frozen=True, slots=True)
class Diverted:
    """What a diversion leads to.

    Attributes
    ----------
    arrival_s
        When the unit is at the job that it goes to.
    others
        The job that it leaves, then those that are reached later or not at all.
    terms
        What the plan costs more than without the job that it goes to, by term.
    """

    arrival_s: int
    others: tuple[Handed, ...]
    terms: Mapping[str, float]


def to_divert(explainer: Explainer, plan: Plan) -> Explainer:
    """Return the explainer of a plan in which what a hand has fixed first on a unit can be left.

    It is the same one where there is nothing of that kind.
    """
    problem = explainer.pricer.compiled.problem
    if not any(is_head(it) and is_fixed(it) for it in problem.commitments):
        return explainer
    return Explainer.of(Pricer.of(_loosened(problem)), plan)


def _loosened(problem: Problem) -> Problem:
    """Return the problem in which units may be turned away from everything, at the highest price.

    Locked jobs keep their unit, and their order no more.
    """
    return replace(
        problem,
        commitments=tuple(
            replace(it, lock=Lock.UNIT)
            if it.lock is Lock.ORDER
            else replace(it, release_cny=MOST_CNY)
            if it.lock is Lock.FULL and it.release_cny is None
            else it
            for it in problem.commitments
        ),
    )


def diverted(
    explainer: Explainer, diversion: Diversion, left_out_cny: float | None = None
) -> Diverted | None:
    """Return what a diversion leads to; ``None`` where that cannot be.

    That is where the unit cannot do the other job first, or the plan has taken it away already.

    Parameters
    ----------
    explainer
        Of the plan at hand, `to_divert`.
    left_out_cny
        Price of leaving out the job that the unit leaves; ``None``: the one in the problem.
    """
    case = _Case.of(explainer, diversion)
    prices = {} if left_out_cny is None else {case.leaves: left_out_cny}
    routes = case.given_anew(prices)
    return None if routes is None else case.told(routes, prices)


@dataclass(frozen=True, slots=True)
class _Case:
    """One diversion, with numbers instead of ids; ``without`` are the routes without the job."""

    explainer: Explainer
    unit: int
    leaves: int
    goes_to: int
    choice: int
    without: list[tuple[int, ...]]

    @classmethod
    def of(cls, explainer: Explainer, diversion: Diversion) -> _Case:
        compiled = explainer.pricer.compiled
        goes_to = compiled.job_index[diversion.goes_to]
        return cls(
            explainer,
            compiled.unit_index[diversion.unit_id],
            compiled.job_index[diversion.leaves],
            goes_to,
            compiled.choice_index[goes_to, diversion.option],
            [tuple(c for c in r if compiled.job_of[c] != goes_to) for r in explainer.routes],
        )

    def given_anew(self, prices: Mapping[int, float]) -> list[tuple[int, ...]] | None:
        """Return the routes once the unit goes first where it is sent, and the rest is given."""
        pricer, u = self.explainer.pricer, self.unit
        compiled, had = pricer.compiled, self.without[self.unit]
        if all(compiled.job_of[c] != self.leaves for c in had):
            return None
        locked = tuple(c for c in had if compiled.fixed_unit[compiled.job_of[c]] == u)
        routes = list(self.without)
        routes[u] = (self.choice, *locked)
        if pricer.route_cny(u, routes[u]) == inf:
            return None
        for c in had:
            if c in locked:
                continue
            job = compiled.job_of[c]
            found, v = self._best(routes, job)
            if found.delta_cny < prices.get(job, leave_cny(compiled, job)):
                routes[v] = inserted(routes[v], found)
        while (moved := self._moved(routes)) is not None:
            routes = moved
        return routes

    def _moved(self, routes: Routes) -> list[tuple[int, ...]] | None:
        """Return the routes with a job of a changed one moved where it costs less."""
        pricer = self.explainer.pricer
        job_of, heads = pricer.compiled.job_of, pricer.compiled.head
        for u in (v for v, route in enumerate(routes) if route != self.without[v]):
            stays = {self.goes_to, *(it.job for it in heads[u])} - {self.leaves}
            for c in routes[u]:
                job = job_of[c]
                if job in stays or pricer.compiled.fixed_unit[job] == u:
                    continue
                less = [route if v != u else _without(route, c) for v, route in enumerate(routes)]
                saved = pricer.route_cny(u, routes[u]) - pricer.route_cny(u, less[u])
                found, v = self._best(less, job)
                if found.delta_cny < saved - IMPROVEMENT_CNY:
                    less[v] = inserted(less[v], found)
                    return less
        return None

    def _best(self, routes: Routes, job: int) -> tuple[Insertion, int]:
        """Return the cheapest place of a job, and whose; nothing comes before the job gone to."""
        pricer = self.explainer.pricer
        offers = [
            (self._behind(routes[v], job) if v == self.unit else pricer.best(v, routes[v], job), v)
            for v in pricer.compiled.units_able[job]
            if pricer.route_cny(v, routes[v]) < inf
        ]
        return min(offers, default=(NOWHERE, -1))

    def _behind(self, route: tuple[int, ...], job: int) -> Insertion:
        pricer, u = self.explainer.pricer, self.unit
        base = pricer.route_cny(u, route)
        offers = [
            Insertion(pricer.cost(u, (*route[:position], c, *route[position:])) - base, c, position)
            for position in range(1, len(route) + 1)
            for c in pricer.compiled.able[u][job]
        ]
        return min(offers, default=NOWHERE)

    def told(self, routes: list[tuple[int, ...]], prices: Mapping[int, float]) -> Diverted | None:
        """Return what feasible routes mean."""
        ledger, compiled = self.explainer.ledger, self.explainer.pricer.compiled
        changed = [u for u, route in enumerate(routes) if route != self.without[u]]
        pairs = [(ledger.route_times(u, self.without[u]), u) for u in changed]
        was = feasible([times for times, _ in pairs])
        now = feasible([ledger.route_times(u, routes[u]) for u in changed])
        if was is None or now is None:
            return None
        before_s, after_s = ledger.arrivals_s(was), ledger.arrivals_s(now)
        unit_of = {compiled.job_of[c]: compiled.units[u].id for u in changed for c in routes[u]}
        others = [
            Handed(compiled.jobs[job].id, at_s, unit_of.get(job), after_s.get(job))
            for job, at_s in before_s.items()
            if job == self.leaves or after_s.get(job, at_s + 1) > at_s
        ]
        others.sort(key=lambda it: it.job_id != compiled.jobs[self.leaves].id)
        left = [job for job in before_s if job not in after_s]
        terms = self._terms(was, now)
        terms["unassigned"] = terms.get("unassigned", 0.0) + sum(
            prices.get(job, leave_cny(compiled, job)) for job in left
        )
        kept = {name: cny for name, cny in terms.items() if abs(cny) > 1e-9}
        return Diverted(after_s[self.goes_to], tuple(others), kept)

    def _terms(self, was: list[Timetable], now: list[Timetable]) -> dict[str, float]:
        """Return what the changed routes cost more, and what turning the job's unit away does."""
        ledger = self.explainer.ledger
        terms: dict[str, float] = {}
        for sign, side in ((-1, was), (1, now)):
            for times in side:
                for name, cny in ledger.route_terms(times).items():
                    terms[name] = terms.get(name, 0.0) + sign * cny
        heads = [it for heads in self.explainer.pricer.compiled.head for it in heads]
        released = sum(it.release_cny or 0.0 for it in heads if it.job == self.goes_to)
        terms["release"] = terms.get("release", 0.0) + released
        return terms


def _without(route: tuple[int, ...], choice: int) -> tuple[int, ...]:
    return tuple(c for c in route if c != choice)
