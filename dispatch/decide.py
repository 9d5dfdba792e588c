"""From a snapshot to a plan that has been checked, whatever the solver does."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.core import model as core
from dispatch.core.checker import check
from dispatch.snapshot import Snapshot
from dispatch.solver_process import InlineSolver, Runner, Solved, SolverFailed

FALLBACK_ENGINE = "greedy"


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


def decide(
    snapshot: Snapshot, engine: str, runner: Runner, fallback: Runner | None = None
) -> Decision:
    """Solve and check; the greedy plan takes the place of one that failed or broke a rule.

    Parameters
    ----------
    runner
        Runs the engine.
    fallback
        Runs the greedy engine; in this thread unless given (tests give others).
    """
    failures: list[str] = []
    spent_s, n_rejected = 0.0, 0
    attempts = [(engine, runner), (FALLBACK_ENGINE, fallback or InlineSolver())]
    if not (snapshot.problem.units and snapshot.problem.jobs):
        del attempts[0]  # nothing to choose between: any engine says the same
    for name, attempt in attempts:
        try:
            solved = attempt.solve(snapshot.problem, name)
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
