"""The end of the search: cuts, a plan near the linear program, and an integer program.

The linear program with its cuts is over listed routes. At its duals, routes that are not listed may
be cheaper than they seem; `checking` finds them and makes the value a bound. See `closing` for the
other parts and `search` for what comes before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dispatch.core.colgen.arrays import Floats
from dispatch.core.colgen.checking import Checking
from dispatch.core.colgen.closing import Settled, reduced, separate, settle
from dispatch.core.colgen.diving import Diving
from dispatch.core.colgen.integer import choose
from dispatch.core.colgen.listing import Listing

if TYPE_CHECKING:
    from dispatch.core.colgen.search import Search

FIRST_GAP, LEAST_GAP, FIRST_GAP_CNY = 0.002, 0.001, 1.0
"""The gap within which routes are listed first: share of the bound, least share, least amount."""

PARTLY_S = 8e-3
"""With so much time left for each job, units may take part that have too many routes to list."""

TAIL_GAIN, LEAST_GAIN, SMALL_ROUNDS = 2e-4, 2e-6, 3
"""Cuts of three rows go on while a round of them raises the value by the first share, all cuts
until so many rounds in a row have raised it by less than the second."""

CUTS_SHARE, FIVES_SHARE, PLAN_SHARE = 0.75, 0.45, 0.55
"""Share of the time until which cuts go on; those of five rows where no plan was made yet; those
that prove nothing."""

NEARLY = 5e-4
"""A plan that costs this share more than the linear program is near enough: proving it is next."""

CHOOSING_S = 2e-4
"""The integer program needs so many seconds for each route, or it is not worth its time."""

FEW_CHOSEN, FEW_SHARE, MOST_CHOSEN = 5, 0.3, 30_000
"""Routes that the integer program chooses from, for each job at first, with this share of the time
left, and at most."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is done once no column is missing any more.

    ``duals`` and ``least`` are those of the bound without cuts, by job and by unit.
    """

    search: Search
    duals: Floats
    least: Floats

    def close(self) -> None:
        """Find a plan near the linear program with its cuts, and prove it as far as time allows."""
        search = self.search
        first = self._first()
        cut = None if first is None else self._cut(first)
        if cut is None:
            self._improve_promising()
            return
        cut = self._checked(cut)
        if not self._is_over() and not search.budget.over(FIVES_SHARE):
            cut = self._checked(self._cut(cut, fives=True, share=FIVES_SHARE) or cut)
        if cut.beyond < search.cost_cny and not self._is_over():
            self._improve(cut)
        if cut.beyond < search.cost_cny and not self._is_over():
            cut = self._completed(cut) or cut
        if not self._is_over():
            cut = self._cut(cut, fives=True) or cut
        self._choose_few(cut)
        if cut.beyond >= search.cost_cny:
            self._choose(cut.within(self._wanted(cut.value)), every=True)

    def _is_over(self) -> bool:
        return self.search.proved() or self.search.budget.over(0.95)

    def _bound(self) -> float:
        return float(self.duals.sum() + self.least.sum())

    def _wanted(self, bound: float) -> float:
        """Return the gap within which routes must be listed to have all of a better plan."""
        return self.search.cost_cny - bound + self.search.rounding_cny(bound)

    # ------------------------------------------------------------------ routes

    def _first(self) -> Settled | None:
        """Return all routes within a gap, not settled yet.

        Where some units have too many, nothing is said of others; ``None`` where that would take
        more time than there is.
        """
        search, listing, bound = self.search, Listing(self.search), self._bound()
        if search.budget.over(0.65):
            return None
        wanted, first = self._wanted(bound), max(FIRST_GAP_CNY, FIRST_GAP * abs(bound))
        smallest = LEAST_GAP * abs(bound)
        gap = wanted if wanted < 1.5 * first else first
        gap_in_time = listing.gap(self.duals, self.least, gap, smallest)
        if gap_in_time is None and search.budget.left_s() < PARTLY_S * len(self.duals):
            return None
        gap = smallest if gap_in_time is None else gap_in_time
        found = listing.below(self.duals, self.least + gap, gap, every=False)
        if found is None:
            return None
        return Settled.not_yet(found.routes, -np.inf if found.partly else bound + gap)

    def _completed(self, cut: Settled) -> Settled | None:
        """Return all routes that a better plan may use, and the linear program over them."""
        if cut.is_checked:
            wanted = self._wanted(cut.value)
            cheap = Checking(self.search).cheap(cut.solution, wanted)
            if cheap is None:
                return None
            costs = reduced(cheap.routes, self.search.master, cut.solution)
            routes, beyond = cheap.routes.kept(np.flatnonzero(costs <= wanted)), cut.value + wanted
        else:
            wanted = self._wanted(self._bound())
            found = Listing(self.search).below(self.duals, self.least + wanted, wanted)
            if found is None:
                return None
            routes, beyond = found.routes, self._bound() + wanted
        return self._cut(Settled.not_yet(routes, beyond))

    # ------------------------------------------------------------------ bounds

    def _cut(
        self, cut: Settled, *, fives: bool = False, share: float = CUTS_SHARE
    ) -> Settled | None:
        """Solve the linear program over listed routes, with cuts as long as they raise its value.

        ``None`` where GLOP gives up.
        """
        search, found, value, n_small = self.search, None, -np.inf, 0
        for _ in range(search.params.cut_rounds):
            settled = settle(search.master, cut.listed, cut.beyond)
            if settled is None:
                break
            gained, value = settled.value - value, settled.value
            self._raise(settled.bound)
            found = cut = settled.within(self._wanted(value))
            n_small = n_small + 1 if gained < LEAST_GAIN * abs(value) else 0
            if self._is_over() or search.budget.over(share) or n_small == SMALL_ROUNDS:
                break
            if not fives and gained < TAIL_GAIN * abs(value):
                break
            cuts = separate(search.master, fives=fives)
            if not cuts:
                break
            search.master.cut(cuts)
        search.note(f"{len(search.master.cuts)} cuts, {value:.2f}, {len(cut.listed)} routes")
        return found

    def _checked(self, cut: Settled) -> Settled:
        """Return a linear program whose value bounds every plan, if that is more than is known."""
        if self._is_over() or cut.value <= cut.beyond:
            return cut
        checked = Checking(self.search).checked(cut, self.duals, self.least)
        if checked is None or checked.value <= cut.bound:
            return cut
        self._raise(checked.value)
        return checked

    def _raise(self, value: float) -> None:
        """Take over a bound that holds for plans cheaper than the best one."""
        search = self.search
        floor = min(value - search.rounding_cny(value), search.cost_cny)
        search.bound_cny = max(search.bound_cny, floor)

    # ------------------------------------------------------------------ plans

    def _improve(self, cut: Settled) -> None:
        """Make a plan of the linear program."""
        diving = Diving(self.search, cut.listed)
        near = diving.near()
        if self._wanted(cut.value) > NEARLY * abs(cut.value):
            diving.around(near)

    def _improve_promising(self) -> None:
        """Make a plan of the most promising routes; cuts prove nothing there, but lead to plans."""
        self.search.add_promising()
        self._cut(Settled.not_yet(self.search.promising(), -np.inf), share=PLAN_SHARE)
        Diving(self.search).find()

    def _choose_few(self, cut: Settled) -> None:
        """Choose among the most promising routes: all that a better plan may use, or few."""
        near = cut.within(self._wanted(cut.value))
        few = near.most_promising(FEW_CHOSEN * len(self.search.leave_cny))
        every = cut.beyond >= self.search.cost_cny and len(few.listed) == len(near.listed)
        self._choose(few, every=every, share=FEW_SHARE)

    def _choose(self, cut: Settled, *, every: bool, share: float = 0.95) -> None:
        """Choose among listed routes; ``every`` one that a better plan may use is among them."""
        search, routes = self.search, cut.listed
        if self._is_over() or not 0 < len(routes) <= MOST_CHOSEN:
            return
        if search.budget.seconds is not None and search.budget.left_s() < CHOOSING_S * len(routes):
            return
        best_now = set(search.best)
        chosen = choose(
            routes,
            search.leave_cny,
            search.master.n_units,
            search.master.cuts,
            known={r for r in range(len(routes)) if routes.column(r).route in best_now},
            seconds=share * search.budget.left_s(),
            nodes=search.params.integer_nodes,
        )
        if chosen.routes is not None:
            search.offer(search.completed([routes.column(r) for r in chosen.routes]))
        if every:
            self._raise(min(chosen.bound_cny, cut.beyond))
        search.note(f"chosen of {len(routes)}, bound {chosen.bound_cny:.2f}")
