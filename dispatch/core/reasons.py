"""Why a job was left out: the true reason, in the words of `model.Unassigned`."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.core.compiled import NEVER_S, Compiled
from dispatch.core.insertion import Pricer
from dispatch.core.model import Job, Unassigned
from dispatch.core.schedule import Broken, last_start_s, timetable
from dispatch.core.together import Together

STAGES = ("lock", "no_unit_has", "unreachable", "stock", "window")
"""How far a unit gets with a job before a rule stops it; behind the last one it can do it."""


def unassigned_with_reasons(
    compiled: Compiled, tours: Sequence[Sequence[int]], left: Sequence[int], *, one_job_ahead: bool
) -> tuple[Unassigned, ...]:
    """Return the jobs left out by a plan, each with its reason."""
    if not left:
        return ()
    whole = Together.of(Pricer.of_compiled(compiled), tours)
    return tuple(_reason(whole, j, one_job_ahead=one_job_ahead) for j in left)


def furthest_stage(compiled: Compiled, job: int) -> str | None:
    """Return the rule that stops the unit that gets furthest, or ``None`` if one can do the job.

    Each unit is tried with its facts and nothing else.
    """
    furthest = 0
    for u in range(len(compiled.units)):
        for c in compiled.choices[job]:
            times = timetable(compiled, u, with_facts(compiled, u, c))
            if not isinstance(times, Broken):
                return None
            if times.choice == c:
                furthest = max(furthest, STAGES.index(times.rule))
    return STAGES[max(1, furthest)]


def with_facts(compiled: Compiled, u: int, choice: int) -> list[int]:
    """Return the sequence of a unit's possible facts, followed by ``choice``."""
    facts: list[int] = []
    for head in compiled.head[u]:
        is_fact = head.fact and head.release_cny is None and head.choice != choice
        if is_fact and not isinstance(timetable(compiled, u, [*facts, head.choice]), Broken):
            facts.append(head.choice)
    return [*facts, choice]


def _reason(whole: Together, j: int, *, one_job_ahead: bool) -> Unassigned:
    compiled, routes = whole.pricer.compiled, whole.routes
    job_id = compiled.jobs[j].id
    if compiled.fixed_unit[j] != -1:
        return Unassigned(job_id, "locked", _locked_detail(compiled, routes, j))
    rule = furthest_stage(compiled, j)
    if rule is not None:
        return Unassigned(job_id, rule, _rule_detail(compiled, j, rule))
    price = compiled.jobs[j].unassigned_cny
    offers = [(whole.best(u, j), u) for u in range(len(routes))]
    idle = [it for it, u in offers if not routes[u] and compiled.units[u].available_s == 0]
    best, u = min(offers)
    if best.choice == -1 and j in compiled.linked:
        return Unassigned(job_id, "linked", _linked_detail(compiled, j))
    if one_job_ahead and (best.delta_cny < price or all(it.choice == -1 for it in idle)):
        return Unassigned(job_id, "waiting", "No unit that could do it is free now.")
    if best.choice == -1:
        detail = "Each unit that could do it has other work that leaves no room."
    else:
        option = compiled.options[best.choice].name
        detail = (
            f"The cheapest way ({compiled.units[u].id}, {option}) would cost "
            f"{best.delta_cny:.0f} CNY, leaving it out {price:.0f} CNY."
        )
    return Unassigned(job_id, "too_expensive", detail)


def _linked_detail(compiled: Compiled, j: int) -> str:
    others = {
        k for it in compiled.links if j in (it.before, it.after) for k in (it.before, it.after)
    }
    names = ", ".join(compiled.jobs[k].id for k in sorted(others - {j}))
    return f"It is tied to {names}, and they do not come together in this plan."


def _locked_detail(compiled: Compiled, routes: Sequence[tuple[int, ...]], j: int) -> str:
    u, c = compiled.fixed_unit[j], compiled.fixed_choice[j]
    name = compiled.units[u].id
    alone = timetable(compiled, u, with_facts(compiled, u, c))
    if isinstance(alone, Broken):
        return f"It is locked to {name}, which cannot do it: {RULES[alone.rule]}."
    n_others = len(routes[u])
    return f"It is locked to {name}, whose other {n_others} job(s) leave no room."


RULES = {
    "lock": "the work it is committed to may not be disturbed",
    "no_unit_has": "it lacks a skill or equipment",
    "unreachable": "there is no way by road",
    "stock": "its energy stock is too small",
    "window": "it would come or finish too late",
}
"""Each rule a unit may fail, as the end of a sentence."""


def _rule_detail(compiled: Compiled, j: int, rule: str) -> str:
    job = compiled.jobs[j]
    if rule == "no_unit_has":
        needs = [" + ".join(sorted(option.needs)) for option in job.options]
        return (
            f"No unit that may do it has {' or '.join(needs)}."
            if all(needs)
            else "No unit may do it."
        )
    if rule == "unreachable":
        return "No unit with the skills has a way by road there and on to where it must end."
    if rule == "stock":
        least = min(option.kwh for option in job.options if option.kwh > 0)
        return f"No unit with the skills has {least:g} kWh left."
    return f"No unit with the skills can {_in_time(compiled, job)}."


def _in_time(compiled: Compiled, job: Job) -> str:
    """Return what nobody manages: to start before the last window ends, to finish in its shift."""
    rules = []
    if last_start_s(job) != NEVER_S:
        rules.append(f"start by {last_start_s(job)} s")
    if any(unit.hard_end_s is not None for unit in compiled.units):
        rules.append("finish before its hard end")
    return " and ".join(rules)
