"""What a solve may begin with: an earlier plan, and what an earlier solve learned.

Nothing here has to fit: units, jobs and options that are gone are passed over, routes that are no
longer possible are taken apart. A bound never rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.core.compiled import Compiled
from dispatch.core.model import Plan

Sequence = tuple[tuple[str, str], ...]
"""Job ids and options, in order."""


@dataclass(frozen=True, slots=True)
class Warm:
    """What one solve leaves for the next one, some minutes later.

    Attributes
    ----------
    duals
        By job id, what the plan would save if the job did not exist, CNY.
    routes
        By unit id, the routes that were worth looking at.
    """

    duals: Mapping[str, float] = field(default_factory=dict)
    routes: Mapping[str, tuple[Sequence, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Start:
    """Where a search begins; both parts may be missing."""

    plan: Plan | None = None
    warm: Warm | None = None


NOWHERE_YET = Start()


def planned_sequences(plan: Plan) -> dict[str, Sequence]:
    """Return the routes of a plan as ids, by unit id."""
    return {
        route.unit_id: tuple((it.job_id, it.option) for it in route.jobs) for route in plan.routes
    }


def known_choices(compiled: Compiled, sequence: Sequence) -> tuple[int, ...]:
    """Return the choices of a sequence, without those that the problem does not know (any more)."""
    found = []
    for job_id, option in sequence:
        j = compiled.job_index.get(job_id)
        choice = None if j is None else compiled.choice_index.get((j, option))
        if choice is not None:
            found.append(choice)
    return tuple(found)
