"""Is the reason for leaving a job out true? Part of `checker`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import permutations

from dispatch.core.checker_links import money, work_out_all
from dispatch.core.checker_times import TOLERANCE, Book, Step, Violation, route_money, work_out
from dispatch.core.model import REASONS, Job, Lock, Option, Unassigned, Unit

MOST_ORDERS = 6
"""So many jobs locked to one unit are tried in every order; of more, one is inserted."""


def check_reason(
    book: Book, sequences: dict[str, list[Step]], left: Unassigned
) -> Iterator[Violation]:
    """Yield what is wrong with the reason that a plan gives for leaving a job out."""
    job = book.jobs[left.job_id]
    if left.reason not in REASONS:
        yield Violation("reason.unknown", f"{left.reason!r} is no reason to leave {job.id!r}.")
        return
    if book.binding(job) is not None:
        if any(_insertions(book, sequences, unit, job) for unit in book.units.values()):
            yield Violation("lock.dropped", f"{job.id!r} is locked and could be done.")
        elif _is_happening(book, sequences, job):
            sentence = f"{book.committed[job.id].unit_id!r} is at {job.id!r}, and it is left out."
            yield Violation("lock.dropped", sentence)
        elif _has_room(book, sequences, job):
            sentence = f"{job.id!r} is locked and left out for jobs that are not."
            yield Violation("lock.dropped", sentence)
        true = {"locked"}
    else:
        true = _true_reasons(book, sequences, job)
    if left.reason not in true:
        told = " or ".join(sorted(true)) or "no reason at all"
        yield Violation("reason.false", f"{job.id!r} is left out for {told}, not {left.reason}.")


def _is_happening(book: Book, sequences: dict[str, list[Step]], job: Job) -> bool:
    """Return whether a unit is at a job that it could do after the others it is at before."""
    own = book.committed[job.id]
    unit, planned = book.units[own.unit_id], {it.id for it, _ in sequences.get(own.unit_id, [])}
    facts = [
        (book.jobs[c.job_id], book.options[c.job_id, c.option])
        for c in book.head(unit)
        if c.lock == Lock.FULL
        and c.release_cny is None
        and (c.job_id == job.id or (c.job_id in planned and c.position < own.position))
    ]
    return own.lock == Lock.FULL and not work_out(book, unit, facts).broken


def _has_room(book: Book, sequences: dict[str, list[Step]], job: Job) -> bool:
    """Return whether a unit could do a job locked to it beside all, or the planned, of the others.

    What no lock binds makes room: on its route all of it, on others what links tie to anything.
    """
    bound = [c for c in map(book.binding, book.problem.jobs) if c is not None]
    unit = book.units[next(c.unit_id for c in bound if c.job_id == job.id)]
    every = [
        (book.jobs[c.job_id], book.options[c.job_id, c.option])
        for c in bound
        if c.unit_id == unit.id
    ]
    beside = [it for it in sequences.get(unit.id, []) if book.binding(it[0]) is not None]
    own = next(it for it in every if it[0].id == job.id)
    tried: list[Sequence[Step]] = []
    for steps in (every, [*beside, own]):
        if len(steps) <= MOST_ORDERS:
            tried += permutations(steps)
    if len(beside) >= MOST_ORDERS:
        tried += [[*beside[:i], own, *beside[i:]] for i in range(len(beside) + 1)]
    others = _without_free_ties(book, sequences, unit)
    return any(not work_out_all(book, others | {unit.id: steps}).broken for steps in tried)


def _without_free_ties(
    book: Book, sequences: dict[str, list[Step]], but: Unit
) -> dict[str, Sequence[Step]]:
    """Return what other units do without jobs that links tie and no lock binds."""
    return {
        unit_id: [
            it for it in steps if book.binding(it[0]) is not None or not _is_linked(book, it[0])
        ]
        for unit_id, steps in sequences.items()
        if unit_id != but.id
    }


def _true_reasons(book: Book, sequences: dict[str, list[Step]], job: Job) -> set[str]:
    stage = max(
        (_stage(book, u, job, o) for u in book.units.values() for o in job.options), default=0
    )
    if stage < 4:
        return {("no_unit_has", "unreachable", "stock", "window")[stage]}
    cheapest = idle = math.inf
    for unit in book.units.values():
        least = min(_insertions(book, sequences, unit, job), default=math.inf)
        cheapest = min(cheapest, least)
        if not sequences.get(unit.id) and unit.available_s == 0:
            idle = min(idle, least)
    allowed = TOLERANCE * max(1.0, job.unassigned_cny)
    reasons = set()
    if math.isinf(cheapest) and _is_linked(book, job):
        reasons.add("linked")
    elif cheapest >= job.unassigned_cny - allowed:
        reasons.add("too_expensive")
    if idle >= job.unassigned_cny - allowed:
        reasons.add("waiting")
    return reasons


def _stage(book: Book, unit: Unit, job: Job, option: Option) -> int:
    """Return how far a unit gets with an option after its facts: 4 is all the way."""
    steps: list[Step] = []
    for c in book.head(unit):
        if c.lock == Lock.FULL and c.release_cny is None and c.job_id != job.id:
            longer = [*steps, (book.jobs[c.job_id], book.options[c.job_id, c.option])]
            if not work_out(book, unit, longer).broken:
                steps = longer
    codes = {v.code for v in work_out(book, unit, [*steps, (job, option)]).broken}
    order = ("capability", "unreachable", "stock")
    for stage, code in enumerate(order):
        if code in codes:
            return stage
    return 3 if codes else 4


def _is_linked(book: Book, job: Job) -> bool:
    return any(job.id in (link.before, link.after) for link in book.problem.links)


def _insertions(book: Book, sequences: dict[str, list[Step]], unit: Unit, job: Job) -> list[float]:
    """Return the extra cost of each possible insertion of a job into a route."""
    steps = sequences.get(unit.id, [])
    longer = [
        [*steps[:i], (job, option), *steps[i:]]
        for option in job.options
        for i in range(len(steps) + 1)
    ]
    prices = [_cost(book, sequences, unit, it) for it in longer]
    before = _cost(book, sequences, unit, steps)
    return [price - before for price in prices if not math.isinf(price)]


def _cost(book: Book, sequences: dict[str, list[Step]], unit: Unit, steps: Sequence[Step]) -> float:
    """Return what a unit's route costs (with links: what all routes cost); infinite if not."""
    if not book.problem.links:
        times = work_out(book, unit, steps)
        return (
            math.inf if times.broken else sum(c for _, c in route_money(book, unit, steps, times))
        )
    changed = sequences | {unit.id: list(steps)}
    sheet = work_out_all(book, changed)
    return math.inf if sheet.broken else sum(c for _, c in money(book, changed, sheet))
