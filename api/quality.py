"""How well a region kept its promise, by whom, and what owners thought of it, from the database.

Owners' words are read when they are asked for: whoever has been erased since has left none.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispatch.incident import IncidentState, Outcome
from dispatch.rated_help import RatedHelp, asked_since, ratings_since
from dispatch.regions import get_region
from dispatch.store import ContractorOfferRow, IncidentRow, RatingRow
from fleet.store import ContractorRow
from sla.contractor_scores import CAME, AskedAbout, contractor_scores
from sla.report import Rated, Ratings, Report, Served, ratings, report

_NOBODY_HAD_TO_COME = (Outcome.SOLVED_REMOTELY.value, Outcome.MERGED.value)


def quality(
    session: Session, region: str, since: datetime, now: datetime, public_url: str
) -> Report:
    """Return the report of the calls that came in, ratings and offers made, at ``since`` or later.

    Calls that are still open count once their target is over.

    Parameters
    ----------
    public_url
        Where the console is reached; links lead to the cards of incidents and visits there.

    Raises
    ------
    NotFound
        When the database has no such region.
    """
    zone = ZoneInfo(get_region(session, region).time_zone)
    return report(
        _served(session, region, since, now),
        _thought(session, region, since, zone, public_url),
        contractor_scores(_asked_contractors(session, region, since)),
    )


def _served(session: Session, region: str, since: datetime, now: datetime) -> list[Served]:
    # Those of other regions are read as well: SQLite would rather read all of this one.
    query = select(
        IncidentRow.region,
        IncidentRow.received_at,
        IncidentRow.target_at,
        IncidentRow.urban,
        IncidentRow.arrived_at,
        IncidentRow.outcome,
        IncidentRow.closed_at,
    ).where(
        IncidentRow.received_at >= since,
        or_(IncidentRow.state == IncidentState.CLOSED.value, IncidentRow.target_at < now),
    )
    return [
        Served(
            received_at,
            target_at,
            urban,
            arrived_at,
            excused=outcome in _NOBODY_HAD_TO_COME
            or (
                outcome == Outcome.CANCELLED_BY_OWNER.value
                and closed_at is not None
                and closed_at <= target_at
            ),
        )
        for where, received_at, target_at, urban, arrived_at, outcome, closed_at in (
            session.execute(query)
        )
        if where == region
    ]


def _asked_contractors(session: Session, region: str, since: datetime) -> list[AskedAbout]:
    """Return the incidents that each contractor was asked about, by its last offer of each."""
    offer = ContractorOfferRow
    query = (
        select(offer, ContractorRow.name, IncidentRow.target_at, RatingRow.stars)
        .join(ContractorRow, ContractorRow.id == offer.contractor_id)
        .join(IncidentRow, IncidentRow.id == offer.incident_id)
        .outerjoin(RatingRow, RatingRow.incident_id == offer.incident_id)
        .where(offer.region == region, offer.offered_at >= since)
        .order_by(offer.id)
    )
    last: dict[tuple[int, int], AskedAbout] = {}
    for row, name, target_at, stars in session.execute(query):
        last[row.contractor_id, row.incident_id] = AskedAbout(
            contractor=name,
            state=row.state,
            offered_at=row.offered_at,
            target_at=target_at,
            eta_at=row.eta_at,
            arrived_at=row.arrived_at,
            stars=stars if row.state in CAME else None,
        )
    return list(last.values())


def _thought(
    session: Session, region: str, since: datetime, zone: ZoneInfo, public_url: str
) -> Ratings:
    asked = asked_since(session, region, since)
    found = ratings_since(session, region, since)
    return ratings(
        [Rated(it.stars, it.text, it.number, _link(it, zone, public_url)) for it in found],
        n_asked=asked.n_asked,
        n_answered=asked.n_answered,
    )


def _link(it: RatedHelp, zone: ZoneInfo, public_url: str) -> str:
    if it.incident_id is not None:
        where = f"incident={it.incident_id}"
    else:
        where = f"visit={it.appointment_id}&day={it.begins_at.astimezone(zone):%Y-%m-%d}"
    return f"{public_url.rstrip('/')}/console/#{where}"
