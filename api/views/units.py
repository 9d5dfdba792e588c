"""Units with what they do now and next, their routes, the plan in force, alarms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.models.units import (
    AlarmOut,
    FeatureCollection,
    PlanOut,
    PlanRoute,
    PlanStop,
    PlanUnassigned,
    Target,
    UnitJob,
    UnitNext,
    UnitOut,
    Units,
)
from api.route_lines import RouteLines, line_string
from api.runtime import Runtime
from api.views.incidents import unit_codes, units_of_jobs
from api.views.words import bilingual
from dispatch.core.model import Lock
from dispatch.incident import incident_number
from dispatch.job import ACTIVE, Job, JobState
from dispatch.regions import plan_version
from dispatch.snapshot import job_key
from dispatch.store import AlarmRow, AppointmentRow, JobRow, PlanRow, job_of
from dispatch.vehicles import vehicle_of
from field_app.driving import goal_of
from field_app.jobs import Held
from fleet.model import Unit
from fleet.store import get_unit, no_unit, units_of
from kernel.position import Position
from kernel.words import Words

UNFINISHED = sorted({JobState.OPEN, *ACTIVE})


def list_units(session: Session, runtime: Runtime, *, ids: Collection[int] | None = None) -> Units:
    """Return the units of the region, in order of code; with ``ids``, only those of them."""
    jobs = unfinished_jobs(session, runtime.region, unit_ids=ids)
    numbers = numbers_of(session, jobs)
    current = {job.unit_id: job for job in jobs if job.is_active}
    planned: dict[int, list[Job]] = {}
    for job in sorted(jobs, key=lambda job: (job.planned_sequence or 0, job.id)):
        if not job.is_active and job.planned_unit_id is not None:
            planned.setdefault(job.planned_unit_id, []).append(job)
    return Units(
        items=[
            _unit_out(unit, current.get(unit.id), planned.get(unit.id, []), numbers)
            for unit in units_of(session, runtime.region, ids=ids)
        ]
    )


def unfinished_jobs(
    session: Session, region: str, *, unit_ids: Collection[int] | None = None
) -> list[Job]:
    """Return the region's jobs that are not over, in order of creation; of all units or some."""
    query = select(JobRow).where(JobRow.region == region, JobRow.state.in_(UNFINISHED))
    if unit_ids is not None:
        query = query.where(JobRow.unit_id.in_(unit_ids) | JobRow.planned_unit_id.in_(unit_ids))
    return [job_of(row) for row in session.scalars(query.order_by(JobRow.id))]


def numbers_of(session: Session, jobs: Sequence[Job]) -> dict[int, str]:
    """Return what people call the incident or appointment of each job, by job id."""
    bookings = {job.appointment_id for job in jobs if job.appointment_id is not None}
    codes = numbers_of_appointments(session, bookings)
    return {
        job.id: incident_number(job.incident_id)
        if job.incident_id is not None
        else codes.get(job.appointment_id or 0, "")
        for job in jobs
    }


def numbers_of_appointments(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return what people call appointments, by id."""
    if not ids:
        return {}
    query = select(AppointmentRow.id, AppointmentRow.code).where(AppointmentRow.id.in_(ids))
    return dict(session.execute(query).all())


def unit_in_region(session: Session, region: str, unit_id: int) -> Unit:
    """Return a unit, `NotFound` also when it is another region's."""
    unit = get_unit(session, unit_id)
    if unit.region != region:
        raise no_unit(unit_id)
    return unit


def goals(held: Held) -> list[tuple[Job, Position]]:
    """Return where a unit goes, one place after another, and for which job."""
    found = []
    for job in (held.current, *held.planned):
        if job is None:
            continue
        if job.state not in (JobState.ON_SITE, JobState.LOADED):
            found.append((job, job.position))
        option = job.option_named(job.option if job.is_active else job.planned_option)
        if option.destination is not None:
            found.append((job, option.destination.position))
    return found


def legs(
    lines: RouteLines, unit: Unit, places: Sequence[tuple[Job, Position]]
) -> FeatureCollection:
    """Return one line per leg, in driving order; a leg without a way is left out."""
    features: list[dict[str, Any]] = []
    here, vehicle = unit.position, vehicle_of(unit)
    for index, (job, goal) in enumerate(places):
        route = None if here is None else lines.between(here, goal, vehicle)
        if route is not None:
            properties = {
                "leg": "current" if index == 0 and job.is_active else "planned",
                "sequence": index,
                "job_id": job.id,
                "incident_id": job.incident_id,
                "duration_s": route.duration_s,
                "length_m": route.length_m,
            }
            feature = {"type": "Feature", "geometry": line_string(route), "properties": properties}
            features.append(feature)
        here = goal
    return FeatureCollection(type="FeatureCollection", features=features)


def _unit_out(
    unit: Unit, current: Job | None, planned: Sequence[Job], numbers: dict[int, str]
) -> UnitOut:
    return UnitOut(
        id=unit.id,
        code=unit.code,
        name=unit.name,
        kind=unit.kind.value,
        ownership=unit.ownership.value,
        has=sorted(unit.has),
        state=unit.state.value,
        lon=None if unit.position is None else unit.position.lon,
        lat=None if unit.position is None else unit.position.lat,
        position_at=unit.position_at,
        kwh=unit.kwh,
        shift_end_at=unit.shift_end_at,
        job=None if current is None else _unit_job(current, numbers),
        next=[
            UnitNext(
                incident_id=job.incident_id,
                incident_number=numbers[job.id],
                planned_arrival_at=job.planned_arrival_at,
            )
            for job in planned
        ],
    )


def _unit_job(job: Job, numbers: dict[int, str]) -> UnitJob:
    goal = goal_of(job)
    return UnitJob(
        incident_id=job.incident_id,
        incident_number=numbers[job.id],
        state=job.state.value,
        option=job.option,
        target=Target(lon=goal.lon, lat=goal.lat),
        eta_at=job.planned_arrival_at if job.arrived_at is None else None,
    )


def plan_in_force(session: Session, runtime: Runtime) -> PlanOut:
    """Return the plan in force: jobs as they stand, price and reasons as they were decided."""
    region = runtime.region
    stored = session.scalars(
        select(PlanRow).where(PlanRow.region == region).order_by(PlanRow.version.desc()).limit(1)
    ).first()
    jobs = unfinished_jobs(session, region)
    numbers = numbers_of(session, jobs)
    return PlanOut(
        version=plan_version(session, region),
        created_at=None if stored is None else stored.created_at,
        cost_cny=0.0 if stored is None else stored.cost_cny,
        terms={} if stored is None else dict(stored.terms),
        engine="" if stored is None else stored.engine,
        decision_s=None if stored is None else stored.decision_s,
        lower_bound_cny=None if stored is None else stored.plan.get("lower_bound_cny"),
        gap=None if stored is None else stored.plan.get("gap"),
        routes=_routes(jobs, numbers, unit_codes(session, units_of_jobs(jobs))),
        unassigned=_unassigned(stored, jobs, numbers),
    )


def _routes(jobs: Sequence[Job], numbers: dict[int, str], codes: dict[int, str]) -> list[PlanRoute]:
    by_unit: dict[int, list[Job]] = {}
    for job in jobs:
        holder = job.unit_id if job.is_active else job.planned_unit_id
        if holder is not None:
            by_unit.setdefault(holder, []).append(job)
    return [
        PlanRoute(
            unit_id=unit_id,
            unit_code=codes.get(unit_id, ""),
            stops=[
                _stop(job, numbers)
                for job in sorted(
                    mine, key=lambda it: (not it.is_active, it.planned_sequence or 0, it.id)
                )
            ],
        )
        for unit_id, mine in sorted(by_unit.items(), key=lambda it: codes.get(it[0], ""))
    ]


def _stop(job: Job, numbers: dict[int, str]) -> PlanStop:
    return PlanStop(
        job_id=job.id,
        incident_id=job.incident_id,
        incident_number=numbers[job.id],
        option=job.option if job.is_active else job.planned_option,
        arrival_at=job.arrived_at or job.planned_arrival_at,
        lock="full" if job.state in ACTIVE - {JobState.ORDERED} else Lock(job.lock).name.lower(),
    )


def _unassigned(
    stored: PlanRow | None, jobs: Sequence[Job], numbers: dict[int, str]
) -> list[PlanUnassigned]:
    """Return open jobs that nobody is planned for, with the reason the optimizer gave."""
    reasons = {} if stored is None else {it["job_id"]: it for it in stored.plan["unassigned"]}
    new = {"reason": "not_decided", "detail": "No plan has looked at it yet."}
    return [
        PlanUnassigned(
            job_id=job.id,
            incident_id=job.incident_id,
            incident_number=numbers[job.id],
            reason=reasons.get(job_key(job.id), new)["reason"],
            detail=reasons.get(job_key(job.id), new)["detail"],
        )
        for job in jobs
        if job.state is JobState.OPEN and job.planned_unit_id is None
    ]


def open_alarms(session: Session, region: str) -> list[AlarmOut]:
    """Return alarms nobody has acknowledged, newest first."""
    query = select(AlarmRow).where(AlarmRow.region == region, AlarmRow.acknowledged_at.is_(None))
    return [alarm_out(row) for row in session.scalars(query.order_by(AlarmRow.id.desc()))]


def alarm_out(row: AlarmRow) -> AlarmOut:
    """Return an alarm as it is shown."""
    return AlarmOut(
        id=row.id,
        at=row.raised_at,
        kind=row.kind,
        incident_id=row.incident_id,
        incident_number=None if row.incident_id is None else incident_number(row.incident_id),
        text=bilingual(Words(**row.text)),
        acknowledged_at=row.acknowledged_at,
    )
