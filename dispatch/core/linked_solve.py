"""Any engine, made to keep links: without them, then with the time of each link cut in two.

First the engine plans as if no job waited for another; what does not come together then is taken
out and inserted again, all routes in view. That fixes a time for each link. With ``before`` done by
then and ``after`` begun from then on the links hold by themselves: they are windows of single jobs,
and the engine plans once more, exactly as always. The cheaper of the two plans is taken.

The bound of the first plan holds, since waiting makes no route cheaper: ``links`` is among what it
relaxes. One thing could: a break that a unit would take on its own time is cheaper taken while it
waits. Where there are breaks there is no bound; nor where a link keeps a locked job from being
done, since the first plan had to do it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from dispatch.core.evaluate import plan_from_tours, tours_of
from dispatch.core.insertion import Pricer
from dispatch.core.links import timetables
from dispatch.core.locks import is_fixed
from dispatch.core.model import Job, Link, Plan, Problem, Window
from dispatch.core.schedule import Stop, Timetable
from dispatch.core.together import Together
from dispatch.core.tours import IMPROVEMENT_CNY
from dispatch.core.validate import MOST_S

PlainEngine = Callable[[Problem], Plan]
"""An engine that need not know of links."""

NEVER = (Window(-2, -1),)
"""For jobs that are left out: nothing starts before now."""


def solve_linked(problem: Problem, engine: PlainEngine, *, one_job_ahead: bool) -> Plan:
    """Return a plan in which every link holds."""
    first = engine(replace(problem, links=()))
    pricer = Pricer.of(problem)
    best = _completed(pricer, tours_of(pricer.compiled, first), one_job_ahead=one_job_ahead)
    second = engine(_cut(problem, best))
    other = _completed(pricer, tours_of(pricer.compiled, second), one_job_ahead=one_job_ahead)
    if other.total_cny() < best.total_cny() - IMPROVEMENT_CNY:
        best = other
    plan = plan_from_tours(
        pricer.compiled, best.routes, engine=first.engine, one_job_ahead=one_job_ahead
    )
    resting = any(unit.breaks for unit in problem.units)
    if first.lower_bound_cny is None or resting or _locked_out(problem, plan, first):
        return plan
    relaxed = (*first.relaxed, "links")
    return replace(plan, lower_bound_cny=first.lower_bound_cny, relaxed=relaxed)


def _locked_out(problem: Problem, plan: Plan, first: Plan) -> bool:
    """Return whether a plan leaves out a locked job that the first one did."""
    fixed = {c.job_id for c in problem.commitments if is_fixed(c)}
    left, before = ({it.job_id for it in one.unassigned} for one in (plan, first))
    return bool(fixed & (left - before))


def _completed(pricer: Pricer, tours: Sequence[Sequence[int]], *, one_job_ahead: bool) -> Together:
    it = Together.of(pricer, tours)
    it.complete(one_job_ahead=one_job_ahead)
    if any(it.pricer.compiled.fixed_unit[j] != -1 for j in it.left()):
        it.insert_locked()
        it.complete(one_job_ahead=one_job_ahead)
    return it


def _cut(problem: Problem, tours: Together) -> Problem:
    """Return the problem whose links are windows that these tours keep."""
    compiled = tours.pricer.compiled
    stops = {
        compiled.job_of[stop.choice]: stop
        for times in timetables(compiled, tours.routes)
        if isinstance(times, Timetable)
        for stop in times.stops
    }
    jobs = list(problem.jobs)
    for j in compiled.linked:
        jobs[j] = _bound(jobs[j], stops.get(j), problem.links)
    return replace(problem, jobs=tuple(jobs), links=())


def _bound(job: Job, stop: Stop | None, links: Sequence[Link]) -> Job:
    if stop is None:
        return replace(job, windows=NEVER)
    if stop.fact:
        return job
    rigid = any(it.most_s is not None for it in links if job.id in (it.before, it.after))
    earliest_s = stop.start_s if rigid or any(it.after == job.id for it in links) else -MOST_S
    latest_s = stop.start_s if rigid or any(it.before == job.id for it in links) else MOST_S
    windows = job.windows or (Window(-MOST_S, MOST_S),)
    cut = [Window(max(w.earliest_s, earliest_s), min(w.latest_s, latest_s)) for w in windows]
    return replace(job, windows=tuple(w for w in cut if w.earliest_s <= w.latest_s))
