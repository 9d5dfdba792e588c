"""How far a job has come, derived from the set of what its technician reported. Pure.

Phones report late, twice and out of order. Nothing here depends on the order of arrival: the
furthest stage reported wins, each stage has the earliest time reported for it, and a stage that was
passed without a report takes the time of the next one until its own report comes. An arrival that
is taken back (``not_there``) tells no more than that the unit was on its way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReportKind(StrEnum):
    """What a technician can report."""

    ACCEPTED = "accepted"
    ROLLING = "rolling"
    ARRIVED = "arrived"
    LOADED = "loaded"
    DONE = "done"
    DECLINED = "declined"
    GONE_ON_ARRIVAL = "gone_on_arrival"
    NOT_POSSIBLE = "not_possible"
    NOT_THERE = "not_there"


STAGES = (
    ReportKind.ACCEPTED,
    ReportKind.ROLLING,
    ReportKind.ARRIVED,
    ReportKind.LOADED,
    ReportKind.DONE,
)
"""In the order in which they happen."""

ENDINGS = frozenset({ReportKind.GONE_ON_ARRIVAL, ReportKind.NOT_POSSIBLE})
"""The unit stood at the place, and the work ends without success."""


@dataclass(frozen=True, slots=True)
class Report:
    """One report: what happened, when by the phone's clock, and when it was heard.

    Later ones have higher numbers, as they are heard; ``by_hand``: a dispatcher made it.
    """

    kind: ReportKind
    at: datetime
    received_at: datetime
    number: int = 0
    by_hand: bool = False

    def takes_back(self, other: Report) -> bool:
        """Return whether this report says that the unit was not there when it said so.

        A phone speaks of what it did before, by its own clock; a dispatcher of what was heard.
        """
        if self.kind is not ReportKind.NOT_THERE or other.kind is not ReportKind.ARRIVED:
            return False
        if self.by_hand:
            return other.number < self.number
        return (other.at, other.number) < (self.at, self.number)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job has come; a time is ``None`` while its stage is not known to be passed.

    ``stage`` is the furthest of `STAGES` reported; an ending counts as having arrived.
    """

    stage: ReportKind | None
    accepted_at: datetime | None
    rolling_at: datetime | None
    arrived_at: datetime | None
    loaded_at: datetime | None
    done_at: datetime | None


def progress(reports: Iterable[Report], ordered_at: datetime) -> Progress:
    """Return the progress that a set of reports amounts to.

    Parameters
    ----------
    ordered_at
        When the unit got the order; no time lies before it, and none after it was heard.
    """
    known = list(reports)
    heard = [(_stage(it, known), _bounded(it, ordered_at)) for it in known]
    staged = [(STAGES.index(stage), at) for stage, at in heard if stage is not None]
    furthest = max((rank for rank, _ in staged), default=None)

    def time_of(stage: ReportKind) -> datetime | None:
        rank = STAGES.index(stage)
        own = [at for r, at in staged if r == rank]
        later = [at for r, at in staged if r > rank]
        return min(own or later, default=None)

    has_loaded = any(STAGES[rank] is ReportKind.LOADED for rank, _ in staged)
    return Progress(
        stage=None if furthest is None else STAGES[furthest],
        accepted_at=time_of(ReportKind.ACCEPTED),
        rolling_at=time_of(ReportKind.ROLLING),
        arrived_at=time_of(ReportKind.ARRIVED),
        loaded_at=time_of(ReportKind.LOADED) if has_loaded else None,
        done_at=time_of(ReportKind.DONE),
    )


def _stage(report: Report, known: Iterable[Report]) -> ReportKind | None:
    if any(it.takes_back(report) for it in known):
        return ReportKind.ROLLING
    if report.kind in ENDINGS:
        return ReportKind.ARRIVED
    return report.kind if report.kind in STAGES else None


def _bounded(report: Report, ordered_at: datetime) -> datetime:
    return max(ordered_at, min(report.at, report.received_at))
