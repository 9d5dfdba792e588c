"""A contractor under way that comes later or sooner than it said.

What it said first stays on record: that is what its ETAs are worth (`contractor_record`). Owner and
dispatcher go by what it said last.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from dispatch import orders
from dispatch.context import DispatchContext
from dispatch.contractors import STATE_ZH, own_offer, tell
from dispatch.incident import incident_number
from dispatch.store import ContractorOfferRow, incident_row
from dispatch.world import TAKEN
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput

SAME = timedelta(seconds=30)
"""An ETA that differs by less says nothing new."""


def eta_from(context: DispatchContext, eta_min: float) -> datetime:
    """Return the time in so many minutes; InvalidInput where that is no ETA."""
    limit = context.settings.contractors.eta_limit_min
    if not 0 < eta_min <= limit:
        raise InvalidInput.one(
            "/eta_min",
            "offer.eta_min",
            f"{eta_min!r} is no ETA.",
            f"Give 1 to {limit} minutes.",
            zh=f"{eta_min:g} 分钟不是有效的到达时间，请填写 1 至 {limit} 分钟。",
        )
    return context.clock.now() + timedelta(minutes=eta_min)


def change_eta(
    session: WriteSession,
    context: DispatchContext,
    offer_id: int,
    contractor_id: int,
    *,
    eta_min: float,
) -> None:
    """Take a new ETA of the contractor itself, minutes from now; the same again changes nothing.

    Raises
    ------
    NotFound
        When there is no such offer to this contractor.
    InvalidInput
        When the ETA is not within (0, ``eta_limit_min``].
    Conflict
        When the contractor does not have the incident, or is at the car.
    """
    row = own_offer(session, offer_id, contractor_id)
    eta_at = eta_from(context, eta_min)
    if row.state != "accepted":
        raise Conflict(
            f"The offer is {row.state}.",
            remedy="Only who has accepted and is not at the car yet can give a new time.",
            zh=f"此询单{STATE_ZH[row.state]}，只有已接受且尚未到达时才能更改到达时间。",
        )
    _change(session, context.clock.now(), row, eta_at, by_hand=False)


def change_eta_by_hand(
    session: WriteSession, context: DispatchContext, incident_id: int, *, eta_min: float
) -> None:
    """Take a new ETA that a contractor has told a dispatcher on the phone.

    Raises
    ------
    NotFound
        When there is no such incident.
    InvalidInput
        As `change_eta`.
    Conflict
        When no contractor is on its way there.
    """
    number = incident_number(incident_row(session, incident_id).id)
    eta_at = eta_from(context, eta_min)
    query = select(ContractorOfferRow).where(
        ContractorOfferRow.incident_id == incident_id, ContractorOfferRow.state.in_(TAKEN)
    )
    row = session.scalars(query.with_for_update()).first()
    if row is None:
        raise Conflict(
            f"No contractor has {number}.",
            remedy="Offer it to one; the ETA comes with the answer.",
            zh=f"{number} 没有外协前往。请先询单，外协接单时会给出到达时间。",
        )
    if row.state != "accepted":
        raise Conflict(
            f"The contractor is at the car of {number} already.",
            remedy="Nothing is to be changed.",
            zh=f"外协已到 {number} 的车旁，到达时间无需更改。",
        )
    _change(session, context.clock.now(), row, eta_at, by_hand=True)


def _change(
    session: WriteSession,
    now: datetime,
    row: ContractorOfferRow,
    eta_at: datetime,
    *,
    by_hand: bool,
) -> None:
    before = row.expected_at
    row.answered_at = now  # it has been heard of
    if before is not None and abs(eta_at - before) < SAME:
        return
    row.changed_eta_at = eta_at
    incident = incident_row(session, row.incident_id, lock=True)
    incident.eta_at = incident.eta_low_at = incident.eta_high_at = eta_at
    orders.flush(session)
    tell(
        session,
        now,
        "contractor.eta_changed",
        row,
        before=None if before is None else before.isoformat(),
        eta_at=eta_at.isoformat(),
        by_hand=by_hand,
    )
