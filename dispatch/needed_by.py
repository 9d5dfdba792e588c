"""By when a contractor has to be there, so that leaving a call to it pays.

A plan leaves a call to a contractor for what one is *expected* to cost. What it really costs is
known once it answers with an ETA: where that is too late, an own unit is sent after all. So an
offer says until when the contractor's fee and the owner's delay cost no more than the cheapest
place for the job in the own plan, and the own time that it would take.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil, inf, isinf

from dispatch.contractor_choice import delay_cny
from dispatch.core.evaluate import tours_of
from dispatch.core.insertion import Pricer
from dispatch.core.model import Plan, Unassigned
from dispatch.outside import LEFT_TO_CONTRACTOR, Outside
from dispatch.params import DispatchSettings
from dispatch.snapshot import Snapshot


def needed_by(
    snapshot: Snapshot, plan: Plan, left_out: Iterable[Unassigned], settings: DispatchSettings
) -> dict[int, datetime]:
    """Return by when a contractor has to be at each job that a plan newly leaves to one.

    Jobs that no own unit can do, or that somebody is asked about already, are not among them.

    Parameters
    ----------
    left_out
        What `Snapshot.left_out` says of the plan.

    Returns
    -------
    dict
        By the job's row id; a whole minute from the snapshot on, never before the soonest arrival
        that the plan took for possible.
    """
    new = [it.job_id for it in left_out if it.reason == LEFT_TO_CONTRACTOR]
    new = [job_id for job_id in new if not _is_asked(snapshot, job_id)]
    if not new:
        return {}
    pricer = Pricer.of(snapshot.problem)
    routes = [tuple(tour) for tour in tours_of(pricer.compiled, plan)]
    found = {}
    for job_id in new:
        j = pricer.compiled.job_index[job_id]
        own_cny = min(
            (pricer.best(u, route, j).delta_cny for u, route in enumerate(routes)), default=inf
        )
        if not isinf(own_cny):
            outside = snapshot.outside[job_id]
            found[snapshot.jobs[job_id].id] = _limit(snapshot, job_id, outside, own_cny, settings)
    return found


def _is_asked(snapshot: Snapshot, job_id: str) -> bool:
    incident_id = snapshot.jobs[job_id].incident_id
    asked = {} if incident_id is None else snapshot.world.asked.get(incident_id, {})
    return "offered" in asked.values()


def _limit(
    snapshot: Snapshot, job_id: str, outside: Outside, own_cny: float, settings: DispatchSettings
) -> datetime:
    """Return the last whole minute at which the contractor costs no more than an own unit."""
    job, now, guess = snapshot.jobs[job_id], snapshot.at, outside.guess
    worth_cny = own_cny + outside.own_time_cny - guess.price_cny

    def delay(minute: int) -> float:
        return delay_cny(settings, job, now + timedelta(minutes=minute), now)

    minutes = range(1, int(settings.contractors.eta_limit_min) + 1)
    last = bisect_right(minutes, worth_cny, key=delay)
    soonest_s = (guess.arrival_at - now).total_seconds() - guess.spread_s
    return now + timedelta(minutes=max(last, ceil(soonest_s / 60)))
