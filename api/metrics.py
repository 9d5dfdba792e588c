"""What a process tells Prometheus about itself and about its region.

Numbers only, no personal data; routes by their template, never by their path (an owner link is a
key).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from dispatch.decide import Decision
from dispatch.store import AlarmRow, IncidentRow, PlanRow, is_open
from fleet.store import UnitRow
from kernel import events
from kernel.metrics import Histogram, Series, exposition

if TYPE_CHECKING:
    from api.world import World

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
RISKS = ("normal", "at_risk", "breached")


def _counter(name: str, text: str, *labels: str) -> Series:
    return Series(f"roadflare_{name}", text, labels, kind="counter")


def _gauge(name: str, text: str, *labels: str) -> Series:
    return Series(f"roadflare_{name}", text, labels, kind="gauge")


@dataclass(frozen=True, slots=True)
class Metrics:
    """The counters of one process."""

    requests: Series = field(
        default_factory=lambda: _counter(
            "requests_total", "HTTP requests answered.", "method", "route", "status"
        )
    )
    request_s: Histogram = field(
        default_factory=lambda: Histogram(
            "roadflare_request_seconds", "Time to answer, streams left out.", _SECONDS, ["route"]
        )
    )
    decisions: Series = field(
        default_factory=lambda: _counter(
            "decisions_total", "Decisions of this process's dispatcher.", "result"
        )
    )
    decision_s: Histogram = field(
        default_factory=lambda: Histogram(
            "roadflare_decision_seconds", "Wall-clock time of one decision.", _SECONDS
        )
    )
    gap: Series = field(
        default_factory=lambda: _gauge(
            "decision_gap", "Proved distance of the last plan from the best one, share of its cost."
        )
    )

    def decided(self, decision: Decision) -> None:
        """Count a decision; whose plan is ``none`` keeps the plan in force."""
        plan = decision.plan
        result = "none" if plan is None else "fallback" if decision.failures else "planned"
        self.decisions.add(result)
        self.decision_s.observe(decision.decision_s)
        if decision.gap is not None:
            self.gap.put(to=decision.gap)


def scraped(metrics: Metrics, world: World) -> str:
    """Return the page that Prometheus scrapes."""
    own = (metrics.requests, metrics.request_s, metrics.decisions, metrics.decision_s, metrics.gap)
    return exposition([*own, *_of_region(world)])


def _of_region(world: World) -> list[Series]:
    context = world.context
    region, now = context.region, context.clock.now()
    queue = _gauge("incidents_open", "Open incidents by risk.", "region", "risk")
    units = _gauge("units", "Own units and contractors' by state.", "region", "state")
    alarms = _gauge("alarms_open", "Alarms nobody has acknowledged.", "region")
    newest = _gauge("event_seq", "Sequence number of the newest event.")
    lag = _gauge("event_lag", "Events that this process has not heard of yet.")
    silence = _gauge("event_look_age_seconds", "Time since the event table was last looked at.")
    leads = _gauge("dispatching", "Whether this process has the region's dispatcher.", "region")
    plan_age = _gauge("plan_age_seconds", "Age of the plan in force.", "region")
    with context.database.read() as session:
        counted = (
            select(IncidentRow.risk, func.count()).where(is_open(region)).group_by(IncidentRow.risk)
        )
        risks = dict.fromkeys(RISKS, 0) | dict(session.execute(counted).all())
        by_state = (
            select(UnitRow.state, func.count())
            .where(UnitRow.region == region)
            .group_by(UnitRow.state)
        )
        for state, n in session.execute(by_state):
            units.put(region, state, to=n)
        unseen = select(func.count()).where(
            AlarmRow.region == region, AlarmRow.acknowledged_at.is_(None)
        )
        alarms.put(region, to=session.scalar(unseen) or 0)
        last_seq, _ = events.last(session)
        planned_at = session.scalar(
            select(PlanRow.created_at)
            .where(PlanRow.region == region)
            .order_by(PlanRow.version.desc())
            .limit(1)
        )
    for risk, n in risks.items():
        queue.put(region, risk, to=n)
    newest.put(to=last_seq)
    lag.put(to=0 if world.follower is None else max(0, last_seq - world.follower.seen_seq))
    if world.follower is not None:
        silence.put(to=time.monotonic() - world.follower.looked_at)
    leads.put(region, to=float(world.is_dispatching))
    if planned_at is not None:
        plan_age.put(region, to=(now - planned_at).total_seconds())
    return [queue, units, alarms, newest, lag, silence, leads, plan_age]
