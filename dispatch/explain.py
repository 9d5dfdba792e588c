"""Why this unit, and which would be next: every unit of the region, judged for one incident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dispatch.context import DispatchContext
from dispatch.contractor_choice import can_do, may_be_left
from dispatch.core.by_hand import overruled
from dispatch.core.changes import Change, duration
from dispatch.core.diverted import to_divert
from dispatch.core.evaluate import plan_from_tours
from dispatch.core.explain import Explainer
from dispatch.core.insertion import Pricer
from dispatch.core.model import Lock, Plan
from dispatch.core.verdict import UnitVerdict
from dispatch.core.warm import plan_in_force
from dispatch.diversion import Diverting, diverting
from dispatch.incident import incident_number
from dispatch.job import Job
from dispatch.lacking import label
from dispatch.snapshot import Snapshot, build_snapshot, job_key
from dispatch.store import incident_row, job_of, open_job_row
from dispatch.world import PLANNED, holder
from fleet.model import Ownership, Unit
from fleet.states import UnitState
from fleet.store import units_of
from kernel.errors import Conflict
from kernel.words import Words


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Why a unit cannot do it: a stable rule, and a sentence.

    ``declined`` is whether its technician has declined the job as well; where that is all
    (rule ``declined``), a dispatcher may send it all the same.
    """

    rule: str
    text: Words
    declined: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """Another incident that would be reached later, ``delay_s`` > 0."""

    incident_id: int
    delay_s: int

    @property
    def incident_number(self) -> str:
        """What people call it."""
        return incident_number(self.incident_id)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What it would mean to send one unit.

    Attributes
    ----------
    arrival_at, on_time
        When it would be there, all else in the plan as it is, and whether that keeps the promise.
    locked_to
        Code of the other unit that the job is locked to: sending this one lifts the lock.
    diverting
        What happens if it leaves the job that it is ordered or rolls to for this one at once;
        ``None``: there is none to leave.
    extra_cost_cny, terms
        What the plan costs with it more than without the incident, in all and by term.
    forbidden
        Set for units that cannot do it; nothing else is said of them then.
    effects
        Who would be reached later, all else as it is. Nobody where it can only be there by
        ``arrival_at`` if it is diverted: ``diverting`` says what that means, and what it costs is
        the cost of that.
    """

    unit: Unit
    chosen: bool
    option: str | None = None
    arrival_at: datetime | None = None
    on_time: bool = False
    locked_to: str | None = None
    diverting: Diverting | None = None
    extra_cost_cny: float | None = None
    terms: Mapping[str, float] = field(default_factory=dict)
    forbidden: Forbidden | None = None
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Helper:
    """What it would mean to leave an incident to a contractor.

    Attributes
    ----------
    from_at, to_at
        When it would be there, as far as can be guessed.
    price_cny
        What it charges.
    own_time_cny
        What the time of own units is worth that it is expected to save.
    extra_cost_cny
        Comparable with a unit's: its price and the delay to expect, without the own time it saves.
    asked
        Whether it has the offer now.
    """

    name: str
    from_at: datetime
    to_at: datetime
    price_cny: float
    own_time_cny: float
    extra_cost_cny: float
    asked: bool


@dataclass(frozen=True, slots=True)
class SilentHelper:
    """A contractor that could do it, and is not asked because it does not answer.

    Attributes
    ----------
    n_offers, since_at
        How many offers it has let run out, and when the first of them was made.
    again_at
        From when on it is tried again, with one offer at a time.
    """

    name: str
    n_offers: int
    since_at: datetime
    again_at: datetime


@dataclass(frozen=True, slots=True)
class Candidates:
    """All own units of the region, best first, judged against the plan of that version.

    ``helper`` is the best contractor where the plan may leave the incident to one.
    """

    plan_version: int
    items: tuple[Candidate, ...]
    helper: Helper | None = None
    silent: tuple[SilentHelper, ...] = ()


RULES: Mapping[str, Words] = {
    "lock": Words(zh="该车已锁定其他任务，无法兼顾。", en="What is locked to it leaves no room."),
    "no_unit_has": Words(zh="该车不能承担此任务。", en="It may not do this job."),
    "missing": Words(zh="缺少：{missing}。", en="It lacks {missing}."),
    "declined": Words(zh="该车技师已拒绝此任务。", en="Its technician has declined this job."),
    "unreachable": Words(zh="没有可通行的道路。", en="No road leads there."),
    "stock": Words(zh="剩余电量差 {kwh} kWh。", en="Its energy stock is {kwh} kWh short."),
    "window": Words(zh="将晚到 {time_zh}。", en="It would come {time_en} too late."),
    "hard_end": Words(
        zh="将在下班后 {time_zh}才结束。", en="It would finish {time_en} after its shift."
    ),
    "linked": Words(zh="关联的任务无法配合。", en="The job it is tied to does not fit."),
    "off_shift": Words(zh="该车未在班。", en="It is off shift."),
    "paused": Words(zh="该车正在休息。", en="It is on a break."),
    "no_position": Words(zh="该车位置未知。", en="Where it is, is not known."),
    "at_the_car": Words(zh="已有车辆在现场作业。", en="Another unit is at the car already."),
    "contractor": Words(
        zh="已由外协处理，请先收回。", en="A contractor has it: take it back first."
    ),
}
"""Each rule in words: the optimizer's with the smallest change it would take, then our own."""

RULE_OF = {"latest": "window", "skill": "missing", "allow": "no_unit_has", "unlock": "lock",
           "way": "unreachable", "unlink": "linked"}  # fmt: skip
"""The words for each kind of change, where they are not called the same."""


def candidates(session: Session, context: DispatchContext, incident_id: int) -> Candidates:
    """Return every own unit of the region, judged for an incident.

    Raises
    ------
    NotFound
        When there is no such incident.
    Conflict
        When it needs nobody any more.
    """
    job = job_to_judge(session, incident_id)
    return Judge.at(Moment.of(session, context)).judged(job)


def job_to_judge(session: Session, incident_id: int) -> Job:
    """Return the job of an incident that somebody could be sent to.

    Raises
    ------
    NotFound
        When there is no such incident.
    Conflict
        When it needs nobody any more.
    """
    incident_row(session, incident_id)
    row = open_job_row(session, incident_id)
    if row is None:
        number = incident_number(incident_id)
        raise Conflict(
            f"{number} needs nobody any more.",
            remedy="See its timeline instead.",
            zh=f"{number} 已不再需要派车，请查看其经过。",
        )
    return job_of(row)


@dataclass(frozen=True, slots=True)
class Moment:
    """The region at one instant, all that units are judged by; ``own`` are those it may send."""

    snapshot: Snapshot
    own: tuple[Unit, ...]

    @classmethod
    def of(cls, session: Session, context: DispatchContext) -> Moment:
        """Return the region as it is now."""
        units = units_of(session, context.region)
        own = tuple(unit for unit in units if unit.ownership is Ownership.OWN)
        return cls(build_snapshot(session, context, to_divert=True), own)

    @property
    def plan_version(self) -> int:
        """Version of the plan in force then."""
        return self.snapshot.world.plan_version

    def knows(self, job: Job) -> bool:
        """Return whether a job is now as it was then."""
        was = next((it for it in self.snapshot.world.jobs if it.id == job.id), None)
        return was is not None and was.version == job.version


@dataclass(frozen=True, slots=True)
class Judge:
    """The region at one instant and its plan in force, to judge units for any of its incidents."""

    moment: Moment
    plan: Plan
    explainer: Explainer
    to_divert: Explainer

    @classmethod
    def at(cls, moment: Moment) -> Judge:
        """Return the judge of an instant."""
        pricer = Pricer.of(moment.snapshot.problem)
        tours = plan_in_force(pricer)
        plan = plan_from_tours(pricer.compiled, tours.routes, engine="in force")
        explainer = Explainer.of(pricer, plan)
        return cls(moment, plan, explainer, to_divert(explainer, plan))

    def judged(self, job: Job) -> Candidates:
        """Return every own unit of the region, judged for a job."""
        judged = self._verdicts(job)
        known = {candidate.unit.id for candidate in judged}
        outside = [_outside(unit, job) for unit in self.moment.own if unit.id not in known]
        outside.sort(key=lambda candidate: not candidate.chosen)
        helper = _helper(self.moment.snapshot, job)
        silent = _silent(self.moment.snapshot, job, helper)
        return Candidates(self.moment.plan_version, (*judged, *outside), helper, silent)

    def _verdicts(self, job: Job) -> list[Candidate]:
        """Return the units of the problem, cheapest first; none once somebody is at the car."""
        snapshot = self.moment.snapshot
        if job_key(job.id) not in snapshot.jobs:
            return []
        judge = self._overruling(job)
        found = [
            _candidate(snapshot, job, it, diverting(snapshot, judge.to_divert, job, it))
            for it in judge.explainer.verdicts(job_key(job.id))
        ]
        return sorted(found, key=_by_cost)

    def _overruling(self, job: Job) -> Judge:
        """Return the judge of a job as a hand finds it: it overrules locks and refusals."""
        key, before = job_key(job.id), self.explainer.pricer.compiled.problem
        back = self.moment.snapshot.taken_back.get(key)
        problem = overruled(before, key, 0.0 if back is None else back.release_cny)
        if problem is before:
            return self
        explainer = Explainer.of(Pricer.of(problem), self.plan)
        return replace(self, explainer=explainer, to_divert=to_divert(explainer, self.plan))


def _helper(snapshot: Snapshot, job: Job) -> Helper | None:
    """Return what the best contractor would mean for a job."""
    outside = snapshot.outside.get(job_key(job.id))
    if outside is None or job.incident_id is None:
        return None
    guess = outside.guess
    spread = timedelta(seconds=guess.spread_s)
    about = snapshot.world.asked.get(job.incident_id, {}).get(guess.contractor.id)
    return Helper(
        name=guess.contractor.name,
        from_at=max(snapshot.at, guess.arrival_at - spread),
        to_at=guess.arrival_at + spread,
        price_cny=guess.price_cny,
        own_time_cny=outside.saved_cny,
        extra_cost_cny=outside.cny,
        asked=about is not None and about.is_open,
    )


def _silent(snapshot: Snapshot, job: Job, helper: Helper | None) -> tuple[SilentHelper, ...]:
    """Return the silent contractors that a job could be left to, but the one that it may be."""
    world = snapshot.world
    if job_key(job.id) not in snapshot.jobs or not may_be_left(job):
        return ()
    return tuple(
        SilentHelper(it.name, found.n_offers, found.since_at, found.again_at)
        for it in world.contractors
        if (found := world.silent.get(it.id)) is not None
        and can_do(it, job)
        and (helper is None or helper.name != it.name)
    )


def _candidate(
    snapshot: Snapshot, job: Job, verdict: UnitVerdict, if_diverted: Diverting | None
) -> Candidate:
    unit = snapshot.units[verdict.unit_id]
    chosen = unit.id == holder(job)
    if verdict.verdict == "forbidden" or verdict.arrival_s is None:
        return Candidate(unit, chosen, forbidden=_forbidden(unit, job, verdict))
    if unit.id in job.declined_by:
        declined = Forbidden("declined", RULES["declined"], declined=True)
        return Candidate(unit, chosen, option=verdict.option, forbidden=declined)
    arrival_at = snapshot.instant(verdict.arrival_s)
    found = Candidate(
        unit=unit,
        chosen=chosen,
        option=verdict.option,
        arrival_at=arrival_at,
        on_time=arrival_at <= job.target_at,
        locked_to=None if chosen else _locked_to(snapshot, job),
        diverting=if_diverted,
        extra_cost_cny=verdict.job_cny,
        terms=dict(verdict.terms),
        effects=_effects(snapshot, verdict),
    )
    if if_diverted is None or verdict.position != 0:
        return found
    terms = dict(if_diverted.terms)
    return replace(found, extra_cost_cny=sum(terms.values()), terms=terms, effects=())


def _by_cost(candidate: Candidate) -> tuple[bool, float]:
    """Return what candidates are sorted by; those that cost the same stay as verdicts are."""
    cny = candidate.extra_cost_cny
    return cny is None, 0.0 if cny is None else round(cny, 6)


def _forbidden(unit: Unit, job: Job, verdict: UnitVerdict) -> Forbidden:
    rule = verdict.rule or "lock"
    said = [_needed(change) for change in verdict.changes] or [RULES[rule]]
    zh, en = "".join(it.zh for it in said), " ".join(it.en for it in said)
    return Forbidden(rule, Words(zh=zh, en=en), declined=unit.id in job.declined_by)


def _locked_to(snapshot: Snapshot, job: Job) -> str | None:
    """Return the code of the unit that somebody has locked a job to."""
    if job.lock is Lock.FREE:
        return None
    return next((it.code for it in snapshot.units.values() if it.id == holder(job)), None)


def _needed(change: Change) -> Words:
    """Return what stands in a unit's way, with how much it would take."""
    time = duration(change.amount)
    words = [label(name) for name in change.names]
    text = RULES[RULE_OF.get(change.kind, change.kind)]
    kwh, of_time = f"{change.amount:g}", {"time_zh": time.zh, "time_en": time.en}
    return Words(
        zh=text.zh.format(missing="、".join(w.zh for w in words), kwh=kwh, **of_time),
        en=text.en.format(missing=", ".join(w.en for w in words), kwh=kwh, **of_time),
    )


def _effects(snapshot: Snapshot, verdict: UnitVerdict) -> tuple[Effect, ...]:
    """Return which other incidents would be reached later, and by how much."""
    jobs = ((snapshot.jobs[job_id], delay_s) for job_id, delay_s in verdict.delays_s.items())
    return tuple(
        Effect(job.incident_id, delay_s) for job, delay_s in jobs if job.incident_id is not None
    )


def _outside(unit: Unit, job: Job) -> Candidate:
    """Return the verdict on a unit that is no part of the decision."""
    if unit.id == job.unit_id:
        return Candidate(unit, chosen=True, option=job.option, arrival_at=job.arrived_at,
                         on_time=job.arrived_at is not None and job.arrived_at <= job.target_at)  # fmt: skip  # noqa: E501
    if unit.state in (UnitState.OFF_SHIFT, UnitState.PAUSED):
        rule = unit.state.value
    elif unit.position is None:
        rule = "no_position"
    else:
        rule = "contractor" if job.state in PLANNED else "at_the_car"
    forbidden = Forbidden(rule, RULES[rule], declined=unit.id in job.declined_by)
    return Candidate(unit, chosen=False, forbidden=forbidden)
