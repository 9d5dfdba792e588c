"""What becomes of an offer: accepted with an ETA or rejected, worked on, done, or taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from dispatch import orders
from dispatch.closing import OUTCOME_OF_KIND, close_incident, withdraw_offers
from dispatch.context import DispatchContext
from dispatch.contractor_choice import way_of
from dispatch.contractors import STATE_ZH, tell
from dispatch.incident import INCIDENT_MACHINE, IncidentMove, IncidentState, incident_number
from dispatch.job import JobMove, JobState
from dispatch.job_option import options_from_json
from dispatch.regions import get_region
from dispatch.store import (
    ContractorOfferRow,
    IncidentRow,
    incident_row,
    no_offer,
    open_job_row,
)
from fleet.registers import get_contractor
from kernel import private_details
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput, JobTaken, TooLate


def accept(
    session: WriteSession,
    context: DispatchContext,
    offer_id: int,
    contractor_id: int,
    *,
    eta_min: float,
) -> None:
    """Give the incident to the contractor; own units are stood down and not sent any more.

    Raises
    ------
    NotFound
        When there is no such offer to this contractor.
    InvalidInput
        When the ETA is not within (0, ``eta_limit_min``].
    Conflict
        When the offer has run out or was answered, or the ETA is too late for it (`TooLate`).
    JobTaken
        When an own unit is at the car or will be there before.
    """
    limit = context.settings.contractors.eta_limit_min
    if not 0 < eta_min <= limit:
        raise InvalidInput.one(
            "/eta_min",
            "offer.eta_min",
            f"{eta_min!r} is no ETA.",
            f"Give 1 to {limit} minutes.",
            zh=f"{eta_min:g} 分钟不是有效的到达时间，请填写 1 至 {limit} 分钟。",
        )
    now = context.clock.now()
    row = _answerable(session, offer_id, contractor_id, now)
    eta_at = now + timedelta(minutes=eta_min)
    if row.needed_by_at is not None and eta_at > row.needed_by_at:
        here = get_region(session, row.region)
        needed, told = here.clock(row.needed_by_at, now), here.clock(eta_at, now)
        raise TooLate(
            f"Somebody is needed by {needed}, and {told} is later.",
            remedy="Give an ETA by then, or reject the offer: another one is sent at once.",
            zh=f"须在 {needed} 前到达，{told} 太晚。"
            "请给出更早的到达时间，或拒绝此询单，系统会立即发出新的询单。",
        )
    incident = incident_row(session, row.incident_id, lock=True)
    _stand_own_down(session, now, incident, eta_at, has_limit=row.needed_by_at is not None)
    row.state, row.answered_at, row.eta_at = "accepted", now, eta_at
    orders.flush(session)
    withdraw_offers(session, now, incident.id)
    _advance(incident, IncidentMove.ASSIGN)
    incident.eta_at = incident.eta_low_at = incident.eta_high_at = eta_at
    tell(session, now, "contractor.accepted", row, eta_at=eta_at.isoformat())


def not_needed(
    session: WriteSession, context: DispatchContext, offer_id: int, contractor_id: int
) -> None:
    """Close an offer whose acceptance an own unit came before; the contractor may be asked again.

    Called after `accept` has said so (`JobTaken`), in a transaction of its own.
    """
    row = _own_offer(session, offer_id, contractor_id)
    if row.state == "offered":
        now = context.clock.now()
        row.state, row.answered_at = "withdrawn", now
        tell(session, now, "contractor.withdrawn", row)


def heard(
    session: WriteSession, context: DispatchContext, offer_id: int, contractor_id: int
) -> None:
    """Note an answer that could not be taken: who gives one is not silent.

    Called after `accept` or `reject` has refused it (`Conflict`), in a transaction of its own.
    """
    row = session.get(ContractorOfferRow, offer_id, with_for_update=True, populate_existing=True)
    if row is None or row.contractor_id != contractor_id:
        return
    if row.state in ("offered", "expired", "withdrawn"):
        row.answered_at = context.clock.now()


def reject(
    session: WriteSession, context: DispatchContext, offer_id: int, contractor_id: int, reason: str
) -> None:
    """Note that the contractor will not come, and why; errors as for `accept`."""
    if not reason.strip():
        raise InvalidInput.one(
            "/reason",
            "offer.reason",
            "No reason is given.",
            "Say why not.",
            zh="未填写原因，请说明为何不接。",
        )
    now = context.clock.now()
    row = _answerable(session, offer_id, contractor_id, now)
    row.state, row.answered_at, row.reject_reason = "rejected", now, reason.strip()
    said = private_details.keep(
        session, now, {"reason": reason.strip()}, incident_id=row.incident_id
    )
    tell(session, now, "contractor.rejected", row, said=said)


def report(
    session: WriteSession, context: DispatchContext, offer_id: int, contractor_id: int, status: str
) -> None:
    """Take a contractor's status, ``arrived`` or ``done``; repeats are harmless.

    Raises
    ------
    NotFound
        When there is no such offer to this contractor.
    InvalidInput
        For any other status.
    Conflict
        When the contractor does not have the incident.
    """
    now = context.clock.now()
    row = _own_offer(session, offer_id, contractor_id)
    if status not in ("arrived", "done"):
        raise InvalidInput.one(
            "/status",
            "offer.status",
            f"{status!r} is no status.",
            "Give arrived or done.",
            zh=f"“{status}”不是有效状态，请填写 arrived 或 done。",
        )
    if row.state in (status, "done"):
        return
    if row.state not in ("accepted", "arrived"):
        raise Conflict(
            f"The offer is {row.state}.",
            remedy="Only an accepted one can be reported.",
            zh=f"此询单{STATE_ZH[row.state]}，只有已接受的询单才能上报进度。",
        )
    incident = incident_row(session, row.incident_id, lock=True)
    if row.arrived_at is None:
        _arrived(session, now, row, incident)
    if status == "done":
        _done(session, now, row, incident)


def take_back(session: WriteSession, context: DispatchContext, incident_id: int) -> bool:
    """Withdraw an incident from the contractor that is asked, comes or is there.

    Who is at the car may find that it cannot help: only a dispatcher is told so. Return whether
    there was one.
    """
    query = select(ContractorOfferRow).where(
        ContractorOfferRow.incident_id == incident_id,
        ContractorOfferRow.state.in_(("offered", "accepted", "arrived")),
    )
    row = session.scalars(query.with_for_update()).first()
    if row is None:
        return False
    now = context.clock.now()
    if row.state != "offered":
        incident = incident_row(session, incident_id)
        _advance(incident, IncidentMove.UNASSIGN)
        incident.eta_at = incident.eta_low_at = incident.eta_high_at = None
    row.state = "withdrawn"
    tell(session, now, "incident.updated", row, change="contractor withdrawn")
    return True


def _own_offer(session: Session, offer_id: int, contractor_id: int) -> ContractorOfferRow:
    row = session.get(ContractorOfferRow, offer_id, with_for_update=True, populate_existing=True)
    if row is None or row.contractor_id != contractor_id:
        raise no_offer(offer_id)
    return row


def _answerable(
    session: Session, offer_id: int, contractor_id: int, now: datetime
) -> ContractorOfferRow:
    row = _own_offer(session, offer_id, contractor_id)
    if row.state != "offered":
        raise Conflict(
            f"The offer is {row.state}.",
            remedy="It cannot be answered any more.",
            zh=f"此询单{STATE_ZH[row.state]}，不能再答复。",
        )
    if row.expires_at < now:
        raise Conflict(
            "The offer has run out.",
            remedy="Answer the next one in time.",
            zh="此询单已过期，请及时答复下一单。",
        )
    return row


def _stand_own_down(
    session: WriteSession,
    now: datetime,
    incident: IncidentRow,
    eta_at: datetime,
    *,
    has_limit: bool,
) -> None:
    """Take the job out of the own plan; JobTaken where an own unit is nearer to the end of it.

    While nobody is ordered to it, the limit of the offer says what is soon enough.
    """
    job = open_job_row(session, incident.id)
    if job is None:
        raise JobTaken(
            f"{incident_number(incident.id)} needs nobody any more.",
            remedy="Nothing is left to do.",
            zh=f"{incident_number(incident.id)} 已不再需要派车，无需再来。",
        )
    state = JobState(job.state)
    if state in (JobState.ON_SITE, JobState.LOADED):
        raise JobTaken(
            "An own unit is at the car already.",
            remedy="Nothing is left to do.",
            zh="自有车辆已到车旁，无需再来。",
        )
    own_eta_at = incident.eta_at
    is_judged = has_limit and state is JobState.OPEN
    if own_eta_at is not None and own_eta_at <= eta_at and not is_judged:
        here = get_region(session, incident.region)
        own, told = here.clock(own_eta_at, now), here.clock(eta_at, now)
        raise JobTaken(
            f"An own unit will be there at {own}, before {told}.",
            remedy="Thank you: you are not needed.",
            zh=f"自有车辆将在 {own} 到达，早于 {told}。感谢，您无需前往。",
        )
    if state is not JobState.OPEN:
        unit_id = orders.withdraw_job(session, job)
        kind = "job.diverted" if state is JobState.ROLLING else "job.withdrawn"
        orders.tell(session, now, kind, job, unit_id=unit_id, payload={"to": "contractor"})
    orders.clear_plan(job)
    flag_modified(job, "planned_unit_id")  # a plan made before this must find it changed


def _arrived(
    session: WriteSession, now: datetime, row: ContractorOfferRow, incident: IncidentRow
) -> None:
    row.state, row.arrived_at = "arrived", now
    if incident.state == IncidentState.ASSIGNED.value:
        _advance(incident, IncidentMove.ROLL)
    _advance(incident, IncidentMove.ARRIVE)
    incident.arrived_at = incident.arrived_at or now
    tell(session, now, "job.arrived", row, at=now.isoformat(), contractor=True)


def _done(
    session: WriteSession, now: datetime, row: ContractorOfferRow, incident: IncidentRow
) -> None:
    row.state, row.done_at = "done", now
    job = open_job_row(session, incident.id)
    kind = None
    if job is not None:
        contractor = get_contractor(session, row.contractor_id)
        kind = way_of(contractor, options_from_json(job.options)).kind
        unit_id = job.unit_id
        orders.move_job(job, JobMove.CANCEL)  # the own job: the contractor's work ended it
        if unit_id is not None:
            orders.free_unit(session, unit_id)
            orders.tell(
                session, now, "job.withdrawn", job, unit_id=unit_id, payload={"to": "contractor"}
            )
    tell(session, now, "job.done", row, at=now.isoformat(), contractor=True)
    orders.flush(session)
    if kind is not None and incident.state != IncidentState.CLOSED.value:
        close_incident(session, now, incident, OUTCOME_OF_KIND[kind])


def _advance(incident: IncidentRow, move: IncidentMove) -> None:
    state = IncidentState(incident.state)
    incident.state = INCIDENT_MACHINE.after(state, move, who=incident_number(incident.id)).value
