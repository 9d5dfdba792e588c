"""Which photos a job asks for, as data: ``evidence.toml``; and which of them are missing."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.job import Job
from dispatch.job_option import JobKind
from dispatch.progress import ReportKind
from dispatch.store import TechnicianEventRow
from kernel.errors import BadData
from kernel.events import EventRow
from kernel.words import Words

OWNERS_STEP = "fault"
"""What owners take photos of."""

ANY_TIME = "work"
"""The step of what no other step asks for."""

PHOTO_ADDED = "photo.added"
"""The event that a photo was kept."""

WHY_NONE = "no_photo"
"""The member of a stored report that says why there is no photo."""


@dataclass(frozen=True, slots=True)
class PhotoStep:
    """A moment of a job of which photos are taken, by its owner or its technician."""

    name: str
    by: str
    label: Words


@dataclass(frozen=True, slots=True)
class RequiredPhoto:
    """Jobs of a kind ask for ``n`` photos of a step, before the report that ends it."""

    kind: JobKind
    step: PhotoStep
    before: ReportKind
    n: int


@dataclass(frozen=True, slots=True)
class EvidenceRules:
    """The whole table."""

    steps: dict[str, PhotoStep]
    required: tuple[RequiredPhoto, ...]
    reasons: dict[str, Words]

    def of(self, kind: JobKind) -> tuple[RequiredPhoto, ...]:
        """Return what jobs of a kind ask for, in the order of the steps."""
        return tuple(it for it in self.required if it.kind is kind)

    def label(self, step: str) -> Words:
        """Return what a step is called; its name where the table does not know it any more."""
        known = self.steps.get(step)
        return Words(step, step) if known is None else known.label

    @property
    def technicians(self) -> tuple[str, ...]:
        """The steps of which technicians take photos."""
        return tuple(it.name for it in self.steps.values() if it.by == "technician")


@dataclass(frozen=True, slots=True)
class MissingPhoto:
    """A photo that a job asked for and has not: its unit went on, with or without a reason."""

    job_id: int
    unit_id: int | None
    step: PhotoStep
    reason: Words | None


@cache
def evidence_rules() -> EvidenceRules:
    """Return the rules that ship with the product."""
    return parse_evidence((files("dispatch") / "evidence.toml").read_text(encoding="utf-8"))


def parse_evidence(text: str) -> EvidenceRules:
    """Return the rules of a TOML text.

    Raises
    ------
    BadData
        When a requirement names an unknown step, kind or report, or one that is the owner's.
    """
    raw = tomllib.loads(text)
    steps = {
        name: PhotoStep(name, it["by"], Words(zh=it["zh"], en=it["en"]))
        for name, it in raw["steps"].items()
    }
    for name in (OWNERS_STEP, ANY_TIME):
        if name not in steps:
            raise BadData(f"The step {name!r} is missing.", remedy="Add it to the steps.")
    return EvidenceRules(
        steps=steps,
        required=tuple(_required(it, steps) for it in raw.get("required", ())),
        reasons={name: Words(**words) for name, words in raw["reasons"].items()},
    )


def _required(raw: dict[str, Any], steps: dict[str, PhotoStep]) -> RequiredPhoto:
    step = steps.get(raw["step"])
    if step is None or step.by != "technician":
        known = ", ".join(name for name, it in steps.items() if it.by == "technician")
        raise BadData(f"{raw['step']!r} is no step of technicians.", remedy=f"Known: {known}.")
    try:
        return RequiredPhoto(JobKind(raw["kind"]), step, ReportKind(raw["before"]), raw["n"])
    except ValueError as error:
        raise BadData(f"A required photo is wrong: {error}.", remedy="Mend the table.") from error


def missing_photos(session: Session, jobs: Iterable[Job]) -> dict[int, list[MissingPhoto]]:
    """Return what is missing of jobs, by the incident or appointment that they serve.

    A car that was not loaded after all has changed no hands: nothing is missing then. A photo that
    was deleted since, as its time was over or its owner was erased, was there: the events know it.
    """
    jobs = [job for job in jobs if job.loaded_at is not None]
    if not jobs:
        return {}
    ids = [job.id for job in jobs]
    added = select(EventRow.job_id, EventRow.payload).where(
        EventRow.job_id.in_(ids), EventRow.kind == PHOTO_ADDED
    )
    n_taken = Counter((job_id, told["step"]) for job_id, told in session.execute(added))
    reports = select(TechnicianEventRow).where(TechnicianEventRow.job_id.in_(ids))
    said = {
        (it.job_id, it.kind): it.data[WHY_NONE]
        for it in session.scalars(reports.order_by(TechnicianEventRow.id))
        if it.data and it.data.get(WHY_NONE)
    }
    rules, found = evidence_rules(), dict[int, list[MissingPhoto]]()
    for job in jobs:
        for asked in rules.of(job.option_named(job.option).kind):
            is_past = job.done_at if asked.before is ReportKind.DONE else job.loaded_at
            if is_past is None or n_taken[job.id, asked.step.name] >= asked.n:
                continue
            why = rules.reasons.get(said.get((job.id, asked.before.value), ""))
            key = job.incident_id or job.appointment_id or 0
            found.setdefault(key, []).append(MissingPhoto(job.id, job.unit_id, asked.step, why))
    return found
