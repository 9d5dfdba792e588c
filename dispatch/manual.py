"""A dispatcher's hand: assign, lock, release. The plan obeys; the rules of nature still hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from dispatch import contractor_work, orders
from dispatch.closing import withdraw_offers
from dispatch.commit import bump_version
from dispatch.context import DispatchContext
from dispatch.core.model import Lock
from dispatch.incident import incident_number
from dispatch.job import JobState
from dispatch.job_option import JobOption
from dispatch.job_steps import option_of
from dispatch.regions import no_region
from dispatch.store import (
    ContractorOfferRow,
    JobRow,
    RegionRow,
    active_job_row,
    incident_row,
    open_job_row,
)
from dispatch.unit_option import option_for
from dispatch.vehicles import vehicle_of
from dispatch.world import TAKEN, WORKING
from fleet.model import Ownership, Unit
from fleet.states import UNIT_MACHINE, UnitState
from fleet.store import get_unit
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput, JobTaken, NotFound
from routing.travel_times import UNREACHABLE_S

_AT_CAR = (JobState.ON_SITE.value, JobState.LOADED.value)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a dispatcher wants.

    Attributes
    ----------
    option
        Name of the job's option; ``None``: the first that the unit can do.
    plan_version
        The plan that the dispatcher was looking at.
    divert
        Also take the unit away from the job it was ordered or rolls to.
    """

    incident_id: int
    unit_id: int
    plan_version: int
    option: str | None = None
    divert: bool = False


def assign(session: WriteSession, context: DispatchContext, wish: Wish) -> None:
    """Give an incident to a unit by hand and lock it there.

    An idle unit is ordered at once; a unit that has another job does this one afterwards, unless
    the wish says to divert it.

    Raises
    ------
    NotFound
        When there is no such incident, unit or option.
    StalePlan
        When the plan in force is not the one the dispatcher saw.
    InvalidInput
        When the unit cannot do the job; the fault names the rule.
    Conflict
        When the unit is not on duty, the incident is over, or a contractor has it.
    JobTaken
        When a unit is at the car already, or the unit to be diverted is at another one.
    """
    unit = _own_unit(session, context, wish.unit_id)
    job = _job_to_move(session, wish.incident_id)
    current = active_job_row(session, unit.region, unit.id)
    option = option_for(job, unit, wish.option, spent_kwh=_spent_kwh(current))
    bump_version(session, context.region, wish.plan_version)
    now = context.clock.now()
    withdraw_offers(session, now, wish.incident_id)  # a contractor's yes would undo this
    job.declined_by = [unit_id for unit_id in job.declined_by if unit_id != unit.id]
    job.lock = Lock.UNIT.value
    if orders.is_active(job) and job.unit_id == unit.id and job.option == option.name:
        _tell(session, now, job, unit)
        return
    if orders.is_active(job):
        _take_from_unit(session, now, job)
    if current is not None and wish.divert:
        _clear_unit(session, now, unit, current)
        current = None
    _plan(context, now, job, unit, option, sequence=0 if current is None else 1)
    orders.flush(session)
    _tell(session, now, job, unit)
    unit = get_unit(session, unit.id)
    if current is None and unit.state is UnitState.IDLE and job.planned_arrival_at is not None:
        orders.order_job(session, now, job, unit, option.name, job.planned_arrival_at)


def set_lock(session: WriteSession, context: DispatchContext, incident_id: int, lock: Lock) -> None:
    """Fix an incident to the unit that has it (``UNIT``), or to its place there too (``ORDER``).

    What is so already stays as it is, without a word.

    Raises
    ------
    InvalidInput
        For ``FULL``, which only a rolling unit brings about.
    Conflict
        When no unit has it.
    """
    if lock is Lock.FULL:
        raise InvalidInput.one(
            "/lock",
            "lock.full",
            "'full' cannot be set by hand.",
            "Give free, unit or order.",
            zh="不能人工设为完全锁定，请选择解锁、锁定车辆或锁定顺序。",
        )
    job = _job_to_move(session, incident_id)
    if lock is not Lock.FREE and job.planned_unit_id is None and job.unit_id is None:
        raise Conflict(
            f"{incident_number(incident_id)} has no unit to be locked to.",
            remedy="Assign one.",
            zh=f"{incident_number(incident_id)} 尚未派车，无法锁定，请先派车。",
        )
    if job.lock == lock.value:
        return  # somebody else wished the same
    job.lock = lock.value
    orders.flush(session)
    now = context.clock.now()
    payload = {"by_hand": True, "lock": lock.name.lower()}
    orders.tell(session, now, "job.planned", job, unit_id=job.planned_unit_id, payload=payload)


def release(session: WriteSession, context: DispatchContext, incident_id: int) -> None:
    """Leave the incident to the plan again: no lock, no order, no contractor.

    A unit that rolls already goes on until the plan, which may now, sends another one; the event
    says which it was.

    Raises
    ------
    Conflict
        When the incident is over.
    JobTaken
        When a unit is at the car.
    """
    contractor_work.take_back(session, context, incident_id)
    job = _job_to_move(session, incident_id)
    now = context.clock.now()
    job.lock = Lock.FREE.value
    if job.state == JobState.ORDERED.value:
        _take_from_unit(session, now, job)
        return
    orders.flush(session)
    payload = {
        "by_hand": True,
        "lock": Lock.FREE.name.lower(),
        "goes_on": job.state == JobState.ROLLING.value,
    }
    unit_id = job.unit_id or job.planned_unit_id
    orders.tell(session, now, "job.planned", job, unit_id=unit_id, payload=payload)


def plan_version(session: WriteSession, region: str) -> int:
    """Return the version of the plan in force; NotFound when the region is not set up."""
    version = session.scalar(select(RegionRow.plan_version).where(RegionRow.name == region))
    if version is None:
        raise no_region(region)
    return version


# ------------------------------------------------------------------------------------- checks


def _own_unit(session: WriteSession, context: DispatchContext, unit_id: int) -> Unit:
    unit = get_unit(session, unit_id)
    if unit.region != context.region or unit.ownership is not Ownership.OWN:
        raise NotFound(
            "unit",
            unit_id,
            remedy="Contractors are offered the incident instead.",
            zh=f"没有编号为 {unit_id} 的自有车辆。外协请用“外协”询单。",
        )
    if unit.state not in WORKING:
        raise Conflict(
            f"{unit.code} is {unit.state.value}.",
            remedy="Choose a unit that is on duty.",
            zh=f"{unit.code} 当前为“{UNIT_MACHINE.zh[unit.state]}”，请选择在班车辆。",
        )
    return unit


def _spent_kwh(current: JobRow | None) -> float:
    """Return how much energy a unit gives to the car that it is at."""
    if current is None or current.state not in _AT_CAR:
        return 0.0
    return option_of(current).kwh


def _job_to_move(session: WriteSession, incident_id: int) -> JobRow:
    incident_row(session, incident_id)
    job = open_job_row(session, incident_id)
    number = incident_number(incident_id)
    if job is None:
        raise Conflict(
            f"{number} needs nobody any more.",
            remedy="Read it again.",
            zh=f"{number} 已不再需要派车，请刷新后查看。",
        )
    taken = select(ContractorOfferRow.id).where(
        ContractorOfferRow.incident_id == incident_id, ContractorOfferRow.state.in_(TAKEN)
    )
    if session.scalars(taken).first() is not None:
        raise Conflict(
            f"A contractor has {number}.",
            remedy="Release it first.",
            zh=f"{number} 已由外协处理，请先收回。",
        )
    if job.state in _AT_CAR:
        raise JobTaken(
            f"A unit is at the car of {number}.",
            remedy="Let it finish.",
            zh=f"{number} 的车旁已有救援车辆，请等其完成。",
        )
    return job


# -------------------------------------------------------------------------------------- moves


def _take_from_unit(session: WriteSession, now: datetime, job: JobRow) -> None:
    was_rolling = job.state == JobState.ROLLING.value
    unit_id = orders.withdraw_job(session, job)
    kind = "job.diverted" if was_rolling else "job.withdrawn"
    orders.tell(session, now, kind, job, unit_id=unit_id, payload={"by_hand": True})


def _clear_unit(session: WriteSession, now: datetime, unit: Unit, current: JobRow) -> None:
    if current.state in _AT_CAR:
        raise JobTaken(
            f"{unit.code} is at another car.",
            remedy="Leave divert out: it goes next.",
            zh=f"{unit.code} 正在另一辆车旁作业，不能改派。不改派则随后前往。",
        )
    current.lock = Lock.FREE.value
    _take_from_unit(session, now, current)


def _plan(
    context: DispatchContext,
    now: datetime,
    job: JobRow,
    unit: Unit,
    option: JobOption,
    *,
    sequence: int,
) -> None:
    job.planned_unit_id, job.planned_option = unit.id, option.name
    job.planned_sequence = sequence
    job.planned_arrival_at = now + timedelta(seconds=_drive_s(context, unit, job))


def _drive_s(context: DispatchContext, unit: Unit, job: JobRow) -> int:
    if unit.position is None:
        raise Conflict(
            f"Where {unit.code} is, is not known.",
            remedy="Ask for its position.",
            zh=f"{unit.code} 的位置未知，请询问其位置。",
        )
    start, car = context.roadside.snap([unit.position, job.position])
    drive_s = (
        UNREACHABLE_S
        if start is None or car is None
        else context.times(vehicle_of(unit)).matrix(start, car)[0, 0]
    )
    if drive_s == UNREACHABLE_S:
        raise InvalidInput.one(
            "/unit_id",
            "rule.unreachable",
            f"No road leads {unit.code} to the car.",
            "Correct the location of the incident, or choose another unit.",
            zh=f"{unit.code} 没有道路可到达此车。请更正事件位置，或选择其他车辆。",
        )
    return int(drive_s)


def _tell(session: WriteSession, now: datetime, job: JobRow, unit: Unit) -> None:
    payload = {"by_hand": True, "lock": Lock.UNIT.name.lower(), "option": job.planned_option}
    orders.tell(session, now, "job.planned", job, unit_id=unit.id, payload=payload)
