"""Two incidents of one car joined by hand: one goes on, with all that was said of both."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.amending import take_over
from dispatch.closing import close_incident
from dispatch.desk import IntakeDesk
from dispatch.incident import (
    CANCELLABLE_BY_OWNER,
    OUTCOME_ZH,
    Incident,
    IncidentState,
    Outcome,
    incident_number,
)
from dispatch.incidents import drop_work
from dispatch.store import (
    IncidentCallRow,
    IncidentRow,
    get_incident,
    incident_of,
    incident_row,
)
from kernel import events
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput


def merge_incident(
    session: WriteSession, now: datetime, desk: IntakeDesk, incident_id: int, into_id: int
) -> Incident:
    """Close an incident as one of the same car as another open one, and return that one.

    Its work is called off: unit and contractor are told. What was said in its calls is taken over
    as if they had come in for the one that goes on, whose promise is the earlier of the two. What
    has been done already is not done again.

    Raises
    ------
    InvalidInput
        When both are one.
    Conflict
        When either is closed, or somebody is or was at the car of the first.
    """
    if incident_id == into_id:
        raise InvalidInput.one(
            "/into",
            "merge.itself",
            f"{incident_number(into_id)} cannot be joined with itself.",
            "Choose another open incident.",
            zh=f"{incident_number(into_id)} 不能与自身合并，请选择另一起未结事件。",
        )
    # In one order, whichever of them goes on: two people may join them at once.
    rows = {it: incident_row(session, it, lock=True) for it in sorted((incident_id, into_id))}
    row, into = rows[incident_id], rows[into_id]
    if row.merged_into == into_id:
        return get_incident(session, into_id)
    _refuse_closed(row)
    _refuse_closed(into)
    _refuse_helped(row, into)
    gone = incident_of(row)
    drop_work(session, now, row)
    row.merged_into = into.id
    close_incident(session, now, row, Outcome.MERGED)
    learned = take_over(session, now, desk, into, gone)
    into.n_calls += row.n_calls
    _keep_calls(session, row, into)
    session.flush()
    events.append(
        session,
        now,
        "incident.merged",
        region=into.region,
        incident_id=into.id,
        payload={"merged": row.id, "n_calls": into.n_calls, "learned": list(learned)},
    )
    return get_incident(session, into.id)


def remaining(session: Session, incident_id: int) -> int:
    """Return the incident that goes on for one: itself, unless it was joined with another."""
    query = select(IncidentRow.merged_into).where(IncidentRow.id == incident_id)
    into = session.scalar(query)
    return incident_id if into is None else remaining(session, into)


def joined(session: Session, incident_id: int) -> list[int]:
    """Return an incident and all that were joined with it, on whatever way."""
    query = select(IncidentRow.id).where(IncidentRow.merged_into == incident_id)
    gone = session.scalars(query.order_by(IncidentRow.id)).all()
    return [incident_id, *(one for it in gone for one in joined(session, it))]


def _refuse_closed(row: IncidentRow) -> None:
    if row.state != IncidentState.CLOSED.value:
        return
    remedy, remedy_zh = "Choose an open incident.", "请选择未结事件。"
    if row.merged_into is not None:
        other = incident_number(row.merged_into)
        remedy = f"It was joined with {other}: choose that one."
        remedy_zh = f"它已并入 {other}，请选择后者。"
    number = incident_number(row.id)
    raise Conflict(
        f"{number} is closed ({row.outcome}).",
        remedy=remedy,
        zh=f"{number} 已结束（{OUTCOME_ZH[row.outcome or '']}）。{remedy_zh}",
    )


def _refuse_helped(row: IncidentRow, into: IncidentRow) -> None:
    if not _is_helped(row):
        return
    number, other = incident_number(row.id), incident_number(into.id)
    remedy = f"Join them the other way round: {other} into {number}, which goes on then."
    remedy_zh = f"请反向合并：将 {other} 并入 {number}。"
    if _is_helped(into):
        remedy = f"Somebody is or was at the car of {other} too: let one be finished, or cancel it."
        remedy_zh = f"{other} 也已有人到过车旁，请先完成或取消其中一起。"
    raise Conflict(
        f"Somebody is or was at the car of {number}.",
        remedy=remedy,
        zh=f"已有人到达 {number} 的车旁。{remedy_zh}",
    )


def _is_helped(row: IncidentRow) -> bool:
    at_car = IncidentState(row.state) not in CANCELLABLE_BY_OWNER
    return at_car or row.arrived_at is not None


def _keep_calls(session: WriteSession, row: IncidentRow, into: IncidentRow) -> None:
    """Keep the calls with the one that goes on as well: who called is heard and called back."""
    query = select(IncidentCallRow).filter_by(incident_id=row.id).order_by(IncidentCallRow.id)
    for call in session.scalars(query).all():
        session.add(
            IncidentCallRow(
                incident_id=into.id,
                received_at=call.received_at,
                channel=call.channel,
                case_ref=call.case_ref,
                caller_name=call.caller_name,
                caller_phone=call.caller_phone,
                said=call.said,
            )
        )
