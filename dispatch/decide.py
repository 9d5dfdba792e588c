"""From a snapshot to a plan that has been checked, whatever the solver does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dispatch.core import model as core
from dispatch.core.checker import check
from dispatch.snapshot import Snapshot
from dispatch.solver_process import (
    InlineSolver,
    Meanwhile,
    Runner,
    Solved,
    SolverFailed,
    nothing,
)

FALLBACK_ENGINE = "greedy"

SECOND_ENGINES: Mapping[str, tuple[str, ...]] = MappingProxyType({"colgen": ("ortools",)})
"""What is tried where an engine fails, before greedy: ``ortools`` needs no compiled code."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What came out of one decision.

    Attributes
    ----------
    plan
        Checked and without violations; ``None`` when not even the fallback gave such a plan: the
        plan in force stays.
    decision_s
        Wall-clock time of all attempts.
    failures
        Why an engine's plan was not used, in the order of attempts; empty as a rule.
    n_rejected
        How many plans the checker refused.
    """

    plan: core.Plan | None
    decision_s: float
    failures: tuple[str, ...] = ()
    n_rejected: int = 0

    @property
    def gap(self) -> float | None:
        """Proved distance from the best plan of this snapshot, share of the cost.

        ``None`` where nothing was proved.
        """
        plan = self.plan
        if plan is None or plan.lower_bound_cny is None:
            return None
        if plan.cost_cny <= 0:
            return 0.0
        return max(0.0, (plan.cost_cny - plan.lower_bound_cny) / plan.cost_cny)

    def followed_by(self, later: Decision) -> Decision:
        """Return the later decision with the time and the failures of this one added."""
        return Decision(
            later.plan,
            self.decision_s + later.decision_s,
            self.failures + later.failures,
            self.n_rejected + later.n_rejected,
        )


def decide(
    snapshot: Snapshot,
    engine: str,
    runner: Runner,
    fallback: Runner | None = None,
    meanwhile: Meanwhile = nothing,
) -> Decision:
    """Solve and check; another engine's plan takes the place of one that failed or broke a rule.

    The last resort is the greedy plan.

    Parameters
    ----------
    runner
        Runs the engine, and those of `SECOND_ENGINES`.
    fallback
        Runs the greedy engine; in this thread unless given (tests give others).
    meanwhile
        Called again and again while another process solves.
    """
    failures: list[str] = []
    spent_s, n_rejected = 0.0, 0
    attempts = [(name, runner) for name in (engine, *SECOND_ENGINES.get(engine, ()))]
    if not (snapshot.problem.units and snapshot.problem.jobs):
        attempts = []  # nothing to choose between: any engine says the same
    attempts.append((FALLBACK_ENGINE, fallback or InlineSolver()))
    for name, attempt in attempts:
        try:
            solved = attempt.solve(snapshot.problem, name, meanwhile)
        except SolverFailed as failure:
            failures.append(str(failure))
            continue
        spent_s += solved.decision_s
        complaint = _complaint(snapshot.problem, solved)
        if complaint is None:
            return Decision(solved.plan, spent_s, tuple(failures), n_rejected)
        n_rejected += 1
        failures.append(complaint)
    return Decision(None, spent_s, tuple(failures), n_rejected)


def _complaint(problem: core.Problem, solved: Solved) -> str | None:
    violations = check(problem, solved.plan)
    if not violations:
        return None
    told = "; ".join(f"{v.code}: {v.sentence}" for v in violations[:5])
    return f"the checker refused the plan of {solved.plan.engine}: {told}"
