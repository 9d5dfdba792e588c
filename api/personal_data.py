"""One person's data: all of it as JSON, or none of it any more.

A person is known by a telephone number. Erasing keeps what statistics and accounts need (that
somebody called at about this hour in about this area, and how it was served) and takes away what
leads back: number, name, car, words, photos, exact place, link. The event log holds none of that,
so that its chain verifies before and after; words that events point to are erased with their salt
(`kernel.private_details`). Backups that were made before still hold everything until they expire.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, or_, select, update
from sqlalchemy.orm import Session

from api.store import AnswerRow
from dispatch.incident import IncidentState, incident_number
from dispatch.store import (
    UNFINISHED_SQL,
    AppointmentRow,
    ContractorOfferRow,
    IncidentCallRow,
    IncidentRow,
    JobRow,
    OwnerLinkRow,
    PhotoRow,
    RatingRow,
    TechnicianEventRow,
)
from kernel import events, private_details
from kernel.database import WriteSession
from kernel.errors import Conflict, NotFound
from kernel.position import Position
from kernel.private_details import PrivateDetailRow

_KEPT_DIGITS = 2
"""Decimals of a degree that are left of a place: about a kilometre."""


@dataclass(frozen=True, slots=True)
class Person:
    """Where a person's data lies in one region."""

    phone: str
    incident_ids: list[int]
    appointment_ids: list[int]

    @property
    def is_known(self) -> bool:
        """Whether there is anything."""
        return bool(self.incident_ids or self.appointment_ids)


def find(session: Session, region: str, phone: str) -> Person:
    """Return where the data of a number (E.164) lies.

    Raises
    ------
    NotFound
        When the region knows nothing of it.
    """
    called = select(IncidentCallRow.incident_id).where(IncidentCallRow.caller_phone == phone)
    incidents = select(IncidentRow.id).where(
        IncidentRow.region == region,
        or_(IncidentRow.caller_phone == phone, IncidentRow.id.in_(called)),
    )
    booked = select(AppointmentRow.id).where(
        AppointmentRow.region == region, AppointmentRow.caller_phone == phone
    )
    person = Person(
        phone,
        list(session.scalars(incidents.order_by(IncidentRow.id))),
        list(session.scalars(booked.order_by(AppointmentRow.id))),
    )
    if not person.is_known:
        raise NotFound(
            "person with the number given",
            "…",
            remedy="Give it with country code.",
            zh="没有使用该号码的人，请连同国家代码填写。",
        )
    return person


def export(session: Session, person: Person) -> dict[str, Any]:
    """Return everything that is stored about a person, as JSON values.

    Of an incident that somebody else's car is in, for which this person only called too, it is the
    person's own call: the rest is about the other. Of what several said, each gets their own.
    """
    called = person
    person = _without_others(session, person)
    jobs = _job_ids(session, person)
    mine = _calls(called) & (IncidentCallRow.caller_phone == called.phone)
    return {
        "phone": person.phone,
        "incidents": _own_incidents(session, person),
        "calls": _rows(session, IncidentCallRow, mine),
        "appointments": _rows(
            session, AppointmentRow, AppointmentRow.id.in_(person.appointment_ids)
        ),
        "ratings": _rows(session, RatingRow, _of(RatingRow, person)),
        "words": _rows(session, PrivateDetailRow, _of(PrivateDetailRow, person)),
        "photos": _photos(session, person),
        "reports": _rows(session, TechnicianEventRow, TechnicianEventRow.job_id.in_(jobs)),
        "events": [
            {"seq": it.seq, "at": it.at.isoformat(), "kind": it.kind, "incident_id": it.incident_id}
            for number in person.incident_ids
            for it in events.read_after(session, 0, incident_id=number, limit=10_000)
        ],
    }


def _without_others(session: Session, person: Person) -> Person:
    """Return the person without incidents that somebody else was the first to call about."""
    first = (
        select(func.min(IncidentCallRow.id))
        .where(IncidentCallRow.incident_id.in_(person.incident_ids))
        .group_by(IncidentCallRow.incident_id)
    )
    query = select(IncidentCallRow.incident_id).where(
        IncidentCallRow.id.in_(first), IncidentCallRow.caller_phone == person.phone
    )
    return replace(person, incident_ids=sorted(session.scalars(query)))


def _own_incidents(session: Session, person: Person) -> list[dict[str, Any]]:
    """Return incidents with the person as their caller, whoever called last."""
    rows = _rows(session, IncidentRow, IncidentRow.id.in_(person.incident_ids))
    query = (
        select(IncidentCallRow.incident_id, IncidentCallRow.caller_name)
        .where(_calls(person), IncidentCallRow.caller_phone == person.phone)
        .order_by(IncidentCallRow.id)
    )
    names = {incident_id: name for incident_id, name in session.execute(query) if name}
    return [
        row | {"caller_phone": person.phone, "caller_name": names.get(row["id"])} for row in rows
    ]


def erase(session: WriteSession, now: datetime, region: str, person: Person) -> dict[str, int]:
    """Erase a person's data; return how many rows of each kind were changed or deleted.

    Raises
    ------
    Conflict
        While help for the person is under way, or a visit lies ahead.
    """
    _refuse_while_served(session, person)
    counts = forget(session, person)
    counts["answers"] = _forget_answers(session, person)
    for number in person.incident_ids:
        events.append(
            session, now, "person.erased", region=region, incident_id=number, payload=counts
        )
    if not person.incident_ids:
        events.append(session, now, "person.erased", region=region, payload=counts)
    return counts


def forget(session: WriteSession, person: Person) -> dict[str, int]:
    """Take away what leads back to a person; return how many rows were changed or deleted.

    For whom nothing is under way; `erase` asks, and tells.
    """
    jobs = _job_ids(session, person)
    return {
        "incidents": _blank_incidents(session, person),
        "calls": _count(session, update(IncidentCallRow).where(_calls(person)), **_NOBODY_CALLED),
        "appointments": _blank_appointments(session, person),
        "jobs": _blank_jobs(session, jobs),
        "ratings": _count(session, update(RatingRow).where(_of(RatingRow, person)), text=""),
        "links": len(session.scalars(_delete_links(person)).all()),
        "offers": _count(
            session,
            update(ContractorOfferRow).where(
                ContractorOfferRow.incident_id.in_(person.incident_ids),
                ContractorOfferRow.reject_reason.is_not(None),
            ),
            reject_reason="(erased)",
        ),
        "reports": _count(
            session,
            update(TechnicianEventRow).where(TechnicianEventRow.job_id.in_(jobs)),
            reason=None,
            data=None,
            detail="",
        ),
        "words": private_details.erase(
            session, incident_ids=person.incident_ids, appointment_ids=person.appointment_ids
        ),
        "photos": len(
            session.scalars(
                delete(PhotoRow).where(_of(PhotoRow, person)).returning(PhotoRow.id)
            ).all()
        ),
    }


_NOBODY: dict[str, Any] = {
    "caller_name": None,
    "caller_phone": "",
    "vin": None,
    "plate": None,
    "colour": None,
}
_NOBODY_CALLED: dict[str, Any] = {
    "caller_name": None,
    "caller_phone": "",
    "case_ref": None,
    "said": {},
}


def _refuse_while_served(session: Session, person: Person) -> None:
    open_one = select(IncidentRow.id).where(
        IncidentRow.id.in_(person.incident_ids), IncidentRow.state != IncidentState.CLOSED.value
    )
    under_way = select(JobRow.id).where(
        JobRow.appointment_id.in_(person.appointment_ids), JobRow.state.in_(UNFINISHED_SQL)
    )
    if session.scalars(open_one).first() or session.scalars(under_way).first():
        raise Conflict(
            "This person is waiting for help or has a visit ahead.",
            remedy="Close the incident or cancel the visit first.",
            zh="此人正在等待救援或有未完成的预约，请先结束事件或取消预约。",
        )


def _blank_incidents(session: WriteSession, person: Person) -> int:
    query = select(IncidentRow).where(IncidentRow.id.in_(person.incident_ids))
    rows = session.scalars(query).all()
    for row in rows:
        _set(row, _NOBODY)
        row.case_ref = row.scenario = row.symptom = row.effect = row.note = row.purchased_on = None
        row.position, row.place_text, row.place_note = _coarse(row.position), row.area, None
        row.warnings = []
    return len(rows)


def _blank_appointments(session: WriteSession, person: Person) -> int:
    query = select(AppointmentRow).where(AppointmentRow.id.in_(person.appointment_ids))
    rows = session.scalars(query).all()
    for row in rows:
        _set(row, _NOBODY)
        row.position, row.place_text, row.place_note = _coarse(row.position), "", None
        row.note = row.cancel_reason = None
    return len(rows)


def _blank_jobs(session: WriteSession, job_ids: list[int]) -> int:
    rows = session.scalars(select(JobRow).where(JobRow.id.in_(job_ids))).all()
    for row in rows:
        row.position, row.place_text = _coarse(row.position), ""
    return len(rows)


def _forget_answers(session: WriteSession, person: Person) -> int:
    """Forget stored answers that show one of the person's incidents or visits."""
    codes = session.scalars(
        select(AppointmentRow.code).where(AppointmentRow.id.in_(person.appointment_ids))
    )
    marks = [f'"{incident_number(number)}"'.encode() for number in person.incident_ids]
    marks += [f'"{code}"'.encode() for code in codes]
    marks.append(person.phone.encode())
    found = [
        row.id
        for row in session.scalars(select(AnswerRow))
        if any(mark in row.body for mark in marks)
    ]
    session.execute(delete(AnswerRow).where(AnswerRow.id.in_(found)))
    return len(found)


def _job_ids(session: Session, person: Person) -> list[int]:
    return list(session.scalars(select(JobRow.id).where(_of(JobRow, person))))


def _calls(person: Person) -> Any:
    return IncidentCallRow.incident_id.in_(person.incident_ids)


def _of(table: Any, person: Person) -> Any:
    return or_(
        table.incident_id.in_(person.incident_ids),
        table.appointment_id.in_(person.appointment_ids),
    )


def _delete_links(person: Person) -> Any:
    return delete(OwnerLinkRow).where(_of(OwnerLinkRow, person)).returning(OwnerLinkRow.key)


def _count(session: WriteSession, statement: Any, **values: Any) -> int:
    result = cast(CursorResult[Any], session.execute(statement.values(**values)))
    return result.rowcount


def _set(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _coarse(position: Position) -> Position:
    return Position(round(position.lon, _KEPT_DIGITS), round(position.lat, _KEPT_DIGITS))


def _rows(session: Session, table: Any, where: Any) -> list[dict[str, Any]]:
    query = select(table).where(where)
    names = [column.key for column in table.__table__.columns if column.key not in ("salt", "seal")]
    return [{name: _plain(getattr(row, name)) for name in names} for row in session.scalars(query)]


def _photos(session: Session, person: Person) -> list[dict[str, Any]]:
    """Return photos with the pictures themselves, as JSON can carry them."""
    rows = _rows(session, PhotoRow, _of(PhotoRow, person))
    return [row | {"picture": b64encode(row["picture"]).decode()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, Position):
        return [value.lon, value.lat]
    return value.isoformat() if hasattr(value, "isoformat") else value
