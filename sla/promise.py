"""The promise: when somebody will be at the car, counted from the call, and what becomes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from kernel.words import Words
from sla.areas import ServiceArea

AT_RISK_MARGIN_S = 300
"""An ETA that leaves less than this before the target is at risk."""

ROUND_UP_S = 300
"""A new promise is rounded up to five minutes: nobody believes "14:37"."""


class Risk(StrEnum):
    """How the target stands."""

    NORMAL = "normal"
    AT_RISK = "at_risk"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Promise:
    """What the owner is promised at the call.

    Attributes
    ----------
    received_at
        When the call came in: the clock starts here, not when the form was filled in.
    target_at
        Latest arrival that keeps the promise (inclusive).
    area
        Whose target holds.
    """

    received_at: datetime
    target_at: datetime
    area: ServiceArea

    @property
    def urban(self) -> bool:
        """Whether the urban promise holds."""
        return self.area.urban


def promise(received_at: datetime, area: ServiceArea) -> Promise:
    """Return the promise for a call received at ``received_at`` from ``area``."""
    return Promise(received_at, received_at + timedelta(seconds=area.target_s), area)


def lateness_s(target_at: datetime, arrived_at: datetime) -> float:
    """Return ``max(0, arrival - target)``, seconds."""
    return max(0.0, (arrived_at - target_at).total_seconds())


def time_left_s(target_at: datetime, now: datetime) -> float:
    """Return the seconds until the target; negative once it has passed."""
    return (target_at - now).total_seconds()


def risk(
    now: datetime,
    received_at: datetime,
    target_at: datetime,
    *,
    eta_at: datetime | None = None,
    arrived_at: datetime | None = None,
    margin_s: int = AT_RISK_MARGIN_S,
) -> Risk:
    """Return how the target stands at ``now``.

    Breached: somebody arrived after the target, or nobody has and it has passed. At risk: the ETA
    leaves less than ``margin_s``, or there is no ETA and less than half of the time is left.
    Arriving exactly at the target keeps it; an arrival in time is normal for good.
    """
    if (now if arrived_at is None else arrived_at) > target_at:
        return Risk.BREACHED
    if arrived_at is not None:
        return Risk.NORMAL
    if eta_at is not None:
        return Risk.AT_RISK if time_left_s(target_at, eta_at) < margin_s else Risk.NORMAL
    half_left = time_left_s(target_at, now) < time_left_s(target_at, received_at) / 2
    return Risk.AT_RISK if half_left else Risk.NORMAL


@dataclass(frozen=True, slots=True)
class Revision:
    """A promise given anew, and why."""

    at: datetime
    promised_at: datetime
    reason: Words


@dataclass(frozen=True, slots=True)
class PromiseRecord:
    """Everything the owner was told, in order; only ever appended to.

    The first promise stays what the share within target is measured by; revisions say what the
    owner expects now.
    """

    first: Promise
    revisions: tuple[Revision, ...] = ()

    @property
    def promised_at(self) -> datetime:
        """What the owner was told last."""
        return self.revisions[-1].promised_at if self.revisions else self.first.target_at

    @property
    def reason(self) -> Words | None:
        """Why it differs from the first promise; ``None`` while it does not."""
        return self.revisions[-1].reason if self.revisions else None

    def revise(
        self, now: datetime, eta_at: datetime, reason: Words, *, step_s: int = ROUND_UP_S
    ) -> PromiseRecord:
        """Return the record with a new promise, when the ETA misses the one in force.

        The new promise is the ETA rounded up to ``step_s``, not later than needed. An ETA that the
        promise in force still covers changes nothing: good news needs no apology, and a promise
        that hops to and fro is none.

        Raises
        ------
        ValueError
            When ``now`` lies before the last revision: a record is not rewritten.
        """
        if self.revisions and now < self.revisions[-1].at:
            raise ValueError(f"{now} lies before the last revision, {self.revisions[-1].at}")
        if eta_at <= self.promised_at:
            return self
        revision = Revision(now, round_up(max(eta_at, now), step_s), reason)
        return PromiseRecord(self.first, (*self.revisions, revision))


def round_up(instant: datetime, step_s: int) -> datetime:
    """Return the first multiple of ``step_s`` seconds (since 1970, UTC) not before ``instant``."""
    return datetime.fromtimestamp(math.ceil(instant.timestamp() / step_s) * step_s, UTC)
