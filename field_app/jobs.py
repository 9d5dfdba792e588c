"""The technician's list: the job in hand, the next ones by the plan in force, planned visits."""

from __future__ import annotations

import zlib
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from dispatch.context import DispatchContext
from dispatch.disclosure import shown_phone
from dispatch.incident import incident_number
from dispatch.job import ACTIVE, Job
from dispatch.job_option import Destination, JobOption
from dispatch.status import allowed_kinds, take_back_until
from dispatch.store import AppointmentRow, IncidentRow, JobRow, job_of
from field_app.evidence import evidence_of, photo_ids, photos_in_hand
from field_app.models import (
    FieldCaller,
    FieldDestination,
    FieldJob,
    FieldJobs,
    FieldPlace,
    FieldUnit,
    FieldVehicle,
)
from field_app.wire import Bilingual, LonLat
from fleet.model import Unit
from fleet.store import UnitRow, unit_of, unit_row
from geo_data.datum import wgs84_to_gcj02
from kernel.errors import NotFound
from kernel.position import Position
from kernel.row_lines import Restrict, RowLines

Row = TypeVar("Row", IncidentRow, AppointmentRow)
_VIN_END = 6

# Asked thousands of times an hour: built once.
_HELD = select(JobRow).where(
    or_(
        JobRow.unit_id.in_(bindparam("units", expanding=True))
        & JobRow.state.in_(["open", *sorted(ACTIVE)]),
        JobRow.planned_unit_id.in_(bindparam("units", expanding=True)) & (JobRow.state == "open"),
    ),
)
_UNITS = select(UnitRow).where(UnitRow.id.in_(bindparam("units", expanding=True)))


_RAW_UNITS = RowLines(
    UnitRow, UnitRow.id, columns=["code", "name", "kind", "state", "shift_end_at"]
)
_RAW_JOBS = RowLines(
    JobRow, JobRow.incident_id, JobRow.appointment_id, JobRow.unit_id, JobRow.planned_unit_id
)
_RAW_INCIDENTS = RowLines(IncidentRow, IncidentRow.id)
_RAW_BOOKINGS = RowLines(AppointmentRow, AppointmentRow.id)


@dataclass(frozen=True, slots=True)
class Held:
    """What a unit has to do: ``current`` is ordered or under way, ``planned`` in order."""

    current: Job | None
    planned: tuple[Job, ...]

    def job(self, job_id: int) -> Job:
        """Return one of them; NotFound for any other job, whoever's it is."""
        for job in (self.current, *self.planned):
            if job is not None and job.id == job_id:
                return job
        raise NotFound(
            "job on your list",
            job_id,
            remedy="Load the list again.",
            zh=f"您的任务列表中没有任务 {job_id}，请刷新列表。",
        )


def held_by(session: Session, unit_id: int) -> Held:
    """Return what a unit has to do by the plan in force."""
    return _held_by_each(session, [unit_id])[unit_id]


def field_jobs(session: Session, context: DispatchContext, unit_id: int) -> FieldJobs:
    """Return the list of a unit.

    Raises
    ------
    NotFound
        When there is no such unit.
    """
    unit_row(session, unit_id)
    return _lists(session, context, [unit_id])[unit_id]


def list_versions(
    session: Session, context: DispatchContext, unit_ids: Sequence[int]
) -> dict[int, int]:
    """Return the versions of the lists of units."""
    listed = _lists(session, context, unit_ids)
    return {unit_id: it.version for unit_id, it in listed.items()}


def made_of(session: Session, unit_ids: Sequence[int]) -> dict[int, Hashable]:
    """Return what the lists of units are made of: equal only while the lists are the same."""
    units, jobs = _RAW_UNITS.read(session, _of(unit_ids)), _RAW_JOBS.read(session, _held(unit_ids))
    incidents = {it for (it, *_), _ in jobs if it is not None}
    bookings = {it for (_, it, *_), _ in jobs if it is not None}
    said: dict[tuple[str, int | None], Hashable] = {
        **{("incident", key): row for (key,), row in _known(session, _RAW_INCIDENTS, incidents)},
        **{("booking", key): row for (key,), row in _known(session, _RAW_BOOKINGS, bookings)},
    }
    seen = photo_ids(session, incidents, bookings)
    mine: dict[int | None, list[Hashable]] = {}
    for (incident, booking, *holders), row in jobs:
        served = ("booking", booking) if incident is None else ("incident", incident)
        whole = row, said.get(served), seen.get(served)
        for unit_id in set(holders):
            mine.setdefault(unit_id, []).append(whole)
    return {key or 0: (row, *mine.get(key, ())) for (key,), row in units}


def _of(unit_ids: Sequence[int]) -> Restrict:
    return lambda query: query.where(UnitRow.id.in_(unit_ids))


def _held(unit_ids: Sequence[int]) -> Restrict:
    open_or_active = JobRow.state.in_(["open", *sorted(ACTIVE)])
    theirs = or_(
        *(
            column.in_(unit_ids) & open_or_active  # each by its index, however many are over
            for column in (JobRow.unit_id, JobRow.planned_unit_id)
        )
    )
    return lambda query: query.where(theirs).order_by(JobRow.id)


def _known(
    session: Session, lines: RowLines, ids: set[int]
) -> list[tuple[tuple[int | None, ...], Hashable]]:
    column = (IncidentRow if lines is _RAW_INCIDENTS else AppointmentRow).id
    return lines.read(session, lambda query: query.where(column.in_(sorted(ids)))) if ids else []


def _held_by_each(session: Session, unit_ids: Sequence[int]) -> dict[int, Held]:
    current: dict[int | None, Job] = {}
    planned: dict[int | None, list[Job]] = {}
    for job in map(job_of, session.scalars(_HELD, {"units": list(unit_ids)})):
        if job.is_active:
            current[job.unit_id] = job
        else:
            planned.setdefault(job.planned_unit_id, []).append(job)
    return {
        unit_id: Held(
            current.get(unit_id),
            tuple(
                sorted(
                    planned.get(unit_id, ()), key=lambda job: (job.planned_sequence or 0, job.id)
                )
            ),
        )
        for unit_id in unit_ids
    }


def _lists(
    session: Session, context: DispatchContext, unit_ids: Sequence[int]
) -> dict[int, FieldJobs]:
    """Return the lists of units that there are, with as many statements as for one."""
    held = _held_by_each(session, unit_ids)
    sources = _Sources(session, held.values())
    units = map(unit_of, session.scalars(_UNITS, {"units": list(unit_ids)}))
    return {unit.id: _list(unit, _Reader(sources, held[unit.id]), context) for unit in units}


def _list(unit: Unit, reader: _Reader, context: DispatchContext) -> FieldJobs:
    held = reader.held
    current = None if held.current is None else reader.show(held.current)
    shown = [(job, reader.show(job)) for job in held.planned]
    rescue = [it for job, it in shown if job.appointment_id is None]
    visits = [it for job, it in shown if job.appointment_id is not None]
    listed = FieldJobs(
        unit=_unit(unit),
        now=context.clock.now(),
        timezone=context.city.timezone,
        version=0,
        current=current,
        next=rescue,
        visits=visits,
    )
    return listed.model_copy(update={"version": _version(listed)})


def _version(listed: FieldJobs) -> int:
    """Return a number that is another one whenever the list says anything else."""
    return zlib.crc32(listed.model_dump_json(exclude={"now", "version"}).encode())


def _unit(unit: Unit) -> FieldUnit:
    return FieldUnit(
        id=unit.id,
        code=unit.code,
        name=unit.name,
        kind=unit.kind.value,
        state=unit.state.value,
        shift_end_at=unit.shift_end_at,
    )


class _Sources:
    """Incidents and appointments of jobs, and photos of those in hand, read at once."""

    def __init__(self, session: Session, held: Iterable[Held]) -> None:
        held = list(held)
        self.photos = photos_in_hand(session, [it.current for it in held if it.current is not None])
        jobs = [job for it in held for job in (it.current, *it.planned) if job is not None]
        incidents = {job.incident_id for job in jobs if job.incident_id is not None}
        bookings = {job.appointment_id for job in jobs if job.appointment_id is not None}
        self._incidents = _by_id(session, IncidentRow, incidents)
        self._bookings = _by_id(session, AppointmentRow, bookings)

    def of(self, job: Job) -> IncidentRow | AppointmentRow:
        """Return what a job serves."""
        if job.incident_id is not None:
            return self._incidents[job.incident_id]
        return self._bookings[job.appointment_id or 0]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Shows jobs of one unit with what their incidents and appointments say."""

    sources: _Sources
    held: Held

    def show(self, job: Job) -> FieldJob:
        """Return a job as the phone shows it."""
        is_current = job is self.held.current
        option = job.option_named(job.option if is_current else job.planned_option)
        source = self.sources.of(job)
        incident = source if isinstance(source, IncidentRow) else None
        position = job.position
        return FieldJob(
            job_id=job.id,
            incident_id=job.incident_id,
            number=_number(source),
            kind=option.kind.value,
            option=option.name,
            label=Bilingual(zh=option.label.zh, en=option.label.en),
            state=job.state.value,
            allowed=_allowed(job, option) if is_current else [],
            take_back_until=take_back_until(job) if is_current else None,
            target_at=job.target_at,
            planned_arrival_at=job.planned_arrival_at,
            location=FieldPlace(
                lon=position.lon, lat=position.lat, text=job.place_text, note=source.place_note
            ),
            gcj02=_gcj02(position),
            destination=_destination(option.destination),
            vehicle=_vehicle(source),
            caller=FieldCaller(
                name=source.caller_name if is_current else None,
                phone=shown_phone("technician", source.caller_phone, in_hand=is_current) or "",
            ),
            fault=None if incident is None else incident.fault,
            symptom=None if incident is None else incident.symptom,
            safe_place=None if incident is None else incident.safe_place,
            notes=source.note or "",
            service_s=option.service.mean_s,
            evidence=evidence_of(option.kind),
            photos=self.sources.photos.get(job.id, []) if is_current else [],
        )


def _by_id(session: Session, table: type[Row], ids: set[int]) -> dict[int, Row]:
    if not ids:
        return {}
    return {row.id: row for row in session.scalars(select(table).where(table.id.in_(ids)))}


def _allowed(job: Job, option: JobOption) -> list[str]:
    kinds = allowed_kinds(job.state, has_destination=option.destination is not None)
    done = {"accepted"} if job.accepted_at is not None else set()
    return [kind.value for kind in kinds if kind.value not in done]


def _number(source: IncidentRow | AppointmentRow) -> str:
    return source.code if isinstance(source, AppointmentRow) else incident_number(source.id)


def _vehicle(source: IncidentRow | AppointmentRow) -> FieldVehicle:
    return FieldVehicle(
        plate=source.plate,
        model=source.model,
        colour=source.colour,
        vin_end=source.vin[-_VIN_END:] if source.vin else None,
    )


def _destination(goal: Destination | None) -> FieldDestination | None:
    if goal is None:
        return None
    lon, lat = goal.position.lon, goal.position.lat
    return FieldDestination(name=goal.name, lon=lon, lat=lat, gcj02=_gcj02(goal.position))


def _gcj02(position: Position) -> LonLat:
    """Return the position as AMap and Tencent draw it."""
    lon, lat = wgs84_to_gcj02((position.lon, position.lat))
    return (round(lon, 6), round(lat, 6))
