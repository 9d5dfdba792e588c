"""One line of the log for each decision that was put into force."""

from __future__ import annotations

import structlog

from dispatch.commit import Committed
from dispatch.decide import Decision
from dispatch.snapshot import Snapshot

_log = structlog.get_logger(__name__)


def log_commit(region: str, snapshot: Snapshot, decision: Decision, committed: Committed) -> None:
    """Write what was decided, by which engine, in which time, and how good it is."""
    plan, problem = decision.plan, snapshot.problem
    _log.info(
        "plan.committed" if committed.changed else "plan.kept",
        region=region,
        version=committed.version,
        engine=None if plan is None else plan.engine,
        decision_s=round(decision.decision_s, 3),
        cost_cny=None if plan is None else round(plan.cost_cny, 2),
        lower_bound_cny=None if plan is None else plan.lower_bound_cny,
        gap=None if decision.gap is None else round(decision.gap, 6),
        n_units=len(problem.units),
        n_jobs=len(problem.jobs),
        n_unassigned=None if plan is None else len(plan.unassigned),
        n_skipped=len(committed.skipped),
    )
