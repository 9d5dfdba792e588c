"""Taking a call: validate, locate, merge or triage, promise, and store; one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.exc import IntegrityError

from dispatch import amending
from dispatch.call import Call, read_call
from dispatch.closing import close_incident
from dispatch.desk import IntakeDesk
from dispatch.entitlement import Entitlement, decide
from dispatch.incident import Incident, IncidentState, Outcome, Vehicle, incident_number
from dispatch.jobs import create_rescue_job
from dispatch.regions import Region, get_region
from dispatch.store import (
    IncidentCallRow,
    IncidentRow,
    get_incident,
    incident_row,
    is_open,
    is_open_about,
)
from dispatch.triage import Triage, TriageOutcome
from dispatch.triage_rules import Facts
from kernel import events
from kernel.database import WriteSession
from kernel.errors import Conflict
from kernel.position import distance_m
from sla.promise import Promise, Risk, promise

_ATTEMPTS = 3

SAME_CALLER_NEAR_M = 500.0
SAME_CALLER_WITHIN = timedelta(hours=1)
"""A second call from one number is about the same car when it comes from so near, so soon."""

ADVICE_FAILED_WITHIN = timedelta(hours=24)
"""A call for a car that was helped from afar this recently is not helped from afar again."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a call: the incident it made, or (``merged``) the open one it belongs to."""

    incident: Incident
    merged: bool


def take_call(
    session: WriteSession, now: datetime, desk: IntakeDesk, raw: Mapping[str, Any]
) -> Taken:
    """Take a call and return its incident.

    Parameters
    ----------
    raw
        ``IncidentIn`` as parsed JSON; ``None`` members count as left out.

    Raises
    ------
    InvalidInput
        With every fault of the input; nothing is stored then.
    Conflict
        When another region helps this car already.
    """
    region = get_region(session, desk.region)
    call = read_call(
        raw, country=region.country, today=region.today(now), locate=desk.locator.locate
    )
    for _ in range(_ATTEMPTS):
        known_id = _open_incident(session, now, region, call)
        if known_id is not None:
            row = incident_row(session, known_id, lock=True)
            if row.region != region.name and row.state != IncidentState.CLOSED.value:
                raise _elsewhere(row)
            if row.state != IncidentState.CLOSED.value:
                return Taken(_merge(session, now, desk, row, call), merged=True)
        else:
            with suppress(IntegrityError), session.begin_nested():
                return Taken(_create(session, now, desk, region, call), merged=False)
        # The car's incident was closed, or stored by another call, after we had looked.
    raise Conflict(
        "Several calls for this car came in at once.",
        remedy="Send it again.",
        zh="此车同时有多通来电，请再提交一次。",
    )


def facts_of(call: Call, region: Region, *, allow_remote: bool = True) -> Facts:
    """Return what triage is told of a call."""
    return Facts(
        fault=call.fault.value,
        text=call.text,
        state_of_charge_pct=call.state_of_charge_pct,
        drivable=call.drivable,
        safe_place=call.safe_place,
        n_people=call.n_people,
        channel=call.channel.value,
        country=region.country,
        on_motorway=call.located.on_motorway,
        allow_remote=allow_remote,
    )


# -------------------------------------------------------------------------------- merging


def _open_incident(session: WriteSession, now: datetime, region: Region, call: Call) -> int | None:
    """Return the car's open incident: by VIN or plate, else by caller, place and time."""
    car = call.vehicle
    same = [
        is_open_about(column, value)
        for column, value in ((IncidentRow.vin, car.vin), (IncidentRow.plate, car.plate))
        if value is not None
    ]
    if same:
        query = select(IncidentRow.id).where(or_(*same)).order_by(IncidentRow.id)
        found = session.scalars(query).first()
        if found is not None:
            return found
    recent = select(IncidentRow).where(
        is_open(region.name),
        _has_called(call.caller.phone),
        IncidentRow.received_at >= now - SAME_CALLER_WITHIN,
    )
    here = call.located.place.position
    for row in session.scalars(recent.order_by(IncidentRow.id)):
        near = distance_m(row.position, here) <= SAME_CALLER_NEAR_M
        if near and not _another_car(row, car):
            return row.id
    return None


def _has_called(phone: str) -> ColumnElement[bool]:
    """Return the condition that a number has called about an incident, first or later."""
    return exists().where(
        IncidentCallRow.incident_id == IncidentRow.id, IncidentCallRow.caller_phone == phone
    )


def _elsewhere(row: IncidentRow) -> Conflict:
    """Return the refusal of a call for a car that another region is helping already."""
    return Conflict(
        f"This car has the open incident {incident_number(row.id)} in {row.region!r}.",
        remedy=f"Have it closed by the dispatchers of {row.region!r}, then send the call again.",
        zh=f"此车在区域 {row.region} 已有未结事件 {incident_number(row.id)}。"
        "请该区域的调度结束后再提交。",
    )


def _another_car(row: IncidentRow, car: Vehicle) -> bool:
    pairs = ((row.vin, car.vin), (row.plate, car.plate))
    return any(known and given and known != given for known, given in pairs)


def _merge(
    session: WriteSession, now: datetime, desk: IntakeDesk, row: IncidentRow, call: Call
) -> Incident:
    row.n_calls += 1
    _keep_call(session, now, row, call)
    learned = amending.learn(session, now, desk, row, call)
    events.append(
        session,
        now,
        "incident.merged",
        region=row.region,
        incident_id=row.id,
        payload={
            "channel": call.channel.value,
            "n_calls": row.n_calls,
            "learned": list(learned),
        },
    )
    return get_incident(session, row.id)


# ------------------------------------------------------------------------------- creating


def _create(
    session: WriteSession, now: datetime, desk: IntakeDesk, region: Region, call: Call
) -> Incident:
    allow_remote = not _advised_lately(session, now, call)
    triage = desk.rules.triage(facts_of(call, region, allow_remote=allow_remote))
    paid = decide(call.fault.value, call.vehicle.purchased_on, region.today(now))
    promised = promise(now, call.located.area)
    row = _row(region, call, triage, paid, promised)
    session.add(row)
    session.flush()
    _keep_call(session, now, row, call)
    _tell_created(session, now, row, call, triage)
    if triage.outcome is TriageOutcome.REMOTE:
        close_incident(session, now, row, Outcome.SOLVED_REMOTELY)
    else:
        create_rescue_job(
            session,
            now,
            region=region.name,
            incident_id=row.id,
            triage=triage,
            place=call.located.place,
            target_at=promised.target_at,
        )
    session.flush()
    return get_incident(session, row.id)


def _advised_lately(session: WriteSession, now: datetime, call: Call) -> bool:
    car = call.vehicle
    same = [
        column == value
        for column, value in (
            (IncidentRow.vin, car.vin),
            (IncidentRow.plate, car.plate),
        )
        if value is not None
    ]
    same.append(_has_called(call.caller.phone))
    query = select(IncidentRow.id).where(
        IncidentRow.outcome == Outcome.SOLVED_REMOTELY.value,
        IncidentRow.closed_at >= now - ADVICE_FAILED_WITHIN,
        or_(*same),
    )
    return session.scalars(query).first() is not None


def _row(
    region: Region, call: Call, triage: Triage, paid: Entitlement, promised: Promise
) -> IncidentRow:
    place, car = call.located.place, call.vehicle
    return IncidentRow(
        region=region.name,
        channel=call.channel.value,
        case_ref=call.case_ref,
        state=IncidentState.WAITING.value,
        received_at=promised.received_at,
        target_at=promised.target_at,
        promised_at=promised.target_at,
        risk=Risk.NORMAL.value,
        urban=promised.urban,
        area=promised.area.name,
        position=place.position,
        place_text=place.text,
        place_confidence=place.confidence,
        place_source=place.source,
        place_note=place.note,
        caller_name=call.caller.name,
        caller_phone=call.caller.phone,
        vin=car.vin,
        plate=car.plate,
        model=car.model,
        purchased_on=car.purchased_on,
        colour=car.colour,
        fault=call.fault.value,
        scenario=call.scenario,
        symptom=call.symptom,
        effect=call.effect,
        state_of_charge_pct=call.state_of_charge_pct,
        drivable=call.drivable,
        safe_place=call.safe_place,
        n_people=call.n_people,
        warnings=[{"code": w.code, **w.text.as_dict()} for w in call.warnings],
        entitlement=paid.as_json(),
        triage=triage.as_json(),
        n_calls=1,
    )


def _keep_call(session: WriteSession, now: datetime, row: IncidentRow, call: Call) -> None:
    place = call.located.place
    said = {
        "fault": call.fault.value,
        "scenario": call.scenario,
        "symptom": call.symptom,
        "effect": call.effect,
        "safe_place": call.safe_place,
        "drivable": call.drivable,
        "state_of_charge_pct": call.state_of_charge_pct,
        "n_people": call.n_people,
        "lon": place.position.lon,
        "lat": place.position.lat,
        "place": place.text,
        "place_note": place.note,
    }
    session.add(
        IncidentCallRow(
            incident_id=row.id,
            received_at=now,
            channel=call.channel.value,
            case_ref=call.case_ref,
            caller_name=call.caller.name,
            caller_phone=call.caller.phone,
            said={key: value for key, value in said.items() if value is not None},
        )
    )


def _tell_created(
    session: WriteSession, now: datetime, row: IncidentRow, call: Call, triage: Triage
) -> None:
    created = {
        "channel": call.channel.value,
        "fault": call.fault.value,
        "area": row.area,
        "urban": row.urban,
        "triage": triage.outcome.value,
        "priority": triage.priority,
    }
    events.append(
        session, now, "incident.created", region=row.region, incident_id=row.id, payload=created
    )
    if triage.outcome is TriageOutcome.JOB:
        events.append(
            session,
            now,
            "promise.made",
            region=row.region,
            incident_id=row.id,
            payload={"target_at": row.target_at.isoformat(), "area": row.area},
        )
