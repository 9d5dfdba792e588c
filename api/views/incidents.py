"""Incidents as staff see them: rows of all tables, read with a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.etags import check, etag_of
from api.models.incident_out import (
    CallerOut,
    ContractorOut,
    EntitlementOut,
    IncidentOut,
    JobOut,
    LocationOut,
    TriageOption,
    TriageOut,
    VehicleOut,
    WarningOut,
)
from api.owner_links import keys_of_incidents
from api.runtime import Runtime
from api.views.photos import missing_out, photos_out
from api.views.ratings import rating_out
from api.views.timeline import timeline_of
from api.views.words import bilingual
from dispatch.core.model import Lock
from dispatch.disclosure import shown_phone
from dispatch.evidence import missing_photos
from dispatch.incident import Caller, Incident, Place, Vehicle
from dispatch.job import ACTIVE, FINAL, Job, JobState
from dispatch.store import (
    ContractorOfferRow,
    JobRow,
    get_incident,
    job_of,
    jobs_of,
    other_callers,
    photos_of_incidents,
    rating_of_incident,
)
from fleet.store import ContractorRow, UnitRow
from kernel.errors import NotFound


def one_incident(
    session: Session, runtime: Runtime, incident_id: int, *, timeline: bool = False
) -> IncidentOut:
    """Return one incident of the region.

    Raises
    ------
    NotFound
        When the region has none of that id.
    """
    incident = incident_in_region(session, runtime.region, incident_id)
    found = shown(session, runtime, [incident])[0]
    if not timeline:
        return found
    others = [caller_out(it) for it in other_callers(session, incident)]
    photos = photos_of_incidents(session, [incident.id]).get(incident.id, [])
    jobs = jobs_of(session, runtime.region, incident_id=incident.id)
    missing = missing_photos(session, jobs).get(incident.id, [])
    took, went_on = [it.unit_id for it in photos], [it.unit_id for it in missing]
    codes = unit_codes(session, [*took, *went_on])
    more = {
        "photos": photos_out(photos, codes),
        "missing_photos": missing_out(missing, codes),
        "timeline": timeline_of(session, incident.id),
        "rating": rating_out(rating_of_incident(session, incident.id)),
        "other_callers": others,
    }
    return found.model_copy(update=more)


def incident_in_region(session: Session, region: str, incident_id: int) -> Incident:
    """Return an incident, `NotFound` also when it is another region's."""
    incident = get_incident(session, incident_id)
    if incident.region != region:
        raise NotFound(
            "incident", incident_id, zh=f"没有编号为 {incident_id} 的事件，请刷新后查看。"
        )
    return incident


def incident_to_change(
    session: Session, region: str, incident_id: int, if_match: str | None
) -> Incident:
    """Return an incident that may be changed: of the region, and as it was when it was read.

    Raises
    ------
    NotFound
        When the region has none of that id.
    ReadFirst
        When there is no ``if_match``.
    ChangedMeanwhile
        When ``if_match`` names another state than the present one.
    """
    incident = incident_in_region(session, region, incident_id)
    job = jobs_that_count(session, [incident.id]).get(incident.id)
    check(if_match, etag_of(incident, job))
    return incident


def shown(session: Session, runtime: Runtime, found: Sequence[Incident]) -> list[IncidentOut]:
    """Return incidents as staff see them, without what happened to them."""
    ids = [incident.id for incident in found]
    jobs = jobs_that_count(session, ids)
    codes = unit_codes(session, units_of_jobs(jobs.values()))
    offers = offers_of(session, ids)
    keys = keys_of_incidents(session, ids)
    base = runtime.settings.public_url.rstrip("/")
    return [
        _incident_out(
            incident,
            etag_of(incident, jobs.get(incident.id)),
            _job_out(jobs.get(incident.id), codes),
            offers.get(incident.id),
            f"{base}/t/{keys[incident.id]}" if incident.id in keys else None,
        )
        for incident in found
    ]


def jobs_that_count(session: Session, incident_ids: Sequence[int]) -> dict[int, Job]:
    """Return for each incident its newest unfinished job, else its newest."""
    query = select(JobRow).where(JobRow.incident_id.in_(incident_ids)).order_by(JobRow.id)
    jobs: dict[int, Job] = {}
    for job in map(job_of, session.scalars(query)):
        key = job.incident_id or 0
        if key not in jobs or job.state not in FINAL or jobs[key].state in FINAL:
            jobs[key] = job
    return jobs


def unit_codes(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Return the codes of units by id; ``None`` among the ids stands for no unit."""
    wanted = sorted({it for it in ids if it is not None})
    if not wanted:
        return {}
    query = select(UnitRow.id, UnitRow.code).where(UnitRow.id.in_(wanted))
    return dict(session.execute(query).all())


def units_of_jobs(jobs: Iterable[Job]) -> set[int | None]:
    """Return the units that have jobs, or are planned for them."""
    return {it for job in jobs for it in (job.unit_id, job.planned_unit_id)}


def offers_of(session: Session, incident_ids: Sequence[int]) -> dict[int, ContractorOut]:
    """Return the newest offer of each incident."""
    query = (
        select(ContractorOfferRow, ContractorRow.name)
        .join(ContractorRow, ContractorRow.id == ContractorOfferRow.contractor_id)
        .where(ContractorOfferRow.incident_id.in_(incident_ids))
        .order_by(ContractorOfferRow.id)
    )
    return {
        offer.incident_id: ContractorOut(
            id=offer.contractor_id,
            name=name,
            state=offer.state,
            needed_by_at=offer.needed_by_at,
            eta_at=offer.eta_at,
        )
        for offer, name in session.execute(query)
    }


def _job_out(job: Job | None, codes: Mapping[int, str]) -> JobOut | None:
    if job is None:
        return None
    bound = job.state in ACTIVE or job.state in FINAL
    unit_id = job.unit_id if bound else job.planned_unit_id
    return JobOut(
        id=job.id,
        state=job.state.value,
        option=job.option if bound else job.planned_option,
        lock=_lock_name(job),
        unit_id=unit_id,
        unit_code=None if unit_id is None else codes.get(unit_id),
        planned_sequence=job.planned_sequence,
        planned_arrival_at=job.planned_arrival_at,
        ordered_at=job.ordered_at,
        rolling_at=job.rolling_at,
        arrived_at=job.arrived_at,
        done_at=job.done_at,
    )


def _lock_name(job: Job) -> str:
    """Return the lock as a dispatcher sees it: a unit that rolls or works is fixed in full."""
    if job.state in (JobState.ROLLING, JobState.ON_SITE, JobState.LOADED):
        return "full"
    return Lock(job.lock).name.lower()


def _incident_out(
    incident: Incident,
    etag: str,
    job: JobOut | None,
    contractor: ContractorOut | None,
    url: str | None,
) -> IncidentOut:
    triage, entitlement = incident.triage, incident.entitlement
    return IncidentOut(
        id=incident.id,
        etag=etag,
        number=incident.number,
        region=incident.region,
        channel=incident.channel.value,
        case_ref=incident.case_ref,
        state=incident.state.value,
        outcome=None if incident.outcome is None else incident.outcome.value,
        received_at=incident.received_at,
        target_at=incident.target_at,
        promised_at=incident.promised_at,
        promise_reason=bilingual(incident.promise_reason),
        eta_at=incident.eta_at,
        eta_range=eta_range(incident),
        arrived_at=incident.arrived_at,
        closed_at=incident.closed_at,
        risk=incident.risk,
        urban=incident.urban,
        area=incident.area,
        location=location_out(incident.place),
        caller=caller_out(incident.caller),
        vehicle=vehicle_out(incident.vehicle),
        fault=incident.fault,
        scenario=incident.scenario,
        symptom=incident.symptom,
        effect=incident.effect,
        state_of_charge_pct=incident.state_of_charge_pct,
        drivable=incident.drivable,
        safe_place=incident.safe_place,
        n_people=incident.n_people,
        warnings=[WarningOut(code=w.code, text=bilingual(w.text)) for w in incident.warnings],
        note=incident.note,
        entitlement=EntitlementOut(free=entitlement.free, reason=bilingual(entitlement.reason)),
        triage=TriageOut(
            outcome=triage.outcome.value,
            priority=triage.priority,
            options=[
                TriageOption(name=o.name, label=bilingual(o.label), needs=sorted(o.needs))
                for o in triage.options
            ],
        ),
        job=job,
        contractor=contractor,
        merged_into=incident.merged_into,
        n_calls=incident.n_calls,
        track_url=url,
    )


def eta_range(incident: Incident) -> tuple[datetime, datetime] | None:
    """Return between when and when the unit is expected, if anybody is."""
    low, high = incident.eta_low_at, incident.eta_high_at
    return None if low is None or high is None else (low, high)


def location_out(place: Place) -> LocationOut:
    """Return where a car stands."""
    return LocationOut(
        lon=place.position.lon,
        lat=place.position.lat,
        text=place.text,
        confidence=place.confidence,
        note=place.note,
    )


def caller_out(caller: Caller) -> CallerOut:
    """Return who called, the number masked."""
    return CallerOut(name=caller.name, phone=shown_phone("dispatcher", caller.phone) or "")


def vehicle_out(vehicle: Vehicle) -> VehicleOut:
    """Return the car."""
    return VehicleOut(
        vin=vehicle.vin,
        plate=vehicle.plate,
        model=vehicle.model,
        purchased_on=vehicle.purchased_on,
        colour=vehicle.colour,
    )
