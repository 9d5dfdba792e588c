"""What the rolling loop does about decisions that fail: try again, later each time, and tell."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from dispatch.alarms import AlarmKind, raise_alarm
from dispatch.context import DispatchContext
from dispatch.core.model import Plan
from dispatch.store import AlarmRow
from kernel import events
from kernel.errors import Conflict
from kernel.words import Words

_log = structlog.get_logger(__name__)

_PLANNING_FAILED = Words(
    zh="自动调度失败，沿用现有计划。请人工派单。",
    en="Planning failed; the plan in force stays. Assign by hand.",
)


CHANCES = 3
"""So often running plans may come too late before the dispatcher is told."""


class PlanningFailures:
    """The failures of one region since a turn of its loop last succeeded.

    Attributes
    ----------
    retry_at
        When to try again; ``None``: nothing waits to be tried again.
    """

    def __init__(self, context: DispatchContext) -> None:
        self._context = context
        self._n = 0
        self._is_told = False
        self.retry_at: datetime | None = None

    def over(self) -> None:
        """Forget them: a turn has succeeded."""
        self._n, self._is_told = 0, False

    def stale(self, conflict: Conflict) -> None:
        """Note that the world moved on between snapshot and commit; twice running, wait a while.

        Time after time that is no chance: something forbids every plan.
        """
        _log.info("plan.stale", region=self._context.region, reason=conflict.message)
        self._append("plan.stale", {"reason": conflict.message})
        self._n += 1
        if self._n > 1:
            self.wait()
        if self._n > CHANCES:
            self._alarm()

    def broke(self, error: Exception) -> None:
        """Note, while it is handled, what ended a turn; wait a while."""
        _log.exception("dispatcher.failed", region=self._context.region)
        self._append("plan.failed", {"reasons": [f"{type(error).__name__}: {error}"]})
        self._n += 1
        self.wait()
        if self._n > 1:  # once may be chance: a database that was gone for a moment
            self._alarm()

    def no_plan(self, reasons: tuple[str, ...], used: Plan | None) -> None:
        """Note why engines made no plan; ``used`` is that of the one that did, if any."""
        fallback = "none" if used is None else used.engine
        _log.warning("plan.failed", region=self._context.region, reasons=reasons)
        self._append("plan.failed", {"reasons": list(reasons), "fallback": fallback})
        if used is None:
            self._n += 1
            self._alarm()

    def wait(self) -> None:
        """Try again in a while, longer after each failure."""
        pauses = self._context.settings.timing.retry_s
        pause_s = pauses[min(max(self._n, 1), len(pauses)) - 1]
        self.retry_at = self._context.clock.now() + timedelta(seconds=pause_s)

    def _alarm(self) -> None:
        """Tell the dispatcher once that planning fails, unless an earlier alarm still stands.

        Never raises: what broke planning may break this as well, and it is tried again then.
        """
        context = self._context
        if self._is_told:
            return
        standing = select(AlarmRow.id).filter_by(
            region=context.region, kind=AlarmKind.PLANNING_FAILED, acknowledged_at=None
        )
        try:
            with context.database.write() as session:
                if session.scalars(standing.limit(1)).first() is None:
                    now = context.clock.now()
                    raise_alarm(
                        session, now, context.region, AlarmKind.PLANNING_FAILED, _PLANNING_FAILED
                    )
            self._is_told = True
        except Exception:  # noqa: BLE001 - the loop goes on, and the next failure tells
            _log.exception("dispatcher.alarm_not_stored", region=context.region)

    def _append(self, kind: str, payload: dict[str, object]) -> None:
        """Store an event about the loop; where even that fails, the log has to do."""
        context = self._context
        try:
            with context.database.write() as session:
                now = context.clock.now()
                events.append(session, now, kind, region=context.region, payload=payload)
        except Exception:  # noqa: BLE001 - whatever broke the database is not to end the loop
            _log.exception("dispatcher.event_not_stored", kind=kind, payload=payload)
