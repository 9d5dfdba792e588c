"""Why this unit, and which would have been next: every unit's verdict on one job, exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dispatch.core.compiled import Compiled
from dispatch.core.evaluate import tours_of
from dispatch.core.insertion import Insertion, Pricer, inserted
from dispatch.core.model import TERMS, Plan, Problem
from dispatch.core.reasons import RULES, STAGES, with_facts
from dispatch.core.schedule import Broken, Timetable, timetable
from dispatch.core.terms import Charge, route_charges
from kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class UnitVerdict:
    """What it would mean to let one unit do the job, all else in the plan as it is.

    Attributes
    ----------
    verdict
        ``chosen``, ``possible`` or ``forbidden``.
    sentence
        The verdict for people.
    rule
        What forbids it: one of `reasons.STAGES`; ``None`` otherwise.
    missing
        Skills and equipment that the unit lacks for the option it is closest to.
    option, position
        The cheapest option, and the 0-based place in the unit's route; for the chosen unit those of
        the plan.
    arrival_s
        Arrival at the job, seconds since the epoch of the problem.
    extra_cny
        What the plan costs with this unit more than without the job; comparable between units.
    terms
        The same by term, only those that are not zero.
    """

    unit_id: str
    verdict: str
    sentence: str
    rule: str | None = None
    missing: tuple[str, ...] = ()
    option: str | None = None
    position: int | None = None
    arrival_s: int | None = None
    extra_cny: float | None = None
    terms: Mapping[str, float] = field(default_factory=dict)


def why(problem: Problem, plan: Plan, job_id: str) -> tuple[UnitVerdict, ...]:
    """Return the verdict on every unit, cheapest first, forbidden ones last.

    The job is taken out of the plan and offered to each unit at its cheapest place, by exact
    evaluation. Other jobs do not move: the optimizer may know better than the cheapest insertion.

    Raises
    ------
    NotFound
        When the problem has no such job.
    InvalidInput
        When the plan names unknown things.
    """
    pricer = Pricer.of(problem)
    compiled = pricer.compiled
    if job_id not in compiled.job_index:
        raise NotFound("job", job_id, remedy="Name a job of the problem.")
    job = compiled.job_index[job_id]
    tours = [tuple(tour) for tour in tours_of(compiled, plan)]
    verdicts = [_verdict(pricer, tours, job, u) for u in range(len(compiled.units))]
    return tuple(sorted(verdicts, key=_rank))


def _rank(verdict: UnitVerdict) -> tuple[bool, float, bool, str]:
    if verdict.extra_cny is None:
        return True, -float(STAGES.index(verdict.rule or "lock")), True, verdict.unit_id
    return False, round(verdict.extra_cny, 6), verdict.verdict != "chosen", verdict.unit_id


def _verdict(pricer: Pricer, tours: list[tuple[int, ...]], job: int, u: int) -> UnitVerdict:
    compiled = pricer.compiled
    route = tours[u]
    at = next((i for i, c in enumerate(route) if compiled.job_of[c] == job), None)
    if at is not None:
        rest = (*route[:at], *route[at + 1 :])
        return _possible(compiled, u, rest, Insertion(0.0, route[at], at), chosen=True)
    found = pricer.best(u, route, job)
    if found.choice != -1:
        return _possible(compiled, u, route, found, chosen=False)
    return _forbidden(compiled, u, route, job)


def _possible(
    compiled: Compiled, u: int, rest: tuple[int, ...], found: Insertion, *, chosen: bool
) -> UnitVerdict:
    job = compiled.job_of[found.choice]
    after = timetable(compiled, u, inserted(rest, found))
    if isinstance(after, Broken):
        return _broken(compiled, u, job, after.rule)
    terms = _difference(compiled, timetable(compiled, u, rest), after)
    terms["release"] += sum(
        head.release_cny or 0.0 for heads in compiled.head for head in heads if head.job == job
    )
    extra_cny = sum(terms.values())
    arrival_s = after.stops[found.position].arrival_s
    option = compiled.options[found.choice].name
    verb = "does" if chosen else "could do"
    return UnitVerdict(
        unit_id=compiled.units[u].id,
        verdict="chosen" if chosen else "possible",
        sentence=f"{compiled.units[u].id} {verb} it ({option}), there in {_minutes(arrival_s)}.",
        option=option,
        position=found.position,
        arrival_s=arrival_s,
        extra_cny=extra_cny,
        terms={name: cny for name, cny in terms.items() if abs(cny) > 1e-9},
    )


def _difference(
    compiled: Compiled, before: Timetable | Broken, after: Timetable
) -> dict[str, float]:
    """Return what a route costs more than before, by term."""
    terms = dict.fromkeys(TERMS, 0.0)
    _add(terms, route_charges(compiled, after), 1.0)
    if not isinstance(before, Broken):
        _add(terms, route_charges(compiled, before), -1.0)
    return terms


def _add(terms: dict[str, float], items: Iterable[Charge], sign: float) -> None:
    for charge in items:
        terms[charge.term] += sign * charge.cny


def _forbidden(compiled: Compiled, u: int, route: tuple[int, ...], job: int) -> UnitVerdict:
    """Return the rule that stops the option which gets furthest, on its own or in the route."""
    stages = []
    for c in compiled.choices[job]:
        alone = timetable(compiled, u, with_facts(compiled, u, c))
        if isinstance(alone, Broken):
            stages.append(STAGES.index(alone.rule))
            continue
        for i in range(len(route) + 1):
            broken = timetable(compiled, u, (*route[:i], c, *route[i:]))
            if isinstance(broken, Broken):
                stages.append(STAGES.index(broken.rule))
    return _broken(compiled, u, job, STAGES[max(stages)])


def _broken(compiled: Compiled, u: int, job: int, rule: str) -> UnitVerdict:
    unit = compiled.units[u]
    missing = _missing(compiled, u, job) if rule == "no_unit_has" else ()
    fixed = compiled.fixed_unit[job]
    if missing:
        reason = f"it lacks {', '.join(missing)}"
    elif rule == "no_unit_has":
        reason = "it may not do this job"
    elif rule == "lock" and fixed not in (-1, u):
        reason = f"the job is locked to {compiled.units[fixed].id}"
    else:
        reason = RULES[rule]
    sentence = f"{unit.id} cannot do it: {reason}."
    return UnitVerdict(unit.id, "forbidden", sentence, rule=rule, missing=missing)


def _missing(compiled: Compiled, u: int, job: int) -> tuple[str, ...]:
    """Return what the unit lacks for the option that it is closest to."""
    has = compiled.units[u].has
    lacking = [tuple(sorted(option.needs - has)) for option in compiled.jobs[job].options]
    return min(lacking, key=lambda it: (len(it), it))


def _minutes(seconds: int) -> str:
    return f"{seconds / 60:.0f} min"
