"""The end of the search: listing all routes that a better plan may use, and settling on one.

See `closing` for the parts and `search` for what comes before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dispatch.core.colgen.arrays import Floats
from dispatch.core.colgen.closing import separate, settle
from dispatch.core.colgen.diving import Diving
from dispatch.core.colgen.integer import choose
from dispatch.core.colgen.listed import Listed

if TYPE_CHECKING:
    from dispatch.core.colgen.search import Search

ROUNDING_CNY = 1e-7
"""Taken off each bound, and as a share of it too, for the rounding of sums."""

FIRST_GAP = 0.003
"""Share of the bound within which routes are listed first."""

LESS = 0.4
"""Share of that gap within which they are listed where they are too many."""

GROWTH = 2.7
"""Twice the gap, this power of two times as many routes: seen on waves of all sizes."""

LISTING_SLOT_S = 240
UNITS_LISTED, MOST_LISTED = 2, 100_000
"""Units between two looks at the clock, and routes that these may have."""

LISTING_SHARE, LISTING_SLACK_S = 0.35, 0.05
"""Share of the time left that listing may take, judged from the first units on, with some slack."""

LEAST_LABELS, LABELS_A_S = 60_000, 30_000
"""Labels that one unit may have in listing: so many, or more for each second that is left."""

SMALL_GAIN = 2e-6
"""Cuts go on while a round of them raises the bound by this share."""

CHOOSING_S = 2e-4
"""The integer program needs so many seconds for each route, or it is not worth its time."""

FEW_CHOSEN, MOST_CHOSEN = 5, 30_000
"""Routes that the integer program chooses from, for each job at first, and at most."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is done once no column is missing any more."""

    search: Search

    def close(self, duals: Floats, least: Floats) -> None:
        """List routes: at first a few, for a good plan, then all that a better plan may use."""
        bound = float(duals.sum() + least.sum())
        first = max(1.0, FIRST_GAP * abs(bound))
        wanted = self._wanted(bound)
        gap = wanted if wanted < 1.5 * first else first
        began_s = self.search.budget.spent_s()
        listed = None if self.search.budget.over(0.65) else self._listed(duals, least, gap)
        if listed is None and not self.search.budget.over(0.5):
            gap *= LESS
            listed = self._listed(duals, least, gap)
        if listed is None:
            self.search.add_promising()
            Diving(self.search).find()
            return
        n_first = max(1, len(listed))
        took_s = self.search.budget.spent_s() - began_s
        self._settle(listed, bound + gap)
        wanted = self._wanted(bound)
        if self.search.proved():
            return
        growth = (wanted / gap) ** GROWTH
        if wanted <= gap:
            self._settle(listed, bound + gap)
        elif n_first * growth < self.search.params.listed_routes and self._has_time(
            growth * took_s
        ):
            listed = self._listed(duals, least, wanted)
            if listed is not None:
                self._settle(listed, bound + wanted)

    def _has_time(self, seconds: float) -> bool:
        """Return whether so much time is left; always where steps decide."""
        return self.search.budget.seconds is None or seconds < self.search.budget.left_s()

    def _wanted(self, bound: float) -> float:
        """Return the gap within which routes must be listed to have all of a better plan."""
        return self.search.cost_cny - bound + ROUNDING_CNY * (1 + abs(bound))

    def _listed(self, duals: Floats, least: Floats, gap: float) -> Listed | None:
        """Return all routes within a gap; ``None`` if there are too many, or time is up."""
        most, n_units = self.search.params.listed_routes, self.search.master.n_units
        prepared = self.search.pricing.bounds(duals, gap_cny=gap, slot_s=LISTING_SLOT_S)
        parts: list[Listed] = []
        began_s, left_s = self.search.budget.spent_s(), self.search.budget.left_s()
        timed = self.search.budget.seconds
        for start in range(0, n_units, UNITS_LISTED):
            active = np.zeros(n_units, dtype=np.int64)
            active[start : start + UNITS_LISTED] = 1
            priced = self.search.pricing.price(
                duals,
                least + gap,
                active=active,
                gap_cny=gap,
                most=MOST_LISTED,
                room=MOST_LISTED,
                prepared=prepared,
                most_labels=None if timed is None else int(max(LEAST_LABELS, LABELS_A_S * left_s)),
            )
            most -= priced.n_written
            share = min(1.0, (start + UNITS_LISTED) / n_units)
            most_s = LISTING_SHARE * share * left_s + LISTING_SLACK_S
            slow = timed is not None and self.search.budget.spent_s() - began_s > most_s
            if not priced.exact or most < 0 or slow or self.search.budget.over(0.95):
                self.search.note(f"too many within {gap:.2f}")
                return None
            parts.append(Listed.of(self.search.model.arrays, priced, duals))
        listed = Listed.joined(parts).unique()
        self.search.note(f"listed {len(listed)} within {gap:.2f}")
        return listed

    def _settle(self, listed: Listed, beyond: float) -> None:
        """Find the best plan of listed routes; a plan with any other route costs ``beyond``."""
        bound = -np.inf
        reduced = np.zeros(len(listed))
        for _ in range(self.search.params.cut_rounds):
            settled = settle(self.search.master, listed, self.search.master.n_units)
            if settled is None:
                break
            _, reduced, value = settled
            gained, bound = value - bound, value
            self._raise(min(bound, beyond))
            kept = np.flatnonzero(reduced <= self.search.cost_cny - bound + 1e-6)
            listed, reduced = listed.kept(kept), reduced[kept]
            if (
                self.search.proved()
                or self.search.budget.over(0.75)
                or gained < SMALL_GAIN * abs(bound)
            ):
                break
            cuts = separate(self.search.master)
            if not cuts:
                break
            self.search.master.cut(cuts)
        self.search.note(f"{len(self.search.master.cuts)} cuts, {bound:.2f}, {len(listed)} routes")
        if self.search.proved() or len(listed) == 0 or self.search.budget.over(0.95):
            return
        if beyond < self.search.cost_cny:
            Diving(self.search, listed).find()
        kept = np.flatnonzero(reduced <= self.search.cost_cny - bound + 1e-6)
        listed, reduced = listed.kept(kept), reduced[kept]
        self.search.note(f"dive, {len(listed)} routes")
        if not self.search.proved() and len(listed) > 0 and not self.search.budget.over(0.95):
            self._choose(listed, reduced, beyond)

    def _raise(self, value: float) -> None:
        """Take over a bound that holds for plans cheaper than the best one."""
        floor = min(value - ROUNDING_CNY * (1 + abs(value)), self.search.cost_cny)
        self.search.bound_cny = max(self.search.bound_cny, floor)

    def _choose(self, listed: Listed, reduced: Floats, beyond: float) -> None:
        """Choose among the listed routes; where they are not all yet, among the most promising."""
        best = np.argsort(reduced, kind="stable")
        few = listed.kept(np.sort(best[: FEW_CHOSEN * len(self.search.leave_cny)]))
        every = len(few) == len(listed) or beyond >= self.search.cost_cny
        for routes in [listed] if every else [few]:
            if self.search.budget.over(0.95) or len(routes) > MOST_CHOSEN or self.search.proved():
                return
            if not self._has_time(CHOOSING_S * len(routes)):
                return
            best_now = set(self.search.best)
            known = {r for r in range(len(routes)) if routes.column(r).route in best_now}
            chosen = choose(
                routes,
                self.search.leave_cny,
                self.search.master.n_units,
                self.search.master.cuts,
                known=known,
                seconds=0.95 * self.search.budget.left_s(),
                nodes=self.search.params.integer_nodes,
            )
            if chosen.routes is not None:
                self.search.offer(self.search.completed([routes.column(r) for r in chosen.routes]))
            if len(routes) == len(listed):
                self._raise(min(chosen.bound_cny, beyond))
            self.search.note(f"chosen of {len(routes)}, bound {chosen.bound_cny:.2f}")
