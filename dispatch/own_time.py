"""What a minute of own units' time is worth now, seen from who could be helped by somebody else.

A snapshot does not know the calls to come. Each minute of work that a busy fleet takes on is
a minute that all of them wait longer, until it has caught up. With work of ``w`` before each unit,
of whose time calls ask for the share ``p``, that takes ``w / (1 - p)``: in a minute of it each unit
does a minute of work and is given ``p``, as in the busy period of a queue (Kleinrock, *Queueing
Systems*, volume 1, 1975, section 5.8). The callers of that time, by units, are in proportion to
``p w / (1 - p)`` (`callers`), and so is the price of own time; it is what leaving a job to a
contractor is worth besides, if that makes nobody late (`dispatch.outside`). Prices of capacity that
future demand will want are known as bid prices: Talluri and van Ryzin, *The Theory and Practice of
Revenue Management* (2004), chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dispatch.job import Job
from dispatch.job_option import JobOption
from fleet.model import Unit

AT_HAND_S, AT_SHARE = 1800, 0.9
"""The work in hand, and the share asked for, at which a minute costs what the settings say."""

HORIZON_S = 14400
"""Catching up is not looked at beyond this, and counts less as it nears: calls come and go."""

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
    share
        Of own units' time that calls ask for (`dispatch.call_rate`), below 1.
    cny_per_min
        Price of a minute with `AT_HAND_S` of work in hand and `AT_SHARE` of the time asked for.
    """

    units: Sequence[Unit]
    in_hand_s: Mapping[int, float]
    share: float
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
        in_hand_s = max(0.0, sum(able.values()) - (work if held_by in able else 0.0))
        waiting = callers(in_hand_s / len(able), self.share) / callers(AT_HAND_S, AT_SHARE)
        return self.cny_per_min * waiting * work / 60

    def _able(self, ways: frozenset[frozenset[str]]) -> dict[int, float]:
        """Return the work before each unit that meets one of these needs."""
        if ways not in self._known:
            able = [u.id for u in self.units if any(needs <= u.has for needs in ways)]
            self._known[ways] = {unit_id: self.in_hand_s[unit_id] for unit_id in able}
        return self._known[ways]


def callers(in_hand_s: float, share: float) -> float:
    """Return how many call until units have caught up, by units and times the work of a call.

    Parameters
    ----------
    in_hand_s
        The work before each unit.
    share
        Of their time that calls ask for, below 1.
    """
    if in_hand_s <= 0:
        return 0.0
    return share / ((1 - share) / in_hand_s + 1 / HORIZON_S)


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
