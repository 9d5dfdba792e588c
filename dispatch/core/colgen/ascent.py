"""A lower bound soon: columns without a linear program, from duals that are nearly right.

Each round moves the duals, within a radius around the best ones, to where the routes known leave
the highest bound; prices all units there, which earns a bound and finds routes that had been
overlooked; and goes on from there if the bound is better. A box around the best duals is that of
Marsten, Hogan, Blankenship, *The boxstep method for large-scale optimization* (Operations Research
23, 1975), with bundles by unit. The linear program would take longer than the pricing, and
its duals, at a corner, are of no use before it has converged.

The routes known also say how small each unit's reduced cost is at least: only labels that promise
less are looked at. So a minute later, with the duals and routes of the last plan, one round takes a
tenth of a second for 150 units and 400 jobs, and its bound is within two or three percent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dispatch.core.colgen.arrays import Floats, Ints
from dispatch.core.colgen.ascent_kernel import ascend
from dispatch.core.colgen.listed import Listed
from dispatch.core.colgen.pricing import SLOT_S, Priced

if TYPE_CHECKING:
    from dispatch.core.colgen.search import Search

MOST_STEPS = 400
"""Steps of one ascent, at most; each takes ten microseconds."""

CONVERGED, CONVERGED_SOON = 1e-5, 3e-4
"""No route of worth is missing if those known promise no more than this share above the bound; the
second counts where there is little time."""

WARM_RADIUS = 0.1
"""How far duals of an earlier problem go in the first round, as a share of the average one."""

FEW_LABELS, MORE_LABELS = 1_000, 5
"""Labels of one unit at first, while duals are wild, and how many times more after that."""

SKETCHED_ROUTES, SKETCHED_SHARE = 12, 0.5
"""Routes of one unit in a round that proves nothing; such rounds end when fewer routes are new than
this share of the units."""

SKETCHED_LABELS, EXACT_ROUND = 25_000, 7
"""Labels of one unit after these rounds, if there is time for so many more of them: that is what an
exact round takes. Else few labels have to do."""

LONG_SLOT_S = 300
"""Slots of completion bounds where routes are long: finer ones save labels."""

KNOWN_SHARE = 0.5
"""Share of the jobs whose dual must be known, or the radius has no end."""

LOST_SHARE = 0.5
"""More labels are given where their want costs this share of what was hoped for."""

LEAST_RADIUS_CNY = 1e-6

GAP_SLACK = 1e-6
"""Share of the bound by which sums may be rounded."""

FIRST_ROUND_SHARE = 1.3
"""A warm search may begin its first round this late, as a share of the time: on a slow machine it
is the one that earns a bound."""

SLOWER = 1.2
"""A round may take so many times what the last one took."""


@dataclass(slots=True)
class Ascent:
    """The duals with the best bound so far, and the routes known, which become more."""

    search: Search
    routes: Listed
    duals: Floats
    radius: float
    most_labels: int
    warm: bool
    least: Floats
    """The least reduced cost of each unit at ``duals``, of routes known or as it was proved."""
    value: float = -np.inf
    exact: bool = False
    """Whether every unit was priced to the end at ``duals``."""
    converged: bool = False
    labels: Ints | None = None
    """How many labels each unit took when the best duals were priced."""

    @classmethod
    def of(cls, search: Search, routes: Listed, duals: Floats) -> Ascent:
        """Return the beginning: at the duals of an earlier search, or anywhere."""
        warm = len(search.known_duals) >= KNOWN_SHARE * len(duals)
        return cls(
            search=search,
            routes=routes,
            duals=duals,
            radius=WARM_RADIUS * float(duals.mean()) if warm else np.inf,
            most_labels=MORE_LABELS * FEW_LABELS if warm else FEW_LABELS,
            warm=warm,
            least=routes.least(duals, search.master.n_units),
        )

    def run(self, share: float) -> bool:
        """Go on for this share of the time; return whether any of it is left.

        It ends where no route of worth is missing, as far as can be seen from the best duals.
        """
        budget, took_s = self.search.budget, 0.0
        n_rounds = self.search.params.pricing_rounds
        if self.search.long_routes() and not self.warm:
            n_rounds -= self._sketch(share, n_rounds // 2)
        for number in range(n_rounds):
            began_s = budget.spent_s()
            wait = FIRST_ROUND_SHARE if number == 0 and self.warm else share
            late = budget.seconds is not None and (
                began_s + SLOWER * took_s > wait * budget.seconds
            )
            if late or budget.over(wait):
                return False
            duals, least, hoped = self._climbed()
            self.converged = hoped - self.value <= self._tolerance() * (1 + abs(hoped))
            if self.converged or self.radius < LEAST_RADIUS_CNY:
                break
            priced = self._priced(duals, least, wait if number > 0 else None)
            if priced is None:
                return False
            self._learn(priced, duals, hoped)
            took_s = budget.spent_s() - began_s
        return True

    def _tolerance(self) -> float:
        """Return by what share more could be hoped for where columns have converged."""
        return CONVERGED_SOON if self.search.has_little_time() else CONVERGED

    def _priced(self, duals: Floats, least: Floats, share: float | None) -> Priced | None:
        """Price all units; ``None`` once this share of the time is up, with a ``share``."""
        pricing, budget, most_labels = self.search.pricing, self.search.budget, self.most_labels
        slot_s = LONG_SLOT_S if self.search.long_routes() else SLOT_S
        if share is None or budget.seconds is None:
            return pricing.price(duals, least, most_labels=most_labels, slot_s=slot_s)
        late = lambda: budget.over(share)  # noqa: E731
        return pricing.price_unless_late(duals, least, late, most_labels=most_labels, slot_s=slot_s)

    def _sketch(self, share: float, most: int) -> int:
        """Learn routes by a beam until next to none is new: soon, and without any bound.

        Return the rounds that were made, ``most`` at most. At the duals of few routes, exact
        pricing takes longest and its bound is worth least: where routes are long, a second.
        """
        search, arrays = self.search, self.search.model.arrays
        n_units, n_new, n_rounds = search.master.n_units, search.master.n_units, 0
        while n_rounds < most and n_new > SKETCHED_SHARE * n_units:
            if search.budget.over(share):
                break
            n_rounds, began_s = n_rounds + 1, search.budget.spent_s()
            duals, least, hoped = self._climbed()
            priced = search.pricing.price(duals, least, beam=True, most=SKETCHED_ROUTES)
            self.routes = Listed.joined([self.routes, Listed.of(arrays, priced, duals)])
            n_new = priced.n_written
            search.note(f"{n_new} sketched, hoped {hoped:.1f}")
            ends_s = search.budget.spent_s()
            ends_s += EXACT_ROUND * (ends_s - began_s)
            timed = search.budget.seconds
            enough = timed is None or ends_s < share * timed
            self.most_labels = SKETCHED_LABELS if enough else FEW_LABELS
        return n_rounds

    def near(self, most: int) -> Listed:
        """Return the routes that a plan better than the best one can use, of those known.

        Those of the best plan are among them, and no more than ``most`` of the others.
        """
        search = self.search
        gap = search.cost_cny - self.value + GAP_SLACK * (1 + abs(self.value))
        above = self.routes.above(self.duals, self.least)
        kept = np.flatnonzero(above <= gap)
        if len(kept) <= most:
            return self.routes.kept(kept)
        nearest = kept[np.argsort(above[kept], kind="stable")[:most]]
        best = Listed.of_routes(search.model.arrays, search.best)
        return Listed.joined([self.routes.kept(np.sort(nearest)), best])

    def _climbed(self) -> tuple[Floats, Floats, float]:
        """Return the best duals near by the routes known, least reduced costs and the bound."""
        leave_cny, routes = self.search.leave_cny, self.routes
        duals, least = self.duals.copy(), np.zeros(self.search.master.n_units)
        hoped = ascend(
            routes.unit,
            routes.jobs,
            routes.cny,
            np.maximum(0.0, self.duals - self.radius),
            np.minimum(leave_cny, self.duals + self.radius),
            self.search.cost_cny,
            MOST_STEPS,
            duals,
            least,
        )
        return duals, least, hoped

    def _learn(self, priced: Priced, duals: Floats, hoped: float) -> None:
        """Take the routes over, and the duals if their bound is better; set the next radius."""
        found = priced.found
        value = float(duals.sum() + found.floor.sum())
        self.search.raise_bound(priced, duals)
        short = found.exact == 0
        lost = float((found.least - found.floor)[short].sum())
        if short.any() and lost > LOST_SHARE * (hoped - value):
            self.most_labels *= MORE_LABELS
        elif value <= self.value:
            self.radius = 0.5 * min(self.radius, float(np.abs(duals - self.duals).max()))
        elif value - self.value > 0.5 * (hoped - self.value):
            self.radius *= 2
        if value > self.value:
            self.value, self.duals, self.least = value, duals, found.floor
            self.exact, self.labels = priced.exact, found.labels
        new = Listed.of(self.search.model.arrays, priced, duals)
        self.routes = Listed.joined([self.routes, new])
        self.search.note(
            f"{len(new)} routes, hoped {hoped:.1f}, {self.radius:.2f}, "
            f"{self.most_labels}, {priced.exact}"
        )
