"""Is this plan what it says it is? Written apart from every solver, on purpose.

The checker (this module and ``checker_*``) imports nothing of ``dispatch.core`` but the data
types: times, costs, locks and reasons are computed again from the text of `model`, so that a
mistake shared by engines and evaluation is found. After the solution checker of
reinterpretcat/vrp: each rule has a code, and the sentence names who breaks it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dispatch.core.checker_links import Sheet, money, work_out_all
from dispatch.core.checker_reasons import check_reason
from dispatch.core.checker_times import TOLERANCE, Book, Step, Times, Violation
from dispatch.core.model import TERMS, Job, Plan, PlannedJob, Problem, Route


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """Return everything that is wrong with a plan for a valid problem; empty if nothing is.

    Codes: ``unknown.unit .job .option``, ``twice.route .job .unassigned``, ``route.empty``,
    ``job.missing .both``, ``lock.unit .option .order .dropped``, ``capability``, ``unreachable``,
    ``stock``, ``window``, ``hard_end``, ``link.alone .gap .endless``,
    ``time.arrival .start .end .drive .lateness .break``,
    ``term.<name>``, ``term.unknown``, ``cost``, ``bound``, ``reason.unknown``, ``reason.false``.
    """
    book = Book(problem)
    violations = list(_structure(book, plan))
    if violations:
        return violations
    sequences = {route.unit_id: book.steps(route) for route in plan.routes}
    sheet = work_out_all(book, sequences)
    for route in plan.routes:
        violations += _route(route, sequences[route.unit_id], sheet.times[route.unit_id])
    violations += sheet.links
    if not violations:
        violations += _money(book, plan, sequences, sheet)
    if not violations:
        for left in plan.unassigned:
            violations += check_reason(book, sequences, left)
    return violations


def _structure(book: Book, plan: Plan) -> Iterator[Violation]:
    for route in plan.routes:
        if route.unit_id not in book.units:
            yield Violation("unknown.unit", f"There is no unit {route.unit_id!r}.")
        if not route.jobs:
            yield Violation("route.empty", f"The route of {route.unit_id!r} has no job.")
        for planned in route.jobs:
            if planned.job_id not in book.jobs:
                yield Violation("unknown.job", f"There is no job {planned.job_id!r}.")
            elif (planned.job_id, planned.option) not in book.options:
                sentence = f"{planned.job_id!r} has no option {planned.option!r}."
                yield Violation("unknown.option", sentence)
    yield from _twice("twice.route", "unit", [route.unit_id for route in plan.routes])
    served = [planned.job_id for route in plan.routes for planned in route.jobs]
    left = [it.job_id for it in plan.unassigned]
    yield from _twice("twice.job", "job", served)
    yield from _twice("twice.unassigned", "job", left)
    for job_id in sorted(set(left) - set(book.jobs)):
        yield Violation("unknown.job", f"There is no job {job_id!r} to leave out.")
    for job_id in sorted(set(served) & set(left)):
        yield Violation("job.both", f"Job {job_id!r} is on a route and left out.")
    for job_id in sorted(set(book.jobs) - set(served) - set(left)):
        yield Violation("job.missing", f"Job {job_id!r} is neither on a route nor left out.")


def _twice(code: str, kind: str, names: list[str]) -> Iterator[Violation]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Violation(code, f"The {kind} {name!r} occurs {count} times.")


def _route(route: Route, steps: list[Step], times: Times) -> Iterator[Violation]:
    yield from times.broken
    if times.broken:
        return
    for planned, stop, (job, _) in zip(route.jobs, times.stops, steps, strict=True):
        yield from _told(planned, stop, job)
    told = [(it.start_s, it.end_s, it.before_job) for it in route.breaks]
    if told != times.rests:
        sentence = f"{route.unit_id!r} rests at {times.rests}, the plan says {told}."
        yield Violation("time.break", sentence)


def _told(
    planned: PlannedJob, stop: tuple[float, float, float, float], job: Job
) -> Iterator[Violation]:
    arrival_s, start_s, end_s, drive_s = stop
    for name, told, true in (
        ("arrival", planned.arrival_s, arrival_s),
        ("start", planned.start_s, start_s),
        ("end", planned.end_s, end_s),
        ("drive", planned.drive_s, drive_s),
        ("lateness", planned.lateness_s, max(0, arrival_s - job.target_s)),
    ):
        if told != true:
            sentence = f"{name} of {job.id!r} is {true:.0f} s, the plan says {told} s."
            yield Violation(f"time.{name}", sentence)


def _money(
    book: Book, plan: Plan, sequences: dict[str, list[Step]], sheet: Sheet
) -> Iterator[Violation]:
    true = dict.fromkeys(TERMS, 0.0)
    for name, cny in money(book, sequences, sheet):
        true[name] += cny
    true["unassigned"] = sum(book.jobs[it.job_id].unassigned_cny for it in plan.unassigned)
    allowed = TOLERANCE * max(1.0, sum(abs(cny) for cny in true.values()))
    for name in sorted(set(plan.terms) - set(TERMS)):
        yield Violation("term.unknown", f"There is no term {name!r}.")
    for name in TERMS:
        told = plan.terms.get(name, 0.0)
        if not abs(told - true[name]) <= allowed:
            yield Violation(f"term.{name}", f"{name} is {true[name]:.4f} CNY, not {told:.4f}.")
    if not abs(plan.cost_cny - sum(true.values())) <= allowed:
        sentence = f"The plan costs {sum(true.values()):.4f} CNY, not {plan.cost_cny:.4f}."
        yield Violation("cost", sentence)
    bound = plan.lower_bound_cny
    if bound is not None and not bound <= plan.cost_cny + allowed:
        yield Violation("bound", f"The lower bound {bound} exceeds the cost {plan.cost_cny}.")
