"""What contractors see and answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.access import Provider
from api.models.provider import (
    OfferAcceptIn,
    OfferEtaIn,
    OfferOut,
    OfferRejectIn,
    Offers,
    OfferStatusIn,
)
from api.views.offers import contractor_of, offer_to, offers_to
from api.writing import Repeat, Run
from dispatch import contractor_eta, contractor_work
from kernel.database import WriteSession
from kernel.errors import Conflict, JobTaken

router = APIRouter(prefix="/provider/offers", tags=["provider"])

OfferId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("")
def list_offers(who: Provider, runtime: Run) -> Offers:
    """Return the contractor's own offers, open ones and those being worked on."""
    with runtime.database.read() as session:
        return offers_to(session, contractor_of(who.contractor_id))


@router.post("/{offer_id}/accept", response_model=OfferOut)
def accept(
    offer_id: OfferId, body: OfferAcceptIn, who: Provider, repeat: Repeat, runtime: Run
) -> Response:
    """Take an offer, with an arrival time."""
    contractor_id = contractor_of(who.contractor_id)

    def act(session: WriteSession) -> OfferOut:
        contractor_work.accept(
            session, runtime.context, offer_id, contractor_id, eta_min=body.eta_min
        )
        return offer_to(session, contractor_id, offer_id)

    try:
        return repeat.answer(runtime, who.key, act)
    except JobTaken:
        with runtime.database.write() as session:
            contractor_work.not_needed(session, runtime.context, offer_id, contractor_id)
        raise
    except Conflict:
        _note(runtime, offer_id, contractor_id)
        raise


@router.post("/{offer_id}/reject", response_model=OfferOut)
def reject(
    offer_id: OfferId, body: OfferRejectIn, who: Provider, repeat: Repeat, runtime: Run
) -> Response:
    """Leave an offer, with a reason."""
    contractor_id = contractor_of(who.contractor_id)

    def act(session: WriteSession) -> OfferOut:
        contractor_work.reject(session, runtime.context, offer_id, contractor_id, body.reason)
        return offer_to(session, contractor_id, offer_id)

    try:
        return repeat.answer(runtime, who.key, act)
    except Conflict:
        _note(runtime, offer_id, contractor_id)
        raise


@router.post("/{offer_id}/eta", response_model=OfferOut)
def change_eta(
    offer_id: OfferId, body: OfferEtaIn, who: Provider, repeat: Repeat, runtime: Run
) -> Response:
    """Tell that the crew comes later or sooner than was said."""
    contractor_id = contractor_of(who.contractor_id)

    def act(session: WriteSession) -> OfferOut:
        contractor_eta.change_eta(
            session, runtime.context, offer_id, contractor_id, eta_min=body.eta_min
        )
        return offer_to(session, contractor_id, offer_id)

    return repeat.answer(runtime, who.key, act)


@router.post("/{offer_id}/status", response_model=OfferOut)
def report_status(
    offer_id: OfferId, body: OfferStatusIn, who: Provider, repeat: Repeat, runtime: Run
) -> Response:
    """Tell that the crew has arrived, or is done."""
    contractor_id = contractor_of(who.contractor_id)

    def act(session: WriteSession) -> OfferOut:
        contractor_work.report(session, runtime.context, offer_id, contractor_id, body.status)
        return offer_to(session, contractor_id, offer_id)

    return repeat.answer(runtime, who.key, act)


def _note(runtime: Run, offer_id: int, contractor_id: int) -> None:
    """Note an answer that was refused: whoever gives one is not silent."""
    with runtime.database.write() as session:
        contractor_work.heard(session, runtime.context, offer_id, contractor_id)
