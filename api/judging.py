"""Units judged for incidents: what all answers of a moment have in common is made once.

Freezing the region and laying out the plan in force takes longer than judging every unit for one
incident, and twenty consoles ask for twenty incidents at about the same time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from sqlalchemy.orm import Session

from api.views.candidates import candidates_out
from dispatch.context import DispatchContext
from dispatch.explain import Judge, job_to_judge
from dispatch.job import Job
from dispatch.regions import plan_version
from dispatch.store import get_incident
from kernel.errors import NotFound

JUDGE_S = 5.0
"""So old may the moment be that units are judged at, while its plan is in force."""


@dataclass(slots=True)
class Judging:
    """Judges one incident at a time: each takes the processor for long, and phones do not wait.

    Parameters
    ----------
    max_age_s
        For how long a moment serves further incidents, while its plan is in force and their own
        jobs have not changed since; 0: each is judged at its own.
    """

    context: DispatchContext
    max_age_s: float
    _limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    _judge: Judge | None = None
    _made_s: float = float("-inf")
    _told: dict[int, bytes] = field(default_factory=dict)

    async def answer(self, incident_id: int) -> bytes:
        """Return every unit judged for an incident, as JSON.

        Raises
        ------
        NotFound
            When the region has no such incident.
        Conflict
            When it needs nobody any more.
        """
        return await run_sync(self._answer, incident_id, limiter=self._limiter)

    def _answer(self, incident_id: int) -> bytes:
        with self.context.database.read() as session:
            if get_incident(session, incident_id).region != self.context.region:
                raise NotFound("incident", incident_id)
            job = job_to_judge(session, incident_id)
            judge = self._judge
            if judge is None or not self._serves(judge, job, session):
                judge = self._new(session)
            if incident_id not in self._told:
                found = candidates_out(session, judge.judged(job), incident_id)
                self._told[incident_id] = found.model_dump_json().encode()
            return self._told[incident_id]

    def _serves(self, judge: Judge, job: Job, session: Session) -> bool:
        is_young = time.monotonic() - self._made_s < self.max_age_s
        in_force = plan_version(session, self.context.region)
        return is_young and judge.plan_version == in_force and judge.knows(job)

    def _new(self, session: Session) -> Judge:
        self._made_s = time.monotonic()
        judge = self._judge = Judge.of(session, self.context)
        self._told = {}
        return judge
