"""Units judged for incidents: what all answers of a moment have in common is made once.

Freezing the region and laying out the plan in force takes as long as judging every unit for one
incident, and twenty consoles ask for twenty incidents at about the same time. Both would keep
phones waiting, so the judging is done in a process of its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from sqlalchemy.orm import Session

from api.judge import Answerer, Case, open_judge
from api.views.timeline import why_declined
from dispatch.context import DispatchContext
from dispatch.explain import Moment, job_to_judge
from dispatch.job import Job
from dispatch.regions import plan_version
from dispatch.store import get_incident, no_incident
from kernel.errors import ExternalServiceError
from kernel.side_process import SideProcess

JUDGE_S = 5.0
"""So old may the moment be that units are judged at, while its plan is in force."""

ANY_PLAN_S = 2.0
"""So old may it be although there is a newer plan, where the incident's own job is the same."""

_HANGS_S = 20.0
IsGone = Callable[[], Awaitable[bool]]
"""Says whether whoever asked has left."""

_log = structlog.get_logger("api.judging")


async def _never() -> bool:
    return False


@dataclass(slots=True)
class Judging:
    """Judges one incident at a time: each takes the processor for long, and phones do not wait.

    Parameters
    ----------
    max_age_s
        For how long a moment serves further incidents, while its plan is in force and their own
        jobs have not changed since; 0: each is judged at its own.
    any_plan_s
        For how long it does so after another plan is in force, while more wait to be answered.
    is_apart
        Whether judging has a process of its own.
    """

    context: DispatchContext
    max_age_s: float
    any_plan_s: float = 0.0
    is_apart: bool = False
    _turn: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    _n_waiting: int = 0
    _limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    _beside: SideProcess[Case, bytes] | None = None
    _here: Answerer | None = None
    _moment: Moment | None = None
    _made_s: float = float("-inf")
    _sent_to: int = -1
    _told: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the judge; its process starts with the first question, or by `start`."""
        if self.is_apart:
            self._beside = SideProcess(open_judge, "roadflare-judge", timeout_s=_HANGS_S)
        else:
            self._here = open_judge()

    def start(self) -> None:
        """Start the process meanwhile, so that nobody waits for its libraries."""
        if self._beside is not None:
            threading.Thread(target=self._start, name="judge", daemon=True).start()

    def close(self) -> None:
        """End the process."""
        if self._beside is not None:
            self._beside.close()

    async def answer(self, incident_id: int, is_gone: IsGone = _never) -> bytes:
        """Return every unit judged for an incident, as JSON; nothing for whoever has left.

        ``is_gone`` is asked when it is one's turn: a page that shows something else by then, or
        has given up, must not keep others waiting.

        Raises
        ------
        NotFound
            When the region has no such incident.
        Conflict
            When it needs nobody any more.
        ExternalServiceError
            When the judge's process fails twice.
        """
        self._n_waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._n_waiting -= 1
        try:
            if await is_gone():
                return b""
            return await run_sync(self._answer, incident_id, limiter=self._limiter)
        finally:
            self._turn.release()

    def _answer(self, incident_id: int) -> bytes:
        with self.context.database.read() as session:
            if get_incident(session, incident_id).region != self.context.region:
                raise no_incident(incident_id)
            job = job_to_judge(session, incident_id)
            moment = self._moment
            if moment is None or not self._serves(moment, job, session):
                moment = self._new(session)
            if incident_id in self._told:
                return self._told[incident_id]
            because = why_declined(session, incident_id)
        self._told[incident_id] = body = self._judged(Case(job, moment, because))
        return body

    def _judged(self, case: Case) -> bytes:
        """Return a case judged; the moment is sent only where it is not known yet."""
        known = Case(case.job, None, case.declined_because)
        if self._here is not None:
            body = self._here(case if self._sent_to < 0 else known)
            self._sent_to = 0
            return body
        if self._beside is None:
            raise AssertionError("it judges here or there")
        try:
            body = self._beside.ask(known if self._sent_to == self._beside.n_started else case)
        except ExternalServiceError as error:
            _log.warning("judge.failed", reason=str(error))
            body = self._beside.ask(case)
        self._sent_to = self._beside.n_started
        return body

    def _serves(self, moment: Moment, job: Job, session: Session) -> bool:
        age_s = time.monotonic() - self._made_s
        if age_s >= self.max_age_s or not moment.knows(job):
            return False
        in_force = plan_version(session, self.context.region)
        if moment.plan_version == in_force:
            return True
        return self._n_waiting > 0 and age_s < self.any_plan_s

    def _new(self, session: Session) -> Moment:
        self._made_s = time.monotonic()
        moment = self._moment = Moment.of(session, self.context)
        self._told, self._sent_to = {}, -1
        return moment

    def _start(self) -> None:
        try:
            if self._beside is not None:
                self._beside.start()
        except ExternalServiceError as error:  # the first question tries again
            _log.warning("judge.not_started", reason=str(error))
