"""Contractors: an offer with a deadline, accepted with an ETA or rejected with a reason.

One is asked at a time; who does not answer in time, or rejects, is not asked again for this
incident, and the next best one is; who only cannot be there by the time that an offer asks for may
be asked again with more of it. Whom to ask is `contractor_choice`'s to say, whether and by when
`offers_wanted`'s.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from dispatch import orders
from dispatch.closing import OUTCOME_OF_KIND, close_incident, withdraw_offers
from dispatch.context import DispatchContext
from dispatch.contractor_choice import Asking, Guess, still_to_ask
from dispatch.contractor_silence import silent_contractors, tell_silent
from dispatch.incident import INCIDENT_MACHINE, IncidentMove, IncidentState, incident_number
from dispatch.job import Job, JobMove, JobState, option_from_json
from dispatch.regions import get_region
from dispatch.store import (
    ContractorOfferRow,
    IncidentRow,
    JobRow,
    incident_row,
    job_of,
    offers_about,
)
from fleet.model import Contractor
from fleet.registers import contractor_ids, get_contractor
from kernel import events, private_details
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput, JobTaken, NotFound, TooLate

FINAL_SQL = ("done", "cancelled", "failed")

_STATE_ZH = {
    "offered": "尚未答复",
    "accepted": "已被接受",
    "arrived": "已到场",
    "done": "已完成",
    "rejected": "已被拒绝",
    "expired": "已过期",
    "withdrawn": "已撤回",
}

CLOCKS_APART = timedelta(seconds=60)
"""Clocks of two servers may differ by this much."""


# ------------------------------------------------------------------------------------- asking


def offer(
    session: WriteSession,
    context: DispatchContext,
    incident_id: int,
    contractor_id: int | None = None,
    *,
    needed_by_at: datetime | None = None,
) -> int:
    """Offer an incident to a contractor (``None``: the best one) and return the offer's id.

    Parameters
    ----------
    needed_by_at
        A later ETA is not accepted; ``None``: any is.

    Raises
    ------
    NotFound
        When there is no such incident or contractor, or none is left to ask.
    Conflict
        When the incident is closed, taken, or being offered already.
    """
    incident = incident_row(session, incident_id, lock=True)
    job = open_job(session, incident_id)
    if incident.state == IncidentState.CLOSED.value or job is None:
        raise Conflict(
            f"{incident_number(incident_id)} needs nobody any more.",
            zh=f"{incident_number(incident_id)} 已不再需要派车。",
        )
    _refuse_second_offer(session, incident_id)
    if contractor_id is None:
        guess = _best_to_ask(session, context, job_of(job))
        if guess is None:
            raise NotFound(
                "contractor",
                "for this job",
                remedy="All that can do it were asked.",
                zh="能处理此任务的外协均已询问过。",
            )
        contractor = guess.contractor
    else:
        contractor = get_contractor(session, contractor_id)
        if contractor.region != context.region:
            raise NotFound(
                "contractor", contractor_id, zh=f"没有编号为 {contractor_id} 的外协，请刷新后查看。"
            )
    return _make_offer(session, context, incident, job, contractor, needed_by_at)


def _best_to_ask(session: Session, context: DispatchContext, job: Job) -> Guess | None:
    """Return the best contractor that can do a job and may still be asked, ``None`` without one.

    A silent one is asked where no other is left.
    """
    region = context.region
    asked = offers_about(session, region).get(job.incident_id or 0, {})
    silent = silent_contractors(session, region, context.settings.contractors).keys()
    asking = Asking.read(session, context)
    for group in (contractor_ids(session, region) - silent, silent):
        best = asking.best((job,), still_to_ask(asked, group)).get(job.id)
        if best is not None:
            return best
    return None


def expire_offers(session: WriteSession, context: DispatchContext) -> list[int]:
    """Let offers past their deadline expire; return the incidents they were about.

    One that was made in the future is past it as well: the clock was set back since, and the
    contractor would have longer for its answer than it was given. The dispatcher is told who falls
    silent by it.
    """
    now, region, rules = context.clock.now(), context.region, context.settings.contractors
    query = (
        select(ContractorOfferRow)
        .where(ContractorOfferRow.region == region, ContractorOfferRow.state == "offered")
        .where(
            or_(
                ContractorOfferRow.expires_at < now,
                ContractorOfferRow.offered_at > now + CLOCKS_APART,
            )
        )
    )
    rows = session.scalars(query.order_by(ContractorOfferRow.id)).all()
    if not rows:
        return []
    before = silent_contractors(session, region, rules)
    for row in rows:
        row.state, row.expires_at = "expired", min(row.expires_at, now)
        _tell(session, now, "contractor.expired", row)
    for contractor_id, silence in silent_contractors(session, region, rules).items():
        if contractor_id not in before:
            tell_silent(session, now, region, contractor_id, silence)
    return [row.incident_id for row in rows]


def next_deadline(session: Session, region: str) -> datetime | None:
    """Return when the next unanswered offer runs out."""
    query = select(ContractorOfferRow.expires_at).filter_by(region=region, state="offered")
    return min(session.scalars(query), default=None)


# ------------------------------------------------------------------------------------ answers


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
    _tell(session, now, "contractor.accepted", row, eta_at=eta_at.isoformat())


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
        _tell(session, now, "contractor.withdrawn", row)


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
    _tell(session, now, "contractor.rejected", row, said=said)


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
            zh=f"此询单{_STATE_ZH[row.state]}，只有已接受的询单才能上报进度。",
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
    _tell(session, now, "incident.updated", row, change="contractor withdrawn")
    return True


def open_job(session: Session, incident_id: int) -> JobRow | None:
    """Return the row of an incident's unfinished job, if it has one."""
    query = select(JobRow).where(JobRow.incident_id == incident_id, JobRow.state.not_in(FINAL_SQL))
    return session.scalars(query.order_by(JobRow.id.desc()).limit(1)).first()


# -------------------------------------------------------------------------------------- parts


def _refuse_second_offer(session: Session, incident_id: int) -> None:
    states = ("offered", "accepted", "arrived")
    query = select(ContractorOfferRow.state).where(
        ContractorOfferRow.incident_id == incident_id, ContractorOfferRow.state.in_(states)
    )
    state = session.scalars(query).first()
    if state is not None:
        raise Conflict(
            f"{incident_number(incident_id)} is {state} already.",
            remedy="Wait for the answer, or release the contractor first.",
            zh=f"{incident_number(incident_id)} 的外协询单{_STATE_ZH[state]}，请等待答复，"
            "或先收回外协。",
        )


def _make_offer(
    session: WriteSession,
    context: DispatchContext,
    incident: IncidentRow,
    job: JobRow,
    contractor: Contractor,
    needed_by_at: datetime | None,
) -> int:
    now = context.clock.now()
    answer_s = contractor.answer_s or context.settings.contractors.answer_s
    row = ContractorOfferRow(
        region=context.region,
        incident_id=incident.id,
        job_id=job.id,
        contractor_id=contractor.id,
        state="offered",
        offered_at=now,
        expires_at=now + timedelta(seconds=answer_s),
        needed_by_at=needed_by_at,
    )
    session.add(row)
    orders.flush(session)
    _tell(
        session,
        now,
        "contractor.offered",
        row,
        contractor=contractor.name,
        expires_at=row.expires_at.isoformat(),
        needed_by_at=None if needed_by_at is None else needed_by_at.isoformat(),
    )
    return row.id


def _own_offer(session: Session, offer_id: int, contractor_id: int) -> ContractorOfferRow:
    row = session.get(ContractorOfferRow, offer_id, with_for_update=True, populate_existing=True)
    if row is None or row.contractor_id != contractor_id:
        raise NotFound("offer", offer_id, zh=f"没有编号为 {offer_id} 的询单。")
    return row


def _answerable(
    session: Session, offer_id: int, contractor_id: int, now: datetime
) -> ContractorOfferRow:
    row = _own_offer(session, offer_id, contractor_id)
    if row.state != "offered":
        raise Conflict(
            f"The offer is {row.state}.",
            remedy="It cannot be answered any more.",
            zh=f"此询单{_STATE_ZH[row.state]}，不能再答复。",
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
    job = open_job(session, incident.id)
    if job is None:
        raise JobTaken(
            f"{incident_number(incident.id)} needs nobody any more.",
            zh=f"{incident_number(incident.id)} 已不再需要派车。",
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
    _tell(session, now, "job.arrived", row, at=now.isoformat(), contractor=True)


def _done(
    session: WriteSession, now: datetime, row: ContractorOfferRow, incident: IncidentRow
) -> None:
    row.state, row.done_at = "done", now
    job = open_job(session, incident.id)
    kind = None
    if job is not None:
        kind = option_from_json(job.options[0]).kind
        unit_id = job.unit_id
        orders.move_job(job, JobMove.CANCEL)  # the own job: the contractor's work ended it
        if unit_id is not None:
            orders.free_unit(session, unit_id)
            orders.tell(
                session, now, "job.withdrawn", job, unit_id=unit_id, payload={"to": "contractor"}
            )
    _tell(session, now, "job.done", row, at=now.isoformat(), contractor=True)
    orders.flush(session)
    if kind is not None and incident.state != IncidentState.CLOSED.value:
        close_incident(session, now, incident, OUTCOME_OF_KIND[kind])


def _advance(incident: IncidentRow, move: IncidentMove) -> None:
    state = IncidentState(incident.state)
    incident.state = INCIDENT_MACHINE.after(state, move, who=incident_number(incident.id)).value


def _tell(
    session: WriteSession, now: datetime, kind: str, row: ContractorOfferRow, **payload: object
) -> None:
    session.flush()
    events.append(
        session,
        now,
        kind,
        region=row.region,
        incident_id=row.incident_id,
        job_id=row.job_id,
        payload={"offer_id": row.id, "contractor_id": row.contractor_id, **payload},
    )
