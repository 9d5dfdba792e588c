"""How each contractor did: whether it answers, comes, comes in time, and keeps the ETA it gave."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median

ON_ETA = timedelta(minutes=5)
"""Whoever is there no more than this later than its own ETA has kept it."""

CAME = frozenset({"arrived", "done"})
DECLINED, UNANSWERED = "rejected", "expired"


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """What became of one incident that a contractor was asked about, by its last offer of it.

    Attributes
    ----------
    state
        Of the offer: ``offered``, ``accepted``, ``arrived``, ``done``, ``rejected``, ``expired`` or
        ``withdrawn``.
    target_at
        The latest arrival that keeps the promise.
    stars
        What the owner thought of it, 1 to 5; ``None``: said nothing, or somebody else helped.
    """

    contractor: str
    state: str
    offered_at: datetime
    target_at: datetime
    eta_at: datetime | None
    arrived_at: datetime | None
    stars: int | None


@dataclass(frozen=True, slots=True)
class ContractorScore:
    """One contractor's incidents in numbers; shares are 0 to 1, ``None`` where nobody came.

    Attributes
    ----------
    n_asked
        Incidents that it was asked about; ``n_came``, ``n_declined`` and ``n_unanswered`` of them.
        The others are not over, or it was not needed any more.
    share_in_time
        Of those it came to, by the target.
    share_on_eta
        Of those it came to, by the ETA that it gave and five minutes.
    reach_s
        Median from the offer to the arrival, seconds.
    """

    contractor: str
    n_asked: int
    n_came: int
    n_declined: int
    n_unanswered: int
    share_in_time: float | None
    share_on_eta: float | None
    reach_s: float | None
    n_ratings: int
    mean_stars: float | None


def contractor_scores(asked: Iterable[AskedAbout]) -> tuple[ContractorScore, ...]:
    """Return the scores by contractor, those that came most often first."""
    by_name: dict[str, list[AskedAbout]] = defaultdict(list)
    for it in asked:
        by_name[it.contractor].append(it)
    found = (_score(name, every) for name, every in by_name.items())
    return tuple(sorted(found, key=lambda it: (-it.n_came, -it.n_asked, it.contractor)))


def _score(name: str, every: list[AskedAbout]) -> ContractorScore:
    n_of = Counter(it.state for it in every)
    there = [(it, at) for it in every if it.state in CAME and (at := it.arrived_at) is not None]
    stars = [it.stars for it in every if it.stars is not None]
    return ContractorScore(
        contractor=name,
        n_asked=len(every),
        n_came=len(there),
        n_declined=n_of[DECLINED],
        n_unanswered=n_of[UNANSWERED],
        share_in_time=_share([at <= it.target_at for it, at in there]),
        share_on_eta=_share(
            [it.eta_at is not None and at <= it.eta_at + ON_ETA for it, at in there]
        ),
        reach_s=median((at - it.offered_at).total_seconds() for it, at in there) if there else None,
        n_ratings=len(stars),
        mean_stars=fmean(stars) if stars else None,
    )


def _share(of: list[bool]) -> float | None:
    return sum(of) / len(of) if of else None
