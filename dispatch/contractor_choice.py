"""What a contractor would mean for an incident, whom to ask, and whether it pays.

When a contractor will be there is a guess until it answers: any time within ``spread_s`` of the
guessed one is taken to be as likely as any other, so that no promise hangs on a minute of it. The
plan weighs the best guess against own units (`guesses_of`), and whom it leaves out for less is
offered at once. Where a policy plans no further than one job ahead, or a plan is late all the same,
`is_worth` says whether to ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from dispatch.context import DispatchContext
from dispatch.contractor_record import Answer, Lead, Slip, lead_of, offers_answered, slip_of
from dispatch.contractor_silence import may_have_open
from dispatch.core.model import Lock
from dispatch.job import Job, JobState
from dispatch.job_option import JobOption
from dispatch.params import DispatchSettings
from dispatch.places import RoadsideCache, seconds_between
from dispatch.pricing import expected_lateness_cny, lateness_curve, mean_beyond, wait_price
from dispatch.store import Asked, open_offers
from dispatch.world import World
from fleet.model import Contractor
from fleet.registers import contractors_of
from kernel.position import Position, distance_m
from routing.travel_times import UNREACHABLE_S, TravelTimes

LEAST_SPREAD = timedelta(minutes=10)
"""Within at least this long somebody comes who comes later than was thought possible."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a contractor would mean for an incident.

    Attributes
    ----------
    arrival_at, spread_s
        When it would be there: any time within ``spread_s`` of that is as likely as any other.
    price_cny
        What it charges.
    slip
        How much later than its ETA it comes.
    """

    contractor: Contractor
    arrival_at: datetime
    spread_s: float
    price_cny: float
    slip: Slip


def guesses_of(
    world: World, settings: DispatchSettings, roadside: RoadsideCache, times: TravelTimes
) -> dict[int, Guess]:
    """Return the best contractor for each job that the plan may leave to one, by job row id.

    While a contractor has an offer, no other counts; then those that are `still_to_ask`, and may
    have one more to answer. Nobody waits for a silent one, whatever it has to answer.
    """
    if not world.contractors:
        return {}
    asking = Asking(settings, roadside, times, world.at, world.contractors, world.answered)
    n_open = open_offers(world.asked)
    most = {
        it.id: may_have_open(settings.contractors, world.silent.get(it.id), world.at)
        for it in world.contractors
    }
    everybody = [it for it, most_open in most.items() if n_open[it] < most_open]
    unheard = {it for it, silence in world.silent.items() if silence.lasts(world.at)}
    by_candidates: dict[frozenset[tuple[int, datetime | None]], list[Job]] = {}
    for job in world.jobs:
        if may_be_left(job):
            candidates = still_to_ask(world.asked.get(job.incident_id or 0, {}), everybody)
            who = frozenset(it for it in candidates.items() if it[0] not in unheard)
            by_candidates.setdefault(who, []).append(job)
    found: dict[int, Guess] = {}
    for candidates_of, jobs in by_candidates.items():
        found |= asking.best(jobs, dict(candidates_of))
    return found


def expected_cny(settings: DispatchSettings, job: Job, guess: Guess, now: datetime) -> float:
    """Return what leaving a job to a contractor is expected to cost, its price included, CNY."""
    return guess.price_cny + delay_cny(settings, job, guess.arrival_at, now, guess.spread_s)


def delay_cny(
    settings: DispatchSettings, job: Job, arrival_at: datetime, now: datetime, spread_s: float = 0
) -> float:
    """Return what waiting until ``arrival_at`` and its lateness are expected to cost, CNY.

    Any arrival within ``spread_s`` of that is as likely as any other.
    """
    prices = settings.prices
    late_s = (arrival_at - job.target_at).total_seconds()
    wait_s = (arrival_at - now).total_seconds()
    waited_s = (now - job.created_at).total_seconds()
    wait = wait_price(prices, job.priority, waited_s) / 60
    curve = lateness_curve(prices, job.priority)
    return wait * mean_beyond(wait_s - spread_s, wait_s + spread_s) + expected_lateness_cny(
        curve, late_s - spread_s, late_s + spread_s
    )


def chance_by(at: datetime, arrival_at: datetime, spread_s: float) -> float:
    """Return how likely somebody is there by ``at`` who may come within ``spread_s`` of a time."""
    ahead_s = (at - arrival_at).total_seconds()
    if spread_s <= 0:
        return float(ahead_s >= 0)
    return min(1.0, max(0.0, (ahead_s + spread_s) / (2 * spread_s)))


def is_worth(
    settings: DispatchSettings, job: Job, guess: Guess, own_eta_at: datetime | None, now: datetime
) -> bool:
    """Return whether to ask a contractor, given when an own unit would come (see the module)."""
    if own_eta_at is None:
        return True
    gain = timedelta(seconds=settings.contractors.gain_s)
    if own_eta_at <= job.target_at or guess.arrival_at > own_eta_at - gain:
        return False
    return delay_cny(settings, job, own_eta_at, now) > expected_cny(settings, job, guess, now)


def still_to_ask(
    asked: Mapping[int, Asked], contractors: Iterable[int]
) -> dict[int, datetime | None]:
    """Return who may take an incident, and when it may be there at the soonest, if it has told.

    That is who has the offer; else everybody but those who have declined or did not answer. Who
    only cannot be there by a time may come later.

    Parameters
    ----------
    asked
        What became of offers, by contractor.
    contractors
        The ids of all that could be asked.
    """
    waiting = {it: about.not_before_at for it, about in asked.items() if about.is_open}
    if waiting:
        return waiting
    free = (it for it in contractors if it not in asked or asked[it].may_be_asked)
    return {it: asked[it].not_before_at if it in asked else None for it in free}


class Asking:
    """All contractors of a region, and what is known of them now.

    Parameters
    ----------
    answered
        What they answered last.
    """

    def __init__(
        self,
        settings: DispatchSettings,
        roadside: RoadsideCache,
        times: TravelTimes,
        now: datetime,
        contractors: Sequence[Contractor],
        answered: Sequence[Answer],
    ) -> None:
        self._settings = settings
        self._roadside = roadside
        self._times = times
        self._now = now
        self._contractors = contractors
        self._leads = self._learned(answered)
        self._slips = {it.id: _slip_of(it.id, answered) for it in contractors}

    @classmethod
    def read(cls, session: Session, context: DispatchContext) -> Asking:
        """Return what the database says of a region's contractors."""
        return cls(
            context.settings,
            context.roadside,
            context.times(),
            context.clock.now(),
            contractors_of(session, context.region),
            offers_answered(session, context.region, context.clock.now()),
        )

    def best(
        self, jobs: Sequence[Job], candidates: Mapping[int, datetime | None]
    ) -> dict[int, Guess]:
        """Return the best of these contractors for each job that one of them can do.

        Best is the least sum of its price and of the waiting and lateness to expect from it.

        Parameters
        ----------
        candidates
            As `still_to_ask` returns them.
        """
        contractors = [it for it in self._contractors if it.id in candidates]
        if not jobs or not contractors:
            return {}
        drives_s = self._drives_s(contractors, [job.position for job in jobs])
        found = {}
        for column, job in enumerate(jobs):
            guesses = [
                self._guess(contractor, job, int(drives_s[row, column]), candidates[contractor.id])
                for row, contractor in enumerate(contractors)
                if can_do(contractor, job) and drives_s[row, column] != UNREACHABLE_S
            ]
            if guesses:
                found[job.id] = min(guesses, key=partial(self._rank, job))
        return found

    def _rank(self, job: Job, guess: Guess) -> tuple[float, int]:
        return expected_cny(self._settings, job, guess, self._now), guess.contractor.id

    def _learned(self, answered: Sequence[Answer]) -> dict[int, Lead]:
        """Return by contractor how long answering and leaving takes it."""
        positions = list(dict.fromkeys(it.position for it in answered))
        column = {position: at for at, position in enumerate(positions)}
        drives_s = self._drives_s(self._contractors, positions)
        found = {}
        for row, contractor in enumerate(self._contractors):
            seen = [
                (it.reach_s - int(drives_s[row, column[it.position]]), it.is_known)
                for it in answered
                if it.contractor_id == contractor.id
                and drives_s[row, column[it.position]] != UNREACHABLE_S
            ]
            found[contractor.id] = lead_of(self._settings.contractors, seen)
        return found

    def _drives_s(
        self, contractors: Sequence[Contractor], positions: Sequence[Position]
    ) -> NDArray[np.int32]:
        yards = [it.position for it in contractors]
        return seconds_between(yards, positions, self._roadside, self._times)

    def _guess(
        self, contractor: Contractor, job: Job, drive_s: int, not_before_at: datetime | None
    ) -> Guess:
        """Answering and leaving, then the drive; not sooner than it has said."""
        lead = self._leads[contractor.id]
        km = distance_m(contractor.position, job.position) / 1000
        price_cny = contractor.callout_cny + contractor.cny_per_km * km
        arrival_at = self._now + timedelta(seconds=lead.mean_s + drive_s)
        slip = self._slips[contractor.id]
        if not_before_at is None:
            return Guess(contractor, arrival_at, lead.spread_s, price_cny, slip)
        spread = timedelta(seconds=lead.spread_s)
        first_at = max(arrival_at - spread, not_before_at)
        last_at = max(arrival_at + spread, first_at + LEAST_SPREAD)
        half = (last_at - first_at) / 2
        return Guess(contractor, first_at + half, half.total_seconds(), price_cny, slip)


def _slip_of(contractor_id: int, answered: Iterable[Answer]) -> Slip:
    mine = (it.slip_s for it in answered if it.contractor_id == contractor_id)
    return slip_of([it for it in mine if it is not None])


def may_be_left(job: Job) -> bool:
    """Return whether a job is a call that no unit is ordered to and nobody has locked to one."""
    is_call = job.incident_id is not None
    return is_call and job.state is JobState.OPEN and job.lock is Lock.FREE


def can_do(contractor: Contractor, job: Job) -> bool:
    """Return whether a contractor has the skills for one of a job's options."""
    return any(option.needs <= contractor.skills for option in job.options)


def way_of(contractor: Contractor, options: Sequence[JobOption]) -> JobOption:
    """Return how a contractor would do a job: the first way that it can, where it can any."""
    return next((it for it in options if it.needs <= contractor.skills), options[0])
