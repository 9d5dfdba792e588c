"""What a plan is charged for: one small function for each term, each charge with its reason.

Every term but ``unassigned`` is charged route by route, so that the price of a move is the change
on the routes it touches. A unit is charged for what the plan *adds*: driving and overtime that it
would have anyway on its way to its end place are not counted.

After Timefold's constraint justifications: a charge carries the sentence that people are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dispatch.core.compiled import Compiled
from dispatch.core.schedule import Stop, Timetable


@dataclass(frozen=True, slots=True)
class Charge:
    """One thing that is paid for: what it is about (a job or a unit), how much, and why."""

    term: str
    about: str
    cny: float
    sentence: str


RouteTerm = Callable[[Compiled, Timetable], Iterator[Charge]]


def drive(compiled: Compiled, times: Timetable) -> Iterator[Charge]:
    """Charge the driving that the route adds to going straight to the end place."""
    if not times.stops:
        return
    unit = compiled.units[times.unit]
    seconds = sum(stop.drive_s for stop in times.stops) + times.home_s
    seconds -= compiled.idle_drive_s[times.unit]
    cny = compiled.problem.prices.drive_cny_per_min * seconds / 60
    yield Charge("drive", unit.id, cny, f"{unit.id} drives {_minutes(seconds)} for its jobs.")


def lateness(compiled: Compiled, times: Timetable) -> Iterator[Charge]:
    """Charge minutes after the target, by each job's own curve."""
    for job_id, late_s, stop in _late(compiled, times):
        job = compiled.jobs[compiled.job_of[stop.choice]]
        sentence = f"{times_unit(compiled, times)} reaches {job_id} {_minutes(late_s)} late."
        yield Charge("lateness", job_id, job.lateness.convex_price(late_s), sentence)


def breach(compiled: Compiled, times: Timetable) -> Iterator[Charge]:
    """Charge a promise that is not kept, whatever the delay."""
    for job_id, late_s, stop in _late(compiled, times):
        price = compiled.jobs[compiled.job_of[stop.choice]].lateness.breach_cny
        if price:
            sentence = f"The promise to {job_id} is broken by {_minutes(late_s)}."
            yield Charge("breach", job_id, price, sentence)


def wait(compiled: Compiled, times: Timetable) -> Iterator[Charge]:
    """Charge minutes from now (or from the earliest time wished for) until arrival."""
    for stop in times.stops:
        job = compiled.jobs[compiled.job_of[stop.choice]]
        waited_s = stop.arrival_s - max(0, job.earliest_s)
        if waited_s > 0 and job.wait_cny_per_min:
            cny = job.wait_cny_per_min * waited_s / 60
            yield Charge("wait", job.id, cny, f"{job.id} waits {_minutes(waited_s)} for help.")


def overtime(compiled: Compiled, times: Timetable) -> Iterator[Charge]:
    """Charge work after the end of the shift that the route adds."""
    if not times.stops:
        return
    unit = compiled.units[times.unit]
    anyway_s = max(0, compiled.idle_end_s[times.unit] - unit.shift_end_s)
    seconds = max(0, times.end_s - unit.shift_end_s) - anyway_s
    if seconds:
        cny = compiled.problem.prices.overtime_cny_per_min * seconds / 60
        yield Charge("overtime", unit.id, cny, f"{unit.id} works {_minutes(seconds)} overtime.")


def option(compiled: Compiled, times: Timetable) -> Iterator[Charge]:
    """Charge the extra cost of the way chosen to do a job."""
    for stop in times.stops:
        chosen = compiled.options[stop.choice]
        if chosen.price_cny:
            job_id = compiled.jobs[compiled.job_of[stop.choice]].id
            sentence = f"{job_id} is done as {chosen.name}."
            yield Charge("option", job_id, chosen.price_cny, sentence)


def change(compiled: Compiled, times: Timetable) -> Iterator[Charge]:
    """Charge a job that the plan in force gave to another unit."""
    for stop in times.stops:
        job = compiled.job_of[stop.choice]
        before = compiled.given_to[job]
        if before not in (-1, times.unit):
            job_id = compiled.jobs[job].id
            sentence = (
                f"{job_id} goes from {compiled.units[before].id} to {times_unit(compiled, times)}."
            )
            yield Charge("change", job_id, compiled.problem.prices.change_cny, sentence)


def release(compiled: Compiled, times: Timetable) -> Iterator[Charge]:
    """Charge a unit that rolls to a job and is sent elsewhere."""
    for head in times.released:
        job_id = compiled.jobs[head.job].id
        sentence = f"{times_unit(compiled, times)} was on its way to {job_id} and is turned away."
        yield Charge("release", job_id, head.release_cny or 0.0, sentence)


def kept(compiled: Compiled, times: Timetable) -> Iterator[Charge]:
    """Charge using a unit that is scarce, or that costs a call-out."""
    unit = compiled.units[times.unit]
    if times.stops and unit.kept_cny:
        yield Charge("kept", unit.id, unit.kept_cny, f"{unit.id} is not kept in reserve.")


def coverage(compiled: Compiled, times: Timetable) -> Iterator[Charge]:
    """Charge the place where an open route ends, less that where the idle unit stays."""
    by_place = compiled.end_cny[times.unit]
    if not times.stops or not by_place:
        return
    cny = by_place[compiled.last[times.stops[-1].choice]]
    if cny:
        worse = "fewer" if cny > 0 else "more"
        sentence = f"{times_unit(compiled, times)} ends where it covers {worse} calls."
        yield Charge("coverage", times_unit(compiled, times), cny, sentence)


def unassigned(compiled: Compiled, jobs: Iterable[int]) -> Iterator[Charge]:
    """Charge a job that no unit of this plan does."""
    for j in jobs:
        job = compiled.jobs[j]
        yield Charge("unassigned", job.id, job.unassigned_cny, f"{job.id} is left out.")


STOP_TERMS: tuple[RouteTerm, ...] = (lateness, breach, wait, option, change)
"""Those that each stop is charged on its own."""

ROUTE_TERMS: tuple[RouteTerm, ...] = (drive, *STOP_TERMS, overtime, release, kept, coverage)
"""All but ``unassigned``, which belongs to no route."""


def route_charges(compiled: Compiled, times: Timetable) -> list[Charge]:
    """Return everything that one route is charged for."""
    return [charge for term in ROUTE_TERMS for charge in term(compiled, times)]


def times_unit(compiled: Compiled, times: Timetable) -> str:
    """Return the id of the unit that the timetable is for."""
    return compiled.units[times.unit].id


def _late(compiled: Compiled, times: Timetable) -> Iterator[tuple[str, int, Stop]]:
    for stop in times.stops:
        job = compiled.jobs[compiled.job_of[stop.choice]]
        late_s = stop.arrival_s - job.target_s
        if late_s > 0:
            yield job.id, late_s, stop


def _minutes(seconds: int) -> str:
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes >= 1 or seconds == 0 else f"{seconds} s"
