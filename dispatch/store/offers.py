"""Table ``contractor_offers``: whom we asked to help, by when they must answer, what they said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.store.incidents import IncidentRow
from kernel.database import Base, UtcDateTime

OFFER_STATES = ("offered", "accepted", "arrived", "done", "rejected", "expired", "withdrawn")
_TAKEN = text("state IN ('accepted', 'arrived')")
_ASKED = text("state = 'offered'")


class ContractorOfferRow(Base):
    """Table ``contractor_offers``.

    An incident is taken by one contractor at most; each is asked about it once at a time.
    ``needed_by_at`` is until when its arrival pays; without it, any does.
    """

    __tablename__ = "contractor_offers"
    __table_args__ = (
        Index(
            "offer_one_taken_per_incident",
            "incident_id",
            unique=True,
            sqlite_where=_TAKEN,
            postgresql_where=_TAKEN,
        ),
        Index(
            "offer_one_open_per_contractor",
            "incident_id",
            "contractor_id",
            unique=True,
            sqlite_where=_ASKED,
            postgresql_where=_ASKED,
        ),
        CheckConstraint(
            "state NOT IN ('accepted', 'arrived', 'done') OR eta_at IS NOT NULL",
            name="offer_accepted_has_eta",
        ),
        CheckConstraint(
            "state <> 'rejected' OR reject_reason IS NOT NULL", name="offer_rejected_has_reason"
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    region: Mapped[str] = mapped_column(String(60), index=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    contractor_id: Mapped[int] = mapped_column(ForeignKey("contractors.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    needed_by_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    eta_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reject_reason: Mapped[str | None] = mapped_column(Text)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of the offers about an incident to one contractor.

    Attributes
    ----------
    state
        Of the last one.
    later_than_at
        The contractor cannot be there by then, as it said; ``None``: it said no such thing.
    may_be_asked
        Whether it only said that it cannot be there by a time, so that it may come later.
    """

    state: str
    later_than_at: datetime | None
    may_be_asked: bool

    @property
    def is_open(self) -> bool:
        """Whether the contractor is to answer."""
        return self.state == "offered"

    def can_come_by(self, by_at: datetime | None) -> bool:
        """Whether it has not said that it cannot; ``None``: any time will do."""
        return by_at is None or self.later_than_at is None or by_at > self.later_than_at

    def then(self, state: str, needed_by_at: datetime | None) -> Asked:
        """Return what is known after one more offer."""
        is_too_soon = state == "rejected" and needed_by_at is not None
        times = (self.later_than_at, needed_by_at if is_too_soon else None)
        latest = max((it for it in times if it is not None), default=None)
        return Asked(state, latest, may_be_asked=is_too_soon)


_NOT_YET = Asked("", None, may_be_asked=True)


def offers_about(session: Session, region: str) -> Mapping[int, Mapping[int, Asked]]:
    """Return what became of the offers about each open incident, by incident and contractor."""
    query = (
        select(
            ContractorOfferRow.incident_id,
            ContractorOfferRow.contractor_id,
            ContractorOfferRow.state,
            ContractorOfferRow.needed_by_at,
        )
        .join(IncidentRow, IncidentRow.id == ContractorOfferRow.incident_id)
        .where(IncidentRow.region == region, IncidentRow.state != "closed")
        .order_by(ContractorOfferRow.id)
    )
    asked: dict[int, dict[int, Asked]] = {}
    for incident_id, contractor_id, state, needed_by_at in session.execute(query):
        about = asked.setdefault(incident_id, {})
        about[contractor_id] = about.get(contractor_id, _NOT_YET).then(state, needed_by_at)
    return asked
