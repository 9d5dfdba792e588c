"""Problems on a line: place ``i`` lies ``i`` minutes from place 0; all times check by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from dispatch.core.model import (
    Commitment,
    Job,
    LatenessCurve,
    Lock,
    Option,
    Plan,
    Prices,
    Problem,
    Unit,
    Visit,
)
from tests.strategies.problems import EPOCH

MINUTE = 60


def line(n_places: int = 31) -> Any:
    """Return the travel times of places one minute apart."""
    places = np.arange(n_places)
    return (np.abs(places[:, None] - places[None, :]) * MINUTE).astype(np.int32)


def unit(unit_id: str, place: int, *has: str, **details: Any) -> Unit:
    """Return a unit at ``place``."""
    return Unit(unit_id, frozenset(has), place, **details)


def repair(place: int, minutes: int = 10, *needs: str, **details: Any) -> Option:
    """Return an option of one visit."""
    return Option("repair", frozenset(needs), (Visit(place, minutes * MINUTE),), **details)


def tow(origin: int, destination: int, *needs: str, **details: Any) -> Option:
    """Return an option of two visits, 10 and 5 minutes."""
    visits = (Visit(origin, 10 * MINUTE), Visit(destination, 5 * MINUTE))
    return Option("tow", frozenset(needs), visits, **details)


def job(job_id: str, *options: Option, target_min: int = 30, **details: Any) -> Job:
    """Return a job with a target in minutes."""
    return Job(job_id, options, target_min * MINUTE, **details)


def commitment(job_id: str, unit_id: str, lock: Lock, **details: Any) -> Commitment:
    """Return a commitment at position 0 to the option ``repair``, unless told otherwise."""
    return Commitment(job_id, unit_id, lock, **{"position": 0, "option": "repair", **details})


def problem(
    units: tuple[Unit, ...], jobs: tuple[Job, ...], *commitments: Commitment, **details: Any
) -> Problem:
    """Return a problem on the line."""
    return Problem(EPOCH, line(), units, jobs, commitments, **details)


def with_planned(plan: Plan, job_id: str, **changes: Any) -> Plan:
    """Return the plan with the planned job changed."""
    return replace(
        plan,
        routes=tuple(
            replace(
                route,
                jobs=tuple(
                    replace(it, **changes) if it.job_id == job_id else it for it in route.jobs
                ),
            )
            for route in plan.routes
        ),
    )


__all__ = [
    "EPOCH",
    "MINUTE",
    "LatenessCurve",
    "Lock",
    "Prices",
    "commitment",
    "job",
    "line",
    "problem",
    "repair",
    "tow",
    "unit",
    "with_planned",
]
