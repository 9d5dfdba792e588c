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

from dispatch.core.colgen.arrays import Floats, Ints
from dispatch.core.colgen.routes import Column
from dispatch.core.colgen.row_cuts import RowCut

GLOP = "use_preprocessing: false use_scaling: true use_dual_simplex: false"
DUAL = GLOP.replace("use_dual_simplex: false", "use_dual_simplex: true")
"""Preprocessing would throw the basis away. After new columns the last solution still holds, and
the primal method goes on from it; after cuts and fixed columns its duals do, and the dual method
goes on from them, in a fifth of the steps."""


@dataclass(frozen=True, slots=True)
class LpSolution:
    """Cost, and the duals of jobs (>= 0), units and cuts (<= 0); ``cuts_cny`` is what cuts cost."""

    cny: float
    duals: Floats
    unit_duals: Floats
    cut_duals: Floats
    cuts_cny: float


NOTHING = LpSolution(0.0, np.zeros(0), np.zeros(0), np.zeros(0), 0.0)
"""Of a linear program that has not been solved."""


@dataclass(slots=True)
class Master:
    """A growing linear program."""

    leave_cny: Floats
    n_units: int
    columns: list[Column] = field(default_factory=list)
    known: dict[tuple[int, frozenset[int]], int] = field(default_factory=dict)
    cuts: list[RowCut] = field(default_factory=list)
    cuts_of: dict[int, list[int]] = field(default_factory=dict)
    _solver: Any = None
    _rows: list[Any] = field(default_factory=list)
    _cut_rows: list[Any] = field(default_factory=list)
    _variables: list[Any] = field(default_factory=list)
    _without: list[Any] = field(default_factory=list)
    """What leaves each job out, and each unit idle."""
    _is_cut_off: bool = False
    """Whether the last solution may break a bound that has come since."""

    def __post_init__(self) -> None:
        solver = pywraplp.Solver.CreateSolver("GLOP")
        solver.SetSolverSpecificParametersAsString(GLOP)
        infinity = solver.infinity()
        rows = [solver.Constraint(1.0, infinity) for _ in self.leave_cny]
        rows += [solver.Constraint(-infinity, 1.0) for _ in range(self.n_units)]
        objective = solver.Objective()
        for row, cny in zip(rows, [*self.leave_cny.tolist(), *[0.0] * self.n_units], strict=True):
            variable = solver.NumVar(0.0, infinity, "")
            row.SetCoefficient(variable, 1.0)
            objective.SetCoefficient(variable, cny)
            self._without.append(variable)
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
            for cut, times in self.cuts_hit((*column.jobs, n_jobs + column.unit)):
                self._cut_rows[cut].SetCoefficient(variable, float(times))
            self.known[key] = len(self.columns)
            self.columns.append(column)
            self._variables.append(variable)
            n += 1
        return n

    @property
    def n_rows(self) -> int:
        """How many jobs and units there are."""
        return len(self.leave_cny) + self.n_units

    def rows_of(self, which: Iterable[int]) -> Ints:
        """Return the rows of columns, the unit's first, each filled up with -1."""
        columns = [self.columns[c] for c in which]
        width = 1 + max([0, *(len(it.jobs) for it in columns)])
        rows = np.full((len(columns), width), -1, dtype=np.int64)
        for at, column in enumerate(columns):
            rows[at, 0] = len(self.leave_cny) + column.unit
            rows[at, 1 : 1 + len(column.jobs)] = column.jobs
        return rows

    def cuts_hit(self, rows: tuple[int, ...]) -> list[tuple[int, int]]:
        """Return the cuts that a route with these rows counts in, and how often."""
        if not self.cuts:
            return []
        hits = Counter(cut for i in rows for cut in self.cuts_of.get(i, ()))
        times = [(cut, n // self.cuts[cut].over) for cut, n in hits.items()]
        return [(cut, n) for cut, n in times if n > 0]

    def cut(self, cuts: Iterable[RowCut]) -> None:
        """Demand that the routes used keep cuts."""
        has = np.zeros((len(self.columns), self.n_rows + 1), dtype=np.int8)
        has[np.arange(len(has))[:, None], self.rows_of(range(len(has)))] = 1
        self._is_cut_off = True
        for cut in cuts:
            row = self._solver.Constraint(-self._solver.infinity(), float(cut.most))
            for i in cut.rows:
                self.cuts_of.setdefault(i, []).append(len(self.cuts))
            self.cuts.append(cut)
            self._cut_rows.append(row)
            times = has[:, list(cut.rows)].sum(axis=1) // cut.over
            for hit in np.flatnonzero(times):
                row.SetCoefficient(self._variables[hit], float(times[hit]))

    def solve(self) -> LpSolution | None:
        """Return the optimum, or ``None`` if GLOP gives up."""
        self._solver.SetSolverSpecificParametersAsString(DUAL if self._is_cut_off else GLOP)
        self._is_cut_off = False
        if self._solver.Solve() != pywraplp.Solver.OPTIMAL:
            return None
        duals = np.array([row.dual_value() for row in self._rows])
        n_jobs = len(self.leave_cny)
        cut_duals = np.minimum(np.array([row.dual_value() for row in self._cut_rows]), 0.0)
        return LpSolution(
            float(self._solver.Objective().Value()),
            np.clip(duals[:n_jobs], 0.0, self.leave_cny),
            np.minimum(duals[n_jobs:], 0.0),
            cut_duals,
            float(
                sum(cut.most * it for cut, it in zip(self.cuts, cut_duals.tolist(), strict=True))
            ),
        )

    def used(self) -> Floats:
        """Return how much of each column the last solution uses."""
        return np.array([variable.solution_value() for variable in self._variables])

    def box(self, duals: Floats, unit_duals: Floats) -> None:
        """Let no dual be above these: leaving a job out costs less, an idle unit gains something.

        The value is that of a relaxation: no more than without the box.
        """
        objective = self._solver.Objective()
        most = [*np.minimum(duals, self.leave_cny).tolist(), *np.minimum(unit_duals, 0.0).tolist()]
        for variable, cny in zip(self._without, most, strict=True):
            objective.SetCoefficient(variable, cny)

    def unbox(self) -> None:
        """Let duals be anything again."""
        self.box(self.leave_cny, np.zeros(self.n_units))

    def fix(self, at: int, low: float, high: float) -> None:
        """Bound a column."""
        self._is_cut_off |= np.isfinite(high)
        self._variables[at].SetBounds(low, high)
