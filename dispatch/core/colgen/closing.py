"""Closing the gap: all routes that a better plan could use, cuts on them, and an integer program.

A plan that is cheaper than the one known uses only routes whose reduced cost is below the gap. Once
all of them are listed, nothing has to be priced by labels any more: cuts may be added freely, the
bound rises, and the list shrinks, until what is left is small enough for CP-SAT. After Baldacci,
Christofides, Mingozzi, *An exact algorithm for the vehicle routing problem based on the set
partitioning formulation with additional cuts* (Mathematical Programming 115, 2008).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.core.colgen.arrays import Arrays, Floats, Ints
from dispatch.core.colgen.cut_kernel import reduced_costs, violated_triples
from dispatch.core.colgen.master import LpSolution, Master
from dispatch.core.colgen.pricing import Priced
from dispatch.core.colgen.routes import Column

LEAST_VIOLATION = 0.02
MOST_CUTS = 40
"""Cuts added in one round."""

MOST_ADDED = 400
"""Routes added to the linear program in one round."""


@dataclass(slots=True)
class Listed:
    """Routes as columns of arrays: ``jobs`` ends with -1."""

    entry: Ints
    choices: Ints
    length: Ints
    unit: Ints
    jobs: Ints
    cny: Floats

    @classmethod
    def of(cls, arrays: Arrays, priced: Priced, duals: Floats) -> Listed:
        """Return routes that were priced at ``duals``, with their cost."""
        found, n = priced.found, priced.n_written
        entry, length, choices = found.entry[:n], found.length[:n], found.route[:n]
        width = max(1, int(length.max(initial=1)))
        behind = np.arange(width)[None, :] >= length[:, None]
        choices = np.where(behind, 0, choices[:, :width])
        after = np.where(behind, -1, arrays.stop["job"][choices])
        jobs = np.concatenate([arrays.entry_jobs[entry], after], axis=1)
        jobs = -np.sort(-jobs, axis=1)
        padded = np.append(duals, 0.0)
        cny = found.reduced[:n] + padded[jobs].sum(axis=1)
        return cls(entry, choices, length, arrays.entry["unit"][entry], jobs, cny)

    def __len__(self) -> int:
        return len(self.cny)

    def kept(self, which: Ints) -> Listed:
        """Return some of the routes."""
        return Listed(
            self.entry[which],
            self.choices[which],
            self.length[which],
            self.unit[which],
            self.jobs[which],
            self.cny[which],
        )

    @classmethod
    def joined(cls, parts: list[Listed]) -> Listed:
        """Return all routes of several lists."""
        width = max(part.jobs.shape[1] for part in parts)
        longest = max(part.choices.shape[1] for part in parts)
        return cls(
            np.concatenate([part.entry for part in parts]),
            np.concatenate([_padded(part.choices, longest) for part in parts]),
            np.concatenate([part.length for part in parts]),
            np.concatenate([part.unit for part in parts]),
            np.concatenate([_padded(part.jobs, width) for part in parts]),
            np.concatenate([part.cny for part in parts]),
        )

    def unique(self) -> Listed:
        """Return the cheapest route for each unit and set of jobs."""
        order = np.argsort(self.cny, kind="stable")
        keys = np.column_stack([self.unit, self.jobs])[order]
        _, first = np.unique(keys, axis=0, return_index=True)
        return self.kept(np.sort(order[first]))

    def column(self, at: int) -> Column:
        """Return one route as a column."""
        route = int(self.entry[at]), tuple(self.choices[at, : self.length[at]].tolist())
        jobs = tuple(j for j in self.jobs[at].tolist() if j >= 0)
        return Column(int(self.unit[at]), route, jobs, float(self.cny[at]))

    def reduced(self, master: Master, solution: LpSolution) -> Floats:
        """Return the reduced costs at the duals of a solution."""
        return reduced_costs(
            self.cny,
            self.unit,
            self.jobs,
            solution.duals,
            solution.unit_duals,
            _cuts_by_job(master),
            solution.cut_duals,
        )


def _padded(rows: Ints, width: int) -> Ints:
    return np.pad(rows, ((0, 0), (0, width - rows.shape[1])), constant_values=-1)


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
        reduced = listed.reduced(master, solution)
        order = np.argsort(reduced, kind="stable")[:MOST_ADDED]
        new = [listed.column(int(r)) for r in order if reduced[r] < -1e-7]
        if not new or master.add(new) == 0:
            least = np.zeros(n_units)
            np.minimum.at(least, listed.unit, reduced)
            bound = bound_of(solution, least) + float(solution.unit_duals.sum())
            return solution, reduced, bound


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
