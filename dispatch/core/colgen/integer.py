"""The last step: the cheapest plan out of listed routes, as an integer program by SCIP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ortools.linear_solver import pywraplp

from dispatch.core.colgen.arrays import Floats
from dispatch.core.colgen.listed import Listed
from dispatch.core.colgen.row_cuts import RowCut

MOST_SECONDS = 3600.0

OURS = "separating/maxrounds = 0\nseparating/maxroundsroot = 0\npresolving/maxrounds = 0\n"
"""With our own cuts, those of SCIP and what it makes simpler cost more time than they save."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The routes chosen (``None``: no plan was found) and the bound on all choices, CNY.

    ``is_best`` says whether no choice is cheaper.
    """

    routes: list[int] | None
    bound_cny: float
    is_best: bool = False


def choose(
    listed: Listed,
    leave_cny: Floats,
    n_units: int,
    cuts: Sequence[RowCut],
    *,
    known: set[int],
    seconds: float,
    nodes: int,
    twice: bool = False,
) -> Chosen:
    """Return the cheapest choice of routes in which no unit occurs twice, and no job.

    With ``twice`` a job may: few routes seldom fit together, and whoever comes second can leave
    it out. ``nodes`` of the search tree are looked at, at most, which repeats; ``seconds`` is the
    safety net. ``cuts`` follow from the rest where no job occurs twice, and make it easier;
    ``known`` is a plan to start from.
    """
    solver = pywraplp.Solver.CreateSolver("SCIP")
    infinity = solver.infinity()
    jobs = [solver.Constraint(1.0, infinity if twice else 1.0) for _ in leave_cny]
    units = [solver.Constraint(-infinity, 1.0) for _ in range(n_units)]
    cut_rows = [solver.Constraint(-infinity, float(cut.most)) for cut in cuts]
    objective = solver.Objective()
    left = [solver.BoolVar("") for _ in leave_cny]
    for row, variable, cny in zip(jobs, left, leave_cny.tolist(), strict=True):
        row.SetCoefficient(variable, 1.0)
        objective.SetCoefficient(variable, cny)
    taken = [solver.BoolVar("") for _ in range(len(listed))]
    _add_routes(listed, taken, objective, (jobs, units, cut_rows), cuts)
    objective.SetMinimization()
    served = {j for r in known for j in listed.jobs[r].tolist()}
    solver.SetHint(
        [*taken, *left],
        [
            *(float(r in known) for r in range(len(taken))),
            *(float(j not in served) for j in range(len(left))),
        ],
    )
    solver.SetSolverSpecificParametersAsString(f"limits/nodes={nodes}\n{OURS if cuts else ''}")
    solver.SetTimeLimit(int(1000 * min(max(seconds, 0.01), MOST_SECONDS)))
    exactly = pywraplp.MPSolverParameters()
    exactly.SetDoubleParam(pywraplp.MPSolverParameters.RELATIVE_MIP_GAP, 1e-9)
    status = solver.Solve(exactly)
    if status not in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE):
        return Chosen(None, -infinity)
    chosen = [r for r, variable in enumerate(taken) if variable.solution_value() > 0.5]
    return Chosen(chosen, float(objective.BestBound()), status == pywraplp.Solver.OPTIMAL)


def _add_routes(
    listed: Listed,
    taken: list[Any],
    objective: Any,
    rows: tuple[list[Any], list[Any], list[Any]],
    cuts: Sequence[RowCut],
) -> None:
    jobs, units, cut_rows = rows
    n_jobs = len(jobs)
    cuts_of: dict[int, list[int]] = {}
    for at, cut in enumerate(cuts):
        for i in cut.rows:
            cuts_of.setdefault(i, []).append(at)
    columns = zip(
        taken, listed.cny.tolist(), listed.unit.tolist(), listed.jobs.tolist(), strict=True
    )
    for variable, cny, unit, done in columns:
        objective.SetCoefficient(variable, cny)
        units[unit].SetCoefficient(variable, 1.0)
        hits: Counter[int] = Counter(cuts_of.get(n_jobs + unit, ()))
        for j in done:
            if j >= 0:
                jobs[j].SetCoefficient(variable, 1.0)
                hits.update(cuts_of.get(j, ()))
        for at, n in hits.items():
            if n >= cuts[at].over:
                cut_rows[at].SetCoefficient(variable, float(n // cuts[at].over))
