"""A checked plan becomes rows: one transaction, compare-and-set, each job looked at again.

What moved on since the snapshot is left as it is; the event that moved it wakes the loop anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, select, update

from dispatch import orders
from dispatch.context import DispatchContext
from dispatch.core import model as core
from dispatch.decide import Decision
from dispatch.ended_locks import tell_plan_ended_lock
from dispatch.job import Job, JobState
from dispatch.outside import LEFT_TO_CONTRACTOR
from dispatch.snapshot import Snapshot, job_key
from dispatch.store import JobRow, PlanRow, RegionRow, active_job_row
from dispatch.world import holder
from fleet.states import UnitState
from fleet.store import get_unit
from kernel import events
from kernel.database import WriteSession
from kernel.errors import StalePlan

ARRIVAL_NOISE_S = 30
"""A planned arrival that moves by less is not written again."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit did.

    Attributes
    ----------
    version
        Of the plan in force afterwards.
    changed
        Whether anything but arrival times differs from the plan before; if not, the version stays.
    skipped
        Jobs (row ids) that had moved on since the snapshot.
    turned_away
        Incidents whose rolling unit was turned away: whether to another one.
    """

    version: int
    changed: bool
    skipped: tuple[int, ...] = ()
    turned_away: Mapping[int, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """What the new plan says of one job."""

    unit_id: int
    option: str
    sequence: int
    arrival_at: datetime
    depart_at: datetime


def commit_plan(
    session: WriteSession, context: DispatchContext, snapshot: Snapshot, decision: Decision
) -> Committed:
    """Put a plan into force inside the caller's transaction, which any error must roll back.

    Raises
    ------
    StalePlan
        When another plan, or a dispatcher's hand, came in between.
    JobTaken
        When the database refuses a second active job of a unit.
    """
    return _Commit(session, context, snapshot, decision).run()


def bump_version(session: WriteSession, region: str, seen: int) -> int:
    """Compare-and-set the version of the plan in force and return the new one.

    Raises
    ------
    StalePlan
        When it is not ``seen`` any more.
    """
    changed = cast(
        CursorResult[Any],
        session.execute(
            update(RegionRow)
            .where(RegionRow.name == region, RegionRow.plan_version == seen)
            .values(plan_version=seen + 1)
            .execution_options(synchronize_session=False)
        ),
    )
    if changed.rowcount != 1:
        raise StalePlan(
            f"Plan {seen} of {region!r} is not in force any more.",
            remedy="Read the plan again.",
            zh="计划已更新，请查看后重试。",
        )
    return seen + 1


@dataclass(slots=True)
class _Commit:
    """One commit under way."""

    session: WriteSession
    context: DispatchContext
    snapshot: Snapshot
    decision: Decision
    rows: dict[int, JobRow] = field(default_factory=dict)
    skipped: list[int] = field(default_factory=list)
    turned_away: dict[int, bool] = field(default_factory=dict)

    def run(self) -> Committed:
        """Put the plan into force and return what that did."""
        seen = self.snapshot.world.plan_version
        plan = self.decision.plan
        if plan is None:
            return Committed(seen, changed=False)
        self._load()
        wanted = self._wanted(plan)
        if self._is_in_force(plan, wanted):
            self._hold(seen)
            self._refresh(wanted)
            return Committed(seen, changed=False, skipped=tuple(self.skipped))
        version = bump_version(self.session, self.context.region, seen)
        for job in self._movable():
            self._take_back(job, wanted)
        for job in self._movable():
            planned = wanted.get(job.id)
            if planned is None or planned.unit_id != holder(job):
                self._end_lock(self.rows[job.id], holder(job))
            self._write(self.rows[job.id], planned)
        orders.flush(self.session)
        for job, planned in self._firsts(wanted):
            self._order_if_due(self.rows[job.id], planned)
        self._store(plan, version)
        skipped = tuple(self.skipped)
        return Committed(version, changed=True, skipped=skipped, turned_away=self.turned_away)

    @property
    def now(self) -> datetime:
        return self.context.clock.now()

    # ------------------------------------------------------------------- what is still as seen

    def _load(self) -> None:
        """Read the jobs of the snapshot again and note which have moved on."""
        ids = [job.id for job in self.snapshot.jobs.values()]
        query = select(JobRow).where(JobRow.id.in_(ids)).order_by(JobRow.id)
        self.rows = {row.id: row for row in self.session.scalars(query)}
        self.skipped = [
            job.id
            for job in self.snapshot.jobs.values()
            if job.id not in self.rows or self.rows[job.id].version != job.version
        ]

    def _movable(self) -> Iterator[Job]:
        return (job for job in self.snapshot.jobs.values() if job.id not in self.skipped)

    def _hold(self, seen: int) -> None:
        """Make sure that the plan seen is still in force, without a new version."""
        now_in_force = self.session.scalar(
            select(RegionRow.plan_version).where(RegionRow.name == self.context.region)
        )
        if now_in_force != seen:
            raise StalePlan(
                f"Plan {seen} is not in force any more.",
                remedy="Plan again.",
                zh="计划已更新，请查看后重试。",
            )

    # --------------------------------------------------------------------- what the plan wants

    def _wanted(self, plan: core.Plan) -> dict[int, Planned]:
        """Return what the plan says of each movable job; places in the sequence close up."""
        wanted: dict[int, Planned] = {}
        for route in plan.routes:
            unit = self.snapshot.units[route.unit_id]
            jobs = [(self.snapshot.jobs[p.job_id], p) for p in route.jobs]
            kept = [(job, p) for job, p in jobs if job.id not in self.skipped]
            offset = sum(
                1 for job, _ in jobs if job.id in self.skipped and self._holds(job, unit.id)
            )
            for sequence, (job, p) in enumerate(kept, start=offset):
                wanted[job.id] = Planned(
                    unit_id=unit.id,
                    option=p.option,
                    sequence=sequence,
                    arrival_at=self.snapshot.instant(
                        p.arrival_s if job.appointment_id is None else p.start_s
                    ),
                    depart_at=self.snapshot.instant(p.start_s - p.drive_s),
                )
        return wanted

    def _holds(self, job: Job, unit_id: int) -> bool:
        """Return whether the unit holds a skipped job all the same."""
        row = self.rows.get(job.id)
        return row is not None and orders.is_active(row) and row.unit_id == unit_id

    def _is_in_force(self, plan: core.Plan, wanted: dict[int, Planned]) -> bool:
        """Return whether the plan asks for nothing new."""
        if any(not _same(self.rows[job.id], wanted.get(job.id)) for job in self._movable()):
            return False
        if self._leaves_others_out(plan):
            return False
        return not any(self._can_order(self.rows[job.id], p) for job, p in self._firsts(wanted))

    def _leaves_others_out(self, plan: core.Plan) -> bool:
        """Return whether other calls are left to contractors than the plan in force says."""
        left = _left_to_contractors(asdict(it) for it in self.snapshot.left_out(plan))
        if not left:
            return False
        stored = self.session.scalar(
            select(PlanRow.plan)
            .where(PlanRow.region == self.context.region)
            .order_by(PlanRow.version.desc())
            .limit(1)
        )
        return stored is None or not left <= _left_to_contractors(stored["unassigned"])

    def _firsts(self, wanted: dict[int, Planned]) -> list[tuple[Job, Planned]]:
        firsts = [
            (job, wanted[job.id])
            for job in self._movable()
            if job.id in wanted and wanted[job.id].sequence == 0
        ]
        return sorted(firsts, key=lambda it: it[1].unit_id)

    # ------------------------------------------------------------------------- taking back

    def _take_back(self, job: Job, wanted: Mapping[int, Planned]) -> None:
        """Withdraw an ordered job, or divert a rolling unit, when the plan says so."""
        row, planned = self.rows[job.id], wanted.get(job.id)
        if not orders.is_active(row):
            return
        stays = planned is not None and planned.unit_id == row.unit_id and planned.sequence == 0
        if stays and planned is not None and planned.option == row.option:
            return
        price_cny = self._release_cny(job)
        was_rolling = row.state == JobState.ROLLING.value
        unit_id = orders.withdraw_job(self.session, row)
        if was_rolling and job.incident_id is not None:
            elsewhere = any(it.unit_id == unit_id for it in wanted.values())
            self.turned_away[job.incident_id] = elsewhere
        new_unit = None if planned is None else get_unit(self.session, planned.unit_id).code
        orders.tell(
            self.session,
            self.now,
            "job.diverted" if was_rolling else "job.withdrawn",
            row,
            unit_id=unit_id,
            payload={"price_cny": price_cny, "new_unit": new_unit},
        )

    def _release_cny(self, job: Job) -> float:
        """Return the price that the plan paid for taking the job away.

        Nothing where the unit is no part of the plan any more: it paused or went home.
        """
        commitments = self.snapshot.problem.commitments
        commitment = next((c for c in commitments if c.job_id == job_key(job.id)), None)
        if commitment is None:
            return 0.0
        if commitment.release_cny is None:
            raise StalePlan(
                f"Job {job.id} is fixed and may not be moved.",
                remedy="Plan again.",
                zh=f"任务 {job.id} 已锁定，不能移动。请查看最新计划后重试。",
            )
        return commitment.release_cny

    # ----------------------------------------------------------------------------- writing

    def _write(self, row: JobRow, planned: Planned | None) -> None:
        if _same(row, planned):
            self._write_arrival(row, planned)
            return
        before = row.planned_unit_id
        orders.clear_plan(row)
        if planned is not None:
            row.planned_unit_id, row.planned_option = planned.unit_id, planned.option
            row.planned_sequence, row.planned_arrival_at = planned.sequence, planned.arrival_at
        if row.planned_unit_id != before:
            orders.tell(
                self.session,
                self.now,
                "job.planned",
                row,
                unit_id=row.planned_unit_id,
                payload={"option": row.planned_option, "sequence": row.planned_sequence},
            )

    def _end_lock(self, row: JobRow, unit_id: int | None) -> None:
        """Leave a job to the plan whose unit, which it was locked to, cannot do it any more."""
        if row.lock != core.Lock.FREE.value and unit_id is not None:
            tell_plan_ended_lock(self.session, self.now, row, get_unit(self.session, unit_id))
        row.lock = core.Lock.FREE.value

    def _refresh(self, wanted: dict[int, Planned]) -> None:
        for job in self._movable():
            self._write_arrival(self.rows[job.id], wanted.get(job.id))

    def _write_arrival(self, row: JobRow, planned: Planned | None) -> None:
        if planned is None:
            return
        before = row.planned_arrival_at
        noise = timedelta(seconds=ARRIVAL_NOISE_S)
        if before is None or abs(planned.arrival_at - before) >= noise:
            row.planned_arrival_at = planned.arrival_at

    # ---------------------------------------------------------------------------- ordering

    def _can_order(self, row: JobRow, planned: Planned) -> bool:
        """Return whether the job is to be ordered at this instant."""
        if row.state != JobState.OPEN.value:
            return False
        lead = timedelta(seconds=self.context.settings.timing.appointment_lead_s)
        is_visit = row.appointment_id is not None
        if is_visit and planned.depart_at - lead > self.now:
            return False
        return get_unit(self.session, planned.unit_id).state is UnitState.IDLE and not self._bound(
            planned.unit_id
        )

    def _bound(self, unit_id: int) -> bool:
        """Return whether a unit has an active job, also one that the snapshot did not know."""
        return active_job_row(self.session, self.context.region, unit_id) is not None

    def _order_if_due(self, row: JobRow, planned: Planned) -> None:
        if self._can_order(row, planned):
            unit = get_unit(self.session, planned.unit_id)
            orders.order_job(self.session, self.now, row, unit, planned.option, planned.arrival_at)

    # ----------------------------------------------------------------------------- storing

    def _store(self, plan: core.Plan, version: int) -> None:
        self.session.add(
            PlanRow(
                region=self.context.region,
                version=version,
                created_at=self.now,
                cost_cny=plan.cost_cny,
                terms=dict(plan.terms),
                engine=plan.engine,
                decision_s=self.decision.decision_s,
                plan={
                    "snapshot_at": self.snapshot.at.isoformat(),
                    "event_seq": self.snapshot.world.event_seq,
                    "routes": [asdict(route) for route in plan.routes],
                    "unassigned": [asdict(it) for it in self.snapshot.left_out(plan)],
                    "skipped": list(self.skipped),
                    "checker": {"violations": 0, "n_rejected": self.decision.n_rejected},
                    "failures": list(self.decision.failures),
                    "lower_bound_cny": plan.lower_bound_cny,
                    "gap": self.decision.gap,
                    "relaxed": list(plan.relaxed),
                },
            )
        )
        events.append(
            self.session,
            self.now,
            "plan.committed",
            region=self.context.region,
            payload={
                "version": version,
                "cost_cny": round(plan.cost_cny, 2),
                "engine": plan.engine,
                "gap": None if self.decision.gap is None else round(self.decision.gap, 6),
                "n_unassigned": len(plan.unassigned),
            },
        )


def _left_to_contractors(unassigned: Iterable[Mapping[str, Any]]) -> set[str]:
    return {it["job_id"] for it in unassigned if it["reason"] == LEFT_TO_CONTRACTOR}


def _same(row: JobRow, planned: Planned | None) -> bool:
    """Return whether a row says already what the plan wants, but for the arrival."""
    if planned is None:
        return row.planned_unit_id is None and not orders.is_active(row)
    return (row.planned_unit_id, row.planned_option, row.planned_sequence) == (
        planned.unit_id,
        planned.option,
        planned.sequence,
    )
