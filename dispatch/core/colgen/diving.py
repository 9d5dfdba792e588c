"""A plan out of the linear program: a dive with new routes at each step, and a search around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dispatch.core.colgen.ascent import FEW_LABELS
from dispatch.core.colgen.closing import reduced as reduced_costs
from dispatch.core.colgen.dive import dive
from dispatch.core.colgen.listed import Listed
from dispatch.core.colgen.master import LpSolution
from dispatch.core.colgen.near import Near, Pool
from dispatch.core.colgen.routes import Column

if TYPE_CHECKING:
    from dispatch.core.colgen.search import Search

SLOT_S = 1_800
"""Completion bounds are coarse where routes are only looked for."""

FASTEST, SLOWEST = 6, 40
"""A step fixes at least one in so many of the fractional columns."""

STEP_S = 1.5e-4
"""What a step takes about, seconds for each job."""

LONG_PACE, LONG_SHARE = 20, 0.75
"""Where routes are long and time is too: the pace, until this share of the time is up. Then a dive
goes as fast as any: the search around it needs the rest."""

POLISH_CNY, LONG_POLISH_CNY = (0.5, 0.05), (2.0, 0.1)
"""Temperatures of the search around what was found, first and last."""

POLISH_SHARE, POLISH_S = 0.6, 3e-4
"""It takes this share of the time left, at most, and so many seconds for each job."""

CLOSE = 2e-3
"""A plan that costs this share more than the linear program needs no dive."""

FAR, FAR_TIMES = 0.015, 3
"""So many times more where the dive ended this share of the bound above it."""

MOST_REPRICED = 200
"""Listed routes that come back into the linear program in one step."""

USEFUL_CNY = 1e-7
"""Reduced costs this far below zero make a listed route come back."""


@dataclass(frozen=True, slots=True)
class Diving:
    """Finds plans for a search; ``listed`` are all routes that may be of use, if they are known."""

    search: Search
    listed: Listed | None = None

    def find(self) -> None:
        """Make a plan out of the linear program, and look near and around it."""
        self.around(self.near())

    def around(self, found: tuple[Near, Pool] | None) -> None:
        """Look around what is near, for a while."""
        if found is not None and not self.search.proved():
            near, pool = found
            near.look_around(pool)

    def near(self) -> tuple[Near, Pool] | None:
        """Make a plan out of the linear program, and look near it."""
        search, near = self.search, self._near()
        if near is not None and self.listed is not None:
            near.choose_beside_sure()
            if search.cost_cny - near.solution.cny < CLOSE * abs(near.solution.cny):
                return near, near.improve(search.pooled())
        late = lambda: search.budget.over(0.95)  # noqa: E731
        rest = None if near is None else near.rest
        self._polish(dive(search.master, self._reprice, late, self._pace, rest))
        return None if near is None else (near, near.improve(search.pooled()))

    def _near(self) -> Near | None:
        """Return what is near the linear program; ``None`` where steps decide, or routes are long.

        There the one has no time that it could save, and the other lacks columns.
        """
        search = self.search
        if search.budget.seconds is None or search.long_routes():
            return None
        solution = search.master.solve()
        listed = search.promising() if self.listed is None else self.listed
        return None if solution is None else Near.of(search, solution, listed)

    def _reprice(self, solution: LpSolution, busy: set[int], covered: set[int]) -> list[Column]:
        """Return new routes for the units that are not busy, without the jobs covered."""
        priced = self._priced(solution, busy, covered)
        if self.listed is None:
            return priced
        reduced = reduced_costs(self.listed, self.search.master, solution)
        taken = np.zeros(len(self.search.leave_cny) + 1, dtype=bool)
        taken[list(covered)] = True
        reduced[taken[self.listed.jobs].any(axis=1) | np.isin(self.listed.unit, list(busy))] = 0.0
        best = np.argsort(reduced, kind="stable")[:MOST_REPRICED]
        back = [self.listed.column(int(r)) for r in best if reduced[r] < -USEFUL_CNY]
        return [*priced, *back]

    def _priced(self, solution: LpSolution, busy: set[int], covered: set[int]) -> list[Column]:
        search = self.search
        duals = solution.duals.copy()
        duals[list(covered)] = 0.0
        active = np.ones(search.master.n_units, dtype=np.int64)
        active[list(busy)] = 0
        priced = search.pricing.price(
            duals,
            solution.unit_duals,
            active=active,
            most=3,
            most_labels=None if search.long_routes() else FEW_LABELS,
            slot_s=SLOT_S,
            beam=search.long_routes(),
        )
        return [it for it in search.model.columns(priced.routes()) if covered.isdisjoint(it.jobs)]

    def _pace(self) -> int:
        """Return how small the steps may be in the time that is left."""
        search = self.search
        if search.budget.seconds is None:
            return SLOWEST
        if search.long_routes():
            slow = search.has_long_time() and not search.budget.over(LONG_SHARE)
            return LONG_PACE if slow else FASTEST
        step_s = STEP_S * len(search.leave_cny)
        return int(np.clip(search.budget.left_s() / step_s, FASTEST, SLOWEST))

    def _polish(self, plan: list[Column]) -> None:
        """Offer a plan, and the best one around it; a long search if nothing comes after."""
        search = self.search
        routes = search.completed(plan)
        cost = search.ruin.cost(search.ruin.tour(routes))
        search.note(f"dived to {cost:.2f}")
        search.offer(routes)
        if search.proved():
            return
        far = cost - search.bound_cny > FAR * abs(search.bound_cny)
        polish_s = POLISH_S * len(search.leave_cny) * (FAR_TIMES if far else 1)
        seconds = min(POLISH_SHARE * search.budget.left_s(), polish_s)
        temperatures = POLISH_CNY
        if self.listed is None and search.has_long_time():
            seconds, temperatures = search.budget.left_s(), LONG_POLISH_CNY
        search.improve(search.params.ruin_steps // 4, *temperatures, seconds, routes)
