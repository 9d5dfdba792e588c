"""Whom to ask for help, and whether it pays.

A contractor is asked only while no own unit can keep the promise, and only if it pays (`is_worth`):
it is expected in time; or nobody of ours comes at all; or the lateness it saves, at the prices of
the plan, exceeds what it charges.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.context import DispatchContext
from dispatch.places import joined
from dispatch.pricing import lateness_curve, wait_price
from dispatch.store import ContractorOfferRow, IncidentRow, JobRow
from fleet.model import Contractor
from fleet.registers import contractors_of
from kernel.position import distance_m
from routing.travel_times import UNREACHABLE_S


@dataclass(frozen=True, slots=True)
class Guess:
    """What a contractor would mean for an incident: when it would be there, and its price."""

    contractor: Contractor
    arrival_at: datetime
    price_cny: float


def best_guess(
    session: Session, context: DispatchContext, incident: IncidentRow, job: JobRow
) -> Guess | None:
    """Return the best contractor that can do the job and was not asked yet, ``None`` without one.

    Best is the least sum of its price and of the waiting and lateness it would leave.
    """
    asked = select(ContractorOfferRow.contractor_id).filter_by(incident_id=incident.id)
    known = set(session.scalars(asked))
    able = [
        contractor
        for contractor in contractors_of(session, context.region)
        if contractor.id not in known and _can(contractor, job)
    ]
    guesses = _guesses(context, able, job)
    return min(
        guesses,
        key=lambda guess: (
            guess.price_cny + delay_cny(context, job, guess.arrival_at),
            guess.contractor.id,
        ),
        default=None,
    )


def is_worth(
    context: DispatchContext, job: JobRow, guess: Guess, own_eta_at: datetime | None
) -> bool:
    """Return whether to ask a contractor, given when an own unit would come (see the module)."""
    if own_eta_at is None:
        return True
    gain = timedelta(seconds=context.settings.contractors.gain_s)
    if own_eta_at <= job.target_at or guess.arrival_at > own_eta_at - gain:
        return False
    if guess.arrival_at <= job.target_at:
        return True
    saved = delay_cny(context, job, own_eta_at) - delay_cny(context, job, guess.arrival_at)
    return saved > guess.price_cny


def delay_cny(context: DispatchContext, job: JobRow, arrival_at: datetime) -> float:
    """Return what waiting until ``arrival_at`` and its lateness cost, CNY."""
    prices = context.settings.prices
    late_s = (arrival_at - job.target_at).total_seconds()
    now = context.clock.now()
    wait_s = max(0.0, (arrival_at - now).total_seconds())
    waited_s = (now - job.created_at).total_seconds()
    wait = wait_price(prices, job.priority, waited_s) * wait_s / 60
    return wait + lateness_curve(prices, job.priority).price(late_s)


def _can(contractor: Contractor, job: JobRow) -> bool:
    return any(set(raw["needs"]) <= contractor.skills for raw in job.options)


def _guesses(context: DispatchContext, able: list[Contractor], job: JobRow) -> list[Guess]:
    """Return when each contractor would come: answering and leaving, then the drive."""
    laid = context.roadside.snap([job.position, *(c.position for c in able)])
    car = laid[0]
    near = [(c, s) for c, s in zip(able, laid[1:], strict=True) if s is not None]
    if car is None or not near:
        return []
    times = context.times().matrix(joined([s for _, s in near]), car)
    start = context.clock.now() + timedelta(seconds=context.settings.contractors.mobilise_s)
    return [
        Guess(
            contractor,
            start + timedelta(seconds=int(drive_s)),
            contractor.callout_cny
            + contractor.cny_per_km * distance_m(contractor.position, job.position) / 1000,
        )
        for (contractor, _), drive_s in zip(near, times[:, 0], strict=True)
        if drive_s != UNREACHABLE_S
    ]
