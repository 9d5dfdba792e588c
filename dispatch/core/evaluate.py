"""From sequences to a plan: exact times, exact cost by term."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dispatch.core.compiled import Compiled, compile_problem
from dispatch.core.links import timetables
from dispatch.core.model import TERMS, Plan, PlannedBreak, PlannedJob, Problem, Route
from dispatch.core.reasons import unassigned_with_reasons
from dispatch.core.schedule import Broken, Rest, Stop, Timetable
from dispatch.core.terms import Charge, route_charges, unassigned
from kernel.errors import InvalidInput


def evaluate(
    problem: Problem, sequences: Mapping[str, Sequence[tuple[str, str]]], *, engine: str = "given"
) -> Plan:
    """Return the plan in which each unit does its jobs in the order given.

    Parameters
    ----------
    problem
        A valid problem.
    sequences
        ``(job_id, option)`` in order, by unit id; units and jobs not named are idle and left out.
    engine
        The name the plan carries.

    Raises
    ------
    InvalidInput
        When an id is unknown, a job occurs twice, or a sequence breaks a rule.
    """
    compiled = compile_problem(problem)
    tours: list[list[int]] = [[] for _ in compiled.units]
    seen: set[str] = set()
    for unit_id, sequence in sequences.items():
        for job_id, option in sequence:
            choice = _known(compiled, unit_id, job_id, option)
            if job_id in seen:
                raise InvalidInput.one("", "job.twice", f"Job {job_id!r} occurs twice.")
            seen.add(job_id)
            tours[compiled.unit_index[unit_id]].append(choice)
    return plan_from_tours(compiled, tours, engine=engine)


def plan_from_tours(
    compiled: Compiled, tours: Sequence[Sequence[int]], *, engine: str, one_job_ahead: bool = False
) -> Plan:
    """Return the plan of tours (choice numbers by unit number); all other jobs are left out.

    ``one_job_ahead`` tells that the policy gives jobs to free units only, so that a job may be
    ``waiting``.

    Raises
    ------
    InvalidInput
        When a tour breaks a rule.
    """
    tables = _feasible(compiled, tours)
    served = {compiled.job_of[c] for tour in tours for c in tour}
    left = [j for j in range(len(compiled.jobs)) if j not in served]
    terms = _totals(
        [charge for times in tables for charge in route_charges(compiled, times)]
        + list(unassigned(compiled, left))
    )
    return Plan(
        routes=tuple(_route(compiled, times) for times in tables if times.stops),
        unassigned=unassigned_with_reasons(compiled, tours, left, one_job_ahead=one_job_ahead),
        cost_cny=sum(terms.values()),
        terms=terms,
        engine=engine,
    )


def charges(problem: Problem, plan: Plan) -> list[Charge]:
    """Return everything that a feasible plan is charged for, each with its sentence.

    Raises
    ------
    InvalidInput
        When the plan names unknown ids or breaks a rule.
    """
    compiled = compile_problem(problem)
    tours = tours_of(compiled, plan)
    served = {compiled.job_of[c] for tour in tours for c in tour}
    result = list(unassigned(compiled, (j for j in range(len(compiled.jobs)) if j not in served)))
    for times in _feasible(compiled, tours):
        result += route_charges(compiled, times)
    return result


def tours_of(compiled: Compiled, plan: Plan) -> list[list[int]]:
    """Return a plan's sequences as choice numbers by unit number.

    Raises
    ------
    InvalidInput
        When the plan names an unknown unit, job or option.
    """
    tours: list[list[int]] = [[] for _ in compiled.units]
    for route in plan.routes:
        for planned in route.jobs:
            choice = _known(compiled, route.unit_id, planned.job_id, planned.option)
            tours[compiled.unit_index[route.unit_id]].append(choice)
    return tours


def _known(compiled: Compiled, unit_id: str, job_id: str, option: str) -> int:
    if unit_id not in compiled.unit_index:
        raise InvalidInput.one("", "unit.unknown", f"There is no unit {unit_id!r}.")
    j = compiled.job_index.get(job_id)
    if j is None:
        raise InvalidInput.one("", "job.unknown", f"There is no job {job_id!r}.")
    choice = compiled.choice_index.get((j, option))
    if choice is None:
        raise InvalidInput.one("", "option.unknown", f"Job {job_id!r} has no option {option!r}.")
    return choice


def _feasible(compiled: Compiled, tours: Sequence[Sequence[int]]) -> list[Timetable]:
    result = []
    for u, times in enumerate(timetables(compiled, tours)):
        if isinstance(times, Broken):
            raise InvalidInput.one(
                "",
                f"route.{times.rule}",
                f"{compiled.units[u].id} cannot do {compiled.label(times.choice)}: {times.rule}.",
            )
        result.append(times)
    return result


def _totals(items: Iterable[Charge]) -> dict[str, float]:
    totals = dict.fromkeys(TERMS, 0.0)
    for charge in items:
        totals[charge.term] += charge.cny
    return totals


def _route(compiled: Compiled, times: Timetable) -> Route:
    jobs = tuple(_planned(compiled, stop) for stop in times.stops)
    breaks = tuple(_planned_break(compiled, rest) for rest in times.rests)
    return Route(compiled.units[times.unit].id, jobs, breaks)


def _planned_break(compiled: Compiled, rest: Rest) -> PlannedBreak:
    job_id = compiled.jobs[compiled.job_of[rest.choice]].id
    return PlannedBreak(rest.start_s, rest.end_s, job_id)


def _planned(compiled: Compiled, stop: Stop) -> PlannedJob:
    job = compiled.jobs[compiled.job_of[stop.choice]]
    return PlannedJob(
        job_id=job.id,
        option=compiled.options[stop.choice].name,
        arrival_s=stop.arrival_s,
        start_s=stop.start_s,
        end_s=stop.end_s,
        drive_s=stop.drive_s,
        lateness_s=max(0, stop.arrival_s - job.target_s),
    )
