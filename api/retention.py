"""Incidents and visits that have had their time: what leads back to people is forgotten.

How long they are kept is the installation's to say (`Settings.keep_personal_days`); the law asks
for no longer than needed. What is left is what `personal_data` leaves; statistics stay the same.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.personal_data import Person, forget
from dispatch.incident import IncidentState
from dispatch.store import UNFINISHED_SQL, AppointmentRow, IncidentRow, JobRow
from kernel import events
from kernel.database import WriteSession

MOST_AT_ONCE = 200
"""Incidents, and visits, of one round: others write meanwhile. Rounds follow each other soon."""


def forget_old(session: WriteSession, now: datetime, keep: timedelta) -> int:
    """Forget people of incidents and visits that ended longer ago than ``keep``; return how many.

    An event ``personal.purged`` of each region proves it. What is not done in one round is left for
    the next.
    """
    before = now - keep
    due: dict[str, Person] = defaultdict(lambda: Person("", [], []))
    for region, incident_id in _ended_incidents(session, before):
        due[region].incident_ids.append(incident_id)
    for region, appointment_id in _ended_visits(session, before):
        due[region].appointment_ids.append(appointment_id)
    for region, people in sorted(due.items()):
        payload = {"before": before.isoformat(), "counts": forget(session, people)}
        events.append(session, now, "personal.purged", region=region, payload=payload)
    return sum(len(it.incident_ids) + len(it.appointment_ids) for it in due.values())


def _ended_incidents(session: Session, before: datetime) -> list[tuple[str, int]]:
    query = (
        select(IncidentRow.region, IncidentRow.id)
        .where(
            IncidentRow.state == IncidentState.CLOSED.value,
            IncidentRow.closed_at < before,
            IncidentRow.caller_phone != "",
        )
        .order_by(IncidentRow.closed_at)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return [(region, number) for region, number in session.execute(query)]


def _ended_visits(session: Session, before: datetime) -> list[tuple[str, int]]:
    last_at = func.coalesce(AppointmentRow.return_end_at, AppointmentRow.window_end_at)
    under_way = (
        select(JobRow.id)
        .where(JobRow.appointment_id == AppointmentRow.id, JobRow.state.in_(UNFINISHED_SQL))
        .exists()
    )
    query = (
        select(AppointmentRow.region, AppointmentRow.id)
        .where(last_at < before, AppointmentRow.caller_phone != "", ~under_way)
        .order_by(AppointmentRow.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return [(region, number) for region, number in session.execute(query)]
