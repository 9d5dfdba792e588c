"""Table ``contractor_offers``: whom we asked to help, by when they must answer, what they said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.store.incidents import IncidentRow, is_open
from kernel.database import Base, UtcDateTime
from kernel.errors import NotFound

OFFER_STATES = ("offered", "accepted", "arrived", "done", "rejected", "expired", "withdrawn")
NOT_A_MINUTE_LATER = timedelta(minutes=5)
"""Who cannot be there by a time is not expected, nor asked again, for this long after it."""

_MOST_DOUBLED = 6
"""Five hours later, which is more than anybody may be asked for."""

_TAKEN = text("state IN ('accepted', 'arrived')")
_ASKED = text("state = 'offered'")


class ContractorOfferRow(Base):
    """Table ``contractor_offers``.

    An incident is taken by one contractor at most; each is asked about it once at a time.
    ``needed_by_at`` is until when its arrival pays; without it, any does. ``answered_at`` is when
    it has answered, whether or not that could be taken; it has none where it never did. ``eta_at``
    is what it said first, ``changed_eta_at`` what it has said since, where that is another time.
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
        Index("offer_by_contractor", "contractor_id", "state"),
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
    contractor_id: Mapped[int] = mapped_column(ForeignKey("contractors.id"))
    state: Mapped[str] = mapped_column(String(20))
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    needed_by_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    eta_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reject_reason: Mapped[str | None] = mapped_column(Text)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_eta_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def expected_at(self) -> datetime | None:
        """When it comes by what it said last."""
        return self.changed_eta_at or self.eta_at


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
        Whether it only said that it cannot be there by a time, so that it may come later, or was
        not needed when it answered.
    n_too_soon
        How often it said so.
    """

    state: str
    later_than_at: datetime | None
    may_be_asked: bool
    n_too_soon: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the contractor is to answer."""
        return self.state == "offered"

    @property
    def not_before_at(self) -> datetime | None:
        """When it may be there at the soonest, as far as it has told; ``None``: at any time.

        Each time that it cannot be there by is taken to say twice as much as the one before, so
        that nobody is asked for ever, a little later each time.
        """
        if self.later_than_at is None:
            return None
        doubled = min(max(0, self.n_too_soon - 1), _MOST_DOUBLED)
        return self.later_than_at + NOT_A_MINUTE_LATER * int(2**doubled)

    def can_come_by(self, by_at: datetime | None) -> bool:
        """Whether it may be asked to be there by a time; ``None``: any time will do."""
        return by_at is None or self.not_before_at is None or by_at >= self.not_before_at

    def then(
        self, state: str, needed_by_at: datetime | None, eta_at: datetime | None = None
    ) -> Asked:
        """Return what is known after one more offer; it has an ETA if it was ever accepted."""
        is_too_soon = state == "rejected" and needed_by_at is not None
        times = (self.later_than_at, needed_by_at if is_too_soon else None)
        latest = max((it for it in times if it is not None), default=None)
        may_be_asked = is_too_soon or (state == "withdrawn" and eta_at is None)
        return Asked(state, latest, may_be_asked, self.n_too_soon + is_too_soon)


_NOT_YET = Asked("", None, may_be_asked=True)


def offers_about(session: Session, region: str) -> Mapping[int, Mapping[int, Asked]]:
    """Return what became of the offers about each open incident, by incident and contractor."""
    query = (
        select(
            ContractorOfferRow.incident_id,
            ContractorOfferRow.contractor_id,
            ContractorOfferRow.state,
            ContractorOfferRow.needed_by_at,
            ContractorOfferRow.eta_at,
        )
        .join(IncidentRow, IncidentRow.id == ContractorOfferRow.incident_id)
        .where(is_open(region))
        .order_by(ContractorOfferRow.id)
    )
    asked: dict[int, dict[int, Asked]] = {}
    for incident_id, contractor_id, state, needed_by_at, eta_at in session.execute(query):
        about = asked.setdefault(incident_id, {})
        before = about.get(contractor_id, _NOT_YET)
        about[contractor_id] = before.then(state, needed_by_at, eta_at)
    return asked


def open_offers(asked: Mapping[int, Mapping[int, Asked]]) -> Counter[int]:
    """Return how many offers each contractor has to answer, of what `offers_about` returns."""
    every = (item for about in asked.values() for item in about.items())
    return Counter(contractor_id for contractor_id, it in every if it.is_open)


def no_offer(offer_id: int) -> NotFound:
    """Return what is said where an offer is none, or another contractor's."""
    return NotFound(
        "offer",
        offer_id,
        remedy="Load the offers again.",
        zh=f"没有编号为 {offer_id} 的询单，请刷新后查看。",
    )
