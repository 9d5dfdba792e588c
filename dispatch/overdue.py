"""Work that should be over by now: at the car, or with the car on board."""

from __future__ import annotations

from datetime import datetime, timedelta

from dispatch.job import Job, JobState
from kernel.position import distance_m

MARGIN_S = 1800
"""Work may take this much longer than nine in ten of its kind."""

DELIVERY_M_PER_S = 5.0
"""As the crow flies, for a loaded truck: slow, so that only who is forgotten is later."""


def overdue_since(job: Job, now: datetime) -> datetime | None:
    """Return since when work goes on that should be over; ``None`` where it should not."""
    begun_at = {JobState.ON_SITE: job.arrived_at, JobState.LOADED: job.loaded_at}.get(job.state)
    if begun_at is None:
        return None
    starts_at = max(begun_at, job.earliest_at or begun_at)
    return begun_at if now - starts_at > timedelta(seconds=_usual_s(job) + MARGIN_S) else None


def _usual_s(job: Job) -> float:
    """Return in what time nine in ten have done what is being done, seconds."""
    option = job.option_named(job.option)
    goal = option.destination
    if job.state is not JobState.LOADED or goal is None:
        return option.service.p90_s
    return distance_m(job.position, goal.position) / DELIVERY_M_PER_S + goal.service_s
