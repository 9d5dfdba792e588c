"""Closing the gap: the linear program over listed routes, with cuts on them.

A plan that is cheaper than the one known uses only routes whose reduced cost is below the gap.
Where these are listed, cuts may be added freely: the value rises, the list shrinks, until what is
left is small enough for SCIP. After Baldacci,
Christofides, Mingozzi, *An exact algorithm for the vehicle routing problem based on the set
partitioning formulation with additional cuts* (Mathematical Programming 115, 2008).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dispatch.core.colgen.arrays import Floats, Ints
from dispatch.core.colgen.cut_kernel import reduced_costs
from dispatch.core.colgen.listed import Listed
from dispatch.core.colgen.master import NOTHING, LpSolution, Master
from dispatch.core.colgen.row_cuts import RowCut, violated

LEAST_USED = 1e-6
"""A route counts as used above this share."""

MOST_ADDED = 400
"""Routes added to the linear program in one round."""


def reduced(listed: Listed, master: Master, solution: LpSolution) -> Floats:
    """Return the reduced costs of listed routes at the duals of a solution.

    Cuts that have come since cost nothing: the solution knows no duals of them.
    """
    n_cuts = len(solution.cut_duals)
    return reduced_costs(
        listed.cny,
        listed.unit,
        listed.jobs,
        solution.duals,
        solution.unit_duals,
        _cuts_by_row(master, n_cuts),
        np.array([cut.over for cut in master.cuts[:n_cuts]], dtype=np.int64),
        solution.cut_duals,
    )


def _cuts_by_row(master: Master, n_cuts: int) -> Ints:
    """Return the first cuts by row, each as often as it names the row, -1 at the end."""
    known = {row: [it for it in cuts if it < n_cuts] for row, cuts in master.cuts_of.items()}
    width = max([1, *(len(cuts) for cuts in known.values())])
    table = np.full((master.n_rows, width), -1, dtype=np.int64)
    for row, cuts in known.items():
        table[row, : len(cuts)] = cuts
    return table


@dataclass(frozen=True, slots=True)
class Settled:
    """The linear program over listed routes with its cuts; ``reduced`` are their reduced costs.

    A plan of these routes costs ``value`` or more, with any other route ``beyond`` or more. Where
    it ``is_checked``, every plan costs ``value`` or more, whatever its routes.
    """

    listed: Listed
    reduced: Floats
    solution: LpSolution
    value: float
    beyond: float
    is_checked: bool = False

    @classmethod
    def not_yet(cls, listed: Listed, beyond: float) -> Settled:
        """Return listed routes that are still to be settled."""
        return cls(listed, np.zeros(len(listed)), NOTHING, -np.inf, beyond)

    @property
    def bound(self) -> float:
        """What every plan costs at least."""
        return min(self.value, self.beyond)

    def within(self, gap: float) -> Settled:
        """Return it without the routes whose reduced cost is above a gap."""
        return self._kept(np.flatnonzero(self.reduced <= gap))

    def most_promising(self, most: int) -> Settled:
        """Return it with so many routes, those of the least reduced costs."""
        return self._kept(np.sort(np.argsort(self.reduced, kind="stable")[:most]))

    def _kept(self, which: Ints) -> Settled:
        return replace(self, listed=self.listed.kept(which), reduced=self.reduced[which])


def settle(master: Master, listed: Listed, beyond: float) -> Settled | None:
    """Solve the linear program over all listed routes; ``None`` if GLOP gives up.

    Its value is the Lagrangian bound: what duals pay, and the least reduced cost of each unit.
    """
    while True:
        solution = master.solve()
        if solution is None:
            return None
        costs = reduced(listed, master, solution)
        order = np.argsort(costs, kind="stable")[:MOST_ADDED]
        new = [listed.column(int(r)) for r in order if costs[r] < -1e-7]
        if not new or master.add(new) == 0:
            least = np.zeros(master.n_units)
            np.minimum.at(least, listed.unit, costs)
            paid = solution.duals.sum() + solution.unit_duals.sum() + solution.cuts_cny
            return Settled(listed, costs, solution, float(paid + least.sum()), beyond)


def separate(master: Master, *, fives: bool) -> list[RowCut]:
    """Return the most violated cuts of the last solution, of three rows or (``fives``) more."""
    used = master.used()
    at = np.flatnonzero(used > LEAST_USED)
    if len(at) == 0:
        return []
    return violated(master.rows_of(at), used[at], master.n_rows, set(master.cuts), fives=fives)
