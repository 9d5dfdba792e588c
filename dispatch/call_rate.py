"""How many calls come now, and what share of own units' time they ask for.

A fleet that is asked for nearly all of its time catches up slowly: work that is added now makes
all wait who call until then (`dispatch.own_time`). Nobody tells a snapshot how many will call, so
the calls of the last hours have to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from dispatch.store import IncidentRow

LATELY = timedelta(hours=2)
"""Calls of so long count."""

BEGUN = timedelta(days=1)
"""Where none came for so long before them, the count begins with the first: a new region."""

USUAL_SHARE, USUAL_S = 0.8, 3600
"""What is believed of the share that calls ask for, and for how many seconds of calls it counts."""

USUAL_WORK_S, USUAL_CALLS = 1560.0, 8
"""What is believed of the work of a call, the drive included, and for how many calls it counts."""

MOST = 0.97
"""A larger share is taken to be this one: a fleet that never catches up is helped, or goes home."""


@dataclass(frozen=True, slots=True)
class CallRate:
    """So many calls came within so many seconds."""

    n_calls: int
    within_s: float

    def share_asked_for(self, work_s: Sequence[float], n_units: int) -> float:
        """Return what share of own units' time calls ask for, at most `MOST`.

        Parameters
        ----------
        work_s
            What calls at hand take, the drive included.
        n_units
            On shift.
        """
        usual_s = USUAL_CALLS * USUAL_WORK_S
        mean_s = (sum(work_s) + usual_s) / (len(work_s) + USUAL_CALLS)
        asked_s = self.n_calls * mean_s / max(1, n_units)
        return min(MOST, (asked_s + USUAL_SHARE * USUAL_S) / (self.within_s + USUAL_S))


def calls_lately(session: Session, region: str, now: datetime) -> CallRate:
    """Return how many calls came `LATELY`, or since the first one where that is less long ago."""
    # All of so long are read and those of the region counted: SQLite would rather read all of the
    # region, and there are ever more of them.
    received_at, is_here = IncidentRow.received_at, IncidentRow.region == region
    first = select(func.min(case((is_here, received_at)))).where(received_at > now - BEGUN)
    first_at = session.scalar(first)
    if first_at is None:
        return CallRate(0, LATELY.total_seconds())
    since_at = max(first_at, now - LATELY)
    calls = select(func.count(case((is_here, 1)))).where(received_at >= since_at)
    return CallRate(session.scalars(calls).one(), max(0.0, (now - since_at).total_seconds()))
