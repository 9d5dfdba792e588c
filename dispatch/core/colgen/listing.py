"""All routes whose reduced cost is below some limit, unit by unit, as far as time allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dispatch.core.colgen.arrays import Floats, Ints
from dispatch.core.colgen.listed import Listed
from dispatch.core.colgen.pricing import Prepared, Priced

if TYPE_CHECKING:
    from dispatch.core.colgen.search import Search

SLOT_S = 240
"""Length of the time slots of completion bounds, seconds."""

UNITS_LISTED, MOST_LISTED = 2, 100_000
"""Units between two looks at the clock, and routes that these may have."""

TIME_SHARE, PROBE_SHARE = 0.35, 0.15
"""Share of the time left that listing may take, and that it is planned to take."""

LEAST_LABELS, SOME_LABELS, LABELS_A_S = 60_000, 100_000, 4_000_000
"""Labels of one unit, at most: at least so many, and as many as there is time for at so many a
second; where not all routes need be listed, so many."""

GROWTH = 15
"""A unit takes at least so many times the labels of pricing, within the least gap worth listing."""

LESS = 0.7
"""Share of a gap that is tried next."""


@dataclass(frozen=True, slots=True)
class Found:
    """Routes listed, and the units of which some are missing."""

    routes: Listed
    partly: list[int]


@dataclass(frozen=True, slots=True)
class Listing:
    """Lists routes of one search."""

    search: Search

    def gap(self, duals: Floats, least: Floats, gap: float, smallest: float) -> float | None:
        """Return a gap above ``least`` within which all routes are listed in time; ``None``: none.

        The unit that took most labels before tells: it takes as many times more as all others do.
        """
        search, labels = self.search, self._labels()
        if search.budget.seconds is None or labels is None:
            return gap
        hardest = int(labels.argmax())
        share = float(labels[hardest] / max(1, labels.sum()))
        most = int(share * PROBE_SHARE * search.budget.left_s() * LABELS_A_S)
        while gap >= smallest and labels[hardest] * GROWTH < most:
            prepared = search.pricing.bounds(duals, gap_cny=gap, slot_s=SLOT_S)
            which = np.array([hardest])
            if self._priced(duals, least + gap, gap, which, most, prepared).exact:
                return gap
            gap *= LESS
        return None

    def below(
        self,
        duals: Floats,
        limit: Floats,
        gap: float,
        units: Ints | None = None,
        *,
        every: bool = True,
    ) -> Found | None:
        """Return all routes of some units (``None``: of all) whose reduced cost is below a limit.

        Parameters
        ----------
        limit
            By unit.
        gap
            No unit's limit is farther above its least reduced cost.
        every
            Whether units of which some routes are missing are of no use.

        Returns
        -------
        Found
            ``None`` if there are too many, or time is up.
        """
        search, budget = self.search, self.search.budget
        prepared = search.pricing.bounds(duals, gap_cny=gap, slot_s=SLOT_S)
        began_s, most_s = budget.spent_s(), TIME_SHARE * budget.left_s()
        room, labels = search.params.listed_routes, self._most_labels(most_s, every=every)
        parts: list[Listed] = []
        partly: list[int] = []
        units = self._hardest_first() if units is None else units
        for start in range(0, len(units), UNITS_LISTED):
            which = units[start : start + UNITS_LISTED]
            priced = self._priced(duals, limit, gap, which, labels, prepared)
            room -= priced.n_written
            partly += [u for u in which.tolist() if not self._is_whole(priced, u)]
            slow = budget.seconds is not None and budget.spent_s() - began_s > most_s
            if (partly and every) or room < 0 or slow or budget.over(0.95):
                search.note(f"too many within {gap:.2f}")
                return None
            parts.append(Listed.of(search.model.arrays, priced, duals))
        listed = Listed.joined(parts).unique()
        search.note(f"listed {len(listed)} within {gap:.2f}, {len(partly)} units partly")
        return Found(listed, partly)

    @staticmethod
    def _is_whole(priced: Priced, unit: int) -> bool:
        """Return whether nothing is missing of a unit: no label, and no room for a route."""
        return bool(priced.found.exact[unit]) and priced.found.size[1] == 0

    def _labels(self) -> Ints | None:
        """Return how many labels each unit took when it was priced; ``None`` where it was not."""
        return None if self.search.ascent is None else self.search.ascent.labels

    def _hardest_first(self) -> Ints:
        """Return all units, those first that take longest: where it is too long, they tell soon."""
        labels = self._labels()
        if labels is None:
            return np.arange(self.search.master.n_units)
        return np.argsort(-labels, kind="stable")

    def _most_labels(self, seconds: float, *, every: bool) -> int | None:
        if self.search.budget.seconds is None:
            return None
        return int(max(LEAST_LABELS, LABELS_A_S * seconds)) if every else SOME_LABELS

    def _priced(
        self,
        duals: Floats,
        limit: Floats,
        gap: float,
        units: Ints,
        most_labels: int | None,
        prepared: Prepared,
    ) -> Priced:
        active = np.zeros(self.search.master.n_units, dtype=np.int64)
        active[units] = 1
        return self.search.pricing.price(
            duals,
            limit,
            active=active,
            gap_cny=gap,
            most=MOST_LISTED,
            room=MOST_LISTED,
            prepared=prepared,
            most_labels=most_labels,
        )
