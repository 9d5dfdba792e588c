"""The restricted master: the linear program over the routes known so far.

Each job is covered at least once (or left out at its price), each unit has at most one route; the
idle unit costs 0. Covering instead of partitioning only ever lowers the bound. GLOP keeps its basis
from one solve to the next, since columns are only added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ortools.linear_solver import pywraplp

from dispatch.core.colgen.arrays import Floats
from dispatch.core.colgen.routes import Column

GLOP = "use_preprocessing: false use_scaling: true use_dual_simplex: false"
DUAL = GLOP.replace("use_dual_simplex: false", "use_dual_simplex: true")
"""Preprocessing would throw the basis away. After new columns the last solution still holds, and
the primal method goes on from it; after cuts and fixed columns its duals do, and the dual method
goes on from them, in a fifth of the steps."""


@dataclass(frozen=True, slots=True)
class LpSolution:
    """Cost, and the duals of jobs (>= 0), units and cuts (<= 0)."""

    cny: float
    duals: Floats
    unit_duals: Floats
    cut_duals: Floats


@dataclass(slots=True)
class Master:
    """A growing linear program."""

    leave_cny: Floats
    n_units: int
    columns: list[Column] = field(default_factory=list)
    known: dict[tuple[int, frozenset[int]], int] = field(default_factory=dict)
    cuts: list[tuple[int, int, int]] = field(default_factory=list)
    cuts_of: dict[int, list[int]] = field(default_factory=dict)
    _solver: Any = None
    _rows: list[Any] = field(default_factory=list)
    _cut_rows: list[Any] = field(default_factory=list)
    _variables: list[Any] = field(default_factory=list)
    _is_cut_off: bool = False
    """Whether the last solution may break a bound that has come since."""

    def __post_init__(self) -> None:
        solver = pywraplp.Solver.CreateSolver("GLOP")
        solver.SetSolverSpecificParametersAsString(GLOP)
        infinity = solver.infinity()
        rows = [solver.Constraint(1.0, infinity) for _ in self.leave_cny]
        rows += [solver.Constraint(-infinity, 1.0) for _ in range(self.n_units)]
        objective = solver.Objective()
        for row, cny in zip(rows, self.leave_cny.tolist(), strict=False):
            variable = solver.NumVar(0.0, infinity, "")
            row.SetCoefficient(variable, 1.0)
            objective.SetCoefficient(variable, cny)
        self._solver, self._rows = solver, rows

    def add(self, columns: Iterable[Column]) -> int:
        """Add columns, of those with the same unit and jobs the cheapest; return how many."""
        solver, objective, n = self._solver, self._solver.Objective(), 0
        n_jobs = len(self.leave_cny)
        for column in columns:
            key = (column.unit, frozenset(column.jobs))
            at = self.known.get(key)
            if at is not None:
                if column.cny < self.columns[at].cny - 1e-9:
                    self.columns[at] = column
                    objective.SetCoefficient(self._variables[at], column.cny)
                    n += 1
                continue
            variable = solver.NumVar(0.0, solver.infinity(), "")
            objective.SetCoefficient(variable, column.cny)
            self._rows[n_jobs + column.unit].SetCoefficient(variable, 1.0)
            for j in column.jobs:
                self._rows[j].SetCoefficient(variable, 1.0)
            for cut in self.cuts_hit(column.jobs):
                self._cut_rows[cut].SetCoefficient(variable, 1.0)
            self.known[key] = len(self.columns)
            self.columns.append(column)
            self._variables.append(variable)
            n += 1
        return n

    def cuts_hit(self, jobs: tuple[int, ...]) -> list[int]:
        """Return the cuts of which a route does two jobs or more."""
        if not self.cuts:
            return []
        hits = Counter(cut for j in jobs for cut in self.cuts_of.get(j, ()))
        return [cut for cut, n in hits.items() if n >= 2]

    def cut(self, triples: Iterable[tuple[int, int, int]]) -> None:
        """Demand of triples of jobs that at most one route does two or more of them."""
        rows = np.full((len(self.columns), max([1, *(len(it.jobs) for it in self.columns)])), -1)
        for at, column in enumerate(self.columns):
            rows[at, : len(column.jobs)] = column.jobs
        self._is_cut_off = True
        for triple in triples:
            row = self._solver.Constraint(-self._solver.infinity(), 1.0)
            at = len(self.cuts)
            self.cuts.append(triple)
            self._cut_rows.append(row)
            for j in triple:
                self.cuts_of.setdefault(j, []).append(at)
            for hit in np.flatnonzero(np.isin(rows, triple).sum(axis=1) >= 2):
                row.SetCoefficient(self._variables[hit], 1.0)

    def solve(self) -> LpSolution | None:
        """Return the optimum, or ``None`` if GLOP gives up."""
        self._solver.SetSolverSpecificParametersAsString(DUAL if self._is_cut_off else GLOP)
        self._is_cut_off = False
        if self._solver.Solve() != pywraplp.Solver.OPTIMAL:
            return None
        duals = np.array([row.dual_value() for row in self._rows])
        n_jobs = len(self.leave_cny)
        return LpSolution(
            float(self._solver.Objective().Value()),
            np.clip(duals[:n_jobs], 0.0, self.leave_cny),
            np.minimum(duals[n_jobs:], 0.0),
            np.minimum(np.array([row.dual_value() for row in self._cut_rows]), 0.0),
        )

    def used(self) -> Floats:
        """Return how much of each column the last solution uses."""
        return np.array([variable.solution_value() for variable in self._variables])

    def fix(self, at: int, low: float, high: float) -> None:
        """Bound a column."""
        self._is_cut_off |= np.isfinite(high)
        self._variables[at].SetBounds(low, high)
