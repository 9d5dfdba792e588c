"""The search of the engine ``colgen``: from a warm start to a proof, as far as the budget goes.

1. Ruin and recreate from the plan in force: a good plan and a pool of routes.
2. Column generation with exact pricing: the linear program and a Lagrangian bound at each round.
3. Diving, and ruin and recreate from what it finds: a plan close to the bound.
4. All routes within the gap, cuts, and SCIP on what is left: the optimum, proved.

The bound is one of the snapshot's model; it is claimed only for rounds in which every unit was
priced to the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dispatch.core.colgen.arrays import Floats
from dispatch.core.colgen.budget import Budget
from dispatch.core.colgen.closing import Listed, separate, settle
from dispatch.core.colgen.dive import dive
from dispatch.core.colgen.integer import choose
from dispatch.core.colgen.master import LpSolution, Master
from dispatch.core.colgen.pricing import Priced, Pricing
from dispatch.core.colgen.routes import Column, Route, RouteModel
from dispatch.core.colgen.ruin import Ruin
from dispatch.core.params import SolveParams

IMPROVEMENT_CNY = 1e-6
CENTRE_TRUST, TRUST_LOST = 0.6, 0.3
"""How much the first duals follow the best plan's marginal costs, less from round to round."""

LONG_ROUTES = 2.8
"""From so many jobs for each unit on, routes are long."""

FIRST_GAP = 0.003
"""Share of the bound within which routes are listed first."""

GROWTH = 2.7
"""Twice the gap, this power of two times as many routes: seen on waves of all sizes."""

LISTING_SLOT_S, DIVING_SLOT_S = 240, 1_800
UNITS_LISTED, MOST_LISTED = 10, 100_000
"""Units between two looks at the clock, and routes that these may have."""

SMALL_GAIN = 2e-6
"""Cuts go on while a round of them raises the bound by this share."""

FASTEST, SLOWEST = 6, 40
"""A step of a dive fixes at least one in so many of the fractional columns."""

STEP_S = 1.5e-4
"""What a step of a dive takes about, seconds for each job."""

MOST_REPRICED = 200
"""Routes that come back into the linear program in one step of a dive."""

FEW_CHOSEN, MOST_CHOSEN = 5, 30_000
"""Routes that the integer program chooses from, for each job at first, and at most."""

FEW_LABELS = 1_000
"""Labels of one unit at first, while duals are wild; more once few routes are found."""

ROUNDING_CNY = 1e-7
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
    known: list[Column] = field(default_factory=list)
    known_duals: dict[int, float] = field(default_factory=dict)
    """What an earlier search left: columns and duals by job."""
    duals: Floats | None = None
    """The last duals that were priced at, for the next search."""
    bound_cny: float = -np.inf
    trace: list[tuple[str, float, float, float]] = field(default_factory=list)

    def run(self) -> None:
        """Search until the budget is spent or the optimum is proved."""
        self.note("start")
        self._ruin(self.params.ruin_steps, 8.0, 0.2, seconds=self._ruin_s())
        self.note("ruin")
        converged = self._generate()
        self.note("columns")
        if (converged is None or not self.exact) and not self.budget.over():
            self._dive()
            self.note("dive")
        if converged is not None and self.exact:
            self._close(*converged)
        if self.budget.seconds is not None and not self.proved():
            self._ruin(0, 1.0, 0.05, seconds=self.budget.left_s())
            self.note("polish")

    def _ruin_s(self) -> float:
        """Return for how long the search without columns pays, where time decides.

        Where routes are long, columns converge slowly, and it is the better half of the search.
        """
        seconds = self.budget.seconds or 0.0
        if len(self.leave_cny) > LONG_ROUTES * max(1, self.master.n_units):
            return 0.6 * seconds
        return min(0.2 * seconds, 0.0025 * len(self.leave_cny))

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

    def _generate(self) -> tuple[Floats, Floats] | None:
        """Generate columns; if none is missing any more, return duals and least reduced costs."""
        self.master.add(self.model.columns([*self.best, *self.ruin.pooled()]))
        self.master.add(self.known)
        few = 1 + self.master.n_units // 20
        cap, trust, centre = FEW_LABELS, CENTRE_TRUST, self._marginal()
        idle = np.zeros(self.master.n_units)
        for _ in range(self.params.pricing_rounds):
            solution = self.master.solve()
            if solution is None or self.budget.over(0.9):
                return None
            centre = trust * centre + (1 - trust) * solution.duals
            priced = self.pricing.price(
                centre, idle if trust else solution.unit_duals, most_labels=cap
            )
            self._bound(priced, centre)
            self.duals = centre
            added = self.master.add(self._improving(priced, solution))
            self.note(f"{added} columns, {solution.cny:.1f}, {trust:.2f}, {cap}, {priced.exact}")
            if trust:
                trust = 0.0 if added < few or trust < 0.1 else trust - TRUST_LOST
                cap = cap if trust else 5 * cap
            elif not priced.exact and added < few:
                if cap >= self.params.most_labels:
                    return None
                cap = min(5 * cap, self.params.most_labels)
            elif priced.exact and (
                added == 0 or solution.cny - self.bound_cny < 1e-6 * abs(solution.cny)
            ):
                return centre, priced.least
            elif added == 0:
                return None
        return None

    def _marginal(self) -> Floats:
        """Return what each job adds to the best plan: a first guess of its dual."""
        tours = [self.model.tour(route) for route in self.best]
        duals = 0.5 * self.leave_cny
        cost = self.model.pricer.route_cny
        for u, tour in enumerate(tours):
            for i, c in enumerate(tour):
                saved = cost(u, tour) - cost(u, tour[:i] + tour[i + 1 :])
                duals[self.model.compiled.job_of[c]] = saved
        for j, dual in self.known_duals.items():
            duals[j] = dual
        return np.clip(duals, 0.0, self.leave_cny)

    def _improving(self, priced: Priced, solution: LpSolution) -> list[Column]:
        """Return the priced routes that the linear program would use."""
        return [
            column
            for column in self.model.columns(priced.routes())
            if column.cny - solution.duals[list(column.jobs)].sum()
            < solution.unit_duals[column.unit] - 1e-7
        ]

    def _dive(self) -> None:
        plan = dive(self.master, self._repriced, lambda: self.budget.over(0.95), self._pace)
        self._offer_polished(plan)

    def _repriced(self, solution: LpSolution, busy: set[int], covered: set[int]) -> list[Column]:
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
            most_labels=FEW_LABELS,
            slot_s=DIVING_SLOT_S,
        )
        return [it for it in self.model.columns(priced.routes()) if covered.isdisjoint(it.jobs)]

    def _pace(self) -> int:
        """Return how small the steps of a dive may be in the time that is left."""
        left_s = self.budget.left_s()
        if self.budget.seconds is None:
            return SLOWEST
        return int(np.clip(left_s / (STEP_S * len(self.leave_cny)), FASTEST, SLOWEST))

    def _offer_polished(self, plan: list[Column]) -> None:
        """Take a plan over after a short search around it."""
        routes = self.completed(plan)
        cost = self.ruin.cost(self.ruin.tour(routes))
        self.note(f"dived to {cost:.2f}")
        self.offer(routes)
        if not self.proved():
            self.offer(self.ruin.improved(routes, self.params.ruin_steps // 4, 0.5, 0.05))

    def completed(self, plan: list[Column]) -> list[Route]:
        """Return the routes of columns, with the jobs that none of them does inserted."""
        routes = self.model.idle()
        for column in plan:
            routes[column.unit] = column.route
        return self.ruin.completed(routes)

    # ------------------------------------------------------------------ proof

    def _close(self, duals: Floats, least: Floats) -> None:
        """List routes: at first a few, for a good plan, then all that a better plan may use."""
        bound = float(duals.sum() + least.sum())
        first = max(1.0, FIRST_GAP * abs(bound))
        wanted = self._wanted(bound)
        gap = wanted if wanted < 1.5 * first else first
        listed = None if self.budget.over(0.65) else self._listed(duals, least, gap)
        if listed is None:
            self._dive()
            return
        n_first = max(1, len(listed))
        self._settle(listed, bound + gap)
        wanted = self._wanted(bound)
        if self.proved():
            return
        if wanted <= gap:
            self._settle(listed, bound + gap)
        elif n_first * (wanted / gap) ** GROWTH < self.params.listed_routes:
            listed = self._listed(duals, least, wanted)
            if listed is not None:
                self._settle(listed, bound + wanted)

    def _wanted(self, bound: float) -> float:
        """Return the gap within which routes must be listed to have all of a better plan."""
        return self.cost_cny - bound + ROUNDING_CNY * (1 + abs(bound))

    def _listed(self, duals: Floats, least: Floats, gap: float) -> Listed | None:
        """Return all routes within a gap; ``None`` if there are too many, or time is up."""
        most, n_units = self.params.listed_routes, self.master.n_units
        prepared = self.pricing.bounds(duals, gap_cny=gap, slot_s=LISTING_SLOT_S)
        parts: list[Listed] = []
        for start in range(0, n_units, UNITS_LISTED):
            active = np.zeros(n_units, dtype=np.int64)
            active[start : start + UNITS_LISTED] = 1
            priced = self.pricing.price(
                duals,
                least + gap,
                active=active,
                gap_cny=gap,
                most=MOST_LISTED,
                room=MOST_LISTED,
                prepared=prepared,
            )
            most -= priced.n_written
            if not priced.exact or most < 0 or self.budget.over(0.95):
                self.note(f"too many within {gap:.2f}")
                return None
            parts.append(Listed.of(self.model.arrays, priced, duals))
        listed = Listed.joined(parts).unique()
        self.note(f"listed {len(listed)} within {gap:.2f}")
        return listed

    def _settle(self, listed: Listed, beyond: float) -> None:
        """Find the best plan of listed routes; a plan with any other route costs ``beyond``."""
        bound = -np.inf
        reduced = np.zeros(len(listed))
        for _ in range(self.params.cut_rounds):
            settled = settle(self.master, listed, self.master.n_units)
            if settled is None:
                break
            _, reduced, value = settled
            gained, bound = value - bound, value
            self._raise(min(bound, beyond))
            kept = np.flatnonzero(reduced <= self.cost_cny - bound + 1e-6)
            listed, reduced = listed.kept(kept), reduced[kept]
            if self.proved() or self.budget.over(0.75) or gained < SMALL_GAIN * abs(bound):
                break
            cuts = separate(self.master)
            if not cuts:
                break
            self.master.cut(cuts)
        self.note(f"{len(self.master.cuts)} cuts, {bound:.2f}, {len(listed)} routes")
        if self.proved() or len(listed) == 0 or self.budget.over(0.95):
            return
        if beyond < self.cost_cny:
            self._dive_listed(listed)
        kept = np.flatnonzero(reduced <= self.cost_cny - bound + 1e-6)
        listed, reduced = listed.kept(kept), reduced[kept]
        self.note(f"dive, {len(listed)} routes")
        if not self.proved() and len(listed) > 0 and not self.budget.over(0.95):
            self._choose(listed, reduced, beyond)

    def _dive_listed(self, listed: Listed) -> None:
        def reprice(solution: LpSolution, busy: set[int], covered: set[int]) -> list[Column]:
            reduced = listed.reduced(self.master, solution)
            taken = np.zeros(len(self.leave_cny) + 1, dtype=bool)
            taken[list(covered)] = True
            reduced[taken[listed.jobs].any(axis=1) | np.isin(listed.unit, list(busy))] = 0.0
            best = np.argsort(reduced, kind="stable")[:MOST_REPRICED]
            return [
                *self._repriced(solution, busy, covered),
                *(listed.column(int(r)) for r in best if reduced[r] < -1e-7),
            ]

        plan = dive(self.master, reprice, lambda: self.budget.over(0.97), self._pace)
        self._offer_polished(plan)

    def _raise(self, value: float) -> None:
        """Take over a bound that holds for plans cheaper than the best one."""
        floor = min(value - ROUNDING_CNY * (1 + abs(value)), self.cost_cny)
        self.bound_cny = max(self.bound_cny, floor)

    def _choose(self, listed: Listed, reduced: Floats, beyond: float) -> None:
        """Choose among the listed routes; where they are not all yet, among the most promising."""
        best = np.argsort(reduced, kind="stable")
        few = listed.kept(np.sort(best[: FEW_CHOSEN * len(self.leave_cny)]))
        every = len(few) == len(listed) or beyond >= self.cost_cny
        for routes in [listed] if every else [few]:
            if self.budget.over(0.95) or len(routes) > MOST_CHOSEN or self.proved():
                return
            best_now = set(self.best)
            known = {r for r in range(len(routes)) if routes.column(r).route in best_now}
            chosen = choose(
                routes,
                self.leave_cny,
                self.master.n_units,
                self.master.cuts,
                known=known,
                seconds=0.95 * self.budget.left_s(),
                nodes=self.params.integer_nodes,
            )
            if chosen.routes is not None:
                self.offer(self.completed([routes.column(r) for r in chosen.routes]))
            if len(routes) == len(listed):
                self._raise(min(chosen.bound_cny, beyond))
            self.note(f"chosen of {len(routes)}, bound {chosen.bound_cny:.2f}")
