"""Offers as the contractor sees them: nothing about the owner before it was accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.models.provider import OfferOut, OfferPlace, Offers
from api.views.words import bilingual
from dispatch.amending import PLACE_CHANGED
from dispatch.contractor_choice import way_of
from dispatch.disclosure import shown_phone
from dispatch.incident import Incident
from dispatch.job_option import options_from_json
from dispatch.store import ContractorOfferRow, JobRow, get_incident, incident_of, no_offer
from dispatch.store.incidents import IncidentRow
from field_app.wire import Bilingual
from fleet.registers import get_contractor
from kernel.errors import NotAllowed
from kernel.events import EventRow

_SHOWN = ("offered", "accepted", "arrived")
_TAKEN = ("accepted", "arrived")


def offers_to(session: Session, contractor_id: int) -> Offers:
    """Return a contractor's offers that are open or being worked on, newest first."""
    query = (
        select(ContractorOfferRow, IncidentRow)
        .join(IncidentRow, IncidentRow.id == ContractorOfferRow.incident_id)
        .where(
            ContractorOfferRow.contractor_id == contractor_id,
            ContractorOfferRow.state.in_(_SHOWN),
        )
        .order_by(ContractorOfferRow.id.desc())
    )
    found = session.execute(query).all()
    incident_ids = [offer.incident_id for offer, _ in found]
    changed = _places_changed(session, incident_ids)
    labels = _labels(session, contractor_id, incident_ids)
    return Offers(
        items=[_offer_out(offer, incident_of(row), labels, changed) for offer, row in found]
    )


def offer_to(session: Session, contractor_id: int, offer_id: int) -> OfferOut:
    """Return one offer of a contractor; NotFound for another contractor's."""
    offer = session.get(ContractorOfferRow, offer_id)
    if offer is None or offer.contractor_id != contractor_id:
        raise no_offer(offer_id)
    changed = _places_changed(session, [offer.incident_id])
    labels = _labels(session, contractor_id, [offer.incident_id])
    return _offer_out(offer, get_incident(session, offer.incident_id), labels, changed)


def contractor_of(contractor_id: int | None) -> int:
    """Return the contractor of a provider's token."""
    if contractor_id is None:
        raise NotAllowed(
            "This token belongs to no contractor.",
            remedy="Log in as a contractor.",
            zh="该登录不属于任何外协，请以外协账号登录。",
        )
    return contractor_id


def _places_changed(session: Session, incident_ids: Iterable[int]) -> Mapping[int, datetime]:
    """Return when the contractor was last told of another place, by offer."""
    query = select(EventRow.payload, EventRow.at).where(
        EventRow.incident_id.in_(incident_ids), EventRow.kind == PLACE_CHANGED
    )
    told = session.execute(query.order_by(EventRow.seq))
    return {payload["offer_id"]: at for payload, at in told}


def _labels(
    session: Session, contractor_id: int, incident_ids: Iterable[int]
) -> Mapping[int, Bilingual]:
    """Return what a contractor is to do, by incident: what is left to try, in the way it can."""
    contractor = get_contractor(session, contractor_id)
    query = select(JobRow.incident_id, JobRow.options).where(JobRow.incident_id.in_(incident_ids))
    newest_last = session.execute(query.order_by(JobRow.id))
    return {
        it: bilingual(way_of(contractor, options_from_json(options)).label)
        for it, options in newest_last
        if it is not None
    }


def _offer_out(
    offer: ContractorOfferRow,
    incident: Incident,
    labels: Mapping[int, Bilingual],
    changed: Mapping[int, datetime],
) -> OfferOut:
    place, in_hand = incident.place, offer.state in _TAKEN
    return OfferOut(
        id=offer.id,
        incident_id=incident.id,
        incident_number=incident.number,
        state=offer.state,
        offered_at=offer.offered_at,
        expires_at=offer.expires_at,
        target_at=incident.target_at,
        needed_by_at=offer.needed_by_at,
        eta_at=offer.expected_at,
        location=OfferPlace(
            lon=place.position.lon,
            lat=place.position.lat,
            text=place.text,
            note=place.note if in_hand else None,
            changed_at=changed.get(offer.id),
        ),
        fault=incident.fault,
        label=labels.get(incident.id),
        phone=shown_phone("provider", incident.caller.phone, in_hand=in_hand),
    )
