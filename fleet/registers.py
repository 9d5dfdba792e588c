"""The registers of contractors, who help out, and of service centres, where a towed car can go."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fleet.catalogue import catalogue
from fleet.model import Contractor, ServiceCentre
from fleet.opening_hours import OpeningHours
from fleet.store import ContractorRow, ServiceCentreRow
from kernel.damaged import readable
from kernel.database import WriteSession
from kernel.errors import Fault, InvalidInput, NotFound
from kernel.position import Position, distance_m


@dataclass(frozen=True, slots=True)
class ContractorSpec:
    """What is given to register a contractor; ``skills`` may hold equipment too."""

    region: str
    name: str
    position: Position
    skills: frozenset[str]
    phone: str | None = None
    callout_cny: float = 200.0
    cny_per_km: float = 8.0
    answer_s: int = 180
    active: bool = True


@dataclass(frozen=True, slots=True)
class CentreSpec:
    """What is given to register a service centre."""

    region: str
    name: str
    position: Position
    skills: frozenset[str]
    opening_hours: OpeningHours = field(default_factory=OpeningHours)


def put_contractor(session: WriteSession, spec: ContractorSpec) -> Contractor:
    """Register a contractor, or change the one of that name; InvalidInput with all faults."""
    faults = _unknown(spec.skills)
    for name, value in (("callout_cny", spec.callout_cny), ("cny_per_km", spec.cny_per_km)):
        if not 0 <= value < float("inf"):
            faults.append(
                Fault(
                    f"/{name}",
                    "contractor.price",
                    f"{value!r} is no price.",
                    "Give >= 0.",
                    zh=f"{value!r} 不是价格，请填写不小于 0 的数。",
                )
            )
    if spec.answer_s <= 0:
        faults.append(
            Fault(
                "/answer_s",
                "contractor.answer_s",
                f"{spec.answer_s!r} seconds are no time to answer.",
                "Give at least 1.",
                zh=f"{spec.answer_s!r} 秒无法答复，请至少填写 1 秒。",
            )
        )
    if faults:
        raise InvalidInput(faults)
    query = select(ContractorRow).filter_by(region=spec.region, name=spec.name)
    row = session.scalars(query).first()
    if row is None:
        row = ContractorRow(region=spec.region, name=spec.name)
        session.add(row)
    row.position, row.skills, row.phone = spec.position, sorted(spec.skills), spec.phone
    row.callout_cny, row.cny_per_km = spec.callout_cny, spec.cny_per_km
    row.answer_s, row.active = spec.answer_s, spec.active
    session.flush()
    return _contractor(row)


def get_contractor(session: Session, contractor_id: int) -> Contractor:
    """Return one contractor; NotFound when there is none of that id."""
    row = session.get(ContractorRow, contractor_id)
    if row is None:
        raise no_contractor(contractor_id)
    return _contractor(row)


def no_contractor(contractor_id: int) -> NotFound:
    """Return what is said where a contractor is none, or another region's."""
    return NotFound(
        "contractor",
        contractor_id,
        remedy="Load the list of contractors again.",
        zh=f"没有编号为 {contractor_id} 的外协，请刷新后查看。",
    )


def contractors_of(session: Session, region: str) -> tuple[Contractor, ...]:
    """Return the contractors of a region that take jobs, in order of name."""
    query = select(ContractorRow).where(ContractorRow.region == region, ContractorRow.active)
    query = query.order_by(ContractorRow.name)
    return readable(session, query, ContractorRow.id, lambda row: _contractor(row[0]))


def contractor_ids(session: Session, region: str) -> frozenset[int]:
    """Return the ids of the contractors of a region that take jobs."""
    query = select(ContractorRow.id).where(ContractorRow.region == region, ContractorRow.active)
    return frozenset(session.scalars(query))


def put_centre(session: WriteSession, spec: CentreSpec) -> ServiceCentre:
    """Register a service centre, or change the one of that name; InvalidInput with all faults."""
    if faults := _unknown(spec.skills):
        raise InvalidInput(faults)
    query = select(ServiceCentreRow).filter_by(region=spec.region, name=spec.name)
    row = session.scalars(query).first()
    if row is None:
        row = ServiceCentreRow(region=spec.region, name=spec.name)
        session.add(row)
    row.position, row.skills = spec.position, sorted(spec.skills)
    row.opening_hours, row.time_zone = spec.opening_hours.text, spec.opening_hours.time_zone
    session.flush()
    return _centre(row)


def get_centre(session: Session, centre_id: int) -> ServiceCentre:
    """Return one service centre; NotFound when there is none of that id."""
    row = session.get(ServiceCentreRow, centre_id)
    if row is None:
        raise NotFound(
            "service centre",
            centre_id,
            remedy="Load the service centres again.",
            zh=f"没有编号为 {centre_id} 的服务中心，请刷新后查看。",
        )
    return _centre(row)


def service_centres_of(session: Session, region: str) -> tuple[ServiceCentre, ...]:
    """Return the service centres of a region in order of name."""
    query = select(ServiceCentreRow).where(ServiceCentreRow.region == region)
    query = query.order_by(ServiceCentreRow.name)
    return readable(session, query, ServiceCentreRow.id, lambda row: _centre(row[0]))


def fitting_centres(
    centres: tuple[ServiceCentre, ...],
    position: Position,
    needs: frozenset[str],
    at: datetime,
    *,
    limit: int = 12,
) -> tuple[ServiceCentre, ...]:
    """Return the nearest centres (as the crow flies) that can do ``needs`` and are open at ``at``.

    When none of the fitting ones is open, the nearest fitting ones are returned all the same: a
    car can be set down in front of a closed centre, a car without a destination cannot.
    """
    fitting = sorted(
        (centre for centre in centres if needs <= centre.skills),
        key=lambda centre: (distance_m(position, centre.position), centre.id),
    )
    open_ones = [centre for centre in fitting if centre.is_open(at)]
    return tuple((open_ones or fitting)[:limit])


def _unknown(names: frozenset[str]) -> list[Fault]:
    skills, equipment = catalogue().split(names)
    return catalogue().faults(skills, equipment)


def _contractor(row: ContractorRow) -> Contractor:
    return Contractor(
        id=row.id,
        region=row.region,
        name=row.name,
        phone=row.phone,
        position=row.position,
        skills=frozenset(row.skills),
        callout_cny=row.callout_cny,
        cny_per_km=row.cny_per_km,
        answer_s=row.answer_s,
        active=row.active,
    )


def _centre(row: ServiceCentreRow) -> ServiceCentre:
    return ServiceCentre(
        id=row.id,
        region=row.region,
        name=row.name,
        position=row.position,
        skills=frozenset(row.skills),
        opening_hours=OpeningHours(row.opening_hours, row.time_zone),
    )
