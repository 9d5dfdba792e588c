"""Asking contractors: an offer with a deadline.

One is asked at a time; who does not answer in time, or rejects, is not asked again for this
incident, and the next best one is; who only cannot be there by the time that an offer asks for may
be asked again with more of it. Whom to ask is `contractor_choice`'s to say, whether and by when
`offers_wanted`'s; what becomes of an offer is in `contractor_work`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dispatch import orders
from dispatch.context import DispatchContext
from dispatch.contractor_choice import Asking, Guess, can_do, still_to_ask
from dispatch.contractor_silence import silent_contractors, tell_silent, tell_still_silent
from dispatch.incident import IncidentState, incident_number
from dispatch.job import Job
from dispatch.lacking import lacking
from dispatch.offers_wanted import Offer
from dispatch.store import (
    ContractorOfferRow,
    IncidentRow,
    JobRow,
    incident_row,
    is_open,
    job_of,
    no_offer,
    offers_about,
    open_job_row,
)
from fleet.model import Contractor
from fleet.registers import contractor_ids, get_contractor, no_contractor
from kernel import events
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput, NotFound

STATE_ZH = {
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


def offer(
    session: WriteSession,
    context: DispatchContext,
    incident_id: int,
    contractor_id: int | None = None,
) -> int:
    """Offer an incident to a contractor (``None``: the best one) and return the offer's id.

    Raises
    ------
    NotFound
        When there is no such incident or contractor, or none is left to ask.
    Conflict
        When the incident is closed, taken, or being offered already.
    InvalidInput
        When the contractor that is named lacks what each way to do the job needs.
    """
    incident, job = _to_be_offered(session, incident_id)
    if contractor_id is None:
        guess = best_to_ask(session, context, job_of(job))
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
            raise no_contractor(contractor_id)
        _refuse_unable(contractor, job_of(job))
    return _make_offer(session, context, incident, job, contractor, None)


def offer_as_planned(
    session: WriteSession, context: DispatchContext, incident_id: int, wanted: Offer
) -> int:
    """Offer an incident to whom the plan wants to ask, and return the offer's id.

    Raises
    ------
    NotFound, Conflict
        As `offer`.
    """
    incident, job = _to_be_offered(session, incident_id)
    contractor = get_contractor(session, wanted.contractor_id)
    return _make_offer(session, context, incident, job, contractor, wanted.by_at)


def _to_be_offered(session: WriteSession, incident_id: int) -> tuple[IncidentRow, JobRow]:
    """Return an incident and its unfinished job, which nobody else is asked about."""
    incident = incident_row(session, incident_id, lock=True)
    job = open_job_row(session, incident_id)
    if incident.state == IncidentState.CLOSED.value or job is None:
        raise Conflict(
            f"{incident_number(incident_id)} needs nobody any more.",
            remedy="Read it again.",
            zh=f"{incident_number(incident_id)} 已不再需要派车，请刷新后查看。",
        )
    _refuse_second_offer(session, incident_id)
    return incident, job


def best_to_ask(session: Session, context: DispatchContext, job: Job) -> Guess | None:
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
    or stays silent by it.
    """
    now, region, rules = context.clock.now(), context.region, context.settings.contractors
    query = (
        select(ContractorOfferRow)
        .join(IncidentRow, IncidentRow.id == ContractorOfferRow.incident_id)
        .where(is_open(region), ContractorOfferRow.state == "offered")
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
        tell(session, now, "contractor.expired", row)
    for contractor_id, silence in silent_contractors(session, region, rules).items():
        known = before.get(contractor_id)
        if known is None:
            tell_silent(session, now, region, contractor_id, silence)
        elif known != silence:
            tell_still_silent(session, now, region, contractor_id, silence)
    return [row.incident_id for row in rows]


def next_deadline(session: Session, region: str) -> datetime | None:
    """Return when the next unanswered offer runs out."""
    query = (
        select(func.min(ContractorOfferRow.expires_at))
        .join(IncidentRow, IncidentRow.id == ContractorOfferRow.incident_id)
        .where(is_open(region), ContractorOfferRow.state == "offered")
    )
    return session.scalar(query)


def _refuse_unable(contractor: Contractor, job: Job) -> None:
    if can_do(contractor, job):
        return
    words = lacking(job.options, contractor.skills)
    raise InvalidInput.one(
        "/contractor_id",
        "rule.no_unit_has",
        f"{contractor.name} lacks {', '.join(it.en for it in words)}.",
        "Choose a contractor that has it, or correct its skills.",
        zh=f"{contractor.name} 缺少：{'、'.join(it.zh for it in words)}。"
        "请选择其他外协，或更正其技能。",
    )


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
            zh=f"{incident_number(incident_id)} 的外协询单{STATE_ZH[state]}，请等待答复，"
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
    tell(
        session,
        now,
        "contractor.offered",
        row,
        contractor=contractor.name,
        expires_at=row.expires_at.isoformat(),
        needed_by_at=None if needed_by_at is None else needed_by_at.isoformat(),
    )
    return row.id


def own_offer(session: Session, offer_id: int, contractor_id: int) -> ContractorOfferRow:
    """Return an offer of a contractor, to be changed; NotFound where it is not its own."""
    row = session.get(ContractorOfferRow, offer_id, with_for_update=True, populate_existing=True)
    if row is None or row.contractor_id != contractor_id:
        raise no_offer(offer_id)
    return row


def tell(
    session: WriteSession, now: datetime, kind: str, row: ContractorOfferRow, **payload: object
) -> None:
    """Append an event about an offer."""
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
