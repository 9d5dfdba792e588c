"""Jobs out of triage: tow options get their destinations, the job gets its target."""

from __future__ import annotations

from datetime import datetime

from dispatch.incident import Place
from dispatch.job import Job, JobState
from dispatch.job_option import Destination, JobOption
from dispatch.store import JobRow, job_of
from dispatch.triage import Triage, TriageOption
from fleet.model import ServiceCentre
from fleet.registers import fitting_centres, service_centres_of
from kernel.database import WriteSession


def create_rescue_job(
    session: WriteSession,
    now: datetime,
    *,
    region: str,
    incident_id: int,
    triage: Triage,
    place: Place,
    target_at: datetime,
) -> Job:
    """Create the job of an incident out of its triage, open and free."""
    options = job_options(triage, place, service_centres_of(session, region), now)
    row = JobRow(
        region=region,
        incident_id=incident_id,
        purpose="rescue",
        state=JobState.OPEN.value,
        options=[option.as_json() for option in options],
        position=place.position,
        place_text=place.text,
        priority=triage.priority,
        target_at=target_at,
        created_at=now,
        lock=0,
        declined_by=[],
    )
    session.add(row)
    session.flush()
    return job_of(row)


def job_options(
    triage: Triage, place: Place, centres: tuple[ServiceCentre, ...], at: datetime
) -> tuple[JobOption, ...]:
    """Return the options of a job: each tow once for every fitting centre, nearest first.

    A tow that no centre fits goes to any centre rather than nowhere; in a region without centres
    the crew agrees on a place with the owner (one visit, no destination).
    """
    return tuple(
        job_option
        for option in triage.options
        for job_option in _expanded(option, place, centres, at)
    )


def _expanded(
    option: TriageOption, place: Place, centres: tuple[ServiceCentre, ...], at: datetime
) -> list[JobOption]:
    if option.centre_needs is None:
        return [_job_option(option, option.name, None)]
    fitting = fitting_centres(centres, place.position, option.centre_needs, at)
    anywhere = fitting or fitting_centres(centres, place.position, frozenset(), at)
    return [
        _job_option(
            option,
            f"{option.name}:{centre.id}",
            Destination(centre.name, centre.position, option.handover_s, centre.id),
        )
        for centre in anywhere
    ] or [_job_option(option, option.name, None)]


def _job_option(option: TriageOption, name: str, destination: Destination | None) -> JobOption:
    return JobOption(
        name=name,
        kind=option.kind,
        label=option.label,
        needs=option.needs,
        service=option.service,
        price_cny=option.price_cny,
        kwh=option.kwh,
        destination=destination,
    )
