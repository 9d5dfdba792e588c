"""The search of the engine ``colgen``: from a warm start to a proof, as far as the budget goes.

1. Ruin and recreate from the plan in force: a good plan and a pool of routes.
2. Column generation with exact pricing and a Lagrangian bound at each round: by an ascent over the
   routes known (`ascent`) as long as columns are missing, by the linear program at the end.
3. Diving, and ruin and recreate from what it finds: a plan close to the bound.
4. All routes within the gap, cuts, and SCIP on what is left: the optimum, proved.

The bound is one of the snapshot's model. Where a unit was not priced to the end, its part rests on
what its open labels can still gain at most: weaker, and as true.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dispatch.core.colgen.arrays import Floats
from dispatch.core.colgen.ascent import FEW_LABELS, MORE_LABELS, Ascent
from dispatch.core.colgen.budget import Budget
from dispatch.core.colgen.dive import dive as dived
from dispatch.core.colgen.listed import Listed
from dispatch.core.colgen.master import LpSolution, Master
from dispatch.core.colgen.pricing import Priced, Pricing
from dispatch.core.colgen.proof import FIRST_GAP, ROUNDING_CNY, Proof
from dispatch.core.colgen.routes import Column, Route, RouteModel
from dispatch.core.colgen.ruin import Ruin
from dispatch.core.params import SolveParams

IMPROVEMENT_CNY = 1e-6
LONG_ROUTES = 2.8
"""From so many jobs for each unit on, routes are long."""

DIVING_SLOT_S = 1_800
"""Completion bounds are coarse where routes are only looked for."""

FASTEST, SLOWEST = 6, 40
"""A step of a dive fixes at least one in so many of the fractional columns."""

STEP_S = 1.5e-4
"""What a step of a dive takes about, seconds for each job."""

POLISH_SHARE, POLISH_S = 0.6, 6e-4
"""A plan that was dived for is polished for this share of the time left, at most; and for each job
for so many seconds."""

RUIN_S = 7.5e-4
"""Seconds for each job for which the search without columns pays."""

NEW_JOB_SHARE = 0.5
"""Of what a new job adds to the best plan, as a guess of its dual beside better known ones."""

USEFUL_CNY = 1e-7
"""Reduced costs this far below zero make a route worth adding."""

COLUMNS_SHARE, LONG_COLUMNS_SHARE = 0.85, 0.66
"""Share of the time after which columns are left as they are: a plan needs the rest, and more of it
where routes are long."""

RUIN_CNY, POLISH_CNY, END_CNY = (8.0, 0.2), (0.5, 0.05), (5.0, 0.1)
"""Temperatures, first and last: before columns, after a dive, and for all the time that is left."""

LONG_S, LONG_RUIN_SHARE = 5e-3, 0.1
LONG_RUIN_CNY, LONG_POLISH_CNY, LONG_PACE = (30.0, 0.5), (2.0, 0.1), 20
"""Where routes are long and there is at least so much time for each job: the share of the time
before columns, hotter searches (the last takes all that is left), and the pace of a dive."""

LONG_DIVE_SHARE = 0.75
"""Share of the time after which such a dive goes as fast as any: the search needs the rest."""

NEAR_ROUTES = 6
"""Routes in the linear program of a dive for each job, at most, where columns are missing."""

MOST_POOLED = 5_000
"""Routes of ruin and recreate that the linear program begins with, the last ones."""

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
    bound_cny: float = -np.inf
    trace: list[tuple[str, float, float, float]] = field(default_factory=list)

    def run(self) -> None:
        """Search until the budget is spent or the optimum is proved."""
        self.note("start")
        temperatures = LONG_RUIN_CNY if self._has_long_time() else RUIN_CNY
        self._ruin(self.params.ruin_steps, *temperatures, seconds=self._ruin_s())
        self.note("ruin")
        converged = self._generate()
        self.note("columns")
        if not self.proved():
            self._find_plan(converged)
        if self.budget.seconds is not None and not self.proved():
            self._ruin(0, *END_CNY, seconds=self.budget.left_s())
            self.note("polish")
        if self.bound_cny < 0.0:
            self.raise_to_trivial()
            self.note("trivial bound")

    def _find_plan(self, converged: tuple[Floats, Floats] | None) -> None:
        """Make a plan of the columns, and prove it where none is missing."""
        if (converged is None or not self.exact) and self._has_time_to_dive():
            self.dive()
            self.note("dive")
        if converged is not None and self.exact:
            Proof(self).close(*converged)

    def _ruin_s(self) -> float:
        """Return for how long the search without columns pays, where time decides."""
        seconds = self.budget.seconds or 0.0
        if self._has_long_time():
            return LONG_RUIN_SHARE * seconds
        return min(0.1 * seconds, RUIN_S * len(self.leave_cny))

    def _has_time_to_dive(self) -> bool:
        return not self.budget.over() and self.budget.left_s() >= DIVE_S * len(self.leave_cny)

    def long_routes(self) -> bool:
        """Return whether units have many jobs each."""
        return len(self.leave_cny) > LONG_ROUTES * max(1, self.master.n_units)

    def _has_long_time(self) -> bool:
        """Return whether routes are long, and time is too."""
        seconds = self.budget.seconds or 0.0
        return self.long_routes() and seconds >= LONG_S * len(self.leave_cny)

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

    def _ruin(
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
            self.bound_cny = max(self.bound_cny, value - ROUNDING_CNY * (1 + abs(value)))

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
        pooled = Listed.priced(arrays, *self.ruin.pooled(MOST_POOLED))
        self.routes = Listed.joined([self.routes, best, pooled])
        self.note(f"{len(self.routes)} routes known")
        ascent = Ascent.of(self, self.routes, self.marginal() if self.duals is None else self.duals)
        going_on = ascent.run(self._columns_share())
        self.routes, self.duals, self.least = ascent.routes, ascent.duals, ascent.least
        if self.proved():
            return None
        if not going_on and self.budget.left_s() < DIVE_S * len(self.leave_cny):
            return None
        most = len(self.routes) if going_on else NEAR_ROUTES * len(self.leave_cny)
        self.master.add(ascent.near(most).columns())
        if not going_on:
            return None
        far = self.cost_cny - self.bound_cny > FIRST_GAP * abs(self.bound_cny)
        if self.budget.seconds is not None and far and ascent.converged and ascent.exact:
            return ascent.duals, ascent.least  # the linear program would gain next to nothing
        return self._end_columns(ascent)

    def _columns_share(self) -> float:
        """Return the share of the time for columns: all of it where the rest is of no use."""
        seconds, n_jobs = self.budget.seconds, len(self.leave_cny)
        if self._has_long_time():
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

    def dive(self) -> None:
        """Make a plan out of the linear program."""
        plan = dived(self.master, self.repriced, lambda: self.budget.over(0.95), self.pace)
        self.offer_polished(plan, last=True)

    def repriced(self, solution: LpSolution, busy: set[int], covered: set[int]) -> list[Column]:
        """Return new routes for the units that are not busy, without the jobs covered."""
        duals = solution.duals.copy()
        duals[list(covered)] = 0.0
        active = np.ones(self.master.n_units, dtype=np.int64)
        active[list(busy)] = 0
        priced = self.pricing.price(
            duals,
            solution.unit_duals,
            active=active,
            most=3,
            most_labels=None if self.long_routes() else FEW_LABELS,
            slot_s=DIVING_SLOT_S,
            beam=self.long_routes(),
        )
        return [it for it in self.model.columns(priced.routes()) if covered.isdisjoint(it.jobs)]

    def pace(self) -> int:
        """Return how small the steps of a dive may be in the time that is left."""
        left_s = self.budget.left_s()
        if self.budget.seconds is None:
            return SLOWEST
        if self.long_routes():
            slow = self._has_long_time() and not self.budget.over(LONG_DIVE_SHARE)
            return LONG_PACE if slow else FASTEST
        return int(np.clip(left_s / (STEP_S * len(self.leave_cny)), FASTEST, SLOWEST))

    def offer_polished(self, plan: list[Column], *, last: bool = False) -> None:
        """Take a plan over after a short search around it, or a long one if nothing comes after."""
        routes = self.completed(plan)
        cost = self.ruin.cost(self.ruin.tour(routes))
        self.note(f"dived to {cost:.2f}")
        self.offer(routes)
        if self.proved():
            return
        seconds = min(POLISH_SHARE * self.budget.left_s(), POLISH_S * len(self.leave_cny))
        temperatures = POLISH_CNY
        if last and self._has_long_time():
            seconds, temperatures = self.budget.left_s(), LONG_POLISH_CNY
        self._ruin(self.params.ruin_steps // 4, *temperatures, seconds=seconds, routes=routes)

    def completed(self, plan: list[Column]) -> list[Route]:
        """Return the routes of columns, with the jobs that none of them does inserted."""
        routes = self.model.idle()
        for column in plan:
            routes[column.unit] = column.route
        return self.ruin.completed(routes)
