"""Unfinished jobs, read again only where they have changed.

A plan looks at all of them, and a new call has changed one. The version of a row tells; it is part
of the value, so that no change goes unseen, whichever process has made it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.job import Job, JobState
from dispatch.store import JobRow, jobs_of
from kernel.database import ReadSession


@dataclass(slots=True)
class KnownJobs:
    """The unfinished jobs of one region as they were read last. May be shared between threads."""

    region: str
    _known: dict[int, Job] = field(default_factory=dict)

    def of(self, session: Session, states: Iterable[JobState]) -> tuple[Job, ...]:
        """Return what `jobs_of` returns, without what cannot be read.

        What a write session sees need not come to pass: it reads all, and nothing is remembered.
        """
        states = tuple(states)
        if not isinstance(session, ReadSession):
            return jobs_of(session, self.region, states=states)
        versions = _versions(session, self.region, states)
        known = self._known
        new = [it for it, version in versions.items() if not _is_known(known, it, version)]
        fresh = {job.id: job for job in jobs_of(session, self.region, ids=new)} if new else {}
        old = {it: known[it] for it in versions.keys() - set(new)}
        found = fresh | old
        jobs = {it: found[it] for it in versions if it in found}
        self._known = jobs
        return tuple(jobs.values())


def _versions(session: Session, region: str, states: Iterable[JobState]) -> dict[int, int]:
    """Return the versions of the jobs in these states, by id and in order of creation."""
    query = (
        select(JobRow.id, JobRow.version)
        .where(JobRow.region == region, JobRow.state.in_([state.value for state in states]))
        .order_by(JobRow.id)
    )
    return dict(session.execute(query).all())


def _is_known(known: dict[int, Job], job_id: int, version: int) -> bool:
    return job_id in known and known[job_id].version == version
