"""Whether the value of a linear program with cuts bounds every plan, and what it lacks for that.

Pricing knows no cuts. But a cut only ever makes a route dearer, so that what is cheap with cuts is
cheap without them: all such routes of a unit are listed, which are few, and their cuts counted
then. The duals of a vertex may be anything where few routes are listed; within a box above those at
which no route was missing without cuts, next to nothing is, and next to nothing of the value lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dispatch.core.colgen.arrays import Floats
from dispatch.core.colgen.closing import Settled, reduced, settle
from dispatch.core.colgen.listed import Listed
from dispatch.core.colgen.listing import LEAST_LABELS, Listing
from dispatch.core.colgen.master import LpSolution

if TYPE_CHECKING:
    from dispatch.core.colgen.search import Search

BOX_SHARE = 0.2
"""How far a dual may rise, as a share of the average one."""

MOST_CHECKS = 6
CHECKS_SHARE = 0.75
"""Rounds, and share of the time until which they begin."""

USEFUL_CNY = 1e-7
"""A route is missing whose reduced cost is this far below zero."""


@dataclass(frozen=True, slots=True)
class Cheap:
    """All routes that are cheap without cuts; ``lost_cny`` is what missing ones cost the bound."""

    routes: Listed
    lost_cny: float


@dataclass(frozen=True, slots=True)
class Checking:
    """Checks linear programs of one search."""

    search: Search

    def checked(self, cut: Settled, duals: Floats, least: Floats) -> Settled | None:
        """Return a linear program with duals near these ones, to whose value no route is missing.

        Every plan costs that much or more. ``None`` where time is up before.
        """
        master, box = self.search.master, BOX_SHARE * float(duals.mean())
        master.box(duals + box, least + box)
        try:
            return self._until_none_is_missing(cut)
        finally:
            master.unbox()

    def _until_none_is_missing(self, cut: Settled) -> Settled | None:
        search = self.search
        for _ in range(MOST_CHECKS):
            if search.budget.over(CHECKS_SHARE):
                return None
            settled = settle(search.master, cut.listed, cut.beyond)
            cheap = None if settled is None else self.cheap(settled.solution, 0.0, every=False)
            if settled is None or cheap is None:
                return None
            costs = reduced(cheap.routes, search.master, settled.solution)
            missing = np.flatnonzero(costs < -USEFUL_CNY)
            search.note(f"{settled.value:.2f}, {len(missing)} missing, {cheap.lost_cny:.2f} lost")
            if len(missing) == 0:
                value = settled.value - cheap.lost_cny
                return replace(settled, value=value, beyond=value, is_checked=True)
            more = Listed.joined([cut.listed, cheap.routes.kept(missing)]).unique()
            cut = Settled.not_yet(more, cut.beyond)
        return None

    def cheap(self, solution: LpSolution, gap: float, *, every: bool = True) -> Cheap | None:
        """Return all routes below ``gap`` at duals of cuts, the cuts left out.

        ``None`` if there are too many, or time is up; with ``every``, also if some are missing.
        """
        search, duals, idle = self.search, solution.duals, solution.unit_duals
        late = lambda: search.budget.over(0.85)  # noqa: E731
        labels = search.params.most_labels if search.budget.seconds is None else LEAST_LABELS
        priced = search.pricing.price_unless_late(duals, idle, late, most_labels=labels)
        if priced is None:
            return None
        above = priced.found.floor - idle
        units = np.flatnonzero(above < gap - USEFUL_CNY)
        if len(units) == 0:
            return Cheap(search.routes.kept(units), 0.0)
        units = units[np.argsort(-priced.found.labels[units], kind="stable")]
        farthest = gap - float(above[units].min())
        found = Listing(search).below(duals, idle + gap, farthest, units, every=every)
        if found is None:
            return None
        return Cheap(found.routes, -float(np.minimum(above[found.partly], 0.0).sum()))
