"""The search of the engine ``colgen``: from a warm start to a proof, as far as the budget goes.

1. Ruin and recreate from the plan in force: a good plan and a pool of routes.
2. Column generation with exact pricing and a Lagrangian bound at each round: by an ascent over the
   routes known (`ascent`) as long as columns are missing, by the linear program at the end.
3. Cuts over jobs and units on the routes near the linear program (`proof`), whose value is made
   a bound of all routes (`checking`).
4. Integer programs near that, diving, ruin and recreate from what it finds: a plan close to the
   bound.
5. All routes within the gap that is left, and SCIP on them: the optimum, proved.

The bound is one of the snapshot's model. Where a unit was not priced to the end, its part rests on
what its open labels can still gain at most: weaker, and as true.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dispatch.core.colgen.arrays import Floats
from dispatch.core.colgen.ascent import FEW_LABELS, MORE_LABELS, Ascent
from dispatch.core.colgen.budget import Budget
from dispatch.core.colgen.diving import Diving
from dispatch.core.colgen.listed import Listed
from dispatch.core.colgen.master import LpSolution, Master
from dispatch.core.colgen.pricing import Priced, Pricing
from dispatch.core.colgen.proof import Proof
from dispatch.core.colgen.routes import Column, Route, RouteModel
from dispatch.core.colgen.ruin import Ruin
from dispatch.core.params import SolveParams

IMPROVEMENT_CNY = 1e-6
LONG_ROUTES = 2.8
"""From so many jobs for each unit on, routes are long."""

RUIN_S = 7.5e-4
"""Seconds for each job for which the search without columns pays."""

NEW_JOB_SHARE = 0.5
"""Of what a new job adds to the best plan, as a guess of its dual beside better known ones."""

USEFUL_CNY = 1e-7
"""Reduced costs this far below zero make a route worth adding."""

COLUMNS_SHARE, LONG_COLUMNS_SHARE = 0.85, 0.66
"""Share of the time after which columns are left as they are: a plan needs the rest, and more of it
where routes are long."""

RUIN_CNY, END_CNY = (8.0, 0.2), (5.0, 0.1)
"""Temperatures, first and last: before columns, and for all the time that is left."""

LONG_S, LONG_RUIN_SHARE = 5e-3, 0.1
LONG_RUIN_CNY = (30.0, 0.5)
"""Where routes are long and there is at least so much time for each job: the share of the time
before columns, and how hot the search begins and ends there."""

NEAR_ROUTES, FIRST_ROUTES = 6, 3
"""Routes in the linear program for each job, at most: of a dive where columns are missing, and
where all that are of use are listed next."""

MOST_POOLED = 5_000
"""Routes of ruin and recreate that the linear program begins with, the last ones."""

ROUNDING_CNY = 1e-7
"""Taken off each bound, and as a share of it too, for the rounding of sums."""

FAR_GAP = 0.003
"""A plan is far from a bound by more than this share of it."""

LITTLE_S = 1.3e-2
"""So much time for each job is too little for proving the optimum."""

DIVE_S = 5e-4
"""Less time for each job is too short for a dive."""


@dataclass(slots=True)
class Search:
    """The state of one search; ``best`` are the cheapest routes known, by unit."""

    model: RouteModel
    params: SolveParams
    budget: Budget
    ruin: Ruin
    pricing: Pricing
    master: Master
    leave_cny: Floats
    best: list[Route]
    cost_cny: float
    seed: int
    exact: bool
    """Whether the arrays say all that the problem does, so that listing routes proves something."""
    routes: Listed
    """The routes met, for the next search; at first those that an earlier search left."""
    known_duals: dict[int, float] = field(default_factory=dict)
    """What an earlier search left, by job."""
    duals: Floats | None = None
    """The best duals, for the next search, and about each unit's least reduced cost there."""
    least: Floats | None = None
    ascent: Ascent | None = None
    """How the best duals were found, and the routes known there."""
    bound_cny: float = -np.inf
    trace: list[tuple[str, float, float, float]] = field(default_factory=list)

    def run(self) -> None:
        """Search until the budget is spent or the optimum is proved."""
        self.note("start")
        temperatures = LONG_RUIN_CNY if self.has_long_time() else RUIN_CNY
        self.improve(self.params.ruin_steps, *temperatures, seconds=self._ruin_s())
        self.note("ruin")
        converged = self._generate()
        self.note("columns")
        if not self.proved():
            self._find_plan(converged)
        if self.budget.seconds is not None and not self.proved():
            self.improve(0, *END_CNY, seconds=self.budget.left_s())
            self.note("polish")
        if self.bound_cny < 0.0:
            self.raise_to_trivial()
            self.note("trivial bound")

    def _find_plan(self, converged: tuple[Floats, Floats] | None) -> None:
        """Make a plan of the columns, and prove it where none is missing."""
        if (converged is None or not self.exact) and self._has_time_to_dive():
            Diving(self).find()
            self.note("dive")
        if converged is not None and self.exact:
            Proof(self, *converged).close()

    def _ruin_s(self) -> float:
        """Return for how long the search without columns pays, where time decides."""
        seconds = self.budget.seconds or 0.0
        if self.has_long_time():
            return LONG_RUIN_SHARE * seconds
        return min(0.1 * seconds, RUIN_S * len(self.leave_cny))

    def _has_time_to_dive(self) -> bool:
        return not self.budget.over() and self.budget.left_s() >= DIVE_S * len(self.leave_cny)

    def long_routes(self) -> bool:
        """Return whether units have many jobs each."""
        return len(self.leave_cny) > LONG_ROUTES * max(1, self.master.n_units)

    def has_long_time(self) -> bool:
        """Return whether routes are long, and time is too."""
        seconds = self.budget.seconds or 0.0
        return self.long_routes() and seconds >= LONG_S * len(self.leave_cny)

    def has_little_time(self) -> bool:
        """Return whether there is too little time to prove the optimum."""
        seconds = self.budget.seconds
        return seconds is not None and seconds < LITTLE_S * len(self.leave_cny)

    def proved(self) -> bool:
        """Return whether the best plan is known to be the optimum."""
        return self.cost_cny - self.bound_cny <= max(1e-3, 1e-6 * abs(self.cost_cny))

    def note(self, what: str) -> None:
        """Write down where the search stands."""
        self.trace.append((what, self.budget.spent_s(), self.cost_cny, self.bound_cny))

    def offer(self, routes: list[Route]) -> None:
        """Take routes over if they are cheaper than the best ones."""
        cost = self.ruin.cost(self.ruin.tour(routes))
        if cost < self.cost_cny - IMPROVEMENT_CNY:
            self.best, self.cost_cny = routes, cost

    def improve(
        self,
        steps: int,
        hot: float,
        cold: float,
        seconds: float,
        routes: list[Route] | None = None,
    ) -> None:
        """Make ``steps`` rounds, or as many as fit into ``seconds`` where time decides."""
        share = None
        if self.budget.seconds is not None:
            start = self.budget.spent_s()
            share = lambda: (self.budget.spent_s() - start) / max(seconds, 1e-9)  # noqa: E731
        self.offer(self.ruin.improved(routes or self.best, steps, hot, cold, share))

    def raise_bound(self, priced: Priced, duals: Floats) -> None:
        """Take over the bound of a pricing."""
        if self.model.complete:
            value = float(duals.sum() + priced.found.floor.sum())
            self.bound_cny = max(self.bound_cny, value - self.rounding_cny(value))

    @staticmethod
    def rounding_cny(value: float) -> float:
        """Return by how much sums of this size may be rounded."""
        return ROUNDING_CNY * (1 + abs(value))

    def raise_to_trivial(self) -> None:
        """Take over the bound of duals that are all zero, where no better one was earned.

        Hardly any job pays then, so that it takes no time: what units must do costs this at least.
        """
        duals = np.zeros(len(self.leave_cny))
        priced = self.pricing.price(duals, np.zeros(self.master.n_units), most_labels=FEW_LABELS)
        self.raise_bound(priced, duals)

    # ------------------------------------------------------------------ columns

    def _generate(self) -> tuple[Floats, Floats] | None:
        """Generate columns; if none is missing any more, return duals and least reduced costs."""
        arrays = self.model.arrays
        best = Listed.of_routes(arrays, self.best)
        self.routes = Listed.joined([self.routes, best, self.pooled()])
        self.note(f"{len(self.routes)} routes known")
        ascent = Ascent.of(self, self.routes, self.marginal() if self.duals is None else self.duals)
        self.ascent = ascent
        going_on = ascent.run(self._columns_share())
        self.routes, self.duals, self.least = ascent.routes, ascent.duals, ascent.least
        if self.proved():
            return None
        if not going_on and self.budget.left_s() < DIVE_S * len(self.leave_cny):
            return None
        if not going_on:
            self.add_promising()
            return None
        far = self.cost_cny - self.bound_cny > FAR_GAP * abs(self.bound_cny)
        if self.budget.seconds is not None and far and ascent.converged and ascent.exact:
            # The linear program would gain next to nothing, and all routes are listed soon.
            self.master.add(ascent.near(FIRST_ROUTES * len(self.leave_cny)).columns())
            return ascent.duals, ascent.least
        self.master.add(ascent.near(len(self.routes)).columns())
        return self._end_columns(ascent)

    def add_promising(self) -> None:
        """Add the most promising routes known to the linear program, where it lacks columns."""
        self.master.add(self.promising().columns())

    def promising(self) -> Listed:
        """Return the most promising routes known."""
        if self.ascent is None:
            return self.routes
        return self.ascent.near(NEAR_ROUTES * len(self.leave_cny))

    def _columns_share(self) -> float:
        """Return the share of the time for columns: all of it where the rest is of no use."""
        seconds, n_jobs = self.budget.seconds, len(self.leave_cny)
        if self.has_long_time():
            return LONG_COLUMNS_SHARE
        rest_s = np.inf if seconds is None else (1 - COLUMNS_SHARE) * seconds
        return COLUMNS_SHARE if rest_s >= DIVE_S * n_jobs else 1.0

    def _end_columns(self, ascent: Ascent) -> tuple[Floats, Floats] | None:
        """Generate the last columns, at duals of the linear program.

        The duals returned are those of the best bound where each unit was priced to the end.
        """
        few = 1 + self.master.n_units // 20
        cap = ascent.most_labels if self.budget.seconds is None else FEW_LABELS
        value = ascent.value if ascent.exact else -np.inf
        found = ascent.duals, ascent.least
        for _ in range(self.params.pricing_rounds):
            solution = self.master.solve()
            if solution is None or self.budget.over(COLUMNS_SHARE):
                return None
            priced = self._priced_at(solution, cap)
            if priced is None:
                return None
            self.raise_bound(priced, solution.duals)
            added = self._add(priced, solution.duals)
            self.note(f"{added} columns, {solution.cny:.1f}, {cap}, {priced.exact}")
            if priced.exact and solution.duals.sum() + priced.least.sum() > value:
                value = solution.duals.sum() + priced.least.sum()
                found = self.duals, self.least = solution.duals, priced.least
            near = solution.cny - value < 1e-6 * abs(solution.cny)
            if near or (priced.exact and added == 0):
                return found
            if not priced.exact and added < few:
                if cap >= self.params.most_labels:
                    return None
                cap = min(MORE_LABELS * cap, self.params.most_labels)
        return None

    def _priced_at(self, solution: LpSolution, most_labels: int) -> Priced | None:
        """Price all units at duals of the linear program; ``None`` once the time is up."""
        duals, idle = solution.duals, solution.unit_duals
        if self.budget.seconds is None:
            return self.pricing.price(duals, idle, most_labels=most_labels)
        late = lambda: self.budget.over(COLUMNS_SHARE)  # noqa: E731
        return self.pricing.price_unless_late(duals, idle, late, most_labels=most_labels)

    def _add(self, priced: Priced, duals: Floats, wanted: LpSolution | None = None) -> int:
        """Add the routes priced, or those that a linear program would use; return how many."""
        new = Listed.of(self.model.arrays, priced, duals)
        if wanted is not None:
            above = new.above(wanted.duals, wanted.unit_duals)
            new = new.kept(np.flatnonzero(above < -USEFUL_CNY))
        self.routes = Listed.joined([self.routes, new])
        return self.master.add(new.columns())

    def marginal(self) -> Floats:
        """Return a first guess of duals: an earlier one, or what each job adds to the best plan.

        Among earlier ones a new job's is halved: too low costs the bound little, too high as much
        for each unit that could do it.
        """
        duals = 0.5 * self.leave_cny
        share = NEW_JOB_SHARE if self.known_duals else 1.0
        cost, job_of = self.model.pricer.route_cny, self.model.compiled.job_of
        for u, tour in enumerate(map(self.model.tour, self.best)):
            for i, c in enumerate(tour):
                if job_of[c] not in self.known_duals:
                    added = cost(u, tour) - cost(u, tour[:i] + tour[i + 1 :])
                    duals[job_of[c]] = share * added
        for j, dual in self.known_duals.items():
            duals[j] = dual
        return np.clip(duals, 0.0, self.leave_cny)

    def pooled(self) -> Listed:
        """Return the routes that ruin and recreate met last."""
        return Listed.priced(self.model.arrays, *self.ruin.pooled(MOST_POOLED))

    def completed(self, plan: list[Column]) -> list[Route]:
        """Return the routes of columns, with the jobs that none of them does inserted."""
        routes = self.model.idle()
        for column in plan:
            routes[column.unit] = column.route
        return self.ruin.completed(routes)
