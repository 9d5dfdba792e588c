"""The checker's own arithmetic: one route worked out again from the text of `model`.

Part of `checker`; shares nothing with the engines and their schedule.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from dispatch.core.model import (
    UNREACHABLE_S,
    Commitment,
    Job,
    Lock,
    Option,
    Problem,
    Route,
    Unit,
)

TOLERANCE = 1e-6
"""Relative to the cost of the plan; absolute below 1 CNY."""

Step = tuple[Job, Option]


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that the plan breaks: a stable code and a sentence for people."""

    code: str
    sentence: str


@dataclass(slots=True)
class Book:
    """The problem with its things by name."""

    problem: Problem
    units: dict[str, Unit] = field(init=False)
    jobs: dict[str, Job] = field(init=False)
    options: dict[tuple[str, str], Option] = field(init=False)
    committed: dict[str, Commitment] = field(init=False)
    heads: dict[str, list[Commitment]] = field(init=False)

    def __post_init__(self) -> None:
        self.units = {unit.id: unit for unit in self.problem.units}
        self.jobs = {job.id: job for job in self.problem.jobs}
        self.options = {(job.id, o.name): o for job in self.problem.jobs for o in job.options}
        self.committed = {c.job_id: c for c in self.problem.commitments}
        self.heads = {}
        for c in sorted(self.problem.commitments, key=lambda c: c.position):
            if c.lock >= Lock.ORDER:
                self.heads.setdefault(c.unit_id, []).append(c)

    def steps(self, route: Route) -> list[Step]:
        """Return the jobs and options of a route whose ids are known."""
        return [(self.jobs[p.job_id], self.options[p.job_id, p.option]) for p in route.jobs]

    def leg(self, origin: int, destination: int) -> float:
        """Return the travel time, seconds; infinite where there is no way."""
        seconds = int(self.problem.travel_s[origin, destination])
        return math.inf if seconds == UNREACHABLE_S else seconds

    def binding(self, job: Job) -> Commitment | None:
        """Return the commitment that fixes unit and option of a job, if there is one."""
        c = self.committed.get(job.id)
        if c is None or c.lock == Lock.FREE:
            return None
        return None if c.lock == Lock.FULL and c.release_cny is not None else c

    def head(self, unit: Unit) -> list[Commitment]:
        """Return the commitments that come first on a unit's route, in order."""
        return self.heads.get(unit.id, [])


@dataclass(slots=True)
class Times:
    """A route worked out again: per job arrival, start, end, drive; its breaks; what it breaks."""

    stops: list[tuple[float, float, float, float]] = field(default_factory=list)
    rests: list[tuple[float, float, str]] = field(default_factory=list)
    n_kept: int = 0
    released: list[Commitment] = field(default_factory=list)
    home_s: float = 0.0
    end_s: float = 0.0
    broken: list[Violation] = field(default_factory=list)


def work_out(
    book: Book, unit: Unit, steps: Sequence[Step], early: Mapping[str, float] | None = None
) -> Times:
    """Return the times of a route, or the rules it breaks (the rest is then unfinished).

    ``early`` says when service of jobs that wait for others may start.
    """
    times = Times()
    times.broken += _locks(book, unit, steps)
    if times.broken:
        return times
    _keep_head(book, unit, steps, times)
    place, clock_s = unit.start_place, float(max(0, unit.available_s))
    chosen = []
    for i, (job, option) in enumerate(steps):
        fact = _fact(book, job) if i < times.n_kept else None
        if fact is None:
            chosen.append((job, option))
            times.broken += _ability(book, unit, job, option)
            ready_s = (early or {}).get(job.id, -math.inf)
            clock_s = _rest(book, unit, (job, option), place, clock_s, ready_s, times)
            stop = _stop(book, (job, option), place, clock_s, ready_s)
        else:
            stop = _fact_stop(book, (job, option), place, clock_s, fact, first=i == 0)
        times.stops.append(stop)
        clock_s, place = stop[2], option.visits[-1].place
        if math.isinf(clock_s):
            times.broken.append(Violation("unreachable", f"No way for {unit.id!r} to {job.id!r}."))
            return times
        if fact is None:
            times.broken += _punctual(job, stop[1])
    _close(book, unit, steps, chosen, times)
    return times


def _fact(book: Book, job: Job) -> Commitment | None:
    c = book.committed[job.id]
    return c if c.lock == Lock.FULL else None


def _rest(
    book: Book,
    unit: Unit,
    step: Step,
    place: int,
    clock_s: float,
    ready_s: float,
    times: Times,
) -> float:
    """Note the breaks taken before a job; return when the unit leaves for it."""
    while len(times.rests) < len(unit.breaks):
        rest = unit.breaks[len(times.rests)]
        job_first_s = _stop(book, step, place, clock_s, ready_s)[2]
        may_begin = clock_s >= rest.earliest_s
        if not may_begin and job_first_s <= rest.latest_s:
            break
        begin_s = clock_s if may_begin else float(rest.earliest_s)
        clock_s = begin_s + rest.duration_s
        times.rests.append((begin_s, clock_s, step[0].id))
    return clock_s


def _stop(
    book: Book, step: Step, place: int, clock_s: float, ready_s: float
) -> tuple[float, float, float, float]:
    job, option = step
    inner_s, work_s = _work(book, option)
    drive_s = book.leg(place, option.visits[0].place)
    arrival_s = clock_s + drive_s
    start_s = max(arrival_s, ready_s, job.earliest_s)
    if job.windows:
        open_s = [max(start_s, w.earliest_s) for w in job.windows if w.latest_s >= start_s]
        start_s = min(open_s, default=start_s)
    return arrival_s, start_s, start_s + work_s, drive_s + inner_s


def _fact_stop(
    book: Book, step: Step, place: int, clock_s: float, fact: Commitment, *, first: bool
) -> tuple[float, float, float, float]:
    job, option = step
    inner_s, work_s = _work(book, option)
    drive_s = book.leg(place, option.visits[0].place)
    arrival_s = clock_s + drive_s
    if fact.start_s is not None:
        if first:
            arrival_s = fact.start_s
            drive_s = min(drive_s, max(0, arrival_s - clock_s))
        else:
            arrival_s = max(arrival_s, fact.start_s)
    start_s = max(arrival_s, job.earliest_s) if job.earliest_s > 0 else arrival_s
    return arrival_s, start_s, max(start_s + work_s, clock_s), drive_s + inner_s


def _work(book: Book, option: Option) -> tuple[float, float]:
    """Return the driving between the visits, and that and all service together."""
    inner_s = sum(book.leg(a.place, b.place) for a, b in pairwise(option.visits))
    return inner_s, inner_s + sum(visit.service_s for visit in option.visits)


def _locks(book: Book, unit: Unit, steps: Sequence[Step]) -> Iterator[Violation]:
    for job, option in steps:
        bound = book.binding(job)
        if bound is not None and bound.unit_id != unit.id:
            sentence = f"{job.id!r} is locked to {bound.unit_id!r}, not {unit.id!r}."
            yield Violation("lock.unit", sentence)
        elif bound is not None and bound.option != option.name:
            sentence = f"{job.id!r} is locked to {bound.option!r}, not {option.name!r}."
            yield Violation("lock.option", sentence)


def _keep_head(book: Book, unit: Unit, steps: Sequence[Step], times: Times) -> None:
    """Find which commitments of the head are kept, released or disturbed."""
    names = [job.id for job, _ in steps]
    for c in book.head(unit):
        n = times.n_kept
        has_price = c.lock == Lock.FULL and c.release_cny is not None
        barred = has_price and unit.id in book.jobs[c.job_id].excluded_units
        here = n < len(steps) and names[n] == c.job_id and steps[n][1].name == c.option
        if here and not barred:
            times.n_kept += 1
        elif has_price:
            times.released.append(c)
        elif c.job_id in names:
            sentence = f"{c.job_id!r} has lost its place {c.position} with {unit.id!r}."
            times.broken.append(Violation("lock.order", sentence))


def _ability(book: Book, unit: Unit, job: Job, option: Option) -> Iterator[Violation]:
    if unit.id in job.excluded_units and book.binding(job) is None:
        yield Violation("capability", f"{unit.id!r} may not do {job.id!r}.")
    lacking = sorted(option.needs - unit.has)
    if lacking:
        sentence = f"{unit.id!r} lacks {', '.join(lacking)} for {job.id!r}."
        yield Violation("capability", sentence)


def _punctual(job: Job, start_s: float) -> Iterator[Violation]:
    if job.latest_s is not None and start_s > job.latest_s:
        sentence = f"{job.id!r} starts at {start_s:.0f} s, after {job.latest_s} s."
        yield Violation("window", sentence)
    if job.windows and not any(w.earliest_s <= start_s <= w.latest_s for w in job.windows):
        sentence = f"{job.id!r} starts at {start_s:.0f} s, within none of its windows."
        yield Violation("window", sentence)


def _close(
    book: Book, unit: Unit, steps: Sequence[Step], chosen: Sequence[Step], times: Times
) -> None:
    if steps and unit.end_place is not None:
        times.home_s = book.leg(steps[-1][1].visits[-1].place, unit.end_place)
    if math.isinf(times.home_s):
        if chosen:
            times.broken.append(Violation("unreachable", f"{unit.id!r} cannot reach its end."))
        times.home_s = 0.0
    times.end_s = (times.stops[-1][2] if steps else unit.available_s) + times.home_s
    if chosen and unit.hard_end_s is not None and times.end_s > unit.hard_end_s:
        sentence = f"{unit.id!r} ends at {times.end_s:.0f} s, after {unit.hard_end_s} s."
        times.broken.append(Violation("hard_end", sentence))
    taken_kwh = sum(option.kwh for _, option in steps)
    if any(option.kwh > 0 for _, option in chosen) and taken_kwh > unit.kwh + TOLERANCE:
        sentence = f"{unit.id!r} gives {taken_kwh:g} kWh and has {unit.kwh:g}."
        times.broken.append(Violation("stock", sentence))


def route_money(
    book: Book, unit: Unit, steps: Sequence[Step], times: Times
) -> Iterator[tuple[str, float]]:
    """Yield what a feasible route with these times costs: term and CNY."""
    prices = book.problem.prices
    yield "release", sum(c.release_cny or 0.0 for c in times.released)
    if not steps:
        return
    yield "kept", unit.kept_cny
    if unit.end_place is None:
        end = steps[-1][1].visits[-1].place
        yield "coverage", sum(it.cny[end] - it.cny[unit.start_place] for it in unit.coverage)
    idle_s = 0.0 if unit.end_place is None else book.leg(unit.start_place, unit.end_place)
    idle_s = 0.0 if math.isinf(idle_s) else idle_s
    drive_s = sum(stop[3] for stop in times.stops) + times.home_s - idle_s
    yield "drive", prices.drive_cny_per_min * drive_s / 60
    over_s = max(0.0, times.end_s - unit.shift_end_s)
    over_s -= max(0.0, unit.available_s + idle_s - unit.shift_end_s)
    yield "overtime", prices.overtime_cny_per_min * over_s / 60
    for (job, option), (arrival_s, *_) in zip(steps, times.stops, strict=True):
        yield "option", option.price_cny
        yield "wait", job.wait_cny_per_min * max(0.0, arrival_s - max(0, job.earliest_s)) / 60
        yield "lateness", _lateness_cny(job, arrival_s - job.target_s)
        yield "breach", job.lateness.breach_cny if arrival_s > job.target_s else 0.0
        c = book.committed.get(job.id)
        if c is not None and c.lock == Lock.FREE and c.unit_id != unit.id:
            yield "change", prices.change_cny


def _lateness_cny(job: Job, late_s: float) -> float:
    """Integrate the curve: each step adds what its rate exceeds the one before by."""
    total, before = 0.0, 0.0
    for after_s, rate in job.lateness.steps:
        total += (rate - before) * max(0.0, late_s - after_s) / 60
        before = rate
    return total
