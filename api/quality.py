"""How well a region kept its promise, and what owners think of it, from what the database holds.

Words of owners are read when they are asked for: whoever has been erased since has left none.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispatch.incident import IncidentState, Outcome
from dispatch.ratings import RatedHelp, ratings_since
from dispatch.regions import get_region
from dispatch.store import IncidentRow
from sla.report import Rated, Report, Served, report

_NOBODY_HAD_TO_COME = (Outcome.SOLVED_REMOTELY.value, Outcome.MERGED.value)


def quality(
    session: Session, region: str, since: datetime, now: datetime, public_url: str
) -> Report:
    """Return the report of the calls that came in, and the ratings given, at ``since`` or later.

    Calls that are still open count once their target is over.

    Parameters
    ----------
    public_url
        Where the console is reached; links lead to the cards of incidents and visits there.
    """
    zone = ZoneInfo(get_region(session, region).time_zone)
    query = select(IncidentRow).where(
        IncidentRow.region == region,
        IncidentRow.received_at >= since,
        or_(IncidentRow.state == IncidentState.CLOSED.value, IncidentRow.target_at < now),
    )
    return report(
        [_served(row) for row in session.scalars(query)],
        [_rated(it, public_url, zone) for it in ratings_since(session, region, since)],
    )


def _served(row: IncidentRow) -> Served:
    in_time = row.closed_at is not None and row.closed_at <= row.target_at
    cancelled = row.outcome == Outcome.CANCELLED_BY_OWNER.value
    return Served(
        received_at=row.received_at,
        target_at=row.target_at,
        urban=row.urban,
        arrived_at=row.arrived_at,
        excused=row.outcome in _NOBODY_HAD_TO_COME or (cancelled and in_time),
    )


def _rated(it: RatedHelp, public_url: str, zone: ZoneInfo) -> Rated:
    if it.incident_id is not None:
        where = f"incident={it.incident_id}"
    else:
        where = f"visit={it.appointment_id}&day={it.begins_at.astimezone(zone):%Y-%m-%d}"
    link = f"{public_url.rstrip('/')}/console/#{where}"
    return Rated(it.stars, it.text, it.number, link)
