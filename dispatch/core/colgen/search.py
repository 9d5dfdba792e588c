"""The search of the engine ``colgen``: from a warm start to a proof, as far as the budget goes.

1. Ruin and recreate from the plan in force: a good plan and a pool of routes.
2. Column generation with exact pricing: the linear program and a Lagrangian bound at each round.
3. Diving, and ruin and recreate from what it finds: a plan close to the bound.
4. All routes within the gap, cuts, and CP-SAT on what is left: the optimum, proved.

The bound is one of the snapshot's model; it is claimed only for rounds in which every unit was
priced to the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dispatch.core.colgen.arrays import Floats
from dispatch.core.colgen.budget import Budget
from dispatch.core.colgen.closing import Listed, bound_of, separate, settle
from dispatch.core.colgen.dive import dive
from dispatch.core.colgen.integer import choose
from dispatch.core.colgen.master import LpSolution, Master
from dispatch.core.colgen.pricing import Priced, Pricing
from dispatch.core.colgen.routes import Column, Route, RouteModel
from dispatch.core.colgen.ruin import Ruin
from dispatch.core.params import SolveParams

IMPROVEMENT_CNY = 1e-6
FEW_LABELS = 1_000
"""Labels of one unit at first, while duals are wild; more once few routes are found."""

ROUNDING_CNY = 1e-6
"""Taken off each bound, and as a share of it too, for the rounding of sums."""


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
    bound_cny: float = -np.inf
    trace: list[tuple[str, float, float, float]] = field(default_factory=list)

    def run(self) -> None:
        """Search until the budget is spent or the optimum is proved."""
        self.note("start")
        self._ruin(self.params.ruin_steps, 8.0, 0.2, seconds=0.25)
        self.note("ruin")
        converged = self._generate()
        self.note("columns")
        if not self.budget.over():
            self._dive()
            self.note("dive")
        if converged is not None and self.exact:
            self._close(converged)
            self.note("close")
        if self.budget.seconds is not None and not self.proved():
            self._ruin(0, 1.0, 0.05, seconds=self.budget.left_s())
            self.note("polish")

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

    def _ruin(self, steps: int, hot: float, cold: float, seconds: float) -> None:
        """Make ``steps`` rounds, or as many as fit into ``seconds`` where time decides."""
        share = None
        if self.budget.seconds is not None:
            start = self.budget.spent_s()
            share = lambda: (self.budget.spent_s() - start) / max(seconds, 1e-9)  # noqa: E731
        self.offer(self.ruin.improved(self.best, steps, hot, cold, share))

    def _bound(self, priced: Priced, duals: Floats) -> None:
        if priced.exact and self.model.complete:
            value = float(duals.sum() + priced.least.sum())
            self.bound_cny = max(self.bound_cny, value - ROUNDING_CNY * (1 + abs(value)))

    # ------------------------------------------------------------------ columns

    def _generate(self) -> LpSolution | None:
        """Generate columns; return the solution if no column is missing any more."""
        self.master.add(self.model.columns([*self.best, *self.ruin.pooled()]))
        few = 1 + self.master.n_units // 20
        cap = FEW_LABELS
        for _ in range(self.params.pricing_rounds):
            solution = self.master.solve()
            if solution is None or self.budget.over(0.9):
                return None
            priced = self.pricing.price(solution.duals, solution.unit_duals, most_labels=cap)
            self._bound(priced, solution.duals)
            added = self.master.add(self.model.columns(priced.routes()))
            self.note(f"{added} columns, lp {solution.cny:.1f}, cap {cap}, {priced.exact}")
            if not priced.exact and added < few:
                if cap >= self.params.most_labels:
                    return None
                cap = min(5 * cap, self.params.most_labels)
            elif added == 0 or solution.cny - self.bound_cny < 1e-5 * abs(solution.cny):
                return solution
        return None

    def _dive(self) -> None:
        def reprice(solution: LpSolution, busy: set[int], covered: set[int]) -> list[Column]:
            duals = solution.duals.copy()
            duals[list(covered)] = 0.0
            active = np.ones(self.master.n_units, dtype=np.int64)
            active[list(busy)] = 0
            priced = self.pricing.price(
                duals, solution.unit_duals, active=active, most=3, most_labels=FEW_LABELS
            )
            found = self.model.columns(priced.routes())
            return [it for it in found if covered.isdisjoint(it.jobs)]

        plan = dive(self.master, reprice, lambda: self.budget.over(0.95))
        self.offer(self.completed(plan))

    def completed(self, plan: list[Column]) -> list[Route]:
        """Return the routes of columns, with the jobs that none of them does inserted."""
        routes = self.model.idle()
        for column in plan:
            routes[column.unit] = column.route
        return self.ruin.completed(routes)

    # ------------------------------------------------------------------ proof

    def _close(self, solution: LpSolution) -> None:
        least = self.pricing.price(solution.duals, np.zeros(self.master.n_units), most=1)
        if not least.exact:
            return
        bound = bound_of(solution, least.least)
        gap = 0.0
        while not self.budget.over(0.95) and not self.proved():
            wanted = self.cost_cny - bound + ROUNDING_CNY * (1 + abs(bound))
            gap = wanted if wanted < 1.3 * gap else min(wanted, max(2.5 * gap, 0.002 * bound))
            listed = self._listed(solution, least.least, gap)
            if listed is None:
                return
            self._settle(listed, complete=gap >= wanted)
            self.note(f"gap {gap:.1f} {len(listed)}")
            if gap >= wanted:
                return

    def _listed(self, solution: LpSolution, least: Floats, gap: float) -> Listed | None:
        most = self.params.listed_routes
        priced = self.pricing.price(
            solution.duals, least + gap, gap_cny=gap, most=min(most, 20_000), room=most, slot_s=120
        )
        if not priced.exact:
            return None
        return Listed.of(self.model.arrays, priced, solution.duals).unique()

    def _settle(self, listed: Listed, *, complete: bool) -> None:
        """Find the best plan of listed routes; if they are all, what is found is the optimum."""
        n_units = self.master.n_units
        reduced = np.zeros(len(listed))
        bound = -np.inf
        for _ in range(self.params.cut_rounds):
            settled = settle(self.master, listed, n_units)
            if settled is None or self.budget.over(0.95):
                break
            _, reduced, bound = settled
            if complete:
                floor = bound - ROUNDING_CNY * (1 + abs(bound))
                self.bound_cny = max(self.bound_cny, min(floor, self.cost_cny))
            kept = np.flatnonzero(reduced <= self.cost_cny - bound + 1e-6)
            listed, reduced = listed.kept(kept), reduced[kept]
            if self.proved() or len(listed) < 300:
                break
            cuts = separate(self.master)
            if not cuts:
                break
            self.master.cut(cuts)
        if self.proved() or len(listed) == 0:
            return
        self._choose(listed, complete=complete)

    def _choose(self, listed: Listed, *, complete: bool) -> None:
        wanted = {(route[0], route[1]) for route in self.best}
        hint = {r for r in range(len(listed)) if listed.column(r).route in wanted}
        chosen = choose(
            listed,
            self.leave_cny,
            self.master.n_units,
            hint=hint,
            seconds=self.budget.left_s(),
            effort=self.params.integer_effort,
            seed=self.seed,
        )
        if chosen.routes is not None:
            self.offer(self.completed([listed.column(r) for r in chosen.routes]))
        if complete and chosen.proved:
            self.bound_cny = max(self.bound_cny, self.cost_cny - ROUNDING_CNY)
