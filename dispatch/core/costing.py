"""The cost of one route, fast: what the inner loops of all engines call.

The same semantics as `schedule` and `terms`, in one pass without building anything; a property test
holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import inf
from typing import NamedTuple

from dispatch.core.compiled import NEVER_S, Compiled
from dispatch.core.model import UNREACHABLE_S, Break, Job, Window
from dispatch.core.schedule import (
    KWH_TOLERANCE,
    Broken,
    Timetable,
    last_start_s,
    split_head,
    timetable,
    too_late,
    walk,
    window_start_s,
)
from dispatch.core.terms import STOP_TERMS, route_charges

RouteCost = Callable[[int, Sequence[int]], float]
"""``cost(unit, choices)``: CNY, or infinity where a rule is broken."""


class Entry(NamedTuple):
    """Where a unit stands after the kept part of its head (or at its start).

    ``strict`` tells that a job other than a fact was done, ``takes`` that such a job took energy,
    ``n_rests`` how many breaks were taken.
    """

    n_done: int
    time_s: int
    place: int
    cny: float
    drive_s: int
    kwh: float
    strict: bool
    takes: bool
    n_rests: int = 0


def route_cost_function(compiled: Compiled) -> RouteCost:  # noqa: C901 - holds the hot loop
    """Return the function that prices a sequence of choices on a unit.

    It equals the sum of `terms.route_charges` over `schedule.timetable`, infinity where that is
    `Broken`; an empty sequence costs what it releases.
    """
    units, rows, entry_of = compiled.units, compiled.rows, _entry_function(compiled)
    facts = [_facts_of(compiled, c) for c in range(len(compiled.options))]
    extra = _extra(compiled)
    stock = [unit.kwh + KWH_TOLERANCE for unit in units]
    hard_end = [NEVER_S if unit.hard_end_s is None else unit.hard_end_s for unit in units]
    drive_rate = compiled.problem.prices.drive_cny_per_min / 60
    turned_away = [sum(h.release_cny or 0.0 for h in heads) for heads in compiled.head]
    starts = [_start(compiled, u, unit.kept_cny) for u, unit in enumerate(units)]
    has_head = [bool(head) for head in compiled.head]
    all_breaks = [unit.breaks for unit in units]
    finish = _finish_function(compiled)

    def cost(u: int, sequence: Sequence[int]) -> float:  # noqa: C901, PLR0911, PLR0912 - hot loop
        if not sequence:
            return turned_away[u]
        rest = sequence
        entry = starts[u]
        if has_head[u]:
            found = entry_of(u, sequence)
            if found is None:
                return inf
            entry = found
            rest = sequence[entry.n_done :]
            if not rest and not entry.strict:
                return _cost_of_facts(compiled, u, sequence)
        _, time, place, total, drive, taken, _, takes, n_rests = entry
        extra_u = extra[u]
        due = all_breaks[u][n_rests:]
        for c in rest:
            (
                first, last, work, inner, kwh, target, ready, rate, earliest, latest, price, windows
            ) = facts[c]  # fmt: skip
            leg = rows[place][first]
            if leg == UNREACHABLE_S:
                return inf
            if due:
                time, due = _rested(facts[c], due, time, leg)
            total += extra_u[c]
            time += leg
            drive += leg + inner
            if time > target:
                total += price(time - target)
            if time > ready:
                total += (time - ready) * rate
            if time < earliest:  # noqa: PLR1730 - a call costs more than the rest of the line
                time = earliest
            if windows:
                time = window_start_s(windows, time)
            if time > latest:
                return inf
            time += work
            place = last
            if kwh:
                taken += kwh
                takes = True
        end, at_end = finish(u, time, place)
        if end > hard_end[u] or (takes and taken > stock[u]):
            return inf
        return total + drive * drive_rate + at_end

    return cost


ChoiceFacts = tuple[
    int, int, int, int, float, int, int, float, int, int,
    Callable[[float], float], tuple[Window, ...],
]  # fmt: skip


def _facts_of(compiled: Compiled, c: int) -> ChoiceFacts:
    """Return what the hot loop needs of one choice, to be unpacked at once."""
    job = compiled.jobs[compiled.job_of[c]]
    return (
        compiled.first[c],
        compiled.last[c],
        compiled.work_s[c],
        compiled.inner_drive_s[c],
        compiled.options[c].kwh,
        job.target_s,
        max(0, job.earliest_s),
        job.wait_cny_per_min / 60,
        job.earliest_s,
        last_start_s(job),
        late_price_function(job),
        job.windows,
    )


def _rested(
    facts: ChoiceFacts, due: tuple[Break, ...], time: int, leg: int
) -> tuple[int, tuple[Break, ...]]:
    """Return when the unit leaves for a job and the breaks that are due then, as `schedule`."""
    work, earliest, windows = facts[2], facts[8], facts[11]
    while due:
        start = max(time + leg, earliest)
        done = (window_start_s(windows, start) if windows else start) + work
        if time < due[0].earliest_s and done <= due[0].latest_s:
            break
        time = max(time, due[0].earliest_s) + due[0].duration_s
        due = due[1:]
    return time, due


def _cost_of_facts(compiled: Compiled, u: int, sequence: Sequence[int]) -> float:
    times = timetable(compiled, u, sequence)
    if isinstance(times, Broken):
        return inf
    return sum(charge.cny for charge in route_charges(compiled, times))


def late_price_function(job: Job) -> Callable[[float], float]:
    """Return the price of positive lateness (seconds) of one job, breach included."""
    breach_cny, steps = job.lateness.breach_cny, job.lateness.steps
    first = steps[0][1] / 60
    bends = [(after_s, (rate - before) / 60) for (_, before), (after_s, rate) in pairwise(steps)]

    def price(late_s: float) -> float:
        total = breach_cny + first * late_s
        for after_s, growth in bends:
            if late_s <= after_s:
                break
            total += growth * (late_s - after_s)
        return total

    return price


def _extra(compiled: Compiled) -> list[list[float]]:
    """Option and change price by unit and choice; infinity where the unit may not do it."""
    change_cny, given_to = compiled.problem.prices.change_cny, compiled.given_to
    own: list[list[int]] = [[] for _ in compiled.units]
    prices = []
    for c, option in enumerate(compiled.options):
        given = given_to[compiled.job_of[c]]
        possible = compiled.work_s[c] != UNREACHABLE_S
        prices.append(option.price_cny + change_cny * (given != -1) if possible else inf)
        if given != -1:
            own[given].append(c)
    rows = []
    for can, mine in zip(compiled.can, own, strict=True):
        row = [price if able else inf for price, able in zip(prices, can, strict=True)]
        for c in mine:
            if row[c] < inf:
                row[c] = compiled.options[c].price_cny
        rows.append(row)
    return rows


def _finish_function(compiled: Compiled) -> Callable[[int, int, int], tuple[int, float]]:
    """Return ``finish(unit, time, place)``: the end of the route, and the price of ending it.

    That is driving home less what is driven anyway, overtime, and what an open route leaves
    uncovered; infinite without a way home.
    """
    units, rows, idle_drive = compiled.units, compiled.rows, compiled.idle_drive_s
    shift_end = [u.shift_end_s for u in units]
    anyway = [
        max(0, end - unit.shift_end_s) for end, unit in zip(compiled.idle_end_s, units, strict=True)
    ]
    drive_rate = compiled.problem.prices.drive_cny_per_min / 60
    overtime_rate = compiled.problem.prices.overtime_cny_per_min / 60

    end_cny = compiled.end_cny

    def finish(u: int, time: int, place: int) -> tuple[int, float]:
        total = end_cny[u][place] if end_cny[u] else 0.0
        end_place = units[u].end_place
        if end_place is not None:
            leg = rows[place][end_place]
            if leg == UNREACHABLE_S:
                return time, inf
            time += leg
            total = (leg - idle_drive[u]) * drive_rate
        over = (time - shift_end[u] if time > shift_end[u] else 0) - anyway[u]
        return time, total + over * overtime_rate

    return finish


def _entry_function(compiled: Compiled) -> Callable[[int, Sequence[int]], Entry | None]:
    """Return ``enter(unit, sequence)``: the state after the kept head, remembered by prefix."""
    memory: dict[tuple[int, tuple[int, ...]], Entry | None] = {}
    head_jobs = [{head.job for head in heads} for heads in compiled.head]
    job_of = compiled.job_of

    def enter(u: int, sequence: Sequence[int]) -> Entry | None:
        n = len(head_jobs[u])
        if any(job_of[c] in head_jobs[u] for c in sequence[n:]):
            return enter_head(compiled, u, sequence)
        key = (u, tuple(sequence[:n]))
        if key not in memory:
            memory[key] = enter_head(compiled, u, key[1])
        return memory[key]

    return enter


def _start(compiled: Compiled, u: int, cny: float) -> Entry:
    unit = compiled.units[u]
    return Entry(0, unit.available_s, unit.start_place, cny, 0, 0.0, strict=False, takes=False)


def enter_head(compiled: Compiled, u: int, sequence: Sequence[int]) -> Entry | None:
    """Return the state of a unit after the part of its head that ``sequence`` keeps.

    ``None`` where the sequence disturbs the head, or the kept part cannot be done.
    """
    split = split_head(compiled, u, sequence)
    if split is None:
        return None
    kept, released = split
    price = compiled.units[u].kept_cny + sum(head.release_cny or 0.0 for head in released)
    if not kept:
        return _start(compiled, u, price)
    walked = walk(compiled, u, [head.choice for head in kept])
    if isinstance(walked, Broken) or too_late(compiled, walked.stops) is not None:
        return None
    times = walked.at(u)
    chosen = [stop.choice for stop in walked.stops if not stop.fact]
    return Entry(
        n_done=len(kept),
        time_s=times.end_s,
        place=walked.place,
        cny=price + _price_of_stops(compiled, times),
        drive_s=sum(stop.drive_s for stop in walked.stops),
        kwh=sum(compiled.options[head.choice].kwh for head in kept),
        strict=bool(chosen),
        takes=any(compiled.options[c].kwh > 0 for c in chosen),
        n_rests=len(walked.rests),
    )


def _price_of_stops(compiled: Compiled, times: Timetable) -> float:
    return sum(charge.cny for term in STOP_TERMS for charge in term(compiled, times))
