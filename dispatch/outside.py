"""What leaving a call to a contractor costs in a decision, and how a plan that does so is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dispatch.contractor_choice import Guess, chance_by, expected_cny
from dispatch.core.model import Unassigned
from dispatch.own_time import Haul, OwnTime
from dispatch.params import DispatchSettings
from dispatch.world import World, holder

LEFT_TO_CONTRACTOR = "contractor"
"""The reason of a job that the plan leaves to a contractor, because that costs less."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What leaving a job to a contractor is expected to cost.

    Attributes
    ----------
    guess
        Of the contractor that is best, or has the offer.
    expected_cny
        Its price, and the waiting and lateness to expect from it.
    own_time_cny
        What the time of own units is worth that it saves (`dispatch.own_time`).
    chance
        How likely it is there by the target. Own time is saved for that alone: whom a contractor
        would make late may be served by an own unit, and another call left to the contractor.
    """

    guess: Guess
    expected_cny: float
    own_time_cny: float
    chance: float

    @property
    def saved_cny(self) -> float:
        """What it is expected to save of own time."""
        return self.own_time_cny * self.chance

    @property
    def cny(self) -> float:
        """The price of leaving the job out of the plan."""
        return max(0.0, self.expected_cny - self.saved_cny)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A job that a unit is ordered or rolls to, if it were taken from that unit.

    Attributes
    ----------
    release_cny
        The price of taking it, whoever has fixed it there.
    left_out_cny
        The price of leaving it out of the plan then.
    outside
        What leaving it to a contractor would mean; ``None``: there is none to leave it to.
    """

    release_cny: float
    left_out_cny: float
    outside: Outside | None


def weighed(
    world: World,
    settings: DispatchSettings,
    guesses: Mapping[int, Guess],
    time: OwnTime,
    haul: Haul,
) -> dict[int, Outside]:
    """Return what each guess means for its job, by job row id."""
    return {
        job.id: Outside(
            guesses[job.id],
            expected_cny(settings, job, guesses[job.id], world.at),
            time.worth_cny(job, haul, holder(job)),
            chance_by(job.target_at, guesses[job.id].arrival_at, guesses[job.id].spread_s),
        )
        for job in world.jobs
        if job.id in guesses
    }


def told(left: Unassigned, outside: Outside | None, at: datetime) -> Unassigned:
    """Return why a job is left out: `LEFT_TO_CONTRACTOR` where that is what leaving it out means.

    The plan itself, made ``at``, only knows that leaving it out costs less.
    """
    if outside is None or left.reason != "too_expensive":
        return left
    guess = outside.guess
    minutes = (guess.arrival_at - at).total_seconds() / 60
    detail = (
        f"{guess.contractor.name} is expected within {minutes:.0f} minutes, for "
        f"{guess.price_cny:.0f} CNY. {left.detail}"
    )
    return Unassigned(left.job_id, LEFT_TO_CONTRACTOR, detail)
