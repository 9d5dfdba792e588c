"""Which calls to offer to a contractor now, and by when it would have to be there.

A plan leaves a call to a contractor for what one is *expected* to cost. What it really costs is
known once it answers with an ETA: where that is too late, an own unit is sent after all. So an
offer says until when the contractor's fee and the owner's delay cost no more than an own unit, and
the own time that it would take.

Since a contractor that cannot be there by then costs nothing but the question, calls that wait for
an own unit are offered as well, as soon as that is expected to gain enough: the sooner one is
asked, the more likely it comes in time. Nobody is made late for it: there, no contractor may come
after the target, or after the own unit where that is late.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, inf, isinf

from dispatch.contractor_choice import Guess, chance_by, delay_cny
from dispatch.core.evaluate import tours_of
from dispatch.core.insertion import Pricer
from dispatch.core.model import Plan, Unassigned
from dispatch.job import Job
from dispatch.outside import LEFT_TO_CONTRACTOR
from dispatch.params import DispatchSettings
from dispatch.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Offer:
    """Whom to ask (row id), and by when it has to be there; ``None``: any arrival is welcome."""

    contractor_id: int
    by_at: datetime | None


Wanted = dict[int, Offer]
"""Offers to make, by the job's row id."""


def offers_wanted(
    snapshot: Snapshot, plan: Plan, left_out: Iterable[Unassigned], settings: DispatchSettings
) -> Wanted:
    """Return which jobs to offer once a plan is in force, and by when somebody has to be there.

    Those that it leaves to a contractor, and those that wait for an own unit, where asking gains
    more than ``contractors.ask_gain_cny``. Nothing is offered twice at a time.

    Parameters
    ----------
    left_out
        What `Snapshot.left_out` says of the plan.

    Returns
    -------
    dict
        Times are whole minutes from the snapshot on. Of jobs left out they are never before the
        soonest arrival that the plan took for possible; ``None`` where no own unit can do the job.
    """
    open_jobs = [it for it in snapshot.outside if not _is_asked(snapshot, it)]
    if not open_jobs:
        return {}
    prices = _OwnPrices.of(snapshot, plan)
    left = {it.job_id for it in left_out if it.reason == LEFT_TO_CONTRACTOR}
    found: Wanted = {}
    for job_id in open_jobs:
        job = snapshot.jobs[job_id]
        if job_id in left:
            limit = _Limit(snapshot, job_id, prices.to_insert_cny(job_id), settings)
            found[job.id] = Offer(limit.contractor_id, limit.of_left_out())
        elif job_id in prices.planned:
            limit = _Limit(snapshot, job_id, prices.to_keep_cny(job_id), settings)
            by_at = limit.of_planned(prices.arrival_at(job_id))
            if limit.gain_cny(by_at) > settings.contractors.ask_gain_cny:
                found[job.id] = Offer(limit.contractor_id, by_at)
    return found


def _is_asked(snapshot: Snapshot, job_id: str) -> bool:
    asked = snapshot.world.asked.get(snapshot.jobs[job_id].incident_id or 0, {})
    return any(it.is_open for it in asked.values())


@dataclass(frozen=True, slots=True)
class _OwnPrices:
    """What own units cost for a job in a plan, the other jobs as they are.

    ``planned`` says by job which unit (number) does it, and as which choice.
    """

    snapshot: Snapshot
    plan: Plan
    pricer: Pricer
    routes: list[tuple[int, ...]]
    planned: dict[str, tuple[int, int]]

    @classmethod
    def of(cls, snapshot: Snapshot, plan: Plan) -> _OwnPrices:
        pricer = Pricer.of(snapshot.problem)
        compiled = pricer.compiled
        routes = [tuple(tour) for tour in tours_of(compiled, plan)]
        planned = {
            compiled.jobs[compiled.job_of[choice]].id: (u, choice)
            for u, route in enumerate(routes)
            for choice in route
        }
        return cls(snapshot, plan, pricer, routes, planned)

    def to_insert_cny(self, job_id: str) -> float:
        """Return what the cheapest place for a job left out would cost; infinite without one."""
        j = self.pricer.compiled.job_index[job_id]
        places = (self.pricer.best(u, route, j) for u, route in enumerate(self.routes))
        return min((it.delta_cny for it in places), default=inf)

    def to_keep_cny(self, job_id: str) -> float:
        """Return what the plan would save without a job that it has."""
        u, choice = self.planned[job_id]
        route = self.routes[u]
        rest = tuple(it for it in route if it != choice)
        return self.pricer.route_cny(u, route) - self.pricer.route_cny(u, rest)

    def arrival_at(self, job_id: str) -> datetime:
        """Return when the plan is at a job."""
        [arrival_s] = [
            it.arrival_s for route in self.plan.routes for it in route.jobs if it.job_id == job_id
        ]
        return self.snapshot.instant(arrival_s)


@dataclass(frozen=True, slots=True)
class _Limit:
    """Until when a contractor costs no more than an own unit, at ``own_cny``, for one job."""

    snapshot: Snapshot
    job_id: str
    own_cny: float
    settings: DispatchSettings

    @property
    def contractor_id(self) -> int:
        """Of whom it is about."""
        return self._guess.contractor.id

    def of_left_out(self) -> datetime | None:
        """Return it for a job that the plan leaves out."""
        if isinf(self.own_cny):
            return None
        soonest_s = (self._guess.arrival_at - self._now).total_seconds() - self._guess.spread_s
        return self._after(max(self._minutes(), ceil(soonest_s / 60)))

    def of_planned(self, own_arrival_at: datetime) -> datetime:
        """Return it for a job that waits for an own unit: nobody is made late."""
        return min(self._after(self._minutes()), max(self._job.target_at, own_arrival_at))

    def gain_cny(self, by_at: datetime) -> float:
        """Return what an offer with this limit is expected to gain, CNY."""
        guess = self._guess
        spread = timedelta(seconds=guess.spread_s)
        first_at = guess.arrival_at - spread
        last_at = min(by_at + timedelta(seconds=guess.slip.mean_s), guess.arrival_at + spread)
        if last_at < first_at:
            return 0.0
        half = (last_at - first_at) / 2
        share = half / spread if spread else 1.0
        middle_at, half_s = first_at + half, half.total_seconds()
        in_time = chance_by(self._job.target_at, middle_at, half_s)
        gain = self._worth_cny + in_time * self._own_time_cny
        return share * (gain - self._delay_cny(middle_at, half_s))

    @property
    def _now(self) -> datetime:
        return self.snapshot.at

    @property
    def _job(self) -> Job:
        return self.snapshot.jobs[self.job_id]

    @property
    def _guess(self) -> Guess:
        return self.snapshot.outside[self.job_id].guess

    @property
    def _worth_cny(self) -> float:
        """What the delay may cost: what own units do, less the fee."""
        return self.own_cny - self._guess.price_cny

    @property
    def _own_time_cny(self) -> float:
        """What it may cost besides where the contractor is there by the target."""
        return self.snapshot.outside[self.job_id].own_time_cny

    def _minutes(self) -> int:
        """Return the last whole minute for an ETA at which the delay costs no more than it may."""
        minutes = range(1, int(self.settings.contractors.eta_limit_min) + 1)
        return bisect_right(minutes, self._worth_cny, key=self._eta_cny)

    def _eta_cny(self, minutes: int) -> float:
        """Return what the delay costs, less the own time saved, of who says so many minutes."""
        slip = self._guess.slip
        arrival_at = self._after(minutes) + timedelta(seconds=slip.mean_s)
        in_time = chance_by(self._job.target_at, arrival_at, slip.spread_s)
        return self._delay_cny(arrival_at, slip.spread_s) - in_time * self._own_time_cny

    def _after(self, minutes: int) -> datetime:
        return self._now + timedelta(minutes=minutes)

    def _delay_cny(self, arrival_at: datetime, spread_s: float = 0.0) -> float:
        return delay_cny(self.settings, self._job, arrival_at, self._now, spread_s)
