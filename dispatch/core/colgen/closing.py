"""Closing the gap: all routes that a better plan could use, cuts on them, and an integer program.

A plan that is cheaper than the one known uses only routes whose reduced cost is below the gap. Once
all of them are listed, nothing has to be priced by labels any more: cuts may be added freely, the
bound rises, and the list shrinks, until what is left is small enough for SCIP. After Baldacci,
Christofides, Mingozzi, *An exact algorithm for the vehicle routing problem based on the set
partitioning formulation with additional cuts* (Mathematical Programming 115, 2008).
"""

from __future__ import annotations

import numpy as np

from dispatch.core.colgen.arrays import Floats, Ints
from dispatch.core.colgen.cut_kernel import reduced_costs, violated_triples
from dispatch.core.colgen.listed import Listed
from dispatch.core.colgen.master import LpSolution, Master

LEAST_VIOLATION = 0.02
MOST_CUTS = 40
"""Cuts added in one round."""

MOST_ADDED = 400
"""Routes added to the linear program in one round."""


def reduced(listed: Listed, master: Master, solution: LpSolution) -> Floats:
    """Return the reduced costs of listed routes at the duals of a solution."""
    return reduced_costs(
        listed.cny,
        listed.unit,
        listed.jobs,
        solution.duals,
        solution.unit_duals,
        _cuts_by_job(master),
        solution.cut_duals,
    )


def _cuts_by_job(master: Master) -> Ints:
    width = max([1, *(len(cuts) for cuts in master.cuts_of.values())])
    table = np.full((len(master.leave_cny), width), -1, dtype=np.int64)
    for j, cuts in master.cuts_of.items():
        table[j, : len(cuts)] = cuts
    return table


def bound_of(solution: LpSolution, least: Floats) -> float:
    """Return the Lagrangian bound: ``least[u]`` is the least reduced cost of unit ``u``.

    Reduced costs here leave the unit's own dual in the route's; the idle unit's is 0.
    """
    return float(solution.duals.sum() + solution.cut_duals.sum() + least.sum())


def settle(master: Master, listed: Listed, n_units: int) -> tuple[LpSolution, Floats, float] | None:
    """Solve the linear program over all listed routes; return it, reduced costs and the bound."""
    while True:
        solution = master.solve()
        if solution is None:
            return None
        costs = reduced(listed, master, solution)
        order = np.argsort(costs, kind="stable")[:MOST_ADDED]
        new = [listed.column(int(r)) for r in order if costs[r] < -1e-7]
        if not new or master.add(new) == 0:
            least = np.zeros(n_units)
            np.minimum.at(least, listed.unit, costs)
            bound = bound_of(solution, least) + float(solution.unit_duals.sum())
            return solution, costs, bound


def separate(master: Master) -> list[tuple[int, int, int]]:
    """Return the most violated cuts of the last solution."""
    used = master.used()
    at = np.flatnonzero(used > 1e-6)
    if len(at) == 0:
        return []
    width = max(len(master.columns[c].jobs) for c in at)
    jobs = np.full((len(at), max(1, width)), -1, dtype=np.int64)
    for row, c in enumerate(at):
        jobs[row, : len(master.columns[c].jobs)] = master.columns[c].jobs
    triples, over = violated_triples(
        jobs, used[at], len(master.leave_cny), LEAST_VIOLATION, 20 * MOST_CUTS
    )
    known = set(master.cuts)
    best = np.argsort(-over, kind="stable")
    found = [(int(i), int(j), int(k)) for i, j, k in triples[best]]
    return [triple for triple in found if triple not in known][:MOST_CUTS]
