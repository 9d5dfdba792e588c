"""What a minute of own units' time is worth now, seen from who could be helped by somebody else.

A snapshot does not know the calls to come. Each minute of work that a busy fleet takes on is
a minute that all of them wait longer, until it has caught up: the more work lies before the units
that can do a job, the more callers that is. So the price of own time grows with the work in hand;
it is what leaving a job to a contractor is worth besides, if that makes nobody late
(`dispatch.outside`). Prices of capacity that future demand will want are known as bid prices:
Talluri and van Ryzin, *The Theory and Practice of Revenue Management* (2004), chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dispatch.job import Job, JobOption
from fleet.model import Unit

AT_HAND_S = 1800
"""The work in hand at which a minute costs what the settings say."""

MOST_S = 3600
"""More work in hand than this makes a minute no dearer: nothing is known of what lies beyond."""

DANGER = 2
"""Triage priority of people in an unsafe place: nobody puts them off for calls to come."""

TYPICAL_DRIVE_S = 480
"""What a job takes besides the work, where nobody knows yet who drives."""

Haul = Callable[[Job, JobOption], int]
"""The drive with a towed car, seconds."""


@dataclass(frozen=True, slots=True)
class OwnTime:
    """The work in hand of each unit, and what it makes of the price.

    Attributes
    ----------
    units
        All that are on shift.
    in_hand_s
        Until each is done with what it has, planned jobs included, by unit id.
    cny_per_min
        Price of a minute with `AT_HAND_S` of work in hand.
    """

    units: Sequence[Unit]
    in_hand_s: Mapping[int, float]
    cny_per_min: float
    _known: dict[frozenset[frozenset[str]], dict[int, float]] = field(default_factory=dict)

    def worth_cny(self, job: Job, haul: Haul, held_by: int | None = None) -> float:
        """Return what the time is worth that own units would spend on a job.

        Its own work is no part of what lies before them, also where ``held_by`` has it: what a plan
        is to decide may not hang on what the last one did.
        """
        if job.priority >= DANGER:
            return 0.0
        able = self._able(frozenset(option.needs for option in job.options))
        if not able:
            return 0.0
        work = work_s(job, haul)
        in_hand_s = sum(able.values()) - (work if held_by in able else 0.0)
        load = min(max(0.0, in_hand_s / len(able)), MOST_S) / AT_HAND_S
        return self.cny_per_min * load * work / 60

    def _able(self, ways: frozenset[frozenset[str]]) -> dict[int, float]:
        """Return the work before each unit that meets one of these needs."""
        if ways not in self._known:
            able = [u.id for u in self.units if any(needs <= u.has for needs in ways)]
            self._known[ways] = {unit_id: self.in_hand_s[unit_id] for unit_id in able}
        return self._known[ways]


def work_s(job: Job, haul: Haul) -> float:
    """Return how long a job takes an own unit, in its shortest way, driving there included."""
    return TYPICAL_DRIVE_S + min(_option_s(job, option, haul) for option in job.options)


def work_in_hand(
    free_in_s: Mapping[int, float], held: Iterable[tuple[int | None, Job]], haul: Haul
) -> dict[int, float]:
    """Return the work before each unit, seconds, by unit id.

    Parameters
    ----------
    free_in_s
        Until the unit is free to choose, by unit id.
    held
        Jobs not begun, each with the unit that has it.
    """
    found = dict(free_in_s)
    for unit_id, job in held:
        if unit_id in found:
            found[unit_id] += work_s(job, haul)
    return found


def _option_s(job: Job, option: JobOption, haul: Haul) -> float:
    goal = option.destination
    return option.service.mean_s + (0 if goal is None else goal.service_s + haul(job, option))
