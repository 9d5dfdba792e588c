"""What is said of one unit and one job: the verdict, its words, and the order of verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.core.changes import Change, duration
from dispatch.core.reasons import STAGES
from kernel.words import Words

RULE_OF_CHANGE = {
    "latest": "window",
    "window": "window",
    "hard_end": "window",
    "stock": "stock",
    "allow": "no_unit_has",
    "skill": "no_unit_has",
    "unlock": "lock",
    "way": "unreachable",
    "unlink": "linked",
}
"""The rule that each kind of change answers: one of `reasons.STAGES`, or ``linked``."""


@dataclass(frozen=True, slots=True)
class UnitVerdict:
    """What it would mean to let one unit do the job.

    Attributes
    ----------
    verdict
        ``chosen``, ``possible`` or ``forbidden``.
    words
        The verdict for people.
    rule, changes, missing
        Of a forbidden unit: the first rule that stops it, the smallest changes that together would
        allow it, and the skills and equipment among them.
    method
        ``insertion`` or ``resolve``; see the module.
    option, position
        How, and the 0-based place in the unit's route.
    arrival_s
        Arrival at the job, seconds since the epoch of the problem.
    extra_cny, extra_terms
        What the plan costs with this unit more than the plan at hand, and by term; nothing for the
        chosen one.
    job_cny, terms
        What the plan costs with this unit more than it would without the job, and by term.
    delays_s
        How much later other jobs are reached than they would be without the job, by id.
    left_out
        Jobs of the plan at hand that would not be done any more.
    """

    unit_id: str
    verdict: str
    words: Words
    rule: str | None = None
    changes: tuple[Change, ...] = ()
    missing: tuple[str, ...] = ()
    method: str = "insertion"
    option: str | None = None
    position: int | None = None
    arrival_s: int | None = None
    extra_cny: float | None = None
    extra_terms: Mapping[str, float] = field(default_factory=dict)
    job_cny: float | None = None
    terms: Mapping[str, float] = field(default_factory=dict)
    delays_s: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def rank(verdict: UnitVerdict) -> tuple[bool, float, bool, str]:
    """Return what verdicts are sorted by: cheapest first, forbidden ones last."""
    if verdict.extra_cny is None:
        stages = (*STAGES, "linked")
        return True, -float(stages.index(verdict.rule or "lock")), True, verdict.unit_id
    return False, round(verdict.extra_cny, 6), verdict.verdict != "chosen", verdict.unit_id


def forbidden(unit: str, changes: tuple[Change, ...]) -> UnitVerdict:
    """Return the verdict on a unit that could do a job only after some changes."""
    stages = (*STAGES, "linked")
    rule = min((RULE_OF_CHANGE[it.kind] for it in changes), key=stages.index)
    zh = "，且 ".join(it.words.zh for it in changes)
    en = " and ".join(it.words.en for it in changes)
    return UnitVerdict(
        unit_id=unit,
        verdict="forbidden",
        words=Words(zh=f"{unit} 不能承担，除非 {zh}。", en=f"{unit} cannot do it, unless {en}."),
        rule=rule,
        changes=changes,
        missing=tuple(name for it in changes for name in it.names),
    )


def possible_words(unit: str, option: str, verdict: str, arrival_s: int, extra_cny: float) -> Words:
    """Return the sentence on a unit that does a job or could do it."""
    there = duration(arrival_s)
    if verdict == "chosen":
        return Words(
            zh=f"已选 {unit}（{option}），{there.zh}后到达。",
            en=f"{unit} does it ({option}), there in {there.en}.",
        )
    cny, dearer = abs(extra_cny), round(extra_cny) >= 0
    more = Words("多花", "more") if dearer else Words("少花", "less")
    return Words(
        zh=f"{unit} 可以承担（{option}），{there.zh}后到达，{more.zh} {cny:.0f} 元。",
        en=f"{unit} could do it ({option}), there in {there.en}, for {cny:.0f} CNY {more.en}.",
    )
