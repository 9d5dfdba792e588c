"""A problem with indices instead of ids: what every engine, the schedule and the terms read.

A *choice* is one option of one job; choices are numbered through all jobs. Since the visits of an
option are done back to back by one unit, a choice behaves like a single stop that is entered at its
first place and left at its last one.

Plain lists, not numpy: the inner loops touch single elements, which lists hand out ten times
faster.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dispatch.core.locks import HeadJob, heads, is_fixed
from dispatch.core.model import UNREACHABLE_S, Job, Link, Lock, Option, Problem, Unit

NEVER_S = 2**62
"""Later than any time that occurs, seconds."""


@dataclass(frozen=True, slots=True)
class JobLink:
    """A `Link` with the numbers of its jobs."""

    before: int
    after: int
    link: Link


@dataclass(slots=True)
class Compiled:
    """The arrays of one problem; read-only after `compile_problem`.

    ``work_s[c]`` is the time from the start of service of choice ``c`` to the end of its last
    visit, ``inner_drive_s[c]`` the driving in it; both are `UNREACHABLE_S` where a leg is missing.
    ``fixed_unit[j]`` is -1 unless a lock fixes the unit of job ``j`` (and ``fixed_choice[j]`` its
    option), ``is_fact[j]`` whether it is a `locks` fact; ``given_to[j]`` is the unit of a ``FREE``
    commitment or -1. ``special`` are the jobs that a lock fixes or that exclude a unit.
    ``can[u][c]`` says whether unit ``u`` has what choice ``c`` needs and no lock forbids the pair;
    ``able[u][j]`` are the choices of job ``j`` worth trying on it (the head's own ones included),
    ``units_able[j]`` the units for which there are any.
    ``idle_end_s[u]`` and ``idle_drive_s[u]``: when the unit would be at its end place, and what it
    would drive, if it were given nothing. ``end_cny[u]`` is empty, or says by place what an open
    route that ends there leaves uncovered, less what the idle unit does. ``linked`` are the jobs
    that ``links`` are about.
    """

    problem: Problem
    rows: list[list[int]]
    units: tuple[Unit, ...]
    jobs: tuple[Job, ...]
    options: list[Option] = field(default_factory=list)
    job_of: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    work_s: list[int] = field(default_factory=list)
    inner_drive_s: list[int] = field(default_factory=list)
    choices: list[list[int]] = field(default_factory=list)
    fixed_unit: list[int] = field(default_factory=list)
    fixed_choice: list[int] = field(default_factory=list)
    is_fact: list[bool] = field(default_factory=list)
    given_to: list[int] = field(default_factory=list)
    head: list[tuple[HeadJob, ...]] = field(default_factory=list)
    special: list[int] = field(default_factory=list)
    can: list[list[bool]] = field(default_factory=list)
    able: list[list[list[int]]] = field(default_factory=list)
    units_able: list[list[int]] = field(default_factory=list)
    idle_end_s: list[int] = field(default_factory=list)
    idle_drive_s: list[int] = field(default_factory=list)
    end_cny: list[list[float]] = field(default_factory=list)
    links: list[JobLink] = field(default_factory=list)
    linked: frozenset[int] = frozenset()
    unit_index: dict[str, int] = field(default_factory=dict)
    job_index: dict[str, int] = field(default_factory=dict)
    choice_index: dict[tuple[int, str], int] = field(default_factory=dict)

    def label(self, choice: int) -> str:
        """Return how people call a choice: job and option."""
        return f"{self.jobs[self.job_of[choice]].id} ({self.options[choice].name})"


def compile_problem(problem: Problem) -> Compiled:
    """Return the indexed form of a problem that `validate.check_problem` accepts."""
    compiled = Compiled(
        problem=problem,
        rows=problem.travel_s.tolist(),
        units=problem.units,
        jobs=problem.jobs,
    )
    compiled.unit_index = {unit.id: u for u, unit in enumerate(problem.units)}
    compiled.job_index = {job.id: j for j, job in enumerate(problem.jobs)}
    _add_choices(compiled)
    _add_locks(compiled)
    fixed, jobs = compiled.fixed_unit, compiled.jobs
    compiled.special = [j for j, it in enumerate(jobs) if fixed[j] != -1 or it.excluded_units]
    _add_abilities(compiled)
    compiled.units_able = [
        [u for u, able in enumerate(compiled.able) if able[j]] for j in range(len(compiled.jobs))
    ]
    for unit in compiled.units:
        end_s, drive_s = _idle(compiled.rows, unit)
        compiled.idle_end_s.append(end_s)
        compiled.idle_drive_s.append(drive_s)
        compiled.end_cny.append(_end_cny(unit))
    _add_links(compiled)
    return compiled


def _end_cny(unit: Unit) -> list[float]:
    """Return the price of ending at each place; none where the end is the same whatever it does."""
    if unit.end_place is not None or not unit.coverage:
        return []
    by_place = [sum(prices) for prices in zip(*(it.cny for it in unit.coverage), strict=True)]
    return [cny - by_place[unit.start_place] for cny in by_place]


def _add_links(compiled: Compiled) -> None:
    index = compiled.job_index
    compiled.links = [
        JobLink(index[it.before], index[it.after], it) for it in compiled.problem.links
    ]
    compiled.linked = frozenset(j for it in compiled.links for j in (it.before, it.after))


def _add_choices(compiled: Compiled) -> None:
    for j, job in enumerate(compiled.jobs):
        numbers = []
        for option in job.options:
            number = len(compiled.options)
            numbers.append(number)
            work_s, drive_s = _work(compiled.rows, option)
            compiled.options.append(option)
            compiled.job_of.append(j)
            compiled.first.append(option.visits[0].place)
            compiled.last.append(option.visits[-1].place)
            compiled.work_s.append(work_s)
            compiled.inner_drive_s.append(drive_s)
            compiled.choice_index[j, option.name] = number
        compiled.choices.append(numbers)


def _work(rows: list[list[int]], option: Option) -> tuple[int, int]:
    legs = [rows[a.place][b.place] for a, b in zip(option.visits, option.visits[1:], strict=False)]
    if UNREACHABLE_S in legs:
        return UNREACHABLE_S, UNREACHABLE_S
    drive_s = sum(legs)
    return drive_s + sum(visit.service_s for visit in option.visits), drive_s


def _add_locks(compiled: Compiled) -> None:
    n_jobs = len(compiled.jobs)
    compiled.fixed_unit = [-1] * n_jobs
    compiled.fixed_choice = [-1] * n_jobs
    compiled.is_fact = [False] * n_jobs
    compiled.given_to = [-1] * n_jobs
    for commitment in compiled.problem.commitments:
        j = compiled.job_index[commitment.job_id]
        u = compiled.unit_index[commitment.unit_id]
        if is_fixed(commitment):
            compiled.fixed_unit[j] = u
            compiled.fixed_choice[j] = compiled.choice_index[j, commitment.option]
            compiled.is_fact[j] = commitment.lock == Lock.FULL
        elif commitment.lock == Lock.FREE:
            compiled.given_to[j] = u
    by_unit = heads(compiled.problem, compiled.job_index, compiled.choice_index)
    compiled.head = [by_unit.get(unit.id, ()) for unit in compiled.units]


def _add_abilities(compiled: Compiled) -> None:
    """Fill ``can`` and ``able``; units of the same skills share lists unless a lock interferes."""
    fits: dict[frozenset[str], list[bool]] = {}
    choices: dict[frozenset[str], list[list[int]]] = {}
    for u, unit in enumerate(compiled.units):
        if unit.has not in fits:
            fits[unit.has] = [option.needs <= unit.has for option in compiled.options]
            choices[unit.has] = [_allowed(fits[unit.has], it) for it in compiled.choices]
        can, able = fits[unit.has], choices[unit.has]
        if compiled.special or compiled.head[u]:
            can = _capabilities(compiled, u, list(can))
            able = list(able)
            for j in {*compiled.special, *(head.job for head in compiled.head[u])}:
                able[j] = _allowed(can, compiled.choices[j])
            for head in compiled.head[u]:
                if head.choice not in able[head.job] and not head.barred:
                    able[head.job] = [*able[head.job], head.choice]
        compiled.can.append(can)
        compiled.able.append(able)


def _allowed(can: list[bool], choices: list[int]) -> list[int]:
    return [c for c in choices if can[c]]


def _capabilities(compiled: Compiled, u: int, can: list[bool]) -> list[bool]:
    """Return ``can`` with what locks forbid and facts allow."""
    facts = {h.choice for h in compiled.head[u] if h.fact and h.release_cny is None}
    for j in compiled.special:
        allowed = compiled.units[u].id not in compiled.jobs[j].excluded_units
        free = compiled.fixed_unit[j] == -1
        for c in compiled.choices[j]:
            ours = compiled.fixed_unit[j] == u and compiled.fixed_choice[j] == c
            able = can[c] and (allowed or ours)
            can[c] = c in facts or ((free or ours) and able)
    return can


def _idle(rows: list[list[int]], unit: Unit) -> tuple[int, int]:
    leg = 0 if unit.end_place is None else rows[unit.start_place][unit.end_place]
    drive_s = 0 if leg == UNREACHABLE_S else leg
    return unit.available_s + drive_s, drive_s
