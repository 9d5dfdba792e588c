"""The rolling loop of one region: watch, snapshot, solve, check, commit (decision record 0003)."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from dispatch import contractors
from dispatch.commit import commit_plan
from dispatch.context import DispatchContext
from dispatch.contractors import next_deadline
from dispatch.decide import Decision, decide
from dispatch.decision_log import log_commit
from dispatch.incident import incident_number
from dispatch.offers_wanted import Wanted, offers_wanted
from dispatch.planning_failures import PlanningFailures
from dispatch.promise_keeping import enforce
from dispatch.promise_watch import judge, look, open_cases
from dispatch.reasons_to_plan import (
    WAKING,
    newly_placed,
    overdue,
    visits_due,
    visits_new,
    wants_first,
)
from dispatch.snapshot import Snapshot, build_snapshot
from dispatch.solver_process import (
    INSERT_FIRST,
    InlineSolver,
    Onto,
    Runner,
    WarmCore,
    WorkerSolver,
)
from dispatch.store import IncidentRow, is_open
from dispatch.visit_troubles import tell_missed, tell_not_begun, tell_overdue
from dispatch.wakes import Wakes
from dispatch.world import next_visit_at
from kernel.clock import ScaledClock, VirtualClock
from kernel.database import WriteSession
from kernel.errors import Conflict
from kernel.events import Event

_log = structlog.get_logger(__name__)

DEFAULT_ENGINE = "colgen"
"""Decides unless told otherwise (decision record 0015)."""

_POLL_S = 0.5
"""How often `Dispatcher.run_forever` looks whether it is to stop, wall-clock seconds."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A decision waiting for its commit.

    ``is_first`` where it only gives new calls their first units: nobody is asked to help before
    the search that follows has found what own units can do.
    """

    snapshot: Snapshot
    decision: Decision
    commit_at: datetime
    is_first: bool = False


class Dispatcher:
    """Plans one region, again and again.

    Parameters
    ----------
    service
        The region's world.
    engine
        An engine of the optimizer core.
    decision_charge_s
        A plan is put into force this long after its snapshot, by the service's clock.
    cadence_s
        Decide only at multiples of this since the start; ``None``: as soon as there is a reason.
    on_decision
        Told of each decision, before its commit.
    runner
        Where solving happens. By default a process of its own, and this thread on a virtual clock,
        which stands still meanwhile.
    """

    def __init__(
        self,
        service: DispatchContext,
        *,
        engine: str = DEFAULT_ENGINE,
        decision_charge_s: float = 0,
        cadence_s: float | None = None,
        runner: Runner | None = None,
        on_decision: Callable[[Decision], None] | None = None,
    ) -> None:
        self._on_decision = on_decision
        self._context = service
        self._engine = engine
        self._charge = timedelta(seconds=decision_charge_s)
        self._cadence_s = cadence_s
        self._runner = runner or _default_runner(service)
        self._wakes = Wakes(service.clock)
        self._awake = threading.Event()
        self._own_thread: int | None = None
        self._started_at = service.clock.now()
        self._n_inserted = 0
        self._pending: _Pending | None = None
        self._watch_at: datetime | None = None
        self._visit_at: datetime | None = None
        self._failures = PlanningFailures(service)
        self.n_decisions = 0
        self._assumed_free: dict[str, datetime] = {}
        self._unassigned: dict[int, str] = {}
        self._offers: Wanted = {}
        self._has_units = False
        service.database.on_commit(self._hear)
        self.wake("start")

    # ----------------------------------------------------------------------------- waking

    def wake(self, reason: str) -> None:
        """Ask for a new plan; may be called from any thread."""
        self._wakes.add(reason)
        self._awake.set()

    def next_due(self) -> datetime | None:
        """Return when `run_due` has something to do; ``None``: only once woken."""
        timing = self._context.settings.timing
        if self._failures.retry_at is not None:
            return self._no_later(self._failures.retry_at, max(timing.retry_s))
        if self._pending is not None:
            return self._no_later(self._pending.commit_at, self._charge.total_seconds())
        dues = [self._decide_at(), self._visit_at]
        if self._watch_at is not None:
            dues.append(self._no_later(self._watch_at, timing.watch_every_s))
        return min((due for due in dues if due is not None), default=None)

    def _no_later(self, due: datetime, wait_s: float) -> datetime:
        """Return ``due``, or now where it lies too far ahead: the clock was set back meanwhile."""
        now = self._context.clock.now()
        return now if due - now > timedelta(seconds=wait_s + 1) else due

    def run_due(self) -> bool:
        """Do what is due now and return whether anything was done; never raises."""
        due = self.next_due()
        if due is None or due > self._context.clock.now():
            return False
        self._failures.retry_at = None
        self._own_thread = threading.get_ident()
        try:
            self._run()
        except Conflict as conflict:
            self._plan_again(conflict)
        except Exception as error:  # noqa: BLE001 - told, logged and tried again
            self._back_off(error)
        finally:
            self._own_thread = None
        return True

    def run_forever(self, stop: threading.Event) -> None:
        """Run what is due as it comes due until ``stop`` is set."""
        while not stop.is_set():
            self._awake.wait(self._wall_wait_s())
            self._awake.clear()
            while not stop.is_set() and self.run_due():
                pass
            self._start_solver()

    def _start_solver(self) -> None:
        """Start the solver ahead of the first call, but not before there is a fleet."""
        if not (self._has_units and isinstance(self._runner, WorkerSolver)):
            return
        try:
            self._runner.start()
        except OSError as error:  # no memory: the next decision tries again, or does without
            _log.warning("solver.not_started", region=self._context.region, reason=str(error))

    def take_over(self) -> None:
        """Begin anew: another process may have planned since this one last did."""
        self._pending = None
        self._failures.retry_at = None
        self._failures.over()
        self._assumed_free.clear()
        self._unassigned.clear()
        self._offers.clear()
        self.wake("elected")

    def close(self) -> None:
        """Free the solver."""
        self._runner.close()

    def _hear(self, happened: tuple[Event, ...]) -> None:
        if threading.get_ident() == self._own_thread:
            return
        for event in happened:
            if event.region == self._context.region and event.kind in WAKING:
                self.wake(event.kind)

    def _wall_wait_s(self) -> float:
        due = self.next_due()
        if due is None:
            return _POLL_S
        clock = self._context.clock
        speed = clock.speed if isinstance(clock, ScaledClock) else 1.0
        return min(_POLL_S, max(0.0, (due - clock.now()).total_seconds() / speed))

    def _decide_at(self) -> datetime | None:
        """Return when the reasons at hand lead to a decision: now, or at the next beat."""
        since = self._wakes.since
        if since is None:
            return None
        if self._cadence_s is None:
            return min(since, self._context.clock.now())  # which may have been set back
        beats = math.ceil((since - self._started_at).total_seconds() / self._cadence_s)
        beat_at = self._started_at + timedelta(seconds=beats * self._cadence_s)
        return self._no_later(beat_at, self._cadence_s)

    # ---------------------------------------------------------------------------- one turn

    def _run(self) -> None:
        if self._pending is not None:
            pending, self._pending = self._pending, None
            self._put_into_force(pending)
            self._failures.over()
            return
        self._wakes.begin()
        snapshot = self._watch()
        decide_at = self._decide_at()
        if decide_at is not None and decide_at <= self._context.clock.now():
            self._decide(snapshot)
        else:  # after a decision, its commit enforces: a new plan may mend what is wrong now
            self._enforce()
            self._failures.over()

    def _watch(self) -> Snapshot:
        """Judge every open incident, and note why a new plan is needed."""
        context = self._context
        snapshot = self._freeze()
        with context.database.write() as session:
            expired = contractors.expire_offers(session, context)
            found = [f"nobody took {incident_number(it)}" for it in expired]
            found += tell_missed(session, context)
            tell_not_begun(session, context)
            tell_overdue(session, context)
            found += look(session, context, snapshot, open_cases(session, context.region))
            self._has_units = bool(snapshot.problem.units)
            self._plan_next_watch(session, snapshot)
        if expired:
            snapshot = self._freeze()  # in which they are not to be asked any more
        self._wakes.note(found + self._due(snapshot))
        return snapshot

    def _freeze(self) -> Snapshot:
        with self._context.database.read() as session:  # it takes a while: nobody waits for it
            return build_snapshot(session, self._context)

    def _enforce(self) -> None:
        with self._context.database.write() as session:
            cases = open_cases(session, self._context.region)
            enforce(session, self._context, cases, self._unassigned, self._offers)

    def _plan_next_watch(self, session: WriteSession, snapshot: Snapshot) -> None:
        """Look again in a while as long as anything is open, and when a visit is to be planned."""
        region = self._context.region
        self._visit_at = next_visit_at(session, self._context, snapshot.at)
        an_open = select(IncidentRow.id).where(is_open(region)).limit(1)
        busy = bool(snapshot.world.jobs) or session.scalars(an_open).first() is not None
        if not busy:
            self._watch_at = None
            return
        now = self._context.clock.now()
        self._watch_at = now + timedelta(seconds=self._context.settings.timing.watch_every_s)
        deadline = next_deadline(session, region)
        if deadline is not None and deadline >= now:
            self._watch_at = min(self._watch_at, deadline + timedelta(seconds=1))

    def _due(self, snapshot: Snapshot) -> list[str]:
        timing = self._context.settings.timing
        visits = visits_new(snapshot, self._unassigned) + visits_due(snapshot, timing)
        late = overdue(snapshot, self._assumed_free, timing)
        return late + newly_placed(snapshot, self._assumed_free) + visits

    def _decide(self, snapshot: Snapshot) -> None:
        reasons = self._wakes.take()
        is_first = self._wants_first(snapshot)
        try:
            snapshot, decision = self._first(snapshot) if is_first else self._searched(snapshot)
        except Exception:
            self._reinstate(reasons)
            raise
        self._count(decision)
        if decision.failures:
            self._failures.no_plan(decision.failures, used=decision.plan)
        if decision.plan is None:
            self._reinstate(reasons)
            self._failures.wait()
            self._enforce()  # no plan mends what is wrong now
            return
        pending = _Pending(snapshot, decision, snapshot.at + self._charge, is_first)
        if pending.commit_at <= self._context.clock.now():
            self._put_into_force(pending)
            self._failures.over()
        else:
            self._pending = pending

    def _first(self, snapshot: Snapshot) -> tuple[Snapshot, Decision]:
        """Give new calls their first units; a search follows."""
        decision = decide(snapshot, INSERT_FIRST, InlineSolver())
        self.wake("improve what was inserted")
        return snapshot, decision

    def _searched(self, snapshot: Snapshot) -> tuple[Snapshot, Decision]:
        """Return a decision and the snapshot that it is about: a newer one if calls came in."""
        self._n_inserted = 0
        found = decide(snapshot, self._engine, self._runner, meanwhile=self._insert_new_work)
        if self._n_inserted == 0 or found.plan is None:
            return snapshot, found
        newer = self._freeze()
        return newer, found.followed_by(decide(newer, INSERT_FIRST, InlineSolver(Onto(found.plan))))

    def _wants_first(self, snapshot: Snapshot) -> bool:
        above = self._context.settings.timing.insert_first_above
        return wants_first(snapshot, self._unassigned, above)

    def _insert_new_work(self) -> None:
        """Give calls that have come during a search their first units; never raises.

        What goes wrong is of no account: the reason stays, and the next turn plans the call.
        """
        at_once = self._cadence_s is None and not self._charge
        if not (at_once and self._wakes.take_new_work()):
            return
        try:
            snapshot = self._freeze()
            if not wants_first(snapshot, self._unassigned, above=0):
                return
            decision = decide(snapshot, INSERT_FIRST, InlineSolver())
            self._count(decision)
            if decision.plan is not None:
                self._put_into_force(_Pending(snapshot, decision, snapshot.at, is_first=True))
                self._n_inserted += 1
        except Conflict as conflict:
            _log.info("insertion.stale", region=self._context.region, reason=conflict.message)
        except Exception:  # noqa: BLE001 - logged, and the search goes on
            _log.exception("insertion.failed", region=self._context.region)

    def _count(self, decision: Decision) -> None:
        self.n_decisions += 1
        if self._on_decision is not None:
            self._on_decision(decision)

    def _put_into_force(self, pending: _Pending) -> None:
        """Commit, then judge and enforce with the new plan, all in one transaction."""
        context, plan = self._context, pending.decision.plan
        snapshot = pending.snapshot
        left_out = () if plan is None else snapshot.left_out(plan)
        unassigned = {snapshot.jobs[it.job_id].id: it.reason for it in left_out}
        offers = self._offers
        if plan is not None and not pending.is_first:
            offers = offers_wanted(snapshot, plan, left_out, context.settings)
        with context.database.write() as session:
            committed = commit_plan(session, context, snapshot, pending.decision)
            cases = open_cases(session, context.region)
            look(session, context, snapshot, cases)
            reasons = enforce(session, context, cases, unassigned, offers, committed.turned_away)
        self._unassigned, self._offers = unassigned, offers
        self._assumed_free = dict(snapshot.free_at)
        log_commit(context.region, snapshot, pending.decision, committed)
        if committed.skipped:
            self.wake("jobs moved on during the decision")
        for reason in reasons:
            self.wake(reason)

    # ------------------------------------------------------------------------- misfortunes

    def _plan_again(self, conflict: Conflict) -> None:
        """Plan anew: the world moved on between snapshot and commit."""
        self._failures.stale(conflict)
        self._reinstate([conflict.code])
        if self._failures.retry_at is not None:
            self._keep_watch(self._enforce)

    def _back_off(self, error: Exception) -> None:
        self._failures.broke(error)
        self._reinstate(["retry"])
        self._keep_watch(self._judge_by_targets, self._enforce)

    def _keep_watch(self, *todo: Callable[[], None]) -> None:
        for do in todo:
            try:
                do()
            except Exception:  # noqa: BLE001 - whatever broke the turn may break these as well
                _log.exception("dispatcher.not_watched", region=self._context.region)

    def _judge_by_targets(self) -> None:
        """Do what needs no snapshot: let offers expire, and judge by targets and the last ETAs."""
        context = self._context
        with context.database.write() as session:
            contractors.expire_offers(session, context)
            tell_missed(session, context)
            tell_not_begun(session, context)
            tell_overdue(session, context)
            for case in open_cases(session, context.region):
                judge(session, context.clock.now(), case.incident)

    def _reinstate(self, reasons: Iterable[str]) -> None:
        for reason in reasons:
            self.wake(reason)


def _default_runner(service: DispatchContext) -> Runner:
    if isinstance(service.clock, VirtualClock):
        return InlineSolver()
    timing = service.settings.timing
    return WorkerSolver(timing.solver_timeout_s, solve=WarmCore(timing.solver_limit_s))
