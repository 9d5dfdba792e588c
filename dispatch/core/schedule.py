"""Exact times of a sequence of jobs on one unit, or the rule that it breaks.

A unit leaves ``start_place`` at ``max(0, available_s)`` and drives to the first visit of its first
job. It may arrive early and wait: service starts at arrival, but not before an ``earliest_s`` that
lies ahead (above 0). The visits of the chosen option follow back to back; then the unit drives to
the next job, and in the end to ``end_place`` if it has one. Lateness is counted at *arrival* at the
first visit.

Kept ``FULL`` commitments (facts, see `locks`) are timed from the world, not from the matrix:

- first in the route: arrival is the commitment's ``start_s``, also where the matrix says otherwise
  (the live estimate knows better; a job that is being worked on has a ``start_s`` before now). Its
  driving is what lies between ``available_s`` and arrival, but at most the matrix' leg;
- later in the head: arrival is ``start_s``, or as soon as driving allows if that is later;
- without ``start_s``: as soon as driving allows;
- what should have ended already ends when the unit is available, at the earliest.

Facts break no rule. Every other job needs: a lock that allows it (``lock``), the skills and
equipment (``no_unit_has``), a way there and, for the route, to the end place (``unreachable``),
start of service by ``latest_s`` and end of the route by ``hard_end_s`` (``window``), and, if it
takes energy, enough stock for the whole route (``stock``). A route of facts alone is always
possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dispatch.core.compiled import Compiled
from dispatch.core.locks import HeadJob
from dispatch.core.model import UNREACHABLE_S

KWH_TOLERANCE = 1e-9
"""Sums of kWh may exceed the stock by this much rounding."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One job on a route with its times; ``fact`` marks a kept ``FULL`` commitment."""

    choice: int
    arrival_s: int
    start_s: int
    end_s: int
    drive_s: int
    fact: bool


@dataclass(frozen=True, slots=True)
class Timetable:
    """The times of one unit's route.

    ``end_s`` is when the unit has reached its end place (or finished its last job), ``home_s`` the
    driving to the end place, ``released`` the jobs whose ``FULL`` commitment to it is broken.
    """

    unit: int
    stops: tuple[Stop, ...]
    end_s: int
    home_s: int
    released: tuple[HeadJob, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """The first rule that a sequence breaks, and the choice where it does.

    Rules are tried in the order lock and skills, ways, stock, windows: the rule tells how far the
    sequence gets.
    """

    rule: str
    choice: int


def split_head(
    compiled: Compiled, unit: int, sequence: Sequence[int]
) -> tuple[tuple[HeadJob, ...], tuple[HeadJob, ...]] | None:
    """Return the head jobs kept and released by a sequence, or ``None`` if it disturbs the head.

    The kept ones are the first jobs of the sequence, in order.
    """
    kept: list[HeadJob] = []
    released: list[HeadJob] = []
    present = {compiled.job_of[c] for c in sequence}
    for head in compiled.head[unit]:
        here = len(kept) < len(sequence) and sequence[len(kept)] == head.choice
        if here:
            kept.append(head)
        elif head.release_cny is not None:
            released.append(head)
        elif head.job in present:
            return None
    return tuple(kept), tuple(released)


@dataclass(frozen=True, slots=True)
class Walk:
    """The stops of a sequence before the rules of a whole route are looked at."""

    stops: tuple[Stop, ...]
    released: tuple[HeadJob, ...]
    place: int

    def at(self, unit: int) -> Timetable:
        """Return the timetable of a unit that stays where its last job ends."""
        return Timetable(unit, self.stops, self.stops[-1].end_s, 0, self.released)


def timetable(compiled: Compiled, unit: int, sequence: Sequence[int]) -> Timetable | Broken:
    """Return the times of ``sequence`` (choice numbers) on ``unit``, or the rule it breaks."""
    walked = walk(compiled, unit, sequence)
    return walked if isinstance(walked, Broken) else _finish(compiled, unit, walked)


def walk(compiled: Compiled, unit: int, sequence: Sequence[int]) -> Walk | Broken:
    """Return the stops of ``sequence`` without looking at end place, stock and windows."""
    split = split_head(compiled, unit, sequence)
    if split is None:
        return Broken("lock", _disturbed(compiled, unit, sequence))
    kept, released = split
    place = compiled.units[unit].start_place
    time_s = max(0, compiled.units[unit].available_s)
    stops: list[Stop] = []
    for i, choice in enumerate(sequence):
        head = kept[i] if i < len(kept) else None
        if head is not None and head.fact:
            stop = _fact_stop(compiled, head, place, time_s, first=i == 0)
        else:
            stop = _stop(compiled, unit, choice, place, time_s)
        if isinstance(stop, Broken):
            return stop
        stops.append(stop)
        time_s, place = stop.end_s, compiled.last[choice]
    return Walk(tuple(stops), released, place)


def _disturbed(compiled: Compiled, unit: int, sequence: Sequence[int]) -> int:
    held = {head.job for head in compiled.head[unit] if head.release_cny is None}
    return next(c for c in sequence if compiled.job_of[c] in held)


def _fact_stop(
    compiled: Compiled, head: HeadJob, place: int, time_s: int, *, first: bool
) -> Stop | Broken:
    choice = head.choice
    leg_s = compiled.rows[place][compiled.first[choice]]
    if compiled.work_s[choice] == UNREACHABLE_S:
        return Broken("unreachable", choice)
    if head.start_s is None or not first:
        if leg_s == UNREACHABLE_S:
            return Broken("unreachable", choice)
        arrival_s = max(time_s + leg_s, -UNREACHABLE_S if head.start_s is None else head.start_s)
    else:
        arrival_s = head.start_s
        leg_s = min(leg_s, max(0, arrival_s - time_s))
    stop = _served(compiled, choice, arrival_s, leg_s, fact=True)
    return replace(stop, end_s=max(stop.end_s, time_s))


def _stop(compiled: Compiled, unit: int, choice: int, place: int, time_s: int) -> Stop | Broken:
    job = compiled.job_of[choice]
    if not compiled.can[unit][choice]:
        fixed = compiled.fixed_unit[job] != -1 and (
            compiled.fixed_unit[job] != unit or compiled.fixed_choice[job] != choice
        )
        return Broken("lock" if fixed else "no_unit_has", choice)
    leg_s = compiled.rows[place][compiled.first[choice]]
    if UNREACHABLE_S in (leg_s, compiled.work_s[choice]):
        return Broken("unreachable", choice)
    return _served(compiled, choice, time_s + leg_s, leg_s, fact=False)


def too_late(compiled: Compiled, stops: Sequence[Stop]) -> Broken | None:
    """Return the first stop (no fact) that starts after its ``latest_s``, or ``None``."""
    for stop in stops:
        latest_s = compiled.jobs[compiled.job_of[stop.choice]].latest_s
        if not stop.fact and latest_s is not None and stop.start_s > latest_s:
            return Broken("window", stop.choice)
    return None


def _served(compiled: Compiled, choice: int, arrival_s: int, leg_s: int, *, fact: bool) -> Stop:
    earliest_s = compiled.jobs[compiled.job_of[choice]].earliest_s
    start_s = max(arrival_s, earliest_s) if earliest_s > 0 else arrival_s
    return Stop(
        choice=choice,
        arrival_s=arrival_s,
        start_s=start_s,
        end_s=start_s + compiled.work_s[choice],
        drive_s=leg_s + compiled.inner_drive_s[choice],
        fact=fact,
    )


def _finish(compiled: Compiled, unit: int, walked: Walk) -> Timetable | Broken:
    it, stops = compiled.units[unit], walked.stops
    chosen = [stop.choice for stop in stops if not stop.fact]
    home_s = compiled.rows[walked.place][it.end_place] if stops and it.end_place is not None else 0
    if home_s == UNREACHABLE_S:
        if chosen:
            return Broken("unreachable", chosen[-1])
        home_s = 0
    takers = [c for c in chosen if compiled.options[c].kwh > 0]
    if takers:
        taken_kwh = sum(compiled.options[stop.choice].kwh for stop in stops)
        if taken_kwh > it.kwh + KWH_TOLERANCE:
            return Broken("stock", takers[-1])
    late = too_late(compiled, stops)
    if late is not None:
        return late
    end_s = (stops[-1].end_s if stops else it.available_s) + home_s
    if chosen and it.hard_end_s is not None and end_s > it.hard_end_s:
        return Broken("window", chosen[-1])
    return Timetable(unit, stops, end_s, home_s, walked.released)
