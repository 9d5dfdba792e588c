"""An independent reading of the event log: finds whatever was given away twice.

It shares nothing with the code that writes the events but their names. What it replays:

* a job is ordered from one unit at a time, a unit has one order at a time;
* an order ends by being withdrawn, diverted, declined, failed, done, or with its incident;
* an incident is created once and closed once; nothing is ordered for it afterwards;
* a plan's version grows by what is committed, and never comes twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

_FREES = frozenset(
    {"job.withdrawn", "job.diverted", "job.declined", "job.failed", "job.done", "job.cancelled"}
)


class Happened(Protocol):
    """An event, as far as it is read here."""

    @property
    def seq(self) -> int: ...  # noqa: D102
    @property
    def region(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def incident_id(self) -> int | None: ...  # noqa: D102
    @property
    def job_id(self) -> int | None: ...  # noqa: D102
    @property
    def unit_id(self) -> int | None: ...  # noqa: D102
    @property
    def payload(self) -> dict[str, Any]: ...  # noqa: D102


@dataclass(slots=True)
class History:
    """What the events so far amount to, and what is wrong with them."""

    unit_of_job: dict[int, int] = field(default_factory=dict)
    job_of_unit: dict[int, int] = field(default_factory=dict)
    incident_of_job: dict[int, int] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    created: set[int] = field(default_factory=set)
    version: dict[str, int] = field(default_factory=dict)
    last_seq: int = 0
    faults: list[str] = field(default_factory=list)

    def see(self, event: Happened) -> None:
        """Take one event, in order."""
        if event.seq != self.last_seq + 1:
            self._wrong(event, f"follows {self.last_seq}")
        self.last_seq = event.seq
        if event.kind == "job.ordered":
            self._ordered(event)
        elif event.kind in _FREES and event.job_id is not None:
            self._freed(event.job_id)
        elif event.kind == "incident.created":
            self._created(event)
        elif event.kind == "incident.closed":
            self._closed(event)
        elif event.kind == "plan.committed":
            self._committed(event)

    def _ordered(self, event: Happened) -> None:
        job, unit = event.job_id, event.unit_id
        if job is None or unit is None:
            self._wrong(event, "orders nothing or nobody")
            return
        if event.incident_id in self.closed:
            self._wrong(event, f"orders {unit} to incident {event.incident_id}, which is closed")
        if job in self.unit_of_job:
            self._wrong(event, f"job {job} is with unit {self.unit_of_job[job]} already")
        if unit in self.job_of_unit:
            self._wrong(event, f"unit {unit} has job {self.job_of_unit[unit]} already")
        self.unit_of_job[job], self.job_of_unit[unit] = unit, job
        if event.incident_id is not None:
            self.incident_of_job[job] = event.incident_id

    def _freed(self, job: int) -> None:
        unit = self.unit_of_job.pop(job, None)
        if unit is not None:
            self.job_of_unit.pop(unit, None)

    def _created(self, event: Happened) -> None:
        if event.incident_id in self.created:
            self._wrong(event, f"creates incident {event.incident_id} again")
        if event.incident_id is not None:
            self.created.add(event.incident_id)

    def _closed(self, event: Happened) -> None:
        incident = event.incident_id
        if incident is None or incident in self.closed:
            self._wrong(event, f"closes incident {incident} again")
            return
        self.closed.add(incident)
        for job in [it for it in self.unit_of_job if self.incident_of_job.get(it) == incident]:
            self._freed(job)

    def _committed(self, event: Happened) -> None:
        version = int(event.payload["version"])
        if version <= self.version.get(event.region, 0):
            self._wrong(event, f"commits plan {version} after {self.version[event.region]}")
        self.version[event.region] = version

    def _wrong(self, event: Happened, what: str) -> None:
        self.faults.append(f"{event.seq} {event.kind}: {what}")


def faults_of(events: Iterable[Happened]) -> list[str]:
    """Return everything that is wrong with a whole log."""
    history = History()
    for event in events:
        history.see(event)
    return history.faults
