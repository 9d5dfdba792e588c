"""Changes of a problem that people may think of: what would allow it, and what if.

Each is a value with its sentence; `applied` returns the problem in which it has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from dispatch.core.locks import is_fixed
from dispatch.core.model import Commitment, Job, Lock, Problem, Unit
from dispatch.core.validate import MOST_CNY
from kernel.errors import NotFound
from kernel.words import Words


@dataclass(frozen=True, slots=True)
class Change:
    """One change; which fields count depends on ``kind``, one of `KINDS`.

    Attributes
    ----------
    unit, job
        Ids of what it is about.
    amount
        Seconds later, or kWh more.
    names
        Skills and equipment.
    places
        From where to where a way is opened.
    new_unit
        The unit that is added.
    """

    kind: str
    unit: str = ""
    job: str = ""
    amount: float = 0.0
    names: tuple[str, ...] = ()
    places: tuple[int, int] = (0, 0)
    new_unit: Unit | None = None

    @property
    def words(self) -> Words:
        """The change in a sentence."""
        return KINDS[self.kind][0].fill(
            unit=self.new_unit.id if self.new_unit is not None else self.unit,
            job=self.job,
            names=", ".join(self.names),
            minutes=duration(self.amount).en,
            duration=duration(self.amount).zh,
            kwh=f"{self.amount:g}",
            origin=self.places[0],
            destination=self.places[1],
        )


def duration(seconds: float) -> Words:
    """Return a length of time: seconds below two minutes, else minutes."""
    if abs(seconds) < 120:
        return Words(f"{seconds:.0f} 秒", f"{seconds:.0f} s")
    return Words(f"{seconds / 60:.0f} 分钟", f"{seconds / 60:.0f} min")


def applied(problem: Problem, changes: Iterable[Change]) -> Problem:
    """Return the problem after some changes, in order.

    Raises
    ------
    NotFound
        When a change names a unit or a job that the problem lacks.
    """
    for change in changes:
        _known(problem, change)
        problem = KINDS[change.kind][1](problem, change)
    return problem


def _known(problem: Problem, change: Change) -> None:
    about_both = change.kind in ("fix", "exclude", "allow")
    if (change.unit or about_both) and change.unit not in {unit.id for unit in problem.units}:
        raise NotFound("unit", change.unit, remedy="Name a unit of the problem.")
    if (change.job or about_both) and change.job not in {job.id for job in problem.jobs}:
        raise NotFound("job", change.job, remedy="Name a job of the problem.")


def _with_unit(problem: Problem, unit_id: str, edit: Callable[[Unit], Unit]) -> Problem:
    units = tuple(edit(unit) if unit.id == unit_id else unit for unit in problem.units)
    return replace(problem, units=units)


def _with_job(problem: Problem, job_id: str, edit: Callable[[Job], Job]) -> Problem:
    jobs = tuple(edit(job) if job.id == job_id else job for job in problem.jobs)
    return replace(problem, jobs=jobs)


def _skill(problem: Problem, change: Change) -> Problem:
    return _with_unit(problem, change.unit, lambda u: replace(u, has=u.has | set(change.names)))


def _allow(problem: Problem, change: Change) -> Problem:
    def edit(job: Job) -> Job:
        return replace(job, excluded_units=job.excluded_units - {change.unit})

    return _with_job(problem, change.job, edit)


def _exclude(problem: Problem, change: Change) -> Problem:
    def edit(job: Job) -> Job:
        return replace(job, excluded_units=job.excluded_units | {change.unit})

    held = tuple(c for c in problem.commitments if not _turns_away(change, c))
    free = _unlock(replace(problem, commitments=held), change)
    return _with_job(free, change.job, edit)


def _unlock(problem: Problem, change: Change) -> Problem:
    commitments = tuple(
        replace(c, lock=Lock.FREE)
        if c.job_id == change.job and change.unit in ("", c.unit_id)
        else c
        for c in problem.commitments
    )
    return replace(problem, commitments=commitments)


def _fix(problem: Problem, change: Change) -> Problem:
    """Let one unit alone do the job, in any option; leaving it out is no choice."""
    others = frozenset(unit.id for unit in problem.units) - {change.unit}
    problem = replace(
        problem,
        commitments=tuple(
            replace(c, lock=Lock.FREE)
            if c.job_id == change.job and c.unit_id != change.unit and is_fixed(c)
            else c
            for c in problem.commitments
            if not _turns_away(change, c)
        ),
    )
    return _with_job(
        problem,
        change.job,
        lambda job: replace(job, excluded_units=others, unassigned_cny=MOST_CNY),
    )


def _turns_away(change: Change, it: Commitment) -> bool:
    """Return whether a change turns a unit away from a job, at the price of that."""
    if it.job_id != change.job or it.lock != Lock.FULL or it.release_cny is None:
        return False
    holds = it.unit_id == change.unit
    return (change.kind == "fix" and not holds) or (change.kind == "exclude" and holds)


def turned_away_cny(problem: Problem, changes: Iterable[Change]) -> float:
    """Return the price of the units that changes turn away: it is paid before anything is planned.

    In the problem with the changes their commitments are gone.
    """
    total = 0.0
    for change in changes:
        total += sum(c.release_cny or 0.0 for c in problem.commitments if _turns_away(change, c))
        problem = applied(problem, (change,))
    return total


def with_prices_of(changed: Problem, problem: Problem) -> Problem:
    """Return the changed problem with what leaving a job out costs in the problem before."""
    before = {job.id: job.unassigned_cny for job in problem.jobs}
    jobs = tuple(replace(job, unassigned_cny=before[job.id]) for job in changed.jobs)
    return replace(changed, jobs=jobs)


def _stock(problem: Problem, change: Change) -> Problem:
    return _with_unit(problem, change.unit, lambda u: replace(u, kwh=u.kwh + change.amount))


def _hard_end(problem: Problem, change: Change) -> Problem:
    def edit(unit: Unit) -> Unit:
        end_s = unit.hard_end_s
        return replace(unit, hard_end_s=None if end_s is None else end_s + round(change.amount))

    return _with_unit(problem, change.unit, edit)


def _latest(problem: Problem, change: Change) -> Problem:
    def edit(job: Job) -> Job:
        latest_s = job.latest_s
        return replace(job, latest_s=None if latest_s is None else latest_s + round(change.amount))

    return _with_job(problem, change.job, edit)


def _window(problem: Problem, change: Change) -> Problem:
    def edit(job: Job) -> Job:
        *others, last = job.windows
        longer = replace(last, latest_s=last.latest_s + round(change.amount))
        return replace(job, windows=(*others, longer))

    return _with_job(problem, change.job, edit)


def _way(problem: Problem, change: Change) -> Problem:
    matrix = problem.travel_s.copy()
    matrix[change.places] = 0
    return replace(problem, travel_s=matrix)


def _unlink(problem: Problem, change: Change) -> Problem:
    links = tuple(it for it in problem.links if change.job not in (it.before, it.after))
    return replace(problem, links=links)


def _without_unit(problem: Problem, change: Change) -> Problem:
    return replace(
        problem,
        units=tuple(unit for unit in problem.units if unit.id != change.unit),
        commitments=tuple(c for c in problem.commitments if c.unit_id != change.unit),
    )


def _add_unit(problem: Problem, change: Change) -> Problem:
    extra = () if change.new_unit is None else (change.new_unit,)
    return replace(problem, units=(*problem.units, *extra))


KINDS: dict[str, tuple[Words, Callable[[Problem, Change], Problem]]] = {
    "latest": (
        Words("{job} 的最晚时间推迟 {duration}", "{job} may start {minutes} later"),
        _latest,
    ),
    "window": (
        Words("{job} 的最后时间窗延长 {duration}", "the last window of {job} ends {minutes} later"),
        _window,
    ),
    "hard_end": (
        Words("{unit} 的下班时间推迟 {duration}", "the shift of {unit} ends {minutes} later"),
        _hard_end,
    ),
    "stock": (Words("{unit} 多带 {kwh} kWh", "{unit} has {kwh} kWh more"), _stock),
    "allow": (
        Words("取消 {unit} 对 {job} 的拒绝", "{unit} is no longer excluded from {job}"),
        _allow,
    ),
    "unlock": (Words("解除 {job} 的锁定", "the lock of {job} is lifted"), _unlock),
    "skill": (Words("{unit} 具备 {names}", "{unit} has {names}"), _skill),
    "unlink": (
        Words("{job} 不再与其他任务关联", "{job} is no longer tied to other jobs"),
        _unlink,
    ),
    "way": (
        Words(
            "开通从地点 {origin} 到 {destination} 的道路",
            "a way from place {origin} to place {destination} opens",
        ),
        _way,
    ),
    "fix": (Words("{job} 固定给 {unit}", "{job} is locked to {unit}"), _fix),
    "exclude": (Words("{unit} 不做 {job}", "{unit} does not do {job}"), _exclude),
    "without_unit": (Words("没有 {unit}", "{unit} is not there"), _without_unit),
    "add_unit": (Words("增加 {unit}", "{unit} is added"), _add_unit),
}
"""Each kind of change: its sentence, and what it does; the first nine from small to large."""
