"""The smallest change that would let a unit do a job.

The unit is tried with what it must do anyway (facts, and jobs locked to it) and with nothing else,
since everything else can be moved away; where ways and times stand against it, with its whole route
too, and with one job more, of whatever unit, by whose place it is sooner there than directly. Each
rule that stands in the way is answered by the least change that satisfies it, one after another,
for every option and every place in the route; the answer is the shortest list, and of equally long
ones the one with the easier changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from dispatch.core.changes import KINDS, Change, applied
from dispatch.core.compiled import Compiled, compile_problem
from dispatch.core.keeping import detours, with_detour
from dispatch.core.model import UNREACHABLE_S, Problem
from dispatch.core.schedule import Broken, Timetable, timetable, walk

MOST_CHANGES = 12
"""More than this many changes in a row are no help to anybody."""

OF_WAYS = frozenset({"latest", "window", "hard_end", "way"})

EASE = {kind: i for i, kind in enumerate(KINDS)}


def must_do(compiled: Compiled, u: int, route: tuple[int, ...], job: int) -> tuple[int, ...]:
    """Return the part of a unit's route that no plan can move away, without ``job``."""
    return tuple(
        c
        for c in route
        if compiled.fixed_unit[compiled.job_of[c]] == u and compiled.job_of[c] != job
    )


def smallest_change(
    compiled: Compiled, u: int, route: tuple[int, ...], job: int
) -> tuple[Change, ...] | None:
    """Return the changes after which a unit can do a job; empty if it can already.

    ``None``: there is no way even so.
    """
    kept = must_do(compiled, u, route, job)
    best = _smallest_beside(compiled, u, kept, job)
    if not best or not (compiled.able[u][job] or any(it.kind in OF_WAYS for it in best)):
        return best
    rest = tuple(c for c in route if compiled.job_of[c] != job)
    others = [] if rest == kept else [rest]
    if not compiled.links:
        others += with_detour(kept, detours(compiled, u, kept, job))
    best = least((best, *(_smallest_beside(compiled, u, it, job) for it in others)))
    return _by_more_detours(compiled, u, route, job, best or ())


def _by_more_detours(
    compiled: Compiled, u: int, route: tuple[int, ...], job: int, changes: tuple[Change, ...]
) -> tuple[Change, ...]:
    """Return changes, or less of them where a skill among them opens a quicker way."""
    skills = tuple(it for it in changes if it.kind == "skill")
    if not skills or not any(it.kind in OF_WAYS for it in changes):
        return changes
    skilled = compile_problem(applied(compiled.problem, skills))
    rest = smallest_change(skilled, u, route, job)
    return changes if rest is None else min(changes, (*skills, *rest), key=size)


def least(offers: Iterable[tuple[Change, ...] | None]) -> tuple[Change, ...] | None:
    """Return the shortest list of changes, of equally long ones that with the easier ones."""
    return min((it for it in offers if it is not None), key=size, default=None)


def _smallest_beside(
    compiled: Compiled, u: int, kept: tuple[int, ...], job: int
) -> tuple[Change, ...] | None:
    """Return the smallest change after which a unit can do a job beside these choices."""
    return least(changes_beside(compiled, u, kept, job))


def changes_beside(
    compiled: Compiled, u: int, kept: tuple[int, ...], job: int
) -> list[tuple[Change, ...]]:
    """Return what it takes for each way to do a job beside these choices, where it can be told."""
    small, n_kept = _alone(compiled, u, kept, job)
    return [
        tuple(_back(compiled, u, kept, job, it) for it in changes)
        for option in range(len(compiled.jobs[job].options))
        for position in range(n_kept + 1)
        if (changes := _changes(small, n_kept, option, position)) is not None
    ]


def size(changes: tuple[Change, ...]) -> tuple[int, list[tuple[int, float]]]:
    """Return what changes are compared by: their number, then how easy and how large they are."""
    return len(changes), sorted((EASE[it.kind], it.amount + len(it.names)) for it in changes)


def _places(compiled: Compiled, u: int, kept: tuple[int, ...], job: int) -> list[int]:
    unit = compiled.units[u]
    options = [compiled.options[c] for c in (*kept, *compiled.choices[job])]
    places = {unit.start_place, *(v.place for option in options for v in option.visits)}
    return sorted(places | ({unit.end_place} if unit.end_place is not None else set()))


def _alone(compiled: Compiled, u: int, kept: tuple[int, ...], job: int) -> tuple[Problem, int]:
    """Return the problem of one unit, what it must do and the job (last), on their places only."""
    problem, unit = compiled.problem, compiled.units[u]
    places = _places(compiled, u, kept, job)
    number = {place: i for i, place in enumerate(places)}
    jobs = []
    for c in (*kept, *compiled.choices[job][:1]):
        it = compiled.jobs[compiled.job_of[c]]
        options = it.options if compiled.job_of[c] == job else (compiled.options[c],)
        moved = (
            replace(o, visits=tuple(replace(v, place=number[v.place]) for v in o.visits))
            for o in options
        )
        jobs.append(replace(it, options=tuple(moved)))
    ways = {(it.id, option.name) for it in jobs for option in it.options}
    holders = _other_holder(compiled, u, job)
    known = {unit.id, *(compiled.units[v].id for v in holders)}
    end = None if unit.end_place is None else number[unit.end_place]
    return replace(
        problem,
        travel_s=problem.travel_s[places][:, places],
        units=(
            replace(unit, start_place=number[unit.start_place], end_place=end, coverage=()),
            *(
                replace(compiled.units[v], start_place=0, end_place=None, coverage=())
                for v in holders
            ),
        ),
        jobs=tuple(jobs),
        commitments=tuple(
            c for c in problem.commitments if (c.job_id, c.option) in ways and c.unit_id in known
        ),
        links=(),
    ), len(kept)


def _other_holder(compiled: Compiled, u: int, job: int) -> list[int]:
    """Return the unit that the plan in force gave the job to, if it is another one."""
    held = [c.unit_id for c in compiled.problem.commitments if c.job_id == compiled.jobs[job].id]
    return [compiled.unit_index[name] for name in held if name != compiled.units[u].id]


def _back(compiled: Compiled, u: int, kept: tuple[int, ...], job: int, change: Change) -> Change:
    """Return a change with the places of the whole problem."""
    places = _places(compiled, u, kept, job)
    origin, destination = change.places
    return replace(change, places=(places[origin], places[destination]))


def _changes(
    problem: Problem, n_kept: int, option: int, position: int
) -> tuple[Change, ...] | None:
    """Return the changes that make the job possible as one option at one place of the route."""
    changes: list[Change] = []
    for _ in range(MOST_CHANGES):
        compiled = compile_problem(applied(problem, changes[-1:]))
        problem = compiled.problem
        choice = compiled.choices[n_kept][option]
        kept = [compiled.choices[j][0] for j in range(n_kept)]
        sequence = [*kept[:position], choice, *kept[position:]]
        times = timetable(compiled, 0, sequence)
        if isinstance(times, Timetable):
            return tuple(changes)
        change = _answer(compiled, sequence, choice, times)
        if change is None:
            return None
        changes.append(change)
    return None


def _answer(compiled: Compiled, sequence: list[int], choice: int, broken: Broken) -> Change | None:
    """Return the least change that satisfies the rule which a sequence breaks."""
    job, unit = compiled.jobs[compiled.job_of[choice]], compiled.units[0]
    if broken.rule == "lock":
        locked = compiled.fixed_unit[compiled.job_of[choice]] != -1
        return Change("unlock", job=job.id) if locked else None
    if broken.rule == "no_unit_has":
        barred = any(it.barred and it.choice == broken.choice for it in compiled.head[0])
        lacking = compiled.options[broken.choice].needs - unit.has
        if lacking and not barred:
            return Change("skill", unit.id, names=tuple(sorted(lacking)))
        return Change("allow", unit.id, job.id)
    if broken.rule == "unreachable":
        gap = next(_missing_ways(compiled, sequence), None)
        return None if gap is None else Change("way", places=gap)
    if broken.rule == "stock":
        taken = sum(compiled.options[c].kwh for c in sequence)
        return Change("stock", unit.id, amount=round(taken - unit.kwh, 6))
    return _later(compiled, sequence, broken)


def _missing_ways(compiled: Compiled, sequence: list[int]) -> Iterator[tuple[int, int]]:
    unit = compiled.units[0]
    places = [unit.start_place]
    places += [v.place for c in sequence for v in compiled.options[c].visits]
    places += [] if unit.end_place is None else [unit.end_place]
    for origin, destination in pairwise(places):
        if compiled.rows[origin][destination] == UNREACHABLE_S:
            yield origin, destination


def _later(compiled: Compiled, sequence: list[int], broken: Broken) -> Change | None:
    """Return by how much a window or the wall would have to be later."""
    unit, walked = compiled.units[0], walk(compiled, 0, sequence)
    if isinstance(walked, Broken):
        return None
    stop = next(it for it in walked.stops if it.choice == broken.choice)
    job = compiled.jobs[compiled.job_of[broken.choice]]
    if not stop.fact:
        if job.latest_s is not None and stop.start_s > job.latest_s:
            return Change("latest", job=job.id, amount=stop.start_s - job.latest_s)
        if job.windows and stop.start_s > job.windows[-1].latest_s:
            return Change("window", job=job.id, amount=stop.start_s - job.windows[-1].latest_s)
    leg_s = 0 if unit.end_place is None else compiled.rows[walked.place][unit.end_place]
    end_s = walked.stops[-1].end_s + leg_s
    return Change("hard_end", unit.id, amount=end_s - (unit.hard_end_s or 0))
