"""What is learned after the first call: unknowns filled in, dangers heeded, places corrected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from dispatch import orders
from dispatch.call import Call, read_location
from dispatch.core.model import Lock
from dispatch.desk import IntakeDesk
from dispatch.ended_locks import tell_lock_ended
from dispatch.entitlement import decide
from dispatch.form import Form
from dispatch.incident import Incident, IncidentState, incident_number
from dispatch.job import JobState
from dispatch.job_option import are_unreadable, options_from_json
from dispatch.job_steps import is_left_to_try
from dispatch.jobs import job_options
from dispatch.locate import Located
from dispatch.regions import get_region
from dispatch.store import (
    ContractorOfferRow,
    IncidentRow,
    JobRow,
    get_incident,
    incident_of,
    incident_row,
    is_open_about,
)
from dispatch.triage import FaultKind, Triage, TriageOutcome
from dispatch.triage_rules import Facts
from dispatch.unit_option import option_for
from fleet.registers import service_centres_of
from fleet.store import get_unit
from kernel import events
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput
from kernel.position import distance_m
from kernel.words import Words
from sla.promise import promise

PLACE_CORRECTED = Words(zh="位置已更正，承诺时间随之调整。", en="The place was corrected.")
EARLIER_CALL = Words(
    zh="与更早的求助合并，以较早的承诺为准。", en="Joined with an earlier call: its promise counts."
)

PLACE_CHANGED = "contractor.place_changed"
"""The event that tells a contractor of another place, or of words how to find it."""

SAME_PLACE_M = 20.0
"""Two positions this near are one place: devices do not agree any better."""

OTHER_PLACE_M = 200.0
"""From here on a place that is not taken over is worth a question."""

_LEARNED = (
    "case_ref", "scenario", "symptom", "effect", "state_of_charge_pct", "drivable", "n_people",
)  # fmt: skip
_BEFORE_ARRIVAL = {IncidentState.WAITING, IncidentState.ASSIGNED, IncidentState.ROLLING}
_OPEN_JOBS = [state.value for state in (JobState.OPEN, JobState.ORDERED, JobState.ROLLING)]


def amend(
    session: WriteSession,
    now: datetime,
    desk: IntakeDesk,
    incident_id: int,
    raw: Mapping[str, Any],
) -> Incident:
    """Change an open incident: ``location``, ``location_note``, ``note``, ``safe_place``.

    A corrected place may lie in another area: the target follows, still counted from the call, and
    the owner is told. A contractor that is asked or on the way is told of the place. A ``note`` is
    added to what was noted before, a ``location_note`` takes the place of the former one: one that
    is ``None`` or blank leaves none. What is left out stays.

    Raises
    ------
    InvalidInput
        With every fault.
    Conflict
        When the incident is closed, or the place is changed once a unit is there.
    """
    form = Form(raw)
    note, safe_place = form.text("/note"), form.truth("/safe_place")
    place_note = form.text("/location_note")
    located = None
    if form.value("/location") is not None:
        located = read_location(form, desk.locator.locate)
    if form.faults:
        raise InvalidInput(form.faults)
    row = incident_row(session, incident_id, lock=True)
    before = incident_of(row)
    if not before.is_open:
        raise Conflict(
            f"{before.number} is closed.",
            remedy="Take a new call instead.",
            zh=f"{before.number} 已结束，请作为新来电录入。",
        )
    if located is not None:
        if before.state not in _BEFORE_ARRIVAL:
            raise Conflict(
                f"A unit is at the car of {before.number}.",
                remedy="Ask its crew.",
                zh=f"{before.number} 的车旁已有救援车辆，位置不能再更正，请联系车上人员。",
            )
        _move(session, now, row, located)
    if "location_note" in raw:
        row.place_note = place_note
    if safe_place is not None:
        row.safe_place = safe_place
    if note is not None:
        row.note = _with_line(row.note, note)
    return _changed(session, now, desk, row, before)


def learn(
    session: WriteSession, now: datetime, desk: IntakeDesk, row: IncidentRow, call: Call
) -> tuple[str, ...]:
    """Take over from a further call what was unknown, what is newer, and a place at least as sure.

    Who calls last is called back; what every caller said stays with their calls.

    Returns
    -------
    tuple
        What a dispatcher should know of: ``phone``, ``place`` and ``note`` for what was taken over,
        ``other_place`` for a place that was not.
    """
    before = incident_of(row)
    learned = _learn(session, now, row, call)
    _changed(session, now, desk, row, before)
    return learned


def take_over(
    session: WriteSession, now: datetime, desk: IntakeDesk, row: IncidentRow, other: Incident
) -> tuple[str, ...]:
    """Take over what is known of another incident of the same car; the earlier promise counts.

    The later call counts where they differ, as in `learn`, the surer place in any case. Of a place
    that is not taken over the name is noted, and so is what was noted of the other one.

    Returns
    -------
    tuple
        As of `learn`, and ``promise`` where that is an earlier one now.

    Raises
    ------
    Conflict
        When the other one's place is not served here any more.
    """
    before = incident_of(row)
    call = _call_of(desk, other)
    is_later = other.received_at >= row.received_at
    row.received_at = min(row.received_at, other.received_at)
    learned = [*_learn(session, now, row, call, is_later=is_later)]
    apart_m = distance_m(row.position, other.place.position)
    noted = [other.note, other.place.text if apart_m > SAME_PLACE_M else None]
    for line in noted:
        if line is not None and line not in (row.note or ""):
            row.note = _with_line(row.note, line)
            learned.append("note")
    if other.target_at < row.target_at:
        promised_at = min(row.promised_at, other.promised_at)
        _promise(session, now, row, other.target_at, promised_at, EARLIER_CALL)
        learned.append("promise")
    _changed(session, now, desk, row, before)
    return tuple(dict.fromkeys(learned))


def _call_of(desk: IntakeDesk, incident: Incident) -> Call:
    """Return what is known of an incident as if it had been said in one call."""
    area = desk.locator.areas.at(incident.place.position)
    if area is None:
        raise Conflict(
            f"The place of {incident.number} is not served here any more.",
            remedy="Correct its place first.",
            zh=f"{incident.number} 的位置已不在服务范围内，请先更正位置。",
        )
    on_motorway = desk.locator.is_on_motorway(incident.place)
    return Call(
        channel=incident.channel,
        case_ref=incident.case_ref,
        caller=incident.caller,
        vehicle=incident.vehicle,
        located=Located(incident.place, area, on_motorway, warnings=()),
        fault=FaultKind(incident.fault),
        scenario=incident.scenario,
        symptom=incident.symptom,
        effect=incident.effect,
        state_of_charge_pct=incident.state_of_charge_pct,
        drivable=incident.drivable,
        safe_place=incident.safe_place,
        n_people=incident.n_people,
        warnings=(),
    )


def _learn(
    session: WriteSession, now: datetime, row: IncidentRow, call: Call, *, is_later: bool = True
) -> tuple[str, ...]:
    for name in _LEARNED:
        if getattr(row, name) is None:
            setattr(row, name, getattr(call, name))
    learned = [
        *(_learn_caller(row, call) if is_later else ()),
        *_learn_place(session, now, row, call, is_later=is_later),
        *_learn_words(row, call),
    ]
    _learn_car(session, row, call)
    if call.safe_place is not None and (is_later or row.safe_place is None):
        row.safe_place = call.safe_place
    return tuple(dict.fromkeys(learned))


def _learn_caller(row: IncidentRow, call: Call) -> Iterator[str]:
    if row.caller_phone != call.caller.phone:
        row.caller_phone = call.caller.phone
        yield "phone"
    row.caller_name = call.caller.name or row.caller_name


def _learn_place(
    session: WriteSession, now: datetime, row: IncidentRow, call: Call, *, is_later: bool
) -> Iterator[str]:
    """Take a surer place, or a later one that is as sure; else only what is said of it."""
    place = call.located.place
    apart_m = distance_m(row.position, place.position)
    is_surer = place.confidence > row.place_confidence
    is_as_sure = is_surer or (is_later and place.confidence == row.place_confidence)
    may_move = IncidentState(row.state) in _BEFORE_ARRIVAL
    if apart_m > SAME_PLACE_M and may_move and is_as_sure:
        _move(session, now, row, call.located)
        yield "place"
        return
    if apart_m > OTHER_PLACE_M:
        yield "other_place"
    elif place.note is not None and place.note not in (row.place_note or ""):
        row.place_note = _with_line(row.place_note, place.note)
        yield "note"


def _learn_words(row: IncidentRow, call: Call) -> Iterator[str]:
    """Add to the note what this caller says otherwise than those before."""
    said = [(getattr(row, name), getattr(call, name)) for name in ("scenario", "symptom", "effect")]
    for known, text in said:
        if text is not None and text != known and text not in (row.note or ""):
            row.note = _with_line(row.note, text)
            yield "note"


def _with_line(text: str | None, line: str) -> str:
    return line if text is None else f"{text}\n{line}"


def _learn_car(session: WriteSession, row: IncidentRow, call: Call) -> None:
    car = call.vehicle
    row.model, row.colour = row.model or car.model, row.colour or car.colour
    row.purchased_on = row.purchased_on or car.purchased_on
    for column in (IncidentRow.vin, IncidentRow.plate):
        value = getattr(car, column.key)
        if value is None or getattr(row, column.key) is not None:
            continue
        query = select(IncidentRow.id).where(is_open_about(column, value))
        if session.scalars(query).first() is None:  # else the two calls mix two cars up
            setattr(row, column.key, value)


def _move(session: WriteSession, now: datetime, row: IncidentRow, located: Located) -> None:
    place = located.place
    row.position, row.place_text, row.place_source = place.position, place.text, place.source
    row.place_confidence, row.place_note = place.confidence, place.note or row.place_note
    promised = promise(row.received_at, located.area)
    row.urban, row.area = promised.urban, promised.area.name
    if promised.target_at != row.target_at:
        _promise(session, now, row, promised.target_at, promised.target_at, PLACE_CORRECTED)


def _promise(
    session: WriteSession,
    now: datetime,
    row: IncidentRow,
    target_at: datetime,
    promised_at: datetime,
    reason: Words,
) -> None:
    row.target_at, row.promised_at = target_at, promised_at
    row.promise_reason = reason.as_dict()
    events.append(
        session,
        now,
        "promise.changed",
        region=row.region,
        incident_id=row.id,
        payload={"promised_at": promised_at.isoformat(), "reason": reason.as_dict()},
    )


def _changed(
    session: WriteSession, now: datetime, desk: IntakeDesk, row: IncidentRow, before: Incident
) -> Incident:
    """Judge a changed incident anew and tell what changed; nothing when nothing did."""
    after = incident_of(row)
    fields = [name for name in _JUDGED if getattr(before, name) != getattr(after, name)]
    if not fields:
        return before
    region = get_region(session, row.region)
    if before.vehicle.purchased_on != after.vehicle.purchased_on:
        day = region.today(row.received_at)
        row.entitlement = decide(row.fault, row.purchased_on, day).as_json()
    triage = _triage_again(desk, region.country, after)
    row.triage = triage.as_json()
    _change_jobs(session, now, row, before, triage)
    session.flush()
    events.append(
        session,
        now,
        "incident.updated",
        region=row.region,
        incident_id=row.id,
        payload={"changed": fields, "priority": triage.priority},
    )
    if "place" in fields:
        _tell_contractors(session, now, row)
    return get_incident(session, row.id)


def _tell_contractors(session: WriteSession, now: datetime, row: IncidentRow) -> None:
    """Tell who is asked or on the way that the place is another one, or better described."""
    query = select(ContractorOfferRow).where(
        ContractorOfferRow.incident_id == row.id,
        ContractorOfferRow.state.in_(("offered", "accepted")),
    )
    for offer in session.scalars(query.order_by(ContractorOfferRow.id)).all():
        events.append(
            session,
            now,
            PLACE_CHANGED,
            region=row.region,
            incident_id=row.id,
            job_id=offer.job_id,
            payload={"offer_id": offer.id, "contractor_id": offer.contractor_id},
        )


_JUDGED = (
    "place", "vehicle", "scenario", "symptom", "effect", "state_of_charge_pct", "drivable",
    "safe_place", "n_people", "note", "caller", "case_ref", "received_at", "target_at",
)  # fmt: skip


def _triage_again(desk: IntakeDesk, country: str, incident: Incident) -> Triage:
    """Return the triage by what is known now; who waits for a unit is not sent home by advice."""
    said = (incident.scenario, incident.symptom, incident.effect)
    return desk.rules.triage(
        Facts(
            fault=incident.fault,
            text="\n".join(part for part in said if part),
            state_of_charge_pct=incident.state_of_charge_pct,
            drivable=incident.drivable,
            safe_place=incident.safe_place,
            n_people=incident.n_people,
            channel=incident.channel.value,
            country=country,
            on_motorway=desk.locator.is_on_motorway(incident.place),
            allow_remote=incident.triage.outcome is TriageOutcome.REMOTE,
        )
    )


def _change_jobs(
    session: WriteSession, now: datetime, row: IncidentRow, before: Incident, triage: Triage
) -> None:
    """Carry place, target, priority and (while no unit has the order) options over to the job.

    Only what has changed: a note gives no job new ways to help, unless those it has cannot be
    read, and what has failed at the car stays ruled out.
    """
    place = incident_of(row).place
    query = select(JobRow).where(JobRow.incident_id == row.id, JobRow.state.in_(_OPEN_JOBS))
    jobs = session.scalars(query.with_for_update()).all()
    options = None
    if (
        place.position != before.place.position
        or triage.options != before.triage.options
        or any(are_unreadable(options_from_json(job.options)) for job in jobs)
    ):
        options = _ways_left(session, now, row, triage)
    for job in jobs:
        job.target_at, job.priority = row.target_at, triage.priority
        if place != before.place:
            job.position, job.place_text = row.position, row.place_text
        if options and job.state == JobState.OPEN.value:
            job.options = options
            _hold_to_lock(session, now, job)


def _hold_to_lock(session: WriteSession, now: datetime, job: JobRow) -> None:
    """Let a locked unit do what is needed now; where it cannot, lift the lock and say so."""
    if job.lock == Lock.FREE.value or job.planned_unit_id is None:
        return
    unit = get_unit(session, job.planned_unit_id)
    ways = options_from_json(job.options)
    if any(it.name == job.planned_option and it.needs <= unit.has for it in ways):
        return
    try:
        job.planned_option = option_for(job, unit, None).name
    except InvalidInput as refused:
        job.lock = Lock.FREE.value
        orders.clear_plan(job)
        number, [fault, *_] = incident_number(job.incident_id or 0), refused.faults
        text = Words(
            zh=f"{number} 已变更，锁定的 {unit.code} 无法承担，锁定已解除，由系统规划。{fault.zh}",
            en=f"{number} has changed, and {unit.code}, which it was locked to, cannot do it: "
            f"the lock is lifted, and the plan chooses. {fault.message} {fault.remedy}",
        )
        tell_lock_ended(session, now, job, text)


def _ways_left(
    session: WriteSession, now: datetime, row: IncidentRow, triage: Triage
) -> list[dict[str, Any]]:
    """Return the options of a triage without those that failed jobs rule out."""
    query = select(JobRow).filter_by(incident_id=row.id, state=JobState.FAILED.value)
    failed = session.scalars(query).all()
    centres = service_centres_of(session, row.region)
    return [
        option.as_json()
        for option in job_options(triage, incident_of(row).place, centres, now)
        if all(is_left_to_try(option.kind, job) for job in failed)
    ]
