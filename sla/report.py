"""How well the promise was kept, and what owners thought of it: of many incidents and ratings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np

from sla.contractor_scores import ContractorScore


@dataclass(frozen=True, slots=True)
class Served:
    """What counts of one incident.

    Attributes
    ----------
    arrived_at
        When the first unit (own or contractor) was at the car; ``None``: nobody came.
    excused
        Does not count as missed though nobody came: solved remotely, merged into another incident,
        or cancelled by the owner before the target.
    """

    received_at: datetime
    target_at: datetime
    urban: bool
    arrived_at: datetime | None
    excused: bool = False

    @property
    def within_target(self) -> bool:
        """Whether somebody came in time, or nobody had to."""
        if self.arrived_at is None:
            return self.excused
        return self.arrived_at <= self.target_at

    @property
    def response_s(self) -> float | None:
        """Arrival minus call received, seconds; ``None`` when nobody came."""
        if self.arrived_at is None:
            return None
        return (self.arrived_at - self.received_at).total_seconds()


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """Of the incidents where somebody arrived, seconds; ``None`` when there was none.

    Percentiles are linear between order statistics (numpy's default, Hyndman and Fan's type 7).
    """

    mean: float | None
    p50: float | None
    p90: float | None


LOW_STARS = 2
"""Whoever gives no more than these is listened to."""


@dataclass(frozen=True, slots=True)
class Rated:
    """What an owner thought of the help: stars, 1 to 5, words if there are any, where to look."""

    stars: int
    text: str = ""
    number: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Ratings:
    """What owners thought; ``None`` where nobody said anything, or nobody was asked.

    Attributes
    ----------
    mean_stars
        1 to 5.
    share_answered
        Of those who were asked, 0 to 1.
    low
        The ratings with one or two stars, the worst first.
    """

    n_ratings: int
    mean_stars: float | None
    share_answered: float | None
    low: tuple[Rated, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Shares are of *all* incidents in the denominator, 0 to 1; ``None`` without any.

    ``contractors`` are those that were asked, whoever came most often first.
    """

    n_incidents: int
    n_urban: int
    share_within_target: float | None
    urban_share_within_target: float | None
    response_s: ResponseTimes
    ratings: Ratings
    contractors: tuple[ContractorScore, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return asdict(self)


def report(
    incidents: Iterable[Served], thought: Ratings, contractors: tuple[ContractorScore, ...] = ()
) -> Report:
    """Return how well the promise was kept, what owners thought of it, and how contractors did."""
    every = tuple(incidents)
    urban = tuple(incident for incident in every if incident.urban)
    seconds = [incident.response_s for incident in every]
    return Report(
        n_incidents=len(every),
        n_urban=len(urban),
        share_within_target=share_within_target(every),
        urban_share_within_target=share_within_target(urban),
        response_s=response_times([value for value in seconds if value is not None]),
        ratings=thought,
        contractors=contractors,
    )


def ratings(rated: Iterable[Rated], *, n_asked: int, n_answered: int) -> Ratings:
    """Return what owners thought, where ``n_answered`` of ``n_asked`` have said it."""
    every = tuple(rated)
    return Ratings(
        n_ratings=len(every),
        mean_stars=sum(it.stars for it in every) / len(every) if every else None,
        share_answered=n_answered / n_asked if n_asked else None,
        low=tuple(sorted((it for it in every if it.stars <= LOW_STARS), key=lambda it: it.stars)),
    )


def share_within_target(incidents: Iterable[Served]) -> float | None:
    """Return the share of incidents served within their target; ``None`` without any."""
    kept = [incident.within_target for incident in incidents]
    return sum(kept) / len(kept) if kept else None


def response_times(seconds: Iterable[float]) -> ResponseTimes:
    """Return mean, median and ninth decile of response times."""
    values = np.fromiter(seconds, dtype=np.float64)
    if len(values) == 0:
        return ResponseTimes(None, None, None)
    p50, p90 = np.percentile(values, [50, 90])
    return ResponseTimes(float(values.mean()), float(p50), float(p90))
