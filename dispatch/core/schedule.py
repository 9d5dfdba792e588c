"""Exact times of a sequence of jobs on one unit, or the rule that it breaks.

A unit leaves ``start_place`` at ``max(0, available_s)`` and drives to the first visit of its first
job. It may arrive early and wait: service starts at arrival, but not before an ``earliest_s`` that
lies ahead (above 0), nor before jobs that it waits for (``not_before``, see `links`), and within
one of the job's ``windows`` if it has any: the first that is not over. The visits of the chosen
option follow back to back; then the unit drives to the next job, and in the end to ``end_place`` if
it has one. Lateness is counted at *arrival* at the first visit.

Breaks are taken between jobs, in order, where the last job ended: before it leaves for the next
job, the unit takes a break that may begin already; one that may not yet waits until that job is
done if it can begin by its ``latest_s`` even then, else the unit waits and takes it first. So no
plan can miss a break: it takes time, it is not a rule. Breaks behind the last job are not planned.

Kept ``FULL`` commitments (facts, see `locks`) are timed from the world, not from the matrix:

- first in the route: arrival is the commitment's ``start_s``, also where the matrix says otherwise
  (the live estimate knows better; a job that is being worked on has a ``start_s`` before now). Its
  driving is what lies between ``available_s`` and arrival, but at most the matrix' leg;
- later in the head: arrival is ``start_s``, or as soon as driving allows if that is later;
- without ``start_s``: as soon as driving allows;
- what should have ended already ends when the unit is available, at the earliest;
- windows, links and breaks say nothing of them: a break that they delay comes right after them.

Facts break no rule. Every other job needs: a lock that allows it (``lock``), the skills and
equipment (``no_unit_has``), a way there and, for the route, to the end place (``unreachable``),
start of service by ``latest_s`` and within a window, end of the route by ``hard_end_s``
(``window``), and, if it takes energy, enough stock for the whole route (``stock``). A route of
facts alone is always possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from dispatch.core.compiled import NEVER_S, Compiled
from dispatch.core.locks import HeadJob
from dispatch.core.model import UNREACHABLE_S, Break, Job, Window

NOTHING: Mapping[int, int] = MappingProxyType({})
"""No job waits for another."""

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
class Rest:
    """A break that is taken before the unit leaves for ``choice``."""

    start_s: int
    end_s: int
    choice: int


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
    rests: tuple[Rest, ...] = ()


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
        if here and not head.barred:
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
    rests: tuple[Rest, ...]

    def at(self, unit: int) -> Timetable:
        """Return the timetable of a unit that stays where its last job ends."""
        return Timetable(unit, self.stops, self.stops[-1].end_s, 0, self.released, self.rests)


def timetable(
    compiled: Compiled,
    unit: int,
    sequence: Sequence[int],
    not_before: Mapping[int, int] = NOTHING,
) -> Timetable | Broken:
    """Return the times of ``sequence`` (choice numbers) on ``unit``, or the rule it breaks.

    ``not_before`` says for jobs that wait for others how early their service may start, seconds.
    """
    walked = walk(compiled, unit, sequence, not_before)
    return walked if isinstance(walked, Broken) else _finish(compiled, unit, walked)


def walk(
    compiled: Compiled,
    unit: int,
    sequence: Sequence[int],
    not_before: Mapping[int, int] = NOTHING,
) -> Walk | Broken:
    """Return the stops of ``sequence`` without looking at end place, stock and windows."""
    split = split_head(compiled, unit, sequence)
    if split is None:
        return Broken("lock", _disturbed(compiled, unit, sequence))
    kept, released = split
    place = compiled.units[unit].start_place
    time_s = max(0, compiled.units[unit].available_s)
    stops: list[Stop] = []
    rests: list[Rest] = []
    due = compiled.units[unit].breaks
    for i, choice in enumerate(sequence):
        head = kept[i] if i < len(kept) else None
        if head is not None and head.fact:
            stop = _fact_stop(compiled, head, place, time_s, first=i == 0)
        else:
            early_s = not_before.get(compiled.job_of[choice], 0)
            if due:
                taken = _rests(compiled, due, choice, place, time_s, early_s)
                due = due[len(taken) :]
                rests += taken
                time_s = taken[-1].end_s if taken else time_s
            stop = _stop(compiled, unit, choice, place, time_s, early_s)
        if isinstance(stop, Broken):
            return stop
        stops.append(stop)
        time_s, place = stop.end_s, compiled.last[choice]
    return Walk(tuple(stops), released, place, tuple(rests))


def _rests(
    compiled: Compiled, due: Sequence[Break], choice: int, place: int, time_s: int, early_s: int
) -> list[Rest]:
    """Return the breaks that are taken before the unit leaves for a job."""
    job = compiled.jobs[compiled.job_of[choice]]
    leg_s, taken = compiled.rows[place][compiled.first[choice]], []
    for rest in due:
        done_s = start_s(job, time_s + leg_s, early_s) + compiled.work_s[choice]
        if time_s < rest.earliest_s and done_s <= rest.latest_s:
            break
        begin_s = max(time_s, rest.earliest_s)
        time_s = begin_s + rest.duration_s
        taken.append(Rest(begin_s, time_s, choice))
    return taken


def start_s(job: Job, arrival_s: int, early_s: int = 0) -> int:
    """Return when service starts; where all windows are over, as if there were none."""
    at_s = max(arrival_s, job.earliest_s) if job.earliest_s > 0 else arrival_s
    at_s = max(at_s, early_s) if early_s > 0 else at_s
    return window_start_s(job.windows, at_s) if job.windows else at_s


def window_start_s(windows: tuple[Window, ...], at_s: int) -> int:
    """Return the first time from ``at_s`` on that lies in a window, else ``at_s``."""
    for window in windows:
        if at_s <= window.latest_s:
            return max(at_s, window.earliest_s)
    return at_s


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
    earliest_s = compiled.jobs[head.job].earliest_s
    begin_s = max(arrival_s, earliest_s) if earliest_s > 0 else arrival_s
    stop = _served(compiled, choice, arrival_s, begin_s, leg_s)
    return replace(stop, end_s=max(stop.end_s, time_s), fact=True)


def _stop(
    compiled: Compiled, unit: int, choice: int, place: int, time_s: int, early_s: int
) -> Stop | Broken:
    job = compiled.job_of[choice]
    if not compiled.can[unit][choice]:
        fixed = compiled.fixed_unit[job] != -1 and (
            compiled.fixed_unit[job] != unit or compiled.fixed_choice[job] != choice
        )
        return Broken("lock" if fixed else "no_unit_has", choice)
    leg_s = compiled.rows[place][compiled.first[choice]]
    if UNREACHABLE_S in (leg_s, compiled.work_s[choice]):
        return Broken("unreachable", choice)
    arrival_s = time_s + leg_s
    return _served(
        compiled, choice, arrival_s, start_s(compiled.jobs[job], arrival_s, early_s), leg_s
    )


def too_late(compiled: Compiled, stops: Sequence[Stop]) -> Broken | None:
    """Return the first stop (no fact) that starts after its window or windows, or ``None``."""
    for stop in stops:
        if not stop.fact and stop.start_s > last_start_s(
            compiled.jobs[compiled.job_of[stop.choice]]
        ):
            return Broken("window", stop.choice)
    return None


def last_start_s(job: Job) -> int:
    """Return the latest start of service that keeps ``latest_s`` and the windows, seconds."""
    latest_s = NEVER_S if job.latest_s is None else job.latest_s
    return min(latest_s, job.windows[-1].latest_s) if job.windows else latest_s


def _served(compiled: Compiled, choice: int, arrival_s: int, begin_s: int, leg_s: int) -> Stop:
    return Stop(
        choice=choice,
        arrival_s=arrival_s,
        start_s=begin_s,
        end_s=begin_s + compiled.work_s[choice],
        drive_s=leg_s + compiled.inner_drive_s[choice],
        fact=False,
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
    return Timetable(unit, stops, end_s, home_s, walked.released, walked.rests)
