"""What is different between two plans for the same jobs, in words and in minutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dispatch.core.changes import duration
from dispatch.core.model import TERMS, Plan
from kernel.words import Words

LEAST_S = 30
"""Arrivals that move by less than this are not worth a word, seconds."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, about one job.

    Attributes
    ----------
    kind
        One of `KINDS`.
    before_unit, after_unit
        Who does it; ``None``: nobody.
    later_s
        How much later it is reached (negative: earlier); ``None`` where it is not done in both.
    """

    kind: str
    job_id: str
    before_unit: str | None
    after_unit: str | None
    later_s: int | None
    words: Words


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """All differences, the largest first, and what the second plan costs more, by term."""

    jobs: tuple[Difference, ...]
    extra_cny: float
    terms: Mapping[str, float]
    words: Words


KINDS: Mapping[str, Words] = {
    "left_out": Words("{job} 不再由 {before} 完成。", "{job} is left out; {before} had it."),
    "taken_in": Words("{job} 由 {after} 完成。", "{job} is done, by {after}."),
    "moved": Words(
        "{job} 由 {before} 改给 {after}{time}。", "{job} goes from {before} to {after}{time}."
    ),
    "option": Words("{job} 改为 {option}{time}。", "{job} is done as {option}{time}."),
    "later": Words("{job} 晚到 {late}。", "{job} is reached {late} later."),
    "earlier": Words("{job} 早到 {late}。", "{job} is reached {late} earlier."),
}
"""What may have become of a job, most important first."""


def diff(before: Plan, after: Plan) -> PlanDiff:
    """Return what the second plan does otherwise; nothing where arrivals move by seconds only."""
    found = sorted(_differences(before, after), key=_rank)
    terms = {name: after.terms.get(name, 0.0) - before.terms.get(name, 0.0) for name in TERMS}
    extra_cny = after.cost_cny - before.cost_cny
    return PlanDiff(
        jobs=tuple(found),
        extra_cny=extra_cny,
        terms={name: cny for name, cny in terms.items() if abs(cny) > 1e-9},
        words=_summary(found, extra_cny),
    )


@dataclass(frozen=True, slots=True)
class _Done:
    unit: str
    option: str
    arrival_s: int


def _done(plan: Plan) -> dict[str, _Done]:
    return {
        it.job_id: _Done(route.unit_id, it.option, it.arrival_s)
        for route in plan.routes
        for it in route.jobs
    }


def _differences(before: Plan, after: Plan) -> Iterator[Difference]:
    was, now = _done(before), _done(after)
    for job_id in sorted(was.keys() | now.keys()):
        found = _difference(job_id, was.get(job_id), now.get(job_id))
        if found is not None:
            yield found


def _difference(job_id: str, was: _Done | None, now: _Done | None) -> Difference | None:
    later_s = None if was is None or now is None else now.arrival_s - was.arrival_s
    kind = _kind(was, now, later_s or 0)
    if kind is None:
        return None
    late, time = duration(abs(later_s or 0)), _time(later_s or 0)
    names = {
        "job": job_id,
        "before": None if was is None else was.unit,
        "after": None if now is None else now.unit,
        "option": None if now is None else now.option,
    }
    words = Words(
        zh=KINDS[kind].zh.format(**names, late=late.zh, time=time.zh),
        en=KINDS[kind].en.format(**names, late=late.en, time=time.en),
    )
    return Difference(kind, job_id, names["before"], names["after"], later_s, words)


def _kind(was: _Done | None, now: _Done | None, later_s: int) -> str | None:
    if was is None or now is None:
        return "taken_in" if was is None else "left_out"
    if was.unit != now.unit:
        return "moved"
    if was.option != now.option:
        return "option"
    if abs(later_s) < LEAST_S:
        return None
    return "later" if later_s > 0 else "earlier"


def _time(later_s: int) -> Words:
    if abs(later_s) < LEAST_S:
        return Words("", "")
    late = duration(abs(later_s))
    if later_s > 0:
        return Words(f"，晚到 {late.zh}", f", {late.en} later")
    return Words(f"，早到 {late.zh}", f", {late.en} earlier")


def _rank(it: Difference) -> tuple[int, int, str]:
    return list(KINDS).index(it.kind), -abs(it.later_s or 0), it.job_id


def _summary(found: list[Difference], extra_cny: float) -> Words:
    if not found and abs(extra_cny) < 0.005:
        return Words("没有变化。", "Nothing changes.")
    later_s = sum(it.later_s or 0 for it in found)
    time, cny = duration(abs(later_s)), abs(extra_cny)
    zh, en = [f"{len(found)} 个任务有变化"], [f"{len(found)} job(s) change"]
    if later_s:
        zh.append(f"到达合计{'早' if later_s < 0 else '晚'} {time.zh}")
        en.append(f"{time.en} {'earlier' if later_s < 0 else 'later'} in all")
    zh.append(f"{'少花' if extra_cny < 0 else '多花'} {cny:.0f} 元")
    en.append(f"{cny:.0f} CNY {'less' if extra_cny < 0 else 'more'}")
    return Words(zh="，".join(zh) + "。", en=", ".join(en) + ".")
