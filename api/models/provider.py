"""What a contractor sees and says."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, Strict

from field_app.wire import Bilingual, ShortText, WireModel


class OfferPlace(WireModel):
    """Where the car is; ``note``, how to find it, only after the offer was accepted.

    ``changed_at`` is when it was last corrected or better described since the offer was made.
    """

    lon: float
    lat: float
    text: str
    note: str | None
    changed_at: datetime | None


class OfferOut(WireModel):
    """One incident offered to a contractor; ``phone`` only after it was accepted.

    An ETA after ``needed_by_at`` is not accepted; where it is ``null``, any is. ``eta_at`` is what
    the contractor said last.
    """

    id: int
    incident_id: int
    incident_number: str
    state: str
    offered_at: datetime
    expires_at: datetime
    target_at: datetime
    needed_by_at: datetime | None
    eta_at: datetime | None
    location: OfferPlace
    fault: str
    label: Bilingual | None
    phone: str | None


class Offers(WireModel):
    """Offers that are open or being worked on, newest first."""

    items: list[OfferOut]


class OfferAcceptIn(WireModel):
    """An offer is accepted with an arrival time, in minutes from now."""

    eta_min: Annotated[int, Strict(), Field(ge=1, le=600)]


class OfferEtaIn(OfferAcceptIn):
    """Another arrival time than the one given before, in minutes from now."""


class OfferRejectIn(WireModel):
    """An offer is rejected with a reason."""

    reason: ShortText


class OfferStatusIn(WireModel):
    """How far the contractor's crew is."""

    status: Literal["arrived", "done"]
