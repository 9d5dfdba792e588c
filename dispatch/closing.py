"""The end of an incident, from whichever side it comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from dispatch.incident import INCIDENT_MACHINE, IncidentMove, IncidentState, Outcome
from dispatch.job_option import JobKind
from dispatch.store import AlarmRow, ContractorOfferRow, IncidentRow
from kernel import events
from kernel.database import WriteSession

OUTCOME_OF_KIND = {
    JobKind.REPAIR: Outcome.REPAIRED,
    JobKind.BOOST: Outcome.BOOSTED,
    JobKind.TOW: Outcome.TOWED,
}
"""What an incident ends with when its job of that kind is done."""


def close_incident(
    session: WriteSession, now: datetime, incident: IncidentRow, outcome: Outcome
) -> None:
    """Close an open incident: state, outcome, event; what is over alarms nobody.

    Offers that nobody has answered are withdrawn.

    Raises
    ------
    IllegalTransition
        When it is closed already.
    """
    state = IncidentState(incident.state)
    who = f"R-{incident.id:04d}"
    incident.state = INCIDENT_MACHINE.after(state, IncidentMove.CLOSE, who=who).value
    incident.outcome, incident.closed_at = outcome.value, now
    incident.eta_at = incident.eta_low_at = incident.eta_high_at = None
    withdraw_offers(session, now, incident.id)
    _quieten(session, now, incident.id)
    session.flush()
    payload: dict[str, object] = {"outcome": outcome.value}
    if incident.merged_into is not None:
        payload["merged_into"] = incident.merged_into
    events.append(
        session,
        now,
        "incident.closed",
        region=incident.region,
        incident_id=incident.id,
        payload=payload,
    )


def _quieten(session: WriteSession, now: datetime, incident_id: int) -> None:
    """Put its alarms aside; acknowledged by nobody."""
    unseen = (AlarmRow.incident_id == incident_id, AlarmRow.acknowledged_at.is_(None))
    session.execute(update(AlarmRow).where(*unseen).values(acknowledged_at=now))


def withdraw_offers(
    session: WriteSession,
    now: datetime,
    incident_id: int,
    states: Sequence[str] = ("offered",),
) -> None:
    """Withdraw the offers of an incident in these states; each contractor is told."""
    query = select(ContractorOfferRow).where(
        ContractorOfferRow.incident_id == incident_id, ContractorOfferRow.state.in_(states)
    )
    for offer in session.scalars(query.order_by(ContractorOfferRow.id)):
        offer.state = "withdrawn"
        events.append(
            session,
            now,
            "contractor.withdrawn",
            region=offer.region,
            incident_id=incident_id,
            job_id=offer.job_id,
            payload={"offer_id": offer.id, "contractor_id": offer.contractor_id},
        )
